"""Lets the people of the demo talk: interactions over the last months, and comments of colleagues."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from clients.models import Client
from contacts.demo.phrases import COMMENTS, SAID
from contacts.models import Contact, Direction, Interaction, InteractionKind
from contacts.services import Conversation, log_interaction
from crm.access.registry import record_models
from crm.comments.services import add_comment
from crm.timeline.models import Entry, Place
from teams.models import User

INTERACTIONS = 900
_AGE = timedelta(days=300)
_LANGUAGES = {"UA": "uk", "RU": "ru", "KZ": "ru"}
_DAYS, _BUSY_DAYS = 200, 14
# Half of what is talked is talked with few.
_BUSY_CLIENTS = 30
_HOURS = (9, 10, 11, 12, 14, 15, 16, 17)


def let_them_talk(draw: random.Random, clients: Sequence[Client]) -> None:
    """Every interaction and comment by the owner of its client, through the services."""
    talked = [client for client in clients if not client.is_deleted]
    busy = draw.sample(talked, min(_BUSY_CLIENTS, len(talked)))
    now = timezone.localtime()
    for number in range(INTERACTIONS):
        client = draw.choice(busy if number % 2 else talked)
        _talk(draw, client, _moment(draw, now))
    for client in busy:
        question, answer = draw.choice(COMMENTS[_language_of(client)])
        first = add_comment(client, question, actor=_teammate(draw, client))
        add_comment(client, answer, actor=client.owner, parent=first)


def let_records_be_old() -> None:
    """As if they had been entered before anybody talked: else all timelines would begin with how the demo was made."""
    for model in record_models():
        model.objects.update(created_at=F("created_at") - _AGE)
    happened = Entry.objects.filter(event__startswith="records.")
    Place.objects.filter(entry__in=happened).update(at=F("at") - _AGE)
    happened.update(at=F("at") - _AGE)


def _teammate(draw: random.Random, client: Client) -> User:
    """A colleague who sees what the owner's team sells to."""
    owner: Any = client.owner
    team = User.objects.filter(memberships__team=client.team, role=owner.role).exclude(pk=owner.pk)
    return draw.choice(list(team.order_by("pk")) or [owner])


def _talk(draw: random.Random, client: Client, moment: datetime) -> None:
    kind, outcome, text = draw.choice(SAID[_language_of(client)])
    people = list(Contact.objects.alive().filter(employments__in=client.employments.current(), owner=client.owner)[:6])
    chosen = draw.sample(people, min(len(people), draw.choice((1, 1, 1, 2)))) if people else []
    interaction = Interaction(
        kind=kind,
        text=text,
        at=moment,
        outcome=outcome,
        direction="" if kind in (InteractionKind.MEETING, InteractionKind.NOTE) else draw.choice(Direction.values),
        duration=draw.choice((5, 10, 15)) if kind == InteractionKind.CALL else None,
    )
    log_interaction(interaction, Conversation(chosen, [client]), actor=client.owner)


def _moment(draw: random.Random, now: datetime) -> datetime:
    """In the hours of work; of the last two weeks a third, and a few of today and yesterday."""
    days = draw.choice((draw.randrange(_DAYS), draw.randrange(_DAYS), draw.randrange(_BUSY_DAYS)))
    day = now - timedelta(days=days)
    moment = day.replace(hour=draw.choice(_HOURS), minute=draw.randrange(0, 60, 5), second=0, microsecond=0)
    return min(moment, now - timedelta(minutes=draw.randrange(1, 50)))


def _language_of(client: Client) -> str:
    return _LANGUAGES.get(str(client.country), "en")
