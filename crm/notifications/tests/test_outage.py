"""Redis away and a mail server away, with real workers: told and mailed after the recovery, once."""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import transaction

from clients.tests.factories import make_client
from crm.notifications.models import MailChoice, Notification
from crm.notifications.notices import SHARED
from crm.notifications.services import notify
from crm.notifications.tests.telling import hurry, prefer
from crm.outbox import broker
from crm.outbox.models import Message
from crm.outbox.testing import StoppableRedis, eventually, redis_as_broker, worker_with_beat
from teams.tests.factories import make_cast
from teams.tests.test_password_reset import Mailbox, free_port

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
#: Seconds that a save may take while something is away: two are promised, and a machine full of tests gets more.
MOST = 4.0


@pytest.fixture
def redis() -> Iterator[StoppableRedis]:
    broker._silent_until.clear()
    with redis_as_broker() as redis:
        yield redis
    broker._silent_until.clear()


@pytest.fixture
def mail_port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Where the worker's mail server will be, once the test starts one."""
    port = free_port()
    monkeypatch.setitem(os.environ, "EMAIL_URL", f"smtp://127.0.0.1:{port}")
    return port


def save(record: Any, receiver: Any, actor: Any) -> float:
    """Seconds that it took to commit a write that tells somebody."""
    begun = time.monotonic()
    with transaction.atomic():
        notify(SHARED, record=record, receivers=[receiver.pk], actor=actor)
    return time.monotonic() - begun


def test_everything_comes_after_the_recovery_and_once(redis: StoppableRedis, mail_port: int) -> None:
    cast = make_cast()
    acme = make_client(cast.ann, "Acme")
    prefer(cast.bob, SHARED, mail=MailChoice.NOW)
    letterbox = Mailbox()
    with worker_with_beat(redis):
        redis.stop()
        assert max(save(acme, cast.bob, cast.ann) for _save in range(3)) < MOST
        time.sleep(1)
        assert not Notification.objects.exists()
        redis.start()
        assert eventually(lambda: Notification.objects.count() == 3, within=60)
        hurry()
        assert eventually(lambda: Message.objects.exclude(last_error="").exists(), within=40)
        assert letterbox.mails == []
        server = Controller(letterbox, hostname="127.0.0.1", port=mail_port)
        server.start()
        try:
            hurry()
            assert eventually(lambda: not Message.objects.filter(done_at=None).exists(), within=120)
            time.sleep(1)
        finally:
            server.stop()
    assert Notification.objects.filter(user=cast.bob).count() == 3
    assert [to for to, _message in letterbox.mails] == [["bob@porada.example"]]
    assert letterbox.mails[0][1]["Subject"].strip() == "Porada: ann shared “Acme” and 2 other records with you"
