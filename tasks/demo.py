"""The tasks of the demo company: most open deals have one ahead, some are late, some nobody works on."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from clients.models import Client
from projects.models import Deal, Project, ProjectState, StageKind
from tasks.models import Priority, Task, TaskBlocker, TaskCheck, TaskKind, TaskNature
from tasks.selectors import default_kind
from tasks.services import create_task, finish_task, install_ready_board
from teams.selectors import home_team_of

_LANGUAGES = {"UA": "uk", "RU": "ru", "KZ": "ru"}
_TALKS: Mapping[str, Sequence[tuple[TaskNature, str]]] = {
    "uk": (
        (TaskNature.CALL, "Передзвонити щодо пропозиції"),
        (TaskNature.MEETING, "Зустріч щодо технічного завдання"),
        (TaskNature.EMAIL, "Надіслати договір"),
        (TaskNature.TODO, "Підготувати демонстрацію"),
    ),
    "ru": (
        (TaskNature.CALL, "Перезвонить по предложению"),
        (TaskNature.MEETING, "Встреча по техническому заданию"),
        (TaskNature.EMAIL, "Отправить договор"),
        (TaskNature.TODO, "Подготовить демонстрацию"),
    ),
    "en": (
        (TaskNature.CALL, "Call back about the offer"),
        (TaskNature.MEETING, "Meeting on the specification"),
        (TaskNature.EMAIL, "Send the contract"),
        (TaskNature.TODO, "Prepare the demo"),
    ),
}
_WORK: Mapping[str, Sequence[str]] = {
    "uk": ("Розгорнути тестове середовище", "Реалізувати імпорт даних", "Написати приймальні тести"),
    "ru": ("Развернуть тестовую среду", "Реализовать импорт данных", "Написать приёмочные тесты"),
    "en": ("Set up the staging environment", "Build the data import", "Write the acceptance tests"),
}
_STEPS: Mapping[str, Sequence[str]] = {
    "uk": ("Погодити з клієнтом", "Зробити", "Перевірити"),
    "ru": ("Согласовать с клиентом", "Сделать", "Проверить"),
    "en": ("Agree with the client", "Build", "Check"),
}


def make_demo_tasks(draw: random.Random, _clients: Sequence[Client]) -> None:
    """Through the services, each by the one who sells or delivers."""
    install_ready_board()
    kinds = {nature: default_kind(nature) for nature in TaskNature}
    for deal in Deal.objects.alive().filter(state=StageKind.OPEN).select_related("owner", "client").order_by("id"):
        if draw.random() < 0.75 and deal.owner is not None:
            _sell(draw, deal, kinds)
    running = Project.objects.alive().filter(state=ProjectState.OPEN).select_related("owner", "client").order_by("id")
    for project in running:
        if project.owner is not None:
            _deliver(draw, project, kinds)


def _sell(draw: random.Random, deal: Deal, kinds: Mapping[Any, TaskKind | None]) -> None:
    nature, name = draw.choice(_TALKS[_language(deal.client)])
    link = deal.contacts.first()
    task = Task(name=name, kind=kinds[nature], deal=deal, contact=link.contact if link else None)
    day = timezone.localdate() + timedelta(days=draw.choice((-4, -1, 0, 0, 1, 2, 3, 7, 12)))
    _store(task, deal.owner, _moment(draw, day, deal.owner) if draw.random() < 0.6 else day, draw)
    if draw.random() < 0.1:
        finish_task(task, actor=deal.owner)


def _deliver(draw: random.Random, project: Project, kinds: Mapping[Any, TaskKind | None]) -> None:
    """One after the other, each blocked by the one before."""
    manager, language, before = project.owner, _language(project.client), None
    people = [manager, *(row.user for row in project.members.select_related("user"))]
    day = timezone.localdate() + timedelta(days=draw.randint(-6, 6))
    for name in _WORK[language]:
        day += timedelta(days=draw.randint(2, 8))
        task = Task(name=name, kind=kinds[TaskNature.WORK], project=project)
        task.estimate = Decimal(draw.choice((4, 8, 16, 24)))
        parts: dict[str, Sequence[Any]] = {
            "checklist": [TaskCheck(text=text, is_done=draw.random() < 0.3) for text in _STEPS[language]],
            "blockers": [TaskBlocker(blocker=before)] if before else [],
        }
        before = _store(task, draw.choice(people), day, draw, by=manager, parts=parts)


def _store(task: Task, owner: Any, due: date | datetime, draw: random.Random, **how: Any) -> Task:
    task.owner, task.team = owner, home_team_of(owner)
    task.priority = draw.choice((Priority.NORMAL, Priority.NORMAL, Priority.NORMAL, Priority.HIGH, Priority.URGENT))
    task.set_due(due, owner.time_zone)
    return create_task(task, actor=how.get("by") or owner, parts=how.get("parts"))


def _moment(draw: random.Random, day: date, owner: Any) -> datetime:
    return datetime(
        day.year, day.month, day.day, draw.randint(9, 17), draw.choice((0, 30)), tzinfo=ZoneInfo(owner.time_zone)
    )


def _language(client: Client | None) -> str:
    return _LANGUAGES.get(str(client.country), "en") if client else "en"
