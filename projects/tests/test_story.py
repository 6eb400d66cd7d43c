"""What happens to a deal, told on its client's page, and whom its card offers to have talked with."""

from typing import Any

import pytest
from django.urls import reverse

from clients.models import Client
from clients.tests.factories import make_client
from contacts.models import Contact, Interaction
from contacts.tests.factories import make_contact
from crm.pages.testing import browser_of
from projects.models import Deal
from projects.services import move_deal, win_deal
from projects.tests.factories import make_deal, stage
from projects.tests.project_factories import make_project
from teams.models import FieldRule
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def timeline(reader: Any, record: Any) -> str:
    page = browser_of(reader).get(reverse("timeline:of", args=[record._meta.label_lower, record.pk]))
    assert page.status_code == 200
    return page.content.decode()


def test_the_client_tells_what_happened_to_its_deals_to_those_who_see_them(cast: Cast) -> None:
    acme = make_client(cast.bob, "Acme")
    portal = make_deal(cast.bob, "Portal of Kestrel", client=acme)
    move_deal(portal, stage("Proposal"), actor=cast.bob)
    told = timeline(cast.bob, acme)
    assert "Portal of Kestrel" in told
    assert "“Proposal”" in told
    # Handed over, the client is cy's and the deal is not.
    Client.objects.filter(pk=acme.pk).update(owner=cast.cy)
    assert "Kestrel" not in timeline(cast.cy, acme)
    assert "Proposal" not in timeline(cast.cy, acme)


def test_nobody_is_told_whose_deal_it_is_where_his_role_hides_it(cast: Cast) -> None:
    acme = make_client(cast.bob, "Acme")
    portal = make_deal(cast.bob, "Portal of Kestrel", client=acme)
    FieldRule.objects.create(role=cast.bob.role, record_type=Deal._meta.label_lower, field="client", access="hidden")
    assert "Kestrel" not in timeline(cast.bob, acme)
    assert "added the deal" in timeline(cast.bob, portal)


def test_a_call_about_a_deal_stands_on_its_card_and_on_its_clients(cast: Cast) -> None:
    acme = make_client(cast.bob, "Acme")
    iryna, petro = make_contact(cast.bob, "Iryna"), make_contact(cast.bob, "Petro", at=acme)
    portal = make_deal(cast.bob, "Portal", client=acme, contacts={iryna: ""})
    page = browser_of(cast.bob).get(portal.get_absolute_url()).content.decode()
    assert page.index(f'value="{iryna.pk}"') < page.index(f'value="{petro.pk}"')
    log = f"{reverse('interactions:new')}?on=projects.deal:{portal.pk}"
    browser_of(cast.bob).post(log, {"kind": "call", "text": "Talked of the budget"})
    assert Interaction.objects.get().subject_id == portal.pk
    assert "Talked of the budget" in timeline(cast.bob, portal)
    assert "Talked of the budget" in timeline(cast.bob, acme)


def test_the_people_of_a_client_out_of_sight_are_offered_to_nobody(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    petro = make_contact(cast.ann, "Petro", at=acme)
    portal = make_deal(cast.cy, "Portal")
    Deal.objects.filter(pk=portal.pk).update(client=acme)
    Contact.objects.filter(pk=petro.pk).update(owner=cast.cy)
    card = portal.get_absolute_url()
    assert f'value="{petro.pk}"' not in browser_of(cast.cy).get(card).content.decode()
    Client.objects.filter(pk=acme.pk).update(owner=cast.cy)
    assert f'value="{petro.pk}"' in browser_of(cast.cy).get(card).content.decode()


def test_a_project_tells_of_its_deals_to_those_who_may_know_which_they_are(cast: Cast) -> None:
    portal = make_deal(cast.ann, "Portal of Kestrel", client=make_client(cast.ann, "Acme"))
    project = make_project(cast.ann, "Delivery")
    win_deal(portal, actor=cast.ann, project=project)
    assert "Portal of Kestrel" in timeline(cast.bob, project)
    for field, record in (("project", project), ("client", portal.client)):
        FieldRule.objects.create(role=cast.bob.role, record_type=Deal._meta.label_lower, field=field, access="hidden")
        assert "Kestrel" not in timeline(cast.bob, record), field
    assert "won the deal" in timeline(cast.bob, portal)
