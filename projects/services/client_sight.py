"""Nobody gives a sight of a client that he does not have himself, not by putting people on its project either."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clients.models import Client
from crm.access.rights import Action
from crm.access.writing import Refused
from projects.models import Project

_DAY = timedelta(days=1)
Span = tuple[date, date]


@dataclass(frozen=True)
class Onlookers:
    """Through whom the client of a project is seen: its owner always, members from day to day."""

    client_id: UUID | None
    owner_id: int | None
    members: Sequence[Any]
    version: int = 0

    @property
    def member_ids(self) -> set[int]:
        return {member.user_id for member in self.members}


NOBODY = Onlookers(None, None, ())


class GivesSight(Refused):
    """`field` is "owner" where he would come to see the client by managing the project."""

    def __init__(self, field: str) -> None:
        super().__init__(_("Whoever does not see the client of a project brings nobody else to it."))
        self.field = field


def onlookers_of(project: Project) -> Onlookers:
    """As they are stored."""
    stored = Project.objects.values("client_id", "owner_id", "version").get(pk=project.pk)
    return Onlookers(**stored, members=list(project.members.model.objects.filter(project=project)))


def refuse_new_onlookers(before: Onlookers, after: Onlookers, *, actor: Any) -> None:
    """Raises GivesSight when somebody would see the client on a day on which he did not, and the actor does not."""
    if after.client_id is None:
        return
    field = _newly_seen_by(before if before.client_id == after.client_id else NOBODY, after)
    if field is None:
        return
    # A client in the recycle bin is judged as if it were not.
    if not Client.objects.allowed_to(actor, Action.VIEW).filter(pk=after.client_id).exists():
        raise GivesSight(field)


def _newly_seen_by(before: Onlookers, after: Onlookers) -> str | None:
    """The field that brings somebody; None when it brings nobody."""
    known = _spans(before)
    if after.owner_id and not _is_within((date.min, date.max), known.get(after.owner_id, ())):
        return "owner"
    for user_id, spans in _spans(Onlookers(after.client_id, None, after.members)).items():
        if not all(_is_within(span, known.get(user_id, ())) for span in spans):
            return "members"
    return None


def _spans(onlookers: Onlookers) -> dict[int, list[Span]]:
    """Of each person, the first and last days of what he sees."""
    found: dict[int, list[Span]] = {}
    if onlookers.owner_id:
        found[onlookers.owner_id] = [(date.min, date.max)]
    for member in onlookers.members:
        found.setdefault(member.user_id, []).append((member.starts or date.min, member.ends or date.max))
    return found


def _is_within(span: Span, known: Iterable[Span]) -> bool:
    """Whether every day of the span is in one of the known ones, which may follow upon each other."""
    day, last = span
    for first, end in sorted(known):
        if first <= day <= end:
            if end >= last:
                return True
            day = end + _DAY
    return False
