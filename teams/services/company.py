"""Every write to the company itself: who we are, and when we work."""

from collections.abc import Collection, Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction

from crm.access.rights import Action, may
from crm.history.plain import begin_history
from crm.history.writing import CHANGED, CREATED, record_versions
from teams.models import Company, SpecialDay, User


@transaction.atomic
def save_company(
    company: Company,
    *,
    actor: User,
    special_days: Sequence[SpecialDay] = (),
    dropped_days: Collection[SpecialDay] = (),
) -> Company:
    """Store the company; `special_days` are new or changed ones, those that are in neither stay as they are.

    Raises PermissionDenied, ValidationError.
    """
    if not may(actor, Action.CHANGE, Company):
        raise PermissionDenied
    is_new = not Company.objects.select_for_update().filter(pk=1).exists()
    company.pk = 1
    company.full_clean(validate_unique=False, validate_constraints=False)
    begin_history(Company, [] if is_new else [company.pk])
    company.save(force_insert=is_new, force_update=not is_new)
    SpecialDay.objects.filter(company=company, pk__in=[day.pk for day in dropped_days if day.pk]).delete()
    for day in special_days:
        day.company = company
        day.full_clean()
        day.save()
    record_versions(Company, [company.pk], actor=actor, kind=CREATED if is_new else CHANGED)
    return company


def take_after_company(user: User) -> User:
    """Give a new person, not stored yet, the language and the time zone of the company."""
    company = Company.current()
    user.language, user.time_zone = company.language, company.time_zone
    return user
