"""A field of a client's card edited in its place: who may, what is refused, and what happens when two do."""

from typing import Any

import pytest
from django.urls import reverse

from clients.models import Client
from clients.tests.factories import make_client
from crm.pages.testing import browser_of
from crm.ui.testing import assert_strict_html
from teams.models import FieldRule
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def field_url(client: Client, name: str) -> str:
    return reverse("clients:field", args=[client.pk, name])


def open_field(user: Any, client: Client, name: str) -> Any:
    return browser_of(user).get(field_url(client, name), headers={"HX-Request": "true"})


def save_field(user: Any, client: Client, name: str, value: Any, *, version: int | None = None) -> Any:
    sent = {name: value, "read_version": client.version if version is None else version}
    return browser_of(user).post(field_url(client, name), sent, headers={"HX-Request": "true"})


def test_a_field_opens_as_its_one_control_and_its_save_leads_to_the_card(cast: Cast) -> None:
    client = make_client(cast.ann, city="Kyiv", phones=("+380443230030",), tags=["old"])
    opened = open_field(cast.ann, client, "city")
    assert set(opened.context["form"].fields) == {"city", "read_version", "submission"}
    assert 'value="Kyiv"' in opened.content.decode()
    assert "phones" not in opened.content.decode()
    assert_strict_html(opened.content.decode())
    saved = save_field(cast.ann, client, "city", "Lviv")
    assert (saved.status_code, saved.url) == (302, client.get_absolute_url())
    client.refresh_from_db()
    assert (client.city, client.name, client.tags, client.phones.count()) == ("Lviv", "Acme", ["old"], 1)
    assert (client.version, client.history.count()) == (2, 2)
    assert client.history.first().history_user == cast.ann


def test_without_scripts_the_field_leads_to_its_place_on_the_edit_page(cast: Cast) -> None:
    client = make_client(cast.ann)
    response = browser_of(cast.ann).get(field_url(client, "city"))
    assert (response.status_code, response.url) == (302, f"{client.url('edit')}#id_city")


def test_an_outsider_finds_no_field_and_writes_none(cast: Cast) -> None:
    client = make_client(cast.ann)
    assert open_field(cast.bob, client, "city").status_code == 200
    assert open_field(cast.cy, client, "city").status_code == 404
    assert save_field(cast.cy, client, "city", "Odesa").status_code == 404
    client.refresh_from_db()
    assert client.city == ""


def test_who_sees_but_may_not_change_gets_403_and_no_pencil(cast: Cast) -> None:
    client = make_client(cast.ann)
    cast.bob.role = type(cast.bob.role).objects.create(name="reader")
    cast.bob.role.grants.create(record_type="clients.client", action="view", scope=2)
    cast.bob.save()
    assert "ui-pencil" in browser_of(cast.ann).get(client.get_absolute_url()).content.decode()
    assert "ui-pencil" not in browser_of(cast.bob).get(client.get_absolute_url()).content.decode()
    assert open_field(cast.bob, client, "city").status_code == 403
    assert save_field(cast.bob, client, "city", "Odesa").status_code == 403


def test_a_hidden_field_is_not_there_and_a_locked_one_is_closed(cast: Cast) -> None:
    client = make_client(cast.ann, country="UA", tax_id="14360570")
    FieldRule.objects.create(role=cast.fin.role, record_type="clients.client", field="industry", access="read_only")
    for name, status in (("tax_id", 404), ("industry", 403), ("city", 200)):
        assert open_field(cast.fin, client, name).status_code == status, name
        assert open_field(cast.ann, client, name).status_code == 200, name
    assert save_field(cast.fin, client, "tax_id", "").status_code == 404
    assert save_field(cast.fin, client, "industry", "Ships").status_code == 403
    card = browser_of(cast.fin).get(client.get_absolute_url()).content.decode()
    assert field_url(client, "city") in card
    assert field_url(client, "industry") not in card
    assert "fact-tax_id" not in card
    client.refresh_from_db()
    assert (client.tax_id, client.industry, client.version) == ("14360570", "", 1)


@pytest.mark.parametrize("name", ["read_version", "submission", "search_doc", "version", "phones", "nothing"])
def test_what_is_no_field_of_the_form_is_not_there(cast: Cast, name: str) -> None:
    assert open_field(cast.ann, make_client(cast.ann), name).status_code == 404


def test_owner_and_team_need_the_right_to_assign(cast: Cast) -> None:
    client = make_client(cast.ann)
    assert open_field(cast.ann, client, "owner").status_code == 200
    assert save_field(cast.ann, client, "owner", cast.bob.pk).status_code == 302
    cast.bob.role.grants.filter(record_type="clients.client", action="assign").delete()
    client.refresh_from_db()
    assert client.owner == cast.bob
    for name in ("owner", "team"):
        assert open_field(cast.bob, client, name).status_code == 403
        assert field_url(client, name) not in browser_of(cast.bob).get(client.get_absolute_url()).content.decode()
    assert save_field(cast.bob, client, "owner", cast.ann.pk).status_code == 403


def test_a_refused_value_is_explained_in_place_and_not_stored(cast: Cast) -> None:
    client = make_client(cast.ann, country="UA")
    refused = save_field(cast.ann, client, "tax_id", "123")
    assert refused.status_code == 422
    assert refused.context["form"].errors["tax_id"]
    assert 'value="123"' in refused.content.decode()
    assert save_field(cast.ann, client, "name", "").status_code == 422
    client.refresh_from_db()
    assert (client.name, client.tax_id, client.version) == ("Acme", "", 1)


def test_a_fault_of_another_field_is_told_by_its_name_unless_it_is_hidden(cast: Cast) -> None:
    client = make_client(cast.ann, country="UA", tax_id="14360570")
    refused = save_field(cast.ann, client, "country", "PL")
    assert refused.status_code == 422
    assert "Tax id:" in refused.content.decode()
    # For fin there is no tax id: it neither stops him nor shows itself.
    assert save_field(cast.fin, client, "country", "PL").status_code == 302


def test_a_stale_version_shows_the_others_value_and_the_next_save_goes_over_it(cast: Cast) -> None:
    client = make_client(cast.ann, city="Kyiv")
    assert save_field(cast.bob, client, "city", "Lviv").status_code == 302
    conflict = save_field(cast.ann, client, "city", "Odesa", version=1)
    html = conflict.content.decode()
    assert conflict.status_code == 409
    assert "Lviv" in html
    assert 'value="Odesa"' in html
    client.refresh_from_db()
    assert client.city == "Lviv"
    again = conflict.context["form"]["read_version"].value()
    assert save_field(cast.ann, client, "city", "Odesa", version=again).status_code == 302
    client.refresh_from_db()
    assert (client.city, client.version) == ("Odesa", 3)


def test_an_unchanged_value_makes_no_version(cast: Cast) -> None:
    client = make_client(cast.ann, city="Kyiv")
    assert save_field(cast.ann, client, "city", "Kyiv").status_code == 302
    client.refresh_from_db()
    assert (client.version, client.history.count()) == (1, 1)


def test_a_parent_out_of_sight_is_neither_named_nor_replaced(cast: Cast) -> None:
    his, hers = make_client(cast.cy, "Secret holding"), make_client(cast.ann, "Hers")
    client = make_client(cast.ann, "Branch")
    assert open_field(cast.ann, client, "parent").status_code == 200
    Client.objects.filter(pk=client.pk).update(parent=his)
    assert open_field(cast.ann, client, "parent").status_code == 403
    assert save_field(cast.ann, client, "parent", hers.pk).status_code == 403
    card = browser_of(cast.ann).get(client.get_absolute_url()).content.decode()
    assert "Secret holding" not in card
    assert field_url(client, "parent") not in card
