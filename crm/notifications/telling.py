"""From rows to words: what may be said now of notifications to their reader, and several of a kind as one line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.access.sight import seen_records
from crm.notifications.models import Notification
from crm.notifications.registry import Kind, Told, UnknownKind, kind_of
from crm.ui.parts import shown_date


@dataclass(frozen=True)
class Line:
    """One line of a list: a notification, or several that belong together, the newest first."""

    kind: Kind
    notices: Sequence[Notification]
    told: Told

    @property
    def newest(self) -> Notification:
        return self.notices[0]

    @property
    def pk(self) -> int:
        return self.newest.pk

    @property
    def is_read(self) -> bool:
        return self.newest.is_read

    @property
    def at(self) -> datetime:
        return self.newest.created_at

    @property
    def when(self) -> str:
        """ "5 minutes ago" of the last day, the date of what is older."""
        if timezone.now() - self.at < timedelta(days=1):
            return str(naturaltime(self.at))
        return shown_date(self.at)

    @property
    def actor(self) -> Any:
        return self.newest.actor

    @property
    def count(self) -> int:
        return len(self.notices)

    @property
    def sentence(self) -> str:
        if self.count == 1 or self.kind.group is None:
            return self.told.sentence
        happenings = sum(1 + notice.data.get("others", 0) for notice in self.notices)
        return self.kind.group(who_of(self.notices), str(self.newest.record), happenings)


def lines_of(notices: Iterable[Notification], reader: Any) -> list[Line]:
    """What may be said of these (the newest first) to their reader at this moment.

    Asks the database once for each type of record, and once for each kind.
    """
    seen = list(notices)
    told = _told(seen, reader)
    groups: dict[tuple[str, datetime | None], list[Notification]] = {}
    for notice in seen:
        if notice.pk in told:
            # What was read at one stroke stays together.
            groups.setdefault((notice.group_key, notice.read_at), []).append(notice)
    return [Line(kind_of(group[0].kind), group, told[group[0].pk]) for group in groups.values()]


def _told(notices: Sequence[Notification], reader: Any) -> dict[int, Told]:
    records = seen_records(reader, {_subject(notice) for notice in notices})
    by_kind: dict[str, list[Notification]] = {}
    for notice in notices:
        notice.record = records.get(_subject(notice))
        if notice.record is not None:
            by_kind.setdefault(notice.kind, []).append(notice)
    told: dict[int, Told] = {}
    for key, of_kind in by_kind.items():
        try:
            told.update(kind_of(key).tell(of_kind, reader))
        except UnknownKind:
            # Of an app that is not installed any more.
            continue
    return told


def _subject(notice: Notification) -> tuple[str, UUID]:
    return notice.record_type, notice.record_id


def who_of(notices: Sequence[Notification]) -> str:
    """ "Ann", "Ann and Bob", "Ann and 2 others": those who did it, the last one first."""
    names = list(dict.fromkeys(name_of(notice.actor) for notice in notices))
    if len(names) == 1:
        return names[0]
    if len(names) == 2:
        return _("%(one)s and %(other)s") % {"one": names[0], "other": names[1]}
    others = len(names) - 1
    return ngettext("%(one)s and %(count)s other", "%(one)s and %(count)s others", others) % {
        "one": names[0],
        "count": others,
    }


def name_of(actor: Any) -> str:
    return str(actor) if actor is not None else _("Somebody")
