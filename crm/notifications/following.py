"""Who wants to hear of a record: its owner and those who follow it, but for those who said no.

Nobody here is judged by what he sees: that is done when he is told.
"""

from typing import Any

from crm.access.models import Record
from crm.access.rights import hidden_fields
from crm.access.sight import subject_of
from crm.notifications.models import Following


def follow(record: Record, user: Any) -> None:
    _set(record, user, is_muted=False)


def unfollow(record: Record, user: Any) -> None:
    """Holds for the owner too, and against `take_part`, until he follows again."""
    _set(record, user, is_muted=True)


def take_part(record: Record, user: Any) -> None:
    """Follow by what one does, as by a comment; who said no stays without."""
    label, key = subject_of(record)
    Following.objects.bulk_create([Following(user_id=user.pk, record_type=label, record_id=key)], ignore_conflicts=True)


def is_following(record: Record, user: Any) -> bool:
    muted = _of(record).filter(user_id=user.pk).values_list("is_muted", flat=True).first()
    return follows(record, user, is_muted=muted)


def follows(record: Record, user: Any, *, is_muted: bool | None) -> bool:
    """By what he said of it; who said nothing follows what is his."""
    if is_muted is not None:
        return not is_muted
    return record.owner_id == user.pk and not owner_is_hidden(record, user)


def owner_is_hidden(record: Record, reader: Any) -> bool:
    """Whether his role hides from the reader whose record it is, so that not even his own ownership is told."""
    return "owner" in hidden_fields(reader, type(record))


def followers_of(record: Record) -> set[int]:
    """Primary keys of people: at one query, beside those of the owner's rights."""
    found = {record.owner_id} if record.owner_id and not owner_is_hidden(record, record.owner) else set()
    for user_id, is_muted in _of(record).values_list("user_id", "is_muted"):
        if is_muted:
            found.discard(user_id)
        else:
            found.add(user_id)
    return found


def _of(record: Record) -> Any:
    label, key = subject_of(record)
    return Following.objects.filter(record_type=label, record_id=key)


def _set(record: Record, user: Any, *, is_muted: bool) -> None:
    label, key = subject_of(record)
    named = {"user_id": user.pk, "record_type": label, "record_id": key}
    Following.objects.update_or_create(**named, defaults={"is_muted": is_muted})
