"""Many projects on one page: where bars stand, moves by days, the board of milestones, money against the plan."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.tests.factories import make_client
from crm.access.rights import forget_rights
from crm.pages.testing import browser_of
from projects.burn import burn_of
from projects.gantt import WEEKS, Window, window_of
from projects.milestone_board import board_of
from projects.models import Milestone, Project, ProjectMember
from projects.services import move_project, save_project, win_deal
from projects.tests.factories import make_deal
from projects.tests.project_factories import make_full_project, make_project, project_stage
from teams.models import FieldRule
from teams.tests.factories import Cast, make_cast

OVERVIEW, BOARD = reverse("projects:overview"), reverse("projects:milestones")
JUNE = Window(date(2030, 6, 1), date(2030, 7, 1), "months")


def test_days_stand_in_percent_of_the_window() -> None:
    assert JUNE.point(date(2030, 6, 1)) == "1.667%"
    assert JUNE.point(date(2030, 6, 30)) == "98.333%"
    assert (JUNE.point(date(2030, 5, 31)), JUNE.point(date(2030, 7, 1))) == (None, None)
    span = JUNE.span(date(2030, 6, 4), date(2030, 6, 9))
    assert span is not None
    assert (span.at, span.width, span.begins_before, span.ends_after) == ("10.000%", "20.000%", False, False)
    cut = JUNE.span(date(2030, 5, 1), date(2030, 9, 1))
    assert cut is not None
    assert (cut.at, cut.width, cut.begins_before, cut.ends_after) == ("0.000%", "100.000%", True, True)
    one = JUNE.span(None, date(2030, 6, 30))
    assert one is not None
    assert (one.at, one.width) == ("96.667%", "3.333%")
    assert JUNE.span(date(2030, 7, 1), date(2030, 8, 1)) is JUNE.span(None, None) is None


def test_the_calendar_is_read_from_the_right_where_the_reader_does() -> None:
    mirrored = Window(JUNE.first, JUNE.end, JUNE.zoom, is_rtl=True)
    span = mirrored.span(date(2030, 6, 4), date(2030, 6, 9))
    assert span is not None
    assert (span.at, span.width, mirrored.point(date(2030, 6, 1))) == ("70.000%", "20.000%", "98.333%")


def test_windows_are_of_whole_months_or_weeks_whatever_the_address_says() -> None:
    today = date(2030, 6, 15)
    year = window_of(today)
    assert (year.first, year.end, len(year.ticks())) == (date(2030, 4, 1), date(2031, 4, 1), 12)
    weeks = window_of(today, zoom=WEEKS, at="2030-06-12")
    assert (weeks.first, len(weeks.ticks()), weeks.later) == (date(2030, 6, 10), 13, date(2030, 7, 8))
    for at in ("", "x", "\0", "9999-12-31", "0001-01-01", "2030-13-01"):
        for zoom in ("months", "weeks", "\0"):
            window = window_of(today, at=at, zoom=zoom)
            assert window.earlier <= window.first <= window.later <= window.end


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def planned(cast: Cast, name: str = "Rollout", **fields: Any) -> Project:
    today = timezone.localdate()
    days = {"planned_start": today, "planned_end": today + timedelta(days=30)}
    rows = [Milestone(name="Kestrel launch", due=today + timedelta(days=3), amount=700)]
    return make_project(cast.ann, name, parts={"milestones": rows}, currency="EUR", **(days | fields))


def hide(user: Any, *fields: str, access: str = "hidden") -> None:
    for field in fields:
        FieldRule.objects.create(role=user.role, record_type="projects.project", field=field, access=access)
    forget_rights(user)


def test_the_overview_shows_what_is_in_sight_narrowed_as_the_list(cast: Cast) -> None:
    planned(cast, "Nightingale", client=make_client(cast.ann, "Acme"))
    closed = planned(cast, "Heron")
    move_project(closed, project_stage("Closed"), actor=cast.ann)
    ann = browser_of(cast.ann)
    page = ann.get(OVERVIEW, {"state": "open"}).content.decode()
    for text in ("Nightingale", "Acme", "Kestrel launch", "gt-green", 'data-drag="plan"'):
        assert text in page
    assert "Heron" not in page
    assert "Heron" in ann.get(OVERVIEW).content.decode()
    for url in (OVERVIEW, BOARD):
        told = browser_of(cast.cy).get(url).content.decode()
        assert "Nightingale" not in told
        assert "Kestrel" not in told
    for value in ("\0", "x" * 5000, "9999-12-31", "' OR 1=1"):
        assert ann.get(OVERVIEW, {"at": value, "zoom": value, "health": value}).status_code == 200


def test_a_member_looks_on_and_moves_nothing(cast: Cast) -> None:
    project = planned(cast, "Nightingale")
    save_project(project, actor=cast.ann, parts={"members": [ProjectMember(user=cast.cy)]})
    cy = browser_of(cast.cy)
    page = cy.get(OVERVIEW).content.decode() + cy.get(BOARD).content.decode()
    assert "Nightingale" in page
    assert "data-drag" not in page
    assert "data-card" not in page
    for name in ("shift", "milestone"):
        assert cy.post(project.url(name), {"version": project.version, "end": "1"}).status_code == 403


def test_bars_and_diamonds_are_moved_and_the_late_one_is_told(cast: Cast) -> None:
    project = planned(cast)
    start, end, row = project.planned_start, project.planned_end, project.milestones.get()
    ann, back = browser_of(cast.ann), f"{OVERVIEW}?zoom=weeks"
    sent = {"version": project.version, "next": back, "start": "7", "end": "7"}
    answer = ann.post(project.url("shift"), sent)
    assert answer.headers["Location"] == back
    project.refresh_from_db()
    assert (project.planned_start, project.planned_end) == (start + timedelta(days=7), end + timedelta(days=7))
    assert "at the same moment" in ann.post(project.url("shift"), sent, follow=True).content.decode()
    refused = ann.post(project.url("shift"), {"version": project.version, "next": back, "end": "-99"}, follow=True)
    assert "would end before it begins" in refused.content.decode()
    moved = {"version": project.version, "milestone": row.pk, "days": "-2", "next": "https://evil.example/projects/"}
    assert ann.post(project.url("milestone"), moved).headers["Location"] == project.get_absolute_url()
    row.refresh_from_db()
    assert row.due == start + timedelta(days=1)
    project.refresh_from_db()
    for key in ("0", "x", "", "9" * 30):
        wrong = {"version": project.version, "milestone": key, "days": "1"}
        assert ann.post(project.url("milestone"), wrong).status_code == 404
    assert ann.post(project.url("shift"), {"version": project.version, "start": "9" * 400}).status_code == 302
    assert browser_of(cast.cy).post(project.url("shift"), sent).status_code == 404


def test_the_board_has_a_column_for_each_time_and_state(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2030, 6, 15))
    due = {
        "overdue": date(2030, 6, 14),
        "month": date(2030, 6, 15),
        "next": date(2030, 7, 31),
        "later": date(2030, 8, 1),
    }
    rows = [Milestone(name=name, due=day) for name, day in due.items()]
    rows += [Milestone(name=name, due=date(2030, 1, 1), state=name) for name in ("reached", "accepted")]
    project = make_project(cast.ann, parts={"milestones": rows})
    columns = board_of(Project.objects.all(), cast.ann)
    assert [(column.key, [card.milestone.name for card in column.cards]) for column in columns] == [
        (name, [name]) for name in ("overdue", "month", "next", "later", "reached", "accepted")
    ]
    overdue = columns[0].cards[0].milestone
    sent = {"version": project.version, "milestone": overdue.pk, "state": "accepted", "next": BOARD}
    assert browser_of(cast.ann).post(project.url("milestone"), sent).headers["Location"] == BOARD
    overdue.refresh_from_db()
    assert (overdue.state, overdue.accepted_on) == ("accepted", date(2030, 6, 15))
    assert board_of(Project.objects.all(), cast.cy)[0].cards == []


def test_hidden_days_milestones_and_money_stand_on_neither_page(cast: Cast) -> None:
    planned(cast, "Nightingale")
    fin = browser_of(cast.fin)
    assert "€700" in fin.get(BOARD).content.decode()
    hide(cast.fin, "budget_amount")
    assert "€700" not in fin.get(BOARD).content.decode()
    hide(cast.fin, "planned_end", "milestones")
    page = fin.get(OVERVIEW).content.decode() + fin.get(BOARD).content.decode()
    assert "Nightingale" in page
    for hidden in ("Kestrel launch", "gt-span", 'data-drag="plan"', "€700"):
        assert hidden not in page


def test_money_is_measured_against_the_plan_within_sight(cast: Cast) -> None:
    project = Project.objects.get(pk=make_full_project(cast.ann, "Full", client=None).pk)
    for owner, amount, currency in ((cast.ann, 500, "EUR"), (cast.ann, 9, "USD"), (cast.cy, 7000, "EUR")):
        deal = make_deal(owner, amount=amount, currency=currency, project=project)
        win_deal(deal, actor=owner)
    rows = list(project.milestones.all())
    burn = burn_of(project, rows, cast.ann)
    assert burn is not None
    assert [(bar.label, bar.value) for bar in burn.bars] == [
        ("Budget", "€1,239,876"),
        ("Won deals", "€500"),
        ("Milestones due by today", "€1,239,876"),
        ("All milestones", "€1,239,976"),
    ]
    assert (burn.others, burn.bars[3].share) == (["$9"], "100.00%")
    assert [(bar.label, bar.value) for bar in burn.hours] == [("Hours planned", "400")]
    assert "Plan and money" in browser_of(cast.ann).get(project.get_absolute_url()).content.decode()
    hide(cast.fin, "budget_amount")
    told = browser_of(cast.fin).get(project.get_absolute_url()).content.decode().split("Plan and money")[1]
    assert "€" not in told.split("</section>")[0]
    hide(cast.fin, "budget_hours")
    assert "Plan and money" not in browser_of(cast.fin).get(project.get_absolute_url()).content.decode()
