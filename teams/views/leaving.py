"""Closing the account of a colleague who leaves, and opening it again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.access.rights import Action
from teams.models import User
from teams.selectors.leaving import still_led, still_owned
from teams.selectors.reach import people_managed_by
from teams.services.leaving import StillNeeded, deactivate_person, reactivate_person
from teams.views.people import fetch_person, reader_of


@login_required
@require_http_methods(["GET", "POST"])
def person_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first, and tells what the person still owns."""
    actor = reader_of(request)
    person = _reached(pk, actor)
    if request.method == "POST":
        try:
            deactivate_person(person, actor=actor)
        except StillNeeded as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("“%(name)s” is deactivated, and signed out everywhere.") % {"name": person})
        return _profile(person)
    context = {
        "person": person,
        "owned": still_owned(person, reader=actor),
        "led": still_led(person),
        "may_hand_over": people_managed_by(actor, Action.ASSIGN).filter(pk=person.pk).exists(),
        "cancel_url": reverse("people:detail", args=[person.pk]),
    }
    return render(request, "teams/leaving/deactivate.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def person_reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    actor = reader_of(request)
    person = _reached(pk, actor)
    if request.method == "POST":
        try:
            reactivate_person(person, actor=actor)
        except PermissionDenied as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("“%(name)s” can sign in again.") % {"name": person})
        return _profile(person)
    context = {
        "title": _("Reactivate %(person)s?") % {"person": person},
        "text": _("The person signs in again with the former password, role and teams."),
        "submit_label": _("Reactivate"),
        "cancel_url": reverse("people:detail", args=[person.pk]),
        "is_mild": True,
    }
    return render(request, "ui/confirm.html", context)


def _reached(pk: int, actor: User) -> User:
    """Colleagues know of each other, so whom one does not manage is 403. Raises Http404, PermissionDenied."""
    person = fetch_person(pk)
    if not people_managed_by(actor, Action.DELETE).filter(pk=person.pk).exists():
        raise PermissionDenied
    return person


def _profile(person: User) -> HttpResponse:
    return HttpResponseRedirect(reverse("people:detail", args=[person.pk]))
