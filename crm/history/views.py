"""The history of a record, the comparison of two versions, and the question before one is restored."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.access.models import Record
from crm.access.writing import StaleVersion
from crm.history.comparing import NOTHING, Reader
from crm.history.reading import (
    entry_of,
    page_of_versions,
    readable_record,
    version_before,
    version_numbered,
    versions_of,
)
from crm.history.restoring import SaveRestored, restore_version, restored_state
from crm.history.states import state_of_record, state_of_version

# How many of the latest versions are offered to compare with; the address takes any number.
_OFFERED = 50
_HIGHEST = 2**31 - 1


@login_required
@require_safe
def history(request: HttpRequest, pk: UUID, *, model: type[Record]) -> HttpResponse:
    """Every version, newest first; `before` is the number below which the page begins."""
    record, permissions = readable_record(model, pk, reader=request.user)
    page = page_of_versions(record, request.user, before=_number(request, "before"))
    context = {
        **_frame(record),
        "page": page,
        "may_restore": permissions.can_change,
        "older_url": f"?before={page.older_before}" if page.older_before else "",
        "newer_url": _newer_url(record, page.newer_before),
    }
    return render(request, "history/list.html", context)


@login_required
@require_safe
def version(request: HttpRequest, pk: UUID, number: int, *, model: type[Record]) -> HttpResponse:
    """One version beside another: the one before it, or the one that `with` names."""
    record, permissions = readable_record(model, pk, reader=request.user)
    row = version_numbered(record, _checked(number))
    chosen = _number(request, "with")
    other = version_before(record, number) if chosen is None else version_numbered(record, chosen)
    older, newer = sorted([row, other], key=lambda v: v.version) if other else (None, row)
    states = {v.pk: state_of_version(v) for v in (older, newer) if v}
    older_state = states[older.pk] if older else NOTHING
    reader = Reader(model, request.user, states.values())
    context = {
        **_frame(record),
        "entry": entry_of(newer, states[newer.pk], reader, older=older, older_state=older_state),
        "older": older,
        # A reason speaks of one write, not of all between two versions.
        "is_one_write": chosen is None or older is None or newer.version - older.version == 1,
        "number": number,
        "is_latest": number == record.version,
        "values": reader.changes(NOTHING, states[row.pk]),
        "numbers": _numbers_offered(record, number, other),
        "may_restore": permissions.can_change and number != record.version,
    }
    return render(request, "history/version.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: HttpRequest, pk: UUID, number: int, *, model: type[Record], save: SaveRestored) -> HttpResponse:
    """GET shows what would change and asks; POST restores what was shown, or explains what came between."""
    record = _restorable(model, pk, request.user)
    row = version_numbered(record, _checked(number))
    if request.method != "POST":
        return _ask(request, record, row)
    read_version = request.POST.get("read_version", "")
    if read_version != str(record.version):
        return _ask(request, record, row, is_stale=True)
    state = restored_state(record, state_of_record(record), state_of_version(row), actor=request.user)
    try:
        restored = restore_version(record, row, state, actor=request.user, save=save)
    except StaleVersion:
        return _ask(request, _restorable(model, pk, request.user), row, is_stale=True)
    messages.success(request, _("Version %(number)s is restored.") % {"number": number})
    return HttpResponseRedirect(restored.get_absolute_url())


def _restorable(model: type[Record], pk: UUID, user: Any) -> Any:
    record, permissions = readable_record(model, pk, reader=user)
    if not permissions.can_change:
        raise PermissionDenied
    return record


def _ask(request: HttpRequest, record: Record, row: Any, *, is_stale: bool = False) -> HttpResponse:
    present, old = state_of_record(record), state_of_version(row)
    after = restored_state(record, present, old, actor=request.user)
    reader = Reader(type(record), request.user, [present, after])
    context = {
        **_frame(record),
        "row": row,
        "changes": reader.changes(present, after),
        "is_stale": is_stale,
    }
    return render(request, "history/restore.html", context, status=409 if is_stale else 200)


def _frame(record: Record) -> dict[str, Any]:
    """What the breadcrumbs of all three pages need."""
    space = record.namespace()
    return {
        "record": record,
        "plural": type(record)._meta.verbose_name_plural,
        "list_url": reverse(f"{space}:bin" if record.is_deleted else f"{space}:list"),
        "history_url": record.url("history"),
        "version_name": f"{space}:version",
        "restore_name": f"{space}:restore_version",
    }


def _numbers_offered(record: Record, number: int, other: Any | None) -> list[tuple[int, bool]]:
    """(number, whether it is the one compared with), newest first, with the first version at the end."""
    latest = versions_of(record).values_list("version", flat=True)[:_OFFERED]
    compared: int = other.version if other else 1
    offered = ({*latest, compared, 1}) - {number}
    return [(known, known == compared) for known in sorted(offered, reverse=True)]


def _newer_url(record: Record, newer_before: int | None) -> str:
    if newer_before is None:
        return ""
    return f"?before={newer_before}" if newer_before else record.url("history")


def _number(request: HttpRequest, name: str) -> int | None:
    """A version number from the query; None without one. Raises Http404 for what is no number."""
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Http404
    return _checked(int(text[:12]))


def _checked(number: int) -> int:
    # Beyond the column's range PostgreSQL would answer with an error instead of nothing.
    if number > _HIGHEST:
        raise Http404
    return number
