"""Calendar links: what a calendar program reads by one, and to whom it stays shut."""

import logging
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from crm.access.rights import FieldAccess, Scope
from crm.access.writing import move_to_bin
from crm.pages.testing import browser_of
from tasks.calendars.feeds import feed_text
from tasks.calendars.logs import HideCalendarLinks
from tasks.calendars.writing import Entry, Place, calendar_text, event_lines, stamp, zone_of
from tasks.models import CalendarFeed, CalendarText, Repeats, TaskNature, TaskWatcher
from tasks.services import calendar_feeds, finish_task, save_task
from tasks.services.calendar_feeds import MOST_LINKS, forget_texts, make_link, revoke_link
from tasks.tests.factories import make_task
from teams.models import FieldRule, User
from teams.tests.factories import Cast, grant_all

KYIV, NEW_YORK = ZoneInfo("Europe/Kyiv"), ZoneInfo("America/New_York")
HOSTILE = "Call\r\nATTENDEE:mailto:evil@example.com\nEND:VEVENT; a,b\\n 😀" + "є" * 400 + " \u202eשלום"


def link_of(user: User, **options: Any) -> str:
    return f"/calendar/{make_link(CalendarFeed(name='Phone', **options), actor=user).secret}.ics"


def read(link: str, **headers: str) -> Any:
    return Browser().get(link, headers=headers)


def events_in(link: str) -> dict[str, Event]:
    answer = read(link)
    assert answer.status_code == 200
    calendar: Any = Calendar.from_ical(answer.content)
    return {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}


@pytest.mark.django_db
def test_a_link_shows_whose_tasks_they_are_and_no_others(cast: Cast) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    make_task(cast.ann, "Hers", due=tomorrow)
    make_task(cast.ann, "Without a day")
    make_task(cast.bob, "Her teammate's", due=tomorrow)
    make_task(cast.cy, "Watched", due=tomorrow, parts={"watchers": [TaskWatcher(user=cast.ann)]})
    finish_task(make_task(cast.ann, "Done", due=tomorrow), actor=cast.ann)
    assert set(events_in(link_of(cast.ann))) == {"Hers"}
    assert set(events_in(link_of(cast.ann, is_with_watched=True, is_with_done=True))) == {"Hers", "Watched", "✓ Done"}
    assert set(events_in(link_of(cast.cy, is_with_watched=True))) == {"Watched"}


@pytest.mark.django_db
def test_what_leaves_her_sight_leaves_her_calendar_at_once(cast: Cast) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    hers = make_task(cast.ann, "Hers", due=tomorrow)
    watched = make_task(cast.cy, "Watched", due=tomorrow, parts={"watchers": [TaskWatcher(user=cast.ann)]})
    link = link_of(cast.ann, is_with_watched=True)
    first = read(link)
    assert {"Hers", "Watched"} == set(events_in(link))
    save_task(watched, actor=cast.cy, parts={"watchers": []})
    assert read(link, **{"If-None-Match": first["ETag"]}).status_code == 200
    assert {"Hers"} == set(events_in(link))
    move_to_bin(hers, actor=cast.ann)
    assert not events_in(link)
    grant_all(cast.ann.role, Scope.NONE)
    make_task(cast.dana, "Kept", due=tomorrow)
    assert not events_in(link)


@pytest.mark.django_db
def test_a_dead_link_is_answered_as_one_that_never_was(cast: Cast) -> None:
    """Revoked, or of somebody who was deactivated; alive again for one who came back."""
    make_task(cast.ann, "Hers", due=timezone.localdate())
    revoked, hers = link_of(cast.ann), link_of(cast.ann)
    revoke_link(CalendarFeed.objects.latest("pk"), actor=cast.ann)
    revoked, hers = hers, revoked
    assert read(hers).status_code == 200
    User.objects.filter(pk=cast.ann.pk).update(is_active=False)
    answers = [read(link) for link in (revoked, hers, "/calendar/unknown.ics")]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, b"")}
    assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1
    User.objects.filter(pk=cast.ann.pk).update(is_active=True)
    assert (read(hers).status_code, read(revoked).status_code) == (200, 404)


@pytest.mark.django_db
def test_hidden_fields_stay_hidden(cast: Cast) -> None:
    task = make_task(
        cast.ann, "Call", due=datetime(2031, 3, 3, 9, tzinfo=KYIV), description="Vorskla", rrule="FREQ=DAILY",
        repeats=Repeats.ON_SCHEDULE, priority=4,
    )  # fmt: skip
    finish_task(make_task(cast.ann, "Closed", due=timezone.localdate()), actor=cast.ann)
    link = link_of(cast.ann)
    assert {"RRULE", "PRIORITY", "CATEGORIES"} <= set(events_in(link)["Call"])
    assert "Vorskla" in events_in(link)["Call"]["DESCRIPTION"]
    for name in ("description", "rrule", "status"):
        FieldRule.objects.create(role=cast.ann.role, record_type="tasks.task", field=name, access=FieldAccess.HIDDEN)
    shown = events_in(link)
    assert "RRULE" not in shown["Call"]
    assert shown["Call"]["DESCRIPTION"].endswith(f"/tasks/{task.pk}/")
    assert "Vorskla" not in shown["Call"]["DESCRIPTION"]
    # Which tasks are open is told by none being left out.
    assert set(shown) == {"Call", "Closed"}
    for name in ("due_on", "owner"):
        rule = FieldRule.objects.create(
            role=cast.ann.role, record_type="tasks.task", field=name, access=FieldAccess.HIDDEN
        )
        assert not events_in(link)
        rule.delete()
        assert events_in(link)


@pytest.mark.django_db
def test_a_program_that_knows_it_all_is_told_so(cast: Cast) -> None:
    task = make_task(cast.ann, "Call", due=timezone.localdate())
    link = link_of(cast.ann)
    first = read(link)
    assert first["Cache-Control"].startswith("private")
    assert first["Referrer-Policy"] == "no-referrer"
    assert not first.cookies
    with CaptureQueriesContext(connection) as queries:
        again = read(link, **{"If-None-Match": f'"other", W/{first["ETag"]}'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert len(queries) <= 8
    head = Browser().head(link)
    assert (head.status_code, head.content, head["Last-Modified"]) == (200, b"", first["Last-Modified"])
    task.name = "Call again"
    save_task(task, actor=cast.ann)
    changed = read(link, **{"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
    User.objects.filter(pk=cast.ann.pk).update(language="uk")
    assert read(link, **{"If-None-Match": changed["ETag"]}).status_code == 200


@pytest.mark.django_db
def test_a_large_calendar_is_kept_as_long_as_it_stands(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    make_task(cast.ann, "Hers", due=tomorrow, description="Vorskla")
    watched = make_task(cast.cy, "Watched", due=tomorrow, parts={"watchers": [TaskWatcher(user=cast.ann)]})
    link = link_of(cast.ann, is_with_watched=True)
    read(link)
    assert not CalendarText.objects.exists()
    monkeypatch.setattr(calendar_feeds, "WORTH_KEEPING", 100)
    made: list[CalendarFeed] = []
    monkeypatch.setattr(calendar_feeds, "feed_text", lambda feed: made.append(feed) or feed_text(feed))
    first, second = read(link), read(link)
    assert first.content == second.content
    assert len(made) == 1
    save_task(watched, actor=cast.cy, parts={"watchers": []})
    assert "Watched" not in read(link).content.decode()
    FieldRule.objects.create(
        role=cast.ann.role, record_type="tasks.task", field="description", access=FieldAccess.HIDDEN
    )
    assert "Vorskla" not in read(link).content.decode()
    assert len(made) == 3
    assert CalendarText.objects.count() == 1
    CalendarText.objects.update(made_at=timezone.now() - timedelta(hours=25))
    assert forget_texts() == 1
    read(link)
    revoke_link(CalendarFeed.objects.get(), actor=cast.ann)
    assert not CalendarText.objects.exists()


@pytest.mark.django_db
def test_what_changed_while_it_was_read_is_not_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    task = make_task(cast.ann, "Hers", due=timezone.localdate() + timedelta(days=1))
    link = link_of(cast.ann)

    def read_late(feed: CalendarFeed) -> str:
        move_to_bin(task, actor=cast.ann)
        return feed_text(feed)

    monkeypatch.setattr(calendar_feeds, "WORTH_KEEPING", 100)
    monkeypatch.setattr(calendar_feeds, "feed_text", read_late)
    assert read(link).status_code == 200
    assert not CalendarText.objects.exists()


@pytest.mark.django_db
def test_reading_is_noted_once_an_hour(cast: Cast) -> None:
    link = link_of(cast.ann)
    read(link)
    noted = CalendarFeed.objects.get().last_read_at
    read(link)
    assert CalendarFeed.objects.get().last_read_at == noted
    CalendarFeed.objects.update(last_read_at=timezone.now() - timedelta(hours=2))
    read(link)
    assert CalendarFeed.objects.get().last_read_at > noted


@pytest.mark.django_db
def test_events_stand_on_the_clock_of_their_zone_over_the_change(cast: Cast) -> None:
    meetings = {"Kyiv": KYIV, "New York": NEW_YORK}
    for name, zone in meetings.items():
        cast.ann.time_zone = zone.key
        rule = {"rrule": "FREQ=WEEKLY;UNTIL=20260415", "repeats": Repeats.ON_SCHEDULE}
        make_task(cast.ann, name, due=datetime(2026, 3, 2, 9, tzinfo=zone), nature=TaskNature.MEETING, **rule)
    make_task(cast.ann, "All day", due=date(2026, 3, 29), duration=2 * 1440)
    calendar: Any = Calendar.from_ical(read(link_of(cast.ann)).content)
    found = recurring_ical_events.of(calendar).between(date(2026, 3, 1), date(2026, 4, 30))
    starts = {name: [] for name in (*meetings, "All day")}  # type: ignore[var-annotated]
    for event in found:
        starts[str(event["SUMMARY"])].append(event["DTSTART"].dt)
    # The clocks change on 8 March in New York and on 29 March in Kyiv.
    kyiv = [moment.astimezone(UTC).strftime("%m-%d %H:%M") for moment in starts["Kyiv"]]
    assert kyiv == ["03-02 07:00", "03-09 07:00", "03-16 07:00", "03-23 07:00", "03-30 06:00", "04-06 06:00",
                    "04-13 06:00"]  # fmt: skip
    new_york = [moment.astimezone(UTC).strftime("%m-%d %H:%M") for moment in starts["New York"]]
    assert new_york[:3] == ["03-02 14:00", "03-09 13:00", "03-16 13:00"]
    (day,) = [event for event in calendar.walk("VEVENT") if event["SUMMARY"] == "All day"]
    assert (day["DTSTART"].dt, day["DTEND"].dt) == (date(2026, 3, 29), date(2026, 3, 31))
    assert {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")} == {"Europe/Kyiv", "America/New_York"}


@pytest.mark.django_db
def test_links_are_made_shown_once_and_revoked_by_their_owner(cast: Cast) -> None:
    browser = browser_of(cast.ann)
    made = browser.post("/tasks/calendar/links/", {"name": "Phone"})
    feed = CalendarFeed.objects.get()
    link = made.context["address"]
    assert link in made.content.decode()
    assert read("/" + link.split("/", 3)[3]).status_code == 200
    assert link.rsplit("/", 1)[1].removesuffix(".ics") not in browser.get("/tasks/calendar/links/").content.decode()
    assert browser_of(cast.cy).post(f"/tasks/calendar/links/{feed.pk}/revoke/").status_code == 404
    assert browser.post(f"/tasks/calendar/links/{feed.pk}/revoke/").status_code == 302
    assert read("/" + link.split("/", 3)[3]).status_code == 404
    for number in range(MOST_LINKS):
        make_link(CalendarFeed(name=str(number)), actor=cast.ann)
    assert browser.post("/tasks/calendar/links/", {"name": "One too many"}).status_code == 422
    assert browser.post("/tasks/calendar/links/", {"name": ""}).status_code == 422


def test_logs_name_no_secret() -> None:
    for message, arguments in (
        ("Not Found: %s", ("/calendar/s3cret-_.ics",)),
        ('"GET /calendar/s3cret.ics?x" 404', ()),
    ):
        record = logging.LogRecord("django.request", logging.WARNING, "", 0, message, arguments, None)
        assert HideCalendarLinks().filter(record)
        assert "/calendar/….ics" in record.getMessage()
        assert "s3cret" not in record.getMessage()


def event_of(title: str, text: str = "", **fields: Any) -> Any:
    moment = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    given = {
        "key": "1",
        "version": 3,
        "created": stamp(moment),
        "changed": stamp(moment),
        "title": title,
        "text": text,
        "due_on": date(2026, 10, 25),
        "due_at": None,
        "zone": "",
        "minutes": None,
        "rule": "",
        "category": "A, b",
        "priority": 0,
        **fields,
    }
    entry = Entry(**given)
    zone = zone_of(entry)
    place = Place("porada.example", "https://porada.example/tasks/")
    written = calendar_text([], [zone] if zone else [], [event_lines(entry, place)])
    assert all(len(line.encode()) <= 75 for line in written.split("\r\n"))
    assert "\r" not in written.replace("\r\n", "")
    calendar: Any = Calendar.from_ical(written)
    (event,) = calendar.walk("VEVENT")
    assert not event.errors
    return event


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), st.text(max_size=300))
def test_any_text_comes_out_as_it_went_in(title: str, text: str) -> None:
    event = event_of(title, "".join(sign for sign in text if sign.isprintable()))
    assert str(event["SUMMARY"]).strip() == title.replace("\\N", "\n").strip()


def test_a_hostile_title_adds_no_line() -> None:
    event = event_of(HOSTILE)
    assert "ATTENDEE" not in event
    assert str(event["SUMMARY"]) == HOSTILE.replace("\r\n", "\n")
    assert [str(name) for name in event["CATEGORIES"].cats] == ["A, b"]


def test_the_second_of_two_equal_hours_is_told_in_utc() -> None:
    """In Kyiv 03:30 on 25 October 2026 is there twice: at 00:30 and at 01:30 of UTC."""
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    for moment in (first, second):
        event = event_of("Night shift", due_at=moment, zone="Europe/Kyiv", minutes=10)
        assert event["DTSTART"].dt.astimezone(UTC) == moment
        assert event["DTEND"].dt.astimezone(UTC) == moment + timedelta(minutes=10)


@pytest.mark.django_db
def test_the_page_of_links_lets_browsers_say_where_its_forms_come_from(cast: Cast) -> None:
    """With no referrer they would send "null" as the origin, and every form would be refused."""
    browser, links = browser_of(cast.ann), "/tasks/calendar/links/"
    for answer in (browser.get(links), browser.post(links, {"name": "Phone"})):
        assert answer["Referrer-Policy"] == "same-origin"
