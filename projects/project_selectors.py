"""Reads of projects, of their stages and of what belongs to them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery, Sum

from clients.models import Client
from contacts.models import Contact
from crm.access.rights import hidden_fields
from projects.models import Deal, Project, ProjectContact, ProjectMove, ProjectStage, ProjectState
from projects.ways import present_members


def project_stages() -> list[ProjectStage]:
    """In order, those of closed projects at the end."""
    return sorted(ProjectStage.objects.all(), key=lambda stage: not stage.is_open)


def first_project_stage() -> ProjectStage | None:
    """Where projects begin; None where there is no open stage."""
    return ProjectStage.objects.filter(kind=ProjectState.OPEN).first()


def project_stage_named(key: str) -> ProjectStage | None:
    """The stage that a form names; None when there is none."""
    return ProjectStage.objects.filter(pk=key).first() if key.isascii() and key.isdigit() and len(key) < 19 else None


def contacts_of_project(project: Project, reader: Any) -> tuple[list[ProjectContact], int]:
    """The people of the client in the reader's sight, and how many more there are; one query."""
    seen = Contact.objects.visible_to(reader).filter(pk=OuterRef("contact_id"))
    rows: list[Any] = list(project.contacts.annotate(is_seen=Exists(seen)).select_related("contact"))
    people = [row for row in rows if row.is_seen]
    return people, len(rows) - len(people)


def team_of_project(project: Project) -> list[Any]:
    """Its members with their people, in order, at one query.

    `total` is the percent that each of them is given today to all living open projects, whoever sees them: the sum is
    told, and never what it is made of; None where there is none.
    """
    works = present_members().filter(user=OuterRef("user"), project__deleted_at=None, project__state=ProjectState.OPEN)
    sums = works.order_by().values("user").annotate(total=Sum("allocation")).values("total")
    return list(project.members.select_related("user").annotate(total=Subquery(sums)))


def last_project_moves(project: Project, *, limit: int) -> list[ProjectMove]:
    """The last move first; for those who see its stage."""
    return list(project.moves.select_related("from_stage", "to_stage", "actor").order_by("-at", "-id")[:limit])


def deals_in_project(project: Project, reader: Any, *, limit: int) -> list[Deal]:
    """The deals in the reader's sight, the newest first; none for whoever must not know which belong here."""
    if "project" in hidden_fields(reader, Deal):
        return []
    seen = Deal.objects.visible_to(reader).filter(project=project)
    return list(seen.select_related("stage").order_by("-id")[:limit])


def client_names_of_projects(projects: Sequence[Project], reader: Any) -> Mapping[UUID, str]:
    """The names of clients by project; only of those in the reader's sight. One query."""
    keys = {project.client_id for project in projects if project.client_id}
    names = dict(Client.objects.visible_to(reader).filter(pk__in=keys).values_list("pk", "name")) if keys else {}
    return {project.pk: names[project.client_id] for project in projects if project.client_id in names}


def project_names(deals: Sequence[Deal], reader: Any) -> Mapping[UUID, str]:
    """The names of projects by deal; only of those in the reader's sight. One query."""
    keys = {deal.project_id for deal in deals if deal.project_id}
    names = dict(Project.objects.visible_to(reader).filter(pk__in=keys).values_list("pk", "name")) if keys else {}
    return {deal.pk: names[deal.project_id] for deal in deals if deal.project_id in names}


def project_of_deal(deal: Deal, reader: Any) -> Project | None:
    """The living project that the deal belongs to, when it is in the reader's sight."""
    if deal.project_id is None:
        return None
    return Project.objects.visible_to(reader).select_related("stage").filter(pk=deal.project_id).first()


def is_of_project_out_of_sight(deal: Deal, reader: Any) -> bool:
    """Whether the deal belongs to a living project that the reader does not see."""
    if deal.project_id is None:
        return False
    living = Project.objects.alive().filter(pk=deal.project_id)
    return bool(living.exists()) and not Project.objects.visible_to(reader).filter(pk=deal.project_id).exists()
