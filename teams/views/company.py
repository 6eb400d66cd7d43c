"""The company itself: who we are and when we work; everybody looks, those with the grant change it."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.access.rights import Action, may
from crm.history.plain import plain_page
from crm.money.currencies import currency_name
from crm.pictures.storing import CONTENT_TYPE
from teams.forms.company import CompanyForm, RegionForm, special_days_formset
from teams.logo import drawn_mark
from teams.models import Company, Weekday
from teams.selectors.company import days_off, region_choices
from teams.services import save_company

# Short, for the logo may change; the old one may stand while the new one is fetched.
_CACHING = "private, max-age=60, stale-while-revalidate=86400"


@login_required
def company_page(request: HttpRequest) -> HttpResponse:
    company = Company.current()
    if not may(request.user, Action.CHANGE, Company):
        return _shown(request, company)
    return _edited(request, company)


def _shown(request: HttpRequest, company: Company) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        raise PermissionDenied
    context = {
        **_frame(company),
        "currency": currency_name(company.currency),
        "region": dict(region_choices(str(company.country))).get(company.subdivision, _("The whole country")),
        "working_days": [day.label for day in Weekday if day in company.working_days],
    }
    return render(request, "teams/company/detail.html", context)


def _frame(company: Company) -> dict[str, Any]:
    return {"company": company, "years": days_off(company, timezone.localdate()), "today": timezone.localdate()}


def _edited(request: HttpRequest, company: Company) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = CompanyForm(sent, request.FILES or None, instance=company)
    days = special_days_formset(company, sent)
    # Both are asked, so that all mistakes show at once.
    if sent is not None and all([form.is_valid(), days.is_valid()]) and _saves(request, form, days):
        messages.success(request, _("The company is saved."))
        return HttpResponseRedirect(reverse("company:edit"))
    # What was sent and refused is not how the company stands.
    context = {"form": form, "special_days": days, **_frame(Company.current())}
    return render(request, "teams/company/edit.html", context, status=422 if form.is_bound else 200)


def _saves(request: HttpRequest, form: CompanyForm, days: Any) -> bool:
    changed = days.save(commit=False)
    actor: Any = request.user
    try:
        save_company(form.instance, actor=actor, special_days=changed, dropped_days=days.deleted_objects)
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return False
    return True


@login_required
@require_safe
def regions(request: HttpRequest) -> HttpResponse:
    """The regions of another country, for the form: a fragment."""
    form = RegionForm(country=request.GET.get("country", "")[:2])
    return render(request, "teams/company/_regions.html", {"field": form["subdivision"]})


@login_required
@require_safe
def company_history(request: HttpRequest) -> HttpResponse:
    if not may(request.user, Action.CHANGE, Company):
        raise PermissionDenied
    before = request.GET.get("before", "")
    number = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    page = plain_page(Company, 1, request.user, before=number)
    return render(request, "teams/company/history.html", {"page": page})


@require_safe
def mark(request: HttpRequest) -> HttpResponse:
    """The logo of the company in a square, or the mark of the product; the sign-in page shows it to strangers too."""
    picture = Company.current().picture
    if picture:
        with suppress(OSError):
            response = HttpResponse(drawn_mark(picture), content_type=CONTENT_TYPE)
            response["Cache-Control"] = _CACHING
            response["Content-Security-Policy"] = "default-src 'none'"
            return response
    redirect = HttpResponseRedirect(static("icons/porada.svg"))
    redirect["Cache-Control"] = _CACHING
    return redirect
