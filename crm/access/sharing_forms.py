"""The forms of the sharing page: with whom, how far, until when."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access.registry import record_models
from crm.access.rights import Action
from crm.access.shares import LEVELS, holder_key
from crm.ui.widgets import LongSelect

_FOUND = 20
# Without scripts there is no search, and the list of everybody is all there is.
_OFFERED = 500
_FURTHEST = timedelta(days=3660)


def teams() -> Any:
    """Every team. Shared code imports no app: the model is the one that records point at."""
    team: Any = record_models()[0]._meta.get_field("team").related_model
    return team._default_manager.all()


def people() -> Any:
    """Everybody with whom a record can be shared."""
    return get_user_model()._default_manager.filter(is_active=True)


def holders_found(text: str, *, actor: Any) -> list[dict[str, str]]:
    """Teams and people for a control that searches: `id`, `text`, `hint`. Colleagues know each other's names."""
    words = text.split()[:5]
    of_teams, of_people = teams(), people().exclude(pk=actor.pk)
    for word in words:
        of_teams = of_teams.filter(name__icontains=word)
        by_name = Q(first_name__icontains=word) | Q(last_name__icontains=word)
        of_people = of_people.filter(by_name | Q(username__icontains=word) | Q(email__icontains=word))
    found = [_offer(team, _("Team"), is_team=True) for team in of_teams.order_by("name")[:_FOUND]]
    return found + [_offer(person, person.email, is_team=False) for person in of_people[:_FOUND]]


def _offer(holder: Any, hint: str, *, is_team: bool) -> dict[str, str]:
    return {"id": holder_key(holder, is_team=is_team), "text": str(holder), "hint": hint}


class HolderField(forms.Field):
    """A person or a team by its key; the cleaned value is the pair (person, team), one of them None."""

    widget = LongSelect(attrs={"autocomplete": "off"})

    def to_python(self, value: Any) -> tuple[Any | None, Any | None] | None:
        if value in self.empty_values:
            return None
        kind, _dash, key = str(value).partition("-")
        # So long a number is no key, and would not fit the column.
        known = key.isdecimal() and len(key) < 18
        queryset = {"user": get_user_model()._default_manager.all(), "team": teams()}.get(kind)
        holder = queryset.filter(pk=int(key)).first() if known and queryset is not None else None
        if holder is None:
            raise ValidationError(_("Choose a person or a team of the list."))
        return (holder, None) if kind == "user" else (None, holder)


class HolderForm(forms.Form):
    """Names a holder, and what of his share is meant."""

    holder = HolderField(label=gettext_lazy("Person or team"))
    action = forms.ChoiceField(choices=Action)


class ShareForm(forms.Form):
    """`actions` are those of the actor on the record: nobody is offered to give more."""

    holder = HolderField(label=gettext_lazy("Person or team"))
    action = forms.ChoiceField(label=gettext_lazy("May"), initial=Action.VIEW)
    last_day = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("That day included. Empty: for good."),
    )

    def __init__(self, *args: Any, actions: frozenset[Action], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels: Any = self.fields["action"]
        levels.choices = [(level.value, capfirst(str(level.label))) for level in LEVELS if level in actions]
        self.fields["last_day"].widget.attrs["min"] = timezone.localdate().isoformat()

    def offer(self, *, search_url: str, actor: Any, with_everybody: bool) -> None:
        """Give the control of the holder its search, and the list of everybody for pages without scripts."""
        widget: Any = self.fields["holder"].widget
        widget.attrs["data-autocomplete-url"] = search_url
        offered = [("", "")]
        if with_everybody:
            offered += [(holder_key(team, is_team=True), _("Team %(name)s") % {"name": team}) for team in teams()]
            others = people().exclude(pk=actor.pk)[:_OFFERED]
            offered += [(holder_key(person, is_team=False), str(person)) for person in others]
        elif self.is_bound and (chosen := self.cleaned_data.get("holder")):
            person, team = chosen
            offered.append((str(self.data["holder"]), str(person or team)))
        widget.choices = offered

    def clean_last_day(self) -> Any:
        day = self.cleaned_data["last_day"]
        if day is None:
            return None
        today = timezone.localdate()
        if day < today:
            raise ValidationError(_("This day lies in the past."))
        if day - today > _FURTHEST:
            raise ValidationError(_("That is more than ten years away. Leave it empty to share for good."))
        return day

    @property
    def until(self) -> datetime | None:
        """The moment at which the chosen day ends in the sharer's time zone."""
        day = self.cleaned_data["last_day"]
        if day is None:
            return None
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
