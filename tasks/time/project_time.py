"""What was worked on one project, by person and state, as far as one reader sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Sum

from crm.access.rights import hidden_fields
from projects.models import Project
from tasks.models import TimeEntry, TimeState
from tasks.time.durations import duration_text
from teams.models import User


@dataclass(frozen=True)
class Share:
    """The minutes of one person, None for all together."""

    person: User | None
    minutes: int
    billable: int
    approved: int

    @property
    def hours(self) -> str:
        return duration_text(self.minutes)

    @property
    def billable_hours(self) -> str:
        return duration_text(self.billable)

    @property
    def approved_hours(self) -> str:
        return duration_text(self.approved)


@dataclass(frozen=True)
class ProjectSums:
    total: Share
    people: Sequence[Share]


def time_on(project: Project, reader: Any) -> ProjectSums:
    """At two queries; nobody is named to a reader who must not know whose time it is."""
    hidden = hidden_fields(reader, TimeEntry)
    if "minutes" in hidden:
        return ProjectSums(Share(None, 0, 0, 0), [])
    billable = Q() if "is_billable" not in hidden else Q(pk__in=[])
    approved = Q(state=TimeState.APPROVED) if "state" not in hidden else Q(pk__in=[])
    rows = list(
        TimeEntry.objects.visible_to(reader)
        .filter(project=project)
        .order_by()
        .values("owner")
        .annotate(
            total=Sum("minutes"),
            billed=Sum("billed_minutes", filter=billable & Q(is_billable=True), default=0),
            approved=Sum("minutes", filter=approved, default=0),
        )
    )
    people = User.objects.in_bulk({row["owner"] for row in rows}) if "owner" not in hidden else {}
    shares = [
        Share(people[row["owner"]], row["total"], row["billed"], row["approved"])
        for row in rows
        if row["owner"] in people
    ]
    total = Share(
        None,
        sum(row["total"] for row in rows),
        sum(row["billed"] for row in rows),
        sum(row["approved"] for row in rows),
    )
    return ProjectSums(total, sorted(shares, key=lambda share: -share.minutes))
