"""The timeline of a record: its page, and the pieces of it that htmx asks for."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from crm.access.models import Record
from crm.access.registry import record_model_of
from crm.pages.reading import fetch_record
from crm.timeline.forms import TimelineFilters
from crm.timeline.reading import PAGE_SIZE, BrokenCursor, TimelinePage, count, look_up, read_page
from crm.timeline.statements import Wanted
from crm.ui.parts import draw

# What htmx asks for: the list with its filters, the list alone, the entries below those that are shown.
# A card has other things to show below its timeline.
_ON_CARD = 10
_BODY, _LIST, _MORE = "timeline-body", "timeline-list", "timeline-more"


@login_required
@require_safe
def timeline(request: HttpRequest, kind: str, key: UUID) -> HttpResponse:
    record = _fetch(kind, key, request.user)
    target = getattr(getattr(request, "htmx", None), "target", None) or ""
    filters = TimelineFilters(request.GET, is_short=target == _BODY)
    values = _values(request, record, filters, size=_ON_CARD if target == _BODY else PAGE_SIZE)
    if target.startswith(_MORE):
        return HttpResponse(draw("timeline/_entries.jinja", **values))
    values["count"] = _count(record, request.user, values["wanted"], values["page"])
    if target == _LIST:
        return HttpResponse(draw("timeline/_list.jinja", **values))
    if target == _BODY:
        return HttpResponse(draw("timeline/_body.jinja", **values))
    context = {
        **values,
        "plural": type(record)._meta.verbose_name_plural,
        "list_url": reverse(f"{record.namespace()}:list"),
    }
    return render(request, "timeline/page.html", context)


def _count(record: Record, reader: Any, wanted: Wanted, page: TimelinePage) -> str:
    """Empty for a search of common words: to count its entries takes ten times as long as to show the first."""
    if wanted.words and wanted.among is None and page.all is None:
        return ""
    return count(record, reader, wanted, page=page)


def _fetch(kind: str, key: UUID, reader: Any) -> Any:
    model = record_model_of(kind)
    if model is None:
        raise Http404
    record, _permissions = fetch_record(model, key, reader=reader)
    return record


def _values(request: HttpRequest, record: Record, filters: TimelineFilters, *, size: int) -> dict[str, Any]:
    wanted = look_up(filters.wanted())
    try:
        page = read_page(record, request.user, wanted, cursor=request.GET.get("below", ""), size=size)
    except BrokenCursor as problem:
        raise Http404 from problem
    url = reverse("timeline:of", args=[record._meta.label_lower, record.pk])
    given = {name: value for name, value in filters.data.items() if name in filters.fields and value}
    more = urlencode({**given, "below": page.next})
    return {
        "record": record,
        "reader": request.user,
        "filters": filters,
        "wanted": wanted,
        "page": page,
        "url": url,
        "more_url": f"{url}?{more}" if page.next else "",
        "is_continued": "below" in request.GET,
    }
