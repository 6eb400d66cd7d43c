"""What values of a file are, as they are told at the terminal."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from crm.imports.gathering import label_of
from crm.imports.models import Import, ValueChoice
from crm.imports.registry import ImportTarget
from crm.imports.values import comparable
from crm.imports.values_page import FieldValues, ValueRow, ValuesPage

_SHOWN = 20
# By field ("" for all), by comparable value: the name of what it is, "" for nothing, None to leave its rows out.
Given = Mapping[str, Mapping[str, str | None]]


def given_matches(options: Mapping[str, Any]) -> Given:
    """What --matches and --match say; the latter wins. Raises CommandError."""
    given: dict[str, dict[str, str | None]] = {}
    for field, names in _read_file(options["matches"]).items():
        given.setdefault(field, {}).update({comparable(value): name for value, name in names.items()})
    for text in options["match"]:
        value, sign, name = text.partition("=")
        if not sign:
            raise CommandError(_("Write --match as VALUE=NAME, not “%(text)s”.") % {"text": text})
        field, colon, rest = value.partition(":")
        is_for_field = bool(colon) and field.isidentifier()
        key = field if is_for_field else ""
        given.setdefault(key, {})[comparable(rest if is_for_field else value)] = name.strip()
    return given


def _read_file(path: Path | None) -> dict[str, dict[str, str | None]]:
    if path is None:
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(_("%(file)s is not a readable JSON file.") % {"file": path}) from error
    if not isinstance(found, dict) or not all(isinstance(names, dict) for names in found.values()):
        raise CommandError(_("%(file)s holds no values by field.") % {"file": path})
    return found


def match_values(run: Import, given: Given, *, rest: str) -> None:
    """Decide the values of an import as they were told; `rest` is a ValueChoice for all others.

    Raises CommandError with the values that nothing was told of, and with names that are nothing or several things.
    """
    page = ValuesPage(run)
    wrong: list[str] = []
    for one in page.fields:
        one.rest = rest
        told = {**given.get("", {}), **given.get(one.field.key, {})}
        for row in one.rows:
            # What was chosen in the browser for a file like this one is not what was told here.
            row.value.choice = row.value.chosen = row.value.chosen_label = ""
            if comparable(row.value.text) in told:
                wrong += _use(one, row, told[comparable(row.value.text)])
    if wrong:
        raise CommandError(" ".join(wrong))
    if not page.is_valid():
        raise CommandError(_open_values(page))
    page.decide()


def _use(one: FieldValues, row: ValueRow, name: str | None) -> Sequence[str]:
    """What is wrong with the name, if anything."""
    value = row.value
    if not name:
        value.choice = ValueChoice.SKIP if name is None else ValueChoice.EMPTY
        return ()
    options = one.options.named([name]).get(comparable(name), [])
    if len(options) != 1:
        sentence = _("“%(name)s” names several things.") if options else _("“%(name)s” names nothing here.")
        return [sentence % {"name": name}]
    value.choice, value.chosen, value.chosen_label = ValueChoice.USE, options[0].key, label_of(options[0])
    return ()


def _open_values(page: ValuesPage) -> str:
    """The values that are not decided, each with its rows and what it may be."""
    lines = [_("These values match nothing. Say with --match or --matches what they are, or see --unmatched:")]
    for one in page.fields:
        open_rows = [row for row in one.rows if row.error]
        for row in open_rows[:_SHOWN]:
            perhaps = row.value.suggested_label and _("perhaps “%(name)s”") % {"name": row.value.suggested_label}
            told = {"field": one.field.key, "value": row.value.text, "rows": row.value.rows}
            lines.append("  " + _("%(field)s: “%(value)s” (%(rows)s rows)") % told + (f" {perhaps}" if perhaps else ""))
        if (more := len(open_rows) - _SHOWN + one.beyond) > 0:
            lines.append(_("  and %(count)s more") % {"count": more})
    return "\n".join(lines)


def given_settings(given: Sequence[str], target: ImportTarget, user: Any) -> dict[str, str]:
    """Settings of the target by key, from KEY=NAME. Raises CommandError."""
    known = {setting.key: setting.choices(user) for setting in target.settings}
    found: dict[str, str] = {}
    for text in given:
        key, _sign, name = text.partition("=")
        choices = known.get(key, [])
        named = {comparable(str(spelled)): value for value, label in choices for spelled in (label, value)}
        if comparable(name) not in named:
            told = ", ".join(f"{key}={choices[0][1]}…" for key, choices in known.items() if choices)
            raise CommandError(_("There is no such setting; there are: %(known)s") % {"known": told})
        found[key] = named[comparable(name)]
    return found
