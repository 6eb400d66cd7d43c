"""A company of 30 teams and its half a million tasks; kept for the next run."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.utils import timezone
from pages_parts.filling import BATCH, ForeignDatabase, copy_rows, grant_all, store
from pages_parts.inventing import Inventor, Place
from tqdm import tqdm

from clients.models import Client
from contacts.models import Contact
from crm.access.querysets import user_share_model
from crm.access.rights import Scope
from projects.models import Deal, Pipeline, Project, ProjectMember, ProjectStage, Stage
from tasks.models import OPEN_STATES, Priority, Task, TaskKind, TaskStatus, TaskWatcher
from tasks.services import install_ready_board
from teams.models import Membership, Role, Team, User

_SEED = 20_260_103
_TEAMS, _PEOPLE, _CLIENTS, _PROJECTS, _MEMBERS = 30, 200, 3_000, 400, 8
_ZONE = "Europe/Kyiv"
OWN, TEAM, ALL = "bench-own", "bench-team", "bench-all"
_SCOPES = {OWN: Scope.OWN, TEAM: Scope.TEAM, ALL: Scope.ALL}
_RECORDS = (Client, Contact, Deal, Project, Task)
_SAID = ("Подзвонити щодо договору", "Send the offer", "Перевірити рахунок", "Review the release", "Demo of the portal")
_DAYS_BACK, _DAYS_AHEAD = 900, 120


@dataclass(frozen=True)
class Readers:
    """`own` reaches his own tasks, what he gave, watches and delivers: 1%; `team` those of his team; `everything`."""

    own: User
    team: User
    everything: User


def fill_tasks(tasks: int) -> Readers:
    """Adds what is missing to so many tasks. Raises ForeignDatabase."""
    is_ours = User.objects.filter(username=ALL).exists()
    if not is_ours and (User.objects.exists() or Client.objects.exists()):
        raise ForeignDatabase
    places = _hire()
    readers = Readers(*(User.objects.get(username=name) for name in _SCOPES))
    _sell(places)
    present = Task.objects.count()
    if present < tasks:
        _add(present, tasks, places)
        _share(readers.own)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return readers


def _hire() -> list[Place]:
    """Of the first team the readers themselves are members, so that they have tasks like anybody."""
    role = Role.objects.get_or_create(name="bench-work")[0]
    grant_all(role, _RECORDS, Scope.TEAM)
    teams = [Team.objects.get_or_create(name=f"Team {number:02}")[0] for number in range(_TEAMS)]
    for number in range(_PEOPLE - len(_SCOPES)):
        if User.objects.filter(username=f"bench-{number}").exists():
            continue
        _join(
            User(username=f"bench-{number}", first_name="Olena", last_name=f"Koval {number}", role=role), teams, number
        )
    for name, scope in _SCOPES.items():
        role = Role.objects.get_or_create(name=name)[0]
        grant_all(role, _RECORDS, scope)
        if not User.objects.filter(username=name).exists():
            _join(User(username=name, first_name="Ann", last_name="Reader", role=role), teams, 0)
    members: dict[int, list[int]] = {}
    for team_id, user_id in Membership.objects.order_by("pk").values_list("team_id", "user_id"):
        members.setdefault(team_id, []).append(user_id)
    return [Place(team.pk, tuple(members[team.pk])) for team in teams]


def _join(user: User, teams: Sequence[Team], number: int) -> None:
    user.set_unusable_password()
    user.save()
    Membership.objects.create(user=user, team=teams[number % len(teams)], is_primary=True)


def _sell(places: Sequence[Place]) -> None:
    """Clients with two contacts each, a deal for each of them, and projects with their teams."""
    if Client.objects.exists():
        return
    inventor = Inventor(_SEED, places)
    draw = random.Random(_SEED)  # noqa: S311 nothing secret
    with transaction.atomic():
        store(Client, [inventor.client(number) for number in range(_CLIENTS)])
        store(Contact, [inventor.contact(number) for number in range(2 * _CLIENTS)])
        clients = list(Client.objects.order_by("id"))
        stage = Stage.objects.filter(pipeline=Pipeline.objects.order_by("id").first(), kind="open").first()
        now = timezone.now()
        copy_rows(Deal, [_deal(draw, client, stage, now) for client in clients])
        begun = ProjectStage.objects.order_by("position").first()
        projects = [_project(draw, clients[number * 7], number, begun) for number in range(_PROJECTS)]
        copy_rows(Project, projects)
        people = [key for place in places for key in place.member_ids]
        copy_rows(ProjectMember, [row for project in projects for row in _team_of(draw, project, people)])


def _deal(draw: random.Random, client: Client, stage: Any, now: datetime) -> Deal:
    return Deal(
        name=f"{draw.choice(_SAID)} – {client.name}"[:500],
        client=client,
        owner_id=client.owner_id,
        team_id=client.team_id,
        pipeline=stage.pipeline,
        stage=stage,
        state="open",
        stage_since=now,
        currency="EUR",
        created_at=now,
        updated_at=now,
        version=1,
    )


def _project(draw: random.Random, client: Client, number: int, stage: Any) -> Project:
    now = timezone.now()
    return Project(
        name=f"Project {number} – {client.name}"[:500],
        code=f"B-{number:04}",
        client=client,
        owner_id=client.owner_id,
        team_id=client.team_id,
        stage=stage,
        state=stage.kind,
        currency="EUR",
        created_at=now,
        updated_at=now,
        version=1,
    )


def _team_of(draw: random.Random, project: Project, people: Sequence[int]) -> Iterator[ProjectMember]:
    for user_id in draw.sample(people, _MEMBERS):
        yield ProjectMember(project=project, user_id=user_id, position=0)


def _add(present: int, tasks: int, places: Sequence[Place]) -> None:
    maker = _Maker(random.Random(_SEED + present), places)  # noqa: S311 nothing secret
    for first in tqdm(range(present, tasks, BATCH), desc="adding tasks", unit=f"×{BATCH}"):
        made = [maker.task(number) for number in range(first, min(first + BATCH, tasks))]
        with transaction.atomic():
            copy_rows(Task, made)
            copy_rows(TaskWatcher, [maker.watcher(task) for task in made if maker.draw.random() < 0.02])


class _Maker:
    """Holds the dice: one in ten is open, one in three was given by somebody else, one in five is of a project."""

    def __init__(self, draw: random.Random, places: Sequence[Place]) -> None:
        self.draw = draw
        self.places = places
        self.people = [key for place in places for key in place.member_ids]
        self.today = timezone.localdate()
        self.now = timezone.now()
        self.kinds = list(TaskKind.objects.order_by("position"))
        statuses = list(install_ready_board().statuses.order_by("position"))
        self.open = [status for status in statuses if status.state in OPEN_STATES]
        self.closed = [status for status in statuses if status.state not in OPEN_STATES]
        self.deals: dict[int, list[Any]] = {}
        for row in Deal.objects.values_list("team_id", "pk", "client_id"):
            self.deals.setdefault(row[0], []).append(row)
        self.projects: dict[int, list[Any]] = {}
        for row in Project.objects.values_list("team_id", "pk", "client_id"):
            self.projects.setdefault(row[0], []).append(row)

    def task(self, number: int) -> Task:
        draw = self.draw
        place = self.places[number % len(self.places)]
        owner = draw.choice(place.member_ids)
        is_open = draw.random() < 0.1
        status: TaskStatus = (
            draw.choices(self.open, (60, 30, 10))[0] if is_open else draw.choices(self.closed, (90, 10))[0]
        )
        day = self._day(is_open=is_open)
        changed = self._changed(day, is_open=is_open)
        task = Task(
            name=f"{draw.choice(_SAID)} {number}",
            kind=draw.choice(self.kinds),
            owner_id=owner,
            team_id=place.team_id,
            creator_id=draw.choice(self.people) if draw.random() < 1 / 3 else owner,
            status=status,
            state=status.state,
            done_at=None if is_open else changed,
            priority=draw.choices(Priority.values, (10, 70, 15, 5))[0],
            estimate=draw.choice((None, 1, 2, 4, 8)),
            created_at=changed - timedelta(days=draw.randint(0, 30)),
            updated_at=changed,
            version=1,
            **self._about(place.team_id),
        )
        task.set_due(self._moment(day), _ZONE)
        return task

    def watcher(self, task: Task) -> TaskWatcher:
        return TaskWatcher(task=task, user_id=self.draw.choice(self.people), position=0)

    def _about(self, team_id: int) -> dict[str, Any]:
        chance = self.draw.random()
        if chance < 0.2 and self.projects.get(team_id):
            _team, project, client = self.draw.choice(self.projects[team_id])
            return {"project_id": project, "client_id": client}
        if chance < 0.7:
            _team, deal, client = self.draw.choice(self.deals[team_id])
            return {"deal_id": deal, "client_id": client}
        return {}

    def _day(self, *, is_open: bool) -> date | None:
        """Of open tasks one in six is overdue, one in five has no date."""
        draw = self.draw
        if draw.random() < (0.2 if is_open else 0.05):
            return None
        if is_open:
            return self.today + timedelta(days=draw.randint(-_DAYS_AHEAD // 5, _DAYS_AHEAD))
        return self.today - timedelta(days=draw.randint(-5, _DAYS_BACK))

    def _moment(self, day: date | None) -> date | datetime | None:
        if day is None or self.draw.random() < 0.6:
            return day
        return datetime.combine(day, time(self.draw.randint(8, 18), self.draw.choice((0, 30))), ZoneInfo(_ZONE))

    def _changed(self, day: date | None, *, is_open: bool) -> datetime:
        if is_open or day is None:
            return self.now - timedelta(minutes=self.draw.randint(1, 60 * 24 * 60))
        closed = datetime.combine(day, time(self.draw.randint(8, 18)), UTC)
        return min(closed, self.now - timedelta(minutes=self.draw.randint(1, 600)))


def _share(reader: User) -> None:
    view = Permission.objects.get(codename="view_task")
    keys = Task.objects.exclude(owner=reader).order_by("-id").values_list("pk", flat=True)[:30]
    shares = user_share_model(Task)
    shares.objects.bulk_create(
        [shares(user_id=reader.pk, content_object_id=key, permission=view) for key in keys], ignore_conflicts=True
    )
