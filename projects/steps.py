"""The way of a deal through its pipeline, as a row of steps."""

from collections.abc import Sequence
from dataclasses import dataclass

from projects.models import Deal, Stage


@dataclass(frozen=True)
class Step:
    """One open stage: passed already, the present one, and whether the deal may go there now."""

    stage: Stage
    is_done: bool
    is_current: bool
    is_reachable: bool


@dataclass(frozen=True)
class Way:
    """The open stages in order, and whether the pipeline lets the deal be won from where it stands."""

    steps: Sequence[Step]
    is_won_next: bool


def way_of(deal: Deal, stages: Sequence[Stage]) -> Way:
    """`stages` are those of the deal's pipeline in order. What fields a stage asks for is checked when it moves."""
    is_sequential = deal.pipeline.is_sequential
    open_stages = [stage for stage in stages if stage.is_open]
    place = next((place for place, stage in enumerate(open_stages) if stage.pk == deal.stage_id), len(open_stages))
    steps = [
        Step(
            stage,
            is_done=number < place if deal.is_open else deal.stage.kind == "won",
            is_current=number == place,
            is_reachable=deal.is_open and number != place and (not is_sequential or number <= place + 1),
        )
        for number, stage in enumerate(open_stages)
    ]
    return Way(steps, is_won_next=deal.is_open and (not is_sequential or place == len(open_stages) - 1))
