"""A sheet of an upload as the importer first meets it: table found, target chosen, columns mapped."""

from collections.abc import Iterable
from typing import Any

from crm.imports.contents import Kind
from crm.imports.detection import Table, find_table
from crm.imports.mapping import best_target, guess_mapping, remembered_mapping, shape_of
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
    header_row: int | None = None,
    target_key: str | None = None,
) -> ImportSheet:
    """An unsaved sheet with its table, target and mapping as they are told from the file or remembered.

    `header_row` and `target_key` are the user's own choices, where he made any.
    """
    offers = {target.key: (target, fields_for(run.importer, target)) for target in targets_for(run.importer)}
    known = frozenset(key for _target, fields in offers.values() for field in fields for key in field.header_keys)
    table = find_table(spooled, known, header_row)
    sheet = ImportSheet(
        run=run,
        position=position,
        name=spooled.name[:200],
        is_hidden=spooled.is_hidden,
        row_count=spooled.rows,
        header_row=table.header_row,
        columns=[
            {
                "index": column.index,
                "header": column.header[:200],
                "samples": [sample[:_LONGEST_SAMPLE] for sample in column.samples[:_KEPT_SAMPLES]],
            }
            for column in table.columns
        ],
    )
    if not spooled.is_hidden:
        sheet.target = best_target(table.columns, offers)
    kept = RememberedMapping.objects.filter(user=run.importer, shape=_shape(table)).first()
    if kept and kept.target in offers:
        sheet.target = kept.target
    if target_key is not None:
        sheet.target = target_key
    _map_sheet(sheet, table, run.importer, kept)
    sheet.phone_samples = _phone_samples(sheet, table, run.importer)
    return sheet


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
        mapping = guess_mapping(table.columns, fields).fields
    sheet.mapping = {str(index): key for index, key in mapping.items()}


def _shape(table: Table) -> str:
    return shape_of(column.header for column in table.columns)
