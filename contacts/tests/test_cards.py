"""The card of a contact: its parts, its employers, and the change of one."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from clients.tests.factories import make_client
from contacts.models import Contact
from contacts.services import change_employer
from contacts.tests.factories import make_contact
from crm.access.writing import StaleVersion
from crm.pages.testing import browser_of, edit_of, form_of, without_ids
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_owner_and_teammate_see_the_card_and_an_outsider_does_not(cast: Cast) -> None:
    contact = make_contact(cast.ann, "Шевченко")
    assert browser_of(cast.ann).get(contact.get_absolute_url()).status_code == 200
    assert "Шевченко" in browser_of(cast.bob).get(contact.get_absolute_url()).content.decode()
    for page in ("detail", "edit", "delete", "change_employer"):
        assert browser_of(cast.cy).get(contact.url(page)).status_code == 404


def test_a_new_contact_keeps_every_way_to_reach_him(cast: Cast) -> None:
    client = make_client(cast.ann, country="UA")
    sent = {
        "last_name": "Ґалаґан",
        "first_name": "Іван",
        "phones-0-typed": "067 111 22 33 доб. 4",
        "emails-0-address": "Ivan@Example.com",
        "messengers-0-account": "@ivan",
        "employments-0-client": str(client.pk),
        "employments-0-job_title": "CTO",
    }
    assert edit_of(browser_of(cast.ann), reverse("contacts:new"), **sent).status_code == 302
    contact = Contact.objects.get()
    assert contact.name == "Ґалаґан Іван"
    phone, email, messenger = contact.phones.get(), contact.emails.get(), contact.messengers.get()
    # His own country is unknown, so the employer's tells how the local number is read.
    assert (phone.e164, phone.extension) == ("+380671112233", "4")
    assert (email.address, email.normalised) == ("Ivan@Example.com", "ivan@example.com")
    assert (messenger.normalised, messenger.is_primary) == ("ivan", True)
    parts = contact.history.get().parts
    assert parts["employments"][0]["client_id"] == str(client.pk)


def test_add_person_from_a_clients_page_names_the_employer_only_when_in_sight(cast: Cast) -> None:
    hers, his = make_client(cast.ann, "Hers"), make_client(cast.cy, "His")
    browser = browser_of(cast.ann)
    shown = form_of(browser, f"{reverse('contacts:new')}?client={hers.pk}")
    assert str(shown["employments-0-client"]) == str(hers.pk)
    for key in (str(his.pk), "nonsense", ""):
        response = browser.get(f"{reverse('contacts:new')}?client={key}")
        assert "His" not in response.content.decode()
        assert not response.context["form"].parts["employments"].forms[0]["client"].value()


def test_a_contact_changes_employer_without_losing_the_past(cast: Cast) -> None:
    old, new = make_client(cast.ann, "Old"), make_client(cast.ann, "New")
    contact = make_contact(cast.ann, at=old)
    sent = {"client": str(new.pk), "job_title": "Chief", "since": "2026-03-01", "read_version": 1}
    assert browser_of(cast.ann).post(contact.url("change_employer"), sent).status_code == 302
    rows = {row.client.name: (row.job_title, row.since, row.until) for row in contact.employments.all()}
    assert rows == {"Old": ("Director", None, date(2026, 2, 28)), "New": ("Chief", date(2026, 3, 1), None)}
    assert contact.history.first().history_change_reason == "Changed employer"


def test_the_new_employer_must_be_in_sight(cast: Cast) -> None:
    his, hers = make_client(cast.cy, "His"), make_client(cast.ann, "Hers")
    contact = make_contact(cast.ann)
    browser = browser_of(cast.ann)
    sent = {"since": "2026-03-01", "read_version": 1}
    assert browser.post(contact.url("change_employer"), sent | {"client": str(his.pk)}).status_code == 422
    assert not contact.employments.exists()
    assert browser.post(contact.url("change_employer"), sent | {"client": str(hers.pk)}).status_code == 302


def test_a_change_of_employer_before_the_present_one_began_is_refused_in_place(cast: Cast) -> None:
    old, new = make_client(cast.ann, "Old"), make_client(cast.ann, "New")
    contact = make_contact(cast.ann)
    contact = change_employer(contact, to=old, job_title="", since=date(2026, 5, 1), actor=cast.ann)
    sent = {"client": str(new.pk), "since": "2026-04-01", "read_version": contact.version}
    response = browser_of(cast.ann).post(contact.url("change_employer"), sent)
    assert response.status_code == 422
    assert response.context["form"].errors["since"]
    assert contact.employments.count() == 1


def test_a_change_of_employer_on_an_old_version_is_stale(cast: Cast) -> None:
    old, new = make_client(cast.ann, "Old"), make_client(cast.ann, "New")
    contact = make_contact(cast.ann)
    stale = Contact.objects.get(pk=contact.pk)
    change_employer(contact, to=old, job_title="", since=date(2026, 5, 1), actor=cast.ann)
    with pytest.raises(StaleVersion):
        change_employer(stale, to=new, job_title="", since=date(2026, 6, 1), actor=cast.ann)
    sent = {"client": str(new.pk), "since": "2026-06-01", "read_version": 1}
    assert browser_of(cast.ann).post(contact.url("change_employer"), sent).status_code == 422
    assert contact.employments.count() == 1


def test_an_employer_out_of_sight_is_kept_and_never_named(cast: Cast) -> None:
    his = make_client(cast.cy, "Secret employer")
    contact = make_contact(cast.ann)
    contact.employments.create(client=his, job_title="Advisor")
    browser = browser_of(cast.ann)
    for page in ("detail", "edit", "change_employer"):
        response = browser.get(contact.url(page))
        assert response.status_code == 200
        assert "Secret employer" not in response.content.decode()
    assert edit_of(browser, contact.url("edit"), first_name="Olha").status_code == 302
    assert contact.employments.get().client == his
    contact.refresh_from_db()
    assert contact.name == "Kovalenko Olha"


def test_the_same_present_employer_twice_is_refused_in_place(cast: Cast) -> None:
    client = make_client(cast.ann)
    contact = make_contact(cast.ann, at=client)
    sent: dict[str, Any] = {"employments-1-client": str(client.pk), "employments-1-job_title": "Director"}
    browser = browser_of(cast.ann)
    assert edit_of(browser, contact.url("edit"), **sent).status_code == 422
    assert contact.employments.count() == 1
    ended = sent | {"employments-1-until": "2020-01-01"}
    assert edit_of(browser, contact.url("edit"), **ended).status_code == 302
    assert contact.employments.count() == 2


def test_rows_of_another_contact_cannot_be_taken_over(cast: Cast) -> None:
    hers, his = make_contact(cast.ann, phones=("+380671112233",)), make_contact(cast.cy, phones=("+380501112233",))
    taken = his.phones.get()
    sent = {"phones-0-id": taken.pk, "phones-0-typed": "+380999999999"}
    edit_of(browser_of(cast.ann), hers.url("edit"), **sent)
    assert his.phones.get().typed == "+380501112233"


def test_a_contact_needs_a_name(cast: Cast) -> None:
    browser = browser_of(cast.ann)
    assert edit_of(browser, reverse("contacts:new"), salutation="Dr").status_code == 422
    assert edit_of(browser, reverse("contacts:new"), first_name="Cher").status_code == 302
    assert Contact.objects.get().name == "Cher"


def test_fin_neither_sees_nor_writes_a_hidden_field(cast: Cast) -> None:
    contact = make_contact(cast.ann, phones=("+380671112233",), birthday=date(1990, 5, 6))
    card = without_ids(browser_of(cast.fin).get(contact.get_absolute_url()).content.decode())
    assert "Kovalenko" in card
    assert "111" not in card
    assert "1990" not in card
    assert "1990" in browser_of(cast.ann).get(contact.get_absolute_url()).content.decode()
    sent = {"first_name": "New", "birthday": "2000-01-01"}
    assert edit_of(browser_of(cast.fin), contact.url("edit"), **sent).status_code == 302
    contact.refresh_from_db()
    assert (contact.first_name, contact.birthday, contact.phones.count()) == ("New", date(1990, 5, 6), 1)
