"""The company and the catalogue of skills in the Django admin: every write through the services."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from crm.access.rights import Action, may
from teams.models import Company, Skill, SpecialDay
from teams.services import save_company, save_skill


def _keeps_company(request: HttpRequest) -> bool:
    return may(request.user, Action.CHANGE, Company)


class SpecialDayInline(admin.TabularInline):  # type: ignore[type-arg]
    model = SpecialDay
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _keeps_company(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _keeps_company(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _keeps_company(request)


@admin.register(Company)
class CompanyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """One row, made by whoever saves it first. The logo is chosen on the company's own page."""

    list_display = ("name", "country", "currency", "language", "time_zone")
    exclude = ("picture",)
    inlines = (SpecialDayInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _keeps_company(request) and not Company.objects.exists()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _keeps_company(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The history on the company's own page, which asks who may read it."""
        return HttpResponseRedirect(reverse("company:history"))

    def save_model(self, request: HttpRequest, obj: Company, form: Any, change: bool) -> None:
        obj.pk = 1
        # The days come with the formset, and all together are one version.

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        days = formset.save(commit=False)
        save_company(form.instance, actor=request.user, special_days=days, dropped_days=formset.deleted_objects)  # type: ignore[arg-type]


@admin.register(Skill)
class SkillAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Skills are archived or merged on their own pages, never deleted: people keep what they know."""

    list_display = ("name", "category", "is_archived")
    list_filter = ("category", "is_archived")
    search_fields = ("name", "category")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _keeps_company(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _keeps_company(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _keeps_company(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Skill, form: Any, change: bool) -> None:
        save_skill(obj, actor=request.user)  # type: ignore[arg-type]
