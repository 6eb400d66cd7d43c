"""How the list of projects is narrowed; the overview and the board of milestones are narrowed alike."""

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from django.utils.translation import gettext_lazy as _

from clients.filters import owners_known_to, teams_known_to
from clients.models import Client
from crm.listing.filters import ChosenFilter, DayFilter, RecordFilter, RecordFilterSet
from projects.health_reading import with_health
from projects.models import HealthLevel, Project, ProjectKind, ProjectMember, ProjectStage, ProjectState
from teams.models import User


class HealthFilter(ChosenFilter):
    """By the colour that the reader is shown."""

    def filter(self, queryset: Any, value: Sequence[str]) -> Any:
        return queryset.filter(with_health(value, self.parent.request.user)) if value else queryset


class MemberFilter(django_filters.ModelChoiceFilter):
    """Projects on whose team somebody is, was or will be."""

    def filter(self, queryset: Any, value: User | None) -> Any:
        if value is None:
            return queryset
        return queryset.filter(pk__in=ProjectMember.objects.filter(user=value).values("project"))


class ProjectFilterSet(RecordFilterSet):
    # A colour that is shown without the word would tell it, and one without milestones or risks these.
    ruled: ClassVar[dict[str, tuple[str, ...]]] = {"state": ("stage",), "health": (), "member": ("members",)}

    state = ChosenFilter(choices=ProjectState.choices, label=_("State"))
    stage = django_filters.ModelChoiceFilter(
        queryset=lambda request: ProjectStage.objects.all(), label=_("Stage"), empty_label=_("Any")
    )
    health = HealthFilter(choices=HealthLevel.choices, label=_("Health"))
    kind = django_filters.ChoiceFilter(choices=ProjectKind.choices, label=_("Kind"), empty_label=_("Any"))
    client = RecordFilter(model=Client, label=_("Client"), empty_label=_("Any"))
    owner = django_filters.ModelChoiceFilter(
        queryset=lambda request: owners_known_to(request, Project), label=_("Manager"), empty_label=_("Anybody")
    )
    team = django_filters.ModelChoiceFilter(
        queryset=lambda request: teams_known_to(request, Project), label=_("Team"), empty_label=_("Any")
    )
    member = MemberFilter(
        queryset=lambda request: User.objects.filter(is_active=True), label=_("Works on it"), empty_label=_("Anybody")
    )
    end_from = DayFilter(field_name="planned_end", lookup_expr="gte", label=_("Ends from"))
    end_to = DayFilter(field_name="planned_end", lookup_expr="lte", label=_("Ends until"))

    class Meta:
        model = Project
        fields: list[str] = []
