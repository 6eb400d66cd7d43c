"""People who sign in, in the Django admin."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from teams.admin.structure import MembershipInline, store_memberships
from teams.models import User
from teams.services import take_after_company


@admin.register(User)
class PeopleAdmin(UserAdmin):
    list_display = ("username", "email", "first_name", "last_name", "role", "is_active", "is_staff")
    list_filter = ("role", "teams", "is_active", "is_staff")
    list_select_related = ("role",)
    search_fields = ("username", "email", "first_name", "last_name")
    inlines = (MembershipInline,)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
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

    def get_inlines(self, request: HttpRequest, obj: User | None) -> tuple[Any, ...]:
        return self.inlines if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            take_after_company(obj)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        store_memberships(formset, actor=request.user)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People who leave are deactivated: what they wrote keeps its author."""
        return False
