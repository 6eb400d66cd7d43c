"""A task that was handed over stands on the board of its new team."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from crm.access.writing import written
from crm.history.writing import CHANGED, record_versions
from tasks.models import Task
from tasks.services.tasks import follow_board


def follow_team(sender: Any, *, record: Task, fields: frozenset[str], is_new: bool, **_more: Any) -> None:
    """Runs in the transaction of the handover. Bulk handovers tell nobody: their tasks follow with their next save."""
    before = record.status_id
    if is_new or "team" not in fields:
        return
    follow_board(record)
    if record.status_id == before:
        return
    record.version += 1
    record.updated_at = timezone.now()
    record.save(update_fields=["status", "version", "updated_at"])
    reason = gettext_noop("Moved to the board of its team")
    record_versions(Task, [record.pk], actor=None, kind=CHANGED, reason=reason)


def follow_teams() -> None:
    """Called at start-up."""
    written.connect(follow_team, sender=Task, dispatch_uid="tasks.boards")
