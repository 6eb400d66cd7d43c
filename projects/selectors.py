"""Reads of pipelines, of the way that a deal went, and of deals over several rows."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from clients.models import Client
from contacts.models import Contact
from projects.models import Deal, DealContact, Pipeline, Stage, StageKind, StageMove
from teams.models import User


def default_pipeline() -> Pipeline | None:
    """Where new deals begin: the default one, else the first; None when there is none."""
    return Pipeline.objects.order_by("-is_default", "position", "id").first()


def pipelines_in_order() -> list[Pipeline]:
    return list(Pipeline.objects.all())


def stages_of(pipeline: Pipeline) -> list[Stage]:
    """In order, those of closed deals at the end."""
    stages = pipeline.stages.order_by("position", "id")
    return sorted(stages, key=lambda stage: (not stage.is_open, stage.kind == StageKind.LOST))


def stages_named(keys: Collection[int]) -> dict[int, str]:
    """The names of stages by key, in the order of their pipelines; with the pipeline where there are several."""
    stages = list(
        Stage.objects.filter(pk__in=keys).select_related("pipeline").order_by("pipeline__position", "position")
    )
    has_several = len({stage.pipeline_id for stage in stages}) > 1
    return {stage.pk: f"{stage.pipeline} · {stage}" if has_several else str(stage) for stage in stages}


def owners_named(keys: Collection[int]) -> dict[int, str]:
    """The names of people by key, in their order."""
    people = User.objects.filter(pk__in=keys).order_by("last_name", "first_name", "pk")
    return {person.pk: str(person) for person in people}


def first_stage(pipeline: Pipeline) -> Stage | None:
    """Where deals begin; None of a pipeline without open stages."""
    return pipeline.stages.filter(kind=StageKind.OPEN).order_by("position", "id").first()


def end_of(deal: Deal, kind: StageKind) -> Stage:
    """The stage of the deal's pipeline where it is won, or lost."""
    return deal.pipeline.stages.get(kind=kind)


def left_open_stage(deal: Deal) -> Stage:
    """The open stage that the deal left last, else the first one of its pipeline."""
    left = deal.moves.filter(from_stage__kind=StageKind.OPEN, from_stage__pipeline=deal.pipeline_id)
    move = left.select_related("from_stage").order_by("-at", "-id").first()
    if move is not None and move.from_stage is not None:
        return move.from_stage
    return deal.pipeline.stages.filter(kind=StageKind.OPEN).order_by("position", "id")[0]


def last_moves_of(deal: Deal, *, limit: int) -> list[StageMove]:
    """The way of a deal, the last move first; for those who see its stage."""
    return list(deal.moves.select_related("from_stage", "to_stage", "actor").order_by("-at", "-id")[:limit])


def client_names(deals: Sequence[Deal], reader: Any) -> Mapping[UUID, str]:
    """The names of clients by deal; only of those in the reader's sight. One query."""
    keys = {deal.client_id for deal in deals if deal.client_id}
    names = dict(Client.objects.visible_to(reader).filter(pk__in=keys).values_list("pk", "name")) if keys else {}
    return {deal.pk: names[deal.client_id] for deal in deals if deal.client_id in names}


def people_seen_in(deals: Sequence[Deal], reader: Any) -> dict[UUID, list[DealContact]]:
    """The people of each deal who are in the reader's sight, in their order; one query."""
    seen = Contact.objects.visible_to(reader)
    rows = DealContact.objects.filter(deal__in=[deal.pk for deal in deals], contact__in=seen)
    found: dict[UUID, list[DealContact]] = {}
    for row in rows.select_related("contact"):
        found.setdefault(row.deal_id, []).append(row)
    return found


def people_of(deal: Deal, reader: Any) -> tuple[list[DealContact], int]:
    """The people of a deal in the reader's sight, and how many more there are; one query."""
    seen = Contact.objects.visible_to(reader).filter(pk=OuterRef("contact_id"))
    rows: list[Any] = list(deal.contacts.annotate(is_seen=Exists(seen)).select_related("contact"))
    people = [row for row in rows if row.is_seen]
    return people, len(rows) - len(people)


def stage_named(deal: Deal, key: str) -> Stage | None:
    """The stage of the deal's pipeline that an address or a form names; None when there is none."""
    return deal.pipeline.stages.filter(pk=key).first() if key.isascii() and key.isdigit() and len(key) < 19 else None


def clients_of(deals: Sequence[UUID], reader: Any) -> dict[UUID, str]:
    """The names of clients by the keys of deals in the reader's sight; only of clients in his sight. One query."""
    seen = Client.objects.visible_to(reader)
    return dict(Deal.objects.filter(pk__in=deals, client__in=seen).values_list("pk", "client__name"))
