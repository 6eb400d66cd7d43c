"""Loads what a user may do from his role and teams: the other side of `crm.access.rights`."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import connection

from crm.access.rights import FieldAccess, Rights, Scope
from teams.models import Team

if TYPE_CHECKING:
    from teams.models import User

_BELOW = int(Scope.TEAM_AND_BELOW)


def rights_sql(*, role: str, person: str) -> str:
    """An expression that gives all of a person's rights as JSON, for `rights_told`; every page pays for it.

    `role` and `person` are columns of the statement around it, or placeholders. Written out: Django would take 3 ms.
    """
    return f"""json_build_array(
        (SELECT json_agg(json_build_array(record_type, action, scope)) FROM teams_grant WHERE role_id = {role}),
        (SELECT json_agg(json_build_array(record_type, field, access)) FROM teams_fieldrule WHERE role_id = {role}),
        (SELECT json_agg(json_build_array(team_id, group_id)) FROM teams_membership
            JOIN teams_team ON teams_team.id = team_id WHERE user_id = {person}),
        CASE WHEN EXISTS (SELECT FROM teams_grant WHERE role_id = {role} AND scope = {_BELOW}) THEN (
            WITH RECURSIVE below(id) AS (
                SELECT team_id FROM teams_membership WHERE user_id = {person}
                UNION SELECT teams_team.id FROM teams_team JOIN below ON parent_id = below.id
            ) SELECT json_agg(id) FROM below
        ) END
    )"""  # noqa: S608


def rights_told(told: list[Any]) -> Rights:
    """What `rights_sql` gave, as rights."""
    grants, rules, memberships, below = told
    ruled: dict[str, dict[str, FieldAccess]] = {}
    for record_type, field, access in rules or ():
        ruled.setdefault(record_type, {})[field] = FieldAccess(access)
    groups = dict(memberships or ())
    return Rights(
        grants={(record_type, action): Scope(scope) for record_type, action, scope in grants or ()},
        field_rules=ruled,
        team_ids=frozenset(groups),
        below_ids=frozenset(groups) if below is None else frozenset(below),
        group_ids=frozenset(groups.values()),
    )


def load_rights(user: "User") -> Rights:
    """One query; for a person whom a session brought, `teams.backends` has made it already."""
    with connection.cursor() as cursor:
        values = {"role": user.role_id, "person": user.pk}
        cursor.execute(f"SELECT {rights_sql(role='%(role)s', person='%(person)s')}", values)
        return rights_told(cursor.fetchone()[0])


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
