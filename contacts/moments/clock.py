"""The time of day in a text, taken out of it: "15:00", "at 9", "в 3 часа дня", "о 9 ранку", "3pm", "утром".

dateparser understands a time with a colon only: it drops the hour of "yesterday at 9" without a word, reads
"в 3 часа дня" as three hours and a day ago, and "в понедельник в 10" as the Monday before the tenth.
"""

import re
from datetime import time

_TIME = re.compile(
    r"""
    (?<![\w.:/-])
    (?:(?P<at>at|@|в|во|о|об|на|к)\s+)?
    (?P<hour>\d{1,2})
    (?:(?P<sign>[:.])(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?
    (?![\d.:/-])
    (?:\s*(?P<oclock>часов|часа|час|ч|годині|годин|година|год|o'clock)(?!\w))?
    (?:\s*(?P<half>[ap]\.?\s?m\b\.?|утра|ранку|дня|вечера|вечора|ночи|ночі)(?!\w))?
    (?!\w)
    """,
    re.VERBOSE,
)
_NAMED_HOUR = re.compile(
    r"(?<!\w)(?:(?:at|в|о|об)\s+)?(?:(?P<noon>noon|midday|полдень|полудень|опівдні)|midnight|полночь|опівночі)(?!\w)"
)
_PART_OF_DAY = re.compile(
    r"(?<!\w)(?:in the\s+|at\s+)?(?:(?P<morning>morning|утром|вранці|уранці|зранку)"
    r"|(?P<day>afternoon|днём|днем|вдень|удень)|(?P<evening>evening|вечером|ввечері|увечері|звечора)|(?P<night>ночью|вночі|уночі))(?!\w)"
)
_HALVES = {
    "am": "am", "pm": "pm", "утра": "morning", "ранку": "morning", "дня": "day",
    "вечера": "evening", "вечора": "evening", "ночи": "night", "ночі": "night",
}  # fmt: skip
# Which hour of 24 an hour of such a half is; one that is missing is nobody's: "10 дня", "15 am".
_HOURS: dict[str, dict[int, int]] = {
    "": {hour: hour for hour in range(24)},
    "am": {12: 0} | {hour: hour for hour in range(1, 12)},
    "pm": {12: 12} | {hour: hour + 12 for hour in range(1, 12)},
    "morning": {hour: hour for hour in range(3, 12)},
    "day": {11: 11, 12: 12} | {hour: hour + 12 for hour in range(1, 7)} | {hour: hour for hour in range(13, 19)},
    "evening": {hour: hour + 12 for hour in range(4, 12)} | {hour: hour for hour in range(16, 24)},
    "night": {12: 0, 0: 0, 11: 23, 22: 22, 23: 23} | {hour: hour for hour in range(1, 6)},
}
# The hours that dateparser itself gives to the English names.
_USUAL_HOUR = {"morning": 9, "day": 14, "evening": 18, "night": 22}


class NotUnderstood(Exception):
    """The text is no moment, or may be read in more than one way."""


def take_time(text: str) -> tuple[str, time | None]:
    """What is left of a plain text, and its time. Two times in one text are NotUnderstood."""
    found = [match for match in _TIME.finditer(text) if _is_time(match)]
    named = list(_NAMED_HOUR.finditer(text))
    parts = list(_PART_OF_DAY.finditer(text))
    if len(found) + len(named) > 1 or len(parts) > 1 or (named and parts):
        raise NotUnderstood
    rest = text
    # From the end, so that the places of the others stay true.
    for match in sorted([*found, *named, *parts], key=re.Match.start, reverse=True):
        rest = f"{rest[: match.start()]} {rest[match.end() :]}"
    part = str(parts[0].lastgroup) if parts else ""
    return " ".join(rest.split()), _time_of(found, named, part)


def _is_time(match: re.Match[str]) -> bool:
    if match["at"] or match["sign"] == ":":
        return True
    # "3 дня" alone is three days.
    return bool(match["half"]) and (match["half"] != "дня" or bool(match["oclock"]))


def _time_of(found: list[re.Match[str]], named: list[re.Match[str]], part: str) -> time | None:
    if found:
        return _clock(found[0], part)
    if named:
        return time(12 if named[0]["noon"] else 0)
    return time(_USUAL_HOUR[part]) if part else None


def _clock(match: re.Match[str], part: str) -> time:
    half = re.sub(r"[.\s]", "", match["half"] or "")
    hour = _HOURS[_HALVES[half] if half else part].get(int(match["hour"]))
    minute, second = int(match["minute"] or 0), int(match["second"] or 0)
    if hour is None or minute > 59 or second > 59:
        raise NotUnderstood
    return time(hour, minute, second)
