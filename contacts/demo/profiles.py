"""What stands on the profiles of the demo's people: how to reach them, what they can do, when they are away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.utils import timezone

from teams.models import Absence, AbsenceKind, PersonSkill, Skill, Team, User, WorkingHours
from teams.services import enter_absence, join_team, save_profile, save_skills, save_working_hours

VACATION, SICK, DAY_OFF = AbsenceKind.VACATION, AbsenceKind.SICK, AbsenceKind.DAY_OFF
TRIP, TRAINING, PARENTAL = AbsenceKind.TRIP, AbsenceKind.TRAINING, AbsenceKind.PARENTAL
MORNINGS = tuple((weekday, 9, 13) for weekday in range(5))
FOUR_DAYS = tuple((weekday, 8, 17) for weekday in range(4))


@dataclass(frozen=True)
class Profile:
    """`birthday` is (year, month, day); `skills` are (name, level, months since the last use); `away` is (kind, first
    day from today, days); `also` is (team, position, percent) beside the first team, which gets the rest or `share`."""

    username: str
    position: str
    birthday: tuple[int, int, int]
    languages: tuple[str, ...]
    skills: tuple[tuple[str, int, int], ...]
    about: str = ""
    country: str = ""
    away: tuple[tuple[AbsenceKind, int, int], ...] = ()
    hours: tuple[tuple[int, int, int], ...] = ()
    share: int = 100
    also: tuple[str, str, int] | None = None


PROFILES = (
    Profile(
        "ann",
        "Senior sales manager",
        (1987, 5, 9),
        ("en", "uk", "de"),
        (("Negotiation", 4, 0), ("Presales", 3, 1), ("Public tenders", 2, 9)),
        "Shipyards, ports and everything that floats. Ask me about tenders in English.",
        away=((VACATION, 21, 12), (SICK, -40, 4)),
    ),
    Profile(
        "bob",
        "Sales manager",
        (1992, 11, 30),
        ("uk", "en"),
        (("Negotiation", 3, 0), ("Account management", 3, 0)),
        away=((DAY_OFF, 4, 1),),
    ),
    Profile(
        "cy",
        "Sales manager",
        (1990, 2, 17),
        ("en", "pl"),
        (("Account management", 3, 0), ("Public tenders", 4, 2)),
        country="PL",
        away=((TRIP, -1, 4),),
    ),
    Profile(
        "fin",
        "Accountant",
        (1979, 8, 3),
        ("uk", "en"),
        (("Bookkeeping", 4, 0), ("Contract law", 2, 5)),
        hours=FOUR_DAYS,
    ),
    Profile("vira", "Director", (1974, 3, 21), ("uk", "en", "fr"), (("Contract law", 3, 3), ("Negotiation", 4, 1))),
    Profile(
        "hanna",
        "Head of sales",
        (1983, 12, 6),
        ("uk", "en", "pl"),
        (("Negotiation", 4, 0), ("Account management", 4, 0)),
        "Both sales teams. Write first, I am mostly in meetings until noon.",
        away=((VACATION, 32, 10),),
    ),
    Profile("oleh", "Team lead", (1986, 7, 14), ("uk", "en"), (("Presales", 4, 0), ("Negotiation", 3, 0))),
    Profile(
        "daryna",
        "Sales assistant",
        (1999, 4, 2),
        ("uk", "en", "es"),
        (("Account management", 2, 0),),
        hours=MORNINGS,
        away=((TRAINING, 7, 3),),
    ),
    Profile("artem", "Sales manager", (1988, 10, 25), ("ru", "uk", "en"), (("Negotiation", 3, 0),)),
    Profile("zofia", "Team lead", (1985, 6, 11), ("pl", "en", "uk"), (("Public tenders", 4, 0),), country="PL"),
    Profile(
        "ihor",
        "Head of delivery",
        (1980, 1, 19),
        ("uk", "en"),
        (("Project management", 4, 0), ("Scrum", 4, 0), ("Java", 2, 60)),
    ),
    Profile(
        "priya",
        "Project manager",
        (1991, 9, 8),
        ("en", "hi"),
        (("Project management", 4, 0), ("Scrum", 3, 0), ("UX design", 2, 14)),
        away=((VACATION, -2, 9),),
    ),
    Profile(
        "tobias",
        "Project manager",
        (1989, 3, 30),
        ("de", "en"),
        (("Project management", 3, 0), ("Data engineering", 3, 8)),
        country="DE",
    ),
    Profile(
        "solomiia",
        "Frontend developer",
        (1996, 5, 27),
        ("uk", "en"),
        (("TypeScript", 4, 0), ("React", 4, 0), ("Swift", 2, 11), ("UX design", 3, 2)),
        share=60,
        also=("Data and cloud", "Dashboards", 40),
    ),
    Profile(
        "callum",
        "Backend developer",
        (1993, 12, 12),
        ("en",),
        (("Python", 4, 0), ("Django", 4, 0), ("PostgreSQL", 3, 0), ("Kubernetes", 2, 6)),
        away=((SICK, 0, 3),),
    ),
    Profile(
        "ilia",
        "Data engineer",
        (1994, 7, 1),
        ("ru", "uk", "en"),
        (("Python", 3, 0), ("Data engineering", 4, 0), ("AWS", 3, 1), ("Machine learning", 2, 4)),
        share=80,
        also=("Web and mobile", "On call", 40),
    ),
    Profile("grace", "Adviser", (1968, 10, 4), ("en", "fr"), (("Contract law", 4, 2),), hours=MORNINGS),
)


def fill_profiles(staff: Mapping[str, User], skills: Mapping[str, Skill]) -> None:
    """Of those whose profile is still bare; the others stay as they are."""
    admin = staff["admin"]
    for number, profile in enumerate(PROFILES):
        person = staff[profile.username]
        if person.phone:
            continue
        person.phone, person.about = f"+3804459{number:05}", profile.about
        person.birthday, person.languages = date(*profile.birthday), list(profile.languages)
        if profile.country:
            person.country = profile.country  # type: ignore[assignment]
        save_profile(person, actor=admin)
        _place(person, profile, admin)
        save_skills(person, [_skill(skills[name], level, ago) for name, level, ago in profile.skills], actor=person)
        save_working_hours(person, [_stretch(*hours) for hours in profile.hours], actor=person)
        for kind, start, days in profile.away:
            enter_absence(_absence(person, kind, start, days), actor=person)


def _place(person: User, profile: Profile, admin: User) -> None:
    first = person.memberships.select_related("team").get(is_primary=True)
    join_team(person, first.team, actor=admin, position=profile.position, share=profile.share, is_primary=True)
    if profile.also:
        name, position, percent = profile.also
        join_team(person, Team.objects.get(name=name), actor=admin, position=position, share=percent)


def _skill(skill: Skill, level: int, months_ago: int) -> PersonSkill:
    return PersonSkill(skill=skill, level=level, last_used=timezone.localdate() - timedelta(days=30 * months_ago))


def _stretch(weekday: int, starts: int, ends: int) -> WorkingHours:
    return WorkingHours(weekday=weekday, starts=time(starts), ends=time(ends))


def _absence(person: User, kind: AbsenceKind, start: int, days: int) -> Absence:
    first = timezone.localdate() + timedelta(days=start)
    return Absence(user=person, kind=kind, starts=first, ends=first + timedelta(days=days - 1))
