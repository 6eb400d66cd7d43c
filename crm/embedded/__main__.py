"""`python -m crm.embedded run [--empty]` and `python -m crm.embedded with-services [--var FOLDER] -- COMMAND…`."""

import argparse
import errno
import sys
from pathlib import Path

from crm.embedded import console
from crm.embedded.errors import CannotStart
from crm.embedded.runner import run
from crm.embedded.temporary import run_with_services
from crm.embedded.var_folder import var_folder


def main() -> int:
    options = _parser().parse_args()
    try:
        if options.action == "run":
            run(var_folder(), empty=options.empty)
            return 0
        return run_with_services(options.command, var=options.var)
    except CannotStart as problem:
        console.complain(f"Porada cannot start. {problem}" if options.action == "run" else str(problem))
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS}:
            raise
        console.complain(f"Porada cannot start. {error.strerror}: {error.filename or 'the disk of the data folder'}")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m crm.embedded")
    actions = parser.add_subparsers(dest="action", required=True)
    start = actions.add_parser("run", prog="bin/run", help="start the product and stay until it is stopped")
    start.add_argument("--empty", action="store_true", help="without the demo company; asks for the first admin")
    beside = actions.add_parser("with-services", help="run a command beside a PostgreSQL and a Redis made for it")
    beside.add_argument("--var", type=Path, help="keep the data in this folder instead of dropping it")
    beside.add_argument("command", nargs="+")
    return parser


if __name__ == "__main__":
    sys.exit(main())
