"""A deal that is won and the project that it becomes: made, linked, kept or binned, and never twice."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from clients.models import Client
from contacts.models import Contact
from crm.access.rights import Action, hidden_fields, locked_fields, may
from crm.access.writing import change_fields, lock_record, move_to_bin
from crm.timeline import writing as timeline
from projects.models import Deal, DealContact, Project, ProjectContact, ProjectKind, StageKind
from projects.project_selectors import is_of_project_out_of_sight
from projects.selectors import end_of
from projects.services import moves
from projects.services.projects import create_project, restore_project, save_project
from projects.services.refusals import DealIsClosed, DealNotWon, ProjectOfAnotherClient, ProjectOutOfReach

LINKED = "deals.linked"


@dataclass(frozen=True)
class NewProject:
    """What is asked of a project that a win makes; the manager is the actor unless given."""

    name: str
    code: str = ""
    kind: str = ProjectKind.FIXED
    manager: Any = None


#: A project to make, one to link, or None to leave the deal's link as it is.
ProjectChoice = NewProject | Project | None


class ProjectFate(Enum):
    """What becomes of the project that a win made when the deal is reopened."""

    KEPT = "keep"
    BINNED = "bin"


@transaction.atomic
def win_deal(deal: Deal, *, actor: Any, project: ProjectChoice = None) -> Deal:
    """Close a deal as won, with the project that it becomes. A deal that made a project once never makes a second.

    Raises as `move_deal` does; ProjectOfAnotherClient, ProjectOutOfReach; LeavesScope of the new project.
    """
    current = moves.locked_for_move(deal, actor)
    if not current.is_open:
        raise DealIsClosed
    stage = end_of(current, StageKind.WON)
    moves.refuse_to_enter(current, stage, actor)
    if project is not None:
        deal.project = current.project = _project_for(current, project, actor)
    return moves.put_into(deal, current, stage, actor=actor)


@transaction.atomic
def give_project(deal: Deal, project: NewProject | Project, *, actor: Any) -> Deal:
    """Make or link the project of a deal that was won without one.

    Raises DealNotWon, StaleVersion, PermissionDenied, and what `win_deal` raises of projects.
    """
    current = lock_record(deal)
    if current.state != StageKind.WON:
        raise DealNotWon
    deal.project = _project_for(current, project, actor)
    change_fields(deal, ["project"], actor=actor)
    timeline.record(LINKED, deal, actor=actor, fields=["project"])
    return deal


@transaction.atomic
def reopen_deal(deal: Deal, *, actor: Any, fate: ProjectFate = ProjectFate.KEPT) -> Deal:
    """Back into the stage it was closed from; the project that its win made is kept, or goes to the recycle bin.

    Either way the deal remembers it, and uses it again when it is won again. Raises DealIsOpen, StaleVersion,
    PermissionDenied, also for the fate of a project that the actor must not know.
    """
    reopened = moves.reopen_deal(deal, actor=actor)
    if fate is ProjectFate.KEPT:
        return reopened
    if "project" in hidden_fields(actor, Deal):
        raise PermissionDenied
    made = Project.objects.alive().filter(made_of=deal).first()
    if made is not None:
        # Refused too where it is out of sight.
        move_to_bin(made, actor=actor)
    return reopened


def _project_for(deal: Deal, choice: NewProject | Project, actor: Any) -> Project:
    if "project" in locked_fields(actor, Deal) or is_of_project_out_of_sight(deal, actor):
        raise PermissionDenied
    if isinstance(choice, Project):
        return _linked(deal, choice, actor)
    made = Project.objects.filter(made_of=deal).first()
    return _made(deal, choice, actor) if made is None else _taken_up(made, actor)


def _taken_up(made: Project, actor: Any) -> Project:
    within_reach = Project.objects.in_bin_of(actor) if made.is_deleted else Project.objects.visible_to(actor)
    if not within_reach.filter(pk=made.pk).exists():
        raise ProjectOutOfReach
    return restore_project(made, actor=actor) if made.is_deleted else made


def _made(deal: Deal, choice: NewProject, actor: Any) -> Project:
    manager, locked = choice.manager or actor, locked_fields(actor, Project)
    if not may(actor, Action.ADD, Project) or (manager != actor and "owner" in locked):
        raise PermissionDenied
    hidden = hidden_fields(actor, Deal)
    sees_money = hidden.isdisjoint({"amount", "currency"})
    project = Project(
        name=choice.name,
        code="" if "code" in locked else choice.code,
        kind=choice.kind,
        owner=manager,
        team=deal.team,
        client=_client_seen(deal, actor),
        budget_amount=deal.amount if sees_money else None,
        currency=deal.currency if sees_money else "",
        description="" if "description" in hidden else deal.description,
        made_of=deal,
    )
    people = [ProjectContact(contact_id=row.contact_id, role=row.role) for row in _people_seen(deal, actor)]
    return create_project(project, actor=actor, parts={"contacts": people})


def _linked(deal: Deal, chosen: Project, actor: Any) -> Project:
    """The people of the deal join those of the project, where the actor may change it."""
    project: Project | None = Project.objects.visible_to(actor).filter(pk=chosen.pk).first()
    if project is None:
        raise PermissionDenied
    if project.client_id and deal.client_id and project.client_id != deal.client_id:
        raise ProjectOfAnotherClient
    present = list(project.contacts.all())
    known = {row.contact_id for row in present}
    new = [row for row in _people_seen(deal, actor) if row.contact_id not in known]
    if new and Project.objects.editable_by(actor).filter(pk=project.pk).exists():
        joined = [ProjectContact(contact_id=row.contact_id, role=row.role) for row in new]
        save_project(project, actor=actor, parts={"contacts": [*present, *joined]})
    return project


def _client_seen(deal: Deal, actor: Any) -> Client | None:
    """Nobody comes to see a client by making a project of it."""
    if deal.client_id is None or "client" in hidden_fields(actor, Deal):
        return None
    return Client.objects.visible_to(actor).filter(pk=deal.client_id).first()


def _people_seen(deal: Deal, actor: Any) -> list[DealContact]:
    if "contacts" in hidden_fields(actor, Deal):
        return []
    return list(deal.contacts.filter(contact__in=Contact.objects.visible_to(actor)))
