"""The search page with its live results, and the autocomplete of a record type."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from crm.access.models import Record
from crm.listing.counting import COUNT_CAP, capped
from crm.search.finding import count_matches, find
from crm.search.queries import LONGEST_QUERY, read_query
from crm.search.registry import SearchSource, source_of, sources

ON_PAGE, IN_DROPDOWN, SUGGESTED = 10, 5, 20


@dataclass(frozen=True)
class Hit:
    """A found record as a line: what it is called and what tells it from its namesakes."""

    record: Record
    name: str
    hint: str


@dataclass(frozen=True)
class Group:
    """The hits of one record type; `list_url` is the list of all of them."""

    source: SearchSource
    hits: list[Hit]
    user: Any
    typed: str

    @cached_property
    def count(self) -> str:
        found = count_matches(self.source.model, self.user, self.typed, most=COUNT_CAP + 1)
        # Hits of similar spelling are not what the words match: then there is nothing more than is shown.
        return capped(max(found, len(self.hits)))

    @property
    def list_url(self) -> str:
        return f"{reverse(f'{self.source.model.namespace()}:list')}?{urlencode({'q': self.typed})}"


@login_required
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Everything that a query finds, by type; the dropdown of the header when htmx asks for it."""
    typed = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_QUERY]
    is_dropdown = bool(getattr(request, "htmx", False))
    limit = IN_DROPDOWN if is_dropdown else ON_PAGE
    found = [(source, _hits(source, request, limit)) for source in sources()]
    groups = [Group(source, hits, request.user, typed) for source, hits in found if hits]
    context = {"typed": typed, "groups": groups, "is_asked": bool(read_query(typed).terms)}
    return render(request, "search/_dropdown.html" if is_dropdown else "search/page.html", context)


def suggest_page(request: HttpRequest, model: type[Record]) -> JsonResponse:
    """At most 20 records for a choice: {"results": [{"id", "text", "hint"}]}; the latest ones for an empty query."""
    source = source_of(model)
    hits = _hits(source, request, SUGGESTED)
    if not request.GET.get("q", "").strip():
        latest = model.objects.order_by("-updated_at", "-id").first_visible(request.user, limit=SUGGESTED)
        hits = _as_hits(source, list(latest), request.user)
    return JsonResponse({"results": [{"id": str(hit.record.pk), "text": hit.name, "hint": hit.hint} for hit in hits]})


def _hits(source: SearchSource, request: HttpRequest, limit: int) -> list[Hit]:
    found = find(source.model, request.user, request.GET.get("q", ""), limit=limit)
    return _as_hits(source, found, request.user)


def _as_hits(source: SearchSource, records: list[Any], user: Any) -> list[Hit]:
    hints: Mapping[Any, str] = source.hints(records, user) if records else {}
    return [Hit(record, str(record), hints.get(record.pk, "")) for record in records]
