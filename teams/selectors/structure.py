"""The tree of teams, and what the page of one team tells."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst

from crm.access.registry import worked_on_models
from crm.access.rights import Action, Scope, hidden_fields, may, rights_of
from crm.listing.counting import capped_counts
from crm.search.text import normalise
from teams.models import Membership, PersonSkill, Skill, Team, User

_SKILLS_SHOWN = 30


@dataclass
class TeamNode:
    """A team in the tree. `people` and `equivalents` (of full time) are its own, `all_…` with all teams below."""

    team: Team
    depth: int = 0
    people: int = 0
    equivalents: Decimal = Decimal(0)
    all_people: int = 0
    all_equivalents: Decimal = Decimal(0)
    children: list["TeamNode"] = field(default_factory=list)

    @property
    def has_more_below(self) -> bool:
        return self.all_people != self.people or self.all_equivalents != self.equivalents


@dataclass(frozen=True)
class TeamRights:
    """What the reader may do with one team; answered from his cached rights."""

    can_change: bool
    can_delete: bool
    can_add_below: bool


@dataclass(frozen=True)
class Owned:
    """Records of one type that belong to a team and are in the reader's sight."""

    label: str
    count: str
    url: str


@dataclass(frozen=True)
class KnownSkill:
    """Who of a team knows it, the best first."""

    skill: Skill
    people: list[PersonSkill]

    @property
    def best(self) -> PersonSkill:
        return self.people[0]


# The tree


def team_tree(query: str = "") -> list[TeamNode]:
    """The top teams with all below, at two queries; with a query the teams that it finds, and those above them."""
    teams = list(Team.objects.select_related("lead"))
    children: dict[int | None, list[Team]] = defaultdict(list)
    for team in teams:
        children[team.parent_id].append(team)
    shares = _shares_by_team()
    found = _found_with_above(teams, query)

    def node_of(team: Team, depth: int) -> tuple[TeamNode, Mapping[int, int]]:
        node = TeamNode(team, depth)
        own = dict(shares.get(team.pk, ()))
        node.people, node.equivalents = len(own), _equivalents(own)
        everybody: dict[int, int] = dict(own)
        for child in children[team.pk]:
            below, people = node_of(child, depth + 1)
            for person, share in people.items():
                everybody[person] = everybody.get(person, 0) + share
            if child.pk in found:
                node.children.append(below)
        node.all_people, node.all_equivalents = len(everybody), _equivalents(everybody)
        return node, everybody

    return [node_of(team, 0)[0] for team in children[None] if team.pk in found]


def _shares_by_team() -> Mapping[int, list[tuple[int, int]]]:
    """(person, percent) of active people by team."""
    shares: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = Membership.objects.filter(user__is_active=True).order_by().values_list("team_id", "user_id", "share")
    for team_id, person, share in rows:
        shares[team_id].append((person, share))
    return shares


def _equivalents(shares: Mapping[int, int]) -> Decimal:
    return Decimal(sum(shares.values())) / 100


def _found_with_above(teams: Collection[Team], query: str) -> set[int]:
    words = normalise(query).split()
    by_key = {team.pk: team for team in teams}
    found: set[int] = set()
    for team in teams:
        text = normalise(f"{team.name} {team.lead or ''} {team.description}")
        if not all(word in text for word in words):
            continue
        here: Team | None = team
        while here is not None and here.pk not in found:
            found.add(here.pk)
            here = by_key.get(here.parent_id or 0)
    return found


def teams_in_order(teams: Iterable[Team] | None = None) -> list[tuple[Team, int]]:
    """(team, depth) as the tree has them, for choices; those whose parent is not among these stand at the top."""
    offered = list(teams if teams is not None else Team.objects.all())
    keys = {team.pk for team in offered}
    children: dict[int | None, list[Team]] = defaultdict(list)
    for team in offered:
        children[team.parent_id if team.parent_id in keys else None].append(team)
    waiting = [(team, 0) for team in reversed(children[None])]
    ordered: list[tuple[Team, int]] = []
    while waiting:
        team, depth = waiting.pop()
        ordered.append((team, depth))
        waiting += [(child, depth + 1) for child in reversed(children[team.pk])]
    return ordered


def teams_above(team: Team, teams: Mapping[int, Team]) -> list[Team]:
    """From the top down to the parent; `teams` are all teams by key."""
    above: list[Team] = []
    here = teams.get(team.parent_id or 0)
    while here is not None:
        above.insert(0, here)
        here = teams.get(here.parent_id or 0)
    return above


def team_ids_below(team: Team) -> set[int]:
    """The team itself and all below it, at one query."""
    children: dict[int | None, list[int]] = defaultdict(list)
    for key, parent in Team.objects.order_by().values_list("pk", "parent_id"):
        children[parent].append(key)
    reached, waiting = {team.pk}, [team.pk]
    while waiting:
        below = [key for key in children[waiting.pop()] if key not in reached]
        reached.update(below)
        waiting += below
    return reached


# One team


def rights_on_team(actor: User, team: Team) -> TeamRights:
    def reaches(action: Action) -> bool:
        rights = rights_of(actor)
        scope = rights.scope(Team, action)
        return scope == Scope.ALL or team.pk in rights.reached_team_ids(scope)

    return TeamRights(reaches(Action.CHANGE), reaches(Action.DELETE), reaches(Action.ADD))


def members_of(team: Team) -> QuerySet[Membership]:
    """The active people of a team; those of whom it is the primary team come first."""
    people = Membership.objects.filter(team=team, user__is_active=True).select_related("user__role")
    return people.order_by("-is_primary", "user__first_name", "user__last_name", "user__username")


def skills_of(people: Collection[int]) -> list[KnownSkill]:
    """What these people know, the skills that most of them know first; at one query."""
    rows = PersonSkill.objects.filter(user__in=people, skill__is_archived=False).select_related("skill", "user")
    by_skill: dict[int, list[PersonSkill]] = defaultdict(list)
    for row in rows.order_by("-level", "user__first_name", "user__last_name"):
        by_skill[row.skill_id].append(row)
    known = [KnownSkill(rows[0].skill, rows) for rows in by_skill.values()]
    known.sort(key=lambda one: (-len(one.people), -one.best.level, one.skill.name))
    return known[:_SKILLS_SHOWN]


def owned_by_team(team: Team, *, reader: User) -> list[Owned]:
    """How many records of each type of the team the reader sees; none of a type whose team is hidden from him."""
    told = [
        model
        for model in worked_on_models()
        if may(reader, Action.VIEW, model) and "team" not in hidden_fields(reader, model)
    ]
    counts = capped_counts([model.objects.visible_to(reader).filter(team=team) for model in told])
    return [
        Owned(capfirst(str(model._meta.verbose_name_plural)), count, _list_url(model, team, reader))
        for model, count in zip(told, counts, strict=True)
    ]


def _list_url(model: Any, team: Team, reader: User) -> str:
    """The list narrowed to the team; empty when the reader's list does not offer it."""
    rights = rights_of(reader)
    scope = rights.scope(model, Action.VIEW)
    if scope != Scope.ALL and team.pk not in rights.team_ids | rights.reached_team_ids(scope):
        return ""
    try:
        return f"{reverse(f'{model.namespace()}:list')}?team={team.pk}"
    except NoReverseMatch:
        return ""
