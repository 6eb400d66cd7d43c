"""How projects count time, and which periods are closed."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from projects.models import Project
from tasks.models import FIRST_DAY, LAST_DAY, ProjectTime, ProjectTimeChange, TimeLock
from tasks.services.time_refusals import DayOutOfRange
from tasks.time.rights import may_lock


@transaction.atomic
def save_project_time(rules: ProjectTime, *, actor: Any) -> ProjectTime:
    """For time that is written from now on; who changed it is kept.

    Raises PermissionDenied unless the actor may change the project.
    """
    if not Project.objects.editable_by(actor).filter(pk=rules.project_id).exists():
        raise PermissionDenied
    before = ProjectTime.objects.select_for_update().filter(project=rules.project_id).first()
    stored, _is_new = ProjectTime.objects.update_or_create(project_id=rules.project_id, defaults=rules.values)
    if rules.values != (before or ProjectTime()).values:
        ProjectTimeChange.objects.create(project_id=rules.project_id, changed_by=actor, **rules.values)
    return stored


@transaction.atomic
def lock_time(until: date | None, *, actor: Any, reason: str = "") -> TimeLock:
    """Close everything until this day, or open it all again without one. Raises PermissionDenied, DayOutOfRange."""
    if not may_lock(actor):
        raise PermissionDenied
    if until is not None and not FIRST_DAY <= until <= LAST_DAY:
        raise DayOutOfRange(FIRST_DAY.year, LAST_DAY.year)
    return TimeLock.objects.create(until=until, reason=reason.strip()[:300], locked_by=actor)
