"""The fast page of a list is the predicate's page, in any company: tried with companies made at random."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clients.models import Client
from contacts.models import Contact
from crm.access.querysets import allowed_actions
from crm.access.rights import Action
from crm.access.tests.worlds import Plan, World, plans, store

pytestmark = pytest.mark.django_db
in_any_company = settings(
    max_examples=40,
    deadline=None,
    database=None,
    # Without shrinking: hundreds of companies more would take minutes, and these are small enough to read.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
MODELS = st.sampled_from((Client, Contact))
SORTS = st.sampled_from(
    (
        ("name", "id"),
        ("-name", "-id"),
        ("updated_at", "id"),
        ("-updated_at", "-id"),
        ("id",),
        ("-id",),
    )
)
FILTERS = st.sampled_from(({}, {}, {"external_id": "marked"}, {"name__icontains": "a"}, {"updated_at__hour": 2}))


def rolled_back(test: Any) -> None:
    with transaction.atomic():
        test()
        transaction.set_rollback(True)


@in_any_company
@given(plan=plans(), model=MODELS, sort=SORTS, condition=FILTERS, limit=st.integers(1, 5))
def test_the_fast_page_is_the_predicates_page(
    plan: Plan, model: Any, sort: tuple[str, ...], condition: dict[str, Any], limit: int
) -> None:
    def compare() -> None:
        world = store(plan, model)
        listed = model.objects.filter(**condition).order_by(*sort)
        assert list(listed.first_visible(world.reader, limit=limit)) == list(listed.visible_to(world.reader)[:limit])
        changeable = listed.first_visible(world.reader, limit=limit, action=Action.CHANGE)
        assert list(changeable) == list(listed.editable_by(world.reader)[:limit])

    rolled_back(compare)


@in_any_company
@given(plan=plans(), model=MODELS, sort=SORTS, condition=FILTERS, limit=st.integers(1, 3))
def test_the_fast_page_of_each_key_is_the_predicates_page_of_it(
    plan: Plan, model: Any, sort: tuple[str, ...], condition: dict[str, Any], limit: int
) -> None:
    def compare() -> None:
        world = store(plan, model)
        listed = model.objects.filter(**condition).order_by(*sort)
        keys = sorted(set(model.objects.exclude(owner=None).values_list("owner_id", flat=True)))
        found = list(listed.first_visible_of_each(world.reader, "owner", keys[:2], limit=limit))
        for key in keys[:2]:
            expected = list(listed.filter(owner=key).visible_to(world.reader)[:limit])
            assert [record for record in found if record.owner_id == key] == expected
        assert {record.owner_id for record in found} <= set(keys[:2])
        counted = listed.count_visible_of_each(world.reader, "owner", keys[:2], most=limit)
        assert counted == {
            key: min(limit, listed.filter(owner=key).visible_to(world.reader).count()) for key in keys[:2]
        }

    rolled_back(compare)


@in_any_company
@given(plan=plans(), model=MODELS, condition=FILTERS, most=st.integers(1, 5))
def test_the_fast_count_is_the_predicates_count(plan: Plan, model: Any, condition: dict[str, Any], most: int) -> None:
    def compare() -> None:
        world = store(plan, model)
        filtered = model.objects.filter(**condition).order_by()
        visible = set(filtered.visible_to(world.reader))
        assert filtered.count_visible(world.reader, most=most) == min(len(visible), most)
        some = list(filtered.first_visible(world.reader, limit=most))
        assert len(some) == len(set(some) & visible) == min(len(visible), most)

    rolled_back(compare)


@in_any_company
@given(plan=plans(), model=MODELS)
def test_the_predicate_says_what_the_rule_says(plan: Plan, model: Any) -> None:
    def compare() -> None:
        world = store(plan, model)
        assert set(world.places(model.objects.visible_to(world.reader))) == plan.visible()
        changeable = plan.visible() & plan.reached(Action.CHANGE)
        assert set(world.places(model.objects.editable_by(world.reader))) == changeable
        binned = {place for place, row in enumerate(plan.rows) if row.is_deleted}
        his_bin = binned & plan.reached(Action.VIEW) & plan.reached(Action.DELETE)
        assert set(world.places(model.objects.in_bin_of(world.reader))) == his_bin

    rolled_back(compare)


@in_any_company
@given(plan=plans(), model=MODELS)
def test_one_record_is_judged_as_the_querysets_judge_it(plan: Plan, model: Any) -> None:
    def compare() -> None:
        world = store(plan, model)
        reader = world.reader
        for place, record in enumerate(world.records):
            expected = _actions_of(plan, place)
            assert allowed_actions(record, reader) == expected
            for action in Action:
                assert _has_perm(world, reader, action, record) == (action in expected), action

    rolled_back(compare)


def _actions_of(plan: Plan, place: int) -> frozenset[Action]:
    if place not in plan.reached(Action.VIEW):
        return frozenset()
    return frozenset(action for action in Action if place in plan.reached(action))


def _has_perm(world: World, reader: Any, action: Action, record: Any) -> bool:
    meta = world.model._meta
    return bool(reader.has_perm(f"{meta.app_label}.{action.value}_{meta.model_name}", record))
