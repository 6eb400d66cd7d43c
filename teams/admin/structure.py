"""Teams and who is in them, in the Django admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from tree_queries.models import TreeQuerySet

from teams.models import Membership, Team


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    autocomplete_fields = ("user", "team")
    extra = 0


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name_in_tree", "lead")
    list_select_related = ("lead",)
    search_fields = ("name",)
    autocomplete_fields = ("parent", "lead")
    inlines = (MembershipInline,)
    sortable_by = ()

    def get_form(self, request: HttpRequest, obj: Team | None = None, change: bool = False, **options: Any) -> Any:
        return super().get_form(request, obj, change, labels={"parent": _("Parent team")}, **options)

    def get_queryset(self, request: HttpRequest) -> TreeQuerySet:
        return Team.objects.with_tree_fields()

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """The tree orders itself; another order would tear it apart."""
        return ()

    @admin.display(description=_("name"))
    def name_in_tree(self, team: Team) -> str:
        return "— " * getattr(team, "tree_depth", 0) + team.name
