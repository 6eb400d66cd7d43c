"""The form of an interaction: two fields are enough, the rest is guessed."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from clients.models import Client
from contacts.follow_ups import follow_up_for
from contacts.models import Contact, Direction, Interaction, InteractionKind
from contacts.moments import NotAMoment, read_moment
from crm.pages.forms import OfferedRecords, RecordChoiceField, RecordSelect, Sight
from crm.pages.shown import shown

_SALT = "contacts.interaction"
# What is written down later than it happened lies in the past; a clock may be a little ahead.
_GUESSED = {
    InteractionKind.CALL: Direction.OUTGOING,
    InteractionKind.EMAIL: Direction.OUTGOING,
    InteractionKind.MESSAGE: Direction.OUTGOING,
}


class PeopleSelect(RecordSelect):
    """Several records; what is chosen stays among the choices."""

    allow_multiple_selected = True

    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        return {**super().build_attrs(base_attrs, extra_attrs), "multiple": True}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name)

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> Any:
        offered = [choice for choice in self.choices if choice[0]]
        known = {key for key, _label in offered}
        chosen = [(str(key), self.find(key)) for key in value or () if str(key) not in known]
        self.choices = offered + [(key, str(record)) for key, record in chosen if record]
        # The one record that its parent looks for is among them already.
        return super(RecordSelect, self).render(name, value, attrs, renderer)


class OfferedPeople(OfferedRecords):
    """Those of the client of the page, or whoever was last worked on."""

    def __iter__(self) -> Any:
        field: Any = self.field
        if field.offered is None:
            yield from super().__iter__()
            return
        yield from ((str(one.pk), str(one)) for one in field.offered)


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Contacts in the actor's sight, any number of them."""

    iterator = OfferedPeople

    def __init__(self, **kwargs: Any) -> None:
        self.sight: Sight | None = None
        self.offered: list[Contact] | None = None
        self.model = Contact
        widget = PeopleSelect(namespace=Contact.namespace())
        widget.attrs["placeholder"] = _("A person, by name or phone")
        super().__init__(queryset=Contact.objects.none(), widget=widget, **kwargs)
        self.error_messages["invalid_choice"] = _("There is no such record, or you may not see it.")

    def look_through(self, sight: Sight, offered: list[Contact] | None = None) -> None:
        self.sight, self.offered = sight, offered
        sight.remember(offered or ())
        widget: Any = self.widget
        widget.find = lambda key: sight.find(Contact, key)

    def clean(self, value: Any) -> list[Contact]:  # type: ignore[override]
        sent = list(dict.fromkeys(value or ()))
        if self.required and not sent:
            raise ValidationError(self.error_messages["required"], code="required")
        if self.sight:
            self.sight.look_for(Contact, list(_keys(sent)))
        found = [self.sight.find(Contact, key) if self.sight else None for key in sent]
        if None in found:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return found  # type: ignore[return-value]

    def prepare_value(self, value: Any) -> Any:
        return [getattr(one, "pk", one) for one in value or ()]


def _keys(sent: Iterable[Any]) -> Iterator[UUID]:
    for key in sent:
        try:
            yield UUID(str(key))
        except ValueError:
            continue


class InteractionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of a new interaction or of a stored one.

    `page` is the record on whose page it stands: it is what the interaction is about, whatever is chosen besides.
    `offered` are the people to choose from at once. Without a page, a person or a client has to be chosen.
    """

    people = PeopleField(label=_("With"), required=False)
    client = RecordChoiceField(Client, label=_("Client"), required=False)
    when = forms.CharField(
        label=_("When"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("now, yesterday 15:00, 12.03…")}),
    )
    follow_up = forms.CharField(required=False, max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    read_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    submission = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Interaction
        fields = ("kind", "text", "direction", "duration", "outcome")
        widgets = {
            "kind": forms.RadioSelect,
            "text": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(
        self,
        *args: Any,
        actor: Any,
        page: Any = None,
        offered: Iterable[Contact] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.page = actor, page
        self.is_new = self.instance._state.adding
        self.sight = Sight(actor)
        people: Any = self.fields["people"]
        people.look_through(self.sight, None if offered is None else list(offered))
        self.fields["client"].look_through(self.sight)  # type: ignore[attr-defined]
        kind: Any = self.fields["kind"]
        kind.choices = InteractionKind.choices
        text: Any = self.fields["text"]
        text.widget.attrs["placeholder"] = _("What was said, and what follows?")
        self._offer_follow_up()
        if page is not None:
            del self.fields["client"]
        if isinstance(page, Contact):
            people.label = _("Also with")
        self.initial["read_version"] = self.instance.version
        if self.is_new:
            self.initial["submission"] = signing.dumps(str(uuid7()), salt=_SALT)
        else:
            self.initial["when"] = shown(self.instance.at)

    def _offer_follow_up(self) -> None:
        self.follows = follow_up_for(self.actor) if self.is_new else None
        if self.follows is None:
            del self.fields["follow_up"]
            return
        field = self.fields["follow_up"]
        field.label = self.follows.label  # type: ignore[assignment]
        field.widget.attrs["placeholder"] = self.follows.placeholder

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """What most interactions do without."""
        return [self[name] for name in ("direction", "duration", "outcome")]

    @property
    def has_more_open(self) -> bool:
        return any(field.errors or field.value() for field in self.more_fields)

    def clean_when(self) -> datetime:
        typed = self.cleaned_data["when"].strip()
        now = timezone.localtime()
        if not self.is_new and typed in ("", shown(self.instance.at)):
            # The page shows no seconds: what nobody retyped stays as it was.
            return self.instance.at  # type: ignore[no-any-return]
        if not typed:
            return now
        try:
            return read_moment(typed, now=now, language=get_language() or "en").at
        except NotAMoment as problem:
            raise ValidationError(str(problem)) from problem

    def clean_follow_up(self) -> Any:
        """What the line means; None for an empty one."""
        line = " ".join(self.cleaned_data["follow_up"].split())
        return self.follows.read(line, self.actor) if line and self.follows else None

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.page is None and not given.get("people") and not given.get("client") and not self.errors:
            self.add_error("people", _("Choose who it was with: a person, a client, or both."))
        return given

    def filled(self) -> Interaction:
        """The instance with what was guessed."""
        interaction: Interaction = self.instance
        interaction.at = self.cleaned_data["when"]
        if self.is_new:
            interaction.pk = self._submitted_key() or interaction.pk
            interaction.direction = interaction.direction or _GUESSED.get(interaction.kind, "")  # type: ignore[call-overload]
        else:
            interaction.version = self.cleaned_data.get("read_version") or 0
        return interaction

    def _submitted_key(self) -> UUID | None:
        try:
            return UUID(signing.loads(self.cleaned_data.get("submission") or "", salt=_SALT))
        except (signing.BadSignature, ValueError):
            return None
