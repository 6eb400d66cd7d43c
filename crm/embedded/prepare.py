"""Brings database, catalogues and static files to the state of the code; prints what the runner must know as JSON.

`python -m crm.embedded.prepare`, in a process of its own: the runner stays small for as long as the product runs.
"""

import hashlib
import json
import os
import sys
from pathlib import Path

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    django.setup()
    from django.contrib.auth import get_user_model

    bring_up_to_date()
    json.dump({"has_users": get_user_model()._default_manager.exists()}, sys.stdout)


def bring_up_to_date() -> None:
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=1, stdout=sys.stderr)
    call_command("createcachetable", stdout=sys.stderr)
    compile_catalogues()
    collect_static_files()


def compile_catalogues() -> None:
    """Only those that are older than their source; the command sees to that."""
    from django.conf import settings
    from django.core.management import call_command

    os.chdir(settings.BASE_DIR)
    if any(Path("locale").glob("*/LC_MESSAGES/*.po")):
        call_command("compilemessages", ignore_patterns=[".venv", "var"], verbosity=0, stdout=sys.stderr)


def collect_static_files() -> None:
    """Skipped when nothing changed: hashing and compressing takes longer than all else of a start."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT) / ".collected"
    state = _static_files_state()
    if stamp.exists() and stamp.read_text() == state:
        return
    call_command("collectstatic", interactive=False, verbosity=0, stdout=sys.stderr)
    stamp.write_text(state)


def _static_files_state() -> str:
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
