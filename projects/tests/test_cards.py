"""The card of a deal: who may see, add, change and move it, and what happens when two do."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.tests.factories import make_client
from contacts.tests.factories import make_contact
from crm.pages.testing import browser_of, edit_of, form_of
from projects.models import Deal, DealContact, Pipeline, Stage
from projects.services import lose_deal, move_deal, save_deal
from projects.tests.factories import make_deal, stage
from teams.models import FieldRule
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
NEW = reverse("deals:new")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def shown(user: Any, deal: Deal) -> str:
    response = browser_of(user).get(deal.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def stored(deal: Deal) -> Deal:
    return Deal.objects.get(pk=deal.pk)


def press(user: Any, deal: Deal, page: str, **sent: Any) -> Any:
    return browser_of(user).post(deal.url(page), {"version": deal.version, **sent})


def said(user: Any, deal: Deal, page: str, **sent: Any) -> str:
    return browser_of(user).post(deal.url(page), {"version": deal.version, **sent}, follow=True).content.decode()


def hide(user: Any, *fields: str, access: str = "hidden") -> None:
    for field in fields:
        FieldRule.objects.create(role=user.role, record_type="projects.deal", field=field, access=access)


def test_owner_and_teammate_see_the_card_and_an_outsider_does_not(cast: Cast) -> None:
    deal = make_deal(cast.ann, "Portal")
    assert "Portal" in shown(cast.ann, deal)
    assert "Portal" in shown(cast.bob, deal)
    assert browser_of(cast.cy).get(deal.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("page", ["edit", "delete", "move", "win", "lose", "reopen", "duplicate"])
def test_an_outsider_cannot_open_or_send_the_pages_of_anothers_deal(cast: Cast, page: str) -> None:
    deal = make_deal(cast.ann)
    sent = {"name": "taken", "stage": stage("Qualified").pk, "reason": "x", "version": 1}
    assert browser_of(cast.cy).get(deal.url(page)).status_code in (404, 405)
    assert browser_of(cast.cy).post(deal.url(page), sent).status_code == 404
    assert (stored(deal).version, Deal.objects.count()) == (1, 1)
    assert browser_of(cast.ann).post(deal.url(page), sent).status_code in (302, 422)


@pytest.mark.parametrize("page", ["move", "win", "lose", "reopen"])
def test_who_may_not_write_the_stage_moves_nothing(cast: Cast, page: str) -> None:
    deal = make_deal(cast.ann)
    hide(cast.fin, "stage", access="read_only")
    card = shown(cast.fin, deal)
    assert "Negotiation" in card
    assert deal.url(page) not in card
    assert press(cast.fin, deal, page, stage=stage("Qualified").pk, reason="x").status_code == 403
    assert stored(deal).version == 1
    assert press(cast.ann, deal, page, stage=stage("Qualified").pk, reason="x").status_code == 302


def test_a_new_deal_belongs_to_its_author_and_begins_at_the_first_stage(cast: Cast) -> None:
    client, person = make_client(cast.ann, "Acme"), make_contact(cast.ann)
    response = edit_of(
        browser_of(cast.ann),
        NEW,
        name="Portal",
        client=str(client.pk),
        amount="1250.50",
        currency="USD",
        competitors="Initech, Globex, Initech",
        **{"contacts-0-contact": str(person.pk), "contacts-0-role": "decides"},
    )
    deal = Deal.objects.get()
    assert response.headers["Location"] == deal.get_absolute_url()
    assert (deal.owner, deal.team.name, deal.client, deal.stage.name) == (cast.ann, "North", client, "New inquiry")
    assert (str(deal.amount), deal.currency, deal.competitors) == ("1250.50", "USD", ["Initech", "Globex"])
    assert [(row.contact, row.role) for row in deal.contacts.all()] == [(person, "decides")]
    assert "$1,250.50" in shown(cast.ann, deal)


def test_a_new_deal_chooses_its_pipeline_where_there_are_several_and_an_old_one_never(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    browser = browser_of(cast.ann)
    assert "pipeline" not in browser.get(NEW).context["form"].fields
    other = Pipeline.objects.create(name="Upsell", position=1)
    Stage.objects.create(pipeline=other, name="Idea")
    assert edit_of(browser, NEW, name="More", pipeline=other.pk).status_code == 302
    assert Deal.objects.get(name="More").stage.name == "Idea"
    assert edit_of(browser, deal.url("edit"), name="Old", pipeline=other.pk, stage=stage("Won").pk).status_code == 302
    assert (stored(deal).name, stored(deal).pipeline.name, stored(deal).stage.name) == ("Old", "Sales", "New inquiry")


def test_a_new_deal_knows_the_client_or_contact_it_was_opened_from_when_he_is_in_sight(cast: Cast) -> None:
    hers, his = make_client(cast.ann, "Hers"), make_client(cast.cy, "His secret")
    person = make_contact(cast.ann, "Kovalenko")
    browser = browser_of(cast.ann)
    form = browser.get(f"{NEW}?client={hers.pk}").context["form"]
    assert form["client"].value() == hers.pk
    page = browser.get(f"{NEW}?client={his.pk}")
    assert page.context["form"]["client"].value() is None
    assert "His secret" not in page.content.decode()
    form = browser.get(f"{NEW}?contact={person.pk}").context["form"]
    assert form.parts["contacts"].forms[0]["contact"].value() == person.pk


def test_the_steps_show_the_way_and_move_the_deal(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    page = shown(cast.ann, deal)
    for name in ("New inquiry", "Qualified", "Proposal", "Negotiation"):
        assert name in page
    assert "is in “Proposal” now" in said(cast.ann, deal, "move", stage=stage("Proposal").pk)
    assert stored(deal).stage.name == "Proposal"
    assert "Stage history" in shown(cast.ann, deal)


def test_a_sequential_pipeline_offers_only_the_next_step_and_those_before(cast: Cast) -> None:
    deal = make_deal(cast.ann)

    def offered() -> list[str]:
        way = browser_of(cast.ann).get(deal.get_absolute_url()).context["way"]
        return [step.stage.name for step in way.steps if step.is_reachable] + ["Won"] * way.is_won_next

    assert offered() == ["Qualified", "Proposal", "Negotiation", "Won"]
    Pipeline.objects.update(is_sequential=True)
    assert offered() == ["Qualified"]
    assert "the next one is “Qualified”" in said(cast.ann, deal, "move", stage=stage("Proposal").pk)
    move_deal(deal, stage("Qualified"), actor=cast.ann)
    assert offered() == ["New inquiry", "Proposal"]


def test_the_second_who_moves_sees_that_somebody_was_there_before(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    move_deal(stored(deal), stage("Qualified"), actor=cast.bob)
    assert "at the same moment" in said(cast.ann, deal, "move", stage=stage("Proposal").pk)
    assert stored(deal).stage.name == "Qualified"
    assert "is in “Proposal” now" in said(cast.ann, stored(deal), "move", stage=stage("Proposal").pk)


def test_a_stage_that_does_not_exist_or_is_no_key_is_not_found(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    for key in ("0", "x", "", "9" * 30, "-1", "\0"):
        assert press(cast.ann, deal, "move", stage=key).status_code == 404
    assert press(cast.ann, deal, "move", stage=stage("Qualified").pk).status_code == 302


def test_a_missing_field_is_named_and_nothing_moves(cast: Cast) -> None:
    Stage.objects.filter(pk=stage("Proposal").pk).update(required=["amount"])
    deal = make_deal(cast.ann)
    assert "fill in: Amount" in said(cast.ann, deal, "move", stage=stage("Proposal").pk)
    assert stored(deal).stage.name == "New inquiry"


def test_a_deal_is_won_and_reopened_by_one_button_each(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    assert "is won" in said(cast.ann, deal, "win")
    deal = stored(deal)
    assert (deal.state, deal.stage.name) == ("won", "Won")
    assert "closed" in said(cast.ann, deal, "win")
    assert "open again" in said(cast.ann, deal, "reopen")
    assert (stored(deal).state, stored(deal).stage.name) == ("open", "New inquiry")


def test_losing_asks_why(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    assert "Why was it lost?" in browser_of(cast.ann).get(deal.url("lose")).content.decode()
    assert press(cast.ann, deal, "lose", reason=" ").status_code == 422
    assert "is lost" in said(cast.ann, deal, "lose", reason="Too dear")
    assert (stored(deal).state, stored(deal).loss_reason) == ("lost", "Too dear")
    assert "Too dear" in shown(cast.ann, deal)


def test_the_reason_of_a_loss_is_mended_on_the_form_of_a_lost_deal_alone(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    browser = browser_of(cast.ann)
    assert "loss_reason" not in browser.get(deal.url("edit")).context["form"].fields
    lose_deal(deal, "Too dear", actor=cast.ann)
    assert edit_of(browser, deal.url("edit"), loss_reason="No budget").status_code == 302
    assert stored(deal).loss_reason == "No budget"


def test_a_duplicate_is_opened_and_the_first_one_stays(cast: Cast) -> None:
    deal = make_deal(cast.ann, amount=10)
    response = press(cast.bob, deal, "duplicate")
    copy = Deal.objects.get(name="Portal (copy)")
    assert response.headers["Location"] == copy.get_absolute_url()
    assert (copy.owner, copy.amount, stored(deal).version) == (cast.bob, 10, 1)


def test_a_client_out_of_sight_is_masked_and_stays(cast: Cast) -> None:
    his = make_client(cast.cy, "Secret client")
    deal = make_deal(cast.ann, client=his)
    page = shown(cast.ann, deal)
    assert "Secret client" not in page
    assert "a client you may not see" in page
    assert "Secret client" not in browser_of(cast.ann).get(deal.url("edit")).content.decode()
    assert edit_of(browser_of(cast.ann), deal.url("edit"), name="Renamed").status_code == 302
    assert (stored(deal).name, stored(deal).client) == ("Renamed", his)
    assert "Secret client" in shown(cast.dana, deal)


def test_people_out_of_sight_are_counted_and_stay(cast: Cast) -> None:
    hers, his = make_contact(cast.ann, "Kovalenko"), make_contact(cast.cy, "Hidden")
    deal = make_deal(cast.ann, contacts={hers: "decides", his: "signs"})
    page = shown(cast.ann, deal)
    assert "Kovalenko" in page
    assert "Decides" in page
    assert "Hidden" not in page
    assert "1 contact you may not see" in page
    assert edit_of(browser_of(cast.ann), deal.url("edit"), name="Renamed").status_code == 302
    assert {row.contact for row in stored(deal).contacts.all()} == {hers, his}
    assert "Hidden" in shown(cast.dana, deal)


def test_choices_hold_only_records_in_sight(cast: Cast) -> None:
    hers, his = make_client(cast.ann, "Hers"), make_client(cast.cy, "Secret client")
    person = make_contact(cast.cy, "Hidden")
    browser = browser_of(cast.ann)
    page = browser.get(NEW).content.decode()
    assert "Hers" in page
    assert "Secret client" not in page
    assert "Hidden" not in page
    assert edit_of(browser, NEW, name="x", client=str(his.pk)).status_code == 422
    assert edit_of(browser, NEW, name="x", **{"contacts-0-contact": str(person.pk)}).status_code == 422
    assert edit_of(browser, NEW, name="x", client=str(hers.pk)).status_code == 302


def test_hostile_input_is_refused_without_an_error(cast: Cast) -> None:
    browser = browser_of(cast.ann)
    for changes in (
        {"name": "a\x00b"},
        {"name": ""},
        {"amount": "-1"},
        {"amount": "NaN"},
        {"amount": "9" * 40},
        {"currency": "XXQ"},
        {"probability": "101"},
        {"expected_close": "99999-01-01"},
        {"contacts-TOTAL_FORMS": "99999999"},
    ):
        assert edit_of(browser, NEW, **({"name": "x"} | changes)).status_code == 422, changes
    location = edit_of(browser, NEW, name="<script>alert(1)</script>").headers["Location"]
    assert "<script>alert(1)" not in browser.get(location).content.decode()


def test_the_second_of_two_editors_sees_both_edits(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    ann, bob = browser_of(cast.ann), browser_of(cast.bob)
    late = form_of(bob, deal.url("edit")) | {"name": "By bob"}
    assert edit_of(ann, deal.url("edit"), name="By ann").status_code == 302
    conflict = bob.post(deal.url("edit"), late)
    assert conflict.status_code == 409
    assert ("By bob", "By ann") in [(each.mine, each.theirs) for each in conflict.context["differences"]]
    assert stored(deal).name == "By ann"


def test_a_conflict_names_nobody_out_of_sight(cast: Cast) -> None:
    deal = make_deal(cast.cy)
    late = form_of(browser_of(cast.cy), deal.url("edit")) | {"name": "By cy"}
    contacts = [
        DealContact(contact=make_contact(owner, name)) for owner, name in ((cast.ann, "Heron"), (cast.cy, "Finch"))
    ]
    save_deal(stored(deal), actor=cast.dana, parts={"contacts": contacts})
    conflict = browser_of(cast.cy).post(deal.url("edit"), late)
    assert conflict.status_code == 409
    theirs = [each.theirs for each in conflict.context["differences"]]
    assert "a record you may not see; Finch" in theirs
    assert "Heron" not in conflict.content.decode()


def test_one_field_is_edited_in_its_place_and_the_stage_is_none_of_them(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    browser = browser_of(cast.ann)
    url = reverse("deals:field", args=[deal.pk, "next_step"])
    assert browser.post(url, {"next_step": "Call back", "read_version": 1}).status_code == 302
    assert stored(deal).next_step == "Call back"
    for name in ("stage", "state", "pipeline", "closed_at"):
        assert browser.get(reverse("deals:field", args=[deal.pk, name])).status_code in (403, 404)


def test_delete_asks_then_bins_and_restore_brings_back(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    browser = browser_of(cast.ann)
    assert browser.get(deal.url("delete")).status_code == 200
    browser.post(deal.url("delete"))
    assert browser.get(deal.get_absolute_url()).status_code == 404
    assert browser_of(cast.cy).post(deal.url("restore")).status_code == 404
    assert browser.post(deal.url("restore")).status_code == 302
    assert "Portal" in shown(cast.ann, deal)


def test_restoring_an_old_version_leaves_the_deal_where_it_stands(cast: Cast) -> None:
    deal = make_deal(cast.ann, "Old name")
    edit_of(browser_of(cast.ann), deal.url("edit"), name="New name")
    deal = move_deal(stored(deal), stage("Proposal"), actor=cast.ann)
    url = reverse("deals:restore_version", args=[deal.pk, 1])
    page = browser_of(cast.ann).get(url).content.decode()
    assert "Old name" in page
    assert "New inquiry" not in page
    assert edit_version(browser_of(cast.ann), url, deal).status_code == 302
    assert (stored(deal).name, stored(deal).stage.name) == ("Old name", "Proposal")


def edit_version(browser: Any, url: str, deal: Deal) -> Any:
    return browser.post(url, {"version": deal.version, "read_version": deal.version})


def test_what_needs_a_look_stands_out_on_open_deals_alone(cast: Cast) -> None:
    Stage.objects.update(days=2)
    yesterday = timezone.localdate() - timedelta(days=1)
    late = make_deal(cast.ann, expected_close=yesterday, stage_since=timezone.now() - timedelta(days=3))
    won = make_deal(cast.ann, "Sold", expected_close=yesterday, stage=stage("Won"))
    for text in ("Over the time limit of its stage", "The expected close has passed"):
        assert text in shown(cast.ann, late)
        assert text not in shown(cast.ann, won)
