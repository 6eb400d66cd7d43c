"""For a worker that is to be killed: it claims what is due, and sleeps before it tells of it."""

import time
from typing import Any

from tasks.reminders import firing


def _sleep(*_told: Any) -> int:
    time.sleep(600)
    return 0


firing.tell_now = _sleep  # type: ignore[assignment]
