"""Small companies made straight in the tables, and who may see what in them told a second, plain way."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.utils import timezone
from guardian.utils import get_group_obj_perms_model, get_user_obj_perms_model
from hypothesis import strategies as st

from crm.access.rights import Action, Scope
from teams.models import Grant, Membership, Team, User
from teams.tests.factories import RoleFactory, TeamFactory, UserFactory

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
READER = 0


@dataclass(frozen=True)
class Row:
    """A record of the plan; numbers are places in the lists of people and teams, None stands for nobody."""

    name: str
    owner: int | None
    team: int | None
    hour: int
    is_deleted: bool
    is_marked: bool


@dataclass(frozen=True)
class Gift:
    """A share of the row with a person, or with a team; `days` until it ends, negative when it has ended."""

    row: int
    action: Action
    person: int | None = None
    team: int | None = None
    days: int | None = None

    @property
    def holds(self) -> bool:
        return self.days is None or self.days > 0


@dataclass(frozen=True)
class Plan:
    """A company before it is stored: a parent for each team, teams for each person; person 0 is the reader."""

    parents: tuple[int | None, ...]
    members: tuple[frozenset[int], ...]
    scopes: Mapping[Action, Scope]
    rows: tuple[Row, ...]
    gifts: tuple[Gift, ...]

    def reached(self, action: Action) -> set[int]:
        """The rows that the reader reaches for the action, by the words of the rule and not by its code."""
        scope = self.scopes.get(action, Scope.NONE)
        mine = self.members[READER]
        below = {team for team in range(len(self.parents)) if mine & set(self._line_up(team))}
        teams = {Scope.TEAM: mine, Scope.TEAM_AND_BELOW: below}.get(scope, set())
        by_role = {
            place
            for place, row in enumerate(self.rows)
            if scope == Scope.ALL or row.team in teams or (scope >= Scope.OWN and row.owner == READER)
        }
        return by_role | {gift.row for gift in self.gifts if self._is_for_reader(gift, action)}

    def visible(self) -> set[int]:
        return {place for place in self.reached(Action.VIEW) if not self.rows[place].is_deleted}

    def _line_up(self, team: int | None) -> Iterable[int]:
        while team is not None:
            yield team
            team = self.parents[team]

    def _is_for_reader(self, gift: Gift, action: Action) -> bool:
        is_his = gift.person == READER or gift.team in self.members[READER]
        return gift.holds and is_his and action in {gift.action, Action.VIEW}


@dataclass
class World:
    model: Any
    people: list[User]
    teams: list[Team]
    records: list[Any] = field(default_factory=list)

    @property
    def reader(self) -> User:
        """Fresh, so that nothing loaded before is believed."""
        return User.objects.get(pk=self.people[READER].pk)

    def places(self, records: Iterable[Any]) -> list[int]:
        numbers = {record.pk: place for place, record in enumerate(self.records)}
        return [numbers[record.pk] for record in records]


def store(plan: Plan, model: Any, fields_of: Callable[[int], dict[str, Any]] = lambda _place: {}) -> World:
    """The company of the plan, with its rows as records of this type, each with further fields by its place."""
    teams: list[Team] = []
    for parent in plan.parents:
        teams.append(TeamFactory(parent=None if parent is None else teams[parent]))
    role = RoleFactory()
    Grant.objects.bulk_create(
        Grant(role=role, record_type=model._meta.label_lower, action=action, scope=scope)
        for action, scope in plan.scopes.items()
    )
    people = [UserFactory(role=role) for _ in plan.members]
    Membership.objects.bulk_create(
        Membership(user=person, team=teams[team])
        for person, places in zip(people, plan.members, strict=True)
        for team in places
    )
    world = World(model, people, teams)
    world.records = model.objects.bulk_create(
        _record(world, row, **fields_of(place)) for place, row in enumerate(plan.rows)
    )
    for gift in plan.gifts:
        _give(world, gift)
    return world


def _record(world: World, row: Row, **fields: Any) -> Any:
    return world.model(
        name=row.name,
        owner=None if row.owner is None else world.people[row.owner],
        team=None if row.team is None else world.teams[row.team],
        updated_at=NEW_YEAR + timedelta(hours=row.hour),
        deleted_at=timezone.now() if row.is_deleted else None,
        external_id="marked" if row.is_marked else "",
        **fields,
    )


def _give(world: World, gift: Gift) -> None:
    model, record = world.model, world.records[gift.row]
    permission = Permission.objects.get(
        content_type__app_label=model._meta.app_label, codename=f"{gift.action.value}_{model._meta.model_name}"
    )
    if gift.person is not None:
        shares, holder = get_user_obj_perms_model(model), {"user": world.people[gift.person]}
    else:
        shares, holder = get_group_obj_perms_model(model), {"group": world.teams[gift.team or 0].group}
    until = None if gift.days is None else timezone.now() + timedelta(days=gift.days)
    shares.objects.update_or_create(content_object=record, permission=permission, defaults={"until": until}, **holder)


NAMES = ("Acme", "acme", "Берег", "Ґазда", "Гай", "Їжак", "Zebra", "Żubr")
GIVEN = (Action.VIEW, Action.CHANGE, Action.DELETE)


def _what_is_given(gift: Gift) -> tuple[Any, ...]:
    return gift.row, gift.action, gift.person, gift.team


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    team_count = draw(st.integers(1, 5))
    parents = tuple(draw(st.none() | st.integers(0, place - 1)) if place else None for place in range(team_count))
    teams = st.integers(0, team_count - 1)
    members = tuple(draw(st.frozensets(teams, min_size=least, max_size=3)) for least in (draw(st.integers(0, 1)), 0, 0))
    people = st.integers(0, len(members) - 1)
    rows = draw(
        st.lists(
            st.builds(
                Row,
                name=st.sampled_from(NAMES),
                # Mostly within reach: a page is put to the test only where a branch holds more rows than it shows.
                owner=st.sampled_from((READER, READER, 1, 2, None)),
                team=st.sampled_from((0, 0, *range(team_count), None)),
                # Few hours, so that many rows share one and the key has to decide.
                hour=st.integers(0, 3),
                is_deleted=st.sampled_from((False, False, False, True)),
                is_marked=st.booleans(),
            ),
            min_size=5,
            max_size=16,
        )
    )
    row_places = st.integers(0, len(rows) - 1)
    ends = st.sampled_from((None, 1, -1))
    to_people = st.builds(Gift, row=row_places, action=st.sampled_from(GIVEN), person=people, days=ends)
    to_teams = st.builds(Gift, row=row_places, action=st.sampled_from(GIVEN), team=teams, days=ends)
    # The same gift with another end would only be the later one of the two.
    gifts = draw(st.lists(to_people | to_teams, max_size=5, unique_by=_what_is_given))
    scopes = {action: draw(st.sampled_from(Scope)) for action in (Action.VIEW, Action.CHANGE, Action.DELETE)}
    return Plan(parents, members, scopes, tuple(rows), tuple(gifts))
