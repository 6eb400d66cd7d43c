"""Imports in the background. The rows in the database are the truth; a message only says that there is work."""

from uuid import UUID

from celery import shared_task

from crm.imports.models import Import
from crm.imports.services import forget_old_files
from crm.imports.work import work_on
from crm.outbox.broker import tell_workers


@shared_task(name="imports.work")
def work(import_id: str) -> None:
    work_on(UUID(import_id))


@shared_task(name="imports.sweep")
def sweep() -> None:
    """Take up what was queued while the broker was down, and what a killed worker left behind."""
    for import_id in Import.objects.waiting_for_a_worker().values_list("pk", flat=True)[:20]:
        work_on(import_id)


@shared_task(name="imports.forget_files")
def forget_files() -> None:
    forget_old_files()


def announce(run: Import) -> bool:
    """Tell the workers that there is something to do; False when nobody can hear it now (the sweeper will)."""
    return tell_workers(work, str(run.pk))
