"""The calendar of tasks: what stands on which day, by whose clock, and moving it there."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from crm.access.rights import forget_rights
from crm.pages.testing import browser_of
from tasks import calendar
from tasks.models import Task
from tasks.services import DueOutOfRange, TooLong, finish_task, move_to
from tasks.tests.factories import make_task
from teams.models import Absence, Company, FieldRule, SpecialDay, User
from teams.services import enter_absence
from teams.tests.factories import Cast

pytestmark = pytest.mark.django_db
CALENDAR, EVENTS = reverse("tasks:calendar"), reverse("tasks:calendar_events")
KYIV, NEW_YORK = ZoneInfo("Europe/Kyiv"), ZoneInfo("America/New_York")


def events(user: User, first: str = "2031-03-01", end: str = "2031-04-05", **parameters: Any) -> Any:
    response = browser_of(user).get(EVENTS, {"start": first, "end": end, **parameters})
    assert response.status_code == 200
    return response.json()


def titles(user: User, **parameters: Any) -> set[str]:
    return {event["title"] for event in events(user, **parameters)["events"] if event.get("url")}


def event(user: User, task: Task) -> Any:
    (found,) = (one for one in events(user, everybody="on")["events"] if one.get("id") == str(task.pk))
    return found


def send(user: User, task: Task, day: str, time: str = "", duration: Any = "", **fields: Any) -> Any:
    """As the script sends it; `task` is as its event was drawn."""
    sent = {"day": day, "time": time, "duration": duration, "version": task.version, **fields}
    return browser_of(user).post(reverse("tasks:reschedule", args=[task.pk]), sent, headers={"HX-Request": "true"})


def stored(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)


def live_in(user: User, zone: str) -> None:
    User.objects.filter(pk=user.pk).update(time_zone=zone)
    user.time_zone = zone


def test_it_begins_with_ones_own_and_shows_everybodys_in_sight_when_asked(cast: Cast) -> None:
    day = date(2031, 3, 5)
    make_task(cast.ann, "Hers", due=day), make_task(cast.bob, "His", due=day), make_task(cast.cy, "Far", due=day)
    make_task(cast.ann, "Undated"), make_task(cast.ann, "Elsewhen", due=date(2031, 6, 1))
    assert titles(cast.ann) == {"Hers"}
    assert titles(cast.ann, everybody="on") == {"Hers", "His"}
    assert titles(cast.ann, owner=cast.bob.pk) == {"His"}
    page = browser_of(cast.ann).get(CALENDAR, {"month": "2031-03", "everybody": "on"}).content.decode()
    assert all(name in page for name in ("Hers", "His"))
    assert not any(name in page for name in ("Far", "Undated", "Elsewhen"))
    FieldRule.objects.create(role=cast.ann.role, record_type="tasks.task", field="due_on", access="hidden")
    forget_rights(cast.ann)
    assert {browser_of(cast.ann).get(url).status_code for url in (CALENDAR, EVENTS)} == {403}


def test_a_moment_is_told_by_the_readers_clock_over_the_change_of_clocks(cast: Cast) -> None:
    """Clocks go forward on 9 March 2031 in New York and on 30 March in Kyiv."""
    live_in(cast.ann, "Europe/Kyiv"), live_in(cast.bob, "America/New_York")
    before = make_task(cast.ann, "Before", due=datetime(2031, 3, 29, 1, 30, tzinfo=KYIV), duration=90)
    after = make_task(cast.ann, "After", due=datetime(2031, 3, 31, 1, 30, tzinfo=KYIV), duration=90)
    across = make_task(cast.ann, "Across", due=datetime(2031, 3, 30, 2, 30, tzinfo=KYIV), duration=60)
    told = {
        (str(user.username), task.name): (event(user, task)["start"][5:16], event(user, task)["end"][5:16])
        for user in (cast.ann, cast.bob)
        for task in (before, after, across)
    }
    ann, bob = cast.ann.username, cast.bob.username
    assert told == {
        (ann, "Before"): ("03-29T01:30", "03-29T03:00"),
        (ann, "After"): ("03-31T01:30", "03-31T03:00"),
        (ann, "Across"): ("03-30T02:30", "03-30T04:30"),
        # The day before, by his clock.
        (bob, "Before"): ("03-28T19:30", "03-28T21:00"),
        (bob, "After"): ("03-30T18:30", "03-30T20:00"),
        (bob, "Across"): ("03-29T20:30", "03-29T21:30"),
    }
    # He puts it to his own evening; its zone stays that in which it was set.
    assert send(cast.bob, before, "2031-03-20", "20:00", 90).status_code == 200
    assert stored(before).due_at == datetime(2031, 3, 21, 0, 0, tzinfo=UTC)
    assert (stored(before).due_on, stored(before).due_zone) == (date(2031, 3, 21), "Europe/Kyiv")


def test_what_lasts_for_days_is_in_each_of_them(cast: Cast) -> None:
    make_task(cast.ann, "Fair", due=date(2031, 2, 20), duration=12 * 24 * 60)
    make_task(cast.ann, "Over", due=date(2031, 2, 20), duration=9 * 24 * 60)
    (fair,) = (one for one in events(cast.ann)["events"] if one.get("url"))
    assert (fair["title"], fair["start"], fair["end"], fair["allDay"]) == ("Fair", "2031-02-20", "2031-03-04", True)
    page = browser_of(cast.ann).get(CALENDAR, {"month": "2031-03"}).content.decode()
    assert page.count("Fair</a>") == 3


def test_days_off_and_own_absences_stand_behind(cast: Cast) -> None:
    company = Company.current()
    company.save()
    SpecialDay.objects.create(company=company, day=date(2031, 3, 7), name="Day of the ship")
    for user in (cast.ann, cast.bob):
        enter_absence(Absence(user=user, starts=date(2031, 2, 27), ends=date(2031, 3, 2)), actor=user)
    behind = [one for one in events(cast.ann)["events"] if one.get("display") == "background"]
    told = {(one["title"], one["start"], one["end"]) for one in behind if one["class"] in ("cl-holiday", "cl-away")}
    assert {("Day of the ship", "2031-03-07", "2031-03-08"), ("Away", "2031-02-27", "2031-03-03")} <= told
    assert sum(one["class"] == "cl-away" for one in behind) == 1


def test_it_is_told_that_there_are_more_and_every_day_has_its_share(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        for _each in range(3):
            make_task(cast.ann, due=date(2031, 3, 2 + number))
    assert events(cast.ann, "2031-03-01", "2031-03-06")["said"] == ""
    monkeypatch.setattr(calendar.CalendarPage.between, "__kwdefaults__", {"most": 7})
    told = events(cast.ann, "2031-03-01", "2031-03-06")
    assert "more tasks than a calendar can show" in told["said"]
    assert {one["start"] for one in told["events"] if one.get("url")} == {f"2031-03-0{day}" for day in (2, 3, 4)}
    for range_ in (("2031-03-01", "2031-03-01"), ("2031-01-01", "2031-12-31"), ("x", "2031-03-01")):
        asked = dict(zip(("start", "end"), range_, strict=True))
        assert browser_of(cast.ann).get(EVENTS, asked).status_code == 400


def test_an_event_is_moved_resized_and_put_back(cast: Cast) -> None:
    task = make_task(cast.ann, "Write", due=date(2031, 3, 5))
    answer = send(cast.ann, task, "2031-03-08", "10:30", 45)
    assert (answer.status_code, "2031" in answer.json()["said"]) == (200, True)
    assert (stored(task).due_time.isoformat()[:5], stored(task).duration) == ("10:30", 45)  # type: ignore[union-attr]
    before, now = answer.json()["before"], answer.json()["event"]
    assert (now["version"], now["minutes"]) == (stored(task).version, 45)
    back = send(cast.ann, stored(task), before["day"], before["time"], before["minutes"] or "")
    assert (back.status_code, stored(task).due_on, stored(task).due_at) == (200, date(2031, 3, 5), None)


def test_a_move_that_is_refused_late_or_not_allowed_says_so_and_stores_nothing(cast: Cast) -> None:
    task = make_task(cast.ann, "Write", due=date(2031, 3, 5))
    for day, duration in (("0001-01-01", ""), ("9999-12-31", ""), ("2031-03-06", "99999999"), ("", "")):
        refused = send(cast.ann, task, day, duration=duration)
        assert (refused.status_code, bool(refused.json()["said"])) == (422, True)
    for due in (date(1, 1, 1), datetime(9999, 12, 31, 23, tzinfo=UTC)):
        with pytest.raises(DueOutOfRange):
            move_to(stored(task), due, None, actor=cast.ann)
    with pytest.raises(TooLong):
        move_to(stored(task), date(2031, 3, 6), 10**8, actor=cast.ann)
    finish_task(stored(task), actor=cast.ann)
    late = send(cast.ann, task, "2031-03-06")
    assert (late.status_code, late.json()["event"]["day"]) == (409, "2031-03-05")
    assert send(cast.cy, stored(task), "2031-03-06").status_code == 404
    FieldRule.objects.create(role=cast.ann.role, record_type="tasks.task", field="due_on", access="read_only")
    forget_rights(cast.ann)
    assert send(cast.ann, stored(task), "2031-03-06").status_code == 403
    with pytest.raises(PermissionDenied):
        move_to(stored(task), date(2031, 3, 6), None, actor=cast.ann)
    assert (event(cast.ann, task)["editable"], stored(task).due_on) == (False, date(2031, 3, 5))


def test_without_scripts_a_task_is_moved_by_a_form(cast: Cast) -> None:
    task = make_task(cast.ann, "Write", due=date(2031, 3, 5))
    address = f"{reverse('tasks:reschedule', args=[task.pk])}?next={CALENDAR}"
    assert address.partition("?")[0] in browser_of(cast.ann).get(CALENDAR, {"month": "2031-03"}).content.decode()
    assert 'value="2031-03-05"' in browser_of(cast.ann).get(address).content.decode()
    answer = browser_of(cast.ann).post(address, {"day": "2031-03-06", "time": "", "duration": ""})
    assert (answer.status_code, answer.url, stored(task).due_on) == (302, CALENDAR, date(2031, 3, 6))
    day = date(2031, 3, 6) + timedelta(days=1)
    new = browser_of(cast.ann).get(reverse("tasks:new"), {"due": f"{day}", "at": "10:30"}).content.decode()
    assert all(f'value="{value}"' in new for value in (day, "10:30"))
