"""The demo company itself: its name and calendar, and the catalogue of what its people know."""

from datetime import date

from teams.models import Company, Skill, SpecialDay, User
from teams.services import save_company, save_skill

# By category. Who knows what is the business of the demo's staff.
CATALOGUE = {
    "Languages and frameworks": (
        "Python",
        "Django",
        "TypeScript",
        "React",
        "Kotlin",
        "Swift",
        "Java",
        "Go",
    ),
    "Data and cloud": (
        "PostgreSQL",
        "Kubernetes",
        "Terraform",
        "AWS",
        "Azure",
        "Data engineering",
        "Machine learning",
    ),
    "Delivery": (
        "Business analysis",
        "Project management",
        "Scrum",
        "UX design",
        "Test automation",
        "Security audits",
    ),
    "Selling": (
        "Negotiation",
        "Public tenders",
        "Presales",
        "Account management",
    ),
    "Office": (
        "Bookkeeping",
        "Contract law",
    ),
}
_SPECIAL_DAYS = (
    SpecialDay(day=date(2026, 12, 24), name="Company day", is_working=False),
    SpecialDay(day=date(2026, 12, 25), name="Christmas", is_working=False),
    SpecialDay(day=date(2027, 1, 1), name="New Year", is_working=False),
    SpecialDay(day=date(2027, 1, 9), name="Instead of the company day", is_working=True),
)


def found_company(admin: User) -> Company:
    """The company of the demo; one that is there already stays as it is."""
    company = Company.current()
    if not company._state.adding:
        return company
    company.name = "Porada Demo"
    days = [SpecialDay(day=one.day, name=one.name, is_working=one.is_working) for one in _SPECIAL_DAYS]
    return save_company(company, actor=admin, special_days=days)


def stock_catalogue(admin: User) -> dict[str, Skill]:
    """Every skill of the catalogue by name, those that were missing made."""
    known = {skill.name: skill for skill in Skill.objects.all()}
    for category, names in CATALOGUE.items():
        for name in names:
            if name not in known:
                known[name] = save_skill(Skill(name=name, category=category), actor=admin)
    return known
