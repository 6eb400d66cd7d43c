"""Roles in the Django admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.access.registry import record_models
from teams.models import FieldRule, Grant, Role
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
