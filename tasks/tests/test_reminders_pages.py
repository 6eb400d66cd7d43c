"""Reminders on pages: one's own alone, of what is in sight alone, set, changed, removed and put off."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.tests.factories import make_client
from crm.access.rights import Action
from crm.access.shares import share, withdraw
from crm.notifications.models import Notification
from crm.pages.testing import browser_of, edit_of
from crm.ui.testing import assert_strict_html
from projects.tests.factories import make_deal
from tasks.models import Reminder, ReminderSettings, Task
from tasks.reminders.forms import rows_of_task
from tasks.services.reminders import replace_reminders
from tasks.tests.factories import make_task
from tasks.tests.reminding import Clock, due, moment, remind, said_to, tick
from teams.models import FieldRule, User
from teams.tests.factories import Cast

pytestmark = pytest.mark.django_db
LIST, SETTINGS = "/tasks/reminders/", "/tasks/reminders/settings/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch, moment("2026-06-10T12:00"))


def of(record: Any) -> str:
    return f"{LIST}of/{record._meta.label_lower}/{record.pk}/"


def body(user: User, url: str, **headers: str) -> str:
    answer = browser_of(user).get(url, headers=headers)
    assert answer.status_code == 200, answer.status_code
    page: str = answer.content.decode()
    assert_strict_html(page)
    return page


def test_a_reminder_is_set_changed_and_removed(cast: Cast) -> None:
    day = timezone.localdate() + timedelta(days=30)
    deal = make_deal(cast.ann, "Portal", expected_close=day)
    browser = browser_of(cast.ann)
    assert browser.post(of(deal), {"when": "own:expected_close", "amount": "3", "unit": "1440"}).status_code == 302
    reminder = Reminder.objects.get()
    assert (reminder.before, reminder.user) == (3 * 1440, cast.ann)
    assert "3 days before the expected close" in body(cast.ann, LIST)
    url = f"{LIST}{reminder.pk}/"
    assert 'value="expected_close:4320" selected' in body(cast.ann, f"{url}edit/")
    changed = {"when": "expected_close:1440", "clock": "08:15", "note": "<b>Ask</b>"}
    assert browser.post(f"{url}edit/", changed)["Location"] == LIST
    assert due(reminder) == f"{day - timedelta(days=1)}T08:15"
    assert "&lt;b&gt;Ask&lt;/b&gt;" in body(cast.ann, of(deal), **HTMX)
    assert browser.post(f"{url}delete/", {"list": "1"})["Location"] == LIST
    assert "No reminders ahead" in body(cast.ann, LIST)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"note": "x"}, "This field is required"),
        ({"when": "at"}, "Give a date and a time"),
        ({"when": "at", "at": "2020-01-01T10:00"}, "already passed"),
        ({"when": "at", "at": "9999-12-31T10:00"}, "up to the year 2199"),
        ({"when": "at", "at": "tomorrow"}, "valid date"),
        ({"when": "own:expected_close"}, "Give a number"),
        ({"when": "own:expected_close", "amount": "NaN", "unit": "60"}, "whole number"),
        ({"when": "own:expected_close", "amount": "400", "unit": "1440"}, "a year at most"),
        ({"when": "own:expected_close", "amount": "-1", "unit": "1440"}, "greater than or equal to 1"),
        ({"when": "birthday:0"}, "Select a valid choice"),
        ({"when": "expected_close:20160"}, "already passed"),
    ],
)
def test_what_makes_no_sense_is_refused_in_its_place(cast: Cast, sent: dict[str, str], said: str) -> None:
    deal = make_deal(cast.ann, "Portal", expected_close=timezone.localdate() + timedelta(days=3))
    for headers, status in (({}, 422), (HTMX, 200)):
        answer = browser_of(cast.ann).post(of(deal), sent, headers=headers)
        assert (answer.status_code, said in answer.content.decode()) == (status, True)
    assert not Reminder.objects.exists()


def test_nobody_reaches_anothers_reminders_nor_records_out_of_his_sight(cast: Cast) -> None:
    deal = make_deal(cast.ann, "Vorskla")
    when = timezone.now() + timedelta(days=1)
    reminder = remind(deal, cast.ann, at=when)
    assert "Vorskla" in body(cast.ann, LIST)
    for url in (of(deal), f"{LIST}{reminder.pk}/edit/"):
        assert (browser_of(cast.ann).get(url).status_code, browser_of(cast.cy).get(url).status_code) == (200, 404)
        assert browser_of(cast.cy).post(url, {"when": "at", "at": "2031-01-01T10:00"}).status_code == 404
    for person in (cast.bob, cast.cy, cast.dana):
        assert browser_of(person).post(f"{LIST}{reminder.pk}/delete/").status_code == 404
        assert "Vorskla" not in body(person, LIST)
    assert Reminder.objects.count() == 1
    # With the access goes what was set.
    share(deal, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    own = remind(deal, cast.cy, at=when)
    assert "Vorskla" in body(cast.cy, LIST)
    deal.refresh_from_db()
    withdraw(deal, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    assert "Vorskla" not in body(cast.cy, LIST)
    assert browser_of(cast.cy).post(f"{LIST}{own.pk}/delete/").status_code == 404


def test_strange_records_are_not_found(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    for label in ("teams.user", "tasks.reminder", "x", "projects.product", "CLIENTS.client"):
        assert browser_of(cast.ann).get(f"{LIST}of/{label}/{client.pk}/").status_code == 404
    for after in ("x", str(client.pk)):
        assert browser_of(cast.ann).get(f"{LIST}?after={after}").status_code == 200


def test_a_hidden_day_is_neither_offered_nor_told(cast: Cast) -> None:
    deal = make_deal(cast.ann, "Portal", expected_close=timezone.localdate() + timedelta(days=30))
    remind(deal, cast.ann, anchor="expected_close", before=0)
    assert "expected_close:0" in body(cast.ann, of(deal))
    FieldRule.objects.create(role=cast.ann.role, record_type="projects.deal", field="expected_close", access="hidden")
    page = body(cast.ann, of(deal)) + body(cast.ann, LIST)
    assert "expected" not in page
    answer = browser_of(cast.ann).post(of(deal), {"when": "expected_close:1440"})
    assert (answer.status_code, Reminder.objects.count()) == (422, 1)


def test_what_was_told_is_put_off_where_it_stands(cast: Cast, clock: Clock) -> None:
    task = make_task(cast.ann)
    Reminder.objects.all().delete()
    remind(task, cast.ann, at=clock.now, note="Quote")
    tick()
    notice = Notification.objects.get()
    url, page = f"{LIST}told/{notice.pk}/snooze/", "/notifications/"
    assert url in body(cast.ann, page)
    for other in (cast.bob, cast.cy, cast.dana):
        assert browser_of(other).post(url, {"for": "10"}).status_code == 404
    browser_of(cast.ann).post(url, {"for": "1000"})
    assert not Reminder.objects.live().exists()
    answer = browser_of(cast.ann).post(url, {"for": "10"}, headers=HTMX)
    assert answer["HX-Trigger"] == "notificationsChanged"
    assert "Quote · Put off until 12:10" in answer.content.decode()
    assert browser_of(cast.ann).post(url, {"for": "tomorrow"})["Location"] == page
    assert [due(one) for one in Reminder.objects.live()] == ["2026-06-10T12:10", "2026-06-11T09:00"]
    clock.forward(minutes=10)
    assert (tick(), said_to(cast.ann)[0]) == (1, "Reminder: “Call Irina”")


def test_the_panel_of_a_card_costs_no_query_until_it_is_opened(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    address = f"/clients/{client.pk}/"
    assert f'hx-get="{of(client)}"' in body(cast.ann, address)
    with CaptureQueriesContext(connection) as queries:
        body(cast.ann, address)
    assert not [query for query in queries if "tasks_reminder" in query["sql"]]


def test_choices_hold_for_new_tasks_and_move_what_waits_for_an_hour(cast: Cast, clock: Clock) -> None:
    reminder = remind(make_task(cast.ann, due=date(2026, 6, 12)), cast.ann, anchor="due", before=0)
    page = body(cast.ann, SETTINGS)
    assert 'value="10" selected' in page
    browser = browser_of(cast.ann)
    assert browser.post(SETTINGS, {"lead": "7", "hour": "07:30"}).status_code == 422
    assert browser.post(SETTINGS, {"lead": "", "hour": "07:30"}).status_code == 302
    assert (ReminderSettings.objects.get(user=cast.ann).lead, due(reminder)) == (None, "2026-06-12T07:30")
    before = Reminder.objects.count()
    make_task(cast.ann, due=date(2026, 6, 12))
    assert Reminder.objects.count() == before


def rows(task: Task, user: User, *sent: dict[str, str]) -> Any:
    data = {"reminders-TOTAL_FORMS": str(len(sent)), "reminders-INITIAL_FORMS": "0"}
    data |= {f"reminders-{number}-{name}": value for number, row in enumerate(sent) for name, value in row.items()}
    return rows_of_task(data, task, user)


def test_a_new_task_brings_the_reminders_of_its_form_else_those_of_ones_settings(cast: Cast, clock: Clock) -> None:
    browser, new = browser_of(cast.ann), "/tasks/new/"
    sent = {"name": "Call", "due_on": "2026-06-12", "due_time": "15:00", "reminders-TOTAL_FORMS": "2"}
    sent |= {"reminders-INITIAL_FORMS": "0", "reminders-0-when": "due:10", "reminders-1-when": "own:due"}
    answer = edit_of(browser, new, **sent, **{"reminders-1-amount": "x"})
    assert answer.status_code == 422
    assert not Task.objects.exists()
    edit_of(browser, new, **sent, **{"reminders-1-amount": "2", "reminders-1-unit": "60"})
    assert sorted(Reminder.objects.values_list("before", "user")) == [(10, cast.ann.pk), (120, cast.ann.pk)]
    edit_of(browser, new, name="Call again", due_on="2026-06-12")
    again = Task.objects.get(name="Call again")
    assert Reminder.objects.get(record_id=again.pk).is_default


def test_the_form_of_a_task_keeps_any_number_of_ones_own(cast: Cast, clock: Clock) -> None:
    ReminderSettings.objects.create(user=cast.ann, lead=None)
    task = make_task(cast.ann, due=moment("2026-06-12T15:00"))
    remind(task, cast.bob, anchor="due", before=10)
    kept = remind(task, cast.ann, anchor="due", before=60)
    remind(task, cast.ann, anchor="due", before=0)
    sent = rows(
        task,
        cast.ann,
        {"when": "due:60"},
        {"when": "due:0", "DELETE": "on"},
        {"when": ""},
        {"when": "own:due", "amount": "3", "unit": "1440"},
        {"when": "at", "at": "2026-06-11T08:00"},
    )
    assert sent.is_valid(), sent.errors
    replace_reminders(task, sent.meant, actor=cast.ann)
    own = Reminder.objects.filter(user=cast.ann).order_by("before")
    # Three days before is over, and rests for a later day.
    assert [(one.before, due(one)) for one in own] == [
        (60, "2026-06-12T14:00"),
        (4320, None),
        (None, "2026-06-11T08:00"),
    ]
    assert own[0] == kept
    assert Reminder.objects.filter(user=cast.bob).exists()
    drawn = str(rows_of_task(None, task, cast.ann))
    assert drawn.count("data-formset-row=") + drawn.count("data-formset-row>") >= 4
    bad = rows(task, cast.ann, {"when": "own:due", "amount": "x"})
    assert (bad.is_valid(), "amount" in bad.forms[0].errors) == (False, True)
