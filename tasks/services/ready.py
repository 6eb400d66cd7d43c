"""Setting kinds and boards up."""

from django.db import transaction

from tasks.models import TaskBoard, TaskKind, TaskStatus
from tasks.ready import BOARD, KINDS, STATUSES


@transaction.atomic
def install_ready_board() -> TaskBoard:
    """The default board; the ready one, and the ready kinds, are made where there are none."""
    if not TaskKind.objects.exists():
        TaskKind.objects.bulk_create(
            TaskKind(name=name, nature=nature, position=number) for number, (name, nature) in enumerate(KINDS)
        )
    present = TaskBoard.objects.filter(is_default=True).first()
    if present is not None:
        return present
    board = TaskBoard.objects.create(name=BOARD, is_default=True)
    TaskStatus.objects.bulk_create(
        TaskStatus(board=board, name=name, state=state, position=number)
        for number, (name, state) in enumerate(STATUSES)
    )
    return board
