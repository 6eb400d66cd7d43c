"""Who sees a record, by which way, and what they may do with it: the access predicate turned round.

Agrees with `visible_to` and `allowed_actions` for every active person; costs the same few queries for three people and
for three hundred.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access.models import Record
from crm.access.querysets import reached_by_role
from crm.access.rights import Action, Rights, Scope
from crm.access.shares import LEVELS, Given, shares_of
from crm.access.ways import ways_to
from crm.history.reasons import last_day


@dataclass(frozen=True)
class Colleague:
    """An active person with what he may do; `role` is the name of his role, empty without one."""

    user: Any
    rights: Rights
    role: str


ColleaguesSource = Callable[[], Sequence[Colleague]]
_sources: list[ColleaguesSource] = []


def register_colleagues_source(source: ColleaguesSource) -> None:
    """Called once at start-up by the app that keeps people: everybody who may sign in, in the order of names."""
    _sources[:] = [source]


#: Of each further way whom it is open to, and people's keys with what is told of them.
Further = Sequence[tuple[Callable[[Rights], bool], Mapping[int, str]]]


class Way(models.IntegerChoices):
    """How somebody comes to see a record; the first one that he has decides where he is listed."""

    OWNER = 0, gettext_lazy("Owner")
    SHARE = 1, gettext_lazy("By a share")
    WORK = 2, gettext_lazy("By what they work on")
    TEAM = 3, gettext_lazy("Through the team")
    BELOW = 4, gettext_lazy("From a team above")
    ALL = 5, gettext_lazy("By a role that reaches everything")
    ADMIN = 6, gettext_lazy("Administrators")


@dataclass(frozen=True)
class Reason:
    way: Way
    text: str


@dataclass(frozen=True)
class Onlooker:
    """A person who sees the record; reasons with the strongest first."""

    user: Any
    reasons: tuple[Reason, ...]
    actions: frozenset[Action]

    @property
    def way(self) -> Way:
        return self.reasons[0].way

    @property
    def may_everything(self) -> bool:
        return self.actions >= set(Action) - {Action.ADD}

    @property
    def action_labels(self) -> list[str]:
        return [str(action.label) for action in Action if action in self.actions and action != Action.ADD]


@dataclass(frozen=True)
class OnlookerGroup:
    """Those of one way; `shown` are the first of `people`."""

    way: Way
    people: list[Onlooker]
    shown: list[Onlooker]

    @property
    def more(self) -> int:
        return len(self.people) - len(self.shown)


def who_sees(record: Record, *, shares: Sequence[Given] | None = None, reader: Any = None) -> list[Onlooker]:
    """Every active person in whose sight the stored record is, by way and name.

    `shares` are those of `shares_of`. `reader` is whom it is told: reasons name to him only what he sees himself.
    """
    if not _sources:
        raise ImproperlyConfigured("No app registered the colleagues.")
    given = [share for share in (shares_of(record) if shares is None else shares) if not share.has_ended]
    further = [(way.is_open, way.reasons(record, reader)) for way in ways_to(type(record))]
    found = [_onlooker(record, colleague, given, further) for colleague in _sources[0]()]
    return sorted((one for one in found if one is not None), key=lambda one: one.way)


def grouped(people: Iterable[Onlooker], *, most: int | None) -> list[OnlookerGroup]:
    """By their ways; at most `most` shown of each, None for all."""
    by_way: dict[Way, list[Onlooker]] = {}
    for onlooker in people:
        by_way.setdefault(onlooker.way, []).append(onlooker)
    return [OnlookerGroup(way, found, found[:most]) for way, found in by_way.items()]


def _onlooker(record: Record, colleague: Colleague, shares: Iterable[Given], further: Further) -> Onlooker | None:
    rights = colleague.rights
    held = [] if rights.is_unlimited else [share for share in shares if _is_with(share, colleague)]
    reasons = [*_reasons_of_role(record, colleague), *(_reason_of_share(share) for share in held)]
    if not rights.is_unlimited:
        reasons += _reasons_of_work(colleague, further)
    if not reasons:
        return None
    actions = reached_by_role(record, colleague.user, rights) | {share.action for share in held} | {Action.VIEW}
    reasons.sort(key=lambda reason: reason.way)
    return Onlooker(colleague.user, tuple(reasons), frozenset(actions))


def _reasons_of_work(colleague: Colleague, further: Further) -> list[Reason]:
    texts = [told.get(colleague.user.pk, "") for is_open, told in further if is_open(colleague.rights)]
    return [Reason(Way.WORK, text) for text in texts if text]


def _is_with(share: Given, colleague: Colleague) -> bool:
    if share.is_team:
        return share.holder.group_id in colleague.rights.group_ids
    return bool(share.holder.pk == colleague.user.pk)


def _reasons_of_role(record: Record, colleague: Colleague) -> list[Reason]:
    rights, role = colleague.rights, colleague.role
    if rights.is_unlimited:
        return [Reason(Way.ADMIN, _("Administrator"))]
    scope = rights.scope(type(record), Action.VIEW)
    reasons = []
    if scope >= Scope.OWN and record.owner_id == colleague.user.pk:
        reasons.append(Reason(Way.OWNER, _("Owns it")))
    if scope == Scope.ALL:
        reasons.append(Reason(Way.ALL, _("Role %(role)s: all") % {"role": role}))
    elif record.team_id in rights.reached_team_ids(scope):
        reasons.append(_reason_of_team(record, rights, role))
    return reasons


def _reason_of_team(record: Record, rights: Rights, role: str) -> Reason:
    told = {"team": record.team, "role": role}
    if record.team_id in rights.team_ids:
        return Reason(Way.TEAM, _("In the team %(team)s (role %(role)s: team)") % told)
    return Reason(Way.BELOW, _("Above the team %(team)s (role %(role)s: team and below)") % told)


def _reason_of_share(share: Given) -> Reason:
    told = {"giver": share.given_by or _("somebody"), "team": share.holder, "right": share.action.label}
    text = _("Shared by %(giver)s with the team %(team)s") if share.is_team else _("Shared by %(giver)s")
    text %= told
    if share.action not in LEVELS:
        text = _("%(reason)s (%(right)s)") % {"reason": text, **told}
    if share.until is not None:
        text = _("%(reason)s, until %(day)s") % {"reason": text, "day": last_day(share.until)}
    return Reason(Way.SHARE, text)
