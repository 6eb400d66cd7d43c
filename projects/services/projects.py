"""Adding, changing and moving projects, and the manager's word on their health."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from crm.access import writing
from crm.access.rights import locked_fields
from crm.notifications.following import followers_of
from crm.notifications.services import notify
from crm.timeline import writing as timeline
from projects.models import Project, ProjectMove, ProjectStage
from projects.project_codes import free_code, lock_codes, suggested_code
from projects.project_selectors import first_project_stage
from projects.services.client_sight import NOBODY, Onlookers, onlookers_of, refuse_new_onlookers
from projects.services.refusals import NoProjectStage
from teams.models import Company

Parts = Mapping[str, Sequence[Any]]
MOVED = "projects.moved"
MANAGED, JOINED = "projects.managed", "projects.joined"


@transaction.atomic
def create_project(project: Project, *, actor: Any, parts: Parts | None = None) -> Project:
    """Store a new project in the stage it names, else in the first; without a code it is given one.

    A code that is taken gives way to the next free one. Raises NoProjectStage, PermissionDenied, LeavesScope,
    GivesSight.
    """
    _refuse_new_onlookers(project, parts, actor, stored=NOBODY)
    _place(project)
    project.currency = project.currency or Company.current().currency
    _settle_code(project, actor)
    created = writing.create_record(project, actor=actor, parts=parts)
    ProjectMove.objects.create(project=project, to_stage=project.stage, actor=actor, at=project.stage_since)
    if project.owner_id:
        notify(MANAGED, record=project, receivers=[project.owner_id], actor=actor)
    notify(JOINED, record=project, receivers=_people((parts or {}).get("members", ())), actor=actor)
    return created


@transaction.atomic
def save_project(project: Project, *, actor: Any, parts: Parts | None = None, reason: str = "") -> Project:
    """Store a changed project; it stays in its stage whatever the instance says, and parts that are not given stay.

    Raises StaleVersion, PermissionDenied, LeavesScope, GivesSight.
    """
    stored = onlookers_of(project)
    if stored.version == project.version:
        # Otherwise it is stale, which is told below.
        _refuse_new_onlookers(project, parts, actor, stored=stored)
    # A move since the version that was read makes it stale, so what is read here is of that version.
    project.refresh_from_db(fields=Project.STANDING)
    if project.code != Project.objects.values_list("code", flat=True).get(pk=project.pk):
        _settle_code(project, actor)
    saved = writing.change_record(project, actor=actor, parts=parts, reason=reason)
    if parts and "members" in parts and "members" not in locked_fields(actor, Project):
        notify(JOINED, record=project, receivers=_people(parts["members"]) - stored.member_ids, actor=actor)
    return saved


@transaction.atomic
def move_project(project: Project, stage: ProjectStage, *, actor: Any) -> Project:
    """Put a project into another stage, keeping who, when and how long it stood; nothing else of it is stored.

    A project that is closed is given today as its actual end, unless it has one. Into the stage it stands in already
    is no move. Raises StaleVersion, PermissionDenied.
    """
    current = writing.lock_record(project)
    locked = locked_fields(actor, Project)
    if "stage" in locked or not Project.objects.editable_by(actor).filter(pk=project.pk).exists():
        raise PermissionDenied
    if stage.pk == current.stage_id:
        return project
    now = timezone.now()
    move = ProjectMove.objects.create(
        project=current,
        from_stage=current.stage,
        to_stage=stage,
        actor=actor,
        at=now,
        seconds=max(0, int((now - current.stage_since).total_seconds())),
    )
    project.stage, project.state, project.stage_since = stage, stage.kind, now
    names = [*Project.STANDING]
    if not stage.is_open and current.actual_end is None and "actual_end" not in locked:
        project.actual_end = _end_of_today(current.actual_start)
        names.append("actual_end")
    writing.change_fields(project, names, actor=actor, reason=gettext_noop("Moved to another stage"))
    source = (ProjectMove._meta.label_lower, move.pk)
    timeline.record(MOVED, project, actor=actor, fields=["stage"], source=source)
    notify(MOVED, record=project, receivers=followers_of(project), actor=actor, source=source)
    return project


@transaction.atomic
def judge_project(project: Project, *, actor: Any, parts: Parts | None = None) -> Project:
    """Store the manager's word on the health that the instance holds, with the moment of it; empty takes it back.

    Raises StaleVersion, PermissionDenied.
    """
    project.health_at = timezone.now() if project.health_word else None
    project.health_note = project.health_note if project.health_word else ""
    return save_project(project, actor=actor, parts=parts)


@transaction.atomic
def restore_project(project: Project, *, actor: Any) -> Project:
    """Back from the recycle bin; a code that was taken meanwhile gives way. Raises StaleVersion, PermissionDenied."""
    lock_codes()
    code = free_code(project.code, besides=project.pk)
    if code != project.code:
        # While it is binned the code is nobody's: the row is given the free one before it counts again.
        project.code = code
        rows = Project.objects.filter(pk=project.pk, version=project.version)
        rows.update(code=code, search_doc=project.build_search_doc({}))
    return writing.restore_from_bin(project, actor=actor)


def _place(project: Project) -> None:
    if project.stage_id is None:
        stage = first_project_stage()
        if stage is None:
            raise NoProjectStage
        project.stage = stage
    project.state = project.stage.kind


def _refuse_new_onlookers(project: Project, parts: Parts | None, actor: Any, *, stored: Onlookers) -> None:
    # What the role locks is not written, whatever is given; a new project is given its owner all the same.
    locked = locked_fields(actor, Project) - (Project.NEEDED_AT_CREATION if stored is NOBODY else set())
    given = (parts or {}).get("members")
    becoming = Onlookers(
        stored.client_id if "client" in locked else project.client_id,
        stored.owner_id if "owner" in locked else project.owner_id,
        stored.members if given is None or "members" in locked else given,
    )
    refuse_new_onlookers(stored, becoming, actor=actor)


def _settle_code(project: Project, actor: Any) -> None:
    lock_codes()
    project.code = free_code(project.code or suggested_code(project.client, actor=actor), besides=project.pk)


def _people(members: Sequence[Any]) -> set[int]:
    return {member.user_id for member in members}


def _end_of_today(start: date | None) -> date:
    """Today, or the start where that lies ahead: nothing ends before it began."""
    today = timezone.localdate()
    return max(today, start) if start else today
