"""Tasks as cards in the columns of their statuses, within the reader's sight and filters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from clients.filters import teams_known_to
from crm.access.rights import Action, hidden_fields, locked_fields, may
from crm.listing.counting import COUNT_CAP, capped
from crm.listing.keyset import Order, Sort, cursor_after, read_page
from crm.listing.pages import CURSOR
from crm.ui.addresses import address_of
from projects.models import Project
from tasks.about import Subject, subjects_of, waiting
from tasks.models import CLOSED_STATES, OPEN_STATES, Task, TaskBoard, TaskStatus
from tasks.pages import TasksPage
from tasks.selectors import statuses_of
from tasks.tables import BOARD

#: Cards that a column begins with, and that it goes on with each time.
SHOWN = 20
#: Boards that are offered; who has more reaches the others from the pages of their projects.
OFFERED = 200
COLUMN = "column"
# What no card shows: a board has a hundred of them.
_UNDRAWN = ("description", "custom", "search_doc", "tags", "external_id", "calendar_uid", "rrule", "estimate")
_LAST_CLOSED = Sort("done", "", "done_at").order(is_descending=True)


@dataclass(frozen=True)
class Head:
    """What stands over a column: how many tasks, of closed ones those of this month; None where nobody counted yet."""

    status: TaskStatus
    number: int | None = 0
    list_url: str = ""

    @property
    def count(self) -> str:
        return "" if self.number is None else capped(self.number)


@dataclass(frozen=True)
class BoardCard:
    """A task as its card: `said` is a sentence about what just happened to it."""

    task: Task
    subjects: Sequence[Subject] = ()
    waits: int = 0
    is_overdue: bool = False
    may_move: bool = False
    said: str = ""


@dataclass(frozen=True)
class BoardColumn:
    """`more_url` gives the cards after these, empty at the end."""

    head: Head
    cards: list[BoardCard] = field(default_factory=list)
    more_url: str = ""


class BoardPage(TasksPage):
    """One board of tasks as one reader sees it now; the caller asks whether he may see statuses at all.

    The board is the one that the address names, else that of the project or the team that it filters by, else the
    default one.
    """

    own = ("board",)

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, BOARD)
        self.parameters.pop(COLUMN, None)
        self.this_year = timezone.localdate().year

    @property
    def orders(self) -> list[Any]:
        return []

    @cached_property
    def boards(self) -> list[TaskBoard]:
        """Those that the reader can know: the default one, those of teams he reaches and of projects in his sight."""
        user = self.request.user
        known = Q(is_default=True)
        if "team" not in self.hidden:
            known |= Q(team__in=teams_known_to(self.request, Task))
        if "project" not in self.hidden and "name" not in hidden_fields(user, Project):
            known |= Q(project__in=Project.objects.visible_to(user))
        return list(TaskBoard.objects.filter(known)[:OFFERED])

    @cached_property
    def board(self) -> TaskBoard | None:
        asked = self.request.GET
        wanted = (
            lambda one: str(one.pk) == asked.get("board"),
            lambda one: one.project_id is not None and str(one.project_id) == asked.get("project"),
            lambda one: one.team_id is not None and str(one.team_id) == asked.get("team"),
            lambda one: one.is_default,
        )
        found = (next(filter(matches, self.boards), None) for matches in wanted)
        return next((board for board in found if board is not None), None)

    @cached_property
    def statuses(self) -> list[TaskStatus]:
        """All of the board, in order, those of closed tasks at the end."""
        return statuses_of(self.board) if self.board else []

    @property
    def may_move(self) -> bool:
        user = self.request.user
        return may(user, Action.CHANGE, Task) and "status" not in locked_fields(user, Task)

    @cached_property
    def lanes(self) -> list[BoardColumn]:
        """Those of closed tasks begin empty, and are filled once they are looked at."""
        found = self._first_tasks([status for status in self.statuses if status.is_open])
        cards = {card.task.pk: card for card in self.cards([task for rows in found.values() for task in rows[:SHOWN]])}
        columns = []
        for status in self.statuses:
            rows = found.get(status.pk, [])
            more = self._more_url(status, cursor_after(self.order, rows[SHOWN - 1])) if len(rows) > SHOWN else ""
            more = more if status.is_open else self._more_url(status, "")
            columns.append(BoardColumn(self.column_heads[status.pk], [cards[one.pk] for one in rows[:SHOWN]], more))
        return columns

    @cached_property
    def column_heads(self) -> dict[int, Head]:
        heads = self.heads_of([status for status in self.statuses if status.is_open])
        closed = [status for status in self.statuses if not status.is_open]
        return heads | {status.pk: Head(status, None, self._list_url(status)) for status in closed}

    def heads_of(self, statuses: Iterable[TaskStatus]) -> dict[int, Head]:
        """By status; a query for the open ones, and one for the others, of which those of this month are counted."""
        of_status = {status.pk: status for status in statuses}
        is_open = [pk for pk, status in of_status.items() if status.is_open]
        closed = [pk for pk, status in of_status.items() if not status.is_open]
        closed_now = self._closed_tasks.filter(done_at__gte=start_of_month())
        numbers = self._numbers(is_open, self._open_tasks) | self._numbers(closed, closed_now)
        return {pk: Head(status, numbers[pk], self._list_url(status)) for pk, status in of_status.items()}

    def further(self, status: TaskStatus, cursor: str) -> BoardColumn:
        """The cards of an open column after the cursor; the last ones of a closed column. Raises BrokenCursor."""
        if not status.is_open:
            rows = self._first_tasks([status])[status.pk]
            return BoardColumn(self.heads_of([status])[status.pk], self.cards(rows[:SHOWN]))
        of_status = self._open_tasks.filter(status=status)
        page = read_page(of_status, fetch=self._first, order=self.order, size=SHOWN, cursor=cursor)
        head = Head(status, list_url=self._list_url(status))
        return BoardColumn(head, self.cards(page.rows), self._more_url(status, page.next) if page.next else "")

    def cards(self, tasks: Sequence[Task], *, said: str = "") -> list[BoardCard]:
        reader = self.request.user
        subjects, waits, movable = subjects_of(tasks, reader), waiting(tasks, reader), self._movable(tasks)
        return [
            BoardCard(
                task,
                subjects=subjects[task.pk],
                waits=waits.get(task.pk, 0) if task.is_open else 0,
                is_overdue=self.sees_due and task.is_overdue(),
                may_move=task.pk in movable,
                said=said,
            )
            for task in tasks
        ]

    def place_of(self, task: Task) -> UUID | None:
        """The task that stands right before this one in its column; None of the first one."""
        among, order = (self._open_tasks, self.order) if task.is_open else (self._closed_tasks, _LAST_CLOSED)
        others = among.filter(status=task.status_id).exclude(pk=task.pk)
        before = order.reversed
        rows = before.apply(before.beyond(others, before.values_of(task)))
        return next((one.pk for one in rows.first_visible(self.request.user, limit=1)), None)

    @property
    def count(self) -> str:
        """Of the open ones."""
        return capped(sum(head.number or 0 for head in self.column_heads.values()))

    @cached_property
    def is_bare(self) -> bool:
        if self.is_filtered or any(lane.cards for lane in self.lanes):
            return False
        return not Task.objects.count_visible(self.request.user, most=1)

    @property
    def _open_tasks(self) -> Any:
        """The tasks of the filters; those that are open have indexes of their own, and so have the closed ones."""
        return self.filterset.qs.filter(state__in=OPEN_STATES)

    @property
    def _closed_tasks(self) -> Any:
        return self.filterset.qs.filter(state__in=CLOSED_STATES)

    def _first_tasks(self, statuses: Sequence[TaskStatus]) -> dict[int, list[Task]]:
        """One more of each status than is shown, so that a column knows whether it goes on; two queries."""
        of_status = {status.pk: status for status in statuses}
        found: dict[int, list[Task]] = {pk: [] for pk in of_status}
        is_open = [status.pk for status in statuses if status.is_open]
        closed = [status.pk for status in statuses if not status.is_open]
        rows = [
            *self._tops(self._open_tasks, self.order, is_open),
            *self._tops(self._closed_tasks, _LAST_CLOSED, closed),
        ]
        for task in rows:
            task.status = of_status[task.status_id]
            found[task.status_id].append(task)
        return found

    def _tops(self, tasks: Any, order: Order, statuses: Sequence[int]) -> Any:
        if not statuses:
            return []
        rows = order.apply(tasks).first_visible_of_each(self.request.user, "status", statuses, limit=SHOWN + 1)
        return rows.defer(*_UNDRAWN).select_related("owner", "kind")

    def _movable(self, tasks: Sequence[Task]) -> set[UUID]:
        if not tasks or not self.may_move:
            return set()
        editable = Task.objects.editable_by(self.request.user).filter(pk__in=[task.pk for task in tasks])
        return set(editable.values_list("pk", flat=True))

    def _numbers(self, statuses: Sequence[int], tasks: Any) -> dict[int, int]:
        if not statuses:
            return {}
        user = self.request.user
        return tasks.count_visible_of_each(user, "status", statuses, most=COUNT_CAP + 1)  # type: ignore[no-any-return]

    def _more_url(self, status: TaskStatus, cursor: str) -> str:
        return address_of("tasks:board") + self.address(**{COLUMN: status.pk, CURSOR: cursor})

    def _list_url(self, status: TaskStatus) -> str:
        """The list of the tasks that stand alike, of the board's project or team."""
        of_board: dict[str, Any] = {}
        if self.board and self.board.project_id:
            of_board["project"] = self.board.project_id
        elif self.board and self.board.team_id:
            of_board["team"] = self.board.team_id
        return self.list_url(state=status.state, **of_board)


def start_of_month() -> datetime:
    """Of the present one, in the reader's time zone."""
    return timezone.make_aware(datetime.combine(timezone.localdate().replace(day=1), time.min))
