"""The exchange rates of the company: those who keep the company keep them, and nobody else looks."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.history.plain import latest_key, plain_versions
from crm.money.models import ExchangeRate
from teams.forms.rates import RateForm
from teams.models import Company
from teams.selectors.rates import latest_changes, present_rates, rates_until
from teams.services import delete_rate, refuse_unless_keeps_rates, save_rate

_SHOWN_CHANGES = 10


@login_required
def rate_list(request: HttpRequest) -> HttpResponse:
    """What holds today, every rate by day, and the form of a new one."""
    refuse_unless_keeps_rates(request.user)
    base, today = Company.current().currency, timezone.localdate()
    form = RateForm(request.POST or None, base=base, initial={"day": today})
    if request.method == "POST" and form.is_valid() and _saves(request, form):
        return HttpResponseRedirect(reverse("company:rates"))
    context = {
        "form": form,
        "base": base,
        "present": present_rates(today, base=base),
        "page": rates_until(_day(request.GET.get("until", ""))),
        "changes": latest_changes(limit=_SHOWN_CHANGES),
    }
    return render(request, "teams/company/rates.html", context, status=422 if form.is_bound else 200)


@login_required
def rate_edit(request: HttpRequest, pk: int) -> HttpResponse:
    refuse_unless_keeps_rates(request.user)
    rate = get_object_or_404(ExchangeRate, pk=pk)
    form = RateForm(request.POST or None, instance=rate, base=rate.base)
    if request.method == "POST" and form.is_valid() and _saves(request, form):
        return HttpResponseRedirect(reverse("company:rates"))
    versions = plain_versions(ExchangeRate, pk, request.user)
    context = {"form": form, "rate": ExchangeRate.objects.get(pk=pk), "page": {"versions": versions}}
    return render(request, "teams/company/rate.html", context, status=422 if form.is_bound else 200)


@login_required
def rate_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks, POST deletes."""
    refuse_unless_keeps_rates(request.user)
    rate = get_object_or_404(ExchangeRate, pk=pk)
    if request.method == "POST":
        delete_rate(rate, actor=request.user, read_version=latest_key(ExchangeRate, pk))
        messages.success(request, _("The rate is deleted."))
        return HttpResponseRedirect(reverse("company:rates"))
    context = {
        "title": _("Delete the rate “%(rate)s”?") % {"rate": rate},
        "text": _("Sums are then counted by the rate before it, or without one. Its history stays."),
        "submit_label": _("Delete"),
        "cancel_url": reverse("company:rate", args=[pk]),
    }
    return render(request, "ui/confirm.html", context)


def _saves(request: HttpRequest, form: RateForm) -> bool:
    actor: Any = request.user
    try:
        save_rate(form.instance, actor=actor, read_version=form.cleaned_data.get("read_version"))
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return False
    messages.success(request, _("The rate is saved."))
    return True


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
