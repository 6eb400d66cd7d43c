"""Comments on the page of every record."""

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.access.models import Record
from crm.comments.drawing import basics
from crm.comments.reading import read_page, standing
from crm.panels.registry import Panel, register

_NEVER = datetime.min.replace(tzinfo=UTC)


def comments_on(record: Any, reader: Any) -> dict[str, Any]:
    """The newest threads, what is new in them for the reader, and whether he follows the record: two queries."""
    stands = standing(record, reader)
    return {
        "page": read_page(record, reader, read_at=stands.read_at or _NEVER),
        "standing": stands,
        "is_following": stands.is_following,
        **basics(record, reader),
    }


def _takes_comments(record: Any, reader: Any) -> bool:
    return bool(record.IS_COMMENTABLE) and not record.is_deleted


register(
    Panel(
        key="comments",
        title=_("Comments"),
        model=Record,
        order=60,
        template="comments/_panel.html",
        context=comments_on,
        is_shown=_takes_comments,
    )
)
