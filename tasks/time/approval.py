"""The weeks that wait for somebody's decision."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from crm.access.rights import hidden_fields
from tasks.models import TimeEntry, TimeState
from tasks.services.time_week import decidable_by
from tasks.time.durations import duration_text
from tasks.time.places import Named, Place, named_places, place_of
from tasks.time.week import monday_of
from teams.models import User

#: More at once would be a wall; the oldest come first.
MOST_ENTRIES = 500
DECIDES_BY = frozenset({"minutes", "day", "task", "project", "owner", "state"})


@dataclass(frozen=True)
class WaitingWeek:
    """What one person submitted of one week, as far as the reader decides on it."""

    person: User
    monday: date
    entries: Sequence[TimeEntry]
    places: Mapping[Place, Named]

    @property
    def key(self) -> str:
        return f"{self.person.pk}:{self.monday.isoformat()}"

    @property
    def keys(self) -> str:
        """Its entries, each with the version that is shown: nobody decides on what he did not see."""
        return " ".join(f"{entry.pk}:{entry.version}" for entry in self.entries)

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def hours(self) -> str:
        return duration_text(sum(entry.minutes for entry in self.entries))

    @property
    def billable_hours(self) -> str:
        return duration_text(sum(entry.billed_minutes for entry in self.entries if entry.is_billable))

    @property
    def lines(self) -> list[tuple[TimeEntry, Named]]:
        return [(entry, self.places[place_of(entry)]) for entry in self.entries]

    @property
    def summary(self) -> list[tuple[str, str]]:
        """(task or project, hours), those that took longest first."""
        sums: dict[str, int] = defaultdict(int)
        for entry, named in self.lines:
            sums[named.project or named.name] += entry.minutes
        return [(name, duration_text(minutes)) for name, minutes in sorted(sums.items(), key=lambda one: -one[1])]


def waiting_for(reader: Any) -> tuple[list[WaitingWeek], bool]:
    """The weeks, the oldest first, and whether there are more; at four queries.

    Nothing for whoever must not see what is to be decided on.
    """
    if not hidden_fields(reader, TimeEntry).isdisjoint(DECIDES_BY):
        return [], False
    rows = decidable_by(reader).filter(state=TimeState.SUBMITTED, owner__isnull=False).order_by("day", "id")
    entries = list(rows[: MOST_ENTRIES + 1])
    has_more, entries = len(entries) > MOST_ENTRIES, entries[:MOST_ENTRIES]
    places = named_places({place_of(entry) for entry in entries}, reader)
    people = User.objects.in_bulk({entry.owner_id for entry in entries})
    weeks: dict[tuple[date, int], list[TimeEntry]] = defaultdict(list)
    for entry in entries:
        weeks[monday_of(entry.day), entry.owner_id or 0].append(entry)
    found = [WaitingWeek(people[owner], monday, rows, places) for (monday, owner), rows in weeks.items()]
    return sorted(found, key=lambda week: (week.monday, str(week.person))), has_more
