"""What reminders can be set ahead of: a day or a moment that a record of some type says. Apps register theirs.

register_remindable(Document)
register(Anchor(model=Document, key="expiry", field="expires_on", …))
"""

import dataclasses
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise

from crm.access.models import Record
from crm.access.rights import hidden_fields

Said = date | datetime | None


def _always(_record: Any) -> bool:
    return True


@dataclasses.dataclass(frozen=True, kw_only=True)
class Anchor:
    """`field` is what a role hides to hide the anchor. `read` gives what a record says: a day, or an aware moment.

    `is_yearly`: a day of birth, that comes back every year. `before` (with `amount`) and `on` name a reminder, `tell`
    says what a record says in a sentence, as “Portal” is expected to close tomorrow; by the active clock.
    """

    model: type[Record]
    key: str
    label: str | Promise
    field: str
    read: Callable[[Any], Said]
    before: str | Promise
    on: str | Promise
    tell: Callable[[Any, Said], str]
    #: Minutes that a form offers.
    offered: tuple[int, ...]
    is_yearly: bool = False
    #: Whether a record that says it still waits for it.
    is_open: Callable[[Any], bool] = dataclasses.field(default=_always)

    @property
    def record_type(self) -> str:
        return self.model._meta.label_lower


_anchors: dict[tuple[str, str], Anchor] = {}
_types: dict[str, Callable[[Any], bool]] = {}


def register_remindable(model: type[Record], *, is_open: Callable[[Any], bool] = _always) -> None:
    """Called at start-up: people may be reminded of records of this type, while `is_open` says so of them."""
    _types[model._meta.label_lower] = is_open


def register(anchor: Anchor) -> None:
    """Called at start-up; the same key of the same type replaces."""
    _anchors[anchor.record_type, anchor.key] = anchor


def remindable_types() -> list[str]:
    return list(_types)


def is_remindable(label: str) -> bool:
    return label in _types


def is_open(label: str, record: Any) -> bool:
    """Whether reminders of this record may come at all."""
    return _types.get(label, _always)(record)


def anchor_of(label: str, key: str) -> Anchor | None:
    return _anchors.get((label, key))


def anchors_of(label: str, reader: Any) -> list[Anchor]:
    """Those of a record type whose field the reader may see."""
    own = [anchor for anchor in _anchors.values() if anchor.record_type == label]
    return [anchor for anchor in own if not is_hidden(anchor, reader)]


def is_hidden(anchor: Anchor, reader: Any) -> bool:
    return anchor.field in hidden_fields(reader, anchor.model)
