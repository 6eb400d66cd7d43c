"""Deals, projects and the catalogue in the Django admin; pipelines and stages, which are set up there."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.access.admin import RecordAdmin
from crm.access.rights import Action, may
from projects.forms import DealForm
from projects.models import REQUIRABLE, Deal, Pipeline, PriceList, Product, Project, ProjectStage, Stage, StageKind
from projects.product_forms import PriceListForm, ProductForm
from projects.project_forms import ProjectForm
from projects.services import (
    create_deal,
    create_price_list,
    create_product,
    create_project,
    save_deal,
    save_price_list,
    save_product,
    save_project,
)
from teams.models import Company


@admin.register(Deal)
class DealAdmin(RecordAdmin):
    record_form = DealForm
    create = create_deal
    change = save_deal
    list_display = ("name", "stage", "amount", "currency", "expected_close", "owner", "team", "updated_at")
    list_filter = ("stage",)
    list_select_related = ("owner", "team", "stage")  # type: ignore[assignment]


@admin.register(Product)
class ProductAdmin(RecordAdmin):
    record_form = ProductForm
    create = create_product
    change = save_product
    list_display = ("name", "code", "category", "kind", "unit", "is_sold", "owner", "team", "updated_at")
    list_filter = ("kind", "is_sold")


@admin.register(PriceList)
class PriceListAdmin(RecordAdmin):
    """Prices are edited on the list's own page, as every part of a record is."""

    record_form = PriceListForm
    create = create_price_list
    change = save_price_list
    list_display = ("name", "currency", "valid_from", "valid_until", "is_default", "owner", "team", "updated_at")
    list_filter = ("is_default",)


class StageForm(forms.ModelForm):  # type: ignore[type-arg]
    required = forms.MultipleChoiceField(
        label=_("Required"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("To enter this stage.")
    )

    class Meta:
        model = Stage
        fields = ["position", "name", "kind", "probability", "days", "required"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(Deal.ruled_fields())
        self.fields["required"].choices = [(name, capfirst(labels[name])) for name in REQUIRABLE]  # type: ignore[attr-defined]


class StageFormSet(BaseInlineFormSet):
    """All the stages of one pipeline."""

    def clean(self) -> None:
        super().clean()
        kept = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data.get("name")]
        kinds = [data["kind"] for data in kept if not data.get("DELETE")]
        if any(kinds.count(kind) != 1 for kind in (StageKind.WON, StageKind.LOST)) or StageKind.OPEN not in kinds:
            raise ValidationError(
                _("A pipeline has one stage for won deals, one for lost ones, and an open one before them.")
            )


def _keeps_company(request: HttpRequest) -> bool:
    return may(request.user, Action.CHANGE, Company)


class _KeptByCompany:
    """Whoever keeps the company's data sets pipelines up."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _keeps_company(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _keeps_company(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _keeps_company(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _keeps_company(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _keeps_company(request)


class StageInline(_KeptByCompany, admin.TabularInline):  # type: ignore[type-arg]
    model = Stage
    form = StageForm
    formset = StageFormSet
    extra = 0


@admin.register(Pipeline)
class PipelineAdmin(_KeptByCompany, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "position", "is_default", "is_sequential")
    inlines = (StageInline,)


@admin.register(Project)
class ProjectAdmin(RecordAdmin):
    record_form = ProjectForm
    create = create_project
    change = save_project
    list_display = ("name", "code", "stage", "planned_end", "owner", "team", "updated_at")
    list_filter = ("stage", "kind")
    list_select_related = ("owner", "team", "stage")  # type: ignore[assignment]


@admin.register(ProjectStage)
class ProjectStageAdmin(_KeptByCompany, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "position", "kind")
