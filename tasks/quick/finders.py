"""Whom and what the names of a line mean, within the sight of whoever writes it, and by what he may fill in."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from clients.models import Client
from contacts.models import Contact
from crm.access.rights import hidden_fields, locked_fields
from crm.search.finding import find, look_up
from crm.search.queries import read_query
from crm.search.text import normalise
from projects.models import Deal, Project
from tasks.models import Task
from tasks.quick.reading import Match
from teams.models import User
from teams.selectors import owners_offered_to

#: A name may mean any of these; where it fits several equally well, the first.
_TYPES: tuple[tuple[str, Any], ...] = (("client", Client), ("deal", Deal), ("project", Project), ("contact", Contact))
_MOST, _MOST_PEOPLE = 8, 20
_SHORTEST_STEM = 4
_EXACT, _BEGINS, _WITHIN = range(3)


class RecordFinders:
    """Out of sight is as if it were not there."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self.closed = hidden_fields(user, Task) | locked_fields(user, Task)

    def people(self, name: str) -> Sequence[Match]:
        offered = owners_offered_to(self.user, Task)
        if "owner" in self.closed:
            offered = offered.filter(pk=self.user.pk)
        begins = Q(username__istartswith=name) | Q(first_name__istartswith=name) | Q(last_name__istartswith=name)
        found = list(offered.filter(begins).order_by("first_name", "last_name", "pk")[:_MOST])
        wanted = name.casefold()
        best = [one for one in found if one.username.casefold() == wanted]
        best = best or [one for one in found if wanted in (one.first_name.casefold(), one.last_name.casefold())]
        return [Match("owner", one.pk, str(one)) for one in best or found]

    def about(self, name: str) -> Sequence[Match]:
        ranked: dict[tuple[int, int], list[Match]] = {}
        for order, (kind, model) in enumerate(_TYPES):
            if kind in self.closed:
                continue
            for record in self._found(model, name):
                rank = _rank(record, name)
                if rank is not None:
                    ranked.setdefault((rank, order), []).append(Match(kind, record.pk, str(record)))
        return ranked[min(ranked)] if ranked else []

    def contact(self, names: Sequence[str]) -> Match | None:
        if "contact" in self.closed:
            return None
        wanted = [normalise(name) for name in names]
        stems = [name[: max(_SHORTEST_STEM, len(name) - 2)] for name in wanted]
        found = find(Contact, self.user, " ".join(stems), limit=_MOST_PEOPLE)
        if len(found) == _MOST_PEOPLE:
            return None
        words = {one: normalise(one.name).split() for one in found}
        exact = [one for one in found if all(name in words[one] for name in wanted)]
        close = [one for one in found if all(any(word.startswith(stem) for word in words[one]) for stem in stems)]
        best = exact or close
        return Match("contact", best[0].pk, best[0].name) if len(best) == 1 else None

    def _found(self, model: Any, name: str) -> list[Any]:
        with_code = model is Project and "code" not in hidden_fields(self.user, Project)
        return look_up(model, self.user, read_query(name), limit=_MOST, fields=("code",) if with_code else ()).records


def _rank(record: Any, name: str) -> int | None:
    wanted, said = normalise(name), normalise(record.name)
    code = normalise(record.__dict__.get("code") or "")
    if wanted in (said, code):
        return _EXACT
    if said.startswith(wanted):
        return _BEGINS
    words = said.split()
    # What was found by a number or an address is not what the name says.
    return _WITHIN if all(any(word.startswith(one) for word in words) for one in wanted.split()) else None


def person_of(match: Match | None, otherwise: Any) -> Any:
    return User.objects.get(pk=match.key) if match else otherwise
