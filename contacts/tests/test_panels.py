"""The people of a client and the employers of a contact, as different readers see them."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.template import RequestContext, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from clients.tests.factories import make_client
from contacts.models import Employment
from contacts.panels import employers_of, people_of
from contacts.services import save_contact
from contacts.tests.factories import make_contact
from crm.access.rights import Action, Scope, rights_of
from crm.access.shares import share, withdraw
from teams.models import FieldRule, Grant, User
from teams.tests.factories import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def drawn(record: Any, user: User) -> str:
    request = RequestFactory().get("/")
    request.user = user
    # As a request has it: fetched anew.
    fresh = type(record).objects.get(pk=record.pk)
    context = RequestContext(request, {"record": fresh})
    return Template("{% load panels %}{% panels record %}").render(context)


def test_people_show_position_role_and_ways_to_reach_them(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    contact = make_contact(cast.ann, "Kovalenko", phones=("+380441234567",), emails=("k@acme.example",))
    work = Employment(client=acme, job_title="CTO", department="Platform", decision_role="decides")
    save_contact(contact, actor=cast.ann, parts={"employments": [work]})
    page = drawn(acme, cast.ann)
    for text in ("Kovalenko", "CTO", "Platform", "Decides", "tel:+380441234567", "mailto:k@acme.example"):
        assert text in page
    assert f"?client={acme.pk}" in page


def test_the_primary_phone_is_the_one_that_is_shown(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    contact = make_contact(cast.ann, at=acme, phones=("+380441234567", "+380501112233"))
    first, second = contact.phones.all()
    first.is_primary, second.is_primary = False, True
    save_contact(contact, actor=cast.ann, parts={"phones": [first, second]})
    page = drawn(acme, cast.ann)
    assert "+380501112233" in page
    assert "+380441234567" not in page


def test_people_out_of_sight_are_not_shown(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    make_contact(cast.ann, "Kovalenko", at=acme)
    make_contact(cast.cy, "Hidden", at=acme)
    page = drawn(acme, cast.bob)
    assert "Kovalenko" in page
    assert "Hidden" not in page
    assert "Hidden" in drawn(acme, cast.dana)


def test_a_shared_person_and_a_shared_employer_are_named_until_the_share_is_withdrawn(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    person = make_contact(cast.ann, "Kovalenko", at=acme)
    for record, other, name in ((person, acme, "Kovalenko"), (acme, person, "Acme")):
        assert name not in drawn(other, cast.cy)
        share(record, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
        assert name in drawn(other, cast.cy)
        withdraw(record, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
        assert name not in drawn(other, cast.cy)


def test_people_who_left_stand_apart(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    make_contact(cast.ann, "Present", at=acme)
    left = make_contact(cast.ann, "Former")
    save_contact(
        left, actor=cast.ann, parts={"employments": [Employment(client=acme, job_title="x", until=date(2020, 5, 1))]}
    )
    moved_up = make_contact(cast.ann, "Promoted")
    rows = [
        Employment(client=acme, job_title="Head", since=date(2024, 1, 1)),
        Employment(client=acme, job_title="Clerk", until=date(2023, 12, 31)),
    ]
    save_contact(moved_up, actor=cast.ann, parts={"employments": rows})
    panel = people_of(acme, cast.ann)
    assert [row.contact.name for row in panel["people"]] == ["Present", "Promoted"]
    assert [row.contact.name for row in panel["former"]] == ["Former"]


def test_hidden_phones_are_not_on_the_panel_of_people(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    make_contact(cast.ann, at=acme, phones=("+380441234567",), emails=("k@acme.example",))
    assert "380441234567" in drawn(acme, cast.ann)
    page = drawn(acme, cast.fin)
    assert "380441234567" not in page
    assert "k@acme.example" in page


@pytest.mark.parametrize("panel", ["people", "employers"])
def test_hidden_employments_hide_both_panels(cast: Cast, panel: str) -> None:
    FieldRule.objects.create(role=cast.fin.role, record_type="contacts.contact", field="employments", access="hidden")
    acme = make_client(cast.ann, "Acme")
    contact = make_contact(cast.ann, at=acme)
    record = acme if panel == "people" else contact
    assert f'id="{panel}"' in drawn(record, cast.ann)
    assert f'id="{panel}"' not in drawn(record, cast.fin)


def test_adding_a_person_is_offered_to_those_who_may(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    assert "Add person" in drawn(acme, cast.ann)
    Grant.objects.filter(role=cast.fin.role, action=Action.ADD).update(scope=Scope.NONE)
    assert "Add person" not in drawn(acme, cast.fin)


def test_at_most_25_people_are_shown_with_a_way_to_all(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    for number in range(26):
        make_contact(cast.ann, f"Person {number:02}", at=acme)
    # Where interactions are logged, the others are offered too.
    page = drawn(acme, cast.ann).partition('id="people"')[2]
    assert "Person 24" in page
    assert "Person 25" not in page
    assert f"?employer={acme.pk}" in page


def test_employers_show_now_and_before(cast: Cast) -> None:
    acme, beta = make_client(cast.ann, "Acme"), make_client(cast.ann, "Beta")
    contact = make_contact(cast.ann)
    rows = [
        Employment(client=beta, job_title="CTO", since=date(2024, 1, 1)),
        Employment(client=acme, job_title="Clerk", since=date(2019, 1, 1), until=date(2023, 12, 31)),
    ]
    save_contact(contact, actor=cast.ann, parts={"employments": rows})
    page = drawn(contact, cast.ann)
    assert page.index("Beta") < page.index("Before") < page.index("Acme")
    assert "Jan. 1, 2019 – Dec. 31, 2023" in page
    assert "Change employer" in page


def test_an_employer_out_of_sight_is_masked(cast: Cast) -> None:
    secret = make_client(cast.cy, "Secret Ltd")
    contact = make_contact(cast.ann)
    save_contact(contact, actor=cast.dana, parts={"employments": [Employment(client=secret, job_title="CTO")]})
    page = drawn(contact, cast.ann)
    assert "Secret Ltd" not in page
    assert str(secret.pk) not in page
    assert "a client you may not see" in page
    assert "Secret Ltd" in drawn(contact, cast.dana)


def test_changing_the_employer_is_offered_to_those_who_may(cast: Cast) -> None:
    contact = make_contact(cast.ann)
    assert "Change employer" in drawn(contact, cast.bob)
    FieldRule.objects.create(
        role=cast.fin.role, record_type="contacts.contact", field="employments", access="read_only"
    )
    assert "Change employer" not in drawn(contact, cast.fin)


@pytest.mark.parametrize("reader", ["ann", "fin"])
def test_panels_cost_at_most_four_queries_however_many_rows(cast: Cast, reader: str) -> None:
    user = getattr(cast, reader)
    rights_of(user)
    acme = make_client(cast.ann, "Acme")
    contacts = [
        make_contact(cast.ann, f"P{n}", at=acme, phones=("+380441234567",), emails=("a@b.example",)) for n in range(12)
    ]
    for read, record in ((people_of, acme), (employers_of, contacts[0])):
        with CaptureQueriesContext(connection) as queries:
            read(record, user)  # type: ignore[operator]
        assert len(queries) <= 4
