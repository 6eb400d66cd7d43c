"""The pages that are lists: of records, and of the recycle bin."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.access.querysets import Found
from crm.access.rights import Action, hidden_fields, may
from crm.listing.chips import Chip, address_with, chips_of
from crm.listing.columns import Column, Listing
from crm.listing.counting import COUNT_CAP, capped, capped_count
from crm.listing.filters import RecordFilterSet
from crm.listing.keyset import BrokenCursor, KeysetPage, Order, Sort, read_page
from crm.listing.parts import read_parts
from crm.listing.rows import Cell, Row
from crm.ui.addresses import address_of
from crm.ui.templatetags.ui import control

PAGE_SIZES = (25, 50, 100)
CURSOR = "page"
# Parameters that say how a list is shown, not what is in it.
MANNERS = (CURSOR, "sort", "rows", "filters")


@dataclass(frozen=True)
class Head:
    """The head of a column; `url` sorts by it, `direction` is "asc", "desc" or ""."""

    column: Column
    url: str = ""
    direction: str = ""


class ListPage:
    """One list as one reader sees it now: its filters, order, rows and addresses."""

    def __init__(self, request: HttpRequest, listing: Listing, base: "QuerySet[Any]") -> None:
        self.request = request
        self.listing = listing
        self.model = listing.model
        self.base = base
        self.parameters = request.GET.copy()
        self.parameters.pop(CURSOR, None)
        self.hidden = hidden_fields(request.user, listing.model)
        self.columns = listing.columns_for(request.user)
        self.order = listing.order_for(request.user, request.GET.get("sort", listing.default_order))
        self.size = _size_of(request)

    @cached_property
    def filterset(self) -> Any:
        drawn = None if self.is_panel_open else {"q", *self.listing.quick_filters, self.listing.tabs}
        return self.listing.filterset_class(self.request.GET, queryset=self.base, request=self.request, drawn=drawn)

    @cached_property
    def shown(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns)

    @cached_property
    def page(self) -> KeysetPage:
        cursor = self.request.GET.get(CURSOR, "")
        try:
            return self._read(cursor)
        except BrokenCursor:
            messages.warning(self.request, _("That page of the list is gone, so here is the first one."))
            return self._read("")

    def _read(self, cursor: str) -> KeysetPage:
        if self._is_narrow:
            few = self.model.objects.among(self._found)
            return read_page(few, fetch=self._of_few, order=self.order, size=self.size, cursor=cursor)
        return read_page(self.filterset.qs, fetch=self._first, order=self.order, size=self.size, cursor=cursor)

    @cached_property
    def _is_narrow(self) -> bool:
        """Filters leave so few that all of them are known: what was looked for once is not looked for again."""
        return bool(self.filterset.qs.query.where) and self._found.count <= COUNT_CAP

    @cached_property
    def _found(self) -> Found:
        return self.filterset.qs.found_visible(self.request.user, most=COUNT_CAP + 1)  # type: ignore[no-any-return]

    def _of_few(self, queryset: Any, limit: int) -> Any:
        return queryset.select_related(*self.listing.row_relations)[:limit]

    def _first(self, queryset: Any, limit: int) -> Any:
        return queryset.first_visible(self.request.user, limit=limit).select_related(*self.listing.row_relations)

    @cached_property
    def rows(self) -> list[Row]:
        records = self.page.rows
        if not records:
            return []
        read_parts(records, (name for column in self.columns for name in column.prefetch))
        own = {column.name for column in self.listing.columns}
        loaded = {
            column.name: column.load(records, self.request.user) for column in self.columns if column.load is not None
        }
        others = [column for column in self.columns if column.name not in own]
        detail = f"{self.model.namespace()}:detail"
        return [
            Row(
                record,
                str(record),
                {name: cells.get(record.pk) for name, cells in loaded.items() if name in own},
                [Cell(loaded[column.name].get(record.pk), column.css) for column in others],
                address_of(detail, record.pk),
            )
            for record in records
        ]

    @property
    def summary(self) -> str:
        """ "25 of 1,000+" """
        return _("%(shown)s of %(count)s") % {"shown": len(self.rows), "count": self.count}

    @property
    def is_bare(self) -> bool:
        """Nothing is in sight, whatever the filters."""
        return not self.rows and not self.is_filtered

    @cached_property
    def filter_errors(self) -> list[tuple[str, list[str]]]:
        form = self.filterset.form
        return [(str(form.fields[name].label), list(errors)) for name, errors in form.errors.items()]

    @property
    def tabs_label(self) -> str:
        return str(self.filterset.form.fields[self.listing.tabs].label)

    @cached_property
    def count(self) -> str:
        if self.filterset.qs.query.where:
            return capped(self._found.count)
        return capped(self.filterset.qs.count_visible(self.request.user, most=COUNT_CAP + 1))

    @cached_property
    def chips(self) -> list[Chip]:
        return list(chips_of(self.filterset, self.parameters))

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips) or bool(self.filterset.form.errors)

    @property
    def is_panel_open(self) -> bool:
        return self.request.GET.get("filters") == "1"

    @cached_property
    def suggested(self) -> dict[str, list[str]]:
        return self.filterset.suggested()  # type: ignore[no-any-return]

    @property
    def heads(self) -> Iterator[Head]:
        sorts = self.listing.sorts_for(self.request.user)
        for column in self.columns:
            sort = sorts.get(column.sort)
            yield Head(column) if sort is None else self._sorting_head(column, sort)

    def _sorting_head(self, column: Column, sort: Sort) -> Head:
        if sort.name != self.order.sort.name:
            return Head(column, self.address(sort=sort.natural.key))
        direction = "desc" if self.order.is_descending else "asc"
        return Head(column, self.address(sort=self.order.reversed.key), direction)

    @property
    def orders(self) -> list[tuple[Order, str, bool]]:
        """(order, address, whether it is the present one) for the menu of narrow screens."""
        sorts = self.listing.sorts_for(self.request.user).values()
        present = self.order.sort.name
        return [(each.natural, self.address(sort=each.natural.key), each.name == present) for each in sorts]

    @property
    def sizes(self) -> list[tuple[int, str, bool]]:
        return [(size, self.address(rows=str(size)), size == self.size) for size in PAGE_SIZES]

    @property
    def kept(self) -> dict[str, str]:
        """How the list is shown, which a new filter does not change."""
        return {name: str(self.parameters[name]) for name in MANNERS[1:] if self.parameters.get(name)}

    @property
    def unseen(self) -> list[tuple[str, str]]:
        """Parameters that the form of the filters sends along although it draws no field for them."""
        drawn = {field.name for field in (*self.quick_fields, *self.panel_fields)}
        return [
            (name, value) for name, values in self.parameters.lists() if name not in drawn for value in values if value
        ]

    @property
    def quick_fields(self) -> list[Any]:
        form = self.filterset.form
        return [form[name] for name in ("q", *self.listing.quick_filters) if name in form.fields]

    @property
    def panel_fields(self) -> list[Any]:
        """The other filters, when the panel is open: their choices cost a query each."""
        if not self.is_panel_open:
            return []
        apart = {"q", *self.listing.quick_filters, self.listing.tabs}
        form = self.filterset.form
        names = [name for name in form.fields if name not in apart]
        # The filters that every list has, the dates, stand after its own.
        return [form[name] for name in sorted(names, key=lambda name: name in RecordFilterSet.base_filters)]

    @staticmethod
    def control(field: Any) -> str:
        """The control of a field as markup."""
        return control(field)

    @property
    def panel_count(self) -> int:
        """How many filters of the panel are on."""
        apart = {"q", *self.listing.quick_filters, self.listing.tabs}
        return len({chip.name for chip in self.chips if chip.name not in apart})

    @property
    def tabs(self) -> list[tuple[str, str, bool]]:
        """(label, address, whether it is the present one) of the choices of one filter."""
        name = self.listing.tabs
        if name not in self.filterset.form.fields:
            return []
        chosen = self.parameters.getlist(name)
        field = self.filterset.form.fields[name]
        everything = (str(_("All")), self.address(**{name: []}), not chosen)
        return [everything, *((str(text), self.address(**{name: key}), chosen == [key]) for key, text in field.choices)]

    def address(self, **changes: Any) -> str:
        return address_with(self.parameters, **changes)

    @property
    def previous_url(self) -> str:
        return self.address(**{CURSOR: self.page.previous}) if self.page.previous else ""

    @property
    def next_url(self) -> str:
        return self.address(**{CURSOR: self.page.next}) if self.page.next else ""

    @property
    def reset_url(self) -> str:
        kept = QueryDict(mutable=True)
        for name, value in self.kept.items():
            kept[name] = value
        return f"?{kept.urlencode()}"

    @property
    def toggle_panel_url(self) -> str:
        return self.address(filters=[] if self.is_panel_open else "1")

    @property
    def may_add(self) -> bool:
        return may(self.request.user, Action.ADD, self.model)

    @property
    def may_delete(self) -> bool:
        return may(self.request.user, Action.DELETE, self.model)

    @property
    def may_export(self) -> bool:
        return may(self.request.user, Action.EXPORT, self.model)

    @property
    def new_url(self) -> str:
        return self._url("new")

    @property
    def bin_url(self) -> str:
        return self._url("bin")

    @property
    def export_urls(self) -> dict[str, str]:
        """By format, with the filters of this list."""
        filters = self.parameters.copy()
        for name in MANNERS:
            filters.pop(name, None)
        return {each: f"{self._url('export')}{address_with(filters, format=each)}" for each in ("xlsx", "csv")}

    def _url(self, page: str) -> str:
        return address_of(f"{self.model.namespace()}:{page}")


def list_page(request: HttpRequest, listing: Listing, *, template: str, **context: Any) -> HttpResponse:
    """The list of the records in the reader's sight. Context: `list` (a ListPage) and what is given."""
    return render(request, template, {"list": page_of(request, listing), **context})


def page_of(request: HttpRequest, listing: Listing) -> ListPage:
    """The same list for a page that shows it in another way; what it reads is within the reader's sight."""
    return ListPage(request, listing, listing.model.objects.all())


def bin_page(request: HttpRequest, listing: Listing, *, template: str) -> HttpResponse:
    """The recycle bin of one record type: what the reader could have deleted himself. Context: `list`, `rows`."""
    binned = listing.model.objects.in_bin_of(request.user).select_related(*listing.select_related)
    order = Sort("deleted", "", "deleted_at").order(is_descending=True)
    size = _size_of(request)

    def read(cursor: str) -> KeysetPage:
        return read_page(binned, fetch=lambda rows, limit: rows[:limit], order=order, size=size, cursor=cursor)

    try:
        page = read(request.GET.get(CURSOR, ""))
    except BrokenCursor:
        messages.warning(request, _("That page of the list is gone, so here is the first one."))
        page = read("")
    parameters = request.GET.copy()
    hidden = hidden_fields(request.user, listing.model)
    context = {
        "rows": [Row(record, str(record), {}) for record in page.rows],
        "count": capped_count(binned),
        "sees_owner": "owner" not in hidden,
        "list_label": listing.model._meta.verbose_name_plural,
        "list_url": reverse(f"{listing.model.namespace()}:list"),
        "previous_url": address_with(parameters, **{CURSOR: page.previous}) if page.previous else "",
        "next_url": address_with(parameters, **{CURSOR: page.next}) if page.next else "",
    }
    return render(request, template, context)


def _size_of(request: HttpRequest) -> int:
    wanted = request.GET.get("rows", "")
    return next((size for size in PAGE_SIZES if str(size) == wanted), PAGE_SIZES[0])
