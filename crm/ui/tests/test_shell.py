"""The frame of every page: its menu, theme, languages, and the policy that its markup must keep."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import reverse

from crm.ui import menu
from crm.ui.context import shell
from crm.ui.menu import MenuEntry, NewEntry, creations_for, places_for, register
from crm.ui.testing import assert_strict_html


@pytest.fixture
def empty_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menu, "_places", {})
    monkeypatch.setattr(menu, "_creations", {})


def entry(key: str, url_name: str = "home", **options: Any) -> MenuEntry:
    return MenuEntry(key=key, label=key.title(), url_name=url_name, icon="home", **options)


@pytest.mark.usefixtures("empty_menu")
class TestMenu:
    def test_entries_stand_in_their_order(self) -> None:
        register(entry("late", order=20))
        register(entry("early", order=10))
        assert [link.entry.key for link in places_for(AnonymousUser())] == ["early", "late"]

    def test_an_entry_is_shown_only_to_those_it_is_for(self) -> None:
        register(entry("open"))
        register(entry("closed", is_shown=lambda user: user.is_authenticated))
        assert [link.entry.key for link in places_for(AnonymousUser())] == ["open"]

    def test_an_entry_without_pages_is_left_out(self) -> None:
        register(entry("known"))
        register(entry("unknown", url_name="nowhere:list"))
        assert [link.entry.key for link in places_for(AnonymousUser())] == ["known"]

    def test_the_deepest_entry_above_the_path_is_current(self) -> None:
        register(entry("home"))
        register(entry("password", url_name="account_change_password"))
        below = places_for(AnonymousUser(), reverse("account_change_password") + "more/")
        assert {link.entry.key: link.is_current for link in below} == {"home": False, "password": True}
        at_home = places_for(AnonymousUser(), "/")
        assert {link.entry.key: link.is_current for link in at_home} == {"home": True, "password": False}

    def test_what_can_be_created_is_apart_from_the_places(self) -> None:
        register(NewEntry(key="client", label="Client", url_name="home", icon="building"))
        assert [link.entry.key for link in creations_for(AnonymousUser())] == ["client"]
        assert places_for(AnonymousUser()) == []


def test_the_frame_of_a_stranger_costs_no_query(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()
    frame = shell(request)["shell"]
    assert (frame.theme, frame.menu, frame.new_entries) == ("auto", [], [])
    assert [language.code for language in frame.languages] == ["en", "uk", "ru"]


def test_a_signed_in_person_finds_navigation_search_and_sign_out(client: Client, ann: Any) -> None:
    client.force_login(ann)
    html = client.get(reverse("home")).content.decode()
    assert '<nav class="ui-nav"' in html
    assert 'action="/account/logout/"' in html
    assert "Ann Koval" in html
    assert_strict_html(html)


def test_a_stranger_at_the_door_finds_no_navigation(client: Client, db: None) -> None:
    response = client.get(reverse("account_login"))
    html = response.content.decode()
    assert 'name="login"' in html
    assert "ui-sidebar" not in html
    assert_strict_html(html)


@pytest.mark.parametrize(
    "name", ["account_login", "account_reset_password", "account_reset_password_done", "account_signup"]
)
def test_pages_before_sign_in_keep_the_policy(client: Client, db: None, name: str) -> None:
    response = client.get(reverse(name))
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "css/theme.css" in response.content.decode()
    assert_strict_html(response.content.decode())


@pytest.mark.parametrize("name", ["account_change_password", "account_logout", "home"])
def test_pages_of_a_person_keep_the_policy(client: Client, ann: Any, name: str) -> None:
    client.force_login(ann)
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert_strict_html(response.content.decode())


def test_the_mail_with_a_reset_link_is_plain_and_names_the_product(
    client: Client, ann: Any, mailoutbox: list[Any]
) -> None:
    client.post(reverse("account_reset_password"), {"email": ann.email})
    (mail,) = mailoutbox
    assert mail.subject == "Porada: Choose a new password"
    assert "/account/password/reset/key/" in mail.body
    assert "Your user name is ann." in mail.body
    assert mail.alternatives == []


@pytest.mark.parametrize(
    "html",
    [
        "<style>a{}</style>",
        "<script>alert(1)</script>",
        '<p style="color:red">',
        '<a onclick="x()">',
        '<a href="javascript:x()">',
        '<p hx-on:click="x()">',
        "<p hx-vals='js:{a: 1}'>",
        '<p hx-trigger="keyup[key==1]">',
    ],
)
def test_inline_code_is_caught(html: str) -> None:
    assert_strict_html('<script src="/x.js"></script><p class="style">')
    with pytest.raises(AssertionError):
        assert_strict_html(html)


class TestPreferences:
    def test_a_chosen_theme_is_kept_and_drawn(self, client: Client, ann: Any) -> None:
        client.force_login(ann)
        response = client.post(reverse("preferences"), {"theme": "dark", "next": "/account/logout/"})
        assert response.headers["Location"] == "/account/logout/"
        assert 'data-bs-theme="dark"' in client.get("/").content.decode()

    def test_a_chosen_language_is_spoken_at_once(self, client: Client, ann: Any) -> None:
        client.force_login(ann)
        client.post(reverse("preferences"), {"language": "uk"})
        assert '<html lang="uk"' in client.get("/").content.decode()

    def test_unknown_values_change_nothing(self, client: Client, ann: Any) -> None:
        client.force_login(ann)
        client.post(reverse("preferences"), {"theme": "neon", "language": "xx"})
        ann.refresh_from_db()
        assert (ann.theme, ann.language) == ("auto", "en")

    def test_the_way_back_never_leaves_the_product(self, client: Client, ann: Any) -> None:
        client.force_login(ann)
        response = client.post(reverse("preferences"), {"theme": "dark", "next": "https://evil.example/"})
        assert response.headers["Location"] == reverse("home")

    def test_a_stranger_is_sent_to_sign_in(self, client: Client, db: None) -> None:
        response = client.post(reverse("preferences"), {"theme": "dark"})
        assert response.headers["Location"].startswith(reverse("account_login"))
