"""The step in which sheets become record types and columns become fields: state, choices and conflicts."""

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.imports import services
from crm.imports.forms import OptionsForm
from crm.imports.mapping import clashing_fields, missing_fields
from crm.imports.models import Import, ImportSheet
from crm.imports.registry import ImportField, ImportTarget, fields_for, targets_for

_SHOWN_SAMPLES = 3
_LARGEST_HEADER_ROW = 100_000


@dataclass
class ColumnChoice:
    """One column as the page shows it; `name` is the name of its select."""

    name: str
    header: str
    samples: list[str]
    chosen: str
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
        return self._choice(sheet, is_changed=is_changed)

    def _look_again(self, sheet: ImportSheet, prefix: str, data: QueryDict) -> bool:
        target = data.get(f"{prefix}-target", sheet.target)
        target = target if target in self.offers else ""
        typed = data.get(f"{prefix}-header", "")
        header_row = min(int(typed), _LARGEST_HEADER_ROW) if typed.isdecimal() else sheet.header_row
        if header_row != sheet.header_row:
            services.choose_target(sheet, target, header_row)
            return True
        if target == sheet.target:
            return False
        services.choose_target(sheet, target, header_row)
        return bool(target)

    def _choice(self, sheet: ImportSheet, *, is_changed: bool) -> SheetChoice:
        mapping = sheet.fields_by_column
        columns = [
            ColumnChoice(
                name=f"sheet-{sheet.position}-column-{column['index']}",
                header=column["header"],
                samples=column["samples"][:_SHOWN_SAMPLES],
                chosen=mapping.get(column["index"], ""),
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
