"""Whoever works on a project sees it and its client, on every path alike: tried with companies made at random."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clients.models import Client
from crm.access.explaining import who_sees
from crm.access.querysets import allowed_actions
from crm.access.rights import Action, Scope
from crm.access.tests.worlds import Plan, World, plans, store
from projects.models import Project, ProjectMember, ProjectStage
from projects.services import install_ready_project_stages
from projects.tests.project_factories import make_project
from teams.tests.factories import make_cast

pytestmark = pytest.mark.django_db
in_any_company = settings(
    max_examples=30,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@dataclass(frozen=True)
class Work:
    """The reader on the team of a project of this row; the days count from today, None is open."""

    row: int
    since: int | None
    until: int | None
    is_binned: bool

    @property
    def lasts(self) -> bool:
        return (self.since is None or self.since <= 0) and (self.until is None or self.until >= 0)


DAYS = st.sampled_from((None, -2, -1, 0, 1, 2))
PERIODS = st.tuples(DAYS, DAYS).filter(lambda days: None in days or days[0] <= days[1])
WORKS = st.lists(
    st.builds(
        lambda row, period, is_binned: Work(row, *period, is_binned),
        row=st.integers(0, 4),
        period=PERIODS,
        is_binned=st.sampled_from((False, False, True)),
    ),
    max_size=4,
)


def project(**fields: Any) -> Project:
    stage = ProjectStage.objects.first()
    return Project(code=str(uuid4())[:30], stage=stage, currency="EUR", **fields)


def put_to_work(world: World, work: Work) -> None:
    on = world.records[work.row]
    if isinstance(on, Client):
        on = project(name="Work", client=on, deleted_at=timezone.now() if work.is_binned else None)
        on.save()
    today = timezone.localdate()
    starts, ends = (None if day is None else today + timedelta(days=day) for day in (work.since, work.until))
    ProjectMember.objects.create(project=on, user=world.reader, starts=starts, ends=ends)


def by_work(plan: Plan, model: Any, works: list[Work]) -> set[int]:
    """The rows that the reader sees by working, in the words of the rule."""
    if model is Client and plan.scopes[Action.VIEW] == Scope.NONE:
        return set()
    return {work.row for work in works if work.lasts and (model is Project or not work.is_binned)}


@in_any_company
@given(plan=plans(), model=st.sampled_from((Client, Project)), works=WORKS, limit=st.integers(1, 5))
def test_what_one_works_on_is_seen_on_every_path_alike(plan: Plan, model: Any, works: list[Work], limit: int) -> None:
    with transaction.atomic():
        install_ready_project_stages()
        stage = ProjectStage.objects.first()
        more = (lambda place: {"code": f"C-{place}", "stage": stage}) if model is Project else (lambda _place: {})
        world = store(plan, model, more)
        for work in works:
            put_to_work(world, work)
        expected = plan.reached(Action.VIEW) | by_work(plan, model, works)
        alive = {place for place, row in enumerate(plan.rows) if not row.is_deleted}
        reader, listed = world.reader, model.objects.filter(pk__in=[one.pk for one in world.records])
        assert set(world.places(listed.visible_to(reader))) == expected & alive
        ordered = listed.order_by("name", "id")
        assert list(ordered.first_visible(reader, limit=limit)) == list(ordered.visible_to(reader)[:limit])
        assert listed.count_visible(reader, most=limit) == min(limit, len(expected & alive))
        for place, record in enumerate(world.records):
            assert (Action.VIEW in allowed_actions(record, reader)) == (place in expected), place
            assert (reader in [one.user for one in who_sees(record)]) == (place in expected), place
        transaction.set_rollback(True)


def test_working_gives_sight_and_nothing_else() -> None:
    """A member changes, deletes, exports and shares nothing by being one."""
    cast = make_cast()
    made = make_project(cast.ann, parts={"members": [ProjectMember(user=cast.cy)]})
    assert allowed_actions(made, cast.cy) == {Action.VIEW}
    assert Action.CHANGE in allowed_actions(made, cast.ann)
