"""Looking at the product as somebody else: who may, what is closed, and when it ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from crm.access.registry import record_model_of
from crm.access.rights import Scope
from crm.access.writing import create_record
from teams.models import Grant, Role, SeenAs, User
from teams.seeing import KEY
from teams.selectors.seeing import over_at, people_seen_as_by
from teams.tests.factories import (
    Cast,
    RoleFactory,
    UserFactory,
    grant_all,
    grant_people,
    grant_roles,
    join,
    make_cast,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def boss() -> User:
    """No superuser: of rank 50, with every right on people, roles and records."""
    role = grant_people(grant_roles(grant_all(RoleFactory(rank=50), Scope.ALL)), Scope.ALL)
    return UserFactory(username="boss", role=role)


def make_client(owner: User, name: str, **fields: Any) -> Any:
    model: Any = record_model_of("clients.client")
    return create_record(model(name=name, owner=owner, team=owner.teams.first(), **fields), actor=owner)


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def look_as(browser: Browser, person: User) -> Any:
    return browser.post(reverse("roles:see_as", args=[person.pk]))


def looking(actor: User, person: User) -> Browser:
    browser = browser_of(actor)
    assert look_as(browser, person).status_code == 302
    return browser


def who_is(browser: Browser) -> Any:
    return browser.get(reverse("home")).context["user"]


# Who may


def test_superusers_and_keepers_of_roles_look_as_people_of_lower_rank(cast: Cast, boss: User) -> None:
    for actor in (cast.dana, boss):
        assert who_is(looking(actor, cast.ann)) == cast.ann
    assert SeenAs.objects.filter(user=cast.ann, ended_at=None).count() == 2


def test_nobody_is_looked_as_who_sees_more(cast: Cast) -> None:
    keeper = grant_people(grant_roles(RoleFactory(rank=50)), Scope.ALL)
    of_team = grant_people(grant_roles(grant_all(RoleFactory(rank=50), Scope.TEAM)), Scope.ALL)
    without_records = browser_of(UserFactory(role=keeper))
    teammate = browser_of(join(UserFactory(role=of_team), cast.ann.teams.get()))
    for browser, person in ((without_records, cast.ann), (teammate, cast.cy)):
        assert look_as(browser, person).status_code == 403
    assert not SeenAs.objects.exists()
    assert look_as(without_records, UserFactory(role=RoleFactory(rank=1))).status_code == 302
    assert look_as(teammate, cast.ann).status_code == 302


def test_nobody_is_looked_as_who_is_a_peer_a_superuser_or_gone(cast: Cast, boss: User) -> None:
    peer = UserFactory(role=RoleFactory(rank=50))
    gone = UserFactory(role=RoleFactory(rank=1), is_active=False)
    browser = browser_of(boss)
    for person in (peer, cast.dana, gone, boss):
        assert look_as(browser, person).status_code == 403
    other_admin = UserFactory(is_superuser=True, role=None)
    assert look_as(browser_of(cast.dana), other_admin).status_code == 403
    assert look_as(browser_of(cast.dana), cast.dana).status_code == 403
    assert not SeenAs.objects.exists()
    assert look_as(browser_of(cast.dana), peer).status_code == 302


@pytest.mark.parametrize("missing", ["view", "change"])
def test_both_rights_on_roles_are_needed(cast: Cast, boss: User, missing: str) -> None:
    Grant.objects.filter(role=boss.role, record_type="teams.role", action=missing).delete()
    assert look_as(browser_of(boss), cast.ann).status_code == 403


def test_the_person_must_be_within_the_reach_of_the_actor(cast: Cast, boss: User) -> None:
    Grant.objects.filter(role=boss.role, record_type="teams.user").update(scope=Scope.TEAM)
    boss.memberships.create(team=cast.ann.teams.get())
    assert look_as(browser_of(boss), cast.cy).status_code == 403
    assert look_as(browser_of(boss), cast.ann).status_code == 302


def test_people_without_rights_do_not_look_and_are_offered_no_button(cast: Cast, boss: User) -> None:
    assert look_as(browser_of(cast.bob), cast.ann).status_code == 403
    url, way = reverse("people:detail", args=[cast.ann.pk]), reverse("roles:see_as", args=[cast.ann.pk])
    assert way in browser_of(boss).get(url).content.decode()
    for reader in (cast.bob, cast.ann):
        assert way not in browser_of(reader).get(url).content.decode()


# What is seen


def test_what_is_seen_is_what_the_person_sees_hidden_fields_and_all(cast: Cast) -> None:
    client = make_client(cast.ann, "Vorskla", tax_id="1239876")
    hidden = make_client(cast.cy, "Kestrel")
    browser = browser_of(cast.dana)
    assert "1239876" in browser.get(client.get_absolute_url()).content.decode()
    look_as(browser, cast.fin)
    shown = browser.get(client.get_absolute_url()).content.decode()
    assert "Vorskla" in shown
    assert "1239876" not in shown
    assert browser.get(hidden.get_absolute_url()).status_code == 404
    assert browser.get(reverse("roles:list")).status_code == 403


def test_a_banner_on_every_page_says_as_whom_one_looks(cast: Cast) -> None:
    browser = looking(cast.dana, cast.ann)
    for name in ("home", "clients:list", "people:list", "clients:new"):
        shown = browser.get(reverse(name)).content.decode()
        assert "ui-seeing" in shown, name
        assert reverse("roles:end_seeing") in shown, name
    assert "ui-seeing" not in browser_of(cast.ann).get(reverse("home")).content.decode()


# Reading only


def test_every_write_is_refused(cast: Cast) -> None:
    client = make_client(cast.ann, "Vorskla")
    browser = looking(cast.dana, cast.ann)
    urls = [client.url("edit"), client.url("delete"), reverse("clients:new"), reverse("preferences")]
    urls += [look_url(cast.bob), reverse("account_change_password"), reverse("admin:index")]
    for method in ("post", "put", "patch", "delete"):
        for url in urls:
            answer = getattr(browser, method)(url, {"name": "Changed", "theme": "dark"})
            assert answer.status_code == 403, (method, url)
    client.refresh_from_db()
    assert (client.name, client.deleted_at) == ("Vorskla", None)
    assert "Only for reading" in browser.post(client.url("delete")).content.decode()
    own = browser_of(cast.ann)
    assert own.post(client.url("delete")).status_code == 302


def look_url(person: User) -> str:
    return reverse("roles:see_as", args=[person.pk])


def test_looks_do_not_nest(cast: Cast, boss: User) -> None:
    browser = looking(cast.dana, boss)
    assert look_as(browser, cast.ann).status_code == 403
    assert who_is(browser) == boss
    assert SeenAs.objects.count() == 1


@pytest.mark.parametrize(
    "name",
    ["account_change_password", "mfa_index", "mfa_activate_totp", "account_logout", "admin:index", "clients:export"],
)
def test_accounts_the_admin_and_exports_stay_closed(cast: Cast, name: str) -> None:
    cast.ann.is_staff = True
    cast.ann.save()
    make_client(cast.ann, "Vorskla")
    browser = looking(cast.dana, cast.ann)
    answer = browser.get(reverse(name))
    assert answer.status_code == 403
    assert "Vorskla" not in answer.content.decode()
    assert browser.get(reverse("clients:list")).status_code == 200


def test_what_a_page_writes_while_it_is_read_is_taken_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def page(request: Any, **_more: Any) -> Any:
        from django.contrib import messages
        from django.http import HttpResponse

        request.session["mark"] = 1
        messages.info(request, "for ann")
        User.objects.filter(pk=cast.bob.pk).update(about="written")
        return HttpResponse("read")

    from django.urls import resolve

    browser = looking(cast.dana, cast.ann)
    match = resolve(reverse("keyboard"))
    monkeypatch.setattr("django.core.handlers.base.BaseHandler.resolve_request", lambda *_: (page, (), {}))
    answer = browser.get(reverse("keyboard"))
    monkeypatch.undo()
    assert (match.view_name, answer.content) == ("keyboard", b"read")
    assert User.objects.get(pk=cast.bob.pk).about == ""
    assert "mark" not in browser.session
    assert list(get_messages(browser.get(reverse("home")).wsgi_request)) == []


def test_the_session_of_the_real_user_stays_his(cast: Cast) -> None:
    browser = looking(cast.dana, cast.ann)
    before = dict(browser.session.items())
    browser.get(reverse("clients:list"), {"sort": "name"})
    assert dict(browser.session.items()) == before
    assert browser.session["_auth_user_id"] == str(cast.dana.pk)


# How it ends


def test_it_ends_by_the_button(cast: Cast) -> None:
    browser = looking(cast.dana, cast.ann)
    answer = browser.post(reverse("roles:end_seeing"))
    assert answer.url == reverse("people:detail", args=[cast.ann.pk])
    assert who_is(browser) == cast.dana
    look = SeenAs.objects.get()
    assert (look.actor, look.user) == (cast.dana, cast.ann)
    assert look.ended_at is not None
    assert browser.post(reverse("roles:end_seeing")).status_code == 302


def test_it_ends_by_itself_after_half_an_hour(cast: Cast) -> None:
    browser = looking(cast.dana, cast.ann)
    SeenAs.objects.update(started_at=timezone.now() - timedelta(minutes=29))
    assert who_is(browser) == cast.ann
    began = timezone.now() - timedelta(minutes=31)
    SeenAs.objects.update(started_at=began)
    assert who_is(browser) == cast.dana
    look = SeenAs.objects.get()
    assert look.ended_at == began + timedelta(minutes=30)
    assert KEY not in browser.session


def take_right(boss: User) -> None:
    Grant.objects.filter(role=boss.role, record_type="teams.role").delete()


def take_role(boss: User) -> None:
    User.objects.filter(pk=boss.pk).update(role=None)


def raise_person(boss: User) -> None:
    Role.objects.filter(name="sales manager").update(rank=50)


def make_superuser(boss: User) -> None:
    User.objects.filter(username="ann").update(is_superuser=True)


@pytest.mark.parametrize("loss", [take_right, take_role, raise_person, make_superuser])
def test_it_ends_when_the_right_to_it_is_lost(cast: Cast, boss: User, loss: Any) -> None:
    browser = looking(boss, cast.ann)
    loss(boss)
    assert who_is(browser) == boss
    assert SeenAs.objects.get().ended_at is not None


def test_it_ends_when_the_real_user_is_deactivated(cast: Cast, boss: User) -> None:
    browser = looking(boss, cast.ann)
    User.objects.filter(pk=boss.pk).update(is_active=False)
    answer = browser.get(reverse("home"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    assert SeenAs.objects.get().ended_at is not None


def test_it_ends_when_the_person_is_deactivated(cast: Cast, boss: User) -> None:
    browser = looking(boss, cast.ann)
    User.objects.filter(pk=cast.ann.pk).update(is_active=False)
    assert who_is(browser) == boss


def test_it_ends_with_the_session(cast: Cast) -> None:
    browser = looking(cast.dana, cast.ann)
    assert browser.post(reverse("account_logout")).status_code == 302
    assert SeenAs.objects.get().ended_at is not None
    assert "_auth_user_id" not in browser.session
    lost = SeenAs.objects.create(actor=cast.dana, user=cast.ann, started_at=timezone.now() - timedelta(hours=2))
    assert over_at(lost) == lost.started_at + timedelta(minutes=30)


def test_a_forged_look_of_another_is_not_taken_up(cast: Cast, boss: User) -> None:
    look = SeenAs.objects.create(actor=cast.dana, user=cast.ann)
    browser = browser_of(boss)
    session = browser.session
    session[KEY] = look.pk
    session.save()
    assert who_is(browser) == boss


# The log


def test_looks_are_listed_with_the_person_and_the_role(cast: Cast, boss: User) -> None:
    looking(boss, cast.ann).post(reverse("roles:end_seeing"))
    pages = [reverse("people:history", args=[cast.ann.pk]), reverse("roles:detail", args=[cast.ann.role.pk])]
    for url in pages:
        assert "boss as ann" in browser_of(cast.dana).get(url).content.decode(), url
    assert "boss as ann" in browser_of(cast.ann).get(pages[0]).content.decode()


def test_the_people_one_may_look_as_are_a_part_of_those_one_manages(cast: Cast, boss: User) -> None:
    assert set(people_seen_as_by(boss)) == {cast.ann, cast.bob, cast.cy, cast.fin}
    assert not people_seen_as_by(cast.ann).exists()
