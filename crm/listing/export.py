"""The filtered list as a file, CSV or XLSX: every field that the reader may see, of what he may export."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import chain
from tempfile import TemporaryFile
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.access.rights import Action, hidden_fields, may
from crm.access.standing import RightsChanged, refuse_unless_standing
from crm.listing.cells import SEVERAL, csv_cell
from crm.listing.choices import label_of
from crm.listing.columns import Listing
from crm.listing.keyset import Sort, read_batches
from crm.listing.parts import read_parts, rows_of
from crm.listing.workbook import write_workbook

R = TypeVar("R", bound=HttpResponseBase)
MOST_ROWS = 50_000
BATCH_ROWS = 1000
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTE_ORDER_MARK = "\ufeff"

Value = Callable[[Any], Any]
BatchLoader = Callable[[Sequence[Any], Any], Mapping[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column of an export: its heading, and its value of a record.

    `fields` are the ruled fields that it shows. `load(records, user)` gives the values of a batch by primary key, for
    what must be asked within the reader's sight.
    """

    label: str | Promise
    fields: tuple[str, ...]
    value: Value | None = None
    load: BatchLoader | None = None
    prefetch: tuple[str, ...] = ()


def plain(name: str, label: str | Promise) -> Field:
    """A column of the record as it is stored."""
    return Field(label=label, fields=(name,), value=lambda record: getattr(record, name))


def chosen(name: str, label: str | Promise) -> Field:
    """A choice, by its label."""
    return Field(label=label, fields=(name,), value=lambda record: label_of(record, name))


def several(name: str, label: str | Promise, text: Callable[[Any], str]) -> Field:
    """The rows of a part in one cell."""
    return Field(
        label=label,
        fields=(name,),
        value=lambda record: SEVERAL.join(filter(None, (text(row) for row in rows_of(record, name)))),
        prefetch=(name,),
    )


def export_page(request: HttpRequest, listing: Listing) -> HttpResponseBase:
    """The list of the address as a file; `format` is "csv" (the default) or "xlsx". Raises PermissionDenied."""
    user = request.user
    exportable = listing.model.objects.exportable_by(user)
    if not may(user, Action.EXPORT, listing.model) and not exportable.exists():
        raise PermissionDenied
    filterset = listing.filterset_class(request.GET, queryset=exportable, request=request)
    if filterset.form.errors:
        return _refused(request, listing, _("A filter could not be read, so nothing was exported."))
    if filterset.qs[: MOST_ROWS + 1].count() > MOST_ROWS:
        most = number_format(MOST_ROWS, force_grouping=True)
        sentence = _("More than %(most)s records match. Narrow the list by filters and export it again.")
        return _refused(request, listing, sentence % {"most": most})
    hidden = hidden_fields(user, listing.model)
    fields = [field for field in listing.exports if hidden.isdisjoint(field.fields)]
    rows = _rows(filterset.qs, listing, fields, user)
    headings = [str(field.label) for field in fields]
    name = f"{listing.model._meta.model_name}s-{timezone.localdate():%Y-%m-%d}"
    if request.GET.get("format") == "xlsx":
        return _xlsx(headings, rows, name, user)
    return _csv(headings, rows, name)


def table_page(
    file_format: str, name: str, headings: Sequence[str], rows: Sequence[Sequence[Any]], *, reader: Any
) -> HttpResponseBase:
    """Figures that were counted already as a file of this name; `file_format` is "xlsx", or "csv" for all else."""
    batches = iter([[list(row) for row in rows]] if rows else [])
    if file_format == "xlsx":
        return _xlsx(list(headings), batches, name, reader)
    return _csv(list(headings), batches, name)


def _refused(request: HttpRequest, listing: Listing, sentence: str) -> HttpResponseRedirect:
    messages.error(request, sentence)
    filters = request.GET.copy()
    filters.pop("format", None)
    return HttpResponseRedirect(f"{reverse(f'{listing.model.namespace()}:list')}?{filters.urlencode()}")


def _rows(queryset: Any, listing: Listing, fields: list[Field], user: Any) -> Iterator[list[list[Any]]]:
    """Batches of rows. By creation, since an edit during the export moves a record in every other order.

    Raises RightsChanged before a batch that the reader may not have any more.
    """
    queryset = queryset.select_related(*listing.select_related)
    order = Sort("created", "", "id").order(is_descending=True)
    for number, records in enumerate(read_batches(queryset, order=order, size=BATCH_ROWS)):
        if number:
            # A slow reader takes his file for minutes. The first batch is judged by the request itself.
            refuse_unless_standing(user)
        read_parts(records, (name for field in fields for name in field.prefetch))
        loaded = {index: field.load(records, user) for index, field in enumerate(fields) if field.load}
        yield [[_value(field, record, loaded.get(index)) for index, field in enumerate(fields)] for record in records]


def _value(field: Field, record: Any, loaded: Mapping[Any, Any] | None) -> Any:
    if loaded is not None:
        return loaded.get(record.pk, "")
    value = field.value(record) if field.value else ""
    return SEVERAL.join(value) if isinstance(value, list) else value


def _csv(headings: list[str], batches: Iterator[list[list[Any]]], name: str) -> StreamingHttpResponse:
    # The body is written after the middleware has put the reader's language and time zone away.
    language, zone = translation.get_language(), timezone.get_current_timezone()

    cut = _csv_lines([[_("This file is not complete: your rights changed while it was written.")]])

    def next_lines() -> str:
        """Empty at the end."""
        with translation.override(language), timezone.override(zone):
            return _csv_lines(next(batches, ()))

    def lines() -> Iterator[str]:
        yield BYTE_ORDER_MARK + _csv_lines([headings])
        try:
            yield from iter(next_lines, "")
        except RightsChanged:
            yield cut
            # The connection breaks off too, so that no program takes the file for a whole one.
            raise

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return _private(response)


def _csv_lines(rows: Sequence[Sequence[Any]]) -> str:
    text = StringIO()
    csv.writer(text).writerows([csv_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _xlsx(headings: list[str], batches: Iterator[list[list[Any]]], name: str, user: Any) -> FileResponse:
    # Closed by the response, once it is sent.
    written = TemporaryFile()  # noqa: SIM115
    try:
        write_workbook(written, name, headings, chain.from_iterable(batches))
        refuse_unless_standing(user)
    except RightsChanged as change:
        written.close()
        raise PermissionDenied from change
    written.seek(0)
    return _private(FileResponse(written, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE))


def _private(response: R) -> R:
    response["Cache-Control"] = "private, no-store"
    return response
