"""The deals of the demo company: in every stage, some of them late, some won and some lost."""

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from clients.models import Client
from contacts.models import DecisionRole
from projects.models import Deal, DealContact, Stage
from projects.selectors import stages_of
from projects.services import create_deal, install_ready_pipeline, lose_deal, move_deal, win_deal

DEALS = 160
# Days that a deal may stay in a stage.
_LIMIT = 21
_CURRENCIES = {"UA": "UAH", "PL": "EUR", "DE": "EUR", "GB": "GBP", "US": "USD"}
_RATES = {"UAH": 40, "EUR": 1, "GBP": 1, "USD": 1}
# What is sold, and its price in thousands.
_SOLD: Mapping[str, Sequence[tuple[str, int]]] = {
    "uk": (("Перехід на підписку", 12), ("Інтеграція зі складом", 18), ("Підтримка на рік", 9), ("Портал клієнта", 35)),
    "ru": (("Поддержка филиала", 8), ("Обмен с учётной системой", 15), ("Мобильное приложение", 40)),
    "en": (("Mail migration", 14), ("Support plan", 9), ("Single sign-on", 16), ("Customer portal", 42)),
}
_LANGUAGES = {"UA": "uk", "RU": "ru", "KZ": "ru"}
_LOST: Mapping[str, Sequence[str]] = {
    "uk": ("Обрали дешевшого постачальника", "Бюджет заморожено"),
    "ru": ("Выбрали другого поставщика", "Проект отложен на год"),
    "en": ("Chose a cheaper offer", "The budget is frozen"),
}
_SOURCES = ("Referral", "Website", "Conference", "Cold call")


def make_demo_deals(draw: random.Random, clients: Sequence[Client]) -> None:
    """Through the services, each deal by the owner of its client."""
    stages = [stage for stage in stages_of(install_ready_pipeline()) if stage.is_open]
    _limit(stages)
    alive = [client for client in clients if not client.is_deleted]
    for _number in range(DEALS):
        client = draw.choice(alive)
        deal = _make(draw, client, draw.choice(stages))
        if draw.random() < 0.6:
            move_deal(deal, draw.choice(stages), actor=client.owner)
        _let_it_end(draw, deal, client)


def _limit(stages: Sequence[Stage]) -> None:
    """So that deals that stay too long stand out."""
    for stage in stages:
        if stage.days is None:
            stage.days = _LIMIT
            stage.save()


def _make(draw: random.Random, client: Client, stage: Stage) -> Deal:
    """Some of them have stood in their stage for longer than it allows; some have no date yet."""
    language = _LANGUAGES.get(str(client.country), "en")
    sold, thousands = draw.choice(_SOLD[language])
    today = timezone.localdate()
    currency = _CURRENCIES.get(str(client.country), "EUR")
    deal = Deal(
        name=f"{sold} – {client.name}"[:500],
        client=client,
        owner=client.owner,
        team=client.team,
        amount=Decimal(thousands * draw.randint(8, 30) * 100 * _RATES[currency]),
        currency=currency,
        stage=stage,
        stage_since=timezone.now() - timedelta(days=draw.randint(0, 2 * _LIMIT)),
        expected_close=today + timedelta(days=draw.randint(-20, 120)) if draw.random() < 0.92 else None,
        source=draw.choice(_SOURCES),
    )
    people = client.employments.current().filter(contact__deleted_at=None, contact__owner=client.owner)
    parts = [DealContact(contact_id=key, role=_role(draw)) for key in _few(draw, people)]
    return create_deal(deal, actor=client.owner, parts={"contacts": parts})


def _let_it_end(draw: random.Random, deal: Deal, client: Client) -> None:
    """A third of the deals are closed, more of them won than lost."""
    luck = draw.random()
    if luck < 0.2:
        win_deal(deal, actor=client.owner)
    elif luck < 0.35:
        reasons = _LOST[_LANGUAGES.get(str(client.country), "en")]
        lose_deal(deal, draw.choice(reasons), actor=client.owner)


def _few(draw: random.Random, people: Any) -> list[Any]:
    keys = sorted(set(people.values_list("contact_id", flat=True)))
    return draw.sample(keys, min(len(keys), draw.choice((1, 1, 2))))


def _role(draw: random.Random) -> str:
    return draw.choice(DecisionRole.values)
