"""Where a person is signed in, and signing out from there."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.ui.testing import assert_strict_html
from teams.models import User
from teams.selectors.sessions import device_of
from teams.tests.factories import Cast, make_cast

PASSWORD = "three little words"
FIREFOX = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def cast(db: None) -> Cast:
    cache.clear()
    cast = make_cast()
    for user in (cast.ann, cast.bob):
        user.set_password(PASSWORD)
        user.save()
    return cast


def sign_in(user: User, user_agent: str = FIREFOX, address: str = "10.0.0.1") -> Browser:
    browser = Browser(HTTP_USER_AGENT=user_agent, REMOTE_ADDR=address)
    browser.post("/account/login/", {"login": user.username, "password": PASSWORD})
    assert is_in(browser)
    return browser


def is_in(browser: Browser) -> bool:
    return bool(browser.get("/clients/").status_code == 200)


def page_of(browser: Browser) -> str:
    return str(browser.get(reverse("mfa_index")).content.decode())


def session_of(browser: Browser) -> UserSession:
    return UserSession.objects.get(session_key=browser.session.session_key)


def end(browser: Browser, session: UserSession) -> Any:
    return browser.post(reverse("account_end_session", args=[session.pk]))


def test_the_list_tells_devices_in_words(cast: Cast) -> None:
    browser = sign_in(cast.ann)
    sign_in(cast.ann, IPHONE, "10.0.0.2")
    sign_in(cast.bob, CHROME, "10.0.0.3")
    page = page_of(browser)
    assert_strict_html(page)
    assert "Firefox on Ubuntu" in page
    assert "Safari on iOS" in page
    assert "10.0.0.2" in page
    assert page.count("This one") == 1
    assert "10.0.0.3" not in page
    assert "Chrome" not in page


@pytest.mark.parametrize(
    ("user_agent", "told", "is_mobile"),
    [
        (FIREFOX, "Firefox on Ubuntu", False),
        (CHROME, "Chrome on Windows", False),
        (IPHONE, "Safari on iOS", True),
        ("", "Unknown device", False),
        ("<script>alert(1)</script>", "Unknown device", False),
    ],
)
def test_devices_have_names(user_agent: str, told: str, is_mobile: bool) -> None:
    assert device_of(user_agent) == (told, is_mobile)


def test_one_other_session_is_signed_out(cast: Cast) -> None:
    here, there, third = sign_in(cast.ann), sign_in(cast.ann, IPHONE), sign_in(cast.ann, CHROME)
    assert end(here, session_of(there)).status_code == 302
    assert not is_in(there)
    assert is_in(here)
    assert is_in(third)


def test_all_others_are_signed_out_at_once(cast: Cast) -> None:
    here, there, third, of_bob = sign_in(cast.ann), sign_in(cast.ann), sign_in(cast.ann), sign_in(cast.bob)
    here.post(reverse("account_end_other_sessions"))
    assert [is_in(browser) for browser in (here, there, third, of_bob)] == [True, False, False, True]
    assert UserSession.objects.filter(user=cast.ann).count() == 1


def test_the_session_of_another_is_out_of_reach(cast: Cast) -> None:
    of_ann, of_bob = sign_in(cast.ann), sign_in(cast.bob)
    assert end(of_bob, session_of(of_ann)).status_code == 404
    assert end(Browser(), session_of(of_ann)).status_code == 302
    assert is_in(of_ann)
    assert of_bob.get(reverse("account_end_session", args=[session_of(of_bob).pk])).status_code == 405


def test_this_session_ends_by_signing_out_only(cast: Cast) -> None:
    browser = sign_in(cast.ann)
    assert end(browser, session_of(browser)).status_code == 404
    assert is_in(browser)


def test_a_new_password_ends_all_others(cast: Cast) -> None:
    here, there = sign_in(cast.ann), sign_in(cast.ann, IPHONE)
    new = "four quite different words"
    here.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert is_in(here)
    assert not is_in(there)
    page = page_of(here)
    assert "Firefox on Ubuntu" in page
    assert "iOS" not in page


def test_an_ended_session_leaves_the_list(cast: Cast) -> None:
    here, there = sign_in(cast.ann), sign_in(cast.ann, IPHONE)
    there.post("/account/logout/")
    assert "iOS" not in page_of(here)


def test_last_seen_is_noted_every_five_minutes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = sign_in(cast.ann)
    long_ago = timezone.now() - timedelta(hours=1)
    UserSession.objects.update(last_seen_at=long_ago)
    browser.get("/clients/")
    assert session_of(browser).last_seen_at == long_ago
    later = time.time() + 301
    monkeypatch.setattr("time.time", lambda: later)
    browser.get("/clients/")
    assert session_of(browser).last_seen_at > long_ago
    UserSession.objects.update(last_seen_at=long_ago)
    browser.get("/clients/")
    assert session_of(browser).last_seen_at == long_ago


def test_between_the_notes_no_request_asks_for_it(cast: Cast) -> None:
    browser = sign_in(cast.ann)
    with CaptureQueriesContext(connection) as queries:
        browser.get("/clients/")
    asked = " ".join(query["sql"] for query in queries)
    assert not re.search(r"usersession|UPDATE|INSERT", asked)


def test_a_session_from_before_is_taken_up(cast: Cast) -> None:
    browser = Browser(HTTP_USER_AGENT=CHROME)
    browser.force_login(cast.ann)
    session = browser.session
    del session["last_seen_noted"]
    session.save()
    browser.get("/clients/")
    assert "Chrome on Windows" in page_of(browser)
