"""What is a rule for tasks, what is none, and how it is said."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.models import Repeats
from tasks.recurrence import NotARule, comes_at_all, next_due, parse_rule, say_rule

REFUSED = {
    "": "Write for example",
    "every monday": "Write for example",
    "FREQ": "Write for example",
    "FREQ=;BYDAY=MO": "Write for example",
    "INTERVAL=2": "Write for example",
    "FREQ=WEEKLY\nDTSTART:20260101": "Write for example",
    "FREQ=WEEKLY;" + "BYDAY=MO," * 100_000: "Write for example",
    "FREQ=SECONDLY": "not by hours, minutes or seconds",
    "FREQ=MINUTELY;COUNT=1": "not by hours, minutes or seconds",
    "FREQ=HOURLY": "not by hours, minutes or seconds",
    "FREQ=DAILY;FREQ=WEEKLY": "FREQ stands here twice",
    "FREQ=DAILY;BYEASTER=0": "do not know BYEASTER",
    "FREQ=YEARLY;BYWEEKNO=20": "do not know BYWEEKNO",
    "FREQ=DAILY;INTERVAL=0": "INTERVAL must be between 1",
    "FREQ=DAILY;INTERVAL=-1": "INTERVAL must be between 1",
    "FREQ=DAILY;INTERVAL=1000000000": "INTERVAL must be between 1",
    "FREQ=DAILY;INTERVAL=999999999": "INTERVAL must be between 1 and 3660",
    "FREQ=YEARLY;INTERVAL=11": "INTERVAL must be between 1 and 10",
    "FREQ=DAILY;COUNT=0": "COUNT must be between 1",
    "FREQ=DAILY;COUNT=1000000000": "COUNT must be between 1",
    "FREQ=DAILY;COUNT=2;UNTIL=20300101": "either COUNT or UNTIL",
    "FREQ=DAILY;UNTIL=00010101": "UNTIL must be between 1990 and 2199",
    "FREQ=DAILY;UNTIL=99991231": "UNTIL must be between 1990 and 2199",
    "FREQ=DAILY;UNTIL=20260230": "UNTIL is a day such as",
    "FREQ=DAILY;UNTIL=tomorrow": "UNTIL is a day such as",
    "FREQ=WEEKLY;BYDAY=1MO": "first or last Monday",
    "FREQ=WEEKLY;BYMONTHDAY=1": "no days of the month",
    "FREQ=MONTHLY;BYDAY=0MO": "BYDAY names days",
    "FREQ=MONTHLY;BYDAY=54MO": "BYDAY names days",
    "FREQ=MONTHLY;BYDAY=XX": "BYDAY names days",
    "FREQ=MONTHLY;BYMONTHDAY=0": "BYMONTHDAY must be between 1 and 31",
    "FREQ=MONTHLY;BYMONTHDAY=32": "BYMONTHDAY must be between 1 and 31",
    "FREQ=MONTHLY;BYMONTHDAY=1.5": "BYMONTHDAY must be between 1 and 31",
    "FREQ=YEARLY;BYMONTH=13": "BYMONTH must be between 1 and 12",
    "FREQ=MONTHLY;BYSETPOS=1": "BYSETPOS chooses among days",
    "FREQ=WEEKLY;WKST=1": "WKST names the day",
    "FREQ=DAILY;BYHOUR=24": "BYHOUR must be between 0 and 23",
    "FREQ=DAILY;BYMINUTE=5": "BYMINUTE needs BYHOUR",
}
NEVER = (
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYMONTH=4,6;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
    "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3",
    # From a Sunday, every seventh day is one.
    "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
    "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29",
)
# From 2027-11-28, a Sunday of an odd year.
SUNDAY = date(2027, 11, 28)
SAID = {
    "FREQ=DAILY": "every day",
    "FREQ=DAILY;INTERVAL=3": "every 3 days",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR": "every working day",
    "FREQ=WEEKLY": "every week",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH": "every 2 weeks on Monday and Thursday",
    "FREQ=MONTHLY;BYDAY=-1FR": "on the last Friday of the month",
    "FREQ=MONTHLY;INTERVAL=3;BYDAY=1SU": "every 3 months on the first Sunday",
    "FREQ=MONTHLY;BYMONTHDAY=-1": "on the last day of the month",
    "FREQ=MONTHLY;BYMONTHDAY=1,15": "on day 1 and 15 of the month",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1": "on the last working day of the month",
    "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1": "on day 31, else on the last one of the month",
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13": "on Friday, if it is day 13 of the month",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29": "yearly on 29 February",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1": "yearly on 29 February, else the 28th",
    "FREQ=YEARLY": "every year",
    "FREQ=WEEKLY;BYMONTH=7,8": "every week (only July and August)",
    "FREQ=WEEKLY;COUNT=5": "every week, 5 times",
    "FREQ=DAILY;UNTIL=20301231": "every day, until Dec. 31, 2030",
}


@pytest.mark.parametrize(("text", "sentence"), REFUSED.items(), ids=[text[:40] for text in REFUSED])
def test_what_makes_no_sense_for_tasks_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(NotARule, match=sentence):
        parse_rule(text)
    assert parse_rule("FREQ=WEEKLY;BYDAY=MO")


@pytest.mark.parametrize("text", NEVER)
def test_rules_whose_days_never_come_are_told_from_those_that_come_rarely(text: str) -> None:
    assert not comes_at_all(parse_rule(text), SUNDAY)
    after = datetime(2027, 11, 28, tzinfo=ZoneInfo("Europe/Kyiv"))
    assert next_due(parse_rule(text), SUNDAY, after.tzinfo, after=after, repeats=Repeats.ON_SCHEDULE) is None
    assert comes_at_all(parse_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU"), SUNDAY)


@pytest.mark.parametrize(("text", "said"), SAID.items())
def test_rules_are_said_in_words(text: str, said: str) -> None:
    assert say_rule(parse_rule(text)) == said


def test_a_rule_is_written_as_it_was_read() -> None:
    text = "FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO,-1FR;BYMONTHDAY=1,-1;BYMONTH=1,6;BYSETPOS=1,-1;COUNT=9;WKST=SU"
    assert str(parse_rule(text)) == text
    untidy = (
        " rrule:bysetpos=-1,1; count=9;wkst=su;freq=monthly;interval=2;byday=-1fr,+1mo;bymonthday=-1,1;bymonth=6,1;"
    )
    assert str(parse_rule(untidy)) == text
    for until in ("20301231", "20301231T120000", "20301231T120000Z"):
        assert str(parse_rule(f"FREQ=DAILY;UNTIL={until}")) == f"FREQ=DAILY;UNTIL={until}"


WORDS = "FREQ = ; DAILY WEEKLY YEARLY BYDAY MO -1FR 99 COUNT UNTIL 20301231 T000000Z , BYSETPOS BYMONTHDAY 31 -"
VOCABULARY = st.lists(st.sampled_from(WORDS.split()), max_size=12).map("".join)


@settings(max_examples=300, deadline=None, database=None)
@given(text=st.text(max_size=60) | VOCABULARY)
def test_any_text_is_a_rule_that_is_said_and_written_or_is_refused(text: str) -> None:
    try:
        rule = parse_rule(text)
    except NotARule:
        return
    assert parse_rule(str(rule)) == rule
    assert say_rule(rule)
    comes_at_all(rule, SUNDAY)
