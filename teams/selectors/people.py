"""Colleagues as one reader may know them: who changes whom, who knows why somebody is away."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.access.models import Record
from crm.access.registry import worked_on_models
from crm.access.rights import Action, Scope, hidden_fields, may, rights_of
from crm.listing.counting import capped_counts
from teams.models import Absence, AbsenceKind, Company, Membership, PersonSkill, Team, User, Weekday, WorkingHours
from teams.models.people import SPOKEN_LANGUAGES
from teams.selectors.calendar import company_hours
from teams.selectors.reach import people_managed_by

_LANGUAGE_NAMES = dict(SPOKEN_LANGUAGES)
_ON_SUGGEST, _MOST_WORDS, _SHORTEST_NUMBER = 20, 6, 3


# Who may what


def manages(actor: User, person: User) -> bool:
    """Whether the actor's grants reach this person; nobody but a superuser manages himself."""
    return people_managed_by(actor, Action.CHANGE).filter(pk=person.pk).exists()


def may_change(actor: User, person: User) -> bool:
    """Everybody keeps his own profile; managers keep those of their people."""
    return (actor.pk == person.pk and actor.is_active) or manages(actor, person)


def refuse_unless_may_change(actor: User, person: User) -> None:
    """Raises PermissionDenied."""
    if not may_change(actor, person):
        raise PermissionDenied(_("You may not change this person."))


def may_look_for_deactivated(actor: User) -> bool:
    return may(actor, Action.CHANGE, User) or may(actor, Action.DELETE, User)


def knows_why(actor: User, people: Collection[User]) -> frozenset[int]:
    """Keys of those of whose absences the actor knows kind and note: his own, his team's, and whom he manages."""
    keys = [person.pk for person in people]
    if actor.is_superuser and actor.is_active:
        return frozenset(keys)
    led = Q(pk__in=Membership.objects.filter(team__lead=actor, user__in=keys).values("user"))
    if may(actor, Action.CHANGE, User):
        led |= Q(pk__in=people_managed_by(actor, Action.CHANGE).values("pk"))
    return frozenset(User.objects.filter(Q(pk=actor.pk) | led, pk__in=keys).values_list("pk", flat=True))


# The directory


def colleagues() -> QuerySet[User]:
    """Those who work here now, in the order of their names."""
    return User.objects.filter(is_active=True).order_by("first_name", "last_name", "username", "pk")


def with_name(people: QuerySet[User], typed: str) -> QuerySet[User]:
    """People whose phone has the number that was typed, or whose names and e-mail have every word of it."""
    digits = "".join(letter for letter in typed if letter.isdigit())
    if len(digits) >= _SHORTEST_NUMBER and not any(letter.isalpha() for letter in typed):
        return people.filter(phone__icontains=digits)
    for word in typed.replace("\0", "").split()[:_MOST_WORDS]:
        names = Q(first_name__icontains=word) | Q(last_name__icontains=word)
        people = people.filter(names | Q(username__icontains=word) | Q(email__icontains=word))
    return people


def directory(chosen: Mapping[str, Any], *, reader: User) -> QuerySet[User]:
    """Colleagues narrowed by the filters that are on: q, team (with the teams below), role, skill and level, away,
    deactivated (for those who may look for them)."""
    is_past = chosen.get("deactivated") and may_look_for_deactivated(reader)
    people = with_name(colleagues() if not is_past else _former(), str(chosen.get("q", "")))
    if team := chosen.get("team"):
        members = Membership.objects.filter(team__in=team.descendants(include_self=True).values("pk"))
        people = people.filter(pk__in=members.values("user"))
    if role := chosen.get("role"):
        people = people.filter(role=role)
    if skill := chosen.get("skill"):
        able = PersonSkill.objects.filter(skill=skill, level__gte=chosen.get("level") or 0)
        people = people.filter(pk__in=able.values("user"))
    if chosen.get("away"):
        today = timezone.localdate()
        absent = Absence.objects.filter(starts__lte=today, ends__gte=today)
        people = people.filter(pk__in=absent.values("user"))
    return people.select_related("role").prefetch_related(
        Prefetch("memberships", Membership.objects.select_related("team"))
    )


def _former() -> QuerySet[User]:
    return User.objects.filter(is_active=False).order_by("first_name", "last_name", "username", "pk")


def suggested(typed: str) -> QuerySet[User]:
    """Active people for a choice, with the names of their teams in `team_names`."""
    names = StringAgg("teams__name", ", ", distinct=True, default="")
    return with_name(colleagues(), typed).annotate(team_names=names)[:_ON_SUGGEST]


# Absences


@dataclass(frozen=True)
class Away:
    """An absence as one reader may know it; `kind` and `note` are empty for those who need not know why."""

    pk: int
    starts: date
    ends: date
    kind: str = ""
    note: str = ""

    @property
    def is_past(self) -> bool:
        return self.ends < timezone.localdate()

    @property
    def is_now(self) -> bool:
        return self.starts <= timezone.localdate() <= self.ends

    @property
    def label(self) -> str:
        return str(AbsenceKind(self.kind).label) if self.kind else _("Away")

    @property
    def until(self) -> str:
        """In one line: "Vacation until 3 Dec"."""
        day = date_format(self.ends, "MONTH_DAY_FORMAT")
        if not self.kind:
            return _("Away until %(day)s") % {"day": day}
        return _("%(kind)s until %(day)s") % {"kind": self.label, "day": day}


def as_known(absence: Absence, known: Collection[int]) -> Away:
    """The absence without what only some may know; `known` is what `knows_why` gave."""
    if absence.user_id not in known:
        return Away(absence.pk, absence.starts, absence.ends)
    return Away(absence.pk, absence.starts, absence.ends, absence.kind, absence.note)


def away_on(day: date, people: Collection[User], *, reader: User) -> dict[int, Away]:
    """Who of these is absent on that day, by key, as the reader may know it; two queries."""
    found = list(Absence.objects.filter(user__in=people, starts__lte=day, ends__gte=day).order_by("starts", "pk"))
    known = knows_why(reader, [person for person in people if person.pk in {row.user_id for row in found}])
    return {absence.user_id: as_known(absence, known) for absence in found}


def absences_of(person: User, *, reader: User, limit: int = 200) -> list[Away]:
    """Newest first; of what is over, colleagues learn nothing."""
    known = knows_why(reader, [person])
    found = Absence.objects.filter(user=person)
    if person.pk not in known:
        found = found.filter(ends__gte=timezone.localdate())
    return [as_known(absence, known) for absence in found[:limit]]


# The profile


@dataclass(frozen=True)
class Owned:
    """How many records of a type somebody owns, within the reader's sight; `url` is their list."""

    label: str
    count: str
    url: str


def owned_by(person: User, memberships: Collection[Membership], *, reader: User) -> list[Owned]:
    """A capped count of each record type that the reader may see; none of a type whose owner is hidden from him."""
    team_ids = {membership.team_id for membership in memberships}
    told = [
        model
        for model in worked_on_models()
        if may(reader, Action.VIEW, model) and "owner" not in hidden_fields(reader, model)
    ]
    counts = capped_counts([model.objects.visible_to(reader).filter(owner=person) for model in told])
    return [
        Owned(capfirst(str(model._meta.verbose_name_plural)), count, _list_of(model, person, team_ids, reader))
        for model, count in zip(told, counts, strict=True)
    ]


def _list_of(model: type[Record], person: User, team_ids: Collection[int], reader: User) -> str:
    """The list narrowed to the owner; empty when the reader's list does not offer him."""
    scope = rights_of(reader).scope(model, Action.VIEW)
    is_offered = scope == Scope.ALL or person.pk == reader.pk
    if not (is_offered or rights_of(reader).reached_team_ids(scope) & set(team_ids)):
        return ""
    try:
        return f"{reverse(f'{model.namespace()}:list')}?owner={person.pk}"
    except NoReverseMatch:
        return ""


def spoken_by(person: User) -> list[str]:
    """The languages of a person, named in the reader's."""
    return [str(_LANGUAGE_NAMES.get(code, code)) for code in person.languages]


def share_of_time(memberships: Iterable[Membership]) -> int:
    """Percent that the memberships add up to; above 100 somebody promised too much."""
    return sum(membership.share for membership in memberships)


def led_by(person: User) -> QuerySet[Team]:
    teams: QuerySet[Team] = Team.objects.filter(lead=person)
    return teams


@dataclass(frozen=True)
class WeekDay:
    """A weekday of somebody's ordinary week; without stretches it is a day off."""

    weekday: Weekday
    stretches: list[tuple[time, time]]

    @property
    def label(self) -> str:
        return str(self.weekday.label)


def week_of(person: User, company: Company) -> tuple[list[WeekDay], bool]:
    """The seven days, Monday first, and whether the hours are the person's own rather than the company's."""
    own: dict[int, list[tuple[time, time]]] = {}
    for row in WorkingHours.objects.filter(user=person):
        own.setdefault(row.weekday, []).append((row.starts, row.ends))
    hours = own or {weekday: [company_hours(company)] for weekday in company.working_days}
    return [WeekDay(weekday, hours.get(weekday, [])) for weekday in Weekday], bool(own)
