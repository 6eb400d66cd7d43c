"""The deals of the demo company."""

import random
from decimal import Decimal

import pytest
from django.utils import timezone

from clients.tests.factories import make_client
from contacts.demo.further import fills
from contacts.tests.factories import make_contact
from crm.access.writing import move_to_bin
from crm.money.sums import total
from projects.demo import DEALS, make_demo_deals
from projects.demo_catalogue import make_demo_catalogue
from projects.demo_projects import make_demo_projects
from projects.models import Deal, DealLine, Price, PriceList, Project, StageMove
from projects.models.lines import sum_of
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


def test_a_third_of_the_open_deals_has_lines_at_the_prices_of_a_list() -> None:
    cast = make_cast()
    acme = make_client(cast.ann, "Acme", country="DE")
    make_demo_deals(random.Random(1), [acme])  # noqa: S311
    make_demo_catalogue(random.Random(1), [acme])  # noqa: S311
    sold = Deal.objects.filter(lines__isnull=False).distinct()
    assert sold.count() == -(-Deal.objects.filter(state="open").count() // 3)
    assert all(deal.amount == sum_of(deal.lines.all(), "EUR") for deal in sold)
    listed = set(Price.objects.filter(price_list__currency="EUR").values_list("product", "amount"))
    assert set(DealLine.objects.values_list("product", "unit_price")) <= listed
    assert not PriceList.objects.get(name__contains=str(timezone.localdate().year - 1)).is_valid_now
    assert total({"USD": Decimal(1), "GBP": Decimal(1)}, on=timezone.localdate()).unrated == {}


def test_won_deals_become_projects_with_all_that_belongs_to_them() -> None:
    cast = make_cast()
    acme = make_client(cast.ann, "Acme", country="UA")
    make_demo_deals(random.Random(1), [acme])  # noqa: S311
    make_demo_projects(random.Random(1), [acme])  # noqa: S311
    projects = Project.objects.all()
    assert 0 < projects.count() <= Deal.objects.filter(state="won").count()
    assert projects.values("stage").distinct().count() > 3
    for part in ("members", "milestones", "links", "rates"):
        assert not projects.filter(**{part: None}).exists(), part


def test_the_demo_makes_them() -> None:
    assert [make_demo_deals, make_demo_catalogue, make_demo_projects] == [
        fill for fill in fills() if fill.__module__.startswith("projects")
    ]
