"""Restoring an old version: through the service, within the actor's rights, whatever is gone since."""

from datetime import date
from typing import Any

import pytest
from django.test import Client as Browser

from clients.models import Client, ClientPhone, match_key
from clients.services import save_client
from clients.tests.factories import make_client
from contacts.models import Employment
from contacts.services import save_contact
from contacts.tests.factories import make_contact
from crm.access.rights import Action, FieldAccess, Scope
from crm.access.writing import hand_over, move_to_bin
from crm.history.reading import versions_of
from teams.models import FieldRule, Grant, User
from teams.tests.factories import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def send(user: User, record: Any, number: int, *, read_version: int | None = None) -> Any:
    browser = Browser()
    browser.force_login(user)
    url = f"{record.url('history')}{number}/restore/"
    record.refresh_from_db()
    return browser.post(url, {"read_version": record.version if read_version is None else read_version})


def test_restoring_brings_back_fields_parts_and_what_is_derived(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme", address="Main St 1", phones=("+380441234567",), emails=("a@acme.example",))
    client.name, client.address = "Beta", "Side St 2"
    save_client(client, actor=cast.ann, parts={"phones": [ClientPhone(typed="+380509998877")], "emails": []})
    assert send(cast.bob, client, 1).status_code == 302
    client.refresh_from_db()
    assert (client.name, client.version) == ("Acme", 3)
    assert client.match_key == match_key("Acme", " Main St 1")
    assert [phone.e164 for phone in client.phones.all()] == ["+380441234567"]
    assert [email.address for email in client.emails.all()] == ["a@acme.example"]
    assert "380441234567" in client.search_doc
    assert "380509998877" not in client.search_doc
    version = versions_of(client).first()
    assert version.history_user == cast.bob
    assert version.history_change_reason.startswith("Restored the version of ")


def test_the_new_version_says_which_one_was_restored(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    client.name = "Beta"
    save_client(client, actor=cast.ann)
    send(cast.ann, client, 1)
    browser = Browser()
    browser.force_login(cast.ann)
    page = browser.get(client.url("history")).content.decode()
    assert "Restored the version of" in page
    assert "+00:00" not in page


def test_the_question_shows_what_will_change(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    client.name = "Beta"
    save_client(client, actor=cast.ann)
    browser = Browser()
    browser.force_login(cast.ann)
    page = browser.get(f"{client.url('history')}1/restore/").content.decode()
    assert "Beta</del>" in page
    assert "Acme</ins>" in page
    client.refresh_from_db()
    assert client.name == "Beta"


def test_a_stale_restore_writes_nothing_and_explains(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    client.name = "Beta"
    save_client(client, actor=cast.ann)
    response = send(cast.bob, client, 1, read_version=1)
    assert response.status_code == 409
    assert "Nothing was restored" in response.content.decode()
    client.refresh_from_db()
    assert client.name == "Beta"
    assert send(cast.bob, client, 1, read_version=2).status_code == 302


def test_those_who_may_not_change_the_record_cannot_restore(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    client.name = "Beta"
    save_client(client, actor=cast.ann)
    Grant.objects.filter(role=cast.fin.role, action=Action.CHANGE).update(scope=Scope.NONE)
    assert send(cast.fin, client, 1).status_code == 403
    assert send(cast.cy, client, 1).status_code == 404
    assert send(cast.bob, client, 1).status_code == 302


def test_a_binned_record_is_not_restored_by_version(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    move_to_bin(client, actor=cast.ann)
    assert send(cast.ann, client, 1).status_code == 403


@pytest.mark.parametrize("access", [FieldAccess.HIDDEN, FieldAccess.READ_ONLY])
def test_locked_fields_and_parts_keep_their_present_values(cast: Cast, access: FieldAccess) -> None:
    FieldRule.objects.filter(role=cast.fin.role).update(access=access)
    client = make_client(cast.ann, "Acme", tax_id="32855961", phones=("+380441234567",))
    client.name, client.tax_id = "Beta", "14360570"
    save_client(client, actor=cast.ann, parts={"phones": [ClientPhone(typed="+380509998877")]})
    assert send(cast.fin, client, 1).status_code == 302
    client.refresh_from_db()
    assert (client.name, client.tax_id) == ("Acme", "14360570")
    assert [phone.typed for phone in client.phones.all()] == ["+380509998877"]
    assert send(cast.ann, client, 1).status_code == 302
    client.refresh_from_db()
    assert client.tax_id == "32855961"


def test_a_locked_part_of_a_name_keeps_the_composed_name_true(cast: Cast) -> None:
    FieldRule.objects.create(role=cast.fin.role, record_type="contacts.contact", field="first_name", access="read_only")
    contact = make_contact(cast.ann, "Kovalenko", first_name="Olha")
    contact.last_name, contact.first_name = "Bondar", "Iryna"
    save_contact(contact, actor=cast.ann)
    send(cast.fin, contact, 1)
    contact.refresh_from_db()
    assert contact.name == "Kovalenko Iryna"


def test_owner_and_team_stay_as_they_are(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    hand_over(client, owner=cast.bob, team=client.team, actor=cast.ann)
    client.name = "Beta"
    save_client(client, actor=cast.bob)
    send(cast.bob, client, 1)
    client.refresh_from_db()
    assert (client.name, client.owner) == ("Acme", cast.bob)


def test_a_deactivated_owner_of_the_old_version_does_no_harm(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    hand_over(client, owner=cast.bob, team=client.team, actor=cast.ann)
    User.objects.filter(pk=cast.ann.pk).update(is_active=False)
    client.name = "Beta"
    save_client(client, actor=cast.bob)
    assert send(cast.bob, client, 1).status_code == 302


def test_a_parent_that_is_gone_or_out_of_sight_is_not_brought_back(cast: Cast) -> None:
    gone, secret = make_client(cast.ann, "Gone"), make_client(cast.cy, "Secret")
    client = make_client(cast.ann, "Acme", parent=gone)
    client.parent, client.name = secret, "Beta"
    save_client(client, actor=cast.dana)
    client.parent, client.name = None, "Gamma"
    save_client(client, actor=cast.ann)
    Client.objects.filter(pk=gone.pk).delete()
    for number, name in ((1, "Acme"), (2, "Beta")):
        assert send(cast.ann, client, number).status_code == 302
        client.refresh_from_db()
        assert (client.name, client.parent_id) == (name, None)
    assert send(cast.dana, client, 2).status_code == 302
    client.refresh_from_db()
    assert client.parent == secret


def test_employments_come_back_and_those_out_of_sight_stay(cast: Cast) -> None:
    acme, secret = make_client(cast.ann, "Acme"), make_client(cast.cy, "Secret")
    gone = make_client(cast.ann, "Gone")
    contact = make_contact(cast.ann, at=acme)
    rows = [
        Employment(client=gone, job_title="Clerk", until=date(2020, 1, 1)),
        Employment(client=acme, job_title="Director"),
    ]
    save_contact(contact, actor=cast.ann, parts={"employments": rows})
    hidden = Employment(client=secret, job_title="Advisor", since=date(2024, 3, 1))
    save_contact(contact, actor=cast.dana, parts={"employments": [hidden]})
    Client.objects.filter(pk=gone.pk).delete()
    assert send(cast.ann, contact, 2).status_code == 302
    titles = {(row.client.name, row.job_title) for row in contact.employments.select_related("client")}
    assert titles == {("Acme", "Director"), ("Secret", "Advisor")}
    assert contact.employments.get(client=secret).pk == hidden.pk


def test_rows_that_did_not_change_keep_their_keys(cast: Cast) -> None:
    contact = make_contact(cast.ann, phones=("+380441234567", "+380501112233"))
    phones = list(contact.phones.all())
    save_contact(contact, actor=cast.ann, parts={"phones": phones[:1]})
    send(cast.ann, contact, 1)
    assert [phone.typed for phone in contact.phones.all()] == ["+380441234567", "+380501112233"]
    assert contact.phones.all()[0].pk == phones[0].pk
