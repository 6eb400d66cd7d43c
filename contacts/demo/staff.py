"""The demo company's own people: teams in a tree, a role for each person, five of them with a sign-in."""

from collections.abc import Mapping
from dataclasses import dataclass

from teams import ready_roles
from teams.models import Language, Membership, Team, User
from teams.services import install_ready_roles

OWN_DOMAIN = "porada.example"
# Who is who stands in the names of the tests' cast: bob is ann's teammate, cy an outsider, fin has hidden fields.
SIGN_INS = ("admin", "ann", "bob", "cy", "fin")
TEAMS = (
    ("Sales", None),
    ("North", "Sales"),
    ("South", "Sales"),
    ("Delivery", None),
    ("Web and mobile", "Delivery"),
    ("Data and cloud", "Delivery"),
    ("Office", None),
)
SELLING_TEAMS = ("North", "South")
DELIVERING_TEAMS = ("Data and cloud", "Web and mobile")


@dataclass(frozen=True)
class Colleague:
    username: str
    first_name: str
    last_name: str
    role: str
    team: str
    language: Language = Language.ENGLISH
    is_lead: bool = False


MANAGER, DEVELOPER = ready_roles.SALES_MANAGER.name, ready_roles.DEVELOPER.name
UKRAINIAN, RUSSIAN = Language.UKRAINIAN, Language.RUSSIAN
COLLEAGUES = (
    Colleague("ann", "Ann", "Whitlock", MANAGER, "North"),
    Colleague("bob", "Bob", "Melnyk", MANAGER, "North"),
    Colleague("cy", "Cy", "Novak", MANAGER, "South"),
    Colleague("fin", "Fin", "Hrytsenko", ready_roles.ACCOUNTANT.name, "Office"),
    Colleague("vira", "Віра", "Соколюк", ready_roles.DIRECTOR.name, "Office", UKRAINIAN, is_lead=True),
    Colleague("hanna", "Ганна", "Ґудзь", ready_roles.HEAD_OF_SALES.name, "Sales", UKRAINIAN, is_lead=True),
    Colleague("oleh", "Олег", "Їжакевич", MANAGER, "North", UKRAINIAN, is_lead=True),
    Colleague("daryna", "Дарина", "Левченко", MANAGER, "North", UKRAINIAN),
    Colleague("artem", "Артём", "Тихонов", MANAGER, "South", RUSSIAN),
    Colleague("zofia", "Zofia", "Wójcik", MANAGER, "South", is_lead=True),
    Colleague("ihor", "Ігор", "Савицький", ready_roles.PROJECT_MANAGER.name, "Delivery", UKRAINIAN, is_lead=True),
    Colleague("priya", "Priya", "Mistry", ready_roles.PROJECT_MANAGER.name, "Web and mobile", is_lead=True),
    Colleague("tobias", "Tobias", "Krüger", ready_roles.PROJECT_MANAGER.name, "Data and cloud", is_lead=True),
    Colleague("solomiia", "Соломія", "Явір", DEVELOPER, "Web and mobile", UKRAINIAN),
    Colleague("callum", "Callum", "Ellery", DEVELOPER, "Web and mobile"),
    Colleague("ilia", "Илья", "Орлов", DEVELOPER, "Data and cloud", RUSSIAN),
    Colleague("grace", "Grace", "Hartley", ready_roles.OBSERVER.name, "Sales"),
)


def hire_staff(passwords: Mapping[str, str]) -> dict[str, User]:
    """The people by user name, made or found; those named in `passwords` sign in with them afterwards."""
    roles, teams = install_ready_roles(), _make_teams()
    staff = {"admin": _hire_admin()}
    for colleague in COLLEAGUES:
        user = _hire(colleague, role_id=roles[colleague.role].pk)
        Membership.objects.get_or_create(user=user, team=teams[colleague.team], defaults={"is_primary": True})
        staff[colleague.username] = user
        if colleague.is_lead:
            Team.objects.filter(pk=teams[colleague.team].pk, lead=None).update(lead=user)
    for username, password in passwords.items():
        _give_password(staff[username], password)
    return staff


def _make_teams() -> dict[str, Team]:
    teams: dict[str, Team] = {}
    for name, above in TEAMS:
        parent = teams[above] if above else None
        teams[name], _ = Team.objects.get_or_create(name=name, defaults={"parent": parent})
    return teams


def _hire_admin() -> User:
    name = {"first_name": "Ada", "last_name": "Admin", "email": f"admin@{OWN_DOMAIN}"}
    admin, _ = User.objects.get_or_create(
        username="admin", defaults={**name, "is_staff": True, "is_superuser": True, "password": "!"}
    )
    return admin


def _hire(colleague: Colleague, *, role_id: int) -> User:
    user, _ = User.objects.get_or_create(
        username=colleague.username,
        defaults={
            "first_name": colleague.first_name,
            "last_name": colleague.last_name,
            "email": f"{colleague.username}@{OWN_DOMAIN}",
            "language": colleague.language,
            "role_id": role_id,
            "password": "!",
        },
    )
    return user


def _give_password(user: User, password: str) -> None:
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
