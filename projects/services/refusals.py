"""Why a deal cannot go where it was sent: each says so in a sentence for the user."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from projects.models import Stage


class MoveRefused(ValidationError):
    """What the pipeline or the deal does not allow; nothing was stored. Its text is for the user."""

    def __str__(self) -> str:
        return " ".join(str(message) for message in self.messages)


class WrongPipeline(MoveRefused):
    def __init__(self, stage: Stage) -> None:
        super().__init__(_("“%(stage)s” is a stage of another pipeline.") % {"stage": stage})


class StageSkipped(MoveRefused):
    """`next_stage` is where it may go on to."""

    def __init__(self, next_stage: Stage) -> None:
        super().__init__(
            _("Stages are not skipped in this pipeline: the next one is “%(stage)s”.") % {"stage": next_stage}
        )
        self.next_stage = next_stage


class FieldsMissing(MoveRefused):
    """`names` are the fields and parts to fill in; those out of the actor's sight are among them, and not told."""

    def __init__(self, stage: Stage, names: Sequence[str], labels: Sequence[Any]) -> None:
        told = ", ".join(str(label) for label in labels) or _("something that you may not see")
        super().__init__(_("Before “%(stage)s” fill in: %(fields)s.") % {"stage": stage, "fields": told})
        self.names = tuple(names)


class DealIsClosed(MoveRefused):
    def __init__(self) -> None:
        super().__init__(_("This deal is closed: reopen it first."))


class DealIsOpen(MoveRefused):
    def __init__(self) -> None:
        super().__init__(_("This deal is open already."))


class ReasonMissing(MoveRefused):
    def __init__(self) -> None:
        super().__init__(_("Say why the deal was lost."))


class NoPipeline(MoveRefused):
    def __init__(self) -> None:
        super().__init__(_("There is no pipeline yet: an admin sets one up."))


class NothingToSplit(MoveRefused):
    def __init__(self) -> None:
        super().__init__(_("Choose some of the lines, and leave at least one."))


class WrongPart(MoveRefused):
    def __init__(self) -> None:
        super().__init__(_("The new deal takes more than nothing and less than all."))


class DealNotWon(MoveRefused):
    def __init__(self) -> None:
        super().__init__(_("Only a won deal becomes a project."))


class ProjectOfAnotherClient(MoveRefused):
    def __init__(self) -> None:
        super().__init__(_("This project is for another client."))


class ProjectOutOfReach(MoveRefused):
    """The deal made its project before; the text is one, so that it does not tell what became of it."""

    def __init__(self) -> None:
        super().__init__(_("You may not make the project of this deal. Leave the deal without one."))


class NoProjectStage(MoveRefused):
    def __init__(self) -> None:
        super().__init__(_("There are no stages of projects yet: an admin sets them up."))
