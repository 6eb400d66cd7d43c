"""What people are told of, and in which words. Apps register their kinds in their `notices.py`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.notifications.models import MailChoice

if TYPE_CHECKING:
    from crm.notifications.models import Notification


#: The heading of kinds that name none.
RECORDS = _("Clients and contacts")


class UnknownKind(LookupError):
    """Nobody registered notifications of this kind."""


@dataclass(frozen=True)
class Act:
    """A button on the line of a notification: posts `value` as `name` to `url`, the same for all the acts of a line,
    which answers as `views.line_again` does."""

    label: str
    url: str
    name: str
    value: str


@dataclass(frozen=True)
class Told:
    """What one notification says to its reader now, as plain text; `url` is where it leads."""

    sentence: str
    excerpt: str
    url: str
    acts: Sequence[Act] = ()


#: Notifications whose `record` is in the sight of the reader (second argument) → primary key → what is said. Those of
#: which nothing may be said are left out. In the language that is active; one query at most, however many there are.
Tell = Callable[[Sequence["Notification"], Any], Mapping[int, Told]]
#: The sentence of several of one kind: who ("Ann and 2 others"), the name of the (last) record, how many.
TellGroup = Callable[[str, str, int], str]


@dataclass(frozen=True)
class Kind:
    """One kind of notification; `key` begins with what it belongs to, as "comments.mention".

    `group` makes one line of several about the same record, or of several by the same person where
    `is_across_records`; without it each stands alone. `heading` is where the settings list it, `is_in_product` and
    `mail` what holds for those who chose nothing.
    """

    key: str
    label: str | Promise
    icon: str
    tell: Tell
    group: TellGroup | None = None
    is_across_records: bool = False
    heading: str | Promise = RECORDS
    is_in_product: bool = True
    mail: MailChoice = MailChoice.NEVER


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Called at start-up; the same key replaces."""
    _kinds[kind.key] = kind


def kinds() -> tuple[Kind, ...]:
    return tuple(_kinds.values())


def kind_of(key: str) -> Kind:
    """Raises UnknownKind."""
    try:
        return _kinds[key]
    except KeyError:
        raise UnknownKind(key) from None
