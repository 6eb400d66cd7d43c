"""What people see by working on a project: the project itself, and the card of its client.

The client only for those whose role sees any clients at all; never anything else of that client.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from clients.models import Client
from crm.access.explaining import Way
from crm.access.querysets import Condition
from crm.access.rights import Action, Rights, Scope, hidden_fields
from crm.access.ways import FurtherWay, register, show_to_owner
from projects.models import Project, ProjectMember
from teams.models import Company

# Days begin at midnight of the company's time zone, the same for everybody.
_ZONE = Company(pk=1).time_zone
_TODAY = "(STATEMENT_TIMESTAMP() AT TIME ZONE COALESCE((SELECT time_zone FROM teams_company WHERE id = 1), %s))::date"
_LASTS = (
    "(member.starts IS NULL OR member.starts <= (SELECT day FROM today))"
    " AND (member.ends IS NULL OR member.ends >= (SELECT day FROM today))"
)
_PROJECTS = (
    f"WITH today AS (SELECT {_TODAY} AS day)"  # noqa: S608
    f" SELECT member.project_id FROM projects_projectmember member WHERE member.user_id = %s AND {_LASTS}"
)
_CLIENTS = f"""
    WITH today AS (SELECT {_TODAY} AS day)
    SELECT project.client_id FROM projects_projectmember member
    JOIN projects_project project ON project.id = member.project_id
    WHERE member.user_id = %s AND {_LASTS} AND project.deleted_at IS NULL AND project.client_id IS NOT NULL
    UNION ALL SELECT client_id FROM projects_project
    WHERE owner_id = %s AND deleted_at IS NULL AND client_id IS NOT NULL
"""  # noqa: S608


def present_projects_of(user_id: int) -> Condition:
    """The keys of the projects that he works on today."""
    return _PROJECTS, (_ZONE, user_id)


def _clients_of(user_id: int) -> Condition:
    return _CLIENTS, (_ZONE, user_id, user_id)


def _sees_some_clients(rights: Rights) -> bool:
    return rights.scope(Client, Action.VIEW) > Scope.NONE


def present_members() -> Any:
    """The memberships that last today."""
    today = RawSQL(_TODAY, (_ZONE,))  # noqa: S611
    members = ProjectMember.objects.annotate(today=today)
    begun = members.filter(starts=None) | members.filter(starts__lte=F("today"))
    return begun.filter(ends=None) | begun.filter(ends__gte=F("today"))


def _reasons_of_project(project: Project, reader: Any) -> Mapping[int, str]:
    members = present_members().filter(project=project)
    if "members" in hidden_fields(reader, Project):
        return {member.user_id: str(Way.WORK.label) for member in members}
    return {member.user_id: _("On the team of this project (%(role)s)") % {"role": member.what} for member in members}


def _reasons_of_client(client: Client, reader: Any) -> Mapping[int, str]:
    """By the projects in the reader's sight; of those out of it is not even told that they are projects."""
    is_told = hidden_fields(reader, Project).isdisjoint({"client", "members", "owner"})
    seen = Project.objects.visible_to(reader).filter(pk=OuterRef("pk"))
    projects = {row.pk: row for row in Project.objects.alive().filter(client=client).annotate(is_seen=Exists(seen))}
    works = (
        list(present_members().filter(project__in=projects).values_list("user_id", "project_id")) if projects else []
    )
    works += [(row.owner_id, key) for key, row in projects.items() if row.owner_id]
    reasons: dict[int, str] = {}
    for user_id, key in sorted(works, key=lambda work: projects[work[1]].is_seen):
        reasons[user_id] = (
            _("Works on the project “%(name)s”") % {"name": projects[key].name}
            if is_told and projects[key].is_seen
            else str(Way.WORK.label)
        )
    return reasons


register(FurtherWay(model=Project._meta.label_lower, keys=present_projects_of, reasons=_reasons_of_project))
register(
    FurtherWay(model=Client._meta.label_lower, keys=_clients_of, reasons=_reasons_of_client, is_open=_sees_some_clients)
)
show_to_owner(Project._meta.label_lower, "client")
