"""Everybody who may sign in, with his rights, at four queries whatever their number."""

from collections import defaultdict
from collections.abc import Mapping

from crm.access.explaining import Colleague
from crm.access.rights import UNLIMITED, Rights, Scope
from teams.models import Grant, Membership, User
from teams.rights import children_of_teams, with_all_below


def colleagues_with_rights() -> list[Colleague]:
    """Active people in the order of their names. Field rules are left out: they do not decide who sees a record."""
    people = User.objects.filter(is_active=True).select_related("role")
    grants: dict[int, dict[tuple[str, str], Scope]] = defaultdict(dict)
    for role_id, record_type, action, scope in Grant.objects.values_list("role_id", "record_type", "action", "scope"):
        grants[role_id][record_type, action] = Scope(scope)
    teams: dict[int, dict[int, int]] = defaultdict(dict)
    for user_id, team_id, group_id in Membership.objects.order_by().values_list("user_id", "team_id", "team__group_id"):
        teams[user_id][team_id] = group_id
    children = children_of_teams()
    found = []
    for person in people:
        own = _rights(grants.get(person.role_id or 0, {}), teams[person.pk], children)
        role = person.role.name if person.role else ""
        found.append(Colleague(person, UNLIMITED if person.is_superuser else own, role))
    return found


def _rights(
    grants: Mapping[tuple[str, str], Scope], teams: Mapping[int, int], children: Mapping[int, list[int]]
) -> Rights:
    below = with_all_below(teams, children) if Scope.TEAM_AND_BELOW in grants.values() else frozenset(teams)
    return Rights(grants=grants, team_ids=frozenset(teams), below_ids=below, group_ids=frozenset(teams.values()))
