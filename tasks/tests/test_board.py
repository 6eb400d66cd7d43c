"""The board of tasks: who sees which cards and boards, how cards move, and what is said when they do not."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.access.rights import forget_rights
from crm.pages.testing import browser_of
from projects.tests.project_factories import make_project
from tasks.board import SHOWN
from tasks.models import Task, TaskBoard, TaskNature, TaskStatus
from tasks.services import finish_task, move_task
from tasks.tests.factories import make_task
from teams.models import FieldRule, User
from teams.selectors import home_team_of
from teams.tests.factories import Cast

pytestmark = pytest.mark.django_db
BOARD = reverse("tasks:board")


def board(user: User, **parameters: Any) -> Any:
    response = browser_of(user).get(BOARD, parameters)
    assert response.status_code == 200
    return response.context["list"]


def cards(user: User, **parameters: Any) -> dict[str, list[str]]:
    """The titles of the cards by the name of their status, closed ones as they come later."""
    page = board(user, **parameters)
    lanes = [lane if lane.head.status.is_open else page.further(lane.head.status, "") for lane in page.lanes]
    return {str(lane.head.status): [card.task.name for card in lane.cards] for lane in lanes if lane.cards}


def counts(user: User, **parameters: Any) -> dict[str, str]:
    page = board(user, **parameters)
    heads = page.heads_of(page.statuses).values()
    return {str(head.status): head.count for head in heads if head.number}


def status(name: str, board: TaskBoard | None = None) -> TaskStatus:
    found = TaskStatus.objects.filter(name=name)
    return found.get(board=board) if board else found.get(board__is_default=True)


def drop(user: User, task: Task, to: str, **fields: Any) -> Any:
    """As the script of the board sends it; `task` is as its card was drawn."""
    sent = {"status": status(to).pk, "version": task.version, "from": task.status_id, **fields}
    return browser_of(user).post(reverse("tasks:board_move", args=[task.pk]), sent, headers={"HX-Request": "true"})


def said(response: Any) -> str:
    found = re.search(r'data-said="([^"]*)"', response.content.decode())
    assert found
    return unescape(found[1])


def stored(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)


def test_columns_show_and_count_what_the_reader_sees_and_nothing_else(cast: Cast) -> None:
    later = make_task(cast.ann, "Later", due=timezone.localdate() + timedelta(days=3))
    make_task(cast.bob, "Sooner", due=timezone.localdate())
    make_task(cast.ann, "Some day")
    make_task(cast.cy, "His own")
    for name in ("Old", "New"):
        finish_task(make_task(cast.ann, name), actor=cast.ann)
    Task.objects.filter(name="Old").update(done_at=timezone.now() - timedelta(days=40))
    assert cards(cast.ann) == {"To do": ["Sooner", "Later", "Some day"], "Done": ["New", "Old"]}
    assert counts(cast.ann) == {"To do": "3", "Done": "1"}
    assert (cards(cast.cy), counts(cast.cy)) == ({"To do": ["His own"]}, {"To do": "1"})
    assert cards(cast.ann, mine="on", q="later") == {"To do": ["Later"]}
    FieldRule.objects.create(role=cast.bob.role, record_type="tasks.task", field="status", access="hidden")
    forget_rights(cast.bob)
    assert browser_of(cast.bob).get(BOARD).status_code == 403
    assert drop(cast.bob, later, "Doing").status_code == 403


def test_boards_are_offered_to_those_who_can_know_them(cast: Cast) -> None:
    make_task(cast.ann, "Common")
    project, team = make_project(cast.ann, "Rollout"), home_team_of(cast.ann)
    own = {
        name: TaskBoard.objects.create(name=name, **of)
        for name, of in {"Of the project": {"project": project}, "Of the team": {"team": team}}.items()
    }
    for one in own.values():
        for name, state in (("Inbox", "todo"), ("Shipped", "done"), ("Dropped", "cancelled")):
            TaskStatus.objects.create(board=one, name=name, state=state)
    make_task(cast.ann, "Delivery", project=project)
    assert {str(one) for one in board(cast.ann).boards} > set(own)
    assert not {str(one) for one in board(cast.cy).boards} & set(own)
    for parameters in ({"board": own["Of the project"].pk}, {"project": project.pk}):
        assert cards(cast.ann, **parameters) == {"Inbox": ["Delivery"]}
        # Who cannot know it looks at the default one.
        assert str(board(cast.cy, **parameters).board) not in own
    assert board(cast.ann, team=team.pk).board == own["Of the team"]


def test_a_card_moves_closes_and_every_move_can_be_undone(cast: Cast) -> None:
    task = make_task(cast.ann, "Write")
    answer = drop(cast.ann, task, "Doing")
    assert (answer.status_code, said(answer)) == (200, "“Write” is in “Doing” now.")
    page = answer.content.decode()
    assert all(f'id="head-{status(name).pk}"' in page for name in ("To do", "Doing"))
    assert f'data-version="{stored(task).version}"' in page
    done = drop(cast.ann, stored(task), "Done")
    assert said(done) == "“Write” is done."
    assert f'name="status" value="{status("Doing").pk}"' in done.content.decode()
    undone = drop(cast.ann, stored(task), "Doing", undo="1")
    assert (stored(task).state, stored(task).done_at) == ("doing", None)
    assert "data-undo" not in undone.content.decode()
    assert drop(cast.cy, task, "Doing").status_code == 404


def test_a_call_that_is_done_leads_to_what_came_of_it_and_back_to_the_board(cast: Cast) -> None:
    task = make_task(cast.ann, "Call", nature=TaskNature.CALL)
    answer = drop(cast.ann, task, "Done")
    page = answer.headers["HX-Redirect"]
    assert (page.partition("?")[0], stored(task).state) == (task.url("done"), "todo")
    finished = browser_of(cast.ann).post(page, {"text": "", "version": task.version})
    assert (finished.status_code, finished.url) == (302, BOARD)
    assert stored(task).state == "done"


def test_without_scripts_a_card_is_moved_by_a_form(cast: Cast) -> None:
    task = make_task(cast.ann, "Write")
    address = reverse("tasks:board_move", args=[task.pk]) + "?q=Write"
    form = browser_of(cast.ann).get(address).content.decode()
    assert f'value="{BOARD}?q=Write"' in form
    sent = {"status": status("Doing").pk, "version": task.version, "next": f"{BOARD}?q=Write"}
    answer = browser_of(cast.ann).post(address, sent)
    assert (answer.status_code, answer.url, stored(task).state) == (302, f"{BOARD}?q=Write", "doing")


def test_the_second_of_two_people_sees_the_conflict_and_moves_nothing(cast: Cast) -> None:
    seen = make_task(cast.ann, "Write")
    move_task(stored(seen), status("Review"), actor=cast.ann)
    answer = drop(cast.ann, seen, "Doing")
    assert answer.status_code == 409
    assert said(answer) == "Somebody has moved “Write” to “Review” meanwhile, so it stays there."
    assert f'data-column="{status("Review").pk}"' in answer.content.decode()
    assert stored(seen).state == "review"


def test_a_long_column_goes_on_where_it_was_left_and_a_closed_one_ends(cast: Cast) -> None:
    today = timezone.localdate()
    for number in range(SHOWN + 3):
        make_task(cast.ann, f"Task {number:02}", due=today + timedelta(days=number))
        finish_task(make_task(cast.ann, f"Done {number:02}"), actor=cast.ann)
    lanes = {str(lane.head.status): lane for lane in board(cast.ann).lanes}
    lane = lanes["To do"]
    further = browser_of(cast.ann).get(lane.more_url, headers={"HX-Request": "true"}).content.decode()
    found = [card.task.name for card in lane.cards] + re.findall(r'class="bd-title" [^>]*>([^<]*)', further)
    assert found == [f"Task {number:02}" for number in range(SHOWN + 3)]
    assert lanes["Done"].cards == []
    closed = browser_of(cast.ann).get(lanes["Done"].more_url, headers={"HX-Request": "true"}).content.decode()
    found = re.findall(r'class="bd-title" [^>]*>([^<]*)', closed)
    assert (len(found), found[0], "data-more" in closed) == (SHOWN, f"Done {SHOWN + 2}", False)
    assert f'<span class="ui-count">{SHOWN + 3}</span>' in closed
