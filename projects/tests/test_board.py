"""The board of deals: who sees which cards, counts and sums, how cards move, and what is said when they do not."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clients.tests.factories import make_client
from crm.access.rights import forget_rights
from crm.pages.testing import browser_of
from projects import marks
from projects.board import SHOWN
from projects.marks import Mark
from projects.models import Deal, Pipeline, Stage
from projects.services import move_deal, save_deal, win_deal
from projects.tests.factories import make_deal, stage
from teams.models import FieldRule, User
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
BOARD = reverse("deals:board")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def rule(user: User, *fields: str, access: str = "hidden") -> None:
    for field in fields:
        FieldRule.objects.create(role=user.role, record_type="projects.deal", field=field, access=access)
    forget_rights(user)


def board(user: User, **parameters: Any) -> Any:
    response = browser_of(user).get(BOARD, parameters)
    assert response.status_code == 200
    return response.context["list"]


def shown(user: User, **parameters: Any) -> str:
    return browser_of(user).get(BOARD, parameters).content.decode()


def cards(user: User, **parameters: Any) -> dict[str, list[str]]:
    """The titles of the cards by the name of their stage."""
    lanes = board(user, **parameters).lanes
    return {str(lane.head.stage): [card.deal.name for card in lane.cards] for lane in lanes if lane.cards}


def heads(user: User, **parameters: Any) -> dict[str, tuple[str, list[str]]]:
    page = board(user, **parameters)
    return {str(head.stage): (head.count, list(head.sums)) for head in page.column_heads.values() if head.number}


def drop(user: User, deal: Deal, to: str, **fields: Any) -> Any:
    """As the script of the board sends it; `deal` is as its card was drawn."""
    sent = {"stage": stage(to).pk, "version": deal.version, "from": deal.stage_id, **fields}
    return browser_of(user).post(reverse("deals:board_move", args=[deal.pk]), sent, headers={"HX-Request": "true"})


def said(response: Any) -> str:
    found = re.search(r'data-said="([^"]*)"', response.content.decode())
    assert found
    return unescape(found[1])


def stored(deal: Deal) -> Deal:
    return Deal.objects.get(pk=deal.pk)


def test_columns_count_and_sum_what_the_reader_sees_and_nothing_else(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    make_deal(cast.ann, "Portal", client=acme, amount=1500, currency="USD", expected_close=date(2031, 5, 6))
    make_deal(cast.bob, "Support", amount=200, currency="USD", stage=stage("Proposal"))
    make_deal(cast.bob, "Audit", amount=70, currency="EUR", stage=stage("Proposal"))
    win_deal(make_deal(cast.ann, "Won now", amount=9, currency="EUR"), actor=cast.ann)
    win_deal(make_deal(cast.ann, "Won before", amount=9, currency="EUR"), actor=cast.ann)
    Deal.objects.filter(name="Won before").update(closed_at=timezone.now() - timedelta(days=40))
    assert cards(cast.ann) == {"New inquiry": ["Portal"], "Proposal": ["Audit", "Support"]}
    assert heads(cast.ann) == {
        "New inquiry": ("1", ["$1,500"]),
        "Proposal": ("2", ["$200", "€70"]),
        "Won": ("1", ["€9"]),
    }
    page = shown(cast.ann)
    assert all(text in page for text in ("Acme", "$1,500", "6 May 2031"))
    make_deal(cast.cy, "His own", amount=5, currency="USD", client=acme)
    assert (cards(cast.cy), heads(cast.cy)) == ({"New inquiry": ["His own"]}, {"New inquiry": ("1", ["$5"])})
    assert not any(text in shown(cast.cy) for text in ("Acme", "Portal", "1,500"))
    assert heads(cast.dana)["New inquiry"] == ("2", ["$1,505"])


def test_hidden_amounts_are_on_no_card_and_in_no_sum_and_without_stages_there_is_no_board(cast: Cast) -> None:
    make_deal(cast.ann, "Portal", amount=987654, expected_close=timezone.localdate() - timedelta(days=1))
    link, late = f'href="{BOARD}"', "The expected close has passed"
    assert "987,654" in shown(cast.bob)
    assert late in shown(cast.bob)
    rule(cast.bob, "amount", "expected_close", "owner")
    page = shown(cast.bob)
    assert "Portal" in page
    assert not any(text in page for text in ("987", late, str(cast.ann)))
    assert link in browser_of(cast.bob).get(reverse("deals:list")).content.decode()
    rule(cast.bob, "stage")
    assert browser_of(cast.bob).get(BOARD).status_code == 403
    assert link not in browser_of(cast.bob).get(reverse("deals:list")).content.decode()


def test_whoever_may_not_write_stages_cannot_move_a_card(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    assert reverse("deals:board_move", args=[deal.pk]) in shown(cast.ann)
    rule(cast.ann, "stage", access="read_only")
    page = shown(cast.ann)
    assert deal.name in page
    assert "is-movable" not in page
    assert drop(cast.ann, deal, "Proposal").status_code == 403
    assert drop(cast.cy, deal, "Proposal").status_code == 404
    assert stored(deal).stage == stage("New inquiry")


def test_a_card_moves_is_won_and_every_move_can_be_undone(cast: Cast) -> None:
    deal = make_deal(cast.ann, "Portal", amount=10, currency="USD")
    answer = drop(cast.ann, deal, "Proposal")
    assert (answer.status_code, said(answer)) == (200, "“Portal” is in “Proposal” now.")
    page = answer.content.decode()
    assert all(f'id="head-{stage(name).pk}"' in page for name in ("New inquiry", "Proposal"))
    assert f'data-version="{stored(deal).version}"' in page
    assert f'name="stage" value="{stage("New inquiry").pk}"' in page
    won = drop(cast.ann, stored(deal), "Won")
    assert said(won) == "“Portal” is won. Congratulations!"
    assert 'data-column=""' in won.content.decode()
    # The next step is offered, to those who may take it.
    assert deal.url("make_project") in won.content.decode()
    undone = drop(cast.ann, stored(deal), "Proposal", undo="1")
    assert (stored(deal).state, stored(deal).stage) == ("open", stage("Proposal"))
    assert "data-undo" not in undone.content.decode()
    assert deal.moves.count() == 4


def test_without_scripts_a_card_is_moved_by_a_form(cast: Cast) -> None:
    deal = make_deal(cast.ann, "Portal")
    address = reverse("deals:board_move", args=[deal.pk]) + "?q=Portal"
    assert address in shown(cast.ann, q="Portal")
    form = browser_of(cast.ann).get(address).content.decode()
    assert f'value="{stage("Proposal").pk}"' in form
    sent = {"stage": stage("Proposal").pk, "version": deal.version}
    answer = browser_of(cast.ann).post(address, sent)
    assert (answer.status_code, answer.url) == (302, f"{BOARD}?q=Portal")
    assert stored(deal).stage == stage("Proposal")
    # To be won or lost it goes to the pages that ask what is to be known.
    for name, page in (("Won", "win"), ("Lost", "lose")):
        asked = browser_of(cast.ann).post(address, {"stage": stage(name).pk, "version": stored(deal).version})
        assert (asked.status_code, asked["Location"]) == (302, deal.url(page))
    assert stored(deal).is_open


def test_a_refused_move_says_why_on_the_card_and_stores_nothing(cast: Cast) -> None:
    deal, newer = make_deal(cast.ann, "Portal"), make_deal(cast.ann, "Newer")
    Stage.objects.filter(name="Proposal").update(required=["amount"])
    answer = drop(cast.ann, deal, "Proposal")
    assert (answer.status_code, said(answer)) == (422, "Before “Proposal” fill in: Amount.")
    assert f'href="{deal.url("edit")}"' in answer.content.decode()
    assert f'data-after="deal-{newer.pk}"' in answer.content.decode()
    assert (drop(cast.ann, deal, "Lost").status_code, stored(deal).state) == (422, "open")
    Pipeline.objects.update(is_sequential=True)
    answer = drop(cast.ann, deal, "Negotiation")
    assert "the next one is “Qualified”" in said(answer)
    assert (stored(deal).stage, stored(deal).version) == (stage("New inquiry"), deal.version)
    assert drop(cast.ann, deal, "Lost", reason="No money").status_code == 200
    assert stored(deal).loss_reason == "No money"


def test_the_second_of_two_people_sees_the_conflict_and_moves_nothing(cast: Cast) -> None:
    deal = make_deal(cast.ann, "Portal")
    seen = stored(deal)
    move_deal(deal, stage("Qualified"), actor=cast.bob)
    answer = drop(cast.ann, seen, "Negotiation")
    assert answer.status_code == 409
    assert said(answer) == f"{cast.bob} has moved “Portal” to “Qualified” meanwhile, so it stays there."
    assert f'data-column="{stage("Qualified").pk}"' in answer.content.decode()
    assert stored(deal).stage == stage("Qualified")
    seen = stored(deal)
    deal.next_step = "Call"
    save_deal(deal, actor=cast.bob)
    assert said(drop(cast.ann, seen, "Proposal")).startswith("Somebody changed “Portal” at the same moment")
    assert drop(cast.ann, stored(deal), "Proposal").status_code == 200


def test_a_long_column_goes_on_where_it_was_left(cast: Cast) -> None:
    for number in range(SHOWN + 5):
        make_deal(cast.ann, f"Deal {number:02}", amount=number, client=make_client(cast.ann, f"Client {number}"))
    make_deal(cast.cy, "Cys", amount=3)
    lane = board(cast.ann, sort="amount").lanes[0]
    assert (lane.head.count, len(lane.cards)) == (str(SHOWN + 5), SHOWN)
    assert f"{reverse('deals:list')}?sort=amount&amp;stage={stage('New inquiry').pk}" in shown(cast.ann, sort="amount")
    further = browser_of(cast.ann).get(lane.more_url, headers={"HX-Request": "true"}).content.decode()
    found = [card.deal.name for card in lane.cards] + re.findall(r'class="bd-title" [^>]*>([^<]*)', further)
    assert found == [f"Deal {number:02}" for number in range(SHOWN + 5)]
    assert "<html" not in further
    broken = browser_of(cast.ann).get(lane.more_url + "x", headers={"HX-Request": "true"})
    assert broken.status_code == 404
    moved = make_deal(cast.ann, "Moved", amount=2, stage=stage("Proposal"))
    answer = browser_of(cast.ann).post(
        reverse("deals:board_move", args=[moved.pk]) + "?sort=amount",
        {"stage": stage("New inquiry").pk, "version": moved.version},
        headers={"HX-Request": "true"},
    )
    # Equal amounts stand by their keys, which follow the time.
    assert f'data-after="deal-{Deal.objects.get(name="Deal 02").pk}"' in answer.content.decode()


def test_filters_hold_on_the_board_and_are_kept_from_view_to_view(cast: Cast) -> None:
    make_deal(cast.ann, "Small", amount=10, currency="USD")
    make_deal(cast.bob, "Big", amount=1000, currency="USD")
    other = Pipeline.objects.create(name="Upsell", position=1)
    for kind, name in (("open", "Idea"), ("won", "Sold"), ("lost", "Gone")):
        Stage.objects.create(pipeline=other, name=name, kind=kind)
    make_deal(cast.ann, "Upsold", pipeline=other)
    assert cards(cast.ann, amount_from="11") == {"New inquiry": ["Big"]}
    assert heads(cast.ann, mine="on") == {"New inquiry": ("1", ["$10"])}
    assert cards(cast.ann, pipeline=other.pk) == {"Idea": ["Upsold"]}
    assert cards(cast.ann, state="lost", stage=stage("Won").pk, pipeline="x") == {"New inquiry": ["Big", "Small"]}
    page = shown(cast.ann, q="big", state="open")
    assert f'href="{reverse("deals:list")}?q=big&amp;state=open"' in page
    assert f'href="?q=big&amp;state=open&amp;pipeline={other.pk}"' in page


def test_apps_add_marks_to_cards_by_registering_them(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = make_deal(cast.ann, "Portal", stage_since=timezone.now() - timedelta(days=3))
    Stage.objects.update(days=2)
    monkeypatch.setattr(marks, "_sources", list(marks._sources))
    marks.register(lambda deals, reader: {one.pk: [Mark("checklist", "amber", f"For {reader}")] for one in deals})
    for page in (
        shown(cast.ann),
        *(
            browser_of(cast.ann).get(url).content.decode()
            for url in (
                reverse("deals:list"),
                deal.get_absolute_url(),
            )
        ),
    ):
        assert f"For {cast.ann}" in page
        assert "Over the time limit of its stage" in page


def test_the_number_of_queries_does_not_grow_with_the_cards(cast: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(cast.ann)
        return len(captured)

    make_deal(cast.ann, client=make_client(cast.ann))
    queries()
    few = queries()
    for number in range(30):
        make_deal(
            cast.ann, client=make_client(cast.ann, f"Client {number}"), stage=stage(("Proposal", "Won")[number % 2])
        )
    assert queries() == few
