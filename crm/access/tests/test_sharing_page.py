"""The sharing page of a record: who may look, who may share, and what hostile hands get."""

import json
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.tests.factories import make_client
from contacts.tests.factories import make_contact
from crm.access.querysets import allowed_actions
from crm.access.rights import Action, FieldAccess, Scope
from crm.access.shares import share, shares_of
from crm.access.writing import move_to_bin
from crm.ui.testing import assert_strict_html
from teams.models import Team, User
from teams.tests.factories import Cast, RoleFactory, UserFactory, grant_all, join, make_cast

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture(params=[make_client, make_contact], ids=["client", "contact"])
def record(request: pytest.FixtureRequest, cast: Cast) -> Any:
    return request.param(cast.ann, "Acme")


def browser(user: User) -> Browser:
    signed_in = Browser()
    signed_in.force_login(user)
    return signed_in


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def actions(user: User, record: Any) -> frozenset[Action]:
    return allowed_actions(type(record).objects.get(pk=record.pk), fresh(user))


def give(giver: User, record: Any, holder: str, action: str = "view", last_day: str = "", **more: Any) -> Any:
    sent = {"holder": holder, "action": action, "last_day": last_day}
    return browser(giver).post(record.url("sharing"), sent, **more)


def take(taker: User, record: Any, holder: str, action: str = "view", **more: Any) -> Any:
    return browser(taker).post(record.url("sharing"), {"holder": holder, "action": action, "withdraw": "1"}, **more)


def key(user: User) -> str:
    return f"user-{user.pk}"


@pytest.mark.parametrize("hidden", ["owner", "team"])
def test_the_page_does_not_tell_whose_record_it_is_to_whom_that_is_hidden(cast: Cast, record: Any, hidden: str) -> None:
    assert "In the team North" in browser(cast.bob).get(record.url("sharing")).content.decode()
    assert "Owns it" in browser(cast.bob).get(record.url("sharing")).content.decode()
    cast.fin.role.field_rules.create(record_type=record._meta.label_lower, field=hidden, access=FieldAccess.HIDDEN)
    page = browser(cast.fin).get(record.url("sharing")).content.decode()
    assert "Owns it" not in page
    assert "In the team North" not in page
    assert str(cast.ann) not in page.partition("onlookers-title")[2]


# Giving


def test_a_record_is_shared_with_a_person_and_taken_back(cast: Cast, record: Any) -> None:
    assert browser(cast.cy).get(record.url("detail")).status_code == 404
    assert give(cast.ann, record, key(cast.cy)).status_code == 302
    assert actions(cast.cy, record) == {Action.VIEW}
    assert browser(cast.cy).get(record.url("detail")).status_code == 200
    assert take(cast.ann, record, key(cast.cy)).status_code == 302
    assert browser(cast.cy).get(record.url("detail")).status_code == 404


def test_a_record_is_shared_with_a_team_for_changing(cast: Cast, record: Any) -> None:
    south = Team.objects.get(name="South")
    give(cast.ann, record, f"team-{south.pk}", "change")
    assert actions(cast.cy, record) == {Action.VIEW, Action.CHANGE}


def test_the_level_given_last_is_the_one_that_holds(cast: Cast, record: Any) -> None:
    give(cast.ann, record, key(cast.cy), "change")
    give(cast.ann, record, key(cast.cy), "view")
    assert actions(cast.cy, record) == {Action.VIEW}
    give(cast.ann, record, key(cast.cy), "change")
    assert actions(cast.cy, record) == {Action.VIEW, Action.CHANGE}
    assert len(shares_of(record)) == 1


def test_a_share_ends_with_its_last_day_where_the_sharer_lives(cast: Cast, record: Any) -> None:
    cast.ann.time_zone = "Asia/Tokyo"
    cast.ann.save()
    last_day = timezone.now().astimezone(ZoneInfo("Asia/Tokyo")).date() + timedelta(days=3)
    give(cast.ann, record, key(cast.cy), last_day=last_day.isoformat())
    (given,) = shares_of(record)
    after = last_day + timedelta(days=1)
    assert given.until == datetime(after.year, after.month, after.day, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert given.given_by == cast.ann


def test_an_ended_share_is_kept_in_the_list_and_can_be_renewed(cast: Cast, record: Any) -> None:
    give(cast.ann, record, key(cast.cy))
    (given,) = shares_of(record)
    table = type(record)._meta.apps.get_model(record._meta.app_label, f"{type(record).__name__}UserShare")
    table.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert actions(cast.cy, record) == frozenset()
    assert "Ended" in browser(cast.ann).get(record.url("sharing")).content.decode()
    give(cast.ann, record, given.key)
    assert actions(cast.cy, record) == {Action.VIEW}


def test_today_may_be_the_last_day(cast: Cast, record: Any) -> None:
    today = timezone.localdate(timezone=ZoneInfo(cast.ann.time_zone))
    assert give(cast.ann, record, key(cast.cy), last_day=today.isoformat()).status_code == 302
    assert actions(cast.cy, record) == {Action.VIEW}


@pytest.mark.parametrize("day", ["2020-01-01", "9999-12-31", "0001-01-01", "2026-02-30", "soon"])
def test_a_day_that_is_no_end_is_refused(cast: Cast, record: Any, day: str) -> None:
    answer = give(cast.ann, record, key(cast.cy), last_day=day)
    assert answer.status_code == 200
    assert answer.context["form"].errors["last_day"]
    assert actions(cast.cy, record) == frozenset()


@pytest.mark.parametrize(
    "holder", ["", "user-0", "user-", "cy", "user-x", "team-999999", "role-1", "user-" + "9" * 40, "user-١"]
)
def test_an_unknown_holder_is_refused(cast: Cast, record: Any, holder: str) -> None:
    answer = give(cast.ann, record, holder)
    assert answer.status_code == 200
    assert answer.context["form"].errors["holder"]
    assert shares_of(record) == []


def test_nothing_is_shared_with_oneself_or_with_those_who_left(cast: Cast, record: Any) -> None:
    leaver = UserFactory(username="leaver", is_active=False)
    for holder in (cast.ann, leaver):
        assert give(cast.ann, record, key(holder)).context["form"].errors["holder"]
    assert shares_of(record) == []
    assert give(cast.ann, record, key(cast.cy)).status_code == 302


# Who may


def test_an_outsider_does_not_find_the_page(cast: Cast, record: Any) -> None:
    for page in ("sharing", "sharing_holders"):
        assert browser(cast.cy).get(record.url(page)).status_code == 404
        assert browser(cast.cy).get(record.url(page), **HTMX).status_code == 404
        assert browser(cast.bob).get(record.url(page)).status_code == 200
    assert give(cast.cy, record, key(cast.fin)).status_code == 404
    assert take(cast.cy, record, key(cast.fin)).status_code == 404


def test_a_binned_record_has_no_sharing(cast: Cast, record: Any) -> None:
    move_to_bin(record, actor=cast.ann)
    assert browser(cast.ann).get(record.url("sharing")).status_code == 404
    assert give(cast.ann, record, key(cast.cy)).status_code == 404


def test_who_only_sees_it_may_look_and_not_share(cast: Cast, record: Any) -> None:
    share(record, with_user=cast.cy, action=Action.CHANGE, actor=cast.ann)
    page = browser(cast.cy).get(record.url("sharing"))
    assert page.status_code == 200
    assert "<form" not in page.content.decode().split('id="sharing-body"')[1].split("</main>")[0]
    assert give(cast.cy, record, key(cast.fin)).status_code == 403
    assert take(cast.cy, record, key(cast.cy), "change").status_code == 403
    assert browser(cast.cy).get(record.url("sharing_holders")).status_code == 403
    assert "<form" in browser(cast.ann).get(record.url("sharing")).content.decode().split('id="sharing-body"')[1]


def test_nobody_gives_what_he_lacks_by_any_form(cast: Cast, record: Any) -> None:
    role = grant_all(RoleFactory(), Scope.ALL, actions=[Action.VIEW, Action.SHARE])
    sharer = join(UserFactory(role=role), Team.objects.get(name="North"))
    for action in ("change", "delete", "share", "add", "nonsense"):
        assert give(sharer, record, key(cast.cy), action).context["form"].errors["action"]
    assert actions(cast.cy, record) == frozenset()
    assert give(sharer, record, key(cast.cy)).status_code == 302
    assert actions(cast.cy, record) == {Action.VIEW}


def test_whoever_may_share_takes_back_what_another_gave(cast: Cast, record: Any) -> None:
    role = grant_all(RoleFactory(), Scope.ALL, actions=[Action.VIEW, Action.SHARE])
    sharer = UserFactory(role=role)
    share(record, with_user=cast.cy, action=Action.CHANGE, actor=cast.ann)
    assert take(sharer, record, key(cast.cy), "change").status_code == 302
    assert actions(cast.cy, record) == frozenset()


def test_who_withdraws_his_own_sight_is_led_to_the_list(cast: Cast, record: Any) -> None:
    share(record, with_user=cast.cy, action=Action.SHARE, actor=cast.ann)
    answer = take(cast.cy, record, key(cast.cy), "share", **HTMX)
    assert answer["HX-Redirect"] == f"/{record._meta.app_label}/"
    share(record, with_user=cast.cy, action=Action.SHARE, actor=cast.ann)
    assert take(cast.cy, record, key(cast.cy), "share")["Location"] == f"/{record._meta.app_label}/"


def test_a_post_without_the_token_shares_nothing(cast: Cast, record: Any) -> None:
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(cast.ann)
    sent = {"holder": key(cast.cy), "action": "view"}
    assert strict.post(record.url("sharing"), sent).status_code == 403
    assert shares_of(record) == []


# What is shown


def test_scripts_get_the_part_that_they_swap(cast: Cast, record: Any) -> None:
    part = give(cast.ann, record, key(cast.cy), **HTMX).content.decode()
    assert "<html" not in part
    assert "Shared." in part
    assert f'id="record-version" value="{record.version + 1}"' in part
    assert_strict_html(part)


def test_the_name_of_one_who_left_is_struck_through(cast: Cast, record: Any) -> None:
    give(cast.ann, record, key(cast.cy))
    assert "<s>cy</s>" not in browser(cast.ann).get(record.url("sharing")).content.decode()
    User.objects.filter(pk=cast.cy.pk).update(is_active=False)
    assert "<s>cy</s>" in browser(cast.ann).get(record.url("sharing")).content.decode()
    assert take(cast.ann, record, key(cast.cy)).status_code == 302
    assert shares_of(record) == []


def test_the_card_offers_sharing_to_those_who_may(cast: Cast, record: Any) -> None:
    share(record, with_user=cast.cy, action=Action.VIEW, actor=cast.ann)
    offered, looked = (browser(user).get(record.url("detail")).content.decode() for user in (cast.ann, cast.cy))
    assert offered.count(f'href="{record.url("sharing")}"') == 2
    assert looked.count(f'href="{record.url("sharing")}"') == 1
    assert "Who can see this" in looked


def test_people_and_teams_are_found_by_name(cast: Cast, record: Any) -> None:
    UserFactory(username="leaver.south", is_active=False)

    def found(text: str) -> list[str]:
        answer = browser(cast.ann).get(record.url("sharing_holders"), {"q": text})
        return [result["text"] for result in json.loads(answer.content)["results"]]

    assert found("south") == ["South"]
    assert found("CY") == ["cy"]
    assert "ann" not in found("")
    assert {"bob", "cy", "dana", "fin", "North", "South"} <= set(found(""))
    assert found("'; --") == []


def test_the_page_without_scripts_lists_everybody(cast: Cast, record: Any) -> None:
    page = browser(cast.ann).get(record.url("sharing")).content.decode()
    assert f'<option value="{key(cast.cy)}">cy</option>' in page
    assert f'value="{key(cast.ann)}"' not in page
    part = browser(cast.ann).get(record.url("sharing"), **HTMX).content.decode()
    assert f'value="{key(cast.cy)}"' not in part


# The trace


def test_sharing_and_withdrawing_stand_in_the_history(cast: Cast, record: Any) -> None:
    before = type(record).objects.get(pk=record.pk)
    last_day = date(timezone.now().year + 1, 12, 3)
    give(cast.ann, record, key(cast.cy), "change", last_day.isoformat())
    take(cast.bob, record, key(cast.cy), "change")
    page = browser(cast.ann).get(record.url("history")).content.decode()
    assert f"Shared with cy: Change, until Dec. 3, {last_day.year}" in page
    assert "No longer shared with cy: Change" in page
    after = type(record).objects.get(pk=record.pk)
    assert after.version == before.version + 2
    assert after.updated_at == before.updated_at
    numbers = list(type(record).history.model.objects.filter(id=record.pk).values_list("version", flat=True))
    assert len(numbers) == len(set(numbers))


def test_giving_the_same_again_leaves_no_trace(cast: Cast, record: Any) -> None:
    give(cast.ann, record, key(cast.cy))
    version = type(record).objects.get(pk=record.pk).version
    give(cast.ann, record, key(cast.cy))
    take(cast.ann, record, key(cast.fin))
    assert type(record).objects.get(pk=record.pk).version == version


def test_a_name_of_markup_and_colons_is_told_as_it_is(cast: Cast, record: Any) -> None:
    cast.cy.first_name, cast.cy.last_name = "<b>Cy</b>", "x: change until 2020-01-01"
    cast.cy.save()
    give(cast.ann, record, key(cast.cy))
    page = browser(cast.ann).get(record.url("history")).content.decode()
    assert "Shared with &lt;b&gt;Cy&lt;/b&gt; x: change until 2020-01-01: View" in page


# Costs


def test_a_large_company_costs_no_more_queries(cast: Cast, record: Any) -> None:
    north = Team.objects.get(name="North")
    watcher = grant_all(RoleFactory(name="watcher"), Scope.ALL)
    for number in range(100):
        join(UserFactory(username=f"member{number}", role=cast.bob.role), north)
        UserFactory(username=f"watcher{number}", role=watcher)
        UserFactory(username=f"nobody{number}", role=None)
    for user in User.objects.filter(username__startswith="nobody")[:30]:
        share(record, with_user=user, action=Action.VIEW, actor=cast.ann)
    signed_in = browser(cast.ann)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = signed_in.get(record.url("sharing"))
    assert len(queries) <= 15
    assert page.context["people_count"] == 4 + 100 + 100 + 30
    shown = page.content.decode()
    assert "watcher99" not in shown.split("Who can see this")[1]
    assert "and 80 more" in shown
    everybody = signed_in.get(record.url("sharing"), {"everybody": "1"}).content.decode()
    assert "watcher99" in everybody
    assert "nobody99" not in everybody.split("Who can see this")[1]
