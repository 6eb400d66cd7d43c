"""Users, teams and roles in the Django admin."""

from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401 see the end of this module
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from tree_queries.models import TreeQuerySet

from crm.access.registry import record_models
from teams.models import FieldRule, Grant, Membership, Role, Team, User
from teams.services import refuse_unless_theirs_to_give


def record_type_choices() -> list[tuple[str, str]]:
    return [(model._meta.label_lower, str(model._meta.verbose_name).capitalize()) for model in record_models()]


def ruled_field_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Grouped by record type; a value names both: "clients.client:phones"."""
    return [
        (
            str(model._meta.verbose_name_plural).capitalize(),
            [(f"{model._meta.label_lower}:{name}", label.capitalize()) for name, label in model.ruled_fields()],
        )
        for model in record_models()
    ]


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]
    record_type = forms.ChoiceField(label=_("Record type"), choices=record_type_choices)

    class Meta:
        model = Grant
        fields = ("record_type", "action", "scope")


class FieldRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """One choice names the field with its record type: many fields have the same name in several types."""

    target = forms.ChoiceField(label=_("Field"), choices=ruled_field_choices)

    class Meta:
        model = FieldRule
        fields = ("target", "access")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["target"] = f"{self.instance.record_type}:{self.instance.field}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        record_type, _colon, name = cleaned.get("target", "").partition(":")
        self.instance.record_type, self.instance.field = record_type, name
        return cleaned


class FieldRuleFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form not in self.deleted_forms and form.cleaned_data.get("target")]
        targets = [form.cleaned_data["target"] for form in kept]
        if len(targets) > len(set(targets)):
            raise ValidationError(_("The same field stands here twice."))


class GrantInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Grant
    form = GrantForm
    extra = 0


class FieldRuleInline(admin.TabularInline):  # type: ignore[type-arg]
    model = FieldRule
    form = FieldRuleForm
    formset = FieldRuleFormSet
    extra = 0


@admin.register(Role)
class RoleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "rank", "description")
    search_fields = ("name", "description")
    inlines = (GrantInline, FieldRuleInline)

    def save_model(self, request: HttpRequest, obj: Role, form: Any, change: bool) -> None:
        if change:
            refuse_unless_theirs_to_give(Role.objects.get(pk=obj.pk), actor=request.user)  # type: ignore[arg-type]
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # The view is one transaction: a refusal takes back what was stored.
        refuse_unless_theirs_to_give(Role.objects.get(pk=form.instance.pk), actor=request.user)  # type: ignore[arg-type]


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

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People who leave are deactivated: what they wrote keeps its author."""
        return False


# Groups carry the shares of teams; e-mails, second factors and sessions stand with the people themselves. (Modules of
# allauth register the latter: they are imported above so that this does not come before them.)
for behind_the_scenes in (Group, EmailAddress, EmailConfirmation, Authenticator, UserSession):
    if admin.site.is_registered(behind_the_scenes):
        admin.site.unregister(behind_the_scenes)
