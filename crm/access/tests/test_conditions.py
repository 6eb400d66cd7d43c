"""The predicate as text reaches what the querysets reach, in any company: tried with companies made at random."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from clients.models import Client
from clients.tests.factories import make_client
from crm.access.conditions import reach_sql
from crm.access.rights import Action
from crm.access.tests.test_first_visible import MODELS, in_any_company, rolled_back
from crm.access.tests.worlds import Plan, plans, store
from teams.tests.factories import make_cast

pytestmark = pytest.mark.django_db


def reached(model: Any, user: Any, action: Action) -> set[Any]:
    condition, params = reach_sql(model, user, action, alias="r")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {model._meta.db_table} AS r WHERE {condition}", params)  # noqa: S608
        return {pk for (pk,) in cursor.fetchall()}


@in_any_company
@given(plan=plans(), model=MODELS, action=st.sampled_from([action for action in Action if action != Action.ADD]))
def test_the_text_reaches_what_the_querysets_reach(plan: Plan, model: Any, action: Action) -> None:
    def compare() -> None:
        reader = store(plan, model).reader
        allowed = model.objects.allowed_to(reader, action)
        assert reached(model, reader, action) == set(allowed.values_list("pk", flat=True))

    rolled_back(compare)


def test_nobody_signed_out_or_deactivated_reaches_anything() -> None:
    cast = make_cast()
    client = make_client(cast.ann)
    assert reached(Client, cast.ann, Action.VIEW) == {client.pk}
    cast.ann.is_active = False
    for user in (None, AnonymousUser(), cast.ann, cast.cy):
        assert reached(Client, user, Action.VIEW) == set()
