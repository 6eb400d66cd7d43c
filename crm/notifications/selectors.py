"""What somebody was told that he may still see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from crm.access.sight import seen_records, seen_sql
from crm.notifications.models import Notification, NotificationQuerySet
from crm.notifications.telling import Line, lines_of

#: How far the bell counts.
MOST_COUNTED = 99
_ON_PAGE = 30
_IN_BELL = 20


@dataclass(frozen=True)
class Badge:
    """The number at the bell; `state` changes whenever there is something to draw anew."""

    count: int
    state: str

    @property
    def text(self) -> str:
        return f"{MOST_COUNTED}+" if self.count > MOST_COUNTED else str(self.count)


@dataclass(frozen=True)
class Page:
    """`older` is the key that the next page begins before; None on the last one."""

    lines: Sequence[Line]
    older: int | None


def in_sight(user: Any) -> NotificationQuerySet:
    """Those of this person whose records he sees at this moment."""
    table = Notification._meta.db_table
    sql, values = seen_sql(user, type_column=f"{table}.record_type", key_column=f"{table}.record_id")
    # The names are those of models; the values are parameters.
    return Notification.objects.of(user).filter(RawSQL(sql, values, BooleanField()))  # noqa: S611


def badge_of(user: Any) -> Badge:
    """At one query."""
    unread = in_sight(user).unread().order_by("-id").values_list("pk", flat=True)
    keys = list(unread[: MOST_COUNTED + 1])
    return Badge(len(keys), f"{len(keys)}-{keys[0] if keys else 0}")


def page_of(user: Any, *, before: int | None = None, is_unread_only: bool = False) -> Page:
    """A page of the list, the newest first; shorter where nothing may be said of some."""
    notices = in_sight(user).unread() if is_unread_only else in_sight(user)
    if before is not None:
        notices = notices.filter(pk__lt=before)
    found = list(notices.select_related("actor").order_by("-id")[: _ON_PAGE + 1])
    older = found[_ON_PAGE - 1].pk if len(found) > _ON_PAGE else None
    return Page(lines_of(found[:_ON_PAGE], user), older)


def latest_of(user: Any) -> list[Line]:
    """What the bell drops down."""
    return lines_of(in_sight(user).select_related("actor").order_by("-id")[:_IN_BELL], user)


def own_notices(user: Any, keys: Collection[int]) -> NotificationQuerySet:
    notices = Notification.objects.filter(user_id=user.pk, pk__in=keys)
    return notices.select_related("actor").order_by("-id")


def own_notice(user: Any, pk: int) -> Notification | None:
    """One of this person's own, also of those that he wants by mail alone; None when its record is out of his sight."""
    notice = own_notices(user, [pk]).first()
    if notice is None or not seen_records(user, [(notice.record_type, notice.record_id)]):
        return None
    return notice
