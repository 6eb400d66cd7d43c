"""What lines mean, against lines written by hand in three languages; and what holds of any line."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.models import Priority, TaskNature
from tasks.quick import Draft, Match, Part, read_line

KYIV = ZoneInfo("Europe/Kyiv")
# A Wednesday.
NOW = datetime(2026, 11, 18, 14, 30, 20, tzinfo=KYIV)


class Known:
    """A small world, in which a name is found by its beginning."""

    colleagues = ("Bob Brown", "Joan Low", "Jo High")
    records = (("client", "Acme"), ("deal", "Portal for Acme"), ("project", "Rollout"), ("project", "Roll call"))
    contacts = ("Irina Petrova", "Ірина Коваль", "Ирина Белова", "Anna One", "Anna Two")

    def people(self, name: str) -> Sequence[Match]:
        return [Match("owner", one, one) for one in self.colleagues if one.lower().startswith(name.lower())]

    def about(self, name: str) -> Sequence[Match]:
        return [Match(kind, one, one) for kind, one in self.records if one.lower().startswith(name.lower())]

    def contact(self, names: Sequence[str]) -> Match | None:
        stems = [name.lower()[: max(4, len(name) - 2)] for name in names]
        found = [
            one
            for one in self.contacts
            if all(any(word.startswith(stem) for word in one.lower().split()) for stem in stems)
        ]
        return Match("contact", found[0], found[0]) if len(found) == 1 else None


def read(line: str, language: str = "en", now: datetime = NOW) -> Draft:
    return read_line(line, now, now.tzinfo or UTC, language, Known())


# A line, what is left as its title, when it is due, and its kind and priority.
LINES = """
call Irina tomorrow 15:00 !high #acme @bob | call Irina | 2026-11-19 15:00 | call 3
Call Irina, tomorrow at 3pm. | Call Irina | 2026-11-19 15:00 | call
tomorrow call Irina at 15:00 | call Irina | 2026-11-19 15:00 | call
call tomorrow Irina !urgent | call Irina | 2026-11-19 | call 4
send offer friday 25%... | send offer 25%... | 2026-11-20 |
Report by friday | Report | 2026-11-20 |
buy 10 licences | buy 10 licences | |
upgrade 1C 8.3 | upgrade 1C 8.3 | |
check version 12.10 | check version 12.10 | |
update to 8.3 | update to 8.3 | |
May be late with the report | May be late with the report | |
pay invoice 25.11 | pay invoice | 2026-11-25 |
pay invoice 2026-12-01 10:00 | pay invoice | 2026-12-01 10:00 |
pay 3 invoices in 3 days | pay 3 invoices | 2026-11-21 |
meet Bob at 9 | meet Bob | 2026-11-19 09:00 | meeting
meet at 9 partners | meet at 9 partners | | meeting
meeting in 2 hours | meeting | 2026-11-18 16:30 | meeting
send morning report | send morning report | |
support 24/7 plan | support 24/7 plan | |
buy sun cream | buy sun cream | |
sync fri 10am | sync | 2026-11-20 10:00 |
sync on sun | sync | 2026-11-22 |
review today 10:00 | review | 2026-11-18 10:00 |
e-mail the contract next week | e-mail the contract | 2026-11-25 | email
call +380 44 123 45 67 tomorrow | call +380 44 123 45 67 | 2026-11-19 | call
plan !2 (later) | plan (later) | | 2
wow !!! that !great day | wow !!! that !great day | |
fix #123 tonight | fix #123 | 2026-11-18 18:00 |
підготувати звіт | підготувати звіт | |
подзвонити Ірині завтра о 15:00 !високий #acme @bob | подзвонити Ірині | 2026-11-19 15:00 | call 3
зустріч у п'ятницю о 10 | зустріч | 2026-11-20 10:00 | meeting
надіслати рахунок до 1 грудня | надіслати рахунок | 2026-12-01 |
написати листа через 2 години | написати листа | 2026-11-18 16:30 | email
нарада післязавтра !терміново | нарада | 2026-11-20 | meeting 4
скинути ціну на 10 тисяч | скинути ціну на 10 тисяч | |
звіт щодо 1С 8.3 | звіт щодо 1С 8.3 | |
зателефонувати сьогодні ввечері | зателефонувати | 2026-11-18 18:00 | call
купити квитки на 21.12 | купити квитки | 2026-12-21 |
позвонить Ирине завтра в 15:00 !срочно | позвонить Ирине | 2026-11-19 15:00 | call 4
встреча в 3 офисе | встреча в 3 офисе | | meeting
отправить договор до пятницы | отправить договор | 2026-11-20 |
созвон в четверг 11:30 | созвон | 2026-11-19 11:30 | call
оплатить через 3 дня 5 счетов | оплатить 5 счетов | 2026-11-21 |
подготовить отчет за март | подготовить отчет за март | |
в понедельник письмо поставщику !низкий | письмо поставщику | 2026-11-23 | email 1
закупить 5 дней отпуска | закупить 5 дней отпуска | |
"""


def rows() -> list[tuple[str, ...]]:
    return [tuple(cell.strip() for cell in line.split("|")) for line in LINES.strip().splitlines()]


@pytest.mark.parametrize(("line", "title", "due", "marks"), rows())
def test_a_line_means_what_people_mean_by_it_in_any_language_of_theirs(
    line: str, title: str, due: str, marks: str
) -> None:
    for language in ("en", "uk", "ru"):
        draft = read(line, language)
        shown = [mark for mark in (draft.nature, draft.priority) if mark]
        assert draft.title == title
        assert str(draft.due or "")[:16] == due
        assert " ".join(map(str, shown)) == marks
        assert draft.problems == ()


def test_names_are_found_and_leave_the_title() -> None:
    draft = read('call Irina #acme #portal @bob #vip #"follow up"')
    assert draft.person == Match("owner", "Bob Brown", "Bob Brown")
    assert {kind: match.label for kind, match in draft.about.items()} == {"client": "Acme", "deal": "Portal for Acme"}
    assert draft.tags == ("vip", "follow up")
    assert draft.title == "call Irina"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("report @nobody tomorrow", "nobody who is called “nobody”"),
        ("report @jo tomorrow", "Joan Low, Jo High"),
        ("report #roll tomorrow", "Rollout, Roll call"),
        ("x" * 501, "too long"),
    ],
)
def test_what_cannot_be_told_apart_stays_in_the_line_with_a_sentence(line: str, told: str) -> None:
    draft = read(line)
    assert told in " ".join(draft.problems)
    name = next((word for word in line.split() if word[0] in "@#"), "")
    assert name in draft.title


def test_one_person_is_suggested_by_a_name_in_any_case_and_nobody_among_several() -> None:
    for line, who in (
        ("call Irina", "Irina Petrova"),
        ("call irina tomorrow", "Irina Petrova"),
        ("подзвонити Ірині", "Ірина Коваль"),
        ("позвонить Ирине Беловой", "Ирина Белова"),
        ("Report for Irina about Acme", "Irina Petrova"),
    ):
        found = read(line).contact
        assert found is not None, line
        assert found.label == who
    for line in ("call Anna", "call Bob", "call Iri", "report of irina"):
        assert read(line).contact is None, line


def test_what_was_to_be_earlier_today_is_kept_and_said() -> None:
    assert read("review today 10:00").notes == ("This moment has already passed.",)
    assert read("review today 15:00").notes == ()


def test_spans_say_where_everything_stands() -> None:
    line = "tomorrow call Irina at 15:00 !high #acme @bob"
    draft = read(line)
    assert [(line[span.start : span.end], span.part) for span in draft.spans] == [
        ("tomorrow", Part.DUE),
        ("call", Part.KIND),
        ("at 15:00", Part.DUE),
        ("!high", Part.PRIORITY),
        ("#acme", Part.ABOUT),
        ("@bob", Part.PERSON),
    ]
    assert (draft.nature, draft.priority) == (TaskNature.CALL, Priority.HIGH)


TOMORROW = {"en": "tomorrow at {}", "uk": "завтра о {}", "ru": "завтра в {}"}
TITLES = {"en": "send 3 offers to Acme", "uk": "надіслати 3 пропозиції", "ru": "отправить 3 предложения"}
LANGUAGES = st.sampled_from(["en", "uk", "ru"])
NOWS = st.builds(
    lambda at, zone: at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)),
    st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1)),  # noqa: DTZ001
    st.sampled_from(["Europe/Kyiv", "Europe/Moscow", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]),
)
relaxed = settings(max_examples=60, deadline=None, database=None)


@relaxed
@given(
    now=NOWS,
    own=LANGUAGES,
    written=LANGUAGES,
    clock=st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    is_first=st.booleans(),
)
def test_tomorrow_is_the_next_day_of_the_calendar_wherever_it_stands(
    now: datetime, own: str, written: str, clock: datetime, is_first: bool
) -> None:
    title, words = TITLES[written], TOMORROW[written].format(f"{clock:%H:%M}")
    draft = read(f"{words} {title}" if is_first else f"{title} {words} !3", own, now)
    assert draft.title == title
    assert isinstance(draft.due, datetime)
    wall = datetime.combine(now.date() + timedelta(days=1), clock)  # type: ignore[arg-type]
    # A time that the clocks skip moves on.
    assert timedelta() <= draft.due.replace(tzinfo=None, fold=0) - wall <= timedelta(hours=1)


WORDS = (
    "call meet @bob @jo @ # ! !high #acme #roll #x tomorrow friday at 15:00 9 25.11 10:00 in 2 hours Irina завтра о "
    'через дня п\'ятницю до ! , ... #" "Acme" 99999999999 31.02 24/7 1C 8.3 to'
)
ANYTHING = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join))


@settings(relaxed, max_examples=150)
@given(line=ANYTHING, now=NOWS, language=LANGUAGES)
def test_nothing_of_any_line_is_lost(line: str, now: datetime, language: str) -> None:
    draft = read(line, language, now)
    taken = [span for span in draft.spans if span.part != Part.KIND]
    for span, following in zip(draft.spans, draft.spans[1:], strict=False):
        assert 0 <= span.start < span.end <= following.start
    left, end = "", 0
    for span in taken:
        left, end = left + line[end : span.start] + " ", span.end
    left += line[end:]
    assert " ".join(left.split()).strip(" ,;") == draft.title
