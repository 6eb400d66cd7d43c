"""How the list of tasks is narrowed; the board and the calendar are narrowed alike."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.filters import owners_known_to, teams_known_to
from clients.models import Client
from contacts.models import Contact
from crm.listing.filters import (
    ChosenFilter,
    DayFilter,
    FlagFilter,
    PresenceFilter,
    RecordFilter,
    RecordFilterSet,
    TagsFilter,
)
from projects.models import Deal, Project
from tasks.models import OPEN_STATES, Priority, Task, TaskKind, TaskState
from tasks.selectors import given_to_others


class TaskFilterSet(RecordFilterSet):
    ruled: ClassVar[dict[str, tuple[str, ...]]] = {
        "state": ("status",),
        "overdue": ("status", "due_on"),
        "given": ("owner", "watchers"),
        "watched": ("watchers",),
        "has_due": ("due_on",),
    }

    state = ChosenFilter(choices=TaskState.choices, label=_("Status"))
    overdue = FlagFilter(label=_("Overdue"), method="filter_overdue")
    given = FlagFilter(label=_("What I gave others"), method="filter_given")
    watched = FlagFilter(label=_("What I watch"), method="filter_watched")
    kind = django_filters.ModelChoiceFilter(
        queryset=lambda request: TaskKind.objects.all(), label=_("Kind"), empty_label=_("Any")
    )
    priority = ChosenFilter(choices=Priority.choices, label=_("Priority"))
    owner = django_filters.ModelChoiceFilter(
        queryset=lambda request: owners_known_to(request, Task), label=_("Who does it"), empty_label=_("Anybody")
    )
    team = django_filters.ModelChoiceFilter(
        queryset=lambda request: teams_known_to(request, Task), label=_("Team"), empty_label=_("Any")
    )
    client = RecordFilter(model=Client, label=_("Client"), empty_label=_("Any"))
    contact = RecordFilter(model=Contact, label=_("Contact"), empty_label=_("Any"))
    deal = RecordFilter(model=Deal, label=_("Deal"), empty_label=_("Any"))
    project = RecordFilter(model=Project, label=_("Project"), empty_label=_("Any"))
    due_from = DayFilter(field_name="due_on", lookup_expr="gte", label=_("Due from"))
    due_to = DayFilter(field_name="due_on", lookup_expr="lte", label=_("Due until"))
    has_due = PresenceFilter(presence=lambda: Q(due_on__isnull=False), label=_("With a date"))
    tags = TagsFilter(label=_("Tags"))

    class Meta:
        model = Task
        fields: list[str] = []

    def filter_overdue(self, queryset: Any, _name: str, is_wanted: bool) -> Any:
        return queryset.filter(overdue_now()) if is_wanted else queryset

    def filter_given(self, queryset: Any, _name: str, is_wanted: bool) -> Any:
        return given_to_others(queryset, self.request.user) if is_wanted else queryset

    def filter_watched(self, queryset: Any, _name: str, is_wanted: bool) -> Any:
        return queryset.filter(watchers__user=self.request.user) if is_wanted else queryset


class BoardFilterSet(TaskFilterSet):
    """On the board the statuses are the columns."""

    @classmethod
    def get_filters(cls) -> Any:
        return {name: each for name, each in super().get_filters().items() if name not in {"state", "given"}}


def overdue_now() -> Q:
    """Open, and due before now; a day is over at midnight in the active time zone."""
    is_past_day = Q(due_at=None, due_on__lt=timezone.localdate())
    return Q(state__in=OPEN_STATES) & (is_past_day | Q(due_at__lt=timezone.now()))
