"""Handing over the book of somebody who leaves: a plan that writes nothing, and the one write that follows it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.access.following import followings
from crm.access.models import Record
from crm.access.registry import record_models
from crm.access.rights import Action, locked_fields, may
from crm.access.ways import givable_by
from crm.history.writing import CHANGED, record_versions
from crm.notifications.services import notify
from crm.timeline import writing as timeline
from teams.models import Handover, Membership, User
from teams.selectors.owners import owners_offered_to
from teams.selectors.reach import people_managed_by

REASON = gettext_noop("Handed over")
# Rows of one UPDATE and one INSERT … SELECT into the history.
_BATCH = 5000


class PlanChanged(Exception):
    """What is to be handed over is not any more what was previewed."""

    def __init__(self) -> None:
        super().__init__(_("The book changed since the preview. Look at it again."))


@dataclass(frozen=True)
class Rule:
    """Who gets what. Exactly one of the four ways is filled in; what it gives to nobody stays with the leaver.

    `by_team` has the id of a team, or 0 for records without one; `by_type` a label such as "clients.client".
    """

    evenly: Sequence[User] = ()
    by_team: Mapping[int, User] = field(default_factory=dict)
    by_type: Mapping[str, User] = field(default_factory=dict)
    follows: bool = False
    to_home_team: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "evenly": [user.pk for user in self.evenly],
            "by_team": {str(team): user.pk for team, user in self.by_team.items()},
            "by_type": {label: user.pk for label, user in self.by_type.items()},
            "follows": self.follows,
            "to_home_team": self.to_home_team,
        }


@dataclass(frozen=True)
class Portion:
    """Records of one type for one person."""

    model: type[Record]
    recipient: User
    ids: tuple[UUID, ...]

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def type_name(self) -> str:
        return str(self.model._meta.verbose_name_plural).capitalize()

    @property
    def is_blind(self) -> bool:
        """Whether the recipient would see these records only because he owns nothing by his role: not at all."""
        return not may(self.recipient, Action.VIEW, self.model)


@dataclass(frozen=True)
class Plan:
    leaver: User
    rule: Rule
    portions: tuple[Portion, ...]
    # By label of the type: how many the rule gives to nobody.
    left: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(len(portion.ids) for portion in self.portions)

    @property
    def digest(self) -> str:
        """Tells whether another plan is this one."""
        parts = [f"{p.label}:{p.recipient.pk}:{','.join(map(str, p.ids))}" for p in self.portions]
        return hashlib.sha256("|".join([*parts, str(self.rule.as_json())]).encode()).hexdigest()


def owned_for(leaver: User, model: type[Record], actor: User) -> Any:
    """What the leaver owns of a type and the actor may give away, the recycle bin left alone; oldest first."""
    rows: Any = givable_by(actor, model.objects.assignable_by(actor).filter(owner=leaver)).order_by("id")
    is_kept = not model.CHANGES_HANDS or locked_fields(actor, model) & {"owner", "team"}
    return rows.none() if is_kept else rows


def counts_of_book(leaver: User, *, actor: User) -> list[tuple[type[Record], int]]:
    """How much of each record type the actor may hand over; types of which there is nothing are left out."""
    counted = [(model, owned_for(leaver, model, actor).count()) for model in record_models()]
    return [(model, count) for model, count in counted if count]


def plan_handover(leaver: User, rule: Rule, *, actor: User) -> Plan:
    """Who would get which records. Raises PermissionDenied for a leaver or a recipient out of the actor's reach."""
    if not people_managed_by(actor, Action.ASSIGN).filter(pk=leaver.pk).exists():
        raise PermissionDenied
    given: dict[str, dict[UUID, User]] = {}
    left: dict[str, int] = {}
    for model in record_models():
        rows = list(owned_for(leaver, model, actor).values_list("pk", "team_id"))
        given[model._meta.label_lower] = _by_rule(rule, model._meta.label_lower, rows)
        left[model._meta.label_lower] = len(rows)
    if rule.follows:
        _follow(given, leaver)
    portions = [
        Portion(model, recipient, ids)
        for model in record_models()
        for recipient, ids in _gathered(given[model._meta.label_lower])
    ]
    _refuse_strangers(portions, leaver, actor)
    for label, owners in given.items():
        left[label] -= len(owners)
    return Plan(leaver, rule, tuple(portions), {label: count for label, count in left.items() if count > 0})


def _by_rule(rule: Rule, label: str, rows: Iterable[tuple[UUID, int | None]]) -> dict[UUID, User]:
    if rule.evenly:
        return {pk: rule.evenly[index % len(rule.evenly)] for index, (pk, _team) in enumerate(rows)}
    if rule.by_type:
        recipient = rule.by_type.get(label)
        return {pk: recipient for pk, _team in rows} if recipient else {}
    return {pk: rule.by_team[team or 0] for pk, team in rows if (team or 0) in rule.by_team}


def _follow(given: dict[str, dict[UUID, User]], leaver: User) -> None:
    """Whatever follows a record that changes hands goes to the same person; what follows none keeps its rule."""
    for following in followings():
        owners, leaders = given.get(following.follower, {}), given.get(following.leader, {})
        for pk, leader in following.leader_of(tuple(owners)).items():
            if leader in leaders and leaders[leader].pk != leaver.pk:
                owners[pk] = leaders[leader]


def _gathered(owners: Mapping[UUID, User]) -> list[tuple[User, tuple[UUID, ...]]]:
    people = {user.pk: user for user in owners.values()}
    ids: dict[int, list[UUID]] = {}
    for pk, user in owners.items():
        ids.setdefault(user.pk, []).append(pk)
    return [(people[key], tuple(sorted(keys))) for key, keys in sorted(ids.items())]


def _refuse_strangers(portions: Iterable[Portion], leaver: User, actor: User) -> None:
    for portion in portions:
        offered = owners_offered_to(actor, portion.model)
        if portion.recipient.pk == leaver.pk or not offered.filter(pk=portion.recipient.pk).exists():
            raise PermissionDenied


@transaction.atomic
def hand_book_over(leaver: User, rule: Rule, *, digest: str, actor: User) -> Handover:
    """Give the book away as it was previewed: `digest` is that of the previewed plan.

    Every version carries the change set of the returned handover. Raises PlanChanged, PermissionDenied.
    """
    plan = plan_handover(leaver, rule, actor=actor)
    if plan.digest != digest:
        raise PlanChanged
    change_set = uuid4()
    teams = _home_teams(plan) if rule.to_home_team else {}
    counts: dict[str, dict[str, int]] = {}
    for portion in plan.portions:
        new_values: dict[str, Any] = {"owner": portion.recipient}
        if portion.recipient.pk in teams:
            new_values["team_id"] = teams[portion.recipient.pk]
        _give(portion, leaver, new_values, actor=actor, change_set=change_set)
        _tell_recipient(portion, actor=actor)
        counts.setdefault(portion.label, {})[str(portion.recipient.pk)] = len(portion.ids)
    return Handover.objects.create(
        leaver=leaver, actor=actor, change_set=change_set, rule=rule.as_json(), counts=counts
    )


def _tell_recipient(portion: Portion, *, actor: User) -> None:
    """One notification for all records of a type: it names the first of them."""
    first = portion.model._default_manager.get(pk=portion.ids[0])
    data = {"others": len(portion.ids) - 1}
    notify("records.handed_over", record=first, receivers=[portion.recipient.pk], actor=actor, data=data)


def _home_teams(plan: Plan) -> dict[int, int]:
    recipients = {portion.recipient.pk for portion in plan.portions}
    memberships = Membership.objects.filter(user__in=recipients).order_by("user", "is_primary", "-id")
    return dict(memberships.values_list("user", "team"))


def _give(portion: Portion, leaver: User, new_values: dict[str, Any], *, actor: User, change_set: UUID) -> None:
    manager: models.Manager[Any] = portion.model._default_manager
    moment = timezone.now()
    for start in range(0, len(portion.ids), _BATCH):
        ids = portion.ids[start : start + _BATCH]
        rows = manager.filter(pk__in=ids, owner=leaver, deleted_at=None)
        # Somebody who edits one of them now has locked it: his save comes first, and the plan is looked at again.
        written = rows.update(version=F("version") + 1, updated_at=moment, **new_values)
        if written != len(ids):
            raise PlanChanged
        record_versions(portion.model, ids, actor=actor, kind=CHANGED, reason=REASON, change_set=change_set)
        news = [name.removesuffix("_id") for name in new_values]
        timeline.record_many("records.handed_over", portion.model, ids, actor=actor, fields=news)
