"""Roles in the Django admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.access.registry import managed_types, record_models
from crm.access.rights import Action, may
from teams.models import FieldRule, Grant, Role, SeenAs
from teams.selectors.roles import latest_version, roles_changed_by, type_name
from teams.selectors.seeing import may_see_as_others
from teams.services import NotTheirsToGive, StaleRole, delete_role, save_role
from teams.services.roles_rules import uses_of


def record_type_choices() -> list[tuple[str, str]]:
    models = [*record_models(), *(managed.model for managed in managed_types())]
    return [(model._meta.label_lower, type_name(model)) for model in models]


def ruled_field_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Grouped by record type; a value names both: "clients.client:phones"."""
    return [
        (
            type_name(model),
            [(f"{model._meta.label_lower}:{name}", str(capfirst(label))) for name, label in model.ruled_fields()],
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


class _OfRole(admin.TabularInline):  # type: ignore[type-arg]
    """Rows of a role: open to whoever may change the role itself, which the page of the role asks."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, Action.VIEW, Role)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_theirs_to_change(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_theirs_to_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_theirs_to_change(request, obj)


class GrantInline(_OfRole):
    model = Grant
    form = GrantForm


class FieldRuleInline(_OfRole):
    model = FieldRule
    form = FieldRuleForm
    formset = FieldRuleFormSet


class AdminsRoleForm(forms.ModelForm):  # type: ignore[type-arg]
    read_version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    class Meta:
        model = Role
        fields = ("name", "rank", "description", "needs_second_factor")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["read_version"] = latest_version(self.instance) if self.instance.pk else 0


def is_theirs_to_change(request: HttpRequest, role: Role | None) -> bool:
    """A role of a lower rank than one's own; None asks for a new one."""
    actor: Any = request.user
    if role is None or role.pk is None:
        return may(actor, Action.ADD, Role)
    return roles_changed_by(actor).filter(pk=role.pk).exists()


@admin.register(Role)
class RoleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Every write goes through the services of the product's own pages. Others' rights come from `has_perm`."""

    list_display = ("name", "rank", "description", "needs_second_factor")
    search_fields = ("name", "description")
    form = AdminsRoleForm
    inlines = (GrantInline, FieldRuleInline)

    # Who may do what

    def has_change_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or is_theirs_to_change(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        actor: Any = request.user
        if obj is None:
            return super().has_delete_permission(request)
        return roles_changed_by(actor, Action.DELETE).filter(pk=obj.pk).exists()

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The history on the role's own page, which tells rights in words."""
        role = self.get_object(request, unquote(object_id))
        if role is None:
            raise Http404
        return HttpResponseRedirect(reverse("roles:history", args=[role.pk]))

    # Writes

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (ValidationError, StaleRole, NotTheirsToGive) as refusal:
            for sentence in refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]:
                self.message_user(request, sentence, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Role, form: Any, change: bool) -> None:
        """The rows come with the formsets, and all together are one version."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        rows = {formset.model: _kept(formset) for formset in formsets}
        actor: Any = request.user
        save_role(
            form.instance,
            actor=actor,
            grants=rows.get(Grant, []),
            field_rules=rows.get(FieldRule, []),
            read_version=form.cleaned_data.get("read_version") or 0,
        )

    def delete_model(self, request: HttpRequest, obj: Role) -> None:
        self._delete(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        self._delete(request, list(queryset))

    def _delete(self, request: HttpRequest, roles: list[Role]) -> None:
        actor: Any = request.user
        with transaction.atomic():
            for role in roles:
                delete_role(role, actor=actor)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """What is in the way, in the sentences of the product's own page."""
        roles = list(objs)
        actor: Any = request.user
        mine = roles_changed_by(actor, Action.DELETE).filter(pk__in=[role.pk for role in roles])
        refused = set() if mine.count() == len(roles) else {str(self.opts.verbose_name_plural)}
        in_the_way = [f"{role}: {reason}" for role in roles for reason in uses_of(role)]
        return [str(role) for role in roles], {str(self.opts.verbose_name_plural): len(roles)}, refused, in_the_way


def _kept(formset: Any) -> list[Any]:
    """The rows as the page has them, those marked for deletion and the empty ones left out."""
    formset.save(commit=False)
    gone = formset.deleted_forms
    return [form.instance for form in formset.forms if form not in gone and (form.instance.pk or form.has_changed())]


@admin.register(SeenAs)
class SeenAsAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The log of who looked as whom: written by the product alone, read by those who may look themselves."""

    list_display = ("actor", "user", "started_at", "ended_at")
    list_select_related = ("actor", "user")
    search_fields = ("actor__username", "user__username")
    date_hierarchy = None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        actor: Any = request.user
        return may_see_as_others(actor)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
