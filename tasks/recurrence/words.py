"""How a rule is said: "every 2 weeks on Monday and Thursday". The sentences take the cases of every language."""

from django.utils.dates import MONTHS, MONTHS_ALT
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from tasks.recurrence.rules import WORKING_DAYS, Rule

_FEMININE = (2, 4, 5)
_SUNDAY = 6


def say_rule(rule: Rule) -> str:
    """Without a capital letter or a full stop, so that it can stand in a sentence."""
    said = _every(rule)
    if rule.months and not _names_dates(rule):
        months = _listed([str(MONTHS[month]) for month in rule.months])
        said = _("%(rule)s (only %(months)s)") % {"rule": said, "months": months}
    if rule.until is not None:
        day = date_format(rule.until, "DATE_FORMAT")
        return _("%(rule)s, until %(day)s") % {"rule": said, "day": day}
    if rule.count is not None:
        sentence = ngettext("%(rule)s, %(n)s time", "%(rule)s, %(n)s times", rule.count)
        return sentence % {"rule": said, "n": rule.count}
    return said


def _every(rule: Rule) -> str:
    if _is_working_days(rule):
        return _("every working day")
    days = _days(rule)
    if not days:
        return _interval(rule)
    if rule.freq == "MONTHLY" and rule.interval == 1:
        return _("%(days)s of the month") % {"days": days}
    if _names_dates(rule) and rule.interval == 1:
        return _("yearly %(days)s") % {"days": days}
    return _("%(every)s %(days)s") % {"every": _interval(rule), "days": days}


def _is_working_days(rule: Rule) -> bool:
    is_each = rule.freq in ("DAILY", "WEEKLY") and rule.interval == 1
    return is_each and rule.weekdays == WORKING_DAYS and not (rule.month_days or rule.positions)


def _interval(rule: Rule) -> str:
    n = rule.interval
    if rule.freq == "DAILY":
        said = ngettext("every %(n)s day", "every %(n)s days", n) if n > 1 else _("every day")
    elif rule.freq == "WEEKLY":
        said = ngettext("every %(n)s week", "every %(n)s weeks", n) if n > 1 else _("every week")
    elif rule.freq == "MONTHLY":
        said = ngettext("every %(n)s month", "every %(n)s months", n) if n > 1 else _("every month")
    else:
        said = ngettext("every %(n)s year", "every %(n)s years", n) if n > 1 else _("every year")
    return said % {"n": n} if n > 1 else said


def _names_dates(rule: Rule) -> bool:
    """Whether it is of days such as 29 February."""
    return rule.freq == "YEARLY" and bool(rule.months and rule.month_days) and not rule.weekdays


def _days(rule: Rule) -> str:
    """Which days, as "on Monday and Thursday"; empty where they follow from the first."""
    if rule.positions == (-1,) and rule.month_days[:1] == (28,) and not rule.weekdays:
        return _last_that_there_is(rule)
    if rule.positions and rule.weekdays == WORKING_DAYS and not rule.month_days:
        which = _listed([_nth(position, 0) for position in rule.positions])
        return _("on the %(which)s working day") % {"which": which}
    said = _all_days(rule)
    if not rule.positions:
        return said
    which = _listed([_nth(position, 0) for position in rule.positions])
    return _("%(days)s (the %(which)s of these days)") % {"days": said, "which": which}


def _all_days(rule: Rule) -> str:
    weekdays = _listed([_weekday(which, weekday) for which, weekday in rule.weekdays])
    if rule.weekdays and rule.month_days:
        return _("on %(weekdays)s, if it is day %(days)s") % {"weekdays": weekdays, "days": _month_days(rule)}
    if rule.weekdays:
        return pgettext("repeats", "on %(days)s") % {"days": weekdays}
    if not rule.month_days:
        return ""
    if _names_dates(rule):
        return _on_dates(rule)
    return _("on the last day") if rule.month_days == (-1,) else _("on day %(days)s") % {"days": _month_days(rule)}


def _last_that_there_is(rule: Rule) -> str:
    last = rule.month_days[-1]
    if rule.months == (2,):
        return _("on 29 February, else the 28th")
    return _("on day %(day)s, else on the last one") % {"day": last}


def _on_dates(rule: Rule) -> str:
    dates = [
        _("%(day)s %(month)s") % {"day": day, "month": MONTHS_ALT[month]} if day > 0 else _from_end(day, month)
        for month in rule.months
        for day in rule.month_days
    ]
    return pgettext("repeats", "on %(days)s") % {"days": _listed(dates)}


def _from_end(day: int, month: int) -> str:
    return _("day %(day)s (%(month)s)") % {"day": day, "month": MONTHS[month]}


def _month_days(rule: Rule) -> str:
    return _listed([str(day) if day > 0 else _("%(n)s from the end") % {"n": -day} for day in rule.month_days])


def _weekday(which: int, weekday: int) -> str:
    name = (
        pgettext("repeats on", "Monday"),
        pgettext("repeats on", "Tuesday"),
        pgettext("repeats on", "Wednesday"),
        pgettext("repeats on", "Thursday"),
        pgettext("repeats on", "Friday"),
        pgettext("repeats on", "Saturday"),
        pgettext("repeats on", "Sunday"),
    )[weekday]
    if not which:
        return name
    return _("the %(which)s %(weekday)s") % {"which": _nth(which, weekday), "weekday": name}


def _nth(which: int, weekday: int) -> str:
    """Which one, in the gender that the day of the week has in the languages that have genders."""
    if weekday == _SUNDAY:
        said = {
            1: pgettext("which Sunday", "first"),
            2: pgettext("which Sunday", "second"),
            3: pgettext("which Sunday", "third"),
            4: pgettext("which Sunday", "fourth"),
            5: pgettext("which Sunday", "fifth"),
            -1: pgettext("which Sunday", "last"),
        }
    elif weekday in _FEMININE:
        said = {
            1: pgettext("which Wednesday, Friday, Saturday", "first"),
            2: pgettext("which Wednesday, Friday, Saturday", "second"),
            3: pgettext("which Wednesday, Friday, Saturday", "third"),
            4: pgettext("which Wednesday, Friday, Saturday", "fourth"),
            5: pgettext("which Wednesday, Friday, Saturday", "fifth"),
            -1: pgettext("which Wednesday, Friday, Saturday", "last"),
        }
    else:
        said = {
            1: pgettext("which Monday, Tuesday, Thursday", "first"),
            2: pgettext("which Monday, Tuesday, Thursday", "second"),
            3: pgettext("which Monday, Tuesday, Thursday", "third"),
            4: pgettext("which Monday, Tuesday, Thursday", "fourth"),
            5: pgettext("which Monday, Tuesday, Thursday", "fifth"),
            -1: pgettext("which Monday, Tuesday, Thursday", "last"),
        }
    number = _("No. %(n)s") % {"n": which} if which > 0 else _("No. %(n)s from the end") % {"n": -which}
    return said.get(which, number)


def _listed(words: list[str]) -> str:
    return str(get_text_list(words, _("and")))
