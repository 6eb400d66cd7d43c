"""The pages of time: what is typed is stored or refused in its place, and nobody finds what is not his to see."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from clients.tests.factories import make_client
from crm.access.rights import FieldAccess, Scope, forget_rights
from crm.pages.testing import browser_of, edit_of, without_ids
from projects.models import ProjectMember, ProjectRate
from projects.tests.project_factories import make_project
from tasks.models import ProjectTime, Task, TimeEntry, Timer, TimeState
from tasks.services import (
    lock_time,
    reject_time,
    save_project_time,
    save_time,
    start_timer,
    submit_week,
    take_week_back,
)
from tasks.tests.factories import make_task
from tasks.tests.time_factories import make_time
from tasks.time.places import TASK, Place
from tasks.time.pricing import priced_spans
from tasks.time.report import Asked, report_of
from tasks.time.week import cell_name
from teams.models import FieldRule
from teams.tests.factories import Cast, grant_all

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
WEEK = f"?week={MONDAY.isoformat()}"


def page(name: str, *args: Any) -> str:
    return reverse(f"time:{name}", args=args)


def text_of(user: Any, url: str) -> str:
    answer = browser_of(user).get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return without_ids(answer.content.decode())


def text_from(browser: Any, url: str) -> str:
    return str(browser.get(url).content.decode())


def minutes_by_day(user: Any) -> dict[int, int]:
    found: dict[int, int] = {}
    for day, minutes in TimeEntry.objects.alive().filter(owner=user).values_list("day", "minutes"):
        found[day.day] = found.get(day.day, 0) + minutes
    return found


def test_hostile_cells_are_refused_in_their_cell_and_the_others_are_kept(cast: Cast) -> None:
    place = Place(TASK, make_task(cast.ann, "Vorskla").pk)
    typed = dict(enumerate(["1:30", "NaN", "1e9", "25:00", "-1", "90m", "<b>"]))
    sent = {cell_name(place, MONDAY + timedelta(days=number)): text for number, text in typed.items()}
    answer = browser_of(cast.ann).post(page("save"), {"week": MONDAY.isoformat(), "add": str(place), **sent})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert minutes_by_day(cast.ann) == {2: 90, 7: 90}
    assert shown.count('class="tm-fault"') == 5
    assert all(f'value="{text}"' in shown for text in ("NaN", "1e9", "25:00", "-1"))
    assert "<b>" not in shown


def test_a_cell_is_saved_by_itself_and_tells_its_new_sums(cast: Cast) -> None:
    task = make_task(cast.ann, "Vorskla")
    make_time(cast.ann, task, 60, day=MONDAY + timedelta(days=1))
    place = Place(TASK, task.pk)
    name = cell_name(place, MONDAY)
    browser = browser_of(cast.ann)
    answer = browser.post(page("cell"), {name: "1,5", name.replace("cell|", "was|"): "0"}, HTTP_HX_REQUEST="true")
    shown = answer.content.decode()
    assert 'value="1:30"' in shown
    assert 'id="week-sum" hx-swap-oob="true">2:30<' in shown
    stale = browser.post(page("cell"), {name: "3", name.replace("cell|", "was|"): "0"})
    assert "changed to 1:30 meanwhile" in stale.content.decode()
    assert minutes_by_day(cast.ann) == {2: 90, 3: 60}


def test_no_cell_is_written_on_what_is_out_of_sight(cast: Cast) -> None:
    place = Place(TASK, make_task(cast.ann, "Vorskla").pk)
    for user, is_stored in ((cast.cy, False), (cast.ann, True)):
        answer = browser_of(user).post(page("save"), {"week": MONDAY.isoformat(), cell_name(place, MONDAY): "1"})
        assert "Vorskla" not in answer.content.decode()
        assert TimeEntry.objects.filter(owner=user).exists() == is_stored


def test_the_week_of_another_is_read_as_far_as_one_sees_it_and_never_written(cast: Cast) -> None:
    make_time(cast.ann, make_task(cast.ann, "Vorskla"), 75, day=MONDAY, name="Kestrel")
    url = f"{page('list')}{WEEK}&person={cast.ann.pk}"
    for user, is_seen in ((cast.bob, True), (cast.cy, False)):
        shown = text_of(user, url)
        assert [word in shown for word in ("Vorskla", "Kestrel", "1:15")] == [is_seen] * 3
        assert "data-cell" not in shown
    assert "data-cell" in text_of(cast.ann, f"{page('list')}{WEEK}")


def test_rows_of_last_week_come_empty(cast: Cast) -> None:
    make_time(cast.ann, make_task(cast.ann, "Vorskla"), 75, day=MONDAY - timedelta(days=3))
    assert "data-cell" not in text_of(cast.ann, f"{page('list')}{WEEK}")
    shown = text_of(cast.ann, f"{page('list')}{WEEK}&rows=last")
    assert shown.count("data-cell") == 7
    assert "1:15" not in shown


def test_a_locked_day_cannot_be_typed_into_and_says_so_when_it_is(cast: Cast) -> None:
    task = make_task(cast.ann, "Vorskla")
    make_time(cast.ann, task, 75, day=MONDAY)
    lock_time(MONDAY + timedelta(days=1), actor=cast.dana)
    assert text_of(cast.ann, f"{page('list')}{WEEK}").count("data-cell") == 5
    form = {"week": MONDAY.isoformat(), cell_name(Place(TASK, task.pk), MONDAY): "2"}
    assert "Time is locked until" in browser_of(cast.ann).post(page("save"), form).content.decode()
    assert minutes_by_day(cast.ann) == {2: 75}
    refused = browser_of(cast.ann).post(page("lock"), {"until": "2026-03-01"})
    assert refused.status_code == 403
    assert "Locked" in text_of(cast.dana, page("lock"))


def test_an_entry_is_added_mended_removed_and_brought_back(cast: Cast) -> None:
    task, browser = make_task(cast.ann, "Vorskla"), browser_of(cast.ann)
    edit_of(browser, f"{page('new')}?on=task:{task.pk}", day="2026-03-02", hours="1h 30m", name="Kestrel")
    entry = TimeEntry.objects.get()
    assert (entry.minutes, entry.task, entry.name) == (90, task, "Kestrel")
    refused = edit_of(browser, page("edit", entry.pk), hours="25:00")
    assert (refused.status_code, "A day has 24 hours" in refused.content.decode()) == (422, True)
    edit_of(browser, page("edit", entry.pk), hours="0:20")
    entry.refresh_from_db()
    assert entry.minutes == 20
    removed = browser.post(page("delete", entry.pk))
    assert "Bring it back" in browser.get(removed.url).content.decode()
    browser.post(page("restore", entry.pk))
    assert TimeEntry.objects.alive().get() == entry
    for name in ("detail", "edit", "delete"):
        assert browser_of(cast.cy).get(page(name, entry.pk)).status_code == 404
        assert browser.get(page(name, entry.pk)).status_code == 200


def test_the_timer_is_in_the_bar_of_its_owner_alone(cast: Cast) -> None:
    task = make_task(cast.ann, "Vorskla")
    browser = browser_of(cast.ann)
    assert "Vorskla" not in browser.get(page("bar")).content.decode()
    sent = {"on": f"task:{task.pk}", "next": "//evil.example/"}
    assert browser.post(page("start"), sent).url == page("list")
    assert "Vorskla" in browser.get(page("bar")).content.decode()
    assert "Vorskla" not in browser_of(cast.bob).get(page("bar")).content.decode()
    Timer.objects.update(started_at=timezone.now() - timedelta(hours=20))
    assert browser.post(page("stop")).url == page("timer")
    browser.post(page("timer"), {"hours": "2"})
    assert TimeEntry.objects.get().minutes == 120
    start_timer(Place(TASK, task.pk), actor=cast.ann)
    browser.post(page("discard"))
    assert TimeEntry.objects.count() == 1


def test_weeks_are_decided_on_together_and_need_a_reason_to_go_back(cast: Cast) -> None:
    project = make_project(cast.ann, "Vorskla")
    entries = [make_time(cast.bob, project, 60, day=MONDAY + timedelta(days=number)) for number in (0, 1)]
    submit_week(MONDAY, actor=cast.bob)
    keys = " ".join(f"{entry.pk}:2" for entry in entries)
    assert "Vorskla" in text_of(cast.ann, page("approve"))
    for user in (cast.bob, cast.cy):
        assert "Vorskla" not in text_of(user, page("approve"))
        browser_of(user).post(page("decide"), {"entry": keys, "approve": "1"})
        assert set(TimeEntry.objects.values_list("state", flat=True)) == {TimeState.SUBMITTED}
    browser = browser_of(cast.ann)
    without = browser.post(page("decide"), {"entry": keys, "reject": "1"})
    assert (without.status_code, "Say why" in without.content.decode()) == (422, True)
    browser.post(page("decide"), {"entry": keys, "approve": "1"})
    assert set(TimeEntry.objects.values_list("state", flat=True)) == {TimeState.APPROVED}
    assert browser_of(cast.cy).post(page("reopen"), {"entry": str(entries[0].pk)}).status_code == 404
    browser.post(page("reopen"), {"entry": str(entries[0].pk)})
    entries[0].refresh_from_db()
    assert entries[0].state == TimeState.DRAFT


def test_time_of_a_project_is_told_and_ruled_on_its_pages(cast: Cast) -> None:
    project = make_project(cast.ann, "Vorskla")
    make_time(cast.bob, project, 50)
    shown = text_of(cast.ann, page("of_project", project.pk))
    assert "0:50" in shown
    assert page("of_project", project.pk) in browser_of(cast.ann).get(project.get_absolute_url()).content.decode()
    browser_of(cast.ann).post(page("project_rules", project.pk), {"rounding": 30, "rounding_way": "up"})
    rules = ProjectTime.objects.get(project=project)
    assert (rules.rounding, rules.is_billable, rules.needs_approval) == (30, False, False)
    for name in ("of_project", "project_rules"):
        assert browser_of(cast.cy).get(page(name, project.pk)).status_code == 404


def hide(user: Any, *fields: str) -> None:
    for field in fields:
        FieldRule.objects.create(role=user.role, record_type="tasks.timeentry", field=field, access=FieldAccess.HIDDEN)


def test_hidden_fields_of_time_are_told_neither_by_the_week_nor_by_the_card(cast: Cast) -> None:
    save_project_time(ProjectTime(project=(project := make_project(cast.ann)), rounding=30), actor=cast.ann)
    entry = make_time(cast.ann, project, 77, day=MONDAY, is_billable=False)
    make_time(cast.ann, project, 13, day=MONDAY + timedelta(days=1))
    submit_week(MONDAY, actor=cast.ann)
    reject_time([entry.pk], reason="Kestrel wreck", actor=cast.dana)
    week = f"{page('list')}{WEEK}"
    words = ("Not billable", "Kestrel wreck", "is-rejected", "Rejected", "Submitted", "Take 0:13 back")
    assert all(word in text_of(cast.ann, week) for word in words)
    hide(cast.ann, "state", "is_billable")
    shown = text_of(cast.ann, week)
    assert [word for word in words if word in shown] == []
    assert "1:17" in shown
    assert 'action="/time/submit/"' in shown
    assert "Billed, rounded" not in text_of(cast.ann, page("detail", TimeEntry.objects.get(minutes=13).pk))
    card = page("detail", entry.pk)
    words = (date_format(MONDAY, "DATE_FORMAT"), "1:17")
    assert all(word in text_of(cast.ann, card) for word in words)
    hide(cast.ann, "minutes", "day")
    shown = text_of(cast.ann, card)
    assert [word for word in (*words, "Kestrel wreck") if word in shown] == []


def test_a_cell_without_a_row_asks_for_the_page_again_and_writes_nothing_that_is_refused(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = make_task(cast.cy, "Vorskla")
    browser = browser_of(cast.ann)
    Task.objects.filter(pk=task.pk).update(owner=cast.ann)
    make_time(cast.ann, task, 60, day=MONDAY)
    Task.objects.filter(pk=task.pk).update(owner=cast.cy)
    name = cell_name(Place(TASK, task.pk), MONDAY)
    for key in (make_task(cast.cy).pk, uuid4()):
        answer = browser.post(page("cell"), {cell_name(Place(TASK, key), MONDAY): "1"}, HTTP_HX_REQUEST="true")
        assert (answer.status_code, answer.headers["HX-Refresh"]) == (200, "true")
        assert "Choose a task or a project that you see" in text_from(browser, page("list"))
        assert minutes_by_day(cast.ann) == {2: 60}
    assert 'value="2:00"' in browser.post(page("cell"), {name: "2"}).content.decode()
    assert browser.post(page("cell"), {name: "0"}).headers["HX-Refresh"] == "true"
    assert minutes_by_day(cast.ann) == {}
    far = cell_name(Place(TASK, task.pk), date.max)
    assert browser.post(page("cell"), {far: "1"}).status_code == 404
    monkeypatch.setattr("tasks.time.week.MOST_ROWS", 1)
    make_time(cast.ann, make_task(cast.ann, "Anchor"), 60, day=MONDAY)
    added = cell_name(Place(TASK, make_task(cast.ann, "Mast").pk), MONDAY)
    assert 'value="0:30"' in browser.post(page("cell"), {added: "0:30"}).content.decode()


def test_nobody_decides_on_time_that_was_changed_after_it_was_shown_to_him(cast: Cast) -> None:
    project = make_project(cast.ann, "Vorskla")
    entry = make_time(cast.bob, project, 60, day=MONDAY)
    submit_week(MONDAY, actor=cast.bob)
    browser = browser_of(cast.ann)
    shown = browser.get(page("approve")).context["weeks"][0].keys
    take_week_back(MONDAY, actor=cast.bob)
    entry.refresh_from_db()
    entry.minutes = 600
    save_time(entry, actor=cast.bob)
    submit_week(MONDAY, actor=cast.bob)
    answer = browser.post(page("decide"), {"entry": shown, "approve": "1"})
    assert (answer.status_code, "changed since it was shown" in answer.content.decode()) == (422, True)
    assert TimeEntry.objects.get().state == TimeState.SUBMITTED
    browser.post(page("decide"), {"entry": answer.context["weeks"][0].keys, "approve": "1"})
    assert TimeEntry.objects.get().state == TimeState.APPROVED


def test_a_new_entry_begins_with_the_rules_of_what_is_in_sight_alone(cast: Cast) -> None:
    free, billed = make_project(cast.ann, "Vorskla"), make_project(cast.ann, "Kestrel")
    save_project_time(ProjectTime(project=free, is_billable=False), actor=cast.ann)
    for user, on, is_ticked in (
        (cast.ann, f"project:{free.pk}", False),
        (cast.cy, f"project:{free.pk}", True),
        (cast.ann, f"task:{make_task(cast.ann, project=billed).pk}", True),
    ):
        form = browser_of(user).get(f"{page('new')}?on={on}").context["form"]
        assert form["is_billable"].value() is is_ticked


# The report


def report(user: Any, query: str = "") -> str:
    return text_of(user, f"{page('report')}?from=2026-03-01&to=2026-03-31{query}")


def test_the_report_sums_what_its_reader_sees_by_everything(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme Vorskla")
    project = make_project(cast.ann, "Kestrel", client=acme)
    make_time(cast.ann, project, 60, day=MONDAY)
    make_time(cast.bob, make_task(cast.bob, "Mast", project=project), 30, day=MONDAY + timedelta(days=7))
    make_time(cast.cy, make_task(cast.cy, "Elsewhere"), 600, day=MONDAY)
    for by, words in {
        "person": ("ann", "bob"),
        "project": ("Kestrel",),
        "client": ("Acme Vorskla",),
        "task": ("Mast", "Without a task"),
        "month": ("March 2026",),
        "week": ("2 Mar", "9 Mar"),
        "day": ("Mon 2 Mar",),
    }.items():
        shown = report(cast.ann, f"&by={by}")
        assert all(word in shown for word in words), by
        assert "1:30" in shown
        assert "Elsewhere" not in shown
        of_cy = report(cast.cy, f"&by={by}")
        assert not any(word in of_cy for word in ("Kestrel", "Acme Vorskla", "Mast", "1:30"))
        assert "10:00" in of_cy
    assert "0:30" in report(cast.ann, f"&by=project&person={cast.bob.pk}")
    assert "No time here" in report(cast.cy, f"&project={project.pk}")
    assert "No time here" in report(cast.ann, "&project=nonsense")


def test_money_is_by_the_rate_of_the_role_on_that_day_and_told_to_those_who_see_rates(cast: Cast) -> None:
    members = [
        ProjectMember(user=cast.ann, role="developer", ends=MONDAY),
        ProjectMember(user=cast.ann, role="lead", starts=MONDAY),
    ]
    rates = [
        ProjectRate(role="developer", hourly_rate=40, currency="EUR"),
        ProjectRate(role="lead", hourly_rate=100, currency="EUR"),
    ]
    project = make_project(cast.ann, "Kestrel", currency="EUR", parts={"members": members, "rates": rates})
    save_project_time(ProjectTime(project=project, rounding=30), actor=cast.ann)
    make_time(cast.ann, project, 31, day=MONDAY)
    make_time(cast.ann, project, 30, day=MONDAY + timedelta(days=1))
    make_time(cast.ann, project, 60, day=MONDAY, is_billable=False)
    assert "€90" in report(cast.ann)
    FieldRule.objects.create(
        role=cast.ann.role, record_type="projects.project", field="budget_amount", access=FieldAccess.HIDDEN
    )
    shown = report(cast.ann)
    assert ("€" in shown, "2:01" in shown) == (False, True)
    forget_rights(cast.ann)
    assert priced_spans(cast.ann, TimeEntry.objects.all(), MONDAY, MONDAY) == []


def test_what_is_billed_is_told_to_nobody_who_must_not_know_what_is_billable(cast: Cast) -> None:
    parts = {
        "members": [ProjectMember(user=cast.bob, role="developer")],
        "rates": [ProjectRate(role="developer", hourly_rate=40, currency="EUR")],
    }
    project = make_project(cast.ann, "Kestrel", currency="EUR", parts=parts)
    make_time(cast.bob, project, 60, day=MONDAY)
    make_time(cast.bob, project, 23, day=MONDAY, is_billable=False)
    submit_week(MONDAY, actor=cast.bob)
    file = f"{page('report')}?from=2026-03-01&to=2026-03-31&format=csv"

    def told() -> tuple[str, str, str]:
        text = b"".join(browser_of(cast.ann).get(file).streaming_content).decode("utf-8-sig")
        return report(cast.ann), text_of(cast.ann, page("approve")), text

    assert all(word in told()[0] for word in ("Billed", "€40"))
    assert all("Billed" in text for text in told())
    hide(cast.ann, "is_billable")
    for text, hours in zip(told(), ("1:23", "1:23", "1.38"), strict=True):
        assert hours in text
        assert not any(word in text for word in ("Billed", "€", "EUR"))
    assert not any(word in text for text in (told()[0], told()[2]) for word in ("1:00", "1.00"))


def test_the_report_reads_no_more_groups_than_it_shows_and_sums_them_all(cast: Cast) -> None:
    rates = [ProjectRate(role="developer", hourly_rate=60, currency="EUR")]
    parts = {"members": [ProjectMember(user=cast.ann, role="developer")], "rates": rates}
    project = make_project(cast.ann, currency="EUR", parts=parts)
    make_project(cast.ann, parts={"members": [ProjectMember(user=cast.ann, role="developer")], "rates": rates})
    for number in range(3):
        make_time(cast.ann, project, 60, day=MONDAY + timedelta(days=number))
    make_time(cast.bob, make_task(cast.bob), 5, day=MONDAY)
    asked = Asked("person", "day", MONDAY, MONDAY + timedelta(days=6))
    cut = report_of(asked, reader=cast.ann, most=2)
    assert [(row.label, row.sums.minutes, len(row.within)) for row in cut.rows] == [("ann", 180, 2)]
    assert (cut.is_cut, cut.total.minutes, dict(cut.total.money)) == (True, 185, {"EUR": Decimal(180)})
    whole = report_of(asked, reader=cast.ann, most=4)
    assert [(row.label, len(row.within)) for row in whole.rows] == [("ann", 3), ("bob", 1)]
    assert not whole.is_cut
    # A group is told whole, or not at all.
    three = report_of(replace(asked, by="day", then="person"), reader=cast.ann, most=3)
    assert [len(row.within) for row in three.rows] == [2, 1]
    one = report_of(replace(asked, then=""), reader=cast.ann, most=1)
    assert [row.label for row in one.rows] == ["ann"]
    assert one.is_cut
    spans = priced_spans(cast.ann, TimeEntry.objects.all(), MONDAY, MONDAY)
    assert [span.project for span in spans] == [project.pk]


def test_the_files_hold_what_may_be_exported(cast: Cast) -> None:
    project = make_project(cast.bob, "=Kestrel")
    make_time(cast.ann, project, 90, day=MONDAY)
    make_time(cast.bob, project, 30, day=MONDAY)
    url = f"{page('report')}?from=2026-03-01&to=2026-03-31&by=project&then=person"
    browser = browser_of(cast.ann)
    answer = browser.get(f"{url}&format=xlsx")
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[:3] for row in rows[1:]] == [("=Kestrel", "ann", 1.5), ("=Kestrel", "bob", 0.5)]
    grant_all(cast.ann.role, Scope.OWN, actions=["export"])
    text = b"".join(browser.get(f"{url}&format=csv").streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(text.splitlines()))
    assert [line[:3] for line in lines[1:]] == [["'=Kestrel", "ann", "1.50"]]
    assert Decimal(lines[1][3]) == Decimal("1.5")
    grant_all(cast.ann.role, Scope.NONE, actions=["export"])
    assert browser.get(f"{url}&format=csv").status_code == 403


def test_time_on_what_is_out_of_sight_is_one_row_and_found_by_no_key(cast: Cast) -> None:
    """ann sees bob's time, and neither of the projects on whose teams he is."""
    acme = make_client(cast.cy, "Acme Vorskla")
    for name in ("Kestrel", "Heron"):
        project = make_project(cast.cy, name, client=acme, parts={"members": [ProjectMember(user=cast.bob)]})
        make_time(cast.bob, project, 60, day=MONDAY)
    shown = report(cast.ann, "&by=project")
    assert shown.count('<th scope="row">') == 2
    assert "Without a project, or of one you may not see" in shown
    assert "No time here" in report(cast.ann, f"&project={project.pk}")
    assert "No time here" in report(cast.ann, f"&client={acme.pk}")
    for word in ("Kestrel", "Heron", "Acme Vorskla"):
        assert word not in report(cast.ann, "&by=client&then=project")
    assert "1:00" in report(cast.bob, f"&project={project.pk}")
