"""The deals of the demo company."""

import random

import pytest

from clients.tests.factories import make_client
from contacts.demo.further import fills
from contacts.tests.factories import make_contact
from crm.access.writing import move_to_bin
from projects.demo import DEALS, make_demo_deals
from projects.models import Deal, StageMove
from teams.tests.factories import make_cast

pytestmark = pytest.mark.django_db


def test_deals_stand_in_every_stage_and_belong_to_the_owners_of_their_clients() -> None:
    cast = make_cast()
    acme, binned = make_client(cast.ann, "Acme", country="UA"), make_client(cast.bob, "Binned")
    make_contact(cast.ann, at=acme)
    move_to_bin(binned, actor=cast.bob)
    make_demo_deals(random.Random(1), [acme, binned])  # noqa: S311
    assert Deal.objects.count() == DEALS
    assert set(Deal.objects.values_list("client", "owner", "currency")) == {(acme.pk, cast.ann.pk, "UAH")}
    assert Deal.objects.values("stage").distinct().count() == 6
    assert StageMove.objects.filter(to_stage__kind="lost").exclude(reason="").exists()


def test_the_demo_makes_them() -> None:
    assert make_demo_deals in fills()
