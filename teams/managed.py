"""What roles grant beside records: the management of people, teams, roles and the company itself."""

from collections.abc import Mapping

from django.db import models

from crm.access.rights import Action, Scope
from teams.models import Company, Role, Team, User

_ALL_OR_NONE = (Scope.NONE, Scope.ALL)
_BY_TEAM = (Scope.NONE, Scope.TEAM, Scope.TEAM_AND_BELOW, Scope.ALL)

# People: add is to invite, change to edit profiles, roles, memberships and absences, delete to deactivate, assign to
# hand a leaver's book over. Roles and the company: view is to look, change is to edit. The catalogue of skills and the
# holidays belong to the company. A person reaches his own profile without a grant.
MANAGED: Mapping[type[models.Model], Mapping[Action, tuple[Scope, ...]]] = {
    User: dict.fromkeys((Action.ADD, Action.CHANGE, Action.DELETE, Action.ASSIGN), _BY_TEAM),
    Team: dict.fromkeys((Action.ADD, Action.CHANGE, Action.DELETE), _BY_TEAM),
    Role: dict.fromkeys((Action.VIEW, Action.ADD, Action.CHANGE, Action.DELETE), _ALL_OR_NONE),
    Company: dict.fromkeys((Action.CHANGE,), _ALL_OR_NONE),
}
