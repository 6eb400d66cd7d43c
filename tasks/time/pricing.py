"""What an hour of a person on a project costs the client: the rate of his role there, on the days that he has it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from crm.access.rights import hidden_fields
from projects.models import Project, ProjectMember, ProjectRate
from tasks.models import FIRST_DAY, LAST_DAY

#: What tells the price of an hour; whoever must not see one of these sees no money of time.
PRICED_BY = frozenset({"rates", "members", "currency"})


@dataclass(frozen=True)
class Span:
    """Both days included; spans of one person on one project never overlap."""

    project: UUID
    person: int
    first: date
    last: date
    rate: Decimal
    currency: str


def sees_money(reader: Any) -> bool:
    return hidden_fields(reader, Project).isdisjoint(PRICED_BY)


def priced_spans(reader: Any, entries: Any, first: date, last: date) -> list[Span]:
    """Of the projects of these entries that are in the reader's sight, on these days, at two queries.

    Who has several places on a team at a time is priced by the first; a role without a rate costs nothing. Of several
    rates of a role the one in the currency of the project counts, else the first.
    """
    if not sees_money(reader):
        return []
    worked_on = entries.order_by().values("project")
    seen = Project.objects.visible_to(reader).filter(pk__in=worked_on).values("pk")
    rates: dict[tuple[UUID, str], tuple[Decimal, str]] = {}
    for rate in ProjectRate.objects.filter(project__in=seen).select_related("project").order_by("position", "id"):
        key = (rate.project_id, rate.role)
        if key not in rates or (rate.currency == rate.project.currency != rates[key][1]):
            rates[key] = (rate.hourly_rate, rate.currency)
    places: dict[tuple[UUID, int], list[ProjectMember]] = defaultdict(list)
    priced = {project for project, _role in rates}
    then = Q(starts=None) | Q(starts__lte=last), Q(ends=None) | Q(ends__gte=first)
    for member in ProjectMember.objects.filter(*then, project__in=priced).order_by("position", "id"):
        places[member.project_id, member.user_id].append(member)
    return [span for own in places.values() for span in _spans(own, rates)]


def _spans(own: list[ProjectMember], rates: dict[tuple[UUID, str], tuple[Decimal, str]]) -> Iterator[Span]:
    taken: list[tuple[date, date]] = []
    for member in own:
        first, last = member.starts or FIRST_DAY, member.ends or LAST_DAY
        rate = rates.get((member.project_id, member.role))
        for begin, end in _without(taken, first, last):
            if rate is not None:
                yield Span(member.project_id, member.user_id, begin, end, *rate)
        taken.append((first, last))


def _without(taken: list[tuple[date, date]], first: date, last: date) -> list[tuple[date, date]]:
    """What is left of the days when those that are taken are cut out."""
    left = [(first, last)]
    for begin, end in taken:
        cut: list[tuple[date, date]] = []
        for one, other in left:
            if end < one or begin > other:
                cut.append((one, other))
                continue
            if one < begin:
                cut.append((one, begin - timedelta(days=1)))
            if other > end:
                cut.append((end + timedelta(days=1), other))
        left = cut
    return left
