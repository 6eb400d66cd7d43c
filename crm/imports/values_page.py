"""The step in which values that refer to nothing are decided: what the page shows, and what was chosen on it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.imports.gathering import label_of, remember_values
from crm.imports.matching import options_of
from crm.imports.models import Import, ImportValue, ValueChoice
from crm.imports.references import ListedOptions, Options
from crm.imports.registry import ImportField, ImportTarget, fields_for, targets_for

# So many options stand in each select; of more, those that are typed for are fetched.
_SHORT_LIST = 30


@dataclass
class ValueRow:
    """One value as the page shows it; `offered` are (key, label) of the options in its select."""

    value: ImportValue
    choices: list[tuple[str, Any]]
    offered: list[tuple[str, str]]
    error: str = ""

    @property
    def prefix(self) -> str:
        return f"value-{self.value.pk}"

    @property
    def selected(self) -> str:
        return self.value.chosen or self.value.suggested

    @property
    def is_recalled(self) -> bool:
        return bool(self.value.choice) and not self.value.is_decided


@dataclass
class FieldValues:
    """One field of one target with the values of its columns; `counts` is what gathering stored of it."""

    target: ImportTarget
    field: ImportField
    headers: list[str]
    options: Options
    counts: Mapping[str, Any]
    rest: str
    rows: list[ValueRow] = dataclasses.field(default_factory=list)
    error: str = ""

    @property
    def prefix(self) -> str:
        return f"{self.target.key}-{self.field.key}"

    @property
    def is_short(self) -> bool:
        return isinstance(self.options, ListedOptions) and len(self.options.options) <= _SHORT_LIST

    @property
    def beyond(self) -> int:
        """How many values are not listed."""
        return int(self.counts["distinct"]) - len(self.rows)

    @property
    def rest_choices(self) -> list[tuple[str, Any]]:
        choices = self.rows[0].choices if self.rows else []
        return [(key, label) for key, label in choices if key != ValueChoice.USE]

    @property
    def suggested_count(self) -> int:
        return sum(bool(row.value.suggested) and not row.value.choice for row in self.rows)


class ValuesPage:
    """Holds the decisions of one import between showing them and storing them."""

    def __init__(self, run: Import, data: QueryDict | None = None) -> None:
        self.run = run
        self.data = data
        self.fields = self._fields()
        if data is not None:
            for one in self.fields:
                self._take(one, data)

    @property
    def is_faulty(self) -> bool:
        return any(one.error or any(row.error for row in one.rows) for one in self.fields)

    def _fields(self) -> list[FieldValues]:
        values: dict[tuple[str, str], list[ImportValue]] = {}
        for value in self.run.values.all():
            values.setdefault((value.target, value.field), []).append(value)
        headers = _headers(self.run)
        found = []
        for target in targets_for(self.run.importer):
            counts = self.run.unmatched.get(target.key, {})
            fields = [one for one in fields_for(self.run.importer, target) if counts.get(one.key, {}).get("distinct")]
            options = options_of(fields, self.run.importer)
            for one in fields:
                count, place = counts[one.key], (target.key, one.key)
                shown = FieldValues(target, one, headers.get(place, []), options[one.key], count, count["rest"])
                choices = self._choices(one)
                shown.rows = [ValueRow(value, choices, _offered(value, shown)) for value in values.get(place, [])]
                found.append(shown)
        return found

    def _choices(self, one: ImportField) -> list[tuple[str, Any]]:
        is_adding = one.refers_to is not None and one.refers_to.may_add(self.run.importer)
        return [(choice.value, choice.label) for choice in ValueChoice if is_adding or choice != ValueChoice.CREATE]

    def _take(self, one: FieldValues, data: QueryDict) -> None:
        one.rest = data.get(f"{one.prefix}-rest", "")
        one.rest = one.rest if one.rest in dict(one.rest_choices) else ""
        keys = {data.get(f"{row.prefix}-option", "") for row in one.rows} - {""}
        known = one.options.of(keys)
        for row in one.rows:
            choice = data.get(f"{row.prefix}-choice", "")
            option = known.get(data.get(f"{row.prefix}-option", ""))
            value = row.value
            value.choice = choice if choice in dict(row.choices) else ""
            value.chosen, value.chosen_label = (option.key, label_of(option)) if option else ("", "")
            if value.choice != ValueChoice.USE:
                value.chosen = value.chosen_label = ""
            elif option is None:
                row.error = _("Choose what it is.")
                value.choice = ""
            row.offered = _offered(value, one)

    def use_suggestions(self) -> None:
        """The importer confirms all suggestions of values that he has not decided otherwise."""
        for one in self.fields:
            for row in one.rows:
                value = row.value
                if value.suggested and not value.choice:
                    value.choice, value.chosen = ValueChoice.USE, value.suggested
                    value.chosen_label = value.suggested_label
                    row.error = ""

    def is_valid(self) -> bool:
        """Marks everything that is not decided yet."""
        for one in self.fields:
            for row in one.rows:
                if not row.value.choice and not row.error and not one.rest:
                    row.error = _("Decide what becomes of it.")
            if one.beyond and not one.rest:
                one.error = _("Decide what becomes of the values that are not listed.")
        return not self.is_faulty

    def save(self) -> None:
        """Keep what was chosen, as proposals that wait for the rest of the page."""
        values = [row.value for one in self.fields for row in one.rows]
        ImportValue.objects.bulk_update(values, ["choice", "chosen", "chosen_label", "is_decided"])
        for one in self.fields:
            self.run.unmatched[one.target.key][one.field.key]["rest"] = one.rest
        self.run.save(update_fields=["unmatched"])

    def decide(self) -> None:
        """Take the choices of a valid page for this import and for the next file of its shape."""
        for one in self.fields:
            for row in one.rows:
                row.value.choice = row.value.choice or one.rest
                row.value.is_decided = True
        self.save()
        remember_values(self.run)


def _offered(value: ImportValue, one: FieldValues) -> list[tuple[str, str]]:
    """What was chosen and what is suggested stand first."""
    offered = {value.chosen: value.chosen_label, value.suggested: value.suggested_label}
    if one.is_short and isinstance(one.options, ListedOptions):
        offered |= {option.key: label_of(option) for option in one.options.options}
    return [(key, label) for key, label in offered.items() if key]


def _headers(run: Import) -> dict[tuple[str, str], list[str]]:
    """By place, how the columns are called in the file."""
    found: dict[tuple[str, str], list[str]] = {}
    for sheet in run.sheets.exclude(target=""):
        mapping = sheet.fields_by_column
        for column in sheet.columns:
            headers = found.setdefault((sheet.target, mapping.get(column["index"], "")), [])
            if column["header"] not in headers:
                headers.append(column["header"])
    return found
