"""What a role's grants and field rules say, and the permissions that templates and the admin ask for."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from clients.models import Client
from clients.tests.factories import make_client
from contacts.models import Contact
from crm.access.models import SYSTEM_FIELDS
from crm.access.registry import record_model_of, record_models, ruled_field_choices
from crm.access.rights import Action, FieldAccess, Scope, forget_rights, hidden_fields, locked_fields, may, rights_of
from crm.access.writing import move_to_bin
from projects.models import Deal, PriceList, Product, Project
from tasks.models import Task, TimeEntry
from teams.models import FieldRule, Grant, Team, User
from teams.tests.factories import FIN_HIDDEN, Cast, RoleFactory, TeamFactory, UserFactory, grant_all, join, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def test_hidden_fields_are_those_of_the_role_and_the_type(cast: Cast) -> None:
    assert hidden_fields(cast.fin, Client) == set(FIN_HIDDEN["clients.client"])
    assert hidden_fields(cast.fin, Contact) == set(FIN_HIDDEN["contacts.contact"])
    assert hidden_fields(cast.ann, Client) == frozenset()


def test_read_only_fields_are_locked_and_not_hidden(cast: Cast) -> None:
    FieldRule.objects.create(
        role=cast.ann.role, record_type="clients.client", field="name", access=FieldAccess.READ_ONLY
    )
    assert hidden_fields(cast.ann, Client) == frozenset()
    assert locked_fields(cast.ann, Client) == {"name"}
    assert locked_fields(cast.fin, Client) == set(FIN_HIDDEN["clients.client"])


def test_no_rule_holds_for_a_superuser(cast: Cast) -> None:
    cast.dana.role = cast.fin.role
    assert locked_fields(cast.dana, Client) == frozenset()
    assert may(cast.dana, Action.DELETE, Client)


def test_rights_are_loaded_once_for_a_user_until_forgotten(cast: Cast, django_assert_num_queries: Any) -> None:
    rights_of(cast.ann)
    with django_assert_num_queries(0):
        may(cast.ann, Action.VIEW, Client)
        hidden_fields(cast.ann, Contact)
    Grant.objects.all().delete()
    assert may(cast.ann, Action.VIEW, Client)
    forget_rights(cast.ann)
    assert not may(cast.ann, Action.VIEW, Client)


def test_teams_below_are_found_to_any_depth(cast: Cast) -> None:
    top = TeamFactory()
    middle = TeamFactory(parent=top)
    bottom = TeamFactory(parent=middle)
    TeamFactory()
    chief = join(UserFactory(role=grant_all(RoleFactory(), Scope.TEAM_AND_BELOW)), top)
    assert rights_of(chief).below_ids == {top.pk, middle.pk, bottom.pk}
    assert rights_of(chief).team_ids == {top.pk}


def test_record_types_are_found_by_their_label() -> None:
    assert set(record_models()) == {Client, Contact, Deal, Product, PriceList, Project, Task, TimeEntry}
    assert record_model_of("clients.client") is Client
    assert record_model_of("Contacts.Contact") is Contact
    assert record_model_of("teams.user") is None
    assert record_model_of("clients.clientphone") is None


def test_fields_and_parts_can_be_ruled_and_system_fields_cannot() -> None:
    choices = dict(ruled_field_choices())
    of_contact = {name for name, _ in choices["contacts.contact"]}
    assert {"last_name", "birthday", "phones", "emails", "messengers", "employments", "owner"} <= of_contact
    assert not of_contact & SYSTEM_FIELDS


# The backend


def test_a_permission_without_a_record_asks_the_role(cast: Cast) -> None:
    Grant.objects.filter(role=cast.ann.role, action=Action.EXPORT, record_type="clients.client").delete()
    ann = User.objects.get(pk=cast.ann.pk)
    assert ann.has_perm("clients.view_client")
    assert ann.has_perm("contacts.export_contact")
    assert not ann.has_perm("clients.export_client")
    assert cast.dana.has_perm("clients.export_client")


def test_a_permission_on_a_record_asks_its_scope(cast: Cast) -> None:
    client = make_client(cast.ann)
    for action in Action:
        permission = f"clients.{action.value}_client"
        assert cast.bob.has_perm(permission, client)
        assert cast.cy.has_perm(permission, client) == (action == Action.ADD)


def test_what_no_role_can_give_is_denied(cast: Cast) -> None:
    client = make_client(cast.ann)
    assert cast.ann.has_perm("clients.view_client", client)
    for unknown in ("clients.purge_client", "contacts.view_contact", "teams.change_role", "nonsense", ""):
        assert not cast.ann.has_perm(unknown, client), unknown
    assert not cast.ann.has_perm("teams.change_role")
    assert not cast.ann.has_perm("teams.change_user")


def test_the_signed_out_and_the_deactivated_have_no_permission(cast: Cast) -> None:
    client = make_client(cast.ann)
    assert cast.ann.has_perm("clients.view_client", client)
    assert cast.ann.has_module_perms("clients")
    cast.ann.is_active = False
    cast.ann.save()
    for nobody in (User.objects.get(pk=cast.ann.pk), AnonymousUser()):
        assert not nobody.has_perm("clients.view_client")
        assert not nobody.has_perm("clients.view_client", client)
        assert not nobody.has_module_perms("clients")


def test_a_module_opens_by_any_grant_in_it(cast: Cast) -> None:
    reader = UserFactory()
    assert not reader.has_module_perms("clients")
    Grant.objects.create(role=reader.role, record_type="clients.client", action=Action.VIEW, scope=Scope.OWN)
    reader = User.objects.get(pk=reader.pk)
    assert reader.has_module_perms("clients")
    assert not reader.has_module_perms("contacts")
    assert not reader.has_module_perms("teams")


def test_a_binned_record_is_judged_as_before(cast: Cast) -> None:
    client = make_client(cast.ann)
    move_to_bin(client, actor=cast.ann)
    assert cast.ann.has_perm("clients.delete_client", client)
    assert not cast.cy.has_perm("clients.delete_client", client)


def test_a_team_has_the_group_that_shares_go_to(cast: Cast) -> None:
    team = Team.objects.get(name="North")
    assert rights_of(cast.ann).group_ids == {team.group_id}
