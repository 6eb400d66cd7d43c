"""People from a file, for those who may invite people: they come in without a password and with no right but chosen
ones."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.access.rights import Action, Scope, rights_of
from crm.imports.contents import Kind
from crm.imports.references import ListedOptions, Option, Reference
from crm.imports.registry import Identity, ImportCompanion, ImportField, ImportTarget, TargetSetting, register
from teams.forms.people import roles_offered_to
from teams.imports.leads import KEY, LeadsOfTeams
from teams.imports.writer import EMAIL_OR_NAME, PeopleWriter
from teams.models import Team, User
from teams.selectors.invitations import teams_for_newcomers
from teams.selectors.people import colleagues


def _teams(user: Any) -> ListedOptions:
    return ListedOptions(Option(str(team.pk), team.name) for team in teams_for_newcomers(user))


def _may_add_teams(user: Any) -> bool:
    """A new team stands at the top, where only a grant on everything reaches."""
    rights = rights_of(user)
    return all(rights.scope(model, Action.ADD) == Scope.ALL for model in (Team, User))


def _leads(user: Any) -> ListedOptions:
    return ListedOptions(
        Option(str(person.pk), str(person), person.email, (f"{person.last_name} {person.first_name}".strip(),))
        for person in colleagues()
    )


def _roles(user: Any) -> list[tuple[str, Any]]:
    return [("", _("No role")), *((str(role.pk), role.name) for role in roles_offered_to(user))]


FIELDS = (
    ImportField(
        "name",
        _("Full name"),
        (
            *("employee", "employee name", "user", "user name", "colleague", "staff", "team member"),
            *("sales agent", "agent", "sales rep", "salesperson"),
            *("співробітник", "працівник", "користувач", "работник", "пользователь"),
        ),
        Kind.PERSON,
    ),
    ImportField(
        "email",
        _("E-mail"),
        ("email", "e mail", "mail", "email address", "work email", "электронная почта", "почта", "електронна пошта"),
        Kind.EMAIL,
    ),
    ImportField(
        "position",
        _("Position"),
        ("position", "job title", "title", "role", "должность", "посада"),
    ),
    ImportField(
        "team",
        _("Team"),
        (
            *("team", "department", "office", "regional office", "division", "unit"),
            *("команда", "отдел", "подразделение", "відділ", "підрозділ"),
        ),
        refers_to=Reference(_teams, _may_add_teams),
    ),
)
LEAD = ImportField(
    KEY,
    _("Lead of the team"),
    ("lead", "team lead", "manager", "head", "supervisor", "reports to", "руководитель", "керівник"),
    refers_to=Reference(_leads, _may_add_teams),
)

register(
    ImportTarget(
        key="people",
        label=_("People of the company"),
        model=User,
        fields=FIELDS,
        identities=(Identity(EMAIL_OR_NAME, _("E-mail, else the name"), ("email", "name")),),
        required=(frozenset({"name"}),),
        open=PeopleWriter,
        order=90,
        settings=(
            TargetSetting(
                "role",
                _("Role of new people"),
                _roles,
                _("Without one they see nothing. Nobody gets a password: who has an e-mail sets one himself."),
            ),
        ),
    )
)
register(ImportCompanion(key=KEY, target="people", model=User, fields=(LEAD,), open=LeadsOfTeams))
