"""Versions of a record, read by those who may see the record itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404

from crm.access.models import Record
from crm.history.comparing import NOTHING, Change, Reader
from crm.history.reasons import reason_text
from crm.history.states import State, state_of_version
from crm.history.writing import CREATED, REMOVED
from crm.pages.reading import Permissions, fetch_binned, fetch_record

PAGE_SIZE = 25


@dataclass(frozen=True)
class Entry:
    """A version as one reader sees it; `changes` are those from the version before it."""

    number: int
    moment: datetime
    actor: Any
    kind: str
    reason: str
    changes: list[Change]

    @property
    def is_creation(self) -> bool:
        return self.kind == CREATED

    @property
    def is_removal(self) -> bool:
        return self.kind == REMOVED


@dataclass(frozen=True)
class Page:
    """A page of the history, newest first; the numbers name the pages around it, None where there is none.

    `newer_before` 0 means the first page.
    """

    entries: list[Entry]
    older_before: int | None
    newer_before: int | None


def readable_record(model: type[Record], pk: UUID, *, reader: Any) -> tuple[Any, Permissions]:
    """A record in sight, or in the recycle bin of a reader who may restore it; binned, it can only be read.

    Raises Http404.
    """
    try:
        return fetch_record(model, pk, reader=reader)
    except Http404:
        return fetch_binned(model, pk, reader=reader), Permissions(frozenset())


def versions_of(record: Record) -> Any:
    """Newest first. Numbers grow by one a write, so they order a record's versions and are the keys of its pages."""
    history: Any = type(record).history.model
    rows = history.objects.filter(id=record.pk).select_related("history_user")
    return rows.order_by("-version", "-history_id")


def version_numbered(record: Record, number: int) -> Any:
    """Raises Http404 when the record has no such version."""
    version = versions_of(record).filter(version=number).first()
    if version is None:
        raise Http404
    return version


def version_before(record: Record, number: int) -> Any | None:
    return versions_of(record).filter(version__lt=number).first()


def page_of_versions(record: Record, user: Any, *, before: int | None = None) -> Page:
    """The versions below the number `before`, the newest without one."""
    versions = versions_of(record)
    if before is not None:
        versions = versions.filter(version__lt=before)
    # One more than is shown: the last one shown is compared with it.
    rows = list(versions[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    states = [state_of_version(row) for row in rows]
    reader = Reader(type(record), user, states)
    olders: list[Any] = [*zip(rows[1:], states[1:], strict=True), (None, NOTHING)]
    entries = [
        entry_of(row, state, reader, older=older, older_state=older_state)
        for row, state, (older, older_state) in zip(shown, states, olders, strict=False)
    ]
    return Page(
        entries,
        older_before=shown[-1].version if len(rows) > PAGE_SIZE else None,
        newer_before=_newer(record, shown),
    )


def entry_of(row: Any, state: State, reader: Reader, *, older: Any | None, older_state: State) -> Entry:
    return Entry(
        number=row.version,
        moment=row.history_date,
        actor=row.history_user,
        kind=row.history_type,
        reason=_reason(row, state, reader, older, older_state),
        changes=reader.changes(older_state, state),
    )


def _reason(row: Any, state: State, reader: Reader, older: Any | None, older_state: State) -> str:
    """A reason such as "Changed employer" tells what was changed, so it is kept from those who may not know it."""
    moved_to_or_from_bin = older is not None and (older.deleted_at is None) != (row.deleted_at is None)
    if reader.misses(older_state, state) and not moved_to_or_from_bin and row.history_type != CREATED:
        return ""
    return reason_text(row.history_change_reason)


def _newer(record: Record, shown: list[Any]) -> int | None:
    if not shown or shown[0].version >= record.version:
        return None
    before: int = shown[0].version + PAGE_SIZE + 1
    return before if before <= record.version else 0
