"""The projects of the demo company: most won deals become one, in every stage, and some are late."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from clients.models import Client
from projects.models import (
    Deal,
    Milestone,
    MilestoneState,
    Project,
    ProjectKind,
    ProjectLink,
    ProjectMember,
    ProjectRate,
    ProjectStage,
    Risk,
    StageKind,
)
from projects.services import (
    NewProject,
    give_project,
    install_ready_project_stages,
    judge_project,
    move_project,
    save_project,
)
from teams.models import User
from teams.ready_roles import DEVELOPER, PROJECT_MANAGER

# Won deals that stay without a project: somebody has yet to make it.
_WITHOUT = 0.15
_STEPS: Mapping[str, Sequence[str]] = {
    "uk": ("Технічне завдання", "Дизайн", "Перша версія", "Приймання", "Навчання користувачів"),
    "ru": ("Техническое задание", "Дизайн", "Первая версия", "Приёмка", "Обучение пользователей"),
    "en": ("Specification", "Design", "First version", "Acceptance", "Training"),
}
_RISKS: Mapping[str, Sequence[str]] = {
    "uk": ("Клієнт затримує доступи", "Стара облікова система без документації"),
    "ru": ("Клиент задерживает доступы", "Старая учётная система без документации"),
    "en": ("The client is late with accesses", "Nobody documented the old system"),
}
_LANGUAGES = {"UA": "uk", "RU": "ru", "KZ": "ru"}
_ROLES = ("lead", "developer", "developer", "tester", "analyst")
_STAGES = ("Preparation", "Running", "Running", "Running", "Warranty", "On hold", "Closed")


def make_demo_projects(draw: random.Random, _clients: Sequence[Client]) -> None:
    """Through the services: made by who won the deal, planned by the manager."""
    install_ready_project_stages()
    people = User.objects.filter(is_active=True)
    managers = list(people.filter(role__name=PROJECT_MANAGER.name).order_by("username"))
    makers = list(people.filter(role__name=DEVELOPER.name).order_by("username"))
    won = Deal.objects.alive().filter(state=StageKind.WON, project=None).select_related("client", "owner")
    for deal in won.order_by("id"):
        if draw.random() < _WITHOUT:
            continue
        manager = draw.choice(managers) if managers else deal.owner
        kind = draw.choice((ProjectKind.FIXED, ProjectKind.FIXED, ProjectKind.TIME, ProjectKind.SUPPORT))
        given = give_project(deal, NewProject(deal.name, "", kind, manager), actor=deal.owner)
        _plan(draw, Project.objects.get(made_of=given), makers)


def _plan(draw: random.Random, project: Project, makers: Sequence[User]) -> None:
    manager = project.owner
    start = timezone.localdate() + timedelta(days=draw.randint(-150, 20))
    project.planned_start, project.planned_end = start, start + timedelta(days=draw.randint(60, 240))
    project.budget_hours = Decimal(draw.randint(20, 160) * 10)
    parts: dict[str, Sequence[Any]] = {
        "members": _members(draw, manager, makers, project.planned_end),
        "milestones": _milestones(draw, project),
        "risks": _risks(draw, _language(project)),
        "links": _links(project),
        "rates": [
            ProjectRate(role=role, hourly_rate=rate, currency=project.currency) for role, rate in _rates(project)
        ],
    }
    save_project(project, actor=manager, parts=parts)
    stages = {stage.name: stage for stage in ProjectStage.objects.all()}
    move_project(project, stages[draw.choice(_STAGES)], actor=manager)
    if draw.random() < 0.2:
        project.health_word, project.health_note = "amber", "The team is new to the subject"
        judge_project(project, actor=manager)


def _language(project: Project) -> str:
    return _LANGUAGES.get(str(project.client.country), "en") if project.client else "en"


def _members(draw: random.Random, manager: Any, makers: Sequence[User], end: date) -> list[ProjectMember]:
    chosen = draw.sample(makers, min(len(makers), draw.choice((1, 2, 2, 3))))
    team = [ProjectMember(user=manager, role="lead", title="Project manager", allocation=10)]
    for maker in chosen:
        role, allocation = draw.choice(_ROLES), draw.choice((5, 5, 10, 15))
        team.append(ProjectMember(user=maker, role=role, allocation=allocation, ends=draw.choice((None, end))))
    return team


def _milestones(draw: random.Random, project: Project) -> list[Milestone]:
    """One a month or so; those of the past are accepted, but for some that are late."""
    today, names = timezone.localdate(), _STEPS[_language(project)]
    length = (project.planned_end - project.planned_start).days if project.planned_end and project.planned_start else 0
    price = (project.budget_amount or Decimal(0)) / len(names)
    found = []
    for number, name in enumerate(names, start=1):
        due = (project.planned_start or today) + timedelta(days=length * number // len(names))
        is_done = due < today and draw.random() < 0.8
        state = draw.choice((MilestoneState.REACHED, MilestoneState.ACCEPTED)) if is_done else MilestoneState.PLANNED
        accepted = due if state == MilestoneState.ACCEPTED else None
        found.append(
            Milestone(name=name, due=due, amount=price.quantize(Decimal(1)), state=state, accepted_on=accepted)
        )
    return found


def _risks(draw: random.Random, language: str) -> list[Risk]:
    levels = ("low", "medium", "medium", "high")
    texts = draw.sample(_RISKS[language], draw.choice((0, 1, 1, 2)))
    return [Risk(text=text, probability=draw.choice(levels), impact=draw.choice(levels)) for text in texts]


def _links(project: Project) -> list[ProjectLink]:
    where = f"example.com/{project.code.lower()}"
    return [
        ProjectLink(kind="repository", url=f"https://git.{where}"),
        ProjectLink(kind="tracker", url=f"https://tracker.{where}"),
    ]


def _rates(project: Project) -> list[tuple[str, int]]:
    factor = 40 if project.currency == "UAH" else 1
    return [("developer", 45 * factor), ("tester", 35 * factor)]
