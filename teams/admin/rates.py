"""Exchange rates in the Django admin: every write through the services."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from crm.access.rights import Action, may
from crm.money.models import ExchangeRate
from teams.forms.rates import RateForm
from teams.models import Company
from teams.services import delete_rate, save_rate


def _keeps_company(request: HttpRequest) -> bool:
    return may(request.user, Action.CHANGE, Company)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """One at a time: rates are deleted one by one, each with its version."""

    list_display = ("currency", "base", "day", "rate")
    list_filter = ("currency", "base")
    date_hierarchy = "day"
    actions = None

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        base = obj.base if obj is not None else Company.current().currency

        class OfBase(RateForm):
            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, base=base, **options)

        return OfBase

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["currency", "rate", "day", "read_version"] if obj is not None else ["currency", "rate", "day"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _keeps_company(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _keeps_company(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _keeps_company(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _keeps_company(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _keeps_company(request)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The history on the rate's own page."""
        return HttpResponseRedirect(reverse("company:rate", args=[object_id]))

    def save_model(self, request: HttpRequest, obj: ExchangeRate, form: Any, change: bool) -> None:
        save_rate(obj, actor=request.user, read_version=form.cleaned_data.get("read_version"))

    def delete_model(self, request: HttpRequest, obj: ExchangeRate) -> None:
        delete_rate(obj, actor=request.user)
