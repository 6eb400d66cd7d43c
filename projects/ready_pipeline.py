"""The pipeline that a company starts with: a template, to be changed by its admins."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop


@dataclass(frozen=True)
class ReadyStage:
    """`probability` in percent; `kind` is a projects.models.StageKind."""

    name: str
    probability: int
    kind: str = "open"


NAME = gettext_noop("Sales")
STAGES = (
    ReadyStage(gettext_noop("New inquiry"), 10),
    ReadyStage(gettext_noop("Qualified"), 25),
    ReadyStage(gettext_noop("Proposal"), 50),
    ReadyStage(gettext_noop("Negotiation"), 75),
    ReadyStage(gettext_noop("Won"), 100, "won"),
    ReadyStage(gettext_noop("Lost"), 0, "lost"),
)
