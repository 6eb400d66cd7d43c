"""Redis stopped: logging, commenting and mentioning still save at once; people are told after its recovery, once."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import reverse

from clients.tests.factories import make_client
from crm.notifications.following import follow
from crm.notifications.models import Notification
from crm.outbox import broker
from crm.outbox.testing import StoppableRedis, eventually, redis_as_broker, worker_with_beat
from crm.pages.testing import browser_of
from teams.tests.factories import make_cast

#: Seconds that a save may take: two are promised, and a machine full of tests gets more.
MOST = 4.0

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def redis() -> Iterator[StoppableRedis]:
    broker._silent_until.clear()
    with redis_as_broker() as redis:
        yield redis
    broker._silent_until.clear()


def seconds_of(act: Callable[[], Any]) -> float:
    begun = time.monotonic()
    answer = act()
    assert answer.status_code in (200, 302), answer.status_code
    return time.monotonic() - begun


def test_what_is_said_while_redis_is_away_is_saved_at_once_and_told_once(redis: StoppableRedis) -> None:
    cast = make_cast()
    acme = make_client(cast.ann, "Acme")
    follow(acme, cast.bob)
    browser = browser_of(cast.ann)
    # The first request of a process loads what the later ones find loaded.
    browser.get(acme.get_absolute_url())
    log = f"{reverse('interactions:new')}?on=clients.client:{acme.pk}"
    comment = reverse("comments:of_record", args=["clients.client", acme.pk])
    with worker_with_beat(redis):
        redis.stop()
        broker._silent_until.clear()
        assert seconds_of(lambda: browser.post(log, {"kind": "call", "text": "Talked"})) < MOST
        assert seconds_of(lambda: browser.post(comment, {"body": "Look at this"})) < MOST
        assert seconds_of(lambda: browser.post(comment, {"body": "What do you think, @bob?"})) < MOST
        assert not Notification.objects.exists()
        redis.start()
        assert eventually(lambda: Notification.objects.count() >= 3)
        # A second delivery would come with the next round.
        time.sleep(12)
        told = sorted(Notification.objects.values_list("user__username", "kind"))
    assert told == [
        ("bob", "comments.comment"),
        ("bob", "comments.mention"),
        ("bob", "contacts.interaction"),
    ]
