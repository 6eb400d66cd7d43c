"""The form of a record: field rules, the version it was read at, and the rows of its parts."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core import signing
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Value
from django.forms import inlineformset_factory
from django.urls import reverse_lazy
from django.utils.choices import BaseChoiceIterator
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from crm.access.models import Record
from crm.access.rights import FieldAccess, hidden_fields, rights_of
from crm.access.sight import named_in_sight
from crm.ui.widgets import LongSelect

_SUBMISSION_SALT = "crm.pages.submission"
# What a form carries for itself; no field of a record is called so.
CARRIED = frozenset({"read_version", "submission"})
# How many records a choice offers before anything is typed; scripts fetch the others as one types.
_OFFERED = 30


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]
    """A model form that knows its actor.

    Hidden fields are absent and read-only ones disabled. `PARTS` maps a part to its inline formset class; the rows
    are read with `part_rows`. A form for a new record carries a signed key, so that sending it twice makes one record.
    `only` names the one field of a form that has no other, and no parts: for editing in place.
    """

    PARTS: ClassVar[Mapping[str, Any]] = {}
    SECTIONS: ClassVar[Sequence[tuple[Any, tuple[str, ...]]]] = ()

    read_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    submission = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: Any, only: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.sight = Sight(actor)
        self.is_new = self.instance._state.adding
        if only:
            self.fields = {name: field for name, field in self.fields.items() if name in CARRIED | {only}}
        self._keep_long_choices()
        self._apply_field_rules()
        self._scope_records()
        self.initial["read_version"] = self.instance.version
        if self.is_new:
            self.initial["submission"] = signing.dumps(str(self.instance.pk), salt=_SUBMISSION_SALT)
        rules = rights_of(actor).rules(type(self.instance))
        self.parts = {name: self._formset(name) for name in self.PARTS if name not in rules and not only}

    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """(title, fields) as the page draws them, without the fields that this actor does not have."""
        drawn = [(title, [self[name] for name in names if name in self.fields]) for title, names in self.SECTIONS]
        return [(title, fields) for title, fields in drawn if fields]

    def is_valid(self) -> bool:
        # Every part is checked even when an earlier one fails, so that all mistakes show at once.
        checks = [super().is_valid(), *[formset.is_valid() for formset in self.parts.values()]]
        return all(checks)

    def has_changed(self) -> bool:
        return super().has_changed() or any(formset.has_changed() for formset in self.parts.values())

    def add_error(self, field: str | None, error: Any) -> None:
        """Faults of fields that are not on this form are told above it; those of hidden fields not at all."""
        faults = getattr(error, "error_dict", None)
        if faults is None:
            super().add_error(field, error)
            return
        for name, found in faults.items():
            is_here = name in self.fields
            told = found if is_here or name == NON_FIELD_ERRORS else self._by_name(name, found)
            if told:
                super().add_error(name if is_here else None, told)

    def _by_name(self, name: str, faults: list[ValidationError]) -> list[str]:
        if name in hidden_fields(self.actor, type(self.instance)):
            return []
        label = capfirst(str(self.instance._meta.get_field(name).verbose_name))
        return [f"{label}: {message}" for fault in faults for message in fault.messages]

    def part_rows(self) -> dict[str, list[Any]]:
        """The rows of each part in the order of the page, without those that are empty or marked for removal."""
        return {name: _kept_rows(formset) for name, formset in self.parts.items()}

    def submitted_key(self) -> UUID | None:
        """The key that this form was given when it was shown; None when it was tampered with or is missing."""
        try:
            return UUID(signing.loads(self.cleaned_data.get("submission") or "", salt=_SUBMISSION_SALT))
        except (signing.BadSignature, ValueError):
            return None

    def rebase(self, current: Record) -> None:
        """Let the next save of this bound form go over `current`, after its reader has seen both."""
        sent: Any = self.data
        self.data = sent.copy()
        self.data[self.add_prefix("read_version")] = current.version  # type: ignore[index]

    def _keep_long_choices(self) -> None:
        for name, field in self.fields.items():
            if isinstance(field, forms.ChoiceField) and type(field.widget) is LongSelect:
                field.choices = LongChoices(type(self), name)

    def _apply_field_rules(self) -> None:
        for name, access in rights_of(self.actor).rules(type(self.instance)).items():
            if name not in self.fields:
                continue
            if access == FieldAccess.HIDDEN:
                del self.fields[name]
            else:
                self.fields[name].disabled = True

    def _scope_records(self) -> None:
        """Choices of other records hold what the actor sees; a value out of his sight stays, unseen."""
        choices = {name: field for name, field in self.fields.items() if isinstance(field, RecordChoiceField)}
        chosen = {name: key for name in choices if (key := getattr(self.instance, f"{name}_id", None))}
        wanted: dict[type[Record], set[UUID]] = {}
        for name, key in chosen.items():
            wanted.setdefault(choices[name].model, set()).add(key)
        self.sight.look_for_names(wanted)
        for name, field in choices.items():
            present = chosen.get(name)
            field.look_through(self.sight)
            if present and self.sight.find(field.model, present) is None:
                del self.fields[name]

    def _formset(self, name: str) -> Any:
        return self.PARTS[name](
            self.data if self.is_bound else None,
            instance=self.instance,
            prefix=name,
            form_kwargs={"sight": self.sight} if getattr(self.PARTS[name].form, "needs_sight", False) else {},
        )


class LongChoices(BaseChoiceIterator):
    """The choices of a field whose labels, as those of countries, are translated once for each language."""

    def __init__(self, form: type[RecordForm], name: str) -> None:
        self.form = form
        self.name = name

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(_labels(self.form, self.name, get_language()))


@lru_cache(maxsize=200)
def _labels(form: type[RecordForm], name: str, language: str) -> tuple[tuple[str, str], ...]:
    field: Any = form.base_fields[name]
    return tuple((str(key), str(label)) for key, label in field.choices)


def _kept_rows(formset: Any) -> list[Any]:
    rows = []
    for form in formset.forms:
        is_empty = form.instance._state.adding and not form.has_changed()
        if not is_empty and not form.cleaned_data.get("DELETE"):
            rows.append(form.instance)
    return rows


def part_formset(record_type: type[Record], part: type[models.Model], fields: list[str], **options: Any) -> Any:
    """The formset class of one part of a record: one empty row to fill in, at most fifty rows in all."""
    return inlineformset_factory(
        record_type, part, fields=fields, extra=1, max_num=50, absolute_max=100, validate_max=True, **options
    )


def fresh_instance(model: type[models.Model], **fields: Any) -> Any:
    """A new record whose key is made now, so that the form that shows it can carry it."""
    return model(id=uuid7(), **fields)


class Sight:
    """The records that the choices of one page may name; each is asked for once, however many rows the page has."""

    def __init__(self, actor: Any) -> None:
        self.actor = actor
        self._recent: dict[type[Record], list[Record]] = {}
        self._offered: dict[type[Record], None] = {}
        self._found: dict[tuple[type[Record], str], Record | None] = {}

    def will_offer(self, model: type[Record]) -> None:
        """Records of this type will be offered: with the first choice that is drawn, those of all are asked for."""
        self._offered[model] = None

    def recent(self, model: type[Record]) -> list[Record]:
        """Those last worked on, newest first; they know their names only, and read the rest when it is asked for."""
        if model not in self._recent:
            self._ask_for_recent(list(dict.fromkeys([model, *(self._offered.keys() - self._recent.keys())])))
        return self._recent[model]

    def _ask_for_recent(self, models: Sequence[type[Record]]) -> None:
        newest: list[Any] = [
            model.objects.order_by("-updated_at", "-id")
            .first_visible(self.actor, limit=_OFFERED)
            .values_list(Value(place), "pk", "name", "updated_at")
            for place, model in enumerate(models)
        ]
        rows = newest[0].union(*newest[1:], all=True) if len(newest) > 1 else newest[0]
        self._recent |= {model: [] for model in models}
        for place, key, name, _updated_at in sorted(rows, key=itemgetter(3, 1), reverse=True):
            self._recent[models[place]].append(models[place].from_db(DEFAULT_DB_ALIAS, ["id", "name"], [key, name]))
        for model in models:
            self.remember(self._recent[model])

    def remember(self, records: Iterable[Record]) -> None:
        """Keep records that are known to be in sight."""
        self._found |= {(type(record), str(record.pk)): record for record in records}

    def look_for_names(self, wanted: Mapping[type[Record], Collection[UUID]]) -> None:
        """As `look_for`, of several types at one query; what is found knows its name only."""
        found = named_in_sight(self.actor, wanted)
        self._found |= {(model, str(key)): found[model].get(key) for model, keys in wanted.items() for key in keys}

    def look_for(self, model: type[Record], keys: Collection[UUID]) -> None:
        """Ask for these at once, so that those out of sight are not asked for one by one either."""
        seen = model.objects.visible_to(self.actor).in_bulk(keys)
        self._found |= {(model, str(key)): seen.get(key) for key in keys}

    def find(self, model: type[Record], key: Any) -> Record | None:
        """The record of a key that a reader sent or a row holds; None when it is out of sight or no key at all."""
        if (model, str(key)) not in self._found:
            try:
                found = model.objects.visible_to(self.actor).filter(pk=UUID(str(key))).first()
            except ValueError:
                found = None
            self._found[model, str(key)] = found
        return self._found[model, str(key)]


class OfferedRecords(forms.models.ModelChoiceIterator):  # type: ignore[type-arg]
    """The records last worked on; any other visible record is accepted as well."""

    def __iter__(self) -> Any:
        field: Any = self.field
        yield ("", field.empty_label or "")
        if field.sight is not None:
            yield from ((str(record.pk), str(record)) for record in field.sight.recent(field.model))


class RecordSelect(LongSelect):
    """A select that offers few records; scripts turn it into a search over all of them."""

    def __init__(self, *, namespace: str) -> None:
        super().__init__(attrs={"data-autocomplete-url": reverse_lazy(f"{namespace}:suggest"), "autocomplete": "off"})
        self.find: Callable[[Any], Record | None] = lambda _key: None

    def use_required_attribute(self, initial: Any) -> bool:
        # Django looks whether the first choice is empty, which this one always has.
        return not self.is_hidden

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """With the chosen record among the choices, however long ago it was worked on."""
        offered = list(self.choices)
        if value and all(str(value) != key for key, _label in offered):
            chosen = self.find(value)
            offered += [(str(value), str(chosen))] if chosen else []
        self.choices = offered
        return super().render(name, value, attrs, renderer)


class RecordChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """The choice of another record, within what the actor may see."""

    iterator = OfferedRecords

    def __init__(self, model: type[Record], **kwargs: Any) -> None:
        self.model = model
        self.sight: Sight | None = None
        super().__init__(queryset=model.objects.none(), widget=RecordSelect(namespace=model.namespace()), **kwargs)
        self.error_messages["invalid_choice"] = _("There is no such record, or you may not see it.")

    def scope(self, actor: Any) -> None:
        """Accept every record in the actor's sight, for a field that stands alone on its page."""
        self.look_through(Sight(actor))

    def look_through(self, sight: Sight) -> None:
        """Accept every record in sight."""
        self.sight = sight
        sight.will_offer(self.model)
        self.widget.find = lambda key: sight.find(self.model, key)

    def to_python(self, value: Any) -> Record | None:
        if value in self.empty_values:
            return None
        found = self.sight.find(self.model, value) if self.sight else None
        if found is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return found
