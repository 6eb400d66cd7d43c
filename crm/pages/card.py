"""A record's card as one reader sees it: what `pages/_card.jinja` draws."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.db import models
from django.template.defaultfilters import linebreaks_filter
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import get_language

from crm.access.models import Record
from crm.listing.parts import read_parts, rows_of
from crm.pages.reading import EditableFields, FieldSight, Permissions, sight_of
from crm.pages.shown import shown_value
from crm.ui.addresses import address_of, address_or_none
from crm.ui.templatetags.ui import badge

_WAYS = ("phones", "emails", "messengers")


@dataclass(frozen=True)
class Fact:
    """One field of the card. `field_url` is where its control is, for one who may write it in its place."""

    name: str
    label: str
    is_wide: bool
    field_url: str


@dataclass(frozen=True)
class Card:
    record: Any
    permissions: Permissions
    sees: FieldSight

    @cached_property
    def may_edit(self) -> EditableFields:
        return self.permissions.may_edit

    def fact(self, name: str) -> Fact | None:
        """None when the field is out of the reader's sight."""
        if not self.sees[name]:
            return None
        label, is_wide = _description(self.record._meta.model, name, get_language())
        return Fact(name, label, is_wide, self._field_url(name) if self.may_edit[name] else "")

    def value(self, name: str) -> Any:
        """What a reader sees of a field: tags as badges, long texts as paragraphs; empty for nothing."""
        value = getattr(self.record, name)
        if isinstance(value, list):
            return format_html_join(" ", "{}", ((badge(item, "blue"),) for item in value))
        if isinstance(self.record._meta.get_field(name), models.TextField):
            return linebreaks_filter(value) if value else ""
        return shown_value(self.record, name)

    def label(self, row: Any, name: str) -> str:
        """The same of a row that belongs to the record."""
        return shown_value(row, name)

    def url(self, page: str) -> str:
        return address_of(f"{self.record.namespace()}:{page}", self.record.pk)

    @property
    def list_url(self) -> str:
        return address_of(f"{self.record.namespace()}:list")

    @cached_property
    def edit_url(self) -> str:
        return self.url("edit")

    def _field_url(self, name: str) -> str:
        """Empty for a record type whose cards are not edited in their place."""
        return address_or_none(f"{self.record.namespace()}:field", self.record.pk, name) or ""


def ways_to_reach(card: Card) -> dict[str, list[Any]]:
    """The rows of the parts by which one reaches somebody, without those out of the reader's sight."""
    names = [name for name in _WAYS if name in card.record.PARTS and card.sees[name]]
    read_parts([card.record], names)
    return {name: rows_of(card.record, name) for name in names}


def card_of(record: Record, permissions: Permissions, reader: Any) -> Card:
    return Card(record, permissions, sight_of(reader, type(record)))


# A label is a lazy translation, composed anew each time that it is read.
@lru_cache(maxsize=2_000)
def _description(model: type[Record], name: str, language: str) -> tuple[str, bool]:
    field: Any = model._meta.get_field(name)
    return capfirst(str(field.verbose_name)), isinstance(field, models.TextField)
