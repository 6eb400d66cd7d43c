"""Making and revoking calendar links, and answering by them."""

import secrets
import zlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.calendars.feeds import Standing, digest_of, feed_text, standing_of
from tasks.models import CalendarFeed, CalendarText
from tasks.services.refusals import TaskRefused

#: Links that one person may have at a time.
MOST_LINKS = 20
#: Bytes from which on making a calendar takes longer than fetching it, by far.
WORTH_KEEPING = 256 * 1024
_NOTED_EVERY = timedelta(hours=1)


class TooManyLinks(TaskRefused):
    def __init__(self) -> None:
        super().__init__(_("You have %(most)s links. Revoke one that you do not use.") % {"most": MOST_LINKS})


@dataclass(frozen=True)
class MadeLink:
    """A link with its secret, which is known only now."""

    feed: CalendarFeed
    secret: str


@transaction.atomic
def make_link(feed: CalendarFeed, *, actor: Any) -> MadeLink:
    """Store a new link of the actor's own calendar. Raises TooManyLinks."""
    if CalendarFeed.objects.filter(user=actor, revoked_at=None).count() >= MOST_LINKS:
        raise TooManyLinks
    secret = secrets.token_urlsafe(32)
    feed.user, feed.secret_digest = actor, digest_of(secret)
    feed.full_clean(exclude=["user"])
    feed.save(force_insert=True)
    return MadeLink(feed, secret)


@transaction.atomic
def revoke_link(feed: CalendarFeed, *, actor: Any) -> None:
    """It is dead at once, for good. Raises PermissionDenied for another's."""
    if feed.user_id != actor.pk:
        raise PermissionDenied
    CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=timezone.now())
    CalendarText.objects.filter(pk=feed.pk).delete()


def answer_with(feed: CalendarFeed, standing: Standing) -> bytes:
    """The calendar as it stands, in the language of the active translation; a large one is kept until it changes."""
    kept = list(CalendarText.objects.filter(pk=feed.pk, etag=standing.etag).values_list("content", flat=True))
    if kept:
        return zlib.decompress(kept[0])
    content = feed_text(feed).encode()
    # What changed while it was read may be in the text, and is not in the tag.
    if len(content) >= WORTH_KEEPING and standing_of(feed).etag == standing.etag:
        _keep(feed, standing, content)
    return content


def _keep(feed: CalendarFeed, standing: Standing, content: bytes) -> None:
    made = CalendarText(
        feed=feed, etag=standing.etag, content=zlib.compress(content, zlib.Z_BEST_SPEED), made_at=timezone.now()
    )
    CalendarText.objects.bulk_create(
        [made], update_conflicts=True, unique_fields=["feed"], update_fields=["etag", "content", "made_at"]
    )


def forget_texts() -> int:
    """Drop what was kept a day ago; how many. The day is in the tag, so nobody is answered with it any more."""
    return CalendarText.objects.filter(made_at__lt=timezone.now() - timedelta(days=1)).delete()[0]


def note_reading(feed: CalendarFeed) -> None:
    """That a calendar program came for it; once an hour at most, since some come every minute."""
    now = timezone.now()
    if feed.last_read_at is not None and feed.last_read_at > now - _NOTED_EVERY:
        return
    is_due = Q(last_read_at=None) | Q(last_read_at__lte=now - _NOTED_EVERY)
    CalendarFeed.objects.filter(is_due, pk=feed.pk).update(last_read_at=now)
