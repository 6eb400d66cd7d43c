"""The pages of roles: what is shown, what is offered, and what a tampered form can reach."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.access.rights import Action, FieldAccess, Scope
from crm.ui.testing import assert_strict_html
from teams.models import Role, User
from teams.selectors.roles import grants_of, rules_of
from teams.services import install_ready_roles, save_role
from teams.tests.factories import RoleFactory, UserFactory, grant_all, grant_people, grant_roles

pytestmark = pytest.mark.django_db


@pytest.fixture
def roles() -> dict[str, Role]:
    return install_ready_roles()


@pytest.fixture
def director(roles: dict[str, Role]) -> User:
    return UserFactory(username="dan", role=roles["Director"])


@pytest.fixture
def lesser() -> User:
    """Of rank 50, reaches his team, and does not see tax ids."""
    role = grant_people(grant_roles(grant_all(RoleFactory(rank=50), Scope.TEAM)), Scope.TEAM)
    role.field_rules.create(record_type="clients.client", field="tax_id", access=FieldAccess.HIDDEN)
    return UserFactory(role=role)


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def filled_in(answer: Any) -> dict[str, Any]:
    """What the shown form would send as it stands."""
    form = answer.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False)}


def edit_url(role: Role) -> str:
    return reverse("roles:edit", args=[role.pk])


# Who opens what


def test_pages_open_to_those_who_may_view_roles(director: User, roles: dict[str, Role]) -> None:
    role = roles["Sales manager"]
    seller = UserFactory(role=role)
    pages = [reverse("roles:list"), reverse("roles:new"), reverse("roles:new") + "?from=ready-2"]
    pages += [reverse(f"roles:{name}", args=[role.pk]) for name in ("detail", "edit", "delete", "history")]
    for url in pages:
        answer = browser_of(director).get(url)
        assert answer.status_code == 200, url
        assert_strict_html(answer.content.decode())
        assert browser_of(seller).get(url).status_code == 403, url
    assert browser_of(director).get(reverse("roles:detail", args=[10**9])).status_code == 404


def test_a_role_of_equal_rank_is_shown_and_not_changed(director: User, roles: dict[str, Role]) -> None:
    browser, own = browser_of(director), roles["Director"]
    shown = browser.get(reverse("roles:detail", args=[own.pk])).content.decode()
    assert edit_url(own) not in shown
    for name in ("edit", "delete"):
        assert browser.get(reverse(f"roles:{name}", args=[own.pk])).status_code == 403
        assert browser.post(reverse(f"roles:{name}", args=[own.pk]), {"name": "x"}).status_code == 403
    assert edit_url(roles["Observer"]) in browser.get(reverse("roles:list")).content.decode()


def test_the_list_says_how_many_work_under_each_role(director: User, roles: dict[str, Role]) -> None:
    UserFactory.create_batch(3, role=roles["Observer"])
    UserFactory(role=roles["Observer"], is_active=False)
    rows = browser_of(director).get(reverse("roles:list")).context["roles"]
    counts = {role.name: role.people_count for role in rows}
    assert (counts["Observer"], counts["Director"], counts["Developer"]) == (3, 1, 0)
    by_rank = ["Director", "Head of sales", "Project manager", "Sales manager", "Accountant", "Developer", "Observer"]
    assert list(counts) == by_rank


def test_pages_of_roles_ask_the_database_seldom_however_many_people(director: User, roles: dict[str, Role]) -> None:
    role, browser = roles["Observer"], browser_of(director)
    for _round in range(2):
        for name in ("detail", "edit", "history"):
            with CaptureQueriesContext(connection) as queries:
                browser.get(reverse(f"roles:{name}", args=[role.pk]))
            assert len(queries) <= 15, (name, len(queries))
        UserFactory.create_batch(20, role=role)
        save_role(role, actor=UserFactory(is_superuser=True), grants=role.grants.all(), field_rules=[])


# The form


def test_the_form_stores_precisely_what_it_shows(director: User, roles: dict[str, Role]) -> None:
    browser, role = browser_of(director), roles["Accountant"]
    before = grants_of(role), rules_of(role)
    sent = filled_in(browser.get(edit_url(role)))
    assert browser.post(edit_url(role), sent).status_code == 302
    fresh = Role.objects.get(pk=role.pk)
    assert (grants_of(fresh), rules_of(fresh)) == before
    sent = filled_in(browser.get(edit_url(role)))
    sent |= {
        "grant-clients-client-export": "0",
        "grant-teams-user-change": "2",
        "rule-contacts-contact-emails": "hidden",
    }
    sent |= {"needs_second_factor": "on", "rank": "31"}
    assert browser.post(edit_url(role), sent).status_code == 302
    grants = before[0] | {("teams.user", "change"): 2}
    del grants["clients.client", "export"]
    fresh = Role.objects.get(pk=role.pk)
    assert grants_of(fresh) == grants
    assert rules_of(fresh) == before[1] | {("contacts.contact", "emails"): "hidden"}
    assert (fresh.rank, fresh.needs_second_factor) == (31, True)


@pytest.mark.parametrize("number", range(7))
def test_a_new_role_begins_with_a_template(roles: dict[str, Role], number: int) -> None:
    dana = UserFactory(is_superuser=True, role=None)
    browser, template = browser_of(dana), list(roles.values())[number]
    url = f"{reverse('roles:new')}?from=ready-{number}"
    answer = browser.post(url, {**filled_in(browser.get(url)), "name": "Fresh"})
    assert answer.status_code == 302
    fresh = Role.objects.get(name="Fresh")
    assert (grants_of(fresh), rules_of(fresh)) == (grants_of(template), rules_of(template))


def test_a_copy_begins_with_the_role_it_copies(director: User, roles: dict[str, Role]) -> None:
    browser, source = browser_of(director), roles["Project manager"]
    url = f"{reverse('roles:new')}?from={source.pk}"
    sent = filled_in(browser.get(url))
    assert sent["name"] == "Project manager (copy)"
    assert browser.post(url, sent).status_code == 302
    copy = Role.objects.get(name="Project manager (copy)")
    assert (grants_of(copy), rules_of(copy), copy.rank) == (grants_of(source), rules_of(source), source.rank)
    for wrong in ("ready-7", "x", "99999", "-1"):
        assert browser.get(f"{reverse('roles:new')}?from={wrong}").status_code == 404


def test_templates_are_named_in_the_language_of_the_reader(director: User) -> None:
    director.language = "uk"
    director.save()
    names = [name for _key, name, _text in browser_of(director).get(reverse("roles:new")).context["templates"]]
    assert "Director" not in names
    assert len(set(names)) == 7


def test_a_cell_offers_only_what_the_editor_has(lesser: User) -> None:
    role = RoleFactory(rank=10)
    role.field_rules.create(record_type="clients.client", field="tax_id", access=FieldAccess.HIDDEN)
    answer = browser_of(lesser).get(edit_url(role))
    form = answer.context["form"]
    assert [value for value, _label in form.fields["grant-clients-client-view"].choices] == [0, 1, 2]
    assert [value for value, _label in form.fields["grant-teams-user-change"].choices] == [0, 2]
    assert "grant-teams-company-change" not in form.fields
    assert [value for value, _label in form.fields["rule-clients-client-tax_id"].choices] == ["hidden"]
    assert [value for value, _label in form.fields["rule-clients-client-name"].choices] == ["", "read_only"]
    assert 'max="49"' in answer.content.decode()


TAMPERED: list[dict[str, Any]] = [
    {"rank": "50"},
    {"rank": "51"},
    {"rank": "-1"},
    {"rank": "99999"},
    {"grant-clients-client-view": "4"},
    {"grant-clients-client-view": "3"},
    {"grant-clients-client-view": "9"},
    {"grant-clients-client-view": "all"},
    {"grant-teams-user-change": "4"},
    {"grant-teams-user-change": "1"},
    {"rule-clients-client-name": "hidden"},
    {"rule-clients-client-phones": "open"},
    {"rule-clients-client-tax_id": "read_only"},
    {"name": ""},
]


@pytest.mark.parametrize("tampered", TAMPERED, ids=str)
def test_a_tampered_value_is_refused_and_nothing_is_stored(lesser: User, tampered: dict[str, Any]) -> None:
    role = RoleFactory(rank=10)
    role.field_rules.create(record_type="clients.client", field="tax_id", access=FieldAccess.HIDDEN)
    browser = browser_of(lesser)
    sent = filled_in(browser.get(edit_url(role))) | {"grant-clients-client-view": "2"}
    assert browser.post(edit_url(role), sent | tampered).status_code == 422
    fresh = Role.objects.get(pk=role.pk)
    assert (grants_of(fresh), fresh.rank) == ({}, 10)
    assert browser.post(edit_url(role), sent).status_code == 302
    assert grants_of(Role.objects.get(pk=role.pk)) == {("clients.client", "view"): 2}


def test_what_the_form_does_not_have_is_not_stored(lesser: User) -> None:
    other, role = RoleFactory(rank=60), RoleFactory(rank=10)
    role.field_rules.create(record_type="clients.client", field="tax_id", access=FieldAccess.HIDDEN)
    browser = browser_of(lesser)
    sent = filled_in(browser.get(edit_url(role))) | {
        "id": str(other.pk),
        "pk": str(other.pk),
        "role": str(other.pk),
        "grant-gone-thing-view": "4",
        "grant-clients-client-own": "4",
        "grant-teams-company-change": "4",
        "grant-teams-user-view": "4",
        "rule-clients-client-version": "hidden",
        "rule-teams-user-email": "hidden",
        "is_superuser": "on",
    }
    assert browser.post(edit_url(role), sent).status_code == 302
    assert grants_of(role) == {}
    assert set(rules_of(role)) == {("clients.client", "tax_id")}
    assert not other.grants.exists()
    assert not User.objects.get(pk=lesser.pk).is_superuser


def test_a_field_that_is_closed_to_the_editor_stays_closed_when_it_is_left_out(lesser: User) -> None:
    browser, url = browser_of(lesser), f"{reverse('roles:new')}?from=blank"
    sent = filled_in(browser.get(url)) | {"name": "Clerk", "rank": "1"}
    without = {name: value for name, value in sent.items() if "tax_id" not in name}
    answer = browser.post(url, without)
    assert answer.status_code == 422
    assert "The role opens a field that is closed to you" in answer.content.decode()
    assert not Role.objects.filter(name="Clerk").exists()
    assert browser.post(url, sent).status_code == 302


def test_a_field_that_is_closed_to_the_editor_is_not_opened_in_a_role_that_exists(lesser: User) -> None:
    role = RoleFactory(rank=10)
    role.field_rules.create(record_type="clients.client", field="tax_id", access=FieldAccess.HIDDEN)
    browser = browser_of(lesser)
    sent = filled_in(browser.get(edit_url(role)))
    without = {name: value for name, value in sent.items() if "tax_id" not in name}
    assert browser.post(edit_url(role), without).status_code == 422
    assert set(rules_of(Role.objects.get(pk=role.pk))) == {("clients.client", "tax_id")}
    assert browser.post(edit_url(role), sent).status_code == 302


def test_the_second_of_two_editors_is_told(director: User, roles: dict[str, Role]) -> None:
    role, dana = roles["Observer"], UserFactory(is_superuser=True, role=None)
    both = [(browser, filled_in(browser.get(edit_url(role)))) for browser in map(browser_of, (director, dana))]
    answers = [
        browser.post(edit_url(role), sent | {"description": f"of {number}"})
        for number, (browser, sent) in enumerate(both)
    ]
    assert [answer.status_code for answer in answers] == [302, 422]
    assert "Somebody changed this role" in answers[1].content.decode()
    assert Role.objects.get(pk=role.pk).description == "of 0"
    forged = both[1][1] | {"read_version": "", "description": "forged"}
    assert both[1][0].post(edit_url(role), forged).status_code == 422


def test_the_screen_warns_of_rights_that_contradict_each_other(director: User) -> None:
    role = RoleFactory(rank=5)
    role.grants.create(record_type="clients.client", action=Action.EXPORT, scope=Scope.ALL)
    shown = browser_of(director).get(reverse("roles:detail", args=[role.pk])).content.decode()
    assert "Clients: Export without View." in shown


def test_the_screen_tells_what_changed(director: User, roles: dict[str, Role]) -> None:
    role, browser = roles["Observer"], browser_of(director)
    sent = filled_in(browser.get(edit_url(role))) | {"grant-clients-client-export": "4"}
    browser.post(edit_url(role), sent)
    for name in ("detail", "history"):
        shown = browser.get(reverse(f"roles:{name}", args=[role.pk])).content.decode()
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", shown))
        assert re.search(r"Clients · Export .*None .*All", text), name


def test_a_role_is_deleted_after_a_question(director: User, roles: dict[str, Role]) -> None:
    used, idle = roles["Observer"], roles["Developer"]
    UserFactory(role=used)
    browser = browser_of(director)
    for role, is_left in ((used, True), (idle, False)):
        url = reverse("roles:delete", args=[role.pk])
        assert browser.get(url).status_code == 200
        assert browser.post(url).status_code == 302
        assert Role.objects.filter(pk=role.pk).exists() == is_left
