"""Kinds that every record type has: it was handed over to me, it was shared with me."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.notifications.following import owner_is_hidden
from crm.notifications.models import MailChoice, Notification
from crm.notifications.registry import Kind, Told, register
from crm.notifications.telling import name_of

HANDED_OVER, SHARED = "records.handed_over", "records.shared"


def _handed_over(notices: Sequence[Notification], reader: Any) -> Mapping[int, Told]:
    """One that was written for a whole book names its first record, and how many `others` there are.

    To whom owners are hidden it would tell one.
    """
    return {notice.pk: _told_of_book(notice) for notice in notices if not owner_is_hidden(notice.record, reader)}


def _told_of_book(notice: Notification) -> Told:
    others = notice.data.get("others", 0)
    if not others:
        return _told(notice, _("%(who)s handed “%(record)s” over to you"))
    words = _several_handed_over(name_of(notice.actor), str(notice.record), others + 1)
    return Told(words, "", notice.record.get_absolute_url())


def _shared(notices: Sequence[Notification], reader: Any) -> Mapping[int, Told]:
    return {notice.pk: _told(notice, _("%(who)s shared “%(record)s” with you")) for notice in notices}


def _told(notice: Notification, sentence: str) -> Told:
    words = sentence % {"who": name_of(notice.actor), "record": notice.record}
    return Told(words, "", notice.record.get_absolute_url())


def _several_handed_over(who: str, record: str, count: int) -> str:
    more = count - 1
    sentence = ngettext(
        "%(who)s handed “%(record)s” and %(more)s other record over to you",
        "%(who)s handed “%(record)s” and %(more)s other records over to you",
        more,
    )
    return sentence % {"who": who, "record": record, "more": more}


def _several_shared(who: str, record: str, count: int) -> str:
    more = count - 1
    sentence = ngettext(
        "%(who)s shared “%(record)s” and %(more)s other record with you",
        "%(who)s shared “%(record)s” and %(more)s other records with you",
        more,
    )
    return sentence % {"who": who, "record": record, "more": more}


register(
    Kind(
        key=HANDED_OVER,
        label=gettext_lazy("Somebody hands a record over to you"),
        icon="transfer",
        tell=_handed_over,
        group=_several_handed_over,
        is_across_records=True,
        mail=MailChoice.NOW,
    )
)
register(
    Kind(
        key=SHARED,
        label=gettext_lazy("Somebody shares a record with you"),
        icon="share",
        tell=_shared,
        group=_several_shared,
        is_across_records=True,
        mail=MailChoice.NOW,
    )
)
