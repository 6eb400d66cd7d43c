"""Who sees a record and why: in words, and never at odds with the predicate."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clients.models import Client
from clients.tests.factories import make_client
from contacts.models import Contact
from crm.access.explaining import Way, who_sees
from crm.access.querysets import allowed_actions
from crm.access.rights import Action, Scope
from crm.access.shares import share
from crm.access.tests.worlds import Plan, plans, store
from crm.access.writing import hand_over
from teams.models import Team, User
from teams.tests.factories import Cast, RoleFactory, TeamFactory, UserFactory, grant_all, join, make_cast

pytestmark = pytest.mark.django_db


@settings(
    max_examples=30,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(plan=plans(), model=st.sampled_from((Client, Contact)))
def test_the_explanation_is_the_predicate_turned_round(plan: Plan, model: Any) -> None:
    with transaction.atomic():
        world = store(plan, model)
        UserFactory(is_superuser=True, role=None)
        User.objects.filter(pk=world.people[-1].pk).update(is_active=False)
        people = list(User.objects.all())
        seen = {user.pk: set(model.objects.visible_to(user).values_list("pk", flat=True)) for user in people}
        for record in model.objects.alive():
            told = {onlooker.user.pk: onlooker.actions for onlooker in who_sees(record)}
            assert set(told) == {user.pk for user in people if record.pk in seen[user.pk]}
            for user in people:
                assert told.get(user.pk, frozenset()) == allowed_actions(record, user)
        transaction.set_rollback(True)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def acme(cast: Cast) -> Any:
    return make_client(cast.ann, "Acme")


def reasons(record: Any, user: User) -> list[str]:
    return [reason.text for one in who_sees(record) if one.user == user for reason in one.reasons]


def test_every_way_has_its_words(cast: Cast, acme: Any) -> None:
    north = Team.objects.get(name="North")
    top = TeamFactory(name="Top")
    Team.objects.filter(pk=north.pk).update(parent=top)
    head = join(UserFactory(role=grant_all(RoleFactory(name="head"), Scope.TEAM_AND_BELOW)), top)
    director = UserFactory(role=grant_all(RoleFactory(name="director"), Scope.ALL))
    share(acme, with_user=cast.cy, action=Action.VIEW, actor=cast.ann, until=timezone.now() + timedelta(days=9))
    assert reasons(acme, cast.ann) == ["Owns it", "In the team North (role sales manager: team)"]
    assert reasons(acme, cast.bob) == ["In the team North (role sales manager: team)"]
    assert reasons(acme, head) == ["Above the team North (role head: team and below)"]
    assert reasons(acme, director) == ["Role director: all"]
    assert reasons(acme, cast.dana) == ["Administrator"]
    (by_share,) = reasons(acme, cast.cy)
    assert by_share.startswith("Shared by ann, until ")


def test_a_share_with_a_team_names_the_team(cast: Cast, acme: Any) -> None:
    share(acme, with_team=Team.objects.get(name="South"), action=Action.EXPORT, actor=cast.ann)
    assert reasons(acme, cast.cy) == ["Shared by ann with the team South (Export)"]


def test_somebody_without_a_role_is_told_by_his_share(cast: Cast, acme: Any) -> None:
    User.objects.filter(pk=cast.cy.pk).update(role=None)
    assert reasons(acme, cast.cy) == []
    share(acme, with_user=cast.cy, action=Action.VIEW, actor=cast.ann)
    (onlooker,) = [one for one in who_sees(acme) if one.user == cast.cy]
    assert onlooker.way == Way.SHARE
    assert onlooker.actions == {Action.VIEW}
    assert list(Client.objects.visible_to(User.objects.get(pk=cast.cy.pk))) == [acme]


def test_the_explanation_of_a_contact_names_nothing_out_of_sight(cast: Cast) -> None:
    """The record's own team and people are named, which colleagues know; no other record ever is."""
    acme, hidden = make_client(cast.ann, "Acme"), make_client(cast.cy, "Vorskla")
    hand_over(hidden, owner=cast.cy, team=Team.objects.get(name="South"), actor=cast.dana)
    share(hidden, with_user=cast.fin, action=Action.VIEW, actor=cast.cy)
    told = " ".join(reason.text for one in who_sees(acme) for reason in one.reasons)
    assert "North" in told
    assert "Vorskla" not in told
    assert "cy" not in told.split()
