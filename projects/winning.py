"""What the page of a win offers: which projects there are to link, who may manage a new one, what is likely."""

from dataclasses import dataclass
from typing import Any

from clients.models import Client
from crm.access.rights import Action, Scope, hidden_fields, locked_fields, may
from projects.models import Deal, Project, StageKind
from projects.project_forms import EXISTING, NEW, NONE
from projects.project_selectors import is_of_project_out_of_sight
from teams.models import Grant, User


@dataclass(frozen=True)
class Offer:
    """`choices` in order, `choice` the likely one; `client` that of the deal, when the actor sees it."""

    choices: tuple[str, ...]
    choice: str
    projects: Any
    managers: Any
    linked: Any
    client: Client | None

    @property
    def has_existing(self) -> bool:
        return EXISTING in self.choices


def offer_of(deal: Deal, *, actor: Any, asks_which: bool = False) -> Offer:
    """`asks_which`: the deal is won already, and "none" is no answer."""
    client = _client_of(deal, actor)
    projects = Project.objects.visible_to(actor).filter(client=client) if client else Project.objects.none()
    linked = deal.project_id if deal.project_id and _sees(deal, actor) else None
    if linked:
        projects = projects | Project.objects.visible_to(actor).filter(pk=linked)
    keeps_link = "project" in locked_fields(actor, Deal) or is_of_project_out_of_sight(deal, actor)
    choices = _without_project(asks_which) if keeps_link else _choices(projects, actor, asks_which=asks_which)
    likely = EXISTING if linked and EXISTING in choices else (choices[0] if choices else NONE)
    return Offer(choices, likely, projects.order_by("name", "id"), managers(actor), linked, client)


def may_make_project(deal: Deal, *, actor: Any) -> bool:
    """Whether the actor, who may change the deal, can give it the project that it has not become yet; no query."""
    is_without = deal.state == StageKind.WON and deal.project_id is None
    return is_without and may(actor, Action.ADD, Project) and "project" not in locked_fields(actor, Deal)


def managers(actor: Any) -> Any:
    """The actor, and, unless his role locks the manager, active people whose role lets them change projects."""
    people = User.objects.filter(is_active=True)
    if "owner" in locked_fields(actor, Project):
        return people.filter(pk=actor.pk)
    roles = Grant.objects.filter(
        record_type=Project._meta.label_lower, action=Action.CHANGE, scope__gt=Scope.NONE
    ).values("role")
    return people.filter(pk=actor.pk) | people.filter(role__in=roles)


def _choices(projects: Any, actor: Any, *, asks_which: bool) -> tuple[str, ...]:
    found = [NEW] if may(actor, Action.ADD, Project) else []
    if projects.exists():
        found.append(EXISTING)
    return (*found, *_without_project(asks_which))


def _without_project(asks_which: bool) -> tuple[str, ...]:
    return () if asks_which else (NONE,)


def _client_of(deal: Deal, actor: Any) -> Client | None:
    if deal.client_id is None or "client" in hidden_fields(actor, Deal):
        return None
    return Client.objects.visible_to(actor).filter(pk=deal.client_id).first()  # type: ignore[no-any-return]


def _sees(deal: Deal, actor: Any) -> bool:
    if deal.project_id is None or "project" in hidden_fields(actor, Deal):
        return False
    return bool(Project.objects.visible_to(actor).filter(pk=deal.project_id).exists())
