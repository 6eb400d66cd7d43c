"""Closing an account: the next request of every open session is refused, on every surface."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients.models import Client
from clients.tests.factories import make_client
from crm.access import endings
from crm.access.rights import Action, Scope
from crm.access.standing import RightsChanged
from crm.listing import export
from crm.listing.testing import multiply
from crm.pages.testing import browser_of
from teams.models import FieldRule, Invitation, User
from teams.services import give_role
from teams.services.leaving import StillNeeded, deactivate_person, reactivate_person
from teams.tests.factories import Cast, RoleFactory, UserFactory, grant_all, grant_people, make_cast

EXPORT = reverse("clients:export")
HTMX = {"HX-Request": "true"}
PASSWORD = "four quite different words"


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    cache.clear()
    yield make_cast()
    cache.clear()


def page(person: User, name: str) -> str:
    return reverse(f"people:{name}", args=[person.pk])


def surfaces(client: Client) -> list[tuple[str, dict[str, str]]]:
    """Pages, fragments, a file and the admin: what an open session may ask for."""
    return [
        ("/", {}),
        (reverse("clients:list"), {}),
        (reverse("clients:list"), HTMX),
        (client.url("detail"), {}),
        (client.url("edit"), {}),
        (EXPORT, {}),
        (f"{EXPORT}?format=xlsx", {}),
        (reverse("people:list"), HTMX),
        (reverse("admin:index"), {}),
        (reverse("admin:clients_client_changelist"), {}),
        (reverse("admin:clients_client_change", args=[client.pk]), {}),
    ]


def statuses(browser: Browser, client: Client) -> list[int]:
    return [browser.get(url, headers=headers).status_code for url, headers in surfaces(client)]


def make_staff(*people: User) -> None:
    User.objects.filter(pk__in=[person.pk for person in people]).update(is_staff=True)


def signed_in(person: User) -> Browser:
    """Tried by the sign-in page itself."""
    stored = User.objects.get(pk=person.pk)
    stored.set_password(PASSWORD)
    stored.save(update_fields=["password"])
    browser = Browser()
    browser.post(reverse("account_login"), {"login": stored.username, "password": PASSWORD})
    return browser


# Open sessions


def test_every_open_session_is_refused_at_its_next_request(cast: Cast) -> None:
    make_staff(cast.ann, cast.bob)
    client = make_client(cast.ann, "Acme")
    office, phone, colleague = browser_of(cast.ann), browser_of(cast.ann), browser_of(cast.bob)
    for browser in (office, phone, colleague):
        assert set(statuses(browser, client)) == {200}
    assert browser_of(cast.dana).post(page(cast.ann, "deactivate")).status_code == 302
    for browser in (office, phone):
        assert set(statuses(browser, client)) == {302}
        assert browser.post(client.url("edit"), {"name": "Taken"}).status_code == 302
    assert set(statuses(colleague, client)) == {200}
    client.refresh_from_db()
    assert client.name == "Acme"


def test_sessions_of_the_deactivated_are_deleted_and_do_not_come_back(cast: Cast) -> None:
    office = signed_in(cast.ann)
    key = office.session.session_key
    assert office.get("/").status_code == 200
    deactivate_person(cast.ann, actor=cast.dana)
    assert not Session.objects.filter(session_key=key).exists()
    reactivate_person(cast.ann, actor=cast.dana)
    assert office.get("/").status_code == 302
    assert browser_of(User.objects.get(pk=cast.ann.pk)).get("/").status_code == 200


def test_the_deactivated_cannot_sign_in_until_he_is_reactivated(cast: Cast) -> None:
    deactivate_person(cast.ann, actor=cast.dana)
    assert signed_in(cast.ann).get("/").status_code == 302
    reactivate_person(cast.ann, actor=cast.dana)
    assert signed_in(cast.ann).get("/").status_code == 200


def test_who_is_stripped_of_his_role_loses_every_record_at_the_next_request(cast: Cast) -> None:
    make_staff(cast.ann)
    client = make_client(cast.ann, "Vorskla")
    browser = browser_of(cast.ann)
    assert set(statuses(browser, client)) == {200}
    give_role(cast.ann, None, actor=cast.dana)
    for url, headers in surfaces(client)[1:]:
        answer = browser.get(url, headers=headers)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        assert b"Vorskla" not in content, url
    assert browser.get(client.url("detail")).status_code == 404
    assert browser.get(EXPORT).status_code == 403
    assert browser.get(reverse("admin:clients_client_changelist")).status_code == 403


def test_who_is_stripped_of_one_grant_loses_that_and_no_more(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    browser = browser_of(cast.ann)
    assert browser.get(client.url("edit")).status_code == 200
    cast.ann.role.grants.filter(record_type="clients.client", action="change").delete()  # type: ignore[union-attr]
    assert browser.get(client.url("edit")).status_code == 403
    assert browser.get(client.url("detail")).status_code == 200


# A running export


def deactivated(cast: Cast) -> None:
    deactivate_person(cast.ann, actor=cast.dana)


def stripped_of_role(cast: Cast) -> None:
    give_role(cast.ann, None, actor=cast.dana)


def stripped_of_grant(cast: Cast) -> None:
    cast.ann.role.grants.filter(record_type="clients.client", action="export").delete()  # type: ignore[union-attr]


def closed_field(cast: Cast) -> None:
    FieldRule.objects.create(role=cast.ann.role, record_type="clients.client", field="phones", access="hidden")


def taken_out_of_team(cast: Cast) -> None:
    cast.ann.memberships.all().delete()


ENDINGS = (deactivated, stripped_of_role, stripped_of_grant, closed_field, taken_out_of_team)


@pytest.fixture
def many(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "BATCH_ROWS", 5)
    multiply(make_client(cast.ann, "Acme"), 19)


@pytest.mark.parametrize("change", ENDINGS)
def test_a_running_export_stops_with_a_last_line_and_an_error(cast: Cast, many: None, change: Any) -> None:
    whole = b"".join(browser_of(cast.ann).get(EXPORT).streaming_content).decode()  # type: ignore[attr-defined]
    assert whole.count("Acme") == 20
    assert "not complete" not in whole
    stream = browser_of(cast.ann).get(EXPORT).streaming_content  # type: ignore[attr-defined]
    text = next(stream) + next(stream)
    change(cast)
    text += next(stream)
    assert text.decode().count("Acme") == 5
    assert text.decode().splitlines()[-1].startswith("This file is not complete")
    with pytest.raises(RightsChanged):
        next(stream)


@pytest.mark.parametrize("change", ENDINGS)
def test_a_workbook_is_not_sent_to_who_lost_his_rights_while_it_was_written(
    cast: Cast, many: None, change: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(cast.ann)
    assert browser.get(f"{EXPORT}?format=xlsx").status_code == 200
    written = export.write_workbook

    def write_and_change(*args: Any) -> None:
        written(*args)
        change(cast)

    monkeypatch.setattr(export, "write_workbook", write_and_change)
    assert browser.get(f"{EXPORT}?format=xlsx").status_code == 403


def test_an_export_of_a_colleague_runs_on(cast: Cast, many: None) -> None:
    stream = browser_of(cast.bob).get(EXPORT).streaming_content  # type: ignore[attr-defined]
    text = next(stream) + next(stream)
    deactivate_person(cast.ann, actor=cast.dana)
    assert (text + b"".join(stream)).decode().count("Acme") == 20


# Who may close whose account


def manager(cast: Cast, *, actions: tuple[Action, ...] = (Action.DELETE,), rank: int = 50) -> User:
    """Of the people of North."""
    role = grant_people(grant_all(RoleFactory(rank=rank), Scope.TEAM), Scope.TEAM, actions=actions)
    user = UserFactory(role=role)
    user.memberships.create(team=cast.ann.teams.get())
    return user


def test_managers_close_accounts_of_lower_ranks_in_their_reach(cast: Cast) -> None:
    browser = browser_of(manager(cast))
    boss = manager(cast)
    for person, expected in ((cast.ann, 302), (cast.cy, 403), (boss, 403), (cast.dana, 403)):
        assert browser.post(page(person, "deactivate")).status_code == expected
        person.refresh_from_db()
        assert person.is_active == (expected == 403)
    assert browser.post(page(cast.ann, "reactivate")).status_code == 302
    assert User.objects.get(pk=cast.ann.pk).is_active


def test_who_only_changes_people_closes_no_account(cast: Cast) -> None:
    browser = browser_of(manager(cast, actions=(Action.CHANGE,)))
    for name in ("deactivate", "reactivate"):
        assert browser.get(page(cast.ann, name)).status_code == 403
        assert browser.post(page(cast.ann, name)).status_code == 403
    assert User.objects.get(pk=cast.ann.pk).is_active
    assert browser_of(manager(cast)).get(page(cast.ann, "deactivate")).status_code == 200


def test_nobody_closes_his_own_account_and_the_last_administrator_stays(cast: Cast) -> None:
    assert browser_of(cast.dana).post(page(cast.dana, "deactivate"), follow=True).status_code == 200
    assert User.objects.get(pk=cast.dana.pk).is_active
    second = UserFactory(role=None, is_superuser=True)
    deactivate_person(second, actor=cast.dana)
    second.refresh_from_db()
    # The other one's page was open when his own account was closed.
    with pytest.raises(PermissionDenied):
        deactivate_person(cast.dana, actor=User.objects.get(pk=second.pk))
    with pytest.raises(StillNeeded):
        deactivate_person(cast.dana, actor=cast.dana)
    assert User.objects.get(pk=cast.dana.pk).is_active


def test_a_role_that_is_not_theirs_to_give_is_not_given_by_reactivating(cast: Cast) -> None:
    lower = grant_all(RoleFactory(rank=1), Scope.ALL)
    person = UserFactory(role=lower)
    person.memberships.create(team=cast.ann.teams.get())
    actor = manager(cast)
    deactivate_person(person, actor=actor)
    with pytest.raises(PermissionDenied):
        reactivate_person(person, actor=actor)
    assert reactivate_person(person, actor=cast.dana).is_active


# What it writes


def test_history_tells_who_closed_the_account(cast: Cast) -> None:
    deactivate_person(cast.ann, actor=cast.dana)
    ann = User.objects.get(pk=cast.ann.pk)
    assert ann.deactivated_at is not None
    version = ann.history.latest("history_id")
    assert (version.history_change_reason, version.history_user) == ("Deactivated", cast.dana)
    assert not version.is_active
    reactivate_person(ann, actor=cast.dana)
    ann.refresh_from_db()
    assert (ann.is_active, ann.deactivated_at) == (True, None)


def test_open_invitations_of_the_leaver_are_withdrawn_and_others_stay(cast: Cast) -> None:
    soon = timezone.now() + timedelta(days=1)
    for number, inviter in enumerate((cast.ann, cast.bob)):
        Invitation.objects.create(
            email=f"{number}@x.example", inviter=inviter, role=cast.ann.role, secret_digest=number, expires_at=soon
        )
    deactivate_person(cast.ann, actor=cast.dana)
    assert [invitation.inviter for invitation in Invitation.objects.filter(revoked_at=None)] == [cast.bob]


def test_what_else_lets_him_in_ends_too_and_a_failure_leaves_nothing_half_done(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endings, "_endings", dict(endings._endings))
    ended: list[Any] = []
    endings.register_ending("tokens", ended.append)
    deactivate_person(cast.ann, actor=cast.dana)
    assert ended == [cast.ann]

    def fails(user: Any) -> None:
        raise ConnectionError

    endings.register_ending("tokens", fails)
    with pytest.raises(ConnectionError):
        deactivate_person(cast.bob, actor=cast.dana)
    assert User.objects.get(pk=cast.bob.pk).is_active


def test_the_question_counts_what_the_person_owns_in_the_readers_sight(cast: Cast) -> None:
    make_client(cast.ann, "Acme")
    make_client(cast.ann, "Elsewhere", team=cast.cy.teams.get())
    shown = browser_of(manager(cast)).get(page(cast.ann, "deactivate")).content.decode()
    assert "Clients: 1" in shown
    assert "Clients: 2" in browser_of(cast.dana).get(page(cast.ann, "deactivate")).content.decode()


def test_the_admin_does_not_close_accounts_past_the_service(cast: Cast) -> None:
    browser = browser_of(cast.dana)
    change = reverse("admin:teams_user_change", args=[cast.ann.pk])
    form = browser.get(change).context["adminform"].form
    assert "is_active" not in form.fields
    sent = {name: form[name].value() or "" for name in form.fields}
    sent |= {"first_name": "Anna", "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    sent = {name: value for name, value in sent.items() if value is not False and name != "password"}
    assert browser.post(change, sent).status_code == 302
    ann = User.objects.get(pk=cast.ann.pk)
    assert (ann.first_name, ann.is_active) == ("Anna", True)
