"""The card of a client: who may see, add and change it, and what happens when two do."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.urls import reverse

from clients.models import Client
from clients.tests.factories import make_client
from crm.pages.testing import browser_of, edit_of, form_of, without_ids
from teams.models import FieldRule
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_owner_and_teammate_see_the_card_and_an_outsider_does_not(cast: Cast) -> None:
    client = make_client(cast.ann, "Borysfen")
    assert browser_of(cast.ann).get(client.get_absolute_url()).status_code == 200
    assert "Borysfen" in browser_of(cast.bob).get(client.get_absolute_url()).content.decode()
    assert browser_of(cast.cy).get(client.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("page", ["edit", "delete"])
def test_an_outsider_cannot_open_or_send_the_page_of_anothers_client(cast: Cast, page: str) -> None:
    client = make_client(cast.ann)
    assert browser_of(cast.ann).get(client.url(page)).status_code == 200
    assert browser_of(cast.cy).get(client.url(page)).status_code == 404
    assert browser_of(cast.cy).post(client.url(page), {"name": "taken"}).status_code == 404
    client.refresh_from_db()
    assert (client.name, client.deleted_at) == ("Acme", None)


def test_who_sees_but_may_not_change_gets_403(cast: Cast) -> None:
    client = make_client(cast.ann)
    cast.bob.role = type(cast.bob.role).objects.create(name="reader")
    cast.bob.role.grants.create(record_type="clients.client", action="view", scope=2)
    cast.bob.save()
    assert browser_of(cast.bob).get(client.get_absolute_url()).status_code == 200
    assert browser_of(cast.bob).get(client.url("edit")).status_code == 403
    assert browser_of(cast.bob).get(client.url("delete")).status_code == 403
    assert browser_of(cast.bob).get(reverse("clients:new")).status_code == 403
    assert browser_of(cast.ann).get(reverse("clients:new")).status_code == 200


def test_a_new_client_belongs_to_its_author_and_has_understood_phones(cast: Cast) -> None:
    response = edit_of(
        browser_of(cast.ann),
        reverse("clients:new"),
        name="Нова пошта",
        country="UA",
        **{"phones-0-typed": "044 323-00-30", "tags": "post, logistics, post"},
    )
    client = Client.objects.get()
    assert response.headers["Location"] == client.get_absolute_url()
    assert (client.owner, client.team.name) == (cast.ann, "North")
    assert client.tags == ["post", "logistics"]
    assert [(phone.e164, phone.is_primary) for phone in client.phones.all()] == [("+380443230030", True)]
    version = client.history.get()
    assert (version.history_user, version.history_type) == (cast.ann, "+")
    assert version.parts["phones"][0]["e164"] == "+380443230030"


def test_a_phone_that_nobody_understands_is_kept_as_typed(cast: Cast) -> None:
    edit_of(browser_of(cast.ann), reverse("clients:new"), name="Odd", **{"phones-0-typed": "ask Vera, floor 3"})
    client = Client.objects.get()
    assert [(phone.typed, phone.e164) for phone in client.phones.all()] == [("ask Vera, floor 3", "")]
    assert "kept as typed" in browser_of(cast.ann).get(client.get_absolute_url()).content.decode()


def test_a_wrong_tax_id_is_refused_in_its_place_and_nothing_is_lost(cast: Cast) -> None:
    browser = browser_of(cast.ann)
    response = edit_of(browser, reverse("clients:new"), name="Keeps", country="UA", tax_id="14360571")
    assert response.status_code == 422
    assert response.context["form"].errors["tax_id"]
    assert "Keeps" in response.content.decode()
    assert not Client.objects.exists()
    assert edit_of(browser, reverse("clients:new"), name="Keeps", country="UA", tax_id="14360570").status_code == 302


def test_a_form_that_is_sent_twice_makes_one_client(cast: Cast) -> None:
    browser = browser_of(cast.ann)
    sent = (form_of(browser, reverse("clients:new"))) | {"name": "Once"}
    first, second = (browser.post(reverse("clients:new"), sent) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert "already saved" in browser.get(second.headers["Location"]).content.decode()
    assert Client.objects.count() == 1
    assert Client.history.count() == 1


def test_a_tampered_submission_key_cannot_name_a_row(cast: Cast) -> None:
    hers = make_client(cast.ann)
    browser = browser_of(cast.cy)
    sent = (form_of(browser, reverse("clients:new"))) | {"name": "Mine", "submission": str(hers.pk)}
    assert browser.post(reverse("clients:new"), sent).status_code == 302
    assert Client.objects.get(name="Mine").pk != hers.pk
    hers.refresh_from_db()
    assert hers.name == "Acme"


def test_the_second_of_two_editors_sees_both_edits_and_may_save_over(cast: Cast) -> None:
    client = make_client(cast.ann, "Start")
    ann, bob = browser_of(cast.ann), browser_of(cast.bob)
    late = (form_of(bob, client.url("edit"))) | {"name": "By bob"}
    assert edit_of(ann, client.url("edit"), name="By ann").status_code == 302
    conflict = bob.post(client.url("edit"), late)
    assert conflict.status_code == 409
    shown = [(difference.mine, difference.theirs) for difference in conflict.context["differences"]]
    assert ("By bob", "By ann") in shown
    client.refresh_from_db()
    assert client.name == "By ann"
    again = late | {"read_version": conflict.context["form"]["read_version"].value()}
    assert bob.post(client.url("edit"), again).status_code == 302
    client.refresh_from_db()
    assert (client.name, client.version, client.history.count()) == ("By bob", 3, 3)


def test_a_conflict_does_not_name_a_parent_out_of_sight(cast: Cast) -> None:
    client, hers = make_client(cast.ann, "Branch"), make_client(cast.ann, "Her holding")
    his = make_client(cast.cy, "Secret holding")
    ann = browser_of(cast.ann)
    for parent, name, is_told in ((his, "Secret holding", False), (hers, "Her holding", True)):
        late = form_of(ann, client.url("edit"))
        Client.objects.filter(pk=client.pk).update(parent=parent, version=F("version") + 1)
        conflict = ann.post(client.url("edit"), late)
        assert conflict.status_code == 409
        assert (name in conflict.content.decode()) is is_told
        Client.objects.filter(pk=client.pk).update(parent=None)


@pytest.mark.django_db(transaction=True)
def test_two_saves_in_the_same_moment_make_one_change_and_one_conflict(cast: Cast) -> None:
    client = make_client(cast.ann, "Start")
    forms = [(form_of(browser_of(user), client.url("edit"))) | {"name": f"By {user}"} for user in (cast.ann, cast.bob)]
    statuses: list[int] = []
    ready = threading.Barrier(2)

    def send(user: Any, sent: dict[str, Any]) -> None:
        browser = browser_of(user)
        ready.wait()
        statuses.append(browser.post(client.url("edit"), sent).status_code)
        connection.close()

    threads = [threading.Thread(target=send, args=pair) for pair in zip((cast.ann, cast.bob), forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.refresh_from_db()
    assert sorted(statuses) == [302, 409]
    assert (client.version, client.history.count()) == (2, 2)


def test_delete_asks_then_bins_and_restore_brings_back(cast: Cast) -> None:
    client = make_client(cast.ann, phones=("+380443230030",))
    browser = browser_of(cast.ann)
    assert browser.get(client.url("delete")).status_code == 200
    browser.post(client.url("delete"))
    assert browser.get(client.get_absolute_url()).status_code == 404
    assert browser_of(cast.cy).post(client.url("restore")).status_code == 404
    assert browser.post(client.url("restore")).status_code == 302
    assert browser.get(client.get_absolute_url()).status_code == 200
    assert client.phones.count() == 1
    reasons = list(client.history.values_list("history_change_reason", flat=True))
    assert reasons == ["Restored from the recycle bin", "Moved to the recycle bin", None]


def test_fin_neither_sees_nor_writes_a_hidden_field(cast: Cast) -> None:
    client = make_client(cast.ann, tax_id="14360570", country="UA", phones=("044 323-00-30",))
    card = without_ids(browser_of(cast.fin).get(client.get_absolute_url()).content.decode())
    assert "Acme" in card
    assert "14360570" not in card
    assert "323" not in card
    assert "14360570" in browser_of(cast.ann).get(client.get_absolute_url()).content.decode()
    tampered = {"name": "Renamed", "tax_id": "00032112", "phones-0-typed": "1", "phones-TOTAL_FORMS": "1"}
    browser = browser_of(cast.fin)
    assert edit_of(browser, client.url("edit"), **tampered, **{"phones-INITIAL_FORMS": "0"}).status_code == 302
    client.refresh_from_db()
    assert (client.name, client.tax_id, client.phones.count()) == ("Renamed", "14360570", 1)


def test_a_read_only_field_is_shown_and_not_written(cast: Cast) -> None:
    FieldRule.objects.create(role=cast.bob.role, record_type="clients.client", field="status", access="read_only")
    client = make_client(cast.ann)
    assert "Lead" in browser_of(cast.bob).get(client.get_absolute_url()).content.decode()
    assert edit_of(browser_of(cast.bob), client.url("edit"), status="former", city="Lviv").status_code == 302
    client.refresh_from_db()
    assert (client.status, client.city) == ("lead", "Lviv")


def test_the_choice_of_a_parent_holds_only_clients_in_sight(cast: Cast) -> None:
    hers, his = make_client(cast.ann, "Hers"), make_client(cast.cy, "His")
    browser = browser_of(cast.ann)
    page = browser.get(reverse("clients:new")).content.decode()
    assert "Hers" in page
    assert "His" not in page
    url = reverse("clients:new")
    assert edit_of(browser, url, name="Branch", parent=str(his.pk)).status_code == 422
    assert edit_of(browser, url, name="Branch", parent=str(hers.pk)).status_code == 302


def test_a_client_cannot_stand_under_its_own_branch(cast: Cast) -> None:
    head = make_client(cast.ann, "Head")
    branch = make_client(cast.ann, "Branch", parent=head)
    browser = browser_of(cast.ann)
    for parent in (head, branch):
        refused = edit_of(browser, head.url("edit"), parent=str(parent.pk))
        assert refused.status_code == 422
        assert refused.context["form"].errors["parent"]
    other = make_client(cast.ann, "Other")
    assert edit_of(browser, head.url("edit"), parent=str(other.pk)).status_code == 302


def test_a_parent_out_of_sight_stays_and_is_not_named(cast: Cast) -> None:
    his = make_client(cast.cy, "Secret holding")
    client = make_client(cast.ann, "Branch")
    Client.objects.filter(pk=client.pk).update(parent=his)
    browser = browser_of(cast.ann)
    assert "Secret holding" not in browser.get(client.get_absolute_url()).content.decode()
    assert "Secret holding" not in browser.get(client.url("edit")).content.decode()
    assert edit_of(browser, client.url("edit"), name="Branch 2").status_code == 302
    client.refresh_from_db()
    assert (client.name, client.parent_id) == ("Branch 2", his.pk)


def test_a_client_cannot_be_put_where_its_author_cannot_follow(cast: Cast) -> None:
    client = make_client(cast.ann)
    cast.ann.role.grants.filter(record_type="clients.client", action="assign").update(scope=4)
    south = cast.cy.teams.get()
    browser = browser_of(cast.ann)
    refused = edit_of(browser, client.url("edit"), owner=cast.cy.pk, team=south.pk)
    assert refused.status_code == 422
    client.refresh_from_db()
    assert (client.owner, client.history.count()) == (cast.ann, 1)
    assert edit_of(browser, client.url("edit"), owner=cast.bob.pk).status_code == 302


def test_hostile_input_is_refused_without_an_error(cast: Cast) -> None:
    browser = browser_of(cast.ann)
    url = reverse("clients:new")
    for changes in ({"name": "a\x00b"}, {"name": "x" * 100_000}, {"name": ""}, {"phones-TOTAL_FORMS": "99999999"}):
        assert edit_of(browser, url, **changes).status_code == 422
    script = "<script>alert(1)</script>"
    location = edit_of(browser, url, name=script).headers["Location"]
    assert script not in browser.get(location).content.decode()
    assert not browser.get(location).context["client"].website_url
    link = edit_of(browser, url, name="Link", website="javascript:alert(1)").headers["Location"]
    assert 'href="javascript' not in browser.get(link).content.decode()


def test_a_hidden_parent_is_told_neither_by_the_crumbs_nor_by_the_branches(cast: Cast) -> None:
    holding = make_client(cast.ann, "Holding")
    plant = make_client(cast.ann, "Plant", parent=holding)
    FieldRule.objects.create(role=cast.fin.role, record_type="clients.client", field="parent", access="hidden")

    def tells(reader: Any, shown: Client, other: Client) -> bool:
        response = browser_of(reader).get(shown.get_absolute_url())
        assert response.status_code == 200
        return other.get_absolute_url() in response.content.decode()

    assert tells(cast.ann, plant, holding)
    assert tells(cast.ann, holding, plant)
    assert not tells(cast.fin, plant, holding)
    assert not tells(cast.fin, holding, plant)
