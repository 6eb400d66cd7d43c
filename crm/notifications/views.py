"""The bell, the page of all notifications, and how a person wants to be told."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from crm.notifications import services
from crm.notifications.choices import choices_of, choose, delivery_settings_of
from crm.notifications.forms import ChoicesForm, DeliveryForm
from crm.notifications.models import Notification
from crm.notifications.selectors import badge_of, latest_of, own_notice, own_notices, page_of
from crm.notifications.telling import lines_of
from crm.ui.parts import draw

#: Told to the bell of the page by answers that change what is unread.
CHANGED = "notificationsChanged"


@login_required
@require_GET
def notification_list(request: HttpRequest) -> HttpResponse:
    is_unread_only = "unread" in request.GET
    page = page_of(request.user, before=_key(request.GET.get("before")), is_unread_only=is_unread_only)
    context = {"page": page, "is_unread_only": is_unread_only, "is_first": "before" not in request.GET}
    return render(request, "notifications/list.html", context)


@login_required
@never_cache
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """The number at the bell; nothing for a page that shows it already."""
    badge = badge_of(request.user)
    if request.GET.get("state") == badge.state:
        return HttpResponse(status=204)
    return HttpResponse(draw("notifications/_count.jinja", badge=badge))


@login_required
@never_cache
@require_GET
def latest(request: HttpRequest) -> HttpResponse:
    """What the bell drops down."""
    return HttpResponse(_drawn_latest(request))


@login_required
@never_cache
@require_GET
def notification_open(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Marks its line as read, and leads to what it is about."""
    notice = _own(request, pk)
    lines = lines_of([notice], request.user)
    if not lines:
        raise Http404
    services.mark_read(notice, actor=request.user)
    return HttpResponseRedirect(lines[0].told.url)


@login_required
@require_POST
def notification_read(request: HttpRequest, pk: int) -> HttpResponse:
    keys = services.mark_read(_own(request, pk), actor=request.user)
    return line_again(request, keys or [pk])


@login_required
@require_POST
def notification_unread(request: HttpRequest, pk: int) -> HttpResponse:
    keys = services.mark_unread(_own(request, pk), actor=request.user)
    return line_again(request, keys or [pk])


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    newest = _key(request.POST.get("newest"))
    if newest is not None:
        services.mark_all_read(actor=request.user, newest=newest)
    if not _is_fragment(request):
        return redirect("notifications:list")
    answer = HttpResponse(_drawn_latest(request))
    answer["HX-Trigger"] = CHANGED
    return answer


@login_required
def notification_settings(request: HttpRequest) -> HttpResponse:
    choices = ChoicesForm(request.POST or None, choices=choices_of(request.user))
    delivery = DeliveryForm(request.POST or None, instance=delivery_settings_of(request.user), user=request.user)
    if request.method == "POST" and choices.is_valid() and delivery.is_valid():
        choose(request.user, choices.choices, delivery.chosen())
        messages.success(request, _("Your choices are saved."))
        return redirect("notifications:settings")
    status = 422 if choices.errors or delivery.errors else 200
    context = {"choices": choices, "delivery": delivery}
    return render(request, "notifications/settings.html", context, status=status)


def _own(request: HttpRequest, pk: int) -> Notification:
    notice = own_notice(request.user, pk)
    if notice is None:
        raise Http404
    return notice


def _is_fragment(request: Any) -> bool:
    return bool(request.htmx)


def _key(typed: str | None) -> int | None:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 19 else None


def _drawn_latest(request: HttpRequest) -> str:
    return draw("notifications/_latest.jinja", lines=latest_of(request.user))


def line_again(request: HttpRequest, keys: list[int]) -> HttpResponse:
    """The line as it is now, for the page that shows it; the page for those without scripts."""
    if not _is_fragment(request):
        return redirect("notifications:list")
    lines = lines_of(own_notices(request.user, keys), request.user)
    answer = HttpResponse("".join(draw("notifications/_line.jinja", line=line) for line in lines))
    answer["HX-Trigger"] = CHANGED
    return answer
