"""Help with the sign-ins of others."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.access.rights import Action
from teams.models import User
from teams.selectors import people_managed_by
from teams.services.account_care import reset_second_factor as reset


@login_required
@require_http_methods(["GET", "POST"])
def reset_second_factor(request: Any, pk: int) -> HttpResponse:
    """Asks first. Colleagues know of each other, so whom one does not manage is 403 and not 404."""
    person = get_object_or_404(User, pk=pk)
    if not people_managed_by(request.user, Action.CHANGE).filter(pk=person.pk).exists():
        raise PermissionDenied
    back = reverse("people:detail", args=[person.pk])
    if request.method == "POST":
        if reset(person, actor=request.user):
            messages.success(request, _("The second factor of %(person)s is reset.") % {"person": person})
        else:
            messages.info(request, _("%(person)s has no second factor.") % {"person": person})
        return HttpResponseRedirect(back)
    context = {
        "title": _("Reset the second factor of %(person)s?") % {"person": person},
        "text": _(
            "Do this when the phone is lost and no recovery code is left. The person is signed out everywhere, signs"
            " in with the password alone, and is told by mail. Make sure that it is really the person who asks."
        ),
        "submit_label": _("Reset"),
        "cancel_url": back,
    }
    return render(request, "ui/confirm.html", context)
