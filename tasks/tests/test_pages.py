"""The pages of tasks: the form with its bad input, the card, my day, moving dates and taking it back."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.tests.factories import make_client
from contacts.models import Interaction
from contacts.tests.factories import make_contact
from crm.access.rights import Action, FieldAccess, Scope
from crm.access.shares import share
from crm.access.writing import hand_over
from crm.pages.testing import browser_of, edit_of, form_of
from projects.tests.factories import make_deal
from tasks.models import Task, TaskBlocker, TaskBoard, TaskCheck, TaskNature, TaskStatus, TaskWatcher
from tasks.services import finish_task
from tasks.tests.factories import make_task
from teams.models import FieldRule, User
from teams.tests.factories import Cast, grant_all

DAY = "/tasks/day/"


def page(user: User, url: str, **parameters: Any) -> str:
    return browser_of(user).get(url, parameters).content.decode()


def rule(user: User, *names: str, access: FieldAccess = FieldAccess.HIDDEN) -> None:
    for name in names:
        FieldRule.objects.create(role=user.role, record_type="tasks.task", field=name, access=access)


def sections(user: User, **parameters: Any) -> dict[str, list[str]]:
    found = browser_of(user).get(DAY, parameters).context["sections"]
    return {section.key: [item.task.name for item in section.items] for section in found}


def test_a_task_is_added_with_a_moment_by_the_clock_of_its_zone(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    sent = {"name": "Call Irina", "due_on": "2031-07-01", "due_time": "09:30", "due_zone": "America/New_York"}
    answer = edit_of(browser_of(cast.ann), f"{reverse('tasks:new')}?client={acme.pk}", **sent)
    assert answer.status_code == 302
    task = Task.objects.get()
    assert task.due_at == datetime(2031, 7, 1, 13, 30, tzinfo=UTC)
    assert (task.due_on, task.due_zone, task.client, task.owner) == (
        date(2031, 7, 1),
        "America/New_York",
        acme,
        cast.ann,
    )
    edit_of(browser_of(cast.ann), task.url("edit"), due_time="")
    task.refresh_from_db()
    assert (task.due_on, task.due_at, task.due_zone) == (date(2031, 7, 1), None, "")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("due_on", "0001-01-01"),
        ("due_on", "9999-12-31"),
        ("due_on", "2031-02-30"),
        ("due_time", "25:61"),
        ("estimate", "NaN"),
        ("estimate", "-1"),
        ("estimate", "1e9"),
        ("duration", "-5"),
        ("due_zone", "Mars/Olympus"),
        ("client", "01900000-0000-7000-8000-000000000000"),
        ("rrule_1", "FREQ=SECONDLY"),
    ],
)
def test_bad_input_is_refused_in_its_place_and_nothing_is_lost(cast: Cast, field: str, value: str) -> None:
    sent = {"name": "Kept words", "due_on": "2031-07-01", field: value}
    if field.startswith("rrule"):
        sent["rrule_0"] = "own"
    answer = edit_of(browser_of(cast.ann), reverse("tasks:new"), **sent)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field.partition("_1")[0] if field.startswith("rrule") else field}
    assert "Kept words" in answer.content.decode()
    assert not Task.objects.exists()


def test_a_time_without_a_day_is_told(cast: Cast) -> None:
    answer = edit_of(browser_of(cast.ann), reverse("tasks:new"), name="Call", due_time="10:00")
    assert set(answer.context["form"].errors) == {"due_on"}


def test_a_task_that_is_a_part_of_itself_or_waits_for_itself_is_told_in_its_place(cast: Cast) -> None:
    whole = make_task(cast.ann, "Whole")
    part = make_task(cast.ann, "Part", parent=whole)
    answer = edit_of(browser_of(cast.ann), whole.url("edit"), parent=part.pk)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"parent"}
    answer = edit_of(browser_of(cast.ann), whole.url("edit"), **{"blockers-0-blocker": whole.pk})
    assert answer.status_code == 422
    assert "A task cannot wait for itself." in answer.content.decode()


def test_a_day_is_cut_by_the_clock_of_the_reader(cast: Cast) -> None:
    today = timezone.localdate()
    for days, name in ((-1, "Yesterday"), (0, "Today"), (2, "Soon"), (30, "Far")):
        make_task(cast.ann, name, due=today + timedelta(days=days))
    make_task(cast.ann, "Undated")
    make_task(cast.ann, "Just now", due=timezone.now() - timedelta(minutes=1))
    finish_task(make_task(cast.ann, "Done", due=today), actor=cast.ann)
    make_task(cast.bob, "Of bob", due=today)
    assert sections(cast.ann) == {
        "overdue": ["Yesterday", "Just now"],
        "today": ["Today"],
        "next": ["Soon"],
        "undated": ["Undated"],
    }
    assert sections(cast.ann, person=cast.bob.pk)["today"] == ["Of bob"]
    assert browser_of(cast.ann).get(DAY, {"person": cast.cy.pk}).status_code == 404


def test_ticked_tasks_move_at_once_and_back(cast: Cast) -> None:
    today = timezone.localdate()
    zone = timezone.get_current_timezone()
    moment = datetime.combine(today - timedelta(days=3), datetime.min.time().replace(hour=15), zone)
    whole, timed = make_task(cast.ann, "Whole", due=today), make_task(cast.ann, "Timed", due=moment)
    foreign = make_task(cast.cy, "Of cy", due=today)
    browser = browser_of(cast.ann)
    sent = {"task": [whole.pk, timed.pk, foreign.pk], "to": "tomorrow", "next": DAY}
    assert browser.post(reverse("tasks:shift"), sent).headers["Location"] == DAY
    tomorrow = today + timedelta(days=1)
    for task in (whole, timed, foreign):
        task.refresh_from_db()
    assert (whole.due_on, timed.due_on, foreign.due_on) == (tomorrow, tomorrow, today)
    assert timezone.localtime(timed.due_at, timed.zone).hour == 15
    shown = browser.get(DAY).content.decode()
    undo = re.search(r'name="undo" value="([^"]+)"', shown)
    assert undo
    browser.post(reverse("tasks:put_back"), {"undo": undo[1]})
    whole.refresh_from_db()
    timed.refresh_from_db()
    assert (whole.due_on, timed.due_at) == (today, moment)
    for to in ({"to": "date", "date": "0001-01-01"}, {"to": "date", "date": "nonsense"}, {"to": "never"}):
        browser.post(reverse("tasks:shift"), {"task": [whole.pk], **to})
    assert browser.post(reverse("tasks:put_back"), {"undo": undo[1] + "x"}).status_code == 302
    whole.refresh_from_db()
    assert whole.due_on == today


def test_what_came_of_a_call_is_asked_and_logged(cast: Cast) -> None:
    irina = make_contact(cast.ann, "Irina")
    call, work = make_task(cast.ann, nature=TaskNature.CALL, contact=irina), make_task(cast.ann, "Work")
    browser = browser_of(cast.ann)
    assert "What came of it?" in browser.post(call.url("done"), {"version": call.version}).content.decode()
    browser.post(call.url("done"), {"text": "She agrees", "outcome": "agreed", "version": call.version})
    browser.post(work.url("done"), {"version": work.version})
    assert set(Task.objects.values_list("state", flat=True)) == {"done"}
    assert Interaction.objects.get().text == "She agrees"


def test_a_line_of_the_checklist_is_ticked_on_the_card(cast: Cast) -> None:
    task = make_task(cast.ann, parts={"checklist": [TaskCheck(text="Fuel"), TaskCheck(text="Crew")]})
    fuel = task.checklist.get(text="Fuel")
    browser_of(cast.ann).post(task.url("check"), {"check": fuel.pk, "version": task.version})
    assert list(task.checklist.values_list("text", "is_done")) == [("Fuel", True), ("Crew", False)]


def test_what_a_task_is_about_is_not_named_to_who_must_not_see_it(cast: Cast) -> None:
    secret = make_deal(cast.ann, "Nightingale", client=make_client(cast.ann, "Heron"))
    task = make_task(cast.ann, "Shared", deal=secret, parts={"watchers": [TaskWatcher(user=cast.cy)]})
    for url in (task.get_absolute_url(), reverse("tasks:list"), task.url("history"), reverse("tasks:export")):
        answer = browser_of(cast.cy).get(url)
        told = b"".join(answer).decode(errors="ignore") if answer.streaming else answer.content.decode(errors="ignore")
        assert "Nightingale" not in told, url
        assert "Heron" not in told, url
    assert "a deal you may not see" in page(cast.cy, task.get_absolute_url())
    assert browser_of(cast.cy).get(task.url("edit")).status_code == 403
    assert browser_of(cast.cy).post(task.url("done")).status_code == 403


def test_hidden_dates_stand_on_no_surface(cast: Cast) -> None:
    task = make_task(cast.fin, "Secret hour", due=date(2031, 5, 6))
    rule(cast.fin, "due_on")
    for url in (task.get_absolute_url(), reverse("tasks:list"), DAY, task.url("edit"), task.url("history")):
        told = page(cast.fin, url)
        assert "2031" not in told, url
    edit_of(browser_of(cast.fin), task.url("edit"), name="Renamed")
    task.refresh_from_db()
    assert (task.name, task.due_on) == ("Renamed", date(2031, 5, 6))
    answer = browser_of(cast.fin).post(reverse("tasks:shift"), {"task": [task.pk], "to": "none"})
    assert answer.status_code == 403


def test_whoever_must_not_see_statuses_has_no_day(cast: Cast) -> None:
    make_task(cast.fin)
    rule(cast.fin, "status")
    assert browser_of(cast.fin).get(DAY).status_code == 403
    assert "ui-badge" not in page(cast.fin, reverse("tasks:list")).split("<tbody>")[1]


def test_a_deal_without_a_task_ahead_is_marked_and_found(cast: Cast) -> None:
    idle, busy, late = (make_deal(cast.ann, name) for name in ("Idle", "Busy", "Late"))
    today = timezone.localdate()
    make_task(cast.ann, deal=busy, due=today)
    make_task(cast.ann, deal=late, due=today - timedelta(days=1))
    make_task(cast.ann, deal=idle)
    found = browser_of(cast.ann).get(reverse("deals:list"), {"idle": "on"}).context["list"].rows
    assert {row.record for row in found} == {idle, late}
    assert "No next task" in page(cast.ann, idle.get_absolute_url())
    assert "A task is overdue" in page(cast.ann, late.get_absolute_url())
    assert "No next task" not in page(cast.ann, busy.get_absolute_url())
    rule(cast.fin, "deal")
    assert "No next task" not in page(cast.fin, idle.get_absolute_url())


def test_what_came_of_a_call_is_kept_though_the_task_was_changed_or_closed_meanwhile(cast: Cast) -> None:
    call = make_task(cast.ann, nature=TaskNature.CALL, contact=make_contact(cast.ann, "Irina"))
    browser, shown = browser_of(cast.ann), call.version
    edit_of(browser, call.url("edit"), name="Call Irina again")
    answer = browser.post(call.url("done"), {"text": "She agrees", "version": shown})
    assert answer.status_code == 409
    assert "She agrees" in answer.content.decode()
    version = answer.context["form"]["version"].value()
    call.refresh_from_db()
    finish_task(call, actor=cast.ann)
    assert browser.post(call.url("done"), {"text": "She agrees", "version": version}).status_code == 302
    assert Interaction.objects.get().text == "She agrees"


def test_taking_back_leaves_what_somebody_changed_since(cast: Cast) -> None:
    today = timezone.localdate()
    task = make_task(cast.ann, due=today)
    browser = browser_of(cast.ann)
    browser.post(reverse("tasks:shift"), {"task": [task.pk], "to": "tomorrow"})
    undo = re.search(r'name="undo" value="([^"]+)"', browser.get(DAY).content.decode())
    assert undo
    edit_of(browser, task.url("edit"), due_on=f"{today + timedelta(days=9)}")
    answer = browser.post(reverse("tasks:put_back"), {"undo": undo[1]}, follow=True)
    task.refresh_from_db()
    assert task.due_on == today + timedelta(days=9)
    assert "was changed meanwhile" in answer.content.decode()


def test_a_conflict_names_no_task_that_is_out_of_sight(cast: Cast) -> None:
    secret = make_task(cast.cy, "Nightingale")
    task = make_task(cast.ann, parts={"blockers": [TaskBlocker(blocker=secret)]})
    stale = form_of(browser_of(cast.ann), task.url("edit"))
    edit_of(browser_of(cast.ann), task.url("edit"), name="Renamed")
    other = make_task(cast.ann, "Other")
    rows = {"blockers-TOTAL_FORMS": 2, "blockers-1-blocker": other.pk}
    answer = browser_of(cast.ann).post(task.url("edit"), {**stale, **rows})
    assert answer.status_code == 409
    assert "Nightingale" not in answer.content.decode()


def test_what_is_hidden_from_somebody_does_not_follow_into_his_task(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    irina, deal = make_contact(cast.ann, "Irina", at=acme), make_deal(cast.ann, "Portal", client=acme)
    for label, name in (("contacts.contact", "employments"), ("projects.deal", "client")):
        FieldRule.objects.create(role=cast.fin.role, record_type=label, field=name, access=FieldAccess.HIDDEN)
    for about in ({"contact": irina}, {"deal": deal}):
        assert make_task(cast.fin, **about).client_id is None
        assert make_task(cast.ann, **about).client_id == acme.pk


def test_whoever_must_not_see_dates_of_tasks_is_not_told_them_by_the_filter_of_deals(cast: Cast) -> None:
    make_deal(cast.ann, "Idle")
    busy = make_deal(cast.ann, "Busy")
    make_task(cast.ann, deal=busy, due=timezone.localdate())
    rule(cast.fin, "due_on")
    rows = browser_of(cast.fin).get(reverse("deals:list"), {"idle": "on"}).context["list"].rows
    assert {row.record.name for row in rows} == {"Idle", "Busy"}


def test_a_borrowed_task_is_shown_to_nobody_else(cast: Cast) -> None:
    grant_all(cast.cy.role, Scope.OWN)
    task = make_task(cast.ann)
    share(task, with_user=cast.cy, action=Action.CHANGE, actor=cast.ann)
    rows = {"watchers-0-user": cast.cy.pk}
    answer = edit_of(browser_of(cast.cy), task.url("edit"), **rows)
    assert answer.status_code == 422
    assert "You may not let others watch" in answer.content.decode()
    assert not task.watchers.exists()


def test_a_task_that_is_handed_over_stands_on_the_board_of_its_new_team(cast: Cast) -> None:
    south = cast.cy.teams.get()
    board = TaskBoard.objects.create(name="South", team=south)
    for position, (name, state) in enumerate((("Inbox", "todo"), ("Over", "done"), ("Off", "cancelled"))):
        TaskStatus.objects.create(board=board, name=name, state=state, position=position)
    task = make_task(cast.ann)
    hand_over(task, owner=cast.cy, team=south, actor=cast.ann)
    task.refresh_from_db()
    assert (task.status.name, task.version) == ("Inbox", 3)


def test_a_role_that_locks_watchers_and_statuses_keeps_who_asked_and_where_it_stands(cast: Cast) -> None:
    for name in ("watchers", "status"):
        rule(cast.fin, name, access=FieldAccess.READ_ONLY)
    task = make_task(cast.bob, by=cast.fin)
    assert (task.creator, task.state) == (cast.fin, task.status.state)
