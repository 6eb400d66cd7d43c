"""How the list of clients is narrowed."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from clients.models import Client, ClientKind, ClientSize, ClientStatus
from crm.access.rights import Action, Scope, rights_of
from crm.listing.filters import ChosenFilter, RecordFilterSet, TagsFilter, TextFilter
from teams.models import Membership, Team, User


def owners_known_to(request: HttpRequest, model: Any) -> "QuerySet[User]":
    """People whose records the reader may come across: himself and the members of the teams that he reaches."""
    rights = rights_of(request.user)
    scope = rights.scope(model, Action.VIEW)
    if scope == Scope.ALL:
        return User.objects.all()
    members = Membership.objects.filter(team__in=rights.reached_team_ids(scope)).values("user")
    return User.objects.filter(Q(pk=request.user.pk) | Q(pk__in=members))


def teams_known_to(request: HttpRequest, model: Any) -> "QuerySet[Team]":
    """Teams whose records the reader may come across."""
    rights = rights_of(request.user)
    scope = rights.scope(model, Action.VIEW)
    if scope == Scope.ALL:
        return Team.objects.all()
    return Team.objects.filter(pk__in=rights.team_ids | rights.reached_team_ids(scope))


class ClientFilterSet(RecordFilterSet):
    status = ChosenFilter(choices=ClientStatus.choices, label=_("Status"))
    kind = django_filters.ChoiceFilter(choices=ClientKind.choices, label=_("Kind"), empty_label=_("Any"))
    owner = django_filters.ModelChoiceFilter(
        queryset=lambda request: owners_known_to(request, Client), label=_("Owner"), empty_label=_("Anybody")
    )
    team = django_filters.ModelChoiceFilter(
        queryset=lambda request: teams_known_to(request, Client), label=_("Team"), empty_label=_("Any")
    )
    country = django_filters.ChoiceFilter(choices=lambda: list(countries), label=_("Country"), empty_label=_("Any"))
    city = TextFilter(label=_("City"))
    industry = TextFilter(label=_("Industry"))
    size = django_filters.ChoiceFilter(choices=ClientSize.choices, label=_("Size"), empty_label=_("Any"))
    source = TextFilter(label=_("Source"))
    tags = TagsFilter(label=_("Tags"))

    class Meta:
        model = Client
        fields: list[str] = []
