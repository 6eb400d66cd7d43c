"""Comments on timelines: that somebody commented, and how it began."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.comments.models import Comment
from crm.comments.notices import excerpt_of
from crm.comments.telling import EVENT
from crm.timeline.registry import Event, Kind, register, register_kind

_EXCERPT = 280


def tell_comments(entries: Sequence[Any], reader: Any) -> Mapping[int, Mapping[str, Any]]:
    """One query. Comments are seen with their records, which are in the reader's sight here."""
    comments = Comment.objects.filter(deleted_at=None).in_bulk([entry.source_id for entry in entries])
    return {
        entry.pk: {"comment": comment, "excerpt": excerpt_of(comment, _EXCERPT)}
        for entry in entries
        if (comment := comments.get(entry.source_id)) is not None
    }


register_kind(Kind(key="comment", label=_("Comments"), icon="message-circle", order=60))
register(Event(key=EVENT, kind="comment", load=tell_comments, template="comments/_event.jinja"))
