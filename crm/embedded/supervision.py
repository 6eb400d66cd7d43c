"""The process manager: a supervisord over all processes of the stack, configured by what is written here."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from crm.embedded.service import CLONE, Service, log_file, stack_environment

SUPERVISORD = """\
[supervisord]
nodaemon=true
silent=true
logfile={log}
logfile_maxbytes=5MB
logfile_backups=3
loglevel=info
pidfile={pid_file}
minfds=256
minprocs=20
{user}
"""

# No startsecs: supervisor then starts what has died at its next look, about a second later, for as long as it takes.
PROGRAM = """\
[program:{name}]
command={command}
directory={directory}
priority={priority}
autostart=true
autorestart=true
startsecs=0
stopsignal={stop_signal}
stopwaitsecs={patience}
stopasgroup=false
killasgroup=true
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=5
"""


def product_services(var: Path, host: str, port: int) -> list[Service]:
    python = sys.executable
    celery = [python, "-m", "celery", "-A", "crm"]
    workers = os.environ.get("WORKER_CONCURRENCY", "2")
    return [
        Service(
            "web", [python, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "-b", _bind(host, port), "crm.wsgi"]
        ),
        Service(
            "worker",
            # A single node has nobody to gossip with; waiting for neighbours would cost a second at each start.
            [*celery, "worker", "-l", "INFO", "-c", workers, "--without-gossip", "--without-mingle"],
            patience=30,
        ),
        Service("beat", [*celery, "beat", "-l", "INFO", "-s", str(var / "run" / "beat-schedule")]),
    ]


def start_supervisor(services: list[Service], var: Path) -> subprocess.Popen[bytes]:
    """It is told to stop in order when we are killed, and its children are when it is."""
    configuration = var / "supervisord.conf"
    configuration.write_text(supervisor_configuration(services, var))
    command = ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", "supervisor.supervisord"]
    return subprocess.Popen(
        [*command, "-c", str(configuration)],
        cwd=CLONE,
        env=stack_environment(var),
        stdin=subprocess.DEVNULL,
        stdout=log_file(var, "supervisord.out").open("ab"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def supervisor_configuration(services: list[Service], var: Path) -> str:
    head = SUPERVISORD.format(
        log=_escaped(log_file(var, "supervisord")),
        pid_file=_escaped(var / "run" / "supervisord.pid"),
        user="user=root" if os.geteuid() == 0 else "",
    )
    return "\n".join([head, *(_program(service, var, place) for place, service in enumerate(services))])


def _program(service: Service, var: Path, place: int) -> str:
    """Started in the order given, stopped in the reverse."""
    return PROGRAM.format(
        name=service.name,
        command=_escaped(shlex.join(service.launch_command(var))),
        directory=_escaped(CLONE),
        priority=10 * (place + 1),
        stop_signal=service.stop_signal,
        patience=service.patience,
        log=_escaped(log_file(var, service.name)),
    )


def _escaped(value: object) -> str:
    """A percent sign begins an expansion in supervisor's file."""
    return str(value).replace("%", "%%")


def _bind(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
