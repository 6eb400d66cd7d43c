"""The one way records are written: what it keeps, what it refuses, and that a refusal leaves nothing behind."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from clients.models import Client, ClientPhone
from clients.services import create_client, save_client
from clients.tests.factories import make_client
from contacts.models import Contact, ContactPhone, Employment
from contacts.services import create_contact, save_contact
from contacts.tests.factories import make_contact
from crm.access.rights import Action, FieldAccess, Scope, forget_rights
from crm.access.writing import (
    LeavesScope,
    StaleVersion,
    change_record,
    create_record,
    hand_over,
    move_to_bin,
    restore_from_bin,
)
from teams.models import FieldRule, Grant, Team, User
from teams.selectors import home_team_of
from teams.tests.factories import Cast, RoleFactory, UserFactory, grant_all, join, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture(params=[make_client, make_contact], ids=["client", "contact"])
def record(request: pytest.FixtureRequest, cast: Cast) -> Any:
    return request.param(cast.ann, "Acme", phones=("+380440123456",))


@pytest.fixture
def south(cast: Cast) -> Iterator[Team]:
    return Team.objects.get(name="South")


def stored(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


def state(record: Any) -> tuple[Any, ...]:
    """All that a refused write must leave as it was."""
    now = stored(record)
    numbers = [(phone.pk, phone.typed) for phone in now.phones.all()]
    return (now.name, now.owner_id, now.team_id, now.version, now.updated_at, now.search_doc, numbers, versions(now))


def versions(record: Any) -> int:
    return int(record.history.count())


def phone_of(record: Any, typed: str) -> Any:
    return (ClientPhone if isinstance(record, Client) else ContactPhone)(typed=typed)


def restrict(user: User, action: Action, scope: Scope) -> None:
    Grant.objects.filter(role=user.role, action=action).update(scope=scope)
    forget_rights(user)


# Creating


def test_a_new_record_gets_its_parts_and_a_first_version(cast: Cast, record: Any) -> None:
    version = record.history.get()
    assert (version.history_type, version.history_user, version.version) == ("+", cast.ann, 1)
    assert [phone["typed"] for phone in version.parts["phones"]] == ["+380440123456"]
    assert "380440123456" in stored(record).search_doc


def test_nobody_creates_without_a_grant(cast: Cast) -> None:
    restrict(cast.ann, Action.ADD, Scope.NONE)
    with pytest.raises(PermissionDenied):
        create_client(Client(name="Acme", owner=cast.ann), actor=cast.ann)
    with pytest.raises(PermissionDenied):
        create_contact(Contact(last_name="Acme", owner=cast.ann), actor=cast.ann)
    assert not Client.objects.exists()
    assert not Contact.objects.exists()
    restrict(cast.ann, Action.ADD, Scope.OWN)
    assert create_client(Client(name="Acme", owner=cast.ann), actor=cast.ann).pk


def test_nobody_creates_a_record_that_he_could_not_see(cast: Cast, south: Team) -> None:
    for service, record in (
        (create_client, Client(name="Acme", owner=cast.cy, team=south)),
        (create_contact, Contact(last_name="Acme", owner=cast.cy, team=south)),
    ):
        with pytest.raises(LeavesScope):
            service(record, actor=cast.ann, parts={"phones": [phone_of(record, "+380440123456")]})
    for model in (Client, Contact, ClientPhone, ContactPhone, Client.history, Contact.history):
        assert not getattr(model, "objects", model).exists()
    assert create_client(Client(name="Acme", owner=cast.cy, team=south), actor=cast.cy).pk


def test_parts_of_another_record_are_copied_and_not_taken(cast: Cast) -> None:
    victim = make_client(cast.cy, "Victim", phones=("+380440123456",))
    stolen = victim.phones.get()
    thief = create_client(
        Client(name="Thief", owner=cast.ann, team=home_team_of(cast.ann)), actor=cast.ann, parts={"phones": [stolen]}
    )
    assert victim.phones.count() == 1
    assert thief.phones.count() == 1
    again = victim.phones.get()
    save_client(thief, actor=cast.ann, parts={"phones": [again]})
    assert victim.phones.count() == 1


# Changing


def test_a_change_keeps_the_parts_that_were_not_named(cast: Cast, record: Any) -> None:
    record.name = "Beta"
    change_record(record, actor=cast.bob)
    assert [phone.typed for phone in stored(record).phones.all()] == ["+380440123456"]
    assert "beta" in stored(record).search_doc
    assert "380440123456" in stored(record).search_doc
    version = record.history.first()
    assert (version.history_type, version.history_user, version.version) == ("~", cast.bob, 2)


def test_an_outsider_changes_nothing(cast: Cast, record: Any) -> None:
    before = state(record)
    record.name = "Beta"
    with pytest.raises(PermissionDenied):
        change_record(record, actor=cast.cy, parts={"phones": []})
    assert state(record) == before
    change_record(record, actor=cast.ann, parts={"phones": []})
    assert state(record) != before


def test_who_only_sees_a_record_does_not_change_it(cast: Cast, record: Any) -> None:
    restrict(cast.bob, Action.CHANGE, Scope.OWN)
    before = state(record)
    record.name = "Beta"
    with pytest.raises(PermissionDenied):
        change_record(record, actor=cast.bob)
    assert state(record) == before


def test_a_save_that_leaves_the_actors_reach_is_rolled_back_whole(cast: Cast, record: Any, south: Team) -> None:
    before = state(record)
    record.name, record.owner, record.team = "Beta", cast.cy, south
    with pytest.raises(LeavesScope):
        change_record(record, actor=cast.ann, parts={"phones": [phone_of(record, "+380441234567")]})
    assert state(record) == before
    again = stored(record)
    again.name, again.owner = "Beta", cast.bob
    change_record(again, actor=cast.ann, parts={"phones": [phone_of(record, "+380441234567")]})
    assert state(record) != before


def test_nobody_gives_away_by_saving_what_he_may_not_assign(cast: Cast, record: Any) -> None:
    restrict(cast.ann, Action.ASSIGN, Scope.NONE)
    before = state(record)
    record.owner = cast.bob
    with pytest.raises(PermissionDenied):
        change_record(record, actor=cast.ann)
    assert state(record) == before


def test_a_binned_record_is_not_changed(cast: Cast, record: Any) -> None:
    move_to_bin(record, actor=cast.ann)
    record.name = "Beta"
    with pytest.raises(PermissionDenied):
        change_record(record, actor=cast.ann)
    restore_from_bin(stored(record), actor=cast.ann)
    again = stored(record)
    again.name = "Beta"
    change_record(again, actor=cast.ann)
    assert stored(record).name == "Beta"


def test_an_old_version_is_refused_with_the_present_one(cast: Cast, record: Any) -> None:
    old = stored(record)
    record.name = "Beta"
    change_record(record, actor=cast.ann)
    before = state(record)
    old.name = "Gamma"
    with pytest.raises(StaleVersion) as refusal:
        change_record(old, actor=cast.bob)
    assert refusal.value.current.name == "Beta"
    assert state(record) == before
    for verb in (move_to_bin, restore_from_bin):
        with pytest.raises(StaleVersion):
            verb(old, actor=cast.bob)
    with pytest.raises(StaleVersion):
        hand_over(old, owner=cast.bob, team=old.team, actor=cast.bob)


# Locked fields


def lock(user: User, record: Any, *names: str, access: FieldAccess = FieldAccess.READ_ONLY) -> None:
    for name in names:
        FieldRule.objects.create(role=user.role, record_type=record._meta.label_lower, field=name, access=access)
    forget_rights(user)


@pytest.mark.parametrize("access", list(FieldAccess))
def test_a_locked_field_and_part_keep_what_is_stored(cast: Cast, record: Any, access: FieldAccess) -> None:
    type(record).objects.update(external_id="A-1")
    lock(cast.bob, record, "external_id", "phones", access=access)
    record = stored(record)
    record.external_id, record.city = "B-2", "Lviv"
    change_record(record, actor=cast.bob, parts={"phones": []})
    after = stored(record)
    assert (after.external_id, after.city) == ("A-1", "Lviv")
    assert after.phones.count() == 1
    assert after.history.first().external_id == "A-1"
    FieldRule.objects.all().delete()
    forget_rights(cast.bob)
    after.external_id = "B-2"
    change_record(after, actor=cast.bob, parts={"phones": []})
    assert stored(record).external_id == "B-2"
    assert stored(record).phones.count() == 0


def test_a_locked_field_of_a_new_record_stays_at_its_default(cast: Cast) -> None:
    lock(cast.ann, Client(), "status", "phones")
    client = Client(name="Acme", status="active", city="Lviv", owner=cast.ann, team=home_team_of(cast.ann))
    create_client(client, actor=cast.ann, parts={"phones": [ClientPhone(typed="+380440123456")]})
    after = stored(client)
    assert (after.status, after.city, after.phones.count()) == ("lead", "Lviv", 0)


def test_a_locked_owner_is_not_changed_by_saving(cast: Cast, record: Any) -> None:
    lock(cast.bob, record, "owner")
    record.owner = cast.bob
    change_record(record, actor=cast.bob)
    assert stored(record).owner == cast.ann


# Handing over


def test_handing_over_may_leave_the_actors_reach(cast: Cast, record: Any, south: Team) -> None:
    hand_over(record, owner=cast.cy, team=south, actor=cast.ann)
    after = stored(record)
    assert (after.owner, after.team, after.version) == (cast.cy, south, 2)
    assert after.history.first().history_user == cast.ann
    assert not type(record).objects.visible_to(cast.ann).exists()
    assert type(record).objects.visible_to(cast.cy).get() == after


def test_who_may_not_assign_does_not_hand_over(cast: Cast, record: Any, south: Team) -> None:
    restrict(cast.bob, Action.ASSIGN, Scope.OWN)
    before = state(record)
    for stranger in (cast.bob, cast.cy):
        with pytest.raises(PermissionDenied):
            hand_over(stored(record), owner=cast.cy, team=south, actor=stranger)
    assert state(record) == before
    hand_over(stored(record), owner=cast.cy, team=south, actor=User.objects.get(username="ann"))
    assert stored(record).owner == cast.cy


def test_who_may_not_write_the_owner_does_not_hand_over(cast: Cast, record: Any, south: Team) -> None:
    lock(cast.bob, record, "owner")
    with pytest.raises(PermissionDenied):
        hand_over(stored(record), owner=cast.cy, team=south, actor=cast.bob)
    FieldRule.objects.all().delete()
    forget_rights(cast.bob)
    hand_over(stored(record), owner=cast.cy, team=south, actor=cast.bob)
    assert stored(record).owner == cast.cy


def test_handing_over_changes_nothing_else(cast: Cast, record: Any, south: Team) -> None:
    name = record.name
    record.name = "smuggled in"
    hand_over(record, owner=cast.cy, team=south, actor=cast.ann)
    assert stored(record).name == name


# The recycle bin


def test_the_bin_keeps_a_record_with_its_parts(cast: Cast, record: Any) -> None:
    model = type(record)
    move_to_bin(record, actor=cast.ann)
    assert not model.objects.visible_to(cast.ann).exists()
    assert model.objects.in_bin_of(cast.ann).get() == record
    restore_from_bin(stored(record), actor=cast.ann)
    after = model.objects.visible_to(cast.ann).get()
    assert [phone.typed for phone in after.phones.all()] == ["+380440123456"]
    told = [(version.history_type, version.version) for version in after.history.all()]
    assert told == [("~", 3), ("~", 2), ("+", 1)]


def test_who_may_not_delete_neither_bins_nor_restores(cast: Cast, record: Any) -> None:
    restrict(cast.bob, Action.DELETE, Scope.OWN)
    for stranger in (cast.bob, cast.cy):
        with pytest.raises(PermissionDenied):
            move_to_bin(stored(record), actor=stranger)
    assert not stored(record).is_deleted
    move_to_bin(stored(record), actor=User.objects.get(username="ann"))
    for stranger in (cast.bob, cast.cy):
        with pytest.raises(PermissionDenied):
            restore_from_bin(stored(record), actor=stranger)
    assert stored(record).is_deleted


def test_binning_stores_nothing_but_the_deletion(cast: Cast, record: Any) -> None:
    name = record.name
    record.name = "smuggled in"
    move_to_bin(record, actor=cast.ann)
    assert stored(record).name == name


# Who acts


def test_the_deactivated_write_nothing(cast: Cast, record: Any) -> None:
    cast.ann.is_active = False
    cast.ann.save()
    leaver = User.objects.get(pk=cast.ann.pk)
    before = state(record)
    with pytest.raises(PermissionDenied):
        change_record(record, actor=leaver)
    with pytest.raises(PermissionDenied):
        create_record(Client(name="Acme", owner=leaver), actor=leaver)
    with pytest.raises(PermissionDenied):
        move_to_bin(stored(record), actor=leaver)
    assert state(record) == before


def test_a_contacts_employments_are_part_of_its_version(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    contact = make_contact(cast.ann, at=client)
    save_contact(contact, actor=cast.ann, parts={"employments": [Employment(client=client, job_title="Owner")]})
    titles = [version.parts["employments"][0]["job_title"] for version in contact.history.all()]
    assert titles == ["Owner", "Director"]


def test_a_manager_of_own_records_may_give_them_to_a_teammate(cast: Cast) -> None:
    role = grant_all(RoleFactory(), Scope.OWN)
    grant_all(role, Scope.TEAM, actions=[Action.VIEW])
    eva = join(UserFactory(role=role), Team.objects.get(name="North"))
    record = make_client(eva, "Acme")
    record.owner = cast.bob
    with pytest.raises(LeavesScope):
        save_client(record, actor=eva)
    hand_over(stored(record), owner=cast.bob, team=record.team, actor=eva)
    assert stored(record).owner == cast.bob
