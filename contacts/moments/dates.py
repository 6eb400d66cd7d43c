"""Days of the calendar and of the week, put into words that dateparser reads in one way."""

import re

from contacts.moments.clock import NotUnderstood

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
# By their first letters; dateparser knows the rest. It would read "2 an" and "march 31/12" as dates, too.
_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек"
    r"|січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру)[^\W\d]*\.?"
)
# dateparser knows one or two cases of each name in Russian and Ukrainian, and no "last" or "next" beside them.
_WEEKDAYS = {
    "monday": r"mon(?:day)?|понедельник[аеу]?|понедельником|понеділ(?:ок|ка|ку|ком)|пн",
    "tuesday": r"tue(?:s|sday)?|вторник[аеу]?|вторником|вівтор(?:ок|ка|ку|ком)|вт",
    "wednesday": r"wed(?:nesday)?|сред[ауыей]|средой|серед[ауиі]|середою|ср",
    "thursday": r"thu(?:rs?|rsday)?|четверг[аеу]?|четвергом|четвер|чт",
    "friday": r"fri(?:day)?|пятниц[ауые]|пятницей|п'?ятниц[яюі]|п'?ятницею|пт",
    "saturday": r"sat(?:urday)?|суббот[ауые]|субботой|субот[ауиі]|суботою|сб",
    "sunday": r"sun(?:day)?|воскресень(?:е|я|ю|ем)|воскресение|неділ[яюі]|неділею|вс|нд",
}
_WEEKDAY_NAME = "|".join(f"(?P<{name}>{spellings})" for name, spellings in _WEEKDAYS.items())
_WEEKDAY = re.compile(
    r"(?:(?:on|в|во|у|на)\s+)?(?:the\s+)?"
    r"(?:(?P<last>last|past|прошл\w+|минул\w+)\s+|(?P<next>next|следующ\w+|наступн\w+)\s+"
    r"|(?P<this>this|эт[аоу]\w*|цього|цієї|цей|ця|цю)\s+)?"
    rf"(?:{_WEEKDAY_NAME})\.?"
)
_WEEKDAY_BESIDE_A_DATE = re.compile(rf"(?:(?:on|в|во|у)\s+)?(?:{_WEEKDAY_NAME})\.?\s+(?P<date>.*\d.*)")
_YEAR_SIGN = re.compile(r"(?<=\b\d{4})\s*(?:года|року|г|р)\b\.?")
_DOTTED_DATE = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?:\.(?P<year>\d{4}|\d{2}))?\.?")
_ISO_DATE = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})")
_WORDED_DATE = re.compile(rf"(?P<start>\d{{1,2}}\s?{_MONTH}|{_MONTH}\s\d{{1,2}})(?:\s(?P<year>\d{{4}}))?")
# The reader's language tells which number is the month.
_NUMBERED_DATE = re.compile(r"(?P<start>\d{1,2}(?P<sign>[/-])\d{1,2})(?:(?P=sign)(?P<year>\d{4}|\d{2}))?")
_ORDINAL = re.compile(r"(?<=\d)(?:-?(?:го|е)|st|nd|rd|th)\b(?:\s+of\b)?")


def weekday_alone(text: str) -> str:
    """In English: "last friday" for "минулої п'ятниці"; empty for anything else."""
    found = _WEEKDAY.fullmatch(text)
    names = found.groupdict() if found else {}
    return " ".join(word for word in ("last", "next", "this", *_WEEKDAYS) if names.get(word))


def calendar_date(text: str) -> tuple[str, int | None]:
    """A date with a year of four digits, its month named where that is sure, and the day of the week beside it."""
    beside = _WEEKDAY_BESIDE_A_DATE.fullmatch(text)
    weekday = next(index for index, name in enumerate(_WEEKDAYS) if beside[name]) if beside else None
    return _named_date(beside["date"] if beside else text), weekday


def _named_date(text: str) -> str:
    text = _ORDINAL.sub("", _YEAR_SIGN.sub("", text)).removeprefix("on ").removeprefix("the ")
    if ordered := _DOTTED_DATE.fullmatch(text) or _ISO_DATE.fullmatch(text):
        month = int(ordered["month"])
        if not 1 <= month <= 12:
            raise NotUnderstood
        return f"{ordered['day']} {_MONTHS[month - 1]} {_full_year(ordered['year'])}".strip()
    date = _WORDED_DATE.fullmatch(text) or _NUMBERED_DATE.fullmatch(text)
    return f"{date['start']} {_full_year(date['year'])}".strip() if date else ""


def _full_year(year: str | None) -> str:
    # dateparser would move a year of two digits by a century to the preferred side of now.
    return f"20{year}" if year and len(year) == 2 else year or ""
