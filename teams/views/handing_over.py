"""Handing over a leaver's book: choose the rule, look at the plan, write it, see what went where."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.access.registry import record_model_of
from crm.access.rights import Action
from teams.forms.handing_over import HandoverForm
from teams.models import Handover, User
from teams.selectors import people_managed_by
from teams.services.handing_over import Plan, PlanChanged, hand_book_over, plan_handover
from teams.views.people import reader_of

_SAMPLE = 5


@login_required
@require_http_methods(["GET", "POST"])
def person_handover(request: HttpRequest, pk: int) -> HttpResponse:
    """POST previews; POST with the digest of a previewed plan writes it. Colleagues out of reach are 403."""
    leaver = _leaver(request, pk)
    form = HandoverForm(request.POST or None, leaver=leaver, actor=reader_of(request))
    if not form.is_bound or not form.is_valid() or "back" in request.POST:
        return _page(request, "form", leaver, {"form": form})
    digest = request.POST.get("digest", "")
    if digest:
        try:
            done = hand_book_over(leaver, form.rule(), digest=digest, actor=reader_of(request))
        except PlanChanged as changed:
            messages.warning(request, str(changed))
        else:
            messages.success(request, _("The book of %(person)s is handed over.") % {"person": leaver})
            return HttpResponseRedirect(reverse("people:handover_done", args=[leaver.pk, done.pk]))
    plan = plan_handover(leaver, form.rule(), actor=reader_of(request))
    sent = [(name, value) for name in form.fields for value in request.POST.getlist(name)]
    context = {"plan": plan, "portions": _shown(plan, request), "left": _left(plan), "sent": sent}
    return _page(request, "preview", leaver, context)


@login_required
@require_safe
def handover_done(request: HttpRequest, pk: int, handover: UUID) -> HttpResponse:
    """What went where, as counted at the time."""
    leaver = _leaver(request, pk)
    done = get_object_or_404(Handover.objects.select_related("actor"), pk=handover, leaver=leaver)
    people = User.objects.in_bulk({int(key) for given in done.counts.values() for key in given})
    rows = [
        {"type": _name_of_type(label), "recipient": people.get(int(key)), "count": count}
        for label, given in done.counts.items()
        for key, count in given.items()
    ]
    return _page(request, "done", leaver, {"done": done, "rows": rows})


def _leaver(request: HttpRequest, pk: int) -> User:
    person = get_object_or_404(User, pk=pk)
    if not people_managed_by(reader_of(request), Action.ASSIGN).filter(pk=person.pk).exists():
        raise PermissionDenied
    return person


def _page(request: HttpRequest, name: str, leaver: User, context: dict[str, Any]) -> HttpResponse:
    back = reverse("people:detail", args=[leaver.pk])
    return render(request, f"teams/handover/{name}.html", {"person": leaver, "cancel_url": back, **context})


def _shown(plan: Plan, request: HttpRequest) -> list[dict[str, Any]]:
    """Each portion with some of its records, a person after the other.

    All of them are in the actor's sight, or he could not assign them.
    """
    return [
        {
            "portion": portion,
            "count": len(portion.ids),
            "sample": portion.model.objects.visible_to(request.user).filter(pk__in=portion.ids[:_SAMPLE]),
            "more": max(0, len(portion.ids) - _SAMPLE),
        }
        for portion in sorted(plan.portions, key=lambda each: str(each.recipient))
    ]


def _left(plan: Plan) -> list[tuple[str, int]]:
    return [(_name_of_type(label), count) for label, count in plan.left.items()]


def _name_of_type(label: str) -> str:
    model = record_model_of(label)
    return str(model._meta.verbose_name_plural).capitalize() if model else label
