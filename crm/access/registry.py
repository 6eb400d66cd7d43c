"""What roles speak of: the record types of the installed apps, and what else is managed by rights."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from crm.access.models import Record
from crm.access.rights import Action, Scope


@cache
def record_models() -> tuple[type[Record], ...]:
    """Every concrete record type, in the order of the installed apps."""
    return tuple(model for model in apps.get_models() if issubclass(model, Record))


def worked_on_models() -> tuple[type[Record], ...]:
    """Those that count as somebody's work: all but what the company looks things up in."""
    return tuple(model for model in record_models() if not model.IS_REFERENCE)


def record_model_of(label: str) -> Any | None:
    """The record type of a label such as "clients.client"; None for anything else."""
    return next((model for model in record_models() if model._meta.label_lower == label.lower()), None)


@dataclass(frozen=True)
class ManagedType:
    """What is no record and still under roles: the actions that its role screen offers, each with its scopes."""

    model: type[models.Model]
    scopes: Mapping[Action, tuple[Scope, ...]]

    @property
    def label(self) -> str:
        return self.model._meta.label_lower


_managed: list[ManagedType] = []


def register_managed(model: type[models.Model], scopes: Mapping[Action, tuple[Scope, ...]]) -> None:
    """Called at start-up: actions on this model are granted by roles. Every scope list begins with NONE."""
    _managed.append(ManagedType(model, scopes))


def managed_types() -> tuple[ManagedType, ...]:
    return tuple(_managed)


def managed_type_of(label: str) -> ManagedType | None:
    return next((managed for managed in _managed if managed.label == label.lower()), None)


def ruled_field_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """For each record type its fields and parts that a role may hide or lock, for forms."""
    return [(model._meta.label_lower, model.ruled_fields()) for model in record_models()]
