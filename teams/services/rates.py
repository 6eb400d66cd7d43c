"""Every write to the exchange rates of the company; whoever keeps the company keeps them."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.access.rights import Action, may
from crm.history.plain import latest_key
from crm.history.writing import CHANGED, CREATED, record_versions
from crm.money.models import ExchangeRate
from teams.models import Company


class RateChanged(ValidationError):
    """Somebody else wrote the rate since it was read; nothing was stored."""

    def __init__(self) -> None:
        super().__init__(_("Somebody changed this rate at the same moment. Look at it again."))


@transaction.atomic
def save_rate(rate: ExchangeRate, *, actor: Any, read_version: int | None = None) -> ExchangeRate:
    """Store a rate; a new one is in the currency that the company has now, a known one stays in its own.

    `read_version` is the key of the version that was read; None does not ask. Raises PermissionDenied,
    ValidationError, RateChanged.
    """
    refuse_unless_keeps_rates(actor)
    is_new = rate.pk is None
    if is_new:
        rate.base = Company.current().currency
    else:
        _lock(rate, read_version)
    rate.full_clean()
    try:
        with transaction.atomic():
            rate.save()
    except IntegrityError as error:
        # Another request took the day first, after this one had looked.
        raise RateChanged from error
    record_versions(ExchangeRate, [rate.pk], actor=actor, kind=CREATED if is_new else CHANGED)
    return rate


@transaction.atomic
def delete_rate(rate: ExchangeRate, *, actor: Any, read_version: int | None = None) -> None:
    """Sums are counted by the rate before it again; its history stays. Raises PermissionDenied, RateChanged."""
    refuse_unless_keeps_rates(actor)
    _lock(rate, read_version)
    # The library writes the last version of what is deleted.
    rate._history_user = actor  # type: ignore[attr-defined]
    rate.delete()


def refuse_unless_keeps_rates(actor: Any) -> None:
    """Raises PermissionDenied."""
    if not may(actor, Action.CHANGE, Company):
        raise PermissionDenied


def _lock(rate: ExchangeRate, read_version: int | None) -> None:
    stored = ExchangeRate.objects.select_for_update().filter(pk=rate.pk).first()
    if stored is None or (read_version is not None and read_version != latest_key(ExchangeRate, rate.pk)):
        raise RateChanged
    rate.base = stored.base
