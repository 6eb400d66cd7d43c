"""Time zones in calendar files: the definitions that events refer to."""

from datetime import date
from functools import lru_cache

from icalendar import Timezone

# Tasks are due between FIRST_DAY and LAST_DAY; the rules of zones are guesses for the far future anyway.
_FROM, _UNTIL = date(1990, 1, 1), date(2060, 1, 1)


@lru_cache(maxsize=700)
def zone_text(name: str) -> str:
    """The VTIMEZONE of a zone; it takes some milliseconds to make, and is the same for everybody."""
    definition = Timezone.from_tzid(name, first_date=_FROM, last_date=_UNTIL)
    del definition["COMMENT"]
    return definition.to_ical().decode()
