"""Keeps the secrets of calendar links out of the logs."""

import logging
import re

_LINK = re.compile(r"(/calendar/)[^/\s\"']+?(\.ics)")


class HideCalendarLinks(logging.Filter):
    """What a log line tells of a link is that it was one."""

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        if "/calendar/" in line:
            record.msg, record.args = _LINK.sub(r"\1…\2", line), None
        return True
