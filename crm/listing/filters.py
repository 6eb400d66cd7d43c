"""Filters of lists: what a reader must not see is no filter of his."""

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access.rights import hidden_fields
from crm.pages.forms import RecordChoiceField
from crm.search.finding import matching
from crm.ui.widgets import LongSelect

LONGEST_TEXT = 200
# Beyond these a date is a slip of the pen, and some break the arithmetic of time zones.
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
# Values offered for free-text filters come from this many of the latest records in sight: the query stays bounded.
SAMPLED_RECORDS = 500
SUGGESTED_VALUES = 100
_SELECTS = (django_filters.ChoiceFilter, django_filters.ModelChoiceFilter)


class SearchFilter(django_filters.CharFilter):
    """Words, phone digits, e-mail or tax id, as in the search box."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_TEXT, **{"label": _("Search in this list"), **options})

    def filter(self, queryset: Any, value: str) -> Any:
        return matching(queryset, self.parent.request.user, value) if value else queryset


class TextFilter(django_filters.CharFilter):
    """The whole value, in any case; values in use are suggested."""

    is_suggested = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, max_length=LONGEST_TEXT, lookup_expr="iexact", **options)


class TagsFilter(django_filters.CharFilter):
    """Records that carry every one of the tags, which are separated by commas."""

    is_suggested = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, max_length=LONGEST_TEXT, **options)

    def filter(self, queryset: Any, value: str) -> Any:
        tags = [tag.strip() for tag in value.split(",") if tag.strip()] if value else []
        return queryset.filter(**{f"{self.field_name}__contains": tags}) if tags else queryset


class FlagFilter(django_filters.Filter):
    """A checkbox; only its tick filters."""

    field_class = forms.BooleanField


class ChosenFilter(django_filters.MultipleChoiceFilter):
    """Any of the ticked choices."""

    def __init__(self, *args: Any, **options: Any) -> None:
        # Choices of a column bring no row twice, and DISTINCT would take the order's index away.
        super().__init__(*args, widget=forms.CheckboxSelectMultiple, distinct=False, **options)


class PresenceFilter(django_filters.ChoiceFilter):
    """With or without; `presence(queryset)` is the condition of "with"."""

    def __init__(self, *, presence: Callable[[], Any], **options: Any) -> None:
        super().__init__(choices=[("yes", _("Yes")), ("no", _("No"))], empty_label=_("Any"), **options)
        self.presence = presence

    def filter(self, queryset: Any, value: str) -> Any:
        if value not in ("yes", "no"):
            return queryset
        return queryset.filter(self.presence()) if value == "yes" else queryset.exclude(self.presence())


class _DayFilter(django_filters.DateFilter):
    def __init__(self, *args: Any, **options: Any) -> None:
        validators = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(*args, validators=validators, widget=widget, **options)


class DayFilter(_DayFilter):
    """A day that is stored as a day; `lookup_expr` compares."""


class SinceFilter(_DayFilter):
    """On this day of the reader's time zone or later."""

    def filter(self, queryset: Any, value: date | None) -> Any:
        return queryset.filter(**{f"{self.field_name}__gte": _start_of(value)}) if value else queryset


class UntilFilter(_DayFilter):
    """On this day of the reader's time zone or earlier."""

    def filter(self, queryset: Any, value: date | None) -> Any:
        if not value:
            return queryset
        return queryset.filter(**{f"{self.field_name}__lt": _start_of(value + timedelta(days=1))})


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _to_everybody(_user: Any) -> bool:
    return True


class RecordFilterSet(django_filters.FilterSet):
    """The filters of every record type. Those that would tell a field that is hidden from the reader are not there.

    Made are the filters that the address names, each by one parameter, and those of `drawn`; None stands for all.
    `ruled` names the ruled fields of filters whose column does not tell them. A filter may have `is_open_to(user)`.
    """

    ruled: ClassVar[dict[str, tuple[str, ...]]] = {}
    base_filters: dict[str, Any]

    q = SearchFilter()
    mine = FlagFilter(label=_("Mine"), method="filter_mine")
    created_from = SinceFilter(field_name="created_at", label=_("Created from"))
    created_to = UntilFilter(field_name="created_at", label=_("Created until"))
    updated_from = SinceFilter(field_name="updated_at", label=_("Changed from"))
    updated_to = UntilFilter(field_name="updated_at", label=_("Changed until"))

    def __init__(
        self, data: QueryDict, *, queryset: Any, request: HttpRequest, drawn: Collection[str] | None = ()
    ) -> None:
        hidden = hidden_fields(request.user, queryset.model)
        # The library copies each of these and makes its form field, whether or not anybody filters by it.
        self.base_filters = {
            name: each
            for name, each in type(self).base_filters.items()
            if (drawn is None or name in drawn or name in data)
            and hidden.isdisjoint(self._ruled_fields(name, each))
            and getattr(each, "is_open_to", _to_everybody)(request.user)
        }
        super().__init__(data, queryset=queryset, request=request)
        for each in self.filters.values():
            if isinstance(each, _SELECTS):
                each.extra.setdefault("widget", LongSelect)

    def _ruled_fields(self, name: str, each: Any) -> tuple[str, ...]:
        if name == "mine":
            return ("owner",)
        return self.ruled.get(name, (str(each.field_name).split("__")[0],))

    def filter_mine(self, queryset: Any, _name: str, is_wanted: bool) -> Any:
        return queryset.filter(owner=self.request.user) if is_wanted else queryset

    def suggested(self) -> dict[str, list[str]]:
        """Values for the free-text filters, by filter: only such as records in the reader's sight hold."""
        columns = {name: each.field_name for name, each in self.filters.items() if hasattr(each, "is_suggested")}
        model = self.queryset.model
        latest = model.objects.order_by("-updated_at", "-id").first_visible(self.request.user, limit=SAMPLED_RECORDS)
        found: dict[str, set[str]] = {name: set() for name in columns}
        for row in latest.values_list(*columns.values()) if columns else ():
            for name, value in zip(columns, row, strict=True):
                found[name].update(_values_in(value))
        return {name: sorted(values, key=str.casefold)[:SUGGESTED_VALUES] for name, values in found.items()}


def _values_in(value: Any) -> Iterator[str]:
    values = value if isinstance(value, list) else [value]
    return (text for text in values if text)


def contribute_filter(
    filterset_class: type[RecordFilterSet], name: str, make: Callable[[], Any], *, ruled: tuple[str, ...] = ()
) -> None:
    """Called at start-up by an app that knows more about the records of a list: adds a filter to it and to its kin.

    `ruled` are the fields of the record that it would tell.
    """
    for each in (filterset_class, *filterset_class.__subclasses__()):
        filter_ = make()
        filter_.field_name = name
        each.base_filters[name] = filter_
        each.ruled = {**each.ruled, name: ruled}


class RecordFilter(django_filters.Filter):
    """One record of another type, of those in the reader's sight; `model` is given as an option."""

    field_class = RecordChoiceField

    @property
    def field(self) -> Any:
        field = super().field
        field.scope(self.parent.request.user)
        return field
