"""People in the Django admin: who manages them there, and that their history tells it."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from crm.access.rights import Scope
from crm.history.plain import plain_versions
from teams.models import User
from teams.tests.factories import Cast, RoleFactory, UserFactory, grant_all, grant_management, join, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def boss(cast: Cast) -> User:
    role = grant_management(grant_all(RoleFactory(rank=50), Scope.TEAM), Scope.TEAM)
    return join(UserFactory(username="boss", role=role, is_staff=True), cast.ann.teams.get())


def page_of(reader: User, person: User, page: str = "teams_user_change") -> tuple[Browser, str]:
    browser = Browser()
    browser.force_login(reader)
    return browser, reverse(f"admin:{page}", args=[person.pk])


def sent(person: User, **changed: Any) -> dict[str, Any]:
    rows = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    own = {"username": person.username, "email": person.email, "language": "en", "time_zone": "Europe/Kyiv"}
    return {**rows, **own, "theme": "auto", "is_active": "on", "role": person.role_id or "", **changed}


def test_staff_change_in_the_admin_only_whom_they_manage(cast: Cast, boss: User) -> None:
    for person, status in ((cast.ann, 302), (cast.cy, 302), (cast.dana, 302), (boss, 302)):
        browser, url = page_of(boss, person)
        assert browser.post(url, sent(person, first_name="Changed")).status_code == status, person
    assert set(User.objects.filter(first_name="Changed")) == {cast.ann}


def test_staff_raise_nobody_by_the_admins_form(cast: Cast, boss: User) -> None:
    browser, url = page_of(boss, cast.ann)
    raised = {"is_superuser": "on", "is_staff": "on", "role": boss.role_id, "email": "boss@heron.example"}
    browser.post(url, sent(cast.ann, **raised))
    ann = User.objects.get(pk=cast.ann.pk)
    assert (ann.is_superuser, ann.is_staff, ann.role, ann.email) == (False, False, cast.ann.role, cast.ann.email)
    browser, url = page_of(cast.dana, cast.ann)
    browser.post(url, sent(cast.ann, **raised))
    ann.refresh_from_db()
    assert (ann.is_superuser, ann.is_staff, ann.role, ann.email) == (True, True, boss.role, "boss@heron.example")


def test_passwords_of_others_are_set_by_administrators_alone(cast: Cast, boss: User) -> None:
    for actor, status in ((boss, 403), (cast.dana, 200)):
        browser, url = page_of(actor, cast.ann, "auth_user_password_change")
        assert browser.get(url).status_code == status


def test_a_change_in_the_admin_is_in_the_history(cast: Cast) -> None:
    browser, url = page_of(cast.dana, cast.ann)
    assert browser.post(url, sent(cast.ann, first_name="Anna")).status_code == 302
    newest, first = plain_versions(User, cast.ann.pk, cast.dana)
    assert newest.who == cast.dana
    assert [(change.name, change.new) for change in newest.changes] == [("first_name", "Anna")]
    assert first.is_creation
