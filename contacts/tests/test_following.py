"""Contacts go with the client where they work when the book of a leaver is handed over."""

from datetime import date

import pytest

from clients.tests.factories import make_client
from contacts.models import Contact, Employment
from contacts.tests.factories import make_contact
from teams.services.handing_over import Rule, hand_book_over, plan_handover
from teams.tests.factories import Cast, join, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def hand(cast: Cast, rule: Rule) -> None:
    plan = plan_handover(cast.ann, rule, actor=cast.dana)
    hand_book_over(cast.ann, rule, digest=plan.digest, actor=cast.dana)


def owner_of(contact: Contact) -> str:
    return str(Contact.objects.get(pk=contact.pk).owner.username)


def test_people_go_with_the_client_where_they_work_now(cast: Cast) -> None:
    first, second = make_client(cast.ann, "A"), make_client(cast.ann, "B")
    contact = make_contact(cast.ann, "Koval", at=second)
    Employment.objects.create(contact=contact, client=first, until=date(2020, 1, 1))
    loose = make_contact(cast.ann, "Loose")
    other = make_contact(cast.bob, "of bob", at=second)
    # The clients alternate: the first goes to bob, the second to fin; the contacts alone would begin with bob.
    hand(cast, Rule(evenly=[cast.bob, cast.fin], follows=True))
    assert owner_of(contact) == "fin"
    assert owner_of(loose) in {"bob", "fin"}
    assert owner_of(other) == "bob"


def test_without_the_rule_they_are_given_out_by_themselves(cast: Cast) -> None:
    make_client(cast.ann, "A")
    contact = make_contact(cast.ann, "Koval", at=make_client(cast.ann, "B"))
    hand(cast, Rule(evenly=[cast.bob, cast.fin]))
    assert owner_of(contact) == "bob"


def test_people_of_a_client_that_stays_keep_to_their_own_rule(cast: Cast) -> None:
    join(cast.cy, cast.ann.teams.get())
    contact = make_contact(cast.ann, "Koval", at=make_client(cast.bob, "of bob"))
    hand(cast, Rule(by_type={"contacts.contact": cast.cy}, follows=True))
    assert owner_of(contact) == "cy"
