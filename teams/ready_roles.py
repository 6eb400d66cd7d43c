"""The roles that a company starts with: templates, to be changed by its admins."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_noop

from crm.access.rights import Action, FieldAccess, Scope

CLIENT, CONTACT, DEAL, PROJECT = "clients.client", "contacts.contact", "projects.deal", "projects.project"
_RECORDS = (CLIENT, CONTACT, DEAL, PROJECT)
_CATALOGUE = ("projects.product", "projects.pricelist")
TASK, TIME = "tasks.task", "tasks.timeentry"
INTERACTION, COMMENT = "contacts.interaction", "comments.comment"
USER, TEAM, ROLE, COMPANY = "teams.user", "teams.team", "teams.role", "teams.company"
Reach = Mapping[Action, Scope]
Rules = Mapping[str, FieldAccess]

HIDDEN, READ_ONLY = FieldAccess.HIDDEN, FieldAccess.READ_ONLY
_EVERYTHING: Reach = dict.fromkeys(Action, Scope.ALL)
_TEAM_AND_BELOW: Reach = dict.fromkeys(Action, Scope.TEAM_AND_BELOW)
# A manager sees what his team does and writes what is his.
_OWN_OF_A_TEAM: Reach = {**dict.fromkeys(Action, Scope.OWN), Action.VIEW: Scope.TEAM}
# What teams.managed offers: people, teams, roles and the company are managed, and seen by every colleague.
_MANAGE_EVERYTHING: Mapping[str, Reach] = {
    USER: dict.fromkeys((Action.ADD, Action.CHANGE, Action.DELETE, Action.ASSIGN), Scope.ALL),
    TEAM: dict.fromkeys((Action.ADD, Action.CHANGE, Action.DELETE), Scope.ALL),
    ROLE: dict.fromkeys((Action.VIEW, Action.ADD, Action.CHANGE, Action.DELETE), Scope.ALL),
    COMPANY: {Action.CHANGE: Scope.ALL},
}
_LEAD_PEOPLE: Mapping[str, Reach] = {
    USER: dict.fromkeys((Action.ADD, Action.CHANGE, Action.ASSIGN), Scope.TEAM_AND_BELOW),
    TEAM: {Action.CHANGE: Scope.TEAM_AND_BELOW},
}
# Whoever works with people logs what was said and comments on it, and mends his own words.
_OWN_WORDS: Reach = {Action.ADD: Scope.ALL, Action.CHANGE: Scope.OWN, Action.DELETE: Scope.OWN}
_CONVERSE: Mapping[str, Reach] = {INTERACTION: _OWN_WORDS, COMMENT: _OWN_WORDS}
# Leaders take away what should not stand there, and change nobody's words.
_MODERATE: Mapping[str, Reach] = {label: {**_OWN_WORDS, Action.DELETE: Scope.ALL} for label in (INTERACTION, COMMENT)}
_CONVERSE_FULLY: Mapping[str, Reach] = {
    INTERACTION: dict.fromkeys((Action.ADD, Action.CHANGE, Action.DELETE), Scope.ALL),
    COMMENT: {**_OWN_WORDS, Action.DELETE: Scope.ALL},
}
# Projects are delivered by others than those who sell them: a seller makes them, and keeps those that he manages.
_MAKE_AND_WATCH: Reach = {
    Action.VIEW: Scope.TEAM,
    **dict.fromkeys((Action.ADD, Action.CHANGE, Action.DELETE), Scope.OWN),
}
_DELIVER: Reach = {
    Action.VIEW: Scope.TEAM_AND_BELOW,
    Action.ADD: Scope.OWN,
    Action.CHANGE: Scope.TEAM_AND_BELOW,
    Action.DELETE: Scope.OWN,
    Action.EXPORT: Scope.TEAM_AND_BELOW,
    Action.ASSIGN: Scope.TEAM_AND_BELOW,
    Action.SHARE: Scope.TEAM_AND_BELOW,
}
# Everybody keeps tasks of his own; those that he asked others for he sees anyway.
_WORK: Reach = dict.fromkeys(Action, Scope.OWN)
# Everybody enters his own time; those who lead see it, mend it and decide on it.
_LEAD_TIME: Reach = {
    **_WORK,
    **dict.fromkeys((Action.VIEW, Action.CHANGE, Action.EXPORT), Scope.TEAM_AND_BELOW),
}
_SEE_ALL: Reach = {Action.VIEW: Scope.ALL}
_SEE_BELOW: Reach = {Action.VIEW: Scope.TEAM_AND_BELOW}
# One catalogue for the whole company: whoever sells looks things up in it, and leaders of sales keep it.
_LOOK_UP: Mapping[str, Reach] = dict.fromkeys(_CATALOGUE, _SEE_ALL)
_KEEP_CATALOGUE: Mapping[str, Reach] = dict.fromkeys(
    _CATALOGUE, dict.fromkeys((Action.VIEW, Action.ADD, Action.CHANGE, Action.EXPORT), Scope.ALL)
)
_MAINTAIN: Reach = {Action.VIEW: Scope.ALL, Action.CHANGE: Scope.ALL, Action.EXPORT: Scope.ALL}


@dataclass(frozen=True)
class ReadyRole:
    """`grants` and `rules` are by record type; a record type that is missing cannot even be seen."""

    name: str
    rank: int
    description: str
    grants: Mapping[str, Reach]
    rules: Mapping[str, Rules] = field(default_factory=dict)


DIRECTOR = ReadyRole(
    name=gettext_noop("Director"),
    rank=90,
    description=gettext_noop("Sees and changes everything."),
    grants={
        **dict.fromkeys((*_RECORDS, *_CATALOGUE, TASK, TIME), _EVERYTHING),
        **_CONVERSE_FULLY,
        **_MANAGE_EVERYTHING,
    },
)
HEAD_OF_SALES = ReadyRole(
    name=gettext_noop("Head of sales"),
    rank=70,
    description=gettext_noop("Leads a team and the teams below it, and hands their records over."),
    grants={
        **dict.fromkeys((*_RECORDS, TASK), _TEAM_AND_BELOW),
        TIME: _LEAD_TIME,
        **_KEEP_CATALOGUE,
        **_MODERATE,
        **_LEAD_PEOPLE,
    },
)
SALES_MANAGER = ReadyRole(
    name=gettext_noop("Sales manager"),
    rank=40,
    description=gettext_noop("Sees what the team sells to, and works on what is his own."),
    grants={
        **dict.fromkeys((*_RECORDS, TASK), _OWN_OF_A_TEAM),
        TIME: _WORK,
        PROJECT: _MAKE_AND_WATCH,
        **_LOOK_UP,
        **_CONVERSE,
    },
)
PROJECT_MANAGER = ReadyRole(
    name=gettext_noop("Project manager"),
    rank=40,
    description=gettext_noop("Sees the clients of the teams he delivers with, and keeps contacts of his own."),
    grants={
        CLIENT: {Action.VIEW: Scope.TEAM_AND_BELOW},
        CONTACT: {**_OWN_OF_A_TEAM, Action.VIEW: Scope.TEAM_AND_BELOW},
        DEAL: {Action.VIEW: Scope.TEAM_AND_BELOW},
        **_LOOK_UP,
        PROJECT: _DELIVER,
        TASK: {**_TEAM_AND_BELOW, Action.DELETE: Scope.OWN},
        TIME: _LEAD_TIME,
        **_CONVERSE,
    },
    rules={CLIENT: {"source": HIDDEN}},
)
DEVELOPER = ReadyRole(
    name=gettext_noop("Developer"),
    rank=10,
    description=gettext_noop("Looks up the people at the clients of his team."),
    # The projects that he works on he sees by his place on their teams.
    grants={
        CLIENT: {Action.VIEW: Scope.TEAM},
        CONTACT: {Action.VIEW: Scope.TEAM},
        PROJECT: {Action.VIEW: Scope.OWN},
        TASK: {action: Scope.OWN for action in Action if action != Action.EXPORT},
        TIME: _WORK,
        **_CONVERSE,
    },
    rules={
        CLIENT: {"tax_id": HIDDEN, "source": HIDDEN},
        CONTACT: {"birthday": HIDDEN, "notes": HIDDEN},
        PROJECT: {"budget_amount": HIDDEN},
    },
)
ACCOUNTANT = ReadyRole(
    name=gettext_noop("Accountant"),
    rank=30,
    description=gettext_noop("Keeps legal names and tax ids of every client; private ways to reach people are hidden."),
    grants={
        CLIENT: _MAINTAIN,
        CONTACT: _SEE_ALL,
        DEAL: _SEE_ALL,
        PROJECT: _SEE_ALL,
        TASK: _WORK,
        # Invoices are written by it.
        TIME: {**_WORK, Action.VIEW: Scope.ALL, Action.EXPORT: Scope.ALL},
        **_LOOK_UP,
        **_CONVERSE,
    },
    rules={
        CLIENT: {
            "phones": HIDDEN,
            "source": HIDDEN,
            "description": HIDDEN,
            "status": READ_ONLY,
            "tags": READ_ONLY,
            "owner": READ_ONLY,
            "team": READ_ONLY,
        },
        CONTACT: {"phones": HIDDEN, "messengers": HIDDEN, "birthday": HIDDEN, "notes": HIDDEN},
    },
)
OBSERVER = ReadyRole(
    name=gettext_noop("Observer"),
    rank=5,
    description=gettext_noop("Sees the records of a team and the teams below it, and changes nothing."),
    grants={**dict.fromkeys((*_RECORDS, TASK), _SEE_BELOW), **_LOOK_UP},
)

READY_ROLES = (DIRECTOR, HEAD_OF_SALES, SALES_MANAGER, PROJECT_MANAGER, DEVELOPER, ACCOUNTANT, OBSERVER)
