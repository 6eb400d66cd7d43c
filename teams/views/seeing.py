"""Begin and end looking at the product as somebody else."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from teams.models import User
from teams.seeing import begin, end_of
from teams.services import see_as


@login_required
@require_POST
def see_as_person(request: Any, pk: int) -> HttpResponse:
    """Colleagues know of each other, so whom one does not outrank is 403 and not 404."""
    if getattr(request, "real_user", None) is not None:
        raise PermissionDenied
    person = get_object_or_404(User, pk=pk)
    begin(request, see_as(person, actor=request.user))
    return HttpResponseRedirect(reverse("home"))


@login_required
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    person = end_of(request)
    if person is None:
        return HttpResponseRedirect(reverse("home"))
    messages.info(request, _("You see the product as yourself again."))
    return HttpResponseRedirect(reverse("people:detail", args=[person.pk]))
