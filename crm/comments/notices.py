"""What people are told of comments: being named, an answer in their thread, news on what they follow."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.comments.markdown import plain_text
from crm.comments.models import Comment
from crm.comments.telling import COMMENT, MENTION, REPLY
from crm.notifications.models import MailChoice
from crm.notifications.registry import Kind, Told, register
from crm.ui.addresses import address_of

if TYPE_CHECKING:
    from crm.notifications.models import Notification

_EXCERPT = 140
_HEADING = gettext_lazy("Comments")


def excerpt_of(comment: Comment, length: int = _EXCERPT) -> str:
    return Truncator(plain_text(comment.body)).chars(length)


def _mentioned(who: str, record: str) -> str:
    return _("%(who)s mentioned you on %(record)s") % {"who": who, "record": record}


def _replied(who: str, record: str) -> str:
    return _("%(who)s replied to you on %(record)s") % {"who": who, "record": record}


def _commented(who: str, record: str) -> str:
    return _("%(who)s commented on %(record)s") % {"who": who, "record": record}


def _commented_often(who: str, record: str, count: int) -> str:
    sentence = ngettext("%(who)s: %(count)s comment on %(record)s", "%(who)s: %(count)s comments on %(record)s", count)
    return sentence % {"who": who, "count": count, "record": record}


def _teller(sentence: Callable[[str, str], str]) -> Any:
    """Of deleted comments nothing is said; of edited ones what they say now."""

    def tell(notices: Sequence["Notification"], reader: Any) -> Mapping[int, Told]:
        found = Comment.objects.filter(deleted_at=None).select_related("author")
        comments = found.in_bulk([notice.source_id for notice in notices])
        return {
            notice.pk: Told(
                sentence(str(comment.author), str(notice.record)),
                excerpt_of(comment),
                address_of("comments:comment", comment.pk),
            )
            for notice in notices
            if (comment := comments.get(notice.source_id)) is not None
        }

    return tell


register(
    Kind(
        key=MENTION,
        label=gettext_lazy("Somebody mentions you"),
        icon="at",
        tell=_teller(_mentioned),
        heading=_HEADING,
        mail=MailChoice.NOW,
    )
)
register(
    Kind(
        key=REPLY,
        label=gettext_lazy("Somebody replies in a thread of yours"),
        icon="message-circle",
        tell=_teller(_replied),
        group=_commented_often,
        heading=_HEADING,
        mail=MailChoice.DAILY,
    )
)
register(
    Kind(
        key=COMMENT,
        label=gettext_lazy("Somebody comments on what you follow"),
        icon="message",
        tell=_teller(_commented),
        group=_commented_often,
        heading=_HEADING,
    )
)
