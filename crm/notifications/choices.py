"""How people want to be told: what they chose, and what the kinds propose to the others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db import transaction

from crm.notifications.models import DeliverySettings, MailChoice, Preference
from crm.notifications.registry import Kind, kinds


@dataclass(frozen=True)
class Choice:
    is_in_product: bool
    mail: MailChoice

    @property
    def is_nothing(self) -> bool:
        return not self.is_in_product and self.mail == MailChoice.NEVER


def proposed(kind: Kind) -> Choice:
    return Choice(kind.is_in_product, kind.mail)


def choices_of_people(kind: Kind, user_ids: Collection[int]) -> dict[int, Choice]:
    """What each of these people wants of one kind, at one query."""
    rows = Preference.objects.filter(kind=kind.key, user_id__in=user_ids)
    return dict.fromkeys(user_ids, proposed(kind)) | {row.user_id: _choice(row) for row in rows}


def choices_of(user: Any) -> dict[str, Choice]:
    """What this person wants of every kind, at one query."""
    rows = Preference.objects.filter(user_id=user.pk)
    return {kind.key: proposed(kind) for kind in kinds()} | {row.kind: _choice(row) for row in rows}


def kinds_by_mail(user: Any, mail: MailChoice) -> list[str]:
    return [key for key, choice in choices_of(user).items() if choice.mail == mail]


def delivery_settings_of(user: Any) -> DeliverySettings:
    """Those of a person who chose none are not stored."""
    return DeliverySettings.objects.filter(user_id=user.pk).first() or DeliverySettings(user_id=user.pk)


def zone_of(user: Any) -> tzinfo:
    return ZoneInfo(user.time_zone)


@transaction.atomic
def choose(user: Any, choices: Mapping[str, Choice], settings: DeliverySettings) -> None:
    """Store what the person wants. What agrees with the proposal of a kind is not kept: it goes with the proposal."""
    # One after the other: what a double click sends twice would be inserted twice.
    get_user_model()._default_manager.select_for_update(no_key=True).get(pk=user.pk)
    proposals = {kind.key: proposed(kind) for kind in kinds()}
    chosen = {key: choice for key, choice in choices.items() if choice != proposals.get(key)}
    Preference.objects.filter(user_id=user.pk).delete()
    Preference.objects.bulk_create(
        Preference(user_id=user.pk, kind=key, is_in_product=choice.is_in_product, mail=choice.mail)
        for key, choice in chosen.items()
    )
    settings.user_id = user.pk
    settings.save()


def _choice(row: Preference) -> Choice:
    return Choice(row.is_in_product, MailChoice(row.mail))
