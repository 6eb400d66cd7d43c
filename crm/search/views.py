"""The search page with its live results, and the autocomplete of a record type."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from crm.access.models import Record
from crm.listing.counting import capped
from crm.search.finding import look_up
from crm.search.queries import LONGEST_QUERY, Query, read_query
from crm.search.registry import SearchSource, source_of, sources
from crm.ui.parts import draw

ON_PAGE, IN_DROPDOWN, SUGGESTED = 10, 5, 20


@dataclass(frozen=True)
class Hit:
    """A found record as a line: what it is called, what tells it from its namesakes, and its page."""

    record: Record
    name: str
    hint: str
    url: str


@dataclass(frozen=True)
class Group:
    """The hits of one record type; `count` is the number of all as text, `list_url` the list of them."""

    source: SearchSource
    hits: list[Hit]
    count: str
    typed: str

    @property
    def list_url(self) -> str:
        return f"{reverse(f'{self.source.model.namespace()}:list')}?{urlencode({'q': self.typed})}"


@login_required
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Everything that a query finds, by type; the dropdown of the header when htmx asks for it."""
    typed = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_QUERY]
    query = read_query(typed)
    is_asked = bool(query.terms)
    if getattr(request, "htmx", False):
        groups = _groups(query, request.user, IN_DROPDOWN)
        all_url = f"{reverse('search')}?{urlencode({'q': typed})}"
        return HttpResponse(draw("search/_dropdown.jinja", groups=groups, is_asked=is_asked, all_url=all_url))
    groups = _groups(query, request.user, ON_PAGE)
    return render(request, "search/page.html", {"typed": typed, "groups": groups, "is_asked": is_asked})


def suggest_page(request: HttpRequest, model: type[Record]) -> JsonResponse:
    """At most 20 records for a choice: {"results": [{"id", "text", "hint"}]}; the latest ones for an empty query."""
    source, typed = source_of(model), request.GET.get("q", "")
    if typed.strip():
        hits = _group(source, request.user, read_query(typed), SUGGESTED).hits
    else:
        latest = model.objects.order_by("-updated_at", "-id").first_visible(request.user, limit=SUGGESTED)
        hits = _hits(source, list(latest), request.user)
    return JsonResponse({"results": [{"id": str(hit.record.pk), "text": hit.name, "hint": hit.hint} for hit in hits]})


def _groups(query: Query, user: Any, limit: int) -> list[Group]:
    return [group for source in sources() if (group := _group(source, user, query, limit)).hits]


def _group(source: SearchSource, user: Any, query: Query, limit: int) -> Group:
    found = look_up(source.model, user, query, limit=limit, fields=source.hint_fields)
    return Group(source, _hits(source, found.records, user), capped(found.count), query.typed)


def _hits(source: SearchSource, records: Sequence[Any], user: Any) -> list[Hit]:
    if not records:
        return []
    hints = source.hints(records, user)
    return [Hit(each, str(each), hints.get(each.pk, ""), each.get_absolute_url()) for each in records]
