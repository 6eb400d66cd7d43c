"""What a list shows: its columns, sorts and filters, and the columns that other apps add to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from crm.access.models import Record
from crm.access.rights import hidden_fields
from crm.listing.keyset import Order, Sort

Loader = Callable[[Sequence[Any], Any], Mapping[Any, Any]]


def _always(user: Any) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column. `fields` are the ruled fields that it shows (its own name unless given).

    `load(records, user)` gives the cells of a page by primary key, in a fixed number of queries; a column without
    it is drawn by the row template from the record. `prefetch` names the parts that the cell reads by `|primary`.
    """

    name: str
    label: str | Promise
    sort: str = ""
    fields: tuple[str, ...] | None = None
    load: Loader | None = None
    prefetch: tuple[str, ...] = ()
    css: str = ""
    is_shown: Callable[[Any], bool] = _always

    @property
    def ruled(self) -> tuple[str, ...]:
        return (self.name,) if self.fields is None else self.fields

    def is_open_to(self, user: Any, hidden: frozenset[str]) -> bool:
        return hidden.isdisjoint(self.ruled) and self.is_shown(user)


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The list of one record type. `slot` is the column before which other apps' columns stand."""

    model: type[Record]
    columns: tuple[Column, ...]
    filterset_class: type[Any]
    sorts: tuple[Sort, ...]
    default_order: str
    fallback_order: str = "-updated"
    slot: str = ""
    #: What the row template reads of related records, and what the exports and the recycle bin do.
    row_relations: tuple[str, ...] = ("owner",)
    select_related: tuple[str, ...] = ("owner", "team")
    #: Ticks of the bar above the list; the other filters stand in the panel.
    quick_filters: tuple[str, ...] = ("mine",)
    #: A filter of choices that stands above the list as tabs.
    tabs: str = ""
    exports: tuple[Any, ...] = field(default_factory=tuple)

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    def columns_for(self, user: Any) -> list[Column]:
        hidden = hidden_fields(user, self.model)
        return [column for column in self._all_columns() if column.is_open_to(user, hidden)]

    def _all_columns(self) -> list[Column]:
        ordered = []
        for column in self.columns:
            if column.name == self.slot:
                ordered += contributed_to(self.label)
            ordered.append(column)
        return ordered

    def sorts_for(self, user: Any) -> dict[str, Sort]:
        hidden = hidden_fields(user, self.model)
        return {sort.name: sort for sort in self.sorts if hidden.isdisjoint(sort.fields)}

    def order_for(self, user: Any, key: str) -> Order:
        """The order that an address names, or the nearest that this user may have."""
        sorts = self.sorts_for(user)
        for wanted in (key, self.default_order, self.fallback_order):
            sort = sorts.get(wanted.removeprefix("-"))
            if sort is not None:
                return sort.order(is_descending=wanted.startswith("-"))
        return Sort("created", "", "id").order(is_descending=True)


_contributed: dict[str, dict[str, Column]] = {}


def contribute(record_type: str, column: Column) -> None:
    """Add a column of another app to the list of "clients.client"; the same name replaces it. It needs `load`."""
    _contributed.setdefault(record_type, {})[column.name] = column


def contributed_to(record_type: str) -> list[Column]:
    return list(_contributed.get(record_type, {}).values())
