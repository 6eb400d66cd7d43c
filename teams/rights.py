"""Loads what a user may do from his role and teams: the other side of `crm.access.rights`."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast

from crm.access.rights import FieldAccess, Rights, Scope
from teams.models import FieldRule, Grant, Membership, Team

if TYPE_CHECKING:
    from teams.models import User

_GRANT, _RULE, _TEAM = "grant", "rule", "team"


def load_rights(user: "User") -> Rights:
    """One query, and one more for the tree of teams when a grant reaches below; every page pays for this."""
    rows = _as_texts(Grant.objects.filter(role=user.role_id), _GRANT, "record_type", "action", "scope").union(
        _as_texts(FieldRule.objects.filter(role=user.role_id), _RULE, "record_type", "field", "access"),
        _as_texts(Membership.objects.filter(user_id=user.pk), _TEAM, "team_id", "team__group_id", "team_id"),
        all=True,
    )
    grants: dict[tuple[str, str], Scope] = {}
    rules: dict[str, dict[str, FieldAccess]] = {}
    teams: dict[int, int] = {}
    for kind, first, second, third in rows:
        if kind == _GRANT:
            grants[first, second] = Scope(int(third))
        elif kind == _RULE:
            rules.setdefault(first, {})[second] = FieldAccess(third)
        else:
            teams[int(first)] = int(second)
    return Rights(
        grants=grants,
        field_rules=rules,
        team_ids=frozenset(teams),
        below_ids=_with_all_below(frozenset(teams), grants),
        group_ids=frozenset(teams.values()),
    )


def _as_texts(rows: QuerySet[Any], kind: str, *names: str) -> QuerySet[Any]:
    columns = {f"text_{index}": Cast(F(name), CharField()) for index, name in enumerate(names)}
    return rows.order_by().annotate(kind=Value(kind, CharField()), **columns).values_list("kind", *columns)


def _with_all_below(team_ids: frozenset[int], grants: dict[tuple[str, str], Scope]) -> frozenset[int]:
    if not team_ids or Scope.TEAM_AND_BELOW not in grants.values():
        return team_ids
    return with_all_below(team_ids, children_of_teams())


def children_of_teams() -> Mapping[int, list[int]]:
    """The keys of the teams right below each team that has any."""
    # A company has at most some hundred teams: one plain query and a walk beat a recursive query here.
    children: dict[int, list[int]] = {}
    for team_id, parent_id in Team.objects.order_by().exclude(parent=None).values_list("pk", "parent_id"):
        children.setdefault(parent_id, []).append(team_id)
    return children


def with_all_below(team_ids: Iterable[int], children: Mapping[int, list[int]]) -> frozenset[int]:
    reached: set[int] = set()
    waiting = list(team_ids)
    while waiting:
        team_id = waiting.pop()
        if team_id not in reached:
            reached.add(team_id)
            waiting.extend(children.get(team_id, ()))
    return frozenset(reached)
