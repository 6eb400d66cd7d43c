"""Versions of what is no record: people, teams, roles, the company. Who may read them is the caller's question.

Their versions have no numbers, so pages of them begin by the key of a version.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_noop

from crm.history.comparing import NOTHING, Change, Reader
from crm.history.reasons import reason_text
from crm.history.states import state_of_version
from crm.history.writing import CREATED, record_versions

PAGE_SIZE = 25
_BEGUN = gettext_noop("As it was when the history began")


@dataclass(frozen=True)
class PlainVersion:
    """What one write changed, in words for one reader; `who` is None for the system itself."""

    key: int
    when: datetime
    who: Any
    kind: str
    reason: str
    changes: list[Change]
    change_set: UUID | None = None

    @property
    def is_creation(self) -> bool:
        return self.kind == CREATED


@dataclass(frozen=True)
class PlainPage:
    """Versions, newest first; the next page begins below the key `older_before`, None on the last one."""

    versions: list[PlainVersion]
    older_before: int | None

    @property
    def older_url(self) -> str:
        return f"?before={self.older_before}" if self.older_before else ""


def version_key(typed: str) -> int | None:
    """The key that an address names; None for what is none, or too long for the database."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else None


def latest_key(model: type[models.Model], pk: Any) -> int:
    """The key of the newest version; 0 when its history has not begun."""
    history: Any = model.history.model  # type: ignore[attr-defined]
    key = history.objects.filter(id=pk).order_by("-history_id").values_list("history_id", flat=True).first()
    return int(key or 0)


def begin_history(model: type[models.Model], ids: Collection[Any]) -> None:
    """Write the present state of those that have no version yet, so that what changes next can be told.

    Call it before the change, in its transaction.
    """
    history: Any = model.history.model  # type: ignore[attr-defined]
    begun = set(history.objects.filter(id__in=ids).values_list("id", flat=True).distinct())
    record_versions(model, [pk for pk in ids if pk not in begun], actor=None, kind=CREATED, reason=_BEGUN)


def plain_versions(model: type[models.Model], pk: Any, reader: Any) -> list[PlainVersion]:
    """The newest versions, at most a page of them."""
    return plain_page(model, pk, reader).versions


def plain_page(
    model: type[models.Model], pk: Any, reader: Any, *, before: int | None = None, above: int | None = None
) -> PlainPage:
    """The versions below the key `before`, the newest without one; none at or below `above`, as if they were not."""
    history: Any = model.history.model  # type: ignore[attr-defined]
    found = history.objects.filter(id=pk).select_related("history_user").order_by("-history_id")
    if before is not None:
        found = found.filter(history_id__lt=before)
    if above is not None:
        found = found.filter(history_id__gt=above)
    # One more than is shown: the last one shown is compared with it.
    rows = list(found[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    states = [*map(state_of_version, rows), NOTHING]
    told = Reader(model, reader, states)
    versions = [
        PlainVersion(
            key=row.history_id,
            when=row.history_date,
            who=row.history_user,
            kind=row.history_type,
            reason=reason_text(row.history_change_reason),
            changes=told.changes(states[index + 1], states[index]),
            change_set=row.change_set,
        )
        for index, row in enumerate(shown)
    ]
    return PlainPage(versions, older_before=shown[-1].history_id if len(rows) > PAGE_SIZE else None)
