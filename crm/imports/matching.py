"""What the values of columns refer to: told by their names, or by what the importer chose for them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from crm.imports.drafts import MappedRow, Note, RowLeftOut, Value
from crm.imports.models import Import, ImportValue, ValueChoice
from crm.imports.references import Option, Options
from crm.imports.values import comparable, left_out


class Decision(NamedTuple):
    """What becomes of a value; `key` is that of the option to use."""

    choice: str
    key: str = ""


class Matches:
    """The values of one target's columns. Asks for the names of a batch at once; call `learn` before `match`.

    `decisions` holds, by field, what was chosen for names of values, and under "" for all that nothing was chosen for.
    """

    def __init__(self, options: Mapping[str, Options], decisions: Mapping[str, Mapping[str, Decision]]) -> None:
        self.options = options
        self.decisions = decisions
        self.named: dict[str, Mapping[str, list[Option]]] = {}
        chosen = {
            field: {decision.key for decision in decisions.get(field, {}).values() if decision.key} for field in options
        }
        self.chosen = {field: options[field].of(keys) for field, keys in chosen.items() if keys}

    def learn(self, rows: Iterable[MappedRow]) -> None:
        texts: dict[str, set[str]] = {}
        for row in rows:
            for value in row.values:
                if value.field in self.options:
                    texts.setdefault(value.field, set()).add(value.text)
        self.named = {field: self.options[field].named(found) for field, found in texts.items()}

    def exact(self, value: Value) -> Option | None:
        """The only one that is called just so."""
        found = self.named.get(value.field, {}).get(comparable(value.text), [])
        return found[0] if len(found) == 1 else None

    def match(self, value: Value) -> tuple[str, Option | None]:
        """A ValueChoice and the option to use; "" and None where nothing is known."""
        decided = self.decisions.get(value.field, {})
        decision = decided.get(name_of(value.text))
        if decision is None:
            option = self.exact(value)
            if option is not None:
                return ValueChoice.USE, option
            decision = decided.get("", Decision(""))
        return decision.choice, self.chosen.get(value.field, {}).get(decision.key)

    def refer(self, row: MappedRow, field: str, notes: list[Note]) -> Option | None:
        """What the row refers to in this field; None, with a note, where it is nothing.

        One to be added is given without a key. Raises RowLeftOut.
        """
        value = next(iter(row.all(field)), None)
        if value is None:
            return None
        choice, option = self.match(value)
        if choice == ValueChoice.SKIP:
            raise RowLeftOut(value)
        if choice == ValueChoice.CREATE:
            return Option("", value.text)
        if option is None:
            notes.append(left_out(row.number, value, _SENTENCES.get(choice, _unknown)()))
        return option


def _unknown() -> str:
    return _("There is nothing of this name that you may use here.")


_SENTENCES: dict[str, Any] = {
    ValueChoice.EMPTY: lambda: _("There is nothing of this name here; left empty, as you chose."),
    ValueChoice.USE: lambda: _("What you chose for this value is not there any more."),
}


def name_of(text: str) -> str:
    """The key of a value, however long it is, the same for spellings that are no different."""
    return hashlib.md5(comparable(text).encode(), usedforsecurity=False).hexdigest()


def options_of(fields: Iterable[Any], user: Any) -> dict[str, Options]:
    """The options of those ImportFields that refer to something, by key."""
    return {field.key: field.refers_to.open(user) for field in fields if field.refers_to is not None}


def matches_of(run: Import, target: str, fields: Sequence[Any]) -> Matches:
    """With what the importer decided for this import."""
    options = options_of(fields, run.importer)
    decisions: dict[str, dict[str, Decision]] = {}
    for value in ImportValue.objects.filter(run=run, target=target, is_decided=True) if options else ():
        decisions.setdefault(value.field, {})[value.name] = Decision(value.choice, value.chosen)
    for field, found in run.unmatched.get(target, {}).items():
        if found["rest"]:
            decisions.setdefault(field, {})[""] = Decision(found["rest"])
    may_add = {field.key for field in fields if field.refers_to and field.refers_to.may_add(run.importer)}
    return Matches(options, {field: _allowed(found, field in may_add) for field, found in decisions.items()})


def _allowed(decisions: Mapping[str, Decision], is_adding: bool) -> dict[str, Decision]:
    """What the importer may not have added any more is nothing."""
    return {
        name: decision for name, decision in decisions.items() if is_adding or decision.choice != ValueChoice.CREATE
    }
