"""Giving one record away: by whom, how far, and until when."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from guardian.utils import get_group_obj_perms_model, get_user_obj_perms_model

from clients.models import Client, ClientTeamShare, ClientUserShare
from clients.tests.factories import make_client
from contacts.models import Contact
from contacts.tests.factories import make_contact
from crm.access.explaining import who_sees
from crm.access.querysets import allowed_actions
from crm.access.rights import Action, Scope
from crm.access.shares import CannotBeSharedWith, share, withdraw
from crm.access.writing import move_to_bin, restore_from_bin
from teams.models import Team, User
from teams.tests.factories import Cast, RoleFactory, UserFactory, grant_all, join, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture(params=[make_client, make_contact], ids=["client", "contact"])
def record(request: pytest.FixtureRequest, cast: Cast) -> Any:
    return request.param(cast.ann, "Acme")


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def sees(user: User, record: Any) -> bool:
    return bool(type(record).objects.visible_to(fresh(user)).filter(pk=record.pk).exists())


def changes(user: User, record: Any) -> bool:
    return bool(type(record).objects.editable_by(fresh(user)).filter(pk=record.pk).exists())


def test_a_person_sees_what_is_shared_with_him_until_it_is_withdrawn(cast: Cast, record: Any) -> None:
    assert not sees(cast.cy, record)
    share(record, with_user=cast.cy, action=Action.VIEW, actor=cast.ann)
    assert sees(cast.cy, record)
    assert not changes(cast.cy, record)
    assert withdraw(record, with_user=cast.cy, action=Action.VIEW, actor=cast.ann)
    assert not sees(cast.cy, record)
    assert not withdraw(record, with_user=cast.cy, action=Action.VIEW, actor=cast.ann)


def test_a_team_changes_what_is_shared_with_it_for_changing(cast: Cast, record: Any) -> None:
    south = Team.objects.get(name="South")
    share(record, with_team=south, action=Action.CHANGE, actor=cast.ann)
    assert sees(cast.cy, record)
    assert changes(cast.cy, record)
    cast.cy.memberships.all().delete()
    assert not sees(cast.cy, record)


def test_sharing_twice_gives_once(cast: Cast, record: Any) -> None:
    first = share(record, with_user=cast.cy, action=Action.VIEW, actor=cast.ann)
    assert share(record, with_user=cast.cy, action=Action.VIEW, actor=cast.ann) == first


def surfaces(user: User, record: Any) -> list[bool]:
    """Whether the user may change the record, as each surface tells it."""
    meta, records = record._meta, type(record).objects.order_by("id")
    return [
        changes(user, record),
        record in records.first_visible(fresh(user), limit=5),
        record in records.first_visible(fresh(user), limit=5, action=Action.CHANGE),
        Action.CHANGE in allowed_actions(record, fresh(user)),
        fresh(user).has_perm(f"{meta.app_label}.change_{meta.model_name}", record),
        user in [onlooker.user for onlooker in who_sees(record)],
    ]


@pytest.mark.parametrize("holder", ["person", "team"])
def test_a_share_that_has_ended_gives_nothing_on_any_surface(cast: Cast, record: Any, holder: str) -> None:
    with_whom = {"with_user": cast.cy} if holder == "person" else {"with_team": Team.objects.get(name="South")}
    soon = timezone.now() + timedelta(days=1)
    given = share(record, action=Action.CHANGE, actor=cast.ann, until=soon, **with_whom)
    assert surfaces(cast.cy, record) == [True] * 6
    type(given).objects.filter(pk=given.pk).update(until=timezone.now())
    assert surfaces(cast.cy, record) == [False] * 6
    share(record, action=Action.CHANGE, actor=cast.ann, **with_whom)
    assert surfaces(cast.cy, record) == [True] * 6


def test_a_share_does_not_begin_in_the_past(cast: Cast, record: Any) -> None:
    with pytest.raises(CannotBeSharedWith, match="past"):
        share(record, action=Action.VIEW, actor=cast.ann, with_user=cast.cy, until=timezone.now())
    assert not sees(cast.cy, record)


def test_who_may_not_share_a_record_cannot(cast: Cast, record: Any) -> None:
    with pytest.raises(PermissionDenied):
        share(record, with_user=cast.cy, action=Action.VIEW, actor=cast.cy)
    reader = join(UserFactory(role=grant_all(RoleFactory(), Scope.ALL, actions=[Action.VIEW])), Team.objects.first())
    with pytest.raises(PermissionDenied):
        share(record, with_user=cast.cy, action=Action.VIEW, actor=reader)
    assert not sees(cast.cy, record)
    share(record, with_user=cast.cy, action=Action.VIEW, actor=cast.bob)
    assert sees(cast.cy, record)


def test_nobody_gives_more_than_he_has(cast: Cast, record: Any) -> None:
    role = grant_all(RoleFactory(), Scope.ALL, actions=[Action.VIEW, Action.SHARE])
    sharer = UserFactory(role=role)
    with pytest.raises(PermissionDenied):
        share(record, with_user=cast.cy, action=Action.CHANGE, actor=sharer)
    assert not changes(cast.cy, record)
    share(record, with_user=cast.cy, action=Action.VIEW, actor=sharer)
    assert sees(cast.cy, record)


def test_who_was_only_shown_a_record_cannot_show_it_on(cast: Cast, record: Any) -> None:
    share(record, with_user=cast.cy, action=Action.VIEW, actor=cast.ann)
    with pytest.raises(PermissionDenied):
        share(record, with_user=cast.fin, action=Action.VIEW, actor=fresh(cast.cy))
    share(record, with_user=cast.cy, action=Action.SHARE, actor=cast.ann)
    dan = UserFactory()
    share(record, with_user=dan, action=Action.VIEW, actor=fresh(cast.cy))
    assert sees(dan, record)


def test_an_invented_owner_does_not_let_anybody_share(cast: Cast, record: Any) -> None:
    record.owner, record.team = cast.cy, Team.objects.get(name="South")
    with pytest.raises(PermissionDenied):
        share(record, with_user=cast.fin, action=Action.VIEW, actor=cast.cy)


def test_a_share_is_with_one_person_or_one_team(cast: Cast, record: Any) -> None:
    with pytest.raises(ValueError, match="one person or with one team"):
        share(record, action=Action.VIEW, actor=cast.ann)
    with pytest.raises(ValueError, match="one person or with one team"):
        share(record, action=Action.VIEW, actor=cast.ann, with_user=cast.cy, with_team=Team.objects.first())


def test_shares_rest_in_the_recycle_bin_and_come_back(cast: Cast, record: Any) -> None:
    share(record, with_user=cast.cy, action=Action.CHANGE, actor=cast.ann)
    move_to_bin(record, actor=cast.ann)
    assert not sees(cast.cy, record)
    with pytest.raises(PermissionDenied):
        share(record, with_user=cast.fin, action=Action.VIEW, actor=cast.ann)
    restore_from_bin(record, actor=cast.ann)
    assert changes(cast.cy, record)


def test_shares_are_deleted_with_their_record(cast: Cast, record: Any) -> None:
    model = type(record)
    share(record, with_user=cast.cy, action=Action.VIEW, actor=cast.ann)
    share(record, with_team=Team.objects.get(name="South"), action=Action.VIEW, actor=cast.ann)
    tables = (get_user_obj_perms_model(model), get_group_obj_perms_model(model))
    assert [table.objects.count() for table in tables] == [1, 1]
    record.delete()
    assert [table.objects.count() for table in tables] == [0, 0]


def test_shares_are_kept_in_tables_of_their_record_type(db: None) -> None:
    assert get_user_obj_perms_model(Client) is ClientUserShare
    assert get_group_obj_perms_model(Client) is ClientTeamShare
    assert get_user_obj_perms_model(Contact)._meta.get_field("content_object").related_model is Contact
