"""What the services do to deals: moves, ends, reopening, duplicates, and what each leaves behind."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clients.tests.factories import make_client
from contacts.tests.factories import make_contact
from crm.access.rights import forget_rights
from crm.access.writing import StaleVersion
from crm.notifications.models import Notification
from crm.outbox.testing import deliver_all
from crm.timeline.models import Entry
from projects.models import Deal, DealContact, Pipeline, Stage, StageMove
from projects.services import (
    DealIsClosed,
    DealIsOpen,
    FieldsMissing,
    ReasonMissing,
    StageSkipped,
    WrongPipeline,
    create_deal,
    duplicate_deal,
    install_ready_pipeline,
    lose_deal,
    move_deal,
    reopen_deal,
    save_deal,
    win_deal,
)
from projects.tests.factories import make_deal, stage
from teams.models import Company, FieldRule
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def stored(deal: Deal) -> Deal:
    return Deal.objects.get(pk=deal.pk)


def rule(user: Any, field: str, access: str) -> None:
    FieldRule.objects.create(role=user.role, record_type="projects.deal", field=field, access=access)
    forget_rights(user)


@transaction.atomic
def store_past_the_services(deal: Deal, **values: Any) -> None:
    Deal.objects.filter(pk=deal.pk).update(**values)
    connection.check_constraints()


def other_pipeline(**options: Any) -> Pipeline:
    pipeline = Pipeline.objects.create(name="Upsell", position=1, **options)
    for number, (name, kind) in enumerate((("Idea", "open"), ("Offer", "open"), ("Sold", "won"), ("Gone", "lost"))):
        Stage.objects.create(pipeline=pipeline, name=name, kind=kind, position=number)
    return pipeline


def test_a_new_deal_begins_at_the_first_stage_of_the_default_pipeline(cast: Cast) -> None:
    deal = stored(make_deal(cast.ann))
    assert (deal.stage.name, deal.state, deal.chance, deal.closed_at) == ("New inquiry", "open", 10, None)
    assert [(move.from_stage, move.to_stage, move.actor) for move in deal.moves.all()] == [(None, deal.stage, cast.ann)]


def test_a_new_deal_takes_the_currency_of_the_company_unless_it_has_one(cast: Cast) -> None:
    Company.objects.create(pk=1, currency="PLN")
    assert make_deal(cast.ann).currency == "PLN"
    assert make_deal(cast.ann, currency="USD").currency == "USD"


def test_a_deal_that_was_closed_elsewhere_is_stored_closed(cast: Cast) -> None:
    then = timezone.now() - timedelta(days=90)
    deal = stored(make_deal(cast.ann, stage=stage("Won"), closed_at=then, stage_since=then))
    assert (deal.state, deal.closed_at, deal.chance) == ("won", then, 100)


def test_a_deal_cannot_begin_in_a_stage_of_another_pipeline(cast: Cast) -> None:
    pipeline = other_pipeline()
    with pytest.raises(WrongPipeline):
        make_deal(cast.ann, pipeline=pipeline, stage=stage("Proposal"))
    assert make_deal(cast.ann, pipeline=pipeline).stage.name == "Idea"


def test_a_move_is_kept_with_who_when_and_how_long_it_stood(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    Deal.objects.filter(pk=deal.pk).update(stage_since=timezone.now() - timedelta(hours=5))
    move_deal(deal, stage("Proposal"), actor=cast.bob)
    move = deal.moves.latest("at")
    assert (move.from_stage.name, move.to_stage.name, move.actor) == ("New inquiry", "Proposal", cast.bob)
    assert 18_000 <= move.seconds < 18_060
    assert (stored(deal).stage.name, stored(deal).stage_since) == ("Proposal", move.at)
    version = deal.history.latest("history_id")
    assert (version.stage_id, version.history_user, version.version) == (stage("Proposal").pk, cast.bob, 2)
    assert Entry.objects.filter(subject_id=deal.pk, event="deals.moved", source_id=move.pk).exists()


def test_a_move_stores_nothing_else_of_the_instance(cast: Cast) -> None:
    deal = make_deal(cast.ann, "Portal", amount=100)
    deal.name, deal.amount = "Renamed", Decimal(7)
    move_deal(deal, stage("Qualified"), actor=cast.ann)
    assert (stored(deal).name, stored(deal).amount) == ("Portal", 100)


def test_a_move_into_the_stage_it_stands_in_is_none(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    move_deal(deal, deal.stage, actor=cast.ann)
    assert (stored(deal).version, deal.moves.count()) == (1, 1)


def test_the_owner_hears_of_anothers_move_and_not_of_his_own(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    move_deal(deal, stage("Qualified"), actor=cast.ann)
    deliver_all()
    assert not Notification.objects.exists()
    move_deal(deal, stage("Proposal"), actor=cast.bob)
    deliver_all()
    assert [(notice.user, notice.kind) for notice in Notification.objects.all()] == [(cast.ann, "deals.moved")]


def test_the_second_of_two_who_move_the_same_card_is_refused(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    late = stored(deal)
    move_deal(deal, stage("Qualified"), actor=cast.ann)
    with pytest.raises(StaleVersion) as conflict:
        move_deal(late, stage("Proposal"), actor=cast.bob)
    assert conflict.value.current.stage == stage("Qualified")
    assert stored(deal).stage == stage("Qualified")


def test_stages_are_skipped_only_where_the_pipeline_lets_them_be(cast: Cast) -> None:
    pipeline = install_ready_pipeline()
    deal = make_deal(cast.ann)
    Pipeline.objects.filter(pk=pipeline.pk).update(is_sequential=True)
    for target in ("Proposal", "Won"):
        with pytest.raises(StageSkipped) as refused:
            move_deal(deal, stage(target), actor=cast.ann)
        assert refused.value.next_stage == stage("Qualified")
        assert "Qualified" in str(refused.value)
    for target in ("Qualified", "Proposal", "New inquiry", "Qualified", "Proposal", "Negotiation", "Won"):
        move_deal(deal, stage(target), actor=cast.ann)
    reopen_deal(deal, actor=cast.ann)
    assert lose_deal(deal, "Too dear", actor=cast.ann).state == "lost"
    Pipeline.objects.filter(pk=pipeline.pk).update(is_sequential=False)
    assert win_deal(make_deal(cast.ann), actor=cast.ann).state == "won"


def test_a_stage_asks_for_its_fields(cast: Cast) -> None:
    Stage.objects.filter(pk=stage("Proposal").pk).update(required=["amount", "contacts", "client"])
    deal = make_deal(cast.ann, client=make_client(cast.ann))
    with pytest.raises(FieldsMissing) as refused:
        move_deal(deal, stage("Proposal"), actor=cast.ann)
    assert refused.value.names == ("amount", "contacts")
    assert "Amount" in str(refused.value)
    assert stored(deal).stage.name == "New inquiry"
    deal.amount = Decimal(10)
    save_deal(deal, actor=cast.ann, parts={"contacts": [DealContact(contact=make_contact(cast.ann))]})
    assert move_deal(deal, stage("Proposal"), actor=cast.ann).stage.name == "Proposal"


def test_the_refusal_does_not_name_a_field_out_of_sight(cast: Cast) -> None:
    Stage.objects.filter(pk=stage("Proposal").pk).update(required=["amount", "client"])
    rule(cast.fin, "amount", "hidden")
    deal = make_deal(cast.ann)
    for user, is_told in ((cast.ann, True), (cast.fin, False)):
        with pytest.raises(FieldsMissing) as refused:
            move_deal(deal, stage("Proposal"), actor=user)
        assert ("Amount" in str(refused.value)) is is_told
        assert "Client" in str(refused.value)


def test_a_deal_does_not_move_to_another_pipeline(cast: Cast) -> None:
    offer = Stage.objects.get(pipeline=other_pipeline(), name="Offer")
    deal = make_deal(cast.ann)
    with pytest.raises(WrongPipeline):
        move_deal(deal, offer, actor=cast.ann)
    assert move_deal(deal, stage("Qualified"), actor=cast.ann).stage == stage("Qualified")


def test_a_won_deal_is_closed_and_reopened_where_it_stood(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    move_deal(deal, stage("Negotiation"), actor=cast.ann)
    win_deal(deal, actor=cast.bob)
    assert (stored(deal).state, stored(deal).stage.name) == ("won", "Won")
    assert stored(deal).closed_at is not None
    for act in (lambda: win_deal(deal, actor=cast.ann), lambda: move_deal(deal, stage("Proposal"), actor=cast.ann)):
        with pytest.raises(DealIsClosed):
            act()
    reopen_deal(deal, actor=cast.ann)
    assert (stored(deal).state, stored(deal).stage.name, stored(deal).closed_at) == ("open", "Negotiation", None)
    with pytest.raises(DealIsOpen):
        reopen_deal(deal, actor=cast.ann)
    events = Entry.objects.filter(subject_id=deal.pk, kind="deal").order_by("pk").values_list("event", flat=True)
    assert list(events) == ["deals.moved", "deals.won", "deals.reopened"]


def test_losing_asks_why_and_reopening_forgets_it_on_the_deal_but_not_in_its_moves(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    with pytest.raises(ReasonMissing):
        lose_deal(deal, "  ", actor=cast.ann)
    with pytest.raises(ReasonMissing):
        move_deal(deal, stage("Lost"), actor=cast.ann)
    lose_deal(deal, "Too dear", actor=cast.ann)
    assert (stored(deal).state, stored(deal).loss_reason) == ("lost", "Too dear")
    reopen_deal(deal, actor=cast.ann)
    assert (stored(deal).state, stored(deal).loss_reason) == ("open", "")
    assert list(deal.moves.values_list("reason", flat=True)) == ["", "Too dear", ""]


def test_saving_never_moves(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    deal.name, deal.stage, deal.state, deal.loss_reason = "Renamed", stage("Won"), "won", "x"
    save_deal(deal, actor=cast.ann)
    kept = stored(deal)
    assert (kept.name, kept.stage.name, kept.state, kept.loss_reason) == ("Renamed", "New inquiry", "open", "")
    assert deal.moves.count() == 1


def test_a_save_on_a_version_before_a_move_is_stale(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    late = stored(deal)
    move_deal(deal, stage("Qualified"), actor=cast.ann)
    late.name = "Late"
    with pytest.raises(StaleVersion):
        save_deal(late, actor=cast.bob)
    fresh = stored(deal)
    fresh.name = "Fresh"
    save_deal(fresh, actor=cast.bob)
    assert stored(deal).name == "Fresh"


def test_outsiders_and_readers_of_the_stage_move_nothing(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    rule(cast.fin, "stage", "read_only")
    for user in (cast.cy, cast.fin):
        for act in (
            lambda: move_deal(deal, stage("Qualified"), actor=user),  # noqa: B023
            lambda: win_deal(deal, actor=user),  # noqa: B023
            lambda: lose_deal(deal, "Why not", actor=user),  # noqa: B023
        ):
            with pytest.raises(PermissionDenied):
                act()
    assert (stored(deal).version, deal.moves.count()) == (1, 1)
    assert move_deal(deal, stage("Qualified"), actor=cast.bob).version == 2


def test_who_may_not_write_reasons_loses_without_one(cast: Cast) -> None:
    rule(cast.fin, "loss_reason", "hidden")
    deal = make_deal(cast.ann)
    lose_deal(deal, "told by a tampered form", actor=cast.fin)
    assert (stored(deal).state, stored(deal).loss_reason) == ("lost", "")


def test_who_may_not_write_stages_or_currencies_still_adds_deals(cast: Cast) -> None:
    for field in ("stage", "currency", "amount"):
        rule(cast.fin, field, "hidden")
    deal = stored(make_deal(cast.fin, amount=Decimal(5)))
    assert (deal.stage.name, deal.currency, deal.amount) == ("New inquiry", "UAH", None)


def test_a_duplicate_begins_anew_with_what_its_author_sees(cast: Cast) -> None:
    client, hers = make_client(cast.ann, "Acme"), make_contact(cast.ann)
    deal = make_deal(cast.ann, client=client, amount=50, source="Fair", contacts={hers: "decides"}, external_id="7")
    win_deal(deal, actor=cast.ann)
    copy = stored(duplicate_deal(deal, actor=cast.bob))
    assert (copy.name, copy.owner, copy.client, copy.amount) == ("Portal (copy)", cast.bob, client, 50)
    assert (copy.state, copy.stage.name, copy.external_id) == ("open", "New inquiry", "")
    assert [(row.contact, row.role) for row in copy.contacts.all()] == [(hers, "decides")]


def test_a_duplicate_takes_over_nothing_out_of_its_authors_sight(cast: Cast) -> None:
    client, person = make_client(cast.cy, "His"), make_contact(cast.cy)
    deal = make_deal(cast.ann, client=client, amount=50, contacts={person: ""})
    rule(cast.fin, "amount", "hidden")
    copy = stored(duplicate_deal(deal, actor=cast.fin))
    assert (copy.client, copy.amount, copy.contacts.count()) == (None, None, 0)
    full = stored(duplicate_deal(deal, actor=cast.dana))
    assert (full.client, full.amount, full.contacts.count()) == (client, 50, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": Decimal(-1)},
        {"probability": 101},
        {"state": "won"},
        {"closed_at": timezone.now()},
        {"loss_reason": "x"},
        {"stage_id": -1},
    ],
)
def test_the_database_refuses_what_is_no_deal(cast: Cast, wrong: dict[str, Any]) -> None:
    deal = make_deal(cast.ann)
    with pytest.raises(IntegrityError):
        store_past_the_services(deal, **wrong)
    Deal.objects.filter(pk=deal.pk).update(amount=1, probability=100, expected_close=date(2030, 1, 1))


def test_the_database_holds_a_deal_to_the_pipeline_and_kind_of_its_stage(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    with pytest.raises(IntegrityError):
        store_past_the_services(deal, pipeline=other_pipeline())
    with pytest.raises(IntegrityError), transaction.atomic():
        Stage.objects.filter(pk=deal.stage_id).update(kind="won")
    Deal.objects.filter(pk=deal.pk).update(stage=stage("Proposal"))


def test_the_time_limit_and_the_passed_date_hold_for_open_deals_alone(cast: Cast) -> None:
    Stage.objects.update(days=3)
    yesterday = timezone.localdate() - timedelta(days=1)
    deal = make_deal(cast.ann, expected_close=yesterday, stage_since=timezone.now() - timedelta(days=4))
    fresh = make_deal(cast.ann, expected_close=yesterday + timedelta(days=1))
    assert (stored(deal).is_over_limit, stored(deal).is_past_close) == (True, True)
    assert (stored(fresh).is_over_limit, stored(fresh).is_past_close) == (False, False)
    Deal.objects.filter(pk=deal.pk).update(stage=stage("Won"), state="won", closed_at=timezone.now())
    assert (stored(deal).is_over_limit, stored(deal).is_past_close) == (False, False)


def test_the_ready_pipeline_is_made_once(cast: Cast) -> None:
    pipeline = install_ready_pipeline()
    assert install_ready_pipeline() == pipeline
    told = list(pipeline.stages.order_by("position").values_list("name", "probability", "kind"))
    assert told == [
        ("New inquiry", 10, "open"),
        ("Qualified", 25, "open"),
        ("Proposal", 50, "open"),
        ("Negotiation", 75, "open"),
        ("Won", 100, "won"),
        ("Lost", 0, "lost"),
    ]


def test_a_deal_needs_a_client_of_nobody(cast: Cast) -> None:
    """An import may know none."""
    assert create_deal(Deal(name="Anonymous", owner=cast.ann), actor=cast.ann).client is None
    assert StageMove.objects.count() == 1
