"""How a project fares, computed from its dates, milestones, risks and hours; and why, in sentences.

A pure function of what it is given. What the manager says himself stands above it: see `Health`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects.models.projects import HealthLevel

#: So many days before the planned end what is not reached yet is told.
SOON_DAYS = 14
#: From this share of the hours on they are told.
MANY_HOURS = Decimal("0.8")
HEALTH_TINTS = {"green": "green", "amber": "amber", "red": "red"}
_ORDER = [HealthLevel.GREEN, HealthLevel.AMBER, HealthLevel.RED]


@dataclass(frozen=True)
class Standing:
    """What the health is computed from; what the reader must not see is left out.

    `due_days` are those of milestones not reached yet; `open_risks` pairs of probability and impact; `hours` the spent
    and the planned ones, None where nobody counts them.
    """

    today: date
    is_open: bool = True
    planned_end: date | None = None
    due_days: Sequence[date] = ()
    open_risks: Sequence[tuple[str, str]] = ()
    hours: tuple[Decimal, Decimal] | None = None


@dataclass(frozen=True)
class Health:
    """`level` is computed with its `reasons`; `word` is the manager's, empty when he gave none."""

    level: HealthLevel
    reasons: Sequence[str] = field(default_factory=tuple)
    word: str = ""

    @property
    def shown(self) -> HealthLevel:
        """The manager's word where there is one."""
        return HealthLevel(self.word) if self.word else self.level

    @property
    def differs(self) -> bool:
        return bool(self.word) and self.word != self.level

    @property
    def tint(self) -> str:
        return HEALTH_TINTS[self.shown.value]

    @property
    def computed_tint(self) -> str:
        return HEALTH_TINTS[self.level.value]


def health_of(standing: Standing, *, word: str = "") -> Health:
    """A closed project is on track, whatever it went through."""
    if not standing.is_open:
        return Health(HealthLevel.GREEN, word=word)
    found = [*_of_end(standing), *_of_milestones(standing), *_of_risks(standing), *_of_hours(standing)]
    level = max((level for level, _reason in found), key=_ORDER.index, default=HealthLevel.GREEN)
    return Health(level, tuple(reason for _level, reason in found), word)


Found = list[tuple[HealthLevel, str]]


def _of_end(standing: Standing) -> Found:
    if standing.planned_end is None:
        return []
    days = (standing.planned_end - standing.today).days
    if days < 0:
        return [(HealthLevel.RED, _("The planned end has passed"))]
    left = len(standing.due_days)
    if days > SOON_DAYS or not left:
        return []
    milestones = ngettext("%(count)s open milestone", "%(count)s open milestones", left) % {"count": left}
    sentence = ngettext("Ends in %(days)s day with %(milestones)s", "Ends in %(days)s days with %(milestones)s", days)
    return [(HealthLevel.AMBER, sentence % {"days": days, "milestones": milestones})]


def _of_milestones(standing: Standing) -> Found:
    overdue = sum(1 for due in standing.due_days if due < standing.today)
    if not overdue:
        return []
    sentence = ngettext("%(count)s milestone overdue", "%(count)s milestones overdue", overdue) % {"count": overdue}
    return [(HealthLevel.RED if overdue > 1 else HealthLevel.AMBER, sentence)]


def _of_risks(standing: Standing) -> Found:
    grave = standing.open_risks.count(("high", "high"))
    serious = sum(1 for risk in standing.open_risks if set(risk) == {"high", "medium"})
    found: Found = []
    if grave:
        sentence = ngettext("%(count)s risk open: high × high", "%(count)s risks open: high × high", grave)
        found.append((HealthLevel.RED, sentence % {"count": grave}))
    if serious:
        sentence = ngettext("%(count)s risk open: high × medium", "%(count)s risks open: high × medium", serious)
        found.append((HealthLevel.AMBER, sentence % {"count": serious}))
    return found


def _of_hours(standing: Standing) -> Found:
    if standing.hours is None or not standing.hours[1]:
        return []
    spent, planned = standing.hours
    percent = int(spent * 100 / planned)
    if spent > planned:
        return [(HealthLevel.RED, _("More hours than planned: %(percent)s%%") % {"percent": percent})]
    if spent >= planned * MANY_HOURS:
        return [(HealthLevel.AMBER, _("%(percent)s%% of the hours are spent") % {"percent": percent})]
    return []
