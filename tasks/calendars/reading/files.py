"""The parent's side of reading a calendar: starts the child, and takes what it found."""

import json
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from django.conf import settings

from tasks.calendars.reading.found import MEMORY_BYTES, WALL_SECONDS, Found
from tasks.calendars.reading.refusals import UnreadableCalendar

_REFUSED = 3
# As crm.imports.reading.spool: isolated, and with a bare `crm` that loads nothing of the product.
_START = (
    "import sys, types, runpy; base = sys.argv.pop(1); sys.path.insert(0, base); "
    "crm = types.ModuleType('crm'); crm.__path__ = [base + '/crm']; sys.modules['crm'] = crm; "
    "runpy.run_module('tasks.calendars.reading.child', run_name='__main__')"
)


def read_calendar(path: Path, *, now: datetime, zone: str) -> list[Found]:
    """Everything that the file holds, as seen now by somebody in this zone. Raises UnreadableCalendar."""
    command = [sys.executable, "-I", "-c", _START, str(settings.BASE_DIR)]
    command += [str(path), now.isoformat(), zone, str(MEMORY_BYTES)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=WALL_SECONDS, check=False, env={})
    except subprocess.TimeoutExpired as error:
        raise UnreadableCalendar("too_long") from error
    if done.returncode == _REFUSED:
        raise UnreadableCalendar(done.stdout.decode().strip())
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise UnreadableCalendar("too_long")
    if done.returncode:
        raise UnreadableCalendar("broken")
    return [Found(**each) for each in json.loads(done.stdout)]
