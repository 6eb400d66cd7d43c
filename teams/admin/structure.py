"""Teams and who is in them, in the Django admin: every write through the services."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from tree_queries.models import TreeQuerySet

from crm.access.rights import Action, may
from teams.models import Membership, Team
from teams.selectors.structure import rights_on_team
from teams.services import create_team, join_team, leave_team, save_team


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    """Whoever may change the team or person changes these rows; `store_memberships` asks for each of them."""

    model = Membership
    autocomplete_fields = ("user", "team")
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _changes_people_or_teams(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _changes_people_or_teams(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _changes_people_or_teams(request)


def _changes_people_or_teams(request: HttpRequest) -> bool:
    return may(request.user, Action.CHANGE, Team)


def store_memberships(formset: Any, *, actor: Any) -> None:
    """Store the rows of a `MembershipInline` one by one. Raises NotTheirsToGive, NotTheirsToManage."""
    formset.save(commit=False)
    for membership in formset.deleted_objects:
        leave_team(membership.user, membership.team, actor=actor)
    for membership, _changed in formset.changed_objects:
        stored = Membership.objects.select_related("user", "team").get(pk=membership.pk)
        if (stored.user_id, stored.team_id) != (membership.user_id, membership.team_id):
            leave_team(stored.user, stored.team, actor=actor)
        _store(membership, actor)
    for membership in formset.new_objects:
        _store(membership, actor)


def _store(membership: Membership, actor: Any) -> None:
    join_team(
        membership.user,
        membership.team,
        actor=actor,
        position=membership.position,
        share=membership.share,
        is_primary=membership.is_primary,
    )


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

    # Who may do what

    def has_change_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        if obj is None:
            return may(request.user, Action.CHANGE, Team)
        return rights_on_team(request.user, obj).can_change  # type: ignore[arg-type]

    def has_delete_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        """On the team's own page, which says what is in the way."""
        return False

    # Writes

    def save_model(self, request: HttpRequest, obj: Team, form: Any, change: bool) -> None:
        save = save_team if change else create_team
        save(obj, actor=request.user)  # type: ignore[arg-type]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        store_memberships(formset, actor=request.user)
