"""Calendar links: making and revoking them, and what a calendar program reads by one."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tasks.calendars.feeds import Standing, feed_by, feeds_of, standing_of
from tasks.models import CalendarFeed
from tasks.services.calendar_feeds import answer_with, make_link, note_reading, revoke_link
from tasks.services.refusals import TaskRefused


class LinkForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = CalendarFeed
        fields = ("name", "is_with_watched", "is_with_done")


@login_required
@never_cache
def link_list(request: HttpRequest) -> HttpResponse:
    """The reader's links, and a form for another one; a new link is drawn at once and never again."""
    form = LinkForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            made = make_link(form.instance, actor=request.user)
        except TaskRefused as refusal:
            form.add_error(None, refusal)
        else:
            address = f"{settings.BASE_URL}{reverse('calendars:feed', args=[made.secret])}"
            context = {"form": LinkForm(), "made": made.feed, "address": address}
            # What opens the calendar program of the machine itself.
            context["webcal"] = "webcal://" + address.partition("://")[2]
    is_refused = request.method == "POST" and "made" not in context
    return render(
        request,
        "tasks/calendar_links.html",
        context | {"feeds": feeds_of(request.user)},
        status=422 if is_refused else 200,
    )


@login_required
@require_POST
def link_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    feed = get_object_or_404(CalendarFeed, pk=pk, user=request.user, revoked_at=None)
    revoke_link(feed, actor=request.user)
    messages.success(request, _("The link “%(name)s” is revoked: nobody reads by it any more.") % {"name": feed.name})
    return HttpResponseRedirect(reverse("calendars:links"))


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """For programs that sign in by nothing but the address. Dead links are all answered alike."""
    found = feed_by(secret)
    if found is None:
        return _private(HttpResponse("", status=404, content_type="text/plain; charset=utf-8"))
    with translation.override(found.user.language), timezone.override(found.user.time_zone):
        standing = standing_of(found)
        note_reading(found)
        # The moment of the last change is told, but not asked about: it stays when a task leaves somebody's sight.
        if _knows(request, standing):
            return _tagged(HttpResponse(status=304), standing)
        answer = HttpResponse(answer_with(found, standing), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="porada.ics"'
    return _tagged(answer, standing)


def _knows(request: HttpRequest, standing: Standing) -> bool:
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")}
    return standing.etag in known


def _tagged(answer: HttpResponse, standing: Standing) -> HttpResponse:
    answer["ETag"] = standing.etag
    if standing.changed_at is not None:
        answer["Last-Modified"] = http_date(standing.changed_at.timestamp())
    return _private(answer)


def _private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "private, max-age=0, must-revalidate"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
