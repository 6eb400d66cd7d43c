"""Users, teams and roles in the Django admin."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client as Browser
from django.urls import NoReverseMatch, reverse

from crm.access.registry import record_model_of
from crm.access.rights import Action, FieldAccess, Scope
from teams.models import FieldRule, Grant, Membership, Role, Team, User
from teams.tests.factories import Cast, RoleFactory, TeamFactory, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def browser(cast: Cast) -> Browser:
    browser = Browser()
    browser.force_login(cast.dana, backend="teams.backends.SignInBackend")
    return browser


def rows(prefix: str, *rows: dict[str, Any], known: int = 0) -> dict[str, Any]:
    sent: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": known}
    for number, row in enumerate(rows):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return sent


def errors(response: Any) -> str:
    return str(response.content.decode()) if response.status_code == 200 else ""


def test_every_page_of_people_teams_and_roles_opens(browser: Browser, cast: Cast) -> None:
    team = Team.objects.get(name="North")
    for name, pk in (("user", cast.ann.pk), ("team", team.pk), ("role", cast.fin.role.pk)):
        for page, arguments in (("changelist", []), ("add", []), ("change", [pk]), ("history", [pk])):
            address = reverse(f"admin:teams_{name}_{page}", args=arguments)
            # The history of a role stands on its own page.
            expected = 302 if (name, page) == ("role", "history") else 200
            assert browser.get(address).status_code == expected, address
        assert browser.get(reverse(f"admin:teams_{name}_changelist"), {"q": "n"}).status_code == 200


def test_a_role_is_made_with_its_grants_and_rules(browser: Browser) -> None:
    sent = {
        "name": "Clerk",
        "rank": 7,
        **rows("grants", {"record_type": "clients.client", "action": "view", "scope": Scope.TEAM}),
        **rows("field_rules", {"target": "contacts.contact:phones", "access": FieldAccess.HIDDEN}),
    }
    answer = browser.post(reverse("admin:teams_role_add"), sent)
    assert answer.status_code == 302, errors(answer)
    role = Role.objects.get(name="Clerk")
    grant, rule = role.grants.get(), role.field_rules.get()
    assert (grant.record_type, grant.action, grant.scope) == ("clients.client", Action.VIEW, Scope.TEAM)
    assert (rule.record_type, rule.field, rule.access) == ("contacts.contact", "phones", FieldAccess.HIDDEN)
    shown = browser.get(reverse("admin:teams_role_change", args=[role.pk])).content.decode()
    assert '<option value="contacts.contact:phones" selected>' in shown


@pytest.mark.parametrize("target", ["contacts.contact:version", "contacts.contact:", "teams.user:email", "phones"])
def test_only_fields_that_can_be_ruled_are_accepted(browser: Browser, target: str) -> None:
    sent = {"name": "Clerk", "rank": 7, **rows("grants"), **rows("field_rules", {"target": target, "access": "hidden"})}
    assert browser.post(reverse("admin:teams_role_add"), sent).status_code == 200
    assert not Role.objects.filter(name="Clerk").exists()


def test_a_field_or_a_grant_stands_once_in_a_role(browser: Browser) -> None:
    rule = {"target": "contacts.contact:phones", "access": "hidden"}
    sent = {"name": "Clerk", "rank": 7, **rows("grants"), **rows("field_rules", rule, rule)}
    answer = browser.post(reverse("admin:teams_role_add"), sent)
    assert "The same field stands here twice." in errors(answer)
    grant = {"record_type": "clients.client", "action": "view", "scope": 1}
    sent = {"name": "Clerk", "rank": 7, **rows("grants", grant, grant), **rows("field_rules")}
    assert browser.post(reverse("admin:teams_role_add"), sent).status_code == 200
    assert not Role.objects.filter(name="Clerk").exists()


def test_a_role_in_use_is_not_deleted(browser: Browser, cast: Cast) -> None:
    browser.post(reverse("admin:teams_role_delete", args=[cast.ann.role.pk]), {"post": "yes"})
    assert Role.objects.filter(pk=cast.ann.role.pk).exists()
    idle = RoleFactory()
    browser.post(reverse("admin:teams_role_delete", args=[idle.pk]), {"post": "yes"})
    assert not Role.objects.filter(pk=idle.pk).exists()


def test_a_person_is_added_with_a_role_and_an_e_mail_in_lower_case(browser: Browser, cast: Cast) -> None:
    sent = {
        "username": "eva",
        "email": "Eva@Porada.Example",
        "usable_password": "true",
        "password1": "a long enough secret",
        "password2": "a long enough secret",
        "role": cast.ann.role.pk,
    }
    answer = browser.post(reverse("admin:teams_user_add"), sent)
    assert answer.status_code == 302, errors(answer)
    eva = User.objects.get(username="eva")
    assert (eva.email, eva.role) == ("eva@porada.example", cast.ann.role)
    assert eva.check_password("a long enough secret")


@pytest.mark.parametrize("taken", [{"username": "ANN"}, {"email": "ANN@porada.example"}])
def test_a_name_or_e_mail_is_taken_once_whatever_its_case(browser: Browser, taken: dict[str, str]) -> None:
    sent = {"username": "eva", "email": "eva@porada.example", "usable_password": "false", **taken}
    assert "already" in errors(browser.post(reverse("admin:teams_user_add"), sent))
    assert User.objects.count() == 5


def test_people_are_never_deleted_and_are_deactivated_on_their_own_page(browser: Browser, cast: Cast) -> None:
    assert browser.post(reverse("admin:teams_user_delete", args=[cast.bob.pk]), {"post": "yes"}).status_code == 403
    form = browser.get(reverse("admin:teams_user_change", args=[cast.bob.pk])).context["adminform"].form
    values = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    assert "is_active" not in values
    membership = cast.bob.memberships.get()
    row = {"id": membership.pk, "user": cast.bob.pk, "team": membership.team_id, "share": 100}
    address = reverse("admin:teams_user_change", args=[cast.bob.pk])
    answer = browser.post(address, {**values, **rows("memberships", row, known=1)})
    assert answer.status_code == 302, errors(answer)
    assert User.objects.get(pk=cast.bob.pk).is_active


def test_a_team_gets_its_place_and_its_people(browser: Browser, cast: Cast) -> None:
    north = Team.objects.get(name="North")
    people = rows("memberships", {"user": cast.cy.pk, "position": "Seller", "share": 60})
    answer = browser.post(reverse("admin:teams_team_add"), {"name": "Far north", "parent": north.pk, **people})
    assert answer.status_code == 302, errors(answer)
    team = Team.objects.get(name="Far north")
    assert (team.parent, team.people.get()) == (north, cast.cy)
    listed = browser.get(reverse("admin:teams_team_changelist")).content.decode()
    assert "— Far north" in listed


def test_a_team_does_not_lie_below_itself(browser: Browser) -> None:
    top = TeamFactory()
    bottom = TeamFactory(parent=top)
    sent = {"name": top.name, "parent": bottom.pk, **rows("memberships")}
    assert browser.post(reverse("admin:teams_team_change", args=[top.pk]), sent).status_code == 200
    assert Team.objects.get(pk=top.pk).parent is None


def test_what_stands_behind_the_scenes_is_not_edited(browser: Browser) -> None:
    assert Group.objects.exists()
    for name in ("auth_group", "account_emailaddress", "account_emailconfirmation"):
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{name}_changelist")
    assert reverse("admin:teams_role_changelist")


def test_a_team_with_records_or_below_teams_stays(browser: Browser, cast: Cast) -> None:
    north = Team.objects.get(name="North")
    client: Any = record_model_of("clients.client")
    client.objects.create(name="Acme", team=north)
    browser.post(reverse("admin:teams_team_delete", args=[north.pk]), {"post": "yes"})
    assert Team.objects.filter(pk=north.pk).exists()
    assert Membership.objects.filter(team=north).exists()


def test_grants_and_rules_of_unknown_types_do_not_break_the_page(browser: Browser, cast: Cast) -> None:
    Grant.objects.create(role=cast.ann.role, record_type="gone.thing", action="view", scope=1)
    FieldRule.objects.create(role=cast.ann.role, record_type="gone.thing", field="x")
    assert browser.get(reverse("admin:teams_role_change", args=[cast.ann.role.pk])).status_code == 200
