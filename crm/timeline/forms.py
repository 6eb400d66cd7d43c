"""The filters of a timeline."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.listing.filters import EARLIEST, LATEST, LONGEST_TEXT
from crm.search.text import normalise
from crm.timeline.registry import kinds
from crm.timeline.statements import Wanted
from crm.ui.addresses import address_or_none
from crm.ui.widgets import LongSelect

_MOST_WORDS = 10
_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_BOUNDS = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]


class TimelineFilters(forms.Form):
    """Kind, person, period and words; a filter that makes no sense is told in its place and does not filter.

    With `is_short` people are not listed but found as one types: hundreds of names would cost more than all else.
    """

    kind = forms.ChoiceField(label=_("What"), required=False)
    person = forms.ModelChoiceField(
        queryset=get_user_model()._default_manager.none(),
        label=_("Who"),
        required=False,
        empty_label=_("Everybody"),
        widget=LongSelect,
    )
    since = forms.DateField(label=_("From"), required=False, widget=_DATE, validators=_BOUNDS)
    until = forms.DateField(label=_("To"), required=False, widget=_DATE, validators=_BOUNDS)
    words = forms.CharField(
        label=_("Search in the timeline"), required=False, max_length=LONGEST_TEXT, widget=forms.SearchInput
    )

    def __init__(self, *args: Any, is_short: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [("", _("Everything")), *((each.key, each.label) for each in kinds())]
        person: Any = self.fields["person"]
        named = ("first_name", "last_name", "username")
        person.queryset = get_user_model()._default_manager.only(*named).order_by(*named)
        suggestions = address_or_none("people:suggest") if is_short else None
        if suggestions:
            person.widget.attrs |= {"data-autocomplete-url": suggestions, "autocomplete": "off"}
            # After the queryset, which brings its own; on a card nobody has been chosen yet.
            person.widget.choices = [("", person.empty_label)]

    def wanted(self) -> Wanted:
        self.is_valid()
        given = self.cleaned_data
        person = given.get("person")
        return Wanted(
            kind=given.get("kind") or "",
            actor_id=person.pk if person else None,
            since=_midnight(given.get("since")),
            until=_midnight(given.get("until"), days=1),
            words=tuple(normalise(given.get("words") or "").split()[:_MOST_WORDS]),
        )

    @property
    def is_narrowing(self) -> bool:
        return any(self.data.get(name) for name in self.fields)


def _midnight(day: date | None, *, days: int = 0) -> datetime | None:
    """The beginning of a day in the reader's time zone, or of the one so many days later."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time()))
