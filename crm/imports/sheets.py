"""A sheet of an upload as the importer first meets it: table found, target chosen, columns mapped."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from crm.imports.contents import Kind
from crm.imports.dates import DateOrder
from crm.imports.detection import SECTION_COLUMN, Column, Table, find_table
from crm.imports.headers import Layout
from crm.imports.mapping import best_target, guess_mapping, remembered_mapping
from crm.imports.models import Import, ImportSheet, RememberedMapping
from crm.imports.reading.spool import SpooledSheet
from crm.imports.regions import suggest_area_code, suggest_region
from crm.imports.registry import fields_for, target_of, targets_for

_KEPT_SAMPLES = 5
_LONGEST_SAMPLE = 120


def look_at_sheet(
    run: Import,
    position: int,
    spooled: SpooledSheet,
    layout: Layout | None = None,
    target_key: str | None = None,
) -> ImportSheet:
    """An unsaved sheet with its table, target and mapping as they are told from the file or remembered.

    `layout` and `target_key` are the user's own choices, where he made any.
    """
    offers = {target.key: (target, fields_for(run.importer, target)) for target in targets_for(run.importer)}
    known = frozenset(key for _target, fields in offers.values() for field in fields for key in field.header_keys)
    memory = {kept.shape: kept for kept in RememberedMapping.objects.filter(user=run.importer)}
    table = find_table(spooled, known, layout, memory.keys())
    kept = memory.get(table.shape)
    if layout is None and kept and kept.options.get("keeps_sections"):
        table = find_table(spooled, known, replace(table.layout, keeps_sections=True))
    month_first = frozenset(kept.options.get("month_first", ())) if kept else frozenset()
    sheet = ImportSheet(
        run=run,
        position=position,
        name=spooled.name[:200],
        is_hidden=spooled.is_hidden,
        row_count=spooled.rows,
        header_row=table.layout.header_row,
        header_height=table.layout.header_height,
        keeps_sections=table.layout.keeps_sections,
        shape=table.shape,
        columns=[_as_json(column, month_first) for column in table.columns],
        left_out=[
            {"row": row.number, "kind": row.left_out, "text": row.text[:_LONGEST_SAMPLE]} for row in table.left_out
        ],
    )
    if not spooled.is_hidden:
        sheet.target = best_target(_on_sheet(table), offers)
    if kept and kept.target in offers:
        sheet.target = kept.target
    if target_key is not None:
        sheet.target = target_key
    _map_sheet(sheet, table, run.importer, kept)
    sheet.phone_samples = _phone_samples(sheet, table, run.importer)
    sheet.kept_options = kept.options if kept else {}
    return sheet


def _as_json(column: Column, month_first: Collection[str]) -> dict[str, Any]:
    """`month_first` are keys of columns that were read so before: few rows of the same file may tell less."""
    is_told = column.order in (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST)
    return {
        "index": column.index,
        "header": column.header[:200],
        "key": column.key,
        "samples": [sample[:_LONGEST_SAMPLE] for sample in column.samples[:_KEPT_SAMPLES]],
        "order": column.order or "",
        "is_month_first": column.order == DateOrder.MONTH_FIRST if is_told else column.key in month_first,
    }


def _on_sheet(table: Table) -> list[Column]:
    return [column for column in table.columns if column.index != SECTION_COLUMN]


def recall_options(run: Import, sheets: Sequence[ImportSheet]) -> None:
    """Country, area code and identities as they were chosen for the last file of this shape."""
    kept: Mapping[str, Any] = next((sheet.kept_options for sheet in sheets if sheet.kept_options), {})
    run.region = run.region or kept.get("region", "")
    run.area_code = run.area_code or kept.get("area_code", "")
    run.identities = run.identities or kept.get("identities", {})
    run.choices = run.choices or kept.get("choices", {})


def suggest_phone_options(run: Import, sheets: Iterable[ImportSheet]) -> None:
    """Preselect the country and the area code: those of the importer's choice, else as the file's numbers suggest."""
    phones = [phone for sheet in sheets for phone in sheet.phone_samples]
    if not run.region:
        run.region = suggest_region(phones)
    if not run.area_code:
        run.area_code = suggest_area_code(phones, run.region)


def _phone_samples(sheet: ImportSheet, table: Table, user: Any) -> list[str]:
    target = target_of(sheet.target)
    fields = fields_for(user, target) if target else []
    phones = {field.key for field in fields if field.kind in (Kind.PHONE, Kind.FAX)}
    mapping = sheet.fields_by_column
    mapped = [column for column in table.columns if mapping.get(column.index) in phones]
    return [sample for column in mapped for sample in column.samples]


def _map_sheet(sheet: ImportSheet, table: Table, user: Any, kept: RememberedMapping | None) -> None:
    """Set the mapping for the sheet's target: as remembered, else as guessed."""
    target = target_of(sheet.target)
    if target is None:
        sheet.mapping = {}
        return
    fields = fields_for(user, target)
    if kept and kept.target == sheet.target:
        mapping = remembered_mapping(table.columns, kept.fields, {field.key for field in fields})
    else:
        mapping = guess_mapping(_on_sheet(table), fields).fields
    sheet.mapping = {str(index): key for index, key in mapping.items()}
