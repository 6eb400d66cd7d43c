"""Every write to what people can do and when they are here: skills, working hours, absences."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.history.plain import begin_history
from crm.history.writing import CHANGED, record_versions
from teams.models import Absence, PersonSkill, User, WorkingHours
from teams.selectors.people import refuse_unless_may_change

_SKILLS, _HOURS = gettext_noop("Changed the skills"), gettext_noop("Changed the working hours")
_LONGEST_ABSENCE = 3 * 366


class AbsencesOverlap(ValidationError):
    """Somebody is absent on some of these days already."""


@transaction.atomic
def save_skills(person: User, skills: Sequence[PersonSkill], *, actor: User) -> None:
    """Give a person exactly these skills. Raises PermissionDenied, ValidationError."""
    _begin(person, actor)
    known = set(person.skills.values_list("skill_id", flat=True))
    for row in skills:
        row.user = person
        row.clean_fields()
        if row.last_used and row.last_used > timezone.localdate():
            raise ValidationError(_("%(skill)s: the day lies in the future.") % {"skill": row.skill})
        if row.skill.is_archived and row.skill_id not in known:
            raise ValidationError(_("%(skill)s is not used any more.") % {"skill": row.skill})
    if len({row.skill_id for row in skills}) < len(skills):
        raise ValidationError(_("The same skill stands here twice."))
    _replace(person.skills, skills, lambda row: (row.skill_id, row.level, row.last_used), actor=actor, reason=_SKILLS)


@transaction.atomic
def save_working_hours(person: User, hours: Sequence[WorkingHours], *, actor: User) -> None:
    """Give a person exactly these hours; none for the company's. Raises PermissionDenied, ValidationError."""
    _begin(person, actor)
    for row in hours:
        row.user = person
        row.clean_fields()
    ordered = sorted(hours, key=_stretch)
    for row in ordered:
        if row.ends <= row.starts:
            raise ValidationError(_("%(day)s: the end lies before the start.") % {"day": row.get_weekday_display()})
    for row, following in pairwise(ordered):
        if following.weekday == row.weekday and following.starts < row.ends:
            raise ValidationError(_("%(day)s: the hours overlap.") % {"day": row.get_weekday_display()})
    _replace(person.working_hours, ordered, _stretch, actor=actor, reason=_HOURS)


@transaction.atomic
def enter_absence(absence: Absence, *, actor: User) -> Absence:
    """Store a new absence. Raises PermissionDenied, AbsencesOverlap, ValidationError."""
    absence.entered_by = actor
    return _store_absence(absence, actor)


@transaction.atomic
def change_absence(absence: Absence, *, actor: User) -> Absence:
    """Store other dates, another kind or note. Raises PermissionDenied, AbsencesOverlap, ValidationError."""
    return _store_absence(absence, actor)


@transaction.atomic
def cancel_absence(absence: Absence, *, actor: User) -> None:
    """Raises PermissionDenied."""
    refuse_unless_may_change(actor, absence.user)
    absence.delete()


def _store_absence(absence: Absence, actor: User) -> Absence:
    refuse_unless_may_change(actor, absence.user)
    # Locked, so that two requests do not enter the same days.
    User.objects.select_for_update(of=("self",)).get(pk=absence.user_id)
    absence.full_clean()
    if (absence.ends - absence.starts).days > _LONGEST_ABSENCE:
        raise ValidationError({"ends": _("An absence lasts at most three years.")})
    others = Absence.objects.filter(user=absence.user_id).exclude(pk=absence.pk)
    other = others.filter(starts__lte=absence.ends, ends__gte=absence.starts).order_by("starts").first()
    if other is not None:
        days = {"starts": date_format(other.starts), "ends": date_format(other.ends)}
        raise AbsencesOverlap(_("There is an absence from %(starts)s until %(ends)s already.") % days)
    absence.save()
    return absence


def _begin(person: User, actor: User) -> None:
    refuse_unless_may_change(actor, person)
    User.objects.select_for_update(of=("self",)).get(pk=person.pk)


def _stretch(row: WorkingHours) -> tuple[Any, ...]:
    return row.weekday, row.starts, row.ends


def _replace(manager: Any, rows: Sequence[Any], said: Callable[[Any], Any], *, actor: User, reason: str) -> None:
    """Store these rows instead of the present ones; nothing is written when they say the same."""
    person: User = manager.instance
    if sorted(map(repr, map(said, manager.all()))) == sorted(map(repr, map(said, rows))):
        return
    begin_history(User, [person.pk])
    manager.all().delete()
    for row in rows:
        row.pk = None
        row._state.adding = True
    manager.bulk_create(rows)
    record_versions(User, [person.pk], actor=actor, kind=CHANGED, reason=reason)
