"""The values that refer to nothing: gathered from all rows before the preview, to be decided by the importer."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crm.imports.engine import batches, mapped_rows, open_target
from crm.imports.matching import Matches, name_of
from crm.imports.models import Import, ImportSheet, ImportValue, RememberedMapping, ValueChoice
from crm.imports.reading.spool import SpooledSheet
from crm.imports.references import Option

# More are not decided one by one; the rest is decided together.
LISTED = 100
_LONGEST_TEXT = 500
_LONGEST_LABEL = 500

Place = tuple[str, str]


class Gathering:
    """Goes through the sheets of an import, then stores what it found. A place is a target's key and a field's."""

    def __init__(self, run: Import) -> None:
        self.run = run
        self.matches: dict[str, Matches] = {}
        self.texts: dict[Place, dict[str, str]] = {}
        self.rows: dict[Place, Counter[str]] = {}
        self.exact: Counter[Place] = Counter()
        self.memory: dict[Place, dict[str, list[str]]] = {}

    def look(self, sheet: ImportSheet, spooled: SpooledSheet) -> Iterator[int]:
        """Yields the number of rows after each batch. Raises ImportRefused."""
        opened = open_target(self.run, sheet.target)
        matches = self.matches.setdefault(sheet.target, opened.matches)
        referring = opened.field_keys & set(matches.options) & set(sheet.fields_by_column.values())
        if not referring:
            return
        self._recall(sheet)
        for rows in batches(mapped_rows(sheet, spooled, frozenset(referring))):
            matches.learn(rows)
            for row in rows:
                for field in referring:
                    for value in row.all(field)[:1]:
                        self._take((sheet.target, field), matches.exact(value) is not None, value.text)
            yield len(rows)

    def _take(self, place: Place, is_exact: bool, text: str) -> None:
        if is_exact:
            self.exact[place] += 1
            self.rows.setdefault(place, Counter())
            return
        name = name_of(text)
        self.texts.setdefault(place, {}).setdefault(name, text)
        self.rows.setdefault(place, Counter())[name] += 1

    def _recall(self, sheet: ImportSheet) -> None:
        """What the importer chose for values of the last file of this shape."""
        kept = RememberedMapping.objects.filter(user=self.run.importer, shape=sheet.shape, target=sheet.target).first()
        for field, names in (kept.options.get("values", {}) if kept else {}).items():
            self.memory.setdefault((sheet.target, field), {}).update(names)

    def store(self) -> bool:
        """Keep the values with a proposal for each; whether any is to be decided."""
        before = self.run.unmatched
        unmatched: dict[str, dict[str, Any]] = {}
        is_open = False
        for place, rows in sorted(self.rows.items()):
            target, field = place
            rest = before.get(target, {}).get(field, {}).get("rest", "")
            listed = rows.most_common(LISTED)
            is_open |= self._keep(place, listed) or (len(rows) > len(listed) and not rest)
            counts = {"distinct": len(rows), "rows": rows.total(), "exact": self.exact[place], "rest": rest}
            unmatched.setdefault(target, {})[field] = counts
        kept = [value.pk for value in self.run.values.all() if (value.target, value.field) in self.rows]
        self.run.values.exclude(pk__in=kept).delete()
        self.run.unmatched = unmatched
        self.run.save(update_fields=["unmatched"])
        return is_open

    def _keep(self, place: Place, listed: Sequence[tuple[str, int]]) -> bool:
        target, field = place
        known = {value.name: value for value in self.run.values.filter(target=target, field=field)}
        counts = dict(listed)
        self.run.values.filter(target=target, field=field).exclude(name__in=counts).delete()
        fresh = [self._proposed(place, name, rows) for name, rows in listed if name not in known]
        ImportValue.objects.bulk_create(fresh)
        return bool(fresh) or any(not known[name].is_decided for name in counts if name in known)

    def _proposed(self, place: Place, name: str, rows: int) -> ImportValue:
        target, field = place
        text = self.texts[place][name]
        options = self.matches[target].options[field]
        like = next(iter(options.like(text)), None)
        value = ImportValue(run=self.run, target=target, field=field, name=name, text=text[:_LONGEST_TEXT], rows=rows)
        if like is not None:
            value.suggested, value.suggested_label = like.key, label_of(like)
        choice, key = self.memory.get(place, {}).get(name, ("", ""))
        chosen = options.of([key]).get(key) if key else None
        if choice in ValueChoice.values and (chosen or choice != ValueChoice.USE):
            value.choice = choice
            value.chosen, value.chosen_label = (chosen.key, label_of(chosen)) if chosen else ("", "")
        return value


def label_of(option: Option) -> str:
    return " · ".join(filter(None, [option.label, option.hint]))[:_LONGEST_LABEL]


def remember_values(run: Import) -> None:
    """The next file of a shape of this import's sheets begins with what was decided in this one."""
    decided: dict[str, dict[str, dict[str, list[str]]]] = {}
    for value in run.values.filter(is_decided=True):
        decided.setdefault(value.target, {}).setdefault(value.field, {})[value.name] = [value.choice, value.chosen]
    for sheet in run.sheets.exclude(target=""):
        kept = RememberedMapping.objects.filter(user=run.importer, shape=sheet.shape, target=sheet.target).first()
        if kept is not None and sheet.target in decided:
            kept.options["values"] = _merged(kept.options.get("values", {}), decided[sheet.target])
            kept.save(update_fields=["options", "updated_at"])


def _merged(before: Mapping[str, Any], decided: Mapping[str, Any]) -> dict[str, Any]:
    """By field, the newest first and no more than can be listed several times over."""
    fields = {*before, *decided}
    merged = {field: {**decided.get(field, {}), **before.get(field, {}), **decided.get(field, {})} for field in fields}
    return {field: dict(list(names.items())[: 10 * LISTED]) for field, names in merged.items()}
