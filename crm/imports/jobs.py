"""Imports in the background. The rows in the database are the truth; a message only says that there is work."""

import logging
import socket
from urllib.parse import urlsplit
from uuid import UUID

from celery import shared_task
from django.conf import settings
from kombu.exceptions import OperationalError

from crm.imports.models import Import
from crm.imports.services import forget_old_files
from crm.imports.work import work_on

_REDIS_PORT = 6379
_LONGEST_KNOCK = 1.0
logger = logging.getLogger(__name__)


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
    try:
        _knock()
        work.apply_async(args=(str(run.pk),), retry=False)
    except (OperationalError, OSError):
        logger.warning("The broker does not answer; import %s waits for the sweeper.", run.pk)
        return False
    return True


def _knock() -> None:
    """Raises OSError at once for a broker that is down: the client library would try for six seconds."""
    broker = urlsplit(settings.CELERY_BROKER_URL)
    if broker.hostname:
        socket.create_connection((broker.hostname, broker.port or _REDIS_PORT), timeout=_LONGEST_KNOCK).close()
