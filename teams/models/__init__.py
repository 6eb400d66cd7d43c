"""People who sign in, their teams, skills and absences, the company, and the roles that say what they may do."""

from teams.models.comings import Handover, Invitation
from teams.models.company import Company, SpecialDay, Weekday
from teams.models.people import SPOKEN_LANGUAGES, Language, PeopleManager, Theme, User, validate_time_zone
from teams.models.roles import FieldRule, Grant, Role, SeenAs
from teams.models.staffing import Absence, AbsenceKind, PersonSkill, Skill, SkillLevel, WorkingHours
from teams.models.structure import Membership, Team

__all__ = [
    "SPOKEN_LANGUAGES",
    "Absence",
    "AbsenceKind",
    "Company",
    "FieldRule",
    "Grant",
    "Handover",
    "Invitation",
    "Language",
    "Membership",
    "PeopleManager",
    "PersonSkill",
    "Role",
    "SeenAs",
    "Skill",
    "SkillLevel",
    "SpecialDay",
    "Team",
    "Theme",
    "User",
    "Weekday",
    "WorkingHours",
    "validate_time_zone",
]
