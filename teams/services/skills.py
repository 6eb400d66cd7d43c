"""Every write to the catalogue of skills."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.access.rights import Action, may
from crm.history.plain import begin_history
from crm.history.writing import CHANGED, record_versions
from teams.models import Company, PersonSkill, Skill, User


@transaction.atomic
def save_skill(skill: Skill, *, actor: User) -> Skill:
    """Add a skill, rename it, archive it or bring it back. Raises PermissionDenied, ValidationError."""
    _refuse_unless_keeps_catalogue(actor)
    skill.name, skill.category = " ".join(skill.name.split()), " ".join(skill.category.split())
    skill.full_clean()
    skill.save()
    return skill


@transaction.atomic
def merge_skills(skill: Skill, *, into: Skill, actor: User) -> Skill:
    """Make two skills one: people keep the higher level and the later date, and `skill` is gone.

    Raises PermissionDenied, ValidationError when both are the same.
    """
    _refuse_unless_keeps_catalogue(actor)
    if skill.pk == into.pk:
        raise ValidationError(_("Choose another skill to merge with."))
    # In the order of their keys, so that two merges at once do not wait for each other.
    locked = {
        one.pk: one for one in Skill.objects.select_for_update().filter(pk__in=(skill.pk, into.pk)).order_by("pk")
    }
    if len(locked) < 2:
        raise ValidationError(_("One of these skills is no longer in the catalogue."))
    moved = list(PersonSkill.objects.select_for_update().filter(skill_id=skill.pk))
    kept = {row.user_id: row for row in PersonSkill.objects.select_for_update().filter(skill_id=into.pk)}
    people = [row.user_id for row in moved]
    begin_history(User, people)
    for row in moved:
        _move(row, kept.get(row.user_id), into)
    locked[skill.pk].delete()
    record_versions(User, people, actor=actor, kind=CHANGED, reason=gettext_noop("Two skills were merged"))
    return locked[into.pk]


def _move(row: PersonSkill, known: PersonSkill | None, into: Skill) -> None:
    if known is None:
        row.skill = into
        row.save(update_fields=["skill"])
        return
    known.level = max(known.level, row.level)
    known.last_used = max(filter(None, (known.last_used, row.last_used)), default=None)
    known.save(update_fields=["level", "last_used"])
    row.delete()


def _refuse_unless_keeps_catalogue(actor: User) -> None:
    if not may(actor, Action.CHANGE, Company):
        raise PermissionDenied
