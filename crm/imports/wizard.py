"""The step in which sheets become record types and columns become fields: state, choices and conflicts."""

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.imports import services
from crm.imports.body import LeftOut
from crm.imports.contents import Kind
from crm.imports.dates import DateOrder
from crm.imports.forms import OptionsForm
from crm.imports.headers import MOST_HEADER_ROWS, Layout
from crm.imports.leftovers import LeftOutRow
from crm.imports.mapping import clashing_fields, missing_fields
from crm.imports.models import Import, ImportSheet
from crm.imports.registry import ImportField, ImportTarget, fields_for, targets_for

_SHOWN_SAMPLES = 3
_LARGEST_HEADER_ROW = 100_000


@dataclass
class ColumnChoice:
    """One column as the page shows it; `name` is the name of its select.

    `order` is a DateOrder where dates of a mapped column can be read in two ways.
    """

    name: str
    index: int
    header: str
    samples: list[str]
    chosen: str
    order: str = ""
    is_month_first: bool = False
    error: str = ""


@dataclass
class SheetChoice:
    """One sheet as the page shows it. `is_changed`: another target or header row was chosen, columns look new."""

    sheet: ImportSheet
    target: ImportTarget | None
    fields: list[ImportField]
    columns: list[ColumnChoice]
    errors: list[str] = field(default_factory=list)
    is_changed: bool = False

    @property
    def prefix(self) -> str:
        return f"sheet-{self.sheet.position}"

    @property
    def header_heights(self) -> range:
        return range(1, MOST_HEADER_ROWS + 1)

    @property
    def has_sections(self) -> bool:
        return self.sheet.keeps_sections or any(row["kind"] == LeftOut.SECTION for row in self.sheet.left_out)

    @property
    def left_out(self) -> list[LeftOutRow]:
        return [LeftOutRow(**row) for row in self.sheet.left_out]

    @property
    def is_unknown(self) -> bool:
        """Nothing in the sheet looks like records that the importer may add."""
        return not self.target and not self.sheet.is_hidden and not self.sheet.mapping

    @property
    def is_faulty(self) -> bool:
        return bool(self.errors) or any(column.error for column in self.columns)

    @property
    def mapped_count(self) -> int:
        return sum(bool(column.chosen) for column in self.columns)


class MappingPage:
    """Holds the choices of one import between showing them and storing them."""

    def __init__(self, run: Import, data: QueryDict | None = None) -> None:
        self.run = run
        self.data = data
        self.targets = targets_for(run.importer)
        self.offers = {target.key: fields_for(run.importer, target) for target in self.targets}
        sheets = list(run.sheets.all())
        for sheet in sheets:
            # The same object, so that looking again at a sheet asks for no import of its own.
            sheet.run = run
        self.sheets = [self._take(sheet) for sheet in sheets]
        self.error = ""
        self.options = OptionsForm(data, run=run, targets=self._used_targets(), initial=self._initial_options())

    def _take(self, sheet: ImportSheet) -> SheetChoice:
        prefix = f"sheet-{sheet.position}"
        is_changed = self.data is not None and self._look_again(sheet, prefix, self.data)
        if self.data is not None and not is_changed:
            allowed = {field.key for field in self.offers.get(sheet.target, [])}
            given = {
                column["index"]: self.data.get(f"{prefix}-column-{column['index']}", "") for column in sheet.columns
            }
            sheet.mapping = {str(index): key for index, key in given.items() if key in allowed}
            _take_date_orders(sheet, prefix, self.data)
        return self._choice(sheet, is_changed=is_changed)

    def _look_again(self, sheet: ImportSheet, prefix: str, data: QueryDict) -> bool:
        target = data.get(f"{prefix}-target", sheet.target)
        target = target if target in self.offers else ""
        layout = _chosen_layout(sheet, prefix, data)
        if layout == sheet.layout and target == sheet.target:
            return False
        has_moved = layout != sheet.layout
        services.choose_target(sheet, target, layout)
        return has_moved or bool(target)

    def _choice(self, sheet: ImportSheet, *, is_changed: bool) -> SheetChoice:
        mapping = sheet.fields_by_column
        dated = {field.key for field in self.offers.get(sheet.target, []) if field.kind == Kind.DATE}
        columns = [
            ColumnChoice(
                name=f"sheet-{sheet.position}-column-{column['index']}",
                index=column["index"],
                header=column["header"],
                samples=column["samples"][:_SHOWN_SAMPLES],
                chosen=mapping.get(column["index"], ""),
                order=column.get("order", "") if mapping.get(column["index"]) in dated else "",
                is_month_first=bool(column.get("is_month_first")),
            )
            for column in sheet.columns
        ]
        target = next((target for target in self.targets if target.key == sheet.target), None)
        return SheetChoice(sheet, target, self.offers.get(sheet.target, []), columns, is_changed=is_changed)

    def _used_targets(self) -> list[ImportTarget]:
        used = {choice.sheet.target for choice in self.sheets}
        return [target for target in self.targets if target.key in used]

    def _initial_options(self) -> dict[str, Any]:
        run = self.run
        return {
            "region": run.region,
            "area_code": run.area_code,
            "team": str(run.team_id or ""),
            "is_overwriting": run.is_overwriting,
        }

    @property
    def is_changed(self) -> bool:
        return any(choice.is_changed for choice in self.sheets)

    def is_valid(self) -> bool:
        """Marks every conflict in its place."""
        for choice in self.sheets:
            if choice.target is not None:
                _mark_conflicts(choice, choice.target)
        if not any(choice.target for choice in self.sheets):
            self.error = _("Choose what to import from at least one sheet.")
        is_options_valid = self.options.is_valid()
        return is_options_valid and not self.error and not any(choice.is_faulty for choice in self.sheets)

    def save(self) -> None:
        for choice in self.sheets:
            choice.sheet.save()
        if self.options.is_valid():
            services.choose_options(self.run, options=self.options.chosen())

    def remember(self) -> None:
        services.remember_mappings([choice.sheet for choice in self.sheets], actor=self.run.importer)


def _chosen_layout(sheet: ImportSheet, prefix: str, data: QueryDict) -> Layout:
    row, height = data.get(f"{prefix}-header", ""), data.get(f"{prefix}-height", "")
    sections = data.get(f"{prefix}-sections", "")
    return Layout(
        min(int(row), _LARGEST_HEADER_ROW) if row.isdecimal() else sheet.header_row,
        max(1, min(int(height), MOST_HEADER_ROWS)) if height.isdecimal() else sheet.header_height,
        sections == "keep" if sections else sheet.keeps_sections,
    )


def _take_date_orders(sheet: ImportSheet, prefix: str, data: QueryDict) -> None:
    for column in sheet.columns:
        order = data.get(f"{prefix}-dates-{column['index']}", "")
        if order:
            column["is_month_first"] = order == DateOrder.MONTH_FIRST


def _mark_conflicts(choice: SheetChoice, target: ImportTarget) -> None:
    labels = {field.key: str(field.label) for field in choice.fields}
    mapping = choice.sheet.fields_by_column
    for one_of in missing_fields(mapping.values(), target):
        names = _(" or ").join(f"“{labels[key]}”" for key in labels if key in one_of)
        choice.errors.append(_("Choose the column that holds %(fields)s.") % {"fields": names})
    for key in clashing_fields(mapping, choice.fields):
        for column in choice.columns:
            if column.chosen == key:
                column.error = _("“%(field)s” takes one column only.") % {"field": labels[key]}
