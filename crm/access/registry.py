"""The record types of the installed apps."""

from functools import cache
from typing import Any

from django.apps import apps

from crm.access.models import Record


@cache
def record_models() -> tuple[type[Record], ...]:
    """Every concrete record type, in the order of the installed apps."""
    return tuple(model for model in apps.get_models() if issubclass(model, Record))


def record_model_of(label: str) -> Any | None:
    """The record type of a label such as "clients.client"; None for anything else."""
    return next((model for model in record_models() if model._meta.label_lower == label.lower()), None)


def ruled_field_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """For each record type its fields and parts that a role may hide or lock, for forms."""
    return [(model._meta.label_lower, model.ruled_fields()) for model in record_models()]
