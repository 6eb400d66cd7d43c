"""The list of contacts: who sees what, filters, employers and people within sight, what it costs."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clients.tests.factories import make_client
from contacts.models import Contact, Employment
from contacts.tests.factories import make_contact
from crm.access.rights import Scope
from crm.access.writing import move_to_bin
from crm.listing.testing import multiply
from crm.pages.testing import browser_of
from crm.ui.testing import assert_strict_html
from teams.models import FieldRule, Grant
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
LIST = reverse("contacts:list")
CLIENTS = reverse("clients:list")
HOSTILE = ["\0", "x" * 10_000, "9" * 5000, "-1", "99999-12-31", "0001-01-01", "' OR 1 --"]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def listed(user: Any, **parameters: Any) -> Any:
    """The ListPage that this user gets."""
    response = browser_of(user).get(LIST, parameters)
    assert response.status_code == 200
    return response.context["list"]


def names(user: Any, **parameters: Any) -> list[str]:
    return sorted(row.record.name for row in listed(user, **parameters).rows)


def hide(cast: Cast, *fields: str, record_type: str = "contacts.contact") -> None:
    for name in fields:
        FieldRule.objects.create(role=cast.fin.role, record_type=record_type, field=name, access="hidden")


def test_ann_lists_hers_and_bobs_contacts_and_cy_none(cast: Cast) -> None:
    make_contact(cast.ann, "Annenko")
    make_contact(cast.bob, "Bobenko")
    assert names(cast.ann) == ["Annenko", "Bobenko"]
    assert listed(cast.ann).count == "2"
    assert names(cast.cy) == []
    assert listed(cast.cy).count == "0"


def test_the_page_has_no_inline_script_or_style(cast: Cast) -> None:
    make_contact(cast.ann, phones=("+380501234567",), emails=("a@b.example",), at=make_client(cast.ann))
    for address in (LIST, f"{LIST}?filters=1&q=koval", reverse("contacts:bin")):
        assert_strict_html(browser_of(cast.ann).get(address).content.decode())


def test_every_row_has_a_cell_under_every_head(cast: Cast) -> None:
    make_contact(cast.ann, phones=("+380501234567",), at=make_client(cast.ann))
    for user in (cast.ann, cast.fin, cast.dana):
        head, body = browser_of(user).get(LIST).content.decode().split("<tbody>")
        assert head.split("<thead>")[1].count("<th") == body.split("</tbody>")[0].count("<td")


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"language": "uk"}, ["Annenko"]),
        ({"consent": "given"}, ["Annenko"]),
        ({"consent": ["given", "unknown"]}, ["Annenko", "Other"]),
        ({"birth_month": "2"}, ["Annenko"]),
        ({"birth_month": "3"}, []),
        ({"tags": "vip"}, ["Annenko"]),
        ({"has_phone": "yes"}, ["Annenko"]),
        ({"has_phone": "no"}, ["Other"]),
        ({"has_email": "yes"}, ["Other"]),
        ({"has_email": "no"}, ["Annenko"]),
        ({"q": "annen"}, ["Annenko"]),
        ({"mine": "on"}, ["Annenko", "Other"]),
    ],
)
def test_filters_narrow_the_list(cast: Cast, parameters: dict[str, Any], found: list[str]) -> None:
    make_contact(
        cast.ann,
        "Annenko",
        phones=("+380501234567",),
        language="uk",
        consent="given",
        birthday=date(1990, 2, 28),
        tags=["vip"],
    )
    make_contact(cast.ann, "Other", emails=("a@b.example",))
    assert names(cast.ann, **parameters) == found
    assert listed(cast.ann, **parameters).chips


def test_people_are_found_by_the_client_they_work_at_now(cast: Cast) -> None:
    client, cys = make_client(cast.ann, "Acme"), make_client(cast.cy, "Cys")
    make_contact(cast.ann, "Annenko", at=client)
    gone = make_contact(cast.ann, "Goneko", at=client)
    Employment.objects.filter(contact=gone).update(until=timezone.localdate() - timedelta(days=1))
    assert names(cast.ann, employer=client.pk) == ["Annenko"]
    errors = [listed(cast.ann, employer=key).filterset.form.errors["employer"] for key in (cys.pk, gone.pk)]
    assert errors[0] == errors[1]
    page = browser_of(cast.ann).get(LIST, {"filters": "1"}).content.decode()
    assert "Acme" in page
    assert "Cys" not in page


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_answered_in_place(cast: Cast, value: str) -> None:
    make_contact(cast.ann, "Annenko")
    browser = browser_of(cast.ann)
    for name in [*listed(cast.ann, filters="1").filterset.filters, "page", "sort", "rows"]:
        response = browser.get(f"{LIST}?{urlencode({name: value, 'filters': '1'})}")
        assert response.status_code == 200, name
    assert browser.get(reverse("contacts:suggest"), {"q": value}).status_code == 200


class TestEmployers:
    def test_a_client_out_of_sight_is_not_named(self, cast: Cast) -> None:
        contact = make_contact(cast.dana, "Annenko", at=make_client(cast.cy, "Cys secret"))
        Contact.objects.filter(pk=contact.pk).update(owner=cast.ann)
        for user, is_named in ((cast.ann, False), (cast.dana, True)):
            page = browser_of(user).get(LIST).content.decode()
            assert "Director" in page
            assert ("Cys secret" in page) is is_named

    def test_a_client_in_the_bin_is_not_named(self, cast: Cast) -> None:
        client = make_client(cast.ann, "Acme trading")
        make_contact(cast.ann, "Annenko", at=client)
        assert "Acme trading" in browser_of(cast.ann).get(LIST).content.decode()
        move_to_bin(client, actor=cast.ann)
        assert "Acme trading" not in browser_of(cast.ann).get(LIST).content.decode()

    def test_hidden_employments_are_nowhere(self, cast: Cast) -> None:
        client = make_client(cast.ann, "Acme trading")
        make_contact(cast.ann, "Annenko", at=client)
        assert "people" in browser_of(cast.fin).get(CLIENTS).context["list"].shown
        hide(cast, "employments")
        assert "Acme trading" not in browser_of(cast.fin).get(LIST).content.decode()
        assert names(cast.fin, employer=client.pk) == ["Annenko"]
        assert "people" not in browser_of(cast.fin).get(CLIENTS).context["list"].shown
        suggestions = browser_of(cast.fin).get(reverse("contacts:suggest")).json()["results"]
        assert [(each["text"], each["hint"]) for each in suggestions] == [("Annenko", "")]


class TestPeopleOfClients:
    def test_people_in_sight_are_counted(self, cast: Cast) -> None:
        client = make_client(cast.ann, "Acme")
        make_contact(cast.ann, "Annenko", at=client)
        make_contact(cast.bob, "Bobenko", at=client)
        elsewhere = make_contact(cast.dana, "Cyenko", at=client)
        Contact.objects.filter(pk=elsewhere.pk).update(owner=cast.cy)
        move_to_bin(make_contact(cast.ann, "Binned", at=client), actor=cast.ann)
        gone = make_contact(cast.ann, "Goneko", at=client)
        Employment.objects.filter(contact=gone).update(until=timezone.localdate() - timedelta(days=1))
        assert self.people(cast.ann) == 2
        assert self.people(cast.dana) == 3

    def test_one_person_in_two_positions_counts_once(self, cast: Cast) -> None:
        client = make_client(cast.ann, "Acme")
        contact = make_contact(cast.ann, "Annenko", at=client)
        Employment.objects.create(contact=contact, client=client, job_title="Owner")
        assert self.people(cast.ann) == 1

    def test_who_may_not_view_contacts_has_no_count(self, cast: Cast) -> None:
        make_contact(cast.ann, "Annenko", at=make_client(cast.ann, "Acme"))
        Grant.objects.filter(record_type="contacts.contact").delete()
        assert "people" not in browser_of(cast.ann).get(CLIENTS).context["list"].shown

    def people(self, user: Any) -> Any:
        (row,) = browser_of(user).get(CLIENTS).context["list"].rows
        (cell,) = row.contributed
        return cell.value


class TestHiddenFields:
    """fin must not see phones and birthdays of contacts."""

    def test_fin_cannot_filter_by_them_even_by_hand(self, cast: Cast) -> None:
        make_contact(cast.ann, "Annenko")
        for parameters in ({"birth_month": "2"}, {"has_phone": "yes"}):
            assert names(cast.fin, **parameters) == ["Annenko"]
            assert names(cast.bob, **parameters) == []

    def test_fin_sees_no_phone(self, cast: Cast) -> None:
        make_contact(cast.ann, "Annenko", phones=("+380501234567",))
        assert "tel:+380501234567" in browser_of(cast.bob).get(LIST).content.decode()
        assert "tel:" not in browser_of(cast.fin).get(LIST).content.decode()


def test_the_bin_is_of_those_who_may_restore(cast: Cast) -> None:
    contact = make_contact(cast.ann, "Goneko")
    move_to_bin(contact, actor=cast.ann)
    for user, found in ((cast.bob, 1), (cast.cy, 0)):
        page = browser_of(user).get(reverse("contacts:bin"))
        assert len(page.context["rows"]) == found
        assert ("Goneko" in page.content.decode()) is bool(found)


@pytest.mark.parametrize("address", [LIST, CLIENTS])
@pytest.mark.parametrize("panel", ["", "1"])
def test_the_lists_ask_as_often_with_ten_rows_as_with_ten_thousand(cast: Cast, address: str, panel: str) -> None:
    # The dearest reader: teams below his own make one more query.
    Grant.objects.update(scope=Scope.TEAM_AND_BELOW)
    client = make_client(cast.ann, "Client", phones=("+380501234567",))
    contact = make_contact(cast.ann, "Contact", phones=("+380501234567",), emails=("a@b.example",), at=client)
    browser = browser_of(cast.ann)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(browser.get(address, {"filters": panel}).context["list"].rows) >= 10
        return len(captured)

    multiply(client, 9)
    multiply(contact, 9)
    few = queries()
    multiply(client, 9_990)
    multiply(contact, 9_990)
    assert queries() == few
    assert few <= 15
