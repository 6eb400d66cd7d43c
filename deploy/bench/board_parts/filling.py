"""A hundred thousand deals of the company of `bin/bench pages`, a tenth of them open; kept for the next run."""

import random
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from pages_parts.filling import ALL, BATCH, ONE, Readers, copy_rows, grant_all, share_some, store
from pages_parts.inventing import Made
from tqdm import tqdm

from clients.models import Client
from crm.access.rights import Scope
from projects.models import Deal, Pipeline, Stage, StageKind, StageMove
from teams.models import Role

_SEED = 20_260_102
_PIPELINE = "Bench"
_OPEN_STAGES = ("New inquiry", "Qualified", "Presale", "Proposal", "Negotiation", "Contract")
_OFTEN = (30, 22, 16, 14, 10, 8)
_SOLD = ("Портал клієнта", "Інтеграція зі складом", "Mail migration", "Support plan", "Single sign-on", "Mobile app")
_CURRENCIES = ("UAH", "EUR", "USD", "GBP")
_SCOPES = {"bench-manager": Scope.TEAM, ONE: Scope.TEAM, ALL: Scope.ALL}


def fill_deals(deals: int, open_deals: int, readers: Readers) -> Pipeline:
    """Adds what is missing to so many deals, of which so many are open, all in one pipeline of six open stages."""
    for name, scope in _SCOPES.items():
        grant_all(Role.objects.get(name=name), (Deal,), scope)
    stages = _stages()
    present = Deal.objects.count()
    if present < deals:
        _add(present, deals, open_deals, stages)
        share_some(readers.one, (Deal,))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return stages[0].pipeline


def _stages() -> list[Stage]:
    """In order, the won and the lost one at the end."""
    pipeline = Pipeline.objects.filter(name=_PIPELINE).first()
    if pipeline is None:
        Pipeline.objects.update(is_default=False)
        pipeline = Pipeline.objects.create(name=_PIPELINE, is_default=True)
        named = [*((name, StageKind.OPEN) for name in _OPEN_STAGES), ("Won", StageKind.WON), ("Lost", StageKind.LOST)]
        for place, (name, kind) in enumerate(named):
            chance = {StageKind.WON: 100, StageKind.LOST: 0}.get(kind, 10 + 14 * place)
            Stage.objects.create(
                pipeline=pipeline, name=name, kind=kind, position=place, probability=chance, days=20 + place
            )
    return list(pipeline.stages.order_by("position"))


def _add(present: int, deals: int, open_deals: int, stages: Sequence[Stage]) -> None:
    draw = random.Random(_SEED + present)  # noqa: S311 nothing secret
    clients = list(Client.objects.order_by("id").values_list("pk", "name", "owner_id", "team_id"))
    every = max(1, deals // max(1, open_deals))
    for first in tqdm(range(present, deals, BATCH), desc="adding deals", unit=f"×{BATCH}"):
        made = [
            _deal(draw, number, clients, stages if number % every == 0 else stages[-2:])
            for number in range(first, min(first + BATCH, deals))
        ]
        with transaction.atomic():
            store(Deal, [Made(deal, {"contacts": [], "lines": []}).settle() for deal in made])
            copy_rows(StageMove, [_last_move(draw, deal, stages) for deal in made])


def _deal(draw: random.Random, number: int, clients: Sequence[Any], stages: Sequence[Stage]) -> Deal:
    """Open where open stages are among `stages`."""
    # Clients go round the teams one by one: without the hop every open deal would be one of the same ten teams'.
    key, name, owner_id, team_id = clients[(number * 7 + number // 10) % len(clients)]
    stage = draw.choices(stages[:-2], _OFTEN)[0] if len(stages) > 2 else draw.choice(stages)
    now = timezone.now()
    changed = now - timedelta(minutes=draw.randint(1, 60 * 24 * (90 if stage.is_open else 900)))
    return Deal(
        name=f"{draw.choice(_SOLD)} – {name}"[:500],
        client_id=key,
        owner_id=owner_id,
        team_id=team_id,
        pipeline=stage.pipeline,
        stage=stage,
        state=stage.kind,
        stage_since=changed,
        closed_at=None if stage.is_open else changed,
        amount=Decimal(draw.randint(10, 900) * 100) if draw.random() < 0.95 else None,
        currency=draw.choices(_CURRENCIES, (60, 20, 15, 5))[0],
        expected_close=changed.date() + timedelta(days=draw.randint(5, 150)) if draw.random() < 0.9 else None,
        created_at=changed - timedelta(days=draw.randint(0, 60)),
        updated_at=changed,
        version=1,
    )


def _last_move(draw: random.Random, deal: Deal, stages: Sequence[Stage]) -> StageMove:
    return StageMove(
        deal=deal,
        from_stage=draw.choice(stages[:-2]),
        to_stage=deal.stage,
        actor_id=deal.owner_id,
        at=deal.stage_since,
        seconds=draw.randint(60, 3_000_000),
    )
