"""People who sign in, in the Django admin."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.access.rights import Action
from crm.history.plain import begin_history
from crm.history.writing import CHANGED, CREATED, record_versions
from teams.admin.structure import MembershipInline, store_memberships
from teams.models import User
from teams.selectors.invitations import invites_without_team
from teams.selectors.people import manages
from teams.selectors.reach import people_managed_by
from teams.services import take_after_company


@admin.register(User)
class PeopleAdmin(UserAdmin):
    list_display = ("username", "email", "first_name", "last_name", "role", "is_active", "is_staff")
    list_filter = ("role", "teams", "is_active", "is_staff")
    list_select_related = ("role",)
    search_fields = ("username", "email", "first_name", "last_name")
    inlines = (MembershipInline,)
    filter_horizontal = ()
    # Accounts are closed and opened on the person's page, whose service ends the sessions too.
    readonly_fields = ("is_active", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "email", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "language", "time_zone", "theme")}),
        (_("Rights"), {"fields": ("role", "is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "email", "usable_password", "password1", "password2")}),
        (_("Person"), {"fields": ("first_name", "last_name", "role")}),
    )

    def view_on_site(self, obj: User) -> str:  # type: ignore[override]
        return obj.get_absolute_url()

    def get_queryset(self, request: HttpRequest) -> Any:
        """Whom one manages: what the admin tells of people is more than their colleagues know."""
        actor: Any = request.user
        return super().get_queryset(request).filter(pk__in=people_managed_by(actor, Action.CHANGE).values("pk"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An account that is made here is in no team: that takes the right to invite into none."""
        actor: Any = request.user
        return super().has_add_permission(request) and invites_without_team(actor)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Whom one manages; looking at the list is for all who manage somebody."""
        actor: Any = request.user
        return super().has_change_permission(request, obj) and (obj is None or manages(actor, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """What a person may do, and the e-mail by which he signs in, have their own rules on the pages of people."""
        if request.user.is_superuser:
            return self.readonly_fields
        return (*self.readonly_fields, "email", "role", "is_staff", "is_superuser")

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Who sets a password can be that person, with all of his rights."""
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def get_inlines(self, request: HttpRequest, obj: User | None) -> tuple[Any, ...]:
        return self.inlines if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            take_after_company(obj)
        else:
            begin_history(User, [obj.pk])
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if form.changed_data or not change:
            actor: Any = request.user
            record_versions(User, [form.instance.pk], actor=actor, kind=CHANGED if change else CREATED)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        store_memberships(formset, actor=request.user)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People who leave are deactivated: what they wrote keeps its author."""
        return False
