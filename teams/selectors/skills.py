"""The catalogue of skills, and who knows what."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from teams.models import PersonSkill, Skill, SkillLevel, User

_FACES = 4


@dataclass(frozen=True)
class CatalogueEntry:
    """A skill with the active people who know it; `levels` are (label, level, how many), the highest first."""

    skill: Skill
    count: int
    levels: list[tuple[str, int, int]]
    best_people: list[User]


def catalogue(*, archived: bool = False) -> list[CatalogueEntry]:
    """Every skill in the order of the catalogue, at two queries."""
    known: dict[int, list[PersonSkill]] = defaultdict(list)
    rows = PersonSkill.objects.filter(user__is_active=True, skill__is_archived=archived).select_related("user")
    for row in rows.order_by("-level", "user__first_name", "user__last_name"):
        known[row.skill_id].append(row)
    return [_entry(skill, known.get(skill.pk, ())) for skill in Skill.objects.filter(is_archived=archived)]


def _entry(skill: Skill, rows: Sequence[PersonSkill]) -> CatalogueEntry:
    counts = Counter(row.level for row in rows)
    levels = [(str(level.label), level.value, counts[level]) for level in reversed(SkillLevel) if counts[level]]
    return CatalogueEntry(skill, len(rows), levels, [row.user for row in rows[:_FACES]])


def people_who_know(skill: Skill) -> list[PersonSkill]:
    """Active people, the best first."""
    rows = PersonSkill.objects.filter(skill=skill, user__is_active=True).select_related("user")
    return list(rows.order_by("-level", "user__first_name", "user__last_name"))


def categories() -> list[str]:
    names = Skill.objects.exclude(category="").order_by("category").values_list("category", flat=True)
    return list(dict.fromkeys(names))
