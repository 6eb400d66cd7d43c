"""The book of a leaver: who gets what, looked at first, written in one stroke."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.access.registry import record_model_of
from crm.access.rights import Action, FieldAccess, Scope
from crm.access.writing import create_record, move_to_bin
from crm.pages.testing import browser_of
from teams.models import FieldRule, Grant, Handover, Role, User
from teams.services.handing_over import PlanChanged, Rule, hand_book_over, plan_handover
from teams.tests.factories import Cast, RoleFactory, TeamFactory, UserFactory, grant_all, join, make_cast

CLIENT: Any = record_model_of("clients.client")


@dataclass
class House:
    """hana heads North and manages ann, bob and fin; eve is of North too."""

    cast: Cast
    hana: User
    eve: User


@pytest.fixture
def house(db: None) -> House:
    cast = make_cast()
    north = cast.ann.teams.get()
    head = grant_all(RoleFactory(name="head", rank=70), Scope.TEAM_AND_BELOW)
    for action in (Action.CHANGE, Action.ASSIGN):
        Grant.objects.create(role=head, record_type="teams.user", action=action, scope=Scope.TEAM_AND_BELOW)
    hana = join(UserFactory(username="hana", role=head), north)
    eve = join(UserFactory(username="eve", role=cast.ann.role), north)
    return House(cast, hana, eve)


def client_of(owner: User, name: str) -> Any:
    client = CLIENT(name=name, owner=owner, team=owner.teams.first())
    return create_record(client, actor=User.objects.get(username="dana"))


def owners() -> dict[str, str]:
    return dict(CLIENT.objects.values_list("name", "owner__username"))


def address(person: User) -> str:
    return reverse("people:handover", args=[person.pk])


def hand(house: House, rule: Rule, leaver: User | None = None) -> Handover:
    leaver = leaver or house.cast.ann
    plan = plan_handover(leaver, rule, actor=house.hana)
    return hand_book_over(leaver, rule, digest=plan.digest, actor=house.hana)


def test_everything_goes_to_one_person(house: House) -> None:
    for number in range(3):
        client_of(house.cast.ann, f"C{number}")
    client_of(house.cast.bob, "of bob")
    done = hand(house, Rule(evenly=[house.eve]))
    assert owners() == {"C0": "eve", "C1": "eve", "C2": "eve", "of bob": "bob"}
    assert done.counts == {"clients.client": {str(house.eve.pk): 3}}


def test_several_people_get_equally_much(house: House) -> None:
    for number in range(5):
        client_of(house.cast.ann, f"C{number}")
    hand(house, Rule(evenly=[house.eve, house.cast.bob]))
    assert sorted(owners().values()) == ["bob", "bob", "eve", "eve", "eve"]


def test_each_teams_records_go_to_its_person_and_the_rest_stays(house: House) -> None:
    below = TeamFactory(name="Below", parent=house.cast.ann.teams.get())
    join(house.cast.ann, below)
    kept, given = client_of(house.cast.ann, "kept"), client_of(house.cast.ann, "given")
    CLIENT.objects.filter(pk=given.pk).update(team=below)
    CLIENT.objects.filter(pk=kept.pk).update(team=below.parent)
    hand(house, Rule(by_team={below.pk: house.eve}))
    assert owners() == {"kept": "ann", "given": "eve"}
    assert CLIENT.objects.get(pk=kept.pk).version == 1


def test_one_kind_of_records_goes_and_the_others_stay(house: House) -> None:
    client_of(house.cast.ann, "C")
    assert plan_handover(house.cast.ann, Rule(by_type={"contacts.contact": house.eve}), actor=house.hana).total == 0
    hand(house, Rule(by_type={"clients.client": house.eve}))
    assert owners() == {"C": "eve"}


def test_every_record_gets_a_version_by_the_actor_under_one_change_set(house: House) -> None:
    clients = [client_of(house.cast.ann, f"C{number}") for number in range(3)]
    done = hand(house, Rule(evenly=[house.eve]))
    for client in clients:
        version = client.history.order_by("-history_id").first()
        assert version.owner_id == house.eve.pk
        assert version.version == 2
        assert version.history_user == house.hana
        assert version.history_change_reason == "Handed over"
        assert version.change_set == done.change_set


def test_the_team_stays_unless_the_records_are_to_move(house: House) -> None:
    south = house.cast.cy.teams.get()
    join(house.eve, south)
    house.eve.memberships.update(is_primary=False)
    house.eve.memberships.filter(team=south).update(is_primary=True)
    client_of(house.cast.ann, "C")
    hand(house, Rule(evenly=[house.eve]))
    assert CLIENT.objects.get().team == house.cast.ann.teams.get()
    client_of(house.cast.ann, "D")
    hand(house, Rule(evenly=[house.eve], to_home_team=True))
    assert CLIENT.objects.get(name="D").team == south


def test_what_the_actor_may_not_give_away_is_neither_counted_nor_touched(house: House) -> None:
    client_of(house.cast.ann, "in sight")
    far = client_of(house.cast.ann, "far")
    CLIENT.objects.filter(pk=far.pk).update(team=house.cast.cy.teams.get())
    binned = client_of(house.cast.ann, "binned")
    move_to_bin(binned, actor=house.cast.dana)
    page = browser_of(house.hana).get(address(house.cast.ann))
    assert page.context["form"].book == [(CLIENT, 1)]
    hand(house, Rule(evenly=[house.eve]))
    assert owners() == {"in sight": "eve", "far": "ann", "binned": "ann"}


def test_a_locked_owner_is_not_handed_over(house: House) -> None:
    client_of(house.cast.ann, "C")
    rule = Rule(evenly=[house.eve])
    assert plan_handover(house.cast.ann, rule, actor=house.hana).total == 1
    FieldRule.objects.create(
        role=house.hana.role, record_type="clients.client", field="owner", access=FieldAccess.READ_ONLY
    )
    assert plan_handover(house.cast.ann, rule, actor=User.objects.get(pk=house.hana.pk)).total == 0


@pytest.mark.parametrize("who", ["ann", "bob", "cy"])
def test_those_who_do_not_manage_the_leaver_hand_nothing_over(house: House, who: str) -> None:
    client_of(house.cast.ann, "C")
    user = getattr(house.cast, who)
    assert browser_of(user).get(address(house.cast.ann)).status_code == 403
    assert browser_of(user).post(address(house.cast.ann), {"way": "one", "person": house.eve.pk}).status_code == 403
    with pytest.raises(PermissionDenied):
        plan_handover(house.cast.ann, Rule(evenly=[house.eve]), actor=user)
    assert owners() == {"C": "ann"}


def test_nobody_of_an_equal_rank_and_nobody_outside_the_reach_is_handed_over(house: House) -> None:
    equal = join(UserFactory(username="equal", role=house.hana.role), house.cast.ann.teams.get())
    for person in (equal, house.hana, house.cast.cy, house.cast.dana):
        assert browser_of(house.hana).get(address(person)).status_code == 403
    assert browser_of(house.hana).get(address(house.cast.bob)).status_code == 200


def test_nobody_outside_the_actors_reach_is_given_anything(house: House) -> None:
    client_of(house.cast.ann, "C")
    inactive = join(UserFactory(username="gone", role=house.cast.ann.role, is_active=False), house.eve.teams.get())
    for stranger in (house.cast.cy, inactive, house.cast.ann):
        answer = browser_of(house.hana).post(address(house.cast.ann), {"way": "one", "person": stranger.pk})
        assert answer.context["form"].errors["person"]
        with pytest.raises(PermissionDenied):
            plan_handover(house.cast.ann, Rule(evenly=[stranger]), actor=house.hana)


def test_a_preview_writes_nothing_and_its_confirmation_writes_what_it_showed(house: House) -> None:
    client_of(house.cast.ann, "Vorskla")
    browser, sent = browser_of(house.hana), {"way": "one", "person": house.eve.pk, "follows": "on"}
    preview = browser.post(address(house.cast.ann), sent)
    assert "Vorskla" in preview.content.decode()
    assert owners() == {"Vorskla": "ann"}
    confirmed = browser.post(address(house.cast.ann), {**sent, "digest": preview.context["plan"].digest})
    assert confirmed.status_code == 302
    assert owners() == {"Vorskla": "eve"}
    done = browser.get(confirmed.url)
    assert "eve" in done.content.decode()
    assert browser_of(house.cast.bob).get(confirmed.url).status_code == 403


def test_a_book_that_changed_since_the_preview_is_looked_at_again(house: House) -> None:
    client_of(house.cast.ann, "C")
    browser, sent = browser_of(house.hana), {"way": "one", "person": house.eve.pk}
    digest = browser.post(address(house.cast.ann), sent).context["plan"].digest
    client_of(house.cast.ann, "D")
    again = browser.post(address(house.cast.ann), {**sent, "digest": digest})
    assert again.status_code == 200
    assert "changed since the preview" in again.content.decode()
    assert owners() == {"C": "ann", "D": "ann"}
    with pytest.raises(PlanChanged):
        hand_book_over(house.cast.ann, Rule(evenly=[house.cast.bob]), digest=digest, actor=house.hana)


def test_a_recipient_who_would_not_see_the_records_is_told_before(house: House) -> None:
    blind = join(UserFactory(username="blind", role=Role.objects.create(name="blind", rank=1)), house.eve.teams.get())
    client_of(house.cast.ann, "C")
    answer = browser_of(house.hana).post(address(house.cast.ann), {"way": "one", "person": blind.pk})
    assert "out of sight" in answer.content.decode()
    seeing = browser_of(house.hana).post(address(house.cast.ann), {"way": "one", "person": house.eve.pk})
    assert "out of sight" not in seeing.content.decode()


def test_a_form_without_people_says_what_is_missing(house: House) -> None:
    client_of(house.cast.ann, "C")
    for way, field in (("one", "person"), ("evenly", "people"), ("by_team", "way"), ("by_type", "way"), ("x", "way")):
        answer = browser_of(house.hana).post(address(house.cast.ann), {"way": way})
        assert list(answer.context["form"].errors) == [field], way


def test_the_leads_of_teams_are_proposed(house: House) -> None:
    north = house.cast.ann.teams.get()
    north.lead = house.cast.bob
    north.save()
    client_of(house.cast.ann, "C")
    answer = browser_of(house.hana).get(address(house.cast.ann))
    assert answer.context["form"].fields[f"team_{north.pk}"].initial == house.cast.bob.pk


def test_many_records_take_no_more_queries_than_few(house: House) -> None:
    def asked(count: int) -> int:
        for number in range(count):
            client_of(house.cast.ann, f"C{number}")
        with CaptureQueriesContext(connection) as queries:
            hand(house, Rule(evenly=[house.eve]))
        return len(queries)

    asked(1)
    few = asked(2)
    assert asked(40) == few
