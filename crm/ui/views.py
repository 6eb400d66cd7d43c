"""The start page, the list of keys, and what a person prefers to see: theme and language."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from crm.access.models import Record
from crm.access.registry import worked_on_models
from crm.ui.context import THEMES
from crm.ui.menu import creations_for, places_for

#: How many records of each type the start page shows.
RECENT = 8


@dataclass(frozen=True)
class RecentRecords:
    """The records of one type that were last worked on, newest first."""

    title: str
    url: str
    icon: str
    records: list[Record]


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    places = places_for(request.user)
    import_url = next((place.url for place in places if place.entry.key == "imports"), "")
    recent = [_recent(model, request.user) for model in worked_on_models()]
    context = {
        "starts": creations_for(request.user),
        "import_url": import_url,
        "recent": [group for group in recent if group.records],
    }
    return render(request, "home.html", context)


@login_required
@require_GET
def keyboard(request: HttpRequest) -> HttpResponse:
    """The keys that the product knows."""
    return render(request, "ui/keyboard.html")


@login_required
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep a chosen theme or language; unknown values change nothing. Goes back to the page of `next`."""
    user: Any = request.user
    chosen = {"theme": request.POST.get("theme"), "language": request.POST.get("language")}
    known = {"theme": THEMES, "language": tuple(code for code, _name in settings.LANGUAGES)}
    changed = [name for name, value in chosen.items() if value in known[name]]
    for name in changed:
        setattr(user, name, chosen[name])
    if changed:
        user.save(update_fields=changed)
    return HttpResponseRedirect(_safe_next(request))


def _recent(model: Any, user: Any) -> RecentRecords:
    newest = model.objects.alive().order_by("-updated_at", "-id").first_visible(user, limit=RECENT)
    namespace = model.namespace()
    place = next((one for one in places_for(user) if one.entry.url_name.split(":")[0] == namespace), None)
    return RecentRecords(
        title=str(model._meta.verbose_name_plural).capitalize(),
        url=_list_url(namespace),
        icon=place.entry.icon if place else "folder",
        records=list(newest),
    )


def _list_url(namespace: str) -> str:
    try:
        return reverse(f"{namespace}:list")
    except NoReverseMatch:
        return ""


def _safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else resolve_url("home")
