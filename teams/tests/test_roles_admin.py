"""Roles and the log of looks in the Django admin, for staff who are not superusers."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import NoReverseMatch, reverse

from crm.access.rights import Scope
from crm.pages.testing import browser_of
from teams.models import Role, SeenAs, User
from teams.selectors.roles import grants_of, latest_version
from teams.selectors.roles_history import role_versions
from teams.tests.factories import RoleFactory, UserFactory, grant_all, grant_roles

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    """Staff of rank 50, who does everything with roles and reaches his team."""
    return UserFactory(role=grant_roles(grant_all(RoleFactory(rank=50), Scope.TEAM)), is_staff=True)


def sent(role: Role, *grants: dict[str, Any], **changed: Any) -> dict[str, Any]:
    rows: dict[str, Any] = {f"{name}-{count}": 0 for name in ("grants", "field_rules") for count in ("INITIAL_FORMS",)}
    rows |= {"grants-TOTAL_FORMS": len(grants), "field_rules-TOTAL_FORMS": 0}
    for number, grant in enumerate(grants):
        rows |= {f"grants-{number}-{name}": value for name, value in grant.items()}
    own = {"name": role.name, "rank": role.rank, "read_version": latest_version(role) if role.pk else 0}
    return {**rows, **own, **changed}


def view(scope: int) -> dict[str, Any]:
    return {"record_type": "clients.client", "action": "view", "scope": scope}


def change(browser: Browser, role: Role, data: dict[str, Any]) -> Any:
    return browser.post(reverse("admin:teams_role_change", args=[role.pk]), data)


def test_staff_change_lower_roles_with_rights_they_have(boss: User) -> None:
    role, browser = RoleFactory(rank=10), browser_of(boss)
    for wrong in (view(Scope.ALL), {"record_type": "teams.company", "action": "change", "scope": 4}):
        answer = change(browser, role, sent(role, wrong))
        assert answer.status_code == 302
        assert "You lack this right" in browser.get(answer.url).content.decode()
        assert grants_of(role) == {}
    assert change(browser, role, sent(role, view(Scope.TEAM))).status_code == 302
    assert grants_of(role) == {("clients.client", "view"): Scope.TEAM}
    newest = role_versions(role, boss).versions[0]
    assert (newest.who, newest.changes[0].label) == (boss, "Clients · View")


@pytest.mark.parametrize("wrong", [{"rank": 50}, {"rank": 90}])
def test_no_rank_is_raised_to_ones_own(boss: User, wrong: dict[str, Any]) -> None:
    role, browser = RoleFactory(rank=10), browser_of(boss)
    change(browser, role, sent(role, **wrong))
    assert Role.objects.get(pk=role.pk).rank == 10
    change(browser, role, sent(role, rank=49))
    assert Role.objects.get(pk=role.pk).rank == 49
    browser.post(reverse("admin:teams_role_add"), sent(Role(name="Chief"), **wrong))
    assert not Role.objects.filter(name="Chief").exists()
    browser.post(reverse("admin:teams_role_add"), sent(Role(name="Clerk"), rank=9))
    assert Role.objects.filter(name="Clerk").exists()


def test_roles_of_equal_or_higher_rank_are_looked_at_only(boss: User) -> None:
    browser, peer = browser_of(boss), RoleFactory(rank=50)
    for role in (peer, boss.role):
        assert role is not None
        assert browser.get(reverse("admin:teams_role_change", args=[role.pk])).status_code == 200
        assert change(browser, role, sent(role, rank=1)).status_code == 403
        assert browser.post(reverse("admin:teams_role_delete", args=[role.pk]), {"post": "yes"}).status_code == 403
    assert set(Role.objects.filter(rank=50)) == {peer, boss.role}


def test_staff_without_rights_on_roles_do_not_find_them() -> None:
    seller = UserFactory(role=grant_all(RoleFactory(rank=50), Scope.ALL), is_staff=True)
    role = RoleFactory(rank=1)
    for name, arguments in (("changelist", []), ("add", []), ("change", [role.pk]), ("delete", [role.pk])):
        assert browser_of(seller).get(reverse(f"admin:teams_role_{name}", args=arguments)).status_code == 403
    assert browser_of(seller).get(reverse("admin:teams_seenas_changelist")).status_code == 403


def test_a_role_is_deleted_as_on_its_own_page(boss: User) -> None:
    browser, used, idle = browser_of(boss), RoleFactory(rank=10), RoleFactory(rank=10)
    UserFactory(role=used)
    for role in (used, idle):
        browser.post(reverse("admin:teams_role_delete", args=[role.pk]), {"post": "yes"})
    assert Role.objects.filter(pk=used.pk).exists()
    assert not Role.objects.filter(pk=idle.pk).exists()
    selected = {"action": "delete_selected", "_selected_action": [used.pk, RoleFactory(rank=60).pk], "post": "yes"}
    browser.post(reverse("admin:teams_role_changelist"), selected)
    assert Role.objects.filter(rank__in=(10, 60)).count() == 2


def test_the_second_of_two_editors_is_told(boss: User) -> None:
    role, browser = RoleFactory(rank=10), browser_of(boss)
    both = sent(role)
    assert change(browser, role, both | {"description": "first"}).status_code == 302
    answer = change(browser, role, both | {"description": "second"})
    assert "Somebody changed this role" in browser.get(answer.url).content.decode()
    assert Role.objects.get(pk=role.pk).description == "first"


def test_the_log_of_looks_is_read_and_never_written(boss: User) -> None:
    look = SeenAs.objects.create(actor=boss, user=UserFactory())
    browser = browser_of(boss)
    assert browser.get(reverse("admin:teams_seenas_changelist")).status_code == 200
    assert browser.get(reverse("admin:teams_seenas_change", args=[look.pk])).status_code == 200
    for name in ("change", "delete"):
        assert browser.post(reverse(f"admin:teams_seenas_{name}", args=[look.pk]), {"post": "yes"}).status_code == 403
    assert browser.get(reverse("admin:teams_seenas_add")).status_code == 403
    assert SeenAs.objects.count() == 1


def test_the_shortcut_to_any_object_is_closed_to_everybody(boss: User) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("admin:view_on_site", args=[1, 1])
    dana = UserFactory(role=None, is_superuser=True, is_staff=True)
    for user in (boss, dana):
        assert browser_of(user).get(f"/admin/r/1/{user.pk}/").status_code == 404
