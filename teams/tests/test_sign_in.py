"""Coming in and going out: by whom, how often, and what a stranger learns on the way."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, MD5PasswordHasher, make_password
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import NoReverseMatch, reverse

from teams.models import User
from teams.tests.factories import UserFactory

PASSWORD = "three little words"
LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def _nobody_tried_before(db: None) -> None:
    """Attempts are counted in the cache, by address: each test begins as a new day."""
    cache.clear()


@pytest.fixture
def ann() -> User:
    ann = UserFactory(username="ann", email="ann@porada.example")
    ann.set_password(PASSWORD)
    ann.save()
    return ann


def sign_in(login: str, password: str = PASSWORD, browser: Browser | None = None, **more: str) -> Any:
    return (browser or Browser()).post(LOGIN, {"login": login, "password": password, **more})


def is_signed_in(answer: Any) -> bool:
    return answer.status_code == 302 and "_auth_user_id" in answer.client.session


def complaint(answer: Any) -> str:
    """The text of the page without what differs at every visit."""
    assert answer.status_code == 200
    return re.sub(r'(value|content)="[^"]*"', "", answer.content.decode())


# In


@pytest.mark.parametrize(
    "login", ["ann", "ANN", "Ann", "ann@porada.example", "ANN@Porada.Example", " ann ", "Ann@porada.example"]
)
def test_people_sign_in_by_user_name_or_e_mail_in_any_case(ann: User, login: str) -> None:
    assert is_signed_in(sign_in(login))
    assert not is_signed_in(sign_in(login, "another password"))


def test_an_e_mail_given_in_capitals_signs_in(ann: User) -> None:
    ann.email = "Ann.New@PORADA.example"
    ann.save()
    assert is_signed_in(sign_in("ann.new@porada.example"))
    assert is_signed_in(sign_in("Ann.New@PORADA.example"))
    assert not is_signed_in(sign_in("ann@porada.example"))


def test_the_password_keeps_its_case(ann: User) -> None:
    assert is_signed_in(sign_in("ann", PASSWORD))
    assert not is_signed_in(sign_in("ann", PASSWORD.upper()))


def test_passwords_are_kept_by_argon2() -> None:
    source = (Path(settings.BASE_DIR) / "crm" / "settings.py").read_text()
    named = re.findall(r"hashers\.(\w+)", source)
    assert named[0] == "Argon2PasswordHasher"
    kept = Argon2PasswordHasher().encode(PASSWORD, "a salt of sixteen")
    assert kept.startswith("argon2$argon2id$")
    assert Argon2PasswordHasher().verify(PASSWORD, kept)


def test_signing_in_needs_no_redis(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError("Redis is down")

    monkeypatch.setattr("redis.connection.AbstractConnection.connect", refuse)
    with pytest.raises(ConnectionError):
        redis.Redis.from_url(settings.REDIS_URL).ping()
    assert is_signed_in(sign_in("ann"))
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_signing_in_does_not_lead_away(ann: User, target: str) -> None:
    answer = sign_in("ann", next=target)
    assert is_signed_in(answer)
    assert answer["Location"] == "/"
    answer = Browser().post(f"{LOGIN}?next={target}", {"login": "ann", "password": PASSWORD})
    assert answer["Location"] == "/"


def test_signing_in_leads_to_the_page_that_was_asked_for(ann: User) -> None:
    asked = Browser().get("/clients/")
    assert asked.status_code == 302
    assert asked["Location"] == f"{LOGIN}?next=/clients/"
    assert sign_in("ann", next="/clients/")["Location"] == "/clients/"


# What a stranger learns


def test_a_wrong_name_and_a_wrong_password_look_alike(ann: User) -> None:
    assert complaint(sign_in("ann", "wrong")) == complaint(sign_in("nobody", "wrong"))
    assert complaint(sign_in("ann@porada.example", "wrong")) == complaint(sign_in("nobody@porada.example", "wrong"))


def test_a_deactivated_person_looks_like_nobody(ann: User) -> None:
    ann.is_active = False
    ann.save()
    assert complaint(sign_in("ann", "wrong")) == complaint(sign_in("nobody", "wrong"))
    assert not is_signed_in(sign_in("ann"))


def test_a_name_that_is_unknown_costs_as_much_work(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, password, salt: hashed.append(1) or encode(self, password, salt)
    )
    sign_in("ann", "wrong")
    for_known = len(hashed)
    hashed.clear()
    sign_in("nobody", "wrong")
    assert len(hashed) == for_known > 0


# Sign-up


def test_nobody_signs_himself_up(ann: User) -> None:
    sent = {"username": "eve", "email": "eve@evil.example", "password1": PASSWORD, "password2": PASSWORD}
    for answer in (Browser().get("/account/signup/"), Browser().post("/account/signup/", sent)):
        assert answer.status_code == 200
        assert "Accounts are made by your administrator" in answer.content.decode()
    assert list(User.objects.all()) == [ann]


@pytest.mark.parametrize(
    "path",
    [
        "email/",
        "confirm-email/",
        "confirm-email/abc/",
        "password/set/",
        "login/code/",
        "login/code/confirm/",
        "social/signup/",
    ],
)
def test_pages_that_the_product_does_not_offer_are_not_there(ann: User, path: str) -> None:
    browser = Browser()
    browser.force_login(ann, backend="teams.backends.SignInBackend")
    assert browser.get(f"/account/{path}").status_code == 404
    assert browser.get("/account/password/change/").status_code == 200


def test_their_names_are_unknown_too() -> None:
    for name in ("account_email", "account_confirm_email", "account_set_password", "account_request_login_code"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


# Limits


def test_guessing_a_password_is_stopped(ann: User) -> None:
    for _ in range(5):
        assert sign_in("ann", "wrong").status_code == 200
    assert not is_signed_in(sign_in("ann"))
    assert is_signed_in(sign_in(UserFactory(username="bob", password=make_password(PASSWORD)).username))


def test_guessing_names_is_stopped_with_a_page(ann: User) -> None:
    answers = [sign_in(f"nobody{number}", "wrong") for number in range(45)]
    stopped = answers[-1]
    assert stopped.status_code == 429
    assert "ui" in stopped.content.decode()
    assert not is_signed_in(sign_in("ann"))
    elsewhere = Browser(REMOTE_ADDR="10.1.2.3")
    assert is_signed_in(sign_in("ann", browser=elsewhere))


def test_a_visitor_does_not_invent_his_address(ann: User) -> None:
    for number in range(45):
        Browser(HTTP_X_FORWARDED_FOR=f"10.0.0.{number}").post(LOGIN, {"login": f"n{number}", "password": "wrong"})
    assert sign_in("ann", browser=Browser(HTTP_X_FORWARDED_FOR="10.9.9.9")).status_code == 429


def test_the_limit_is_over_after_its_time(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(6):
        sign_in("ann", "wrong")
    assert not is_signed_in(sign_in("ann"))
    later = time.time() + 301
    monkeypatch.setattr("time.time", lambda: later)
    assert is_signed_in(sign_in("ann"))


# Out


@pytest.fixture
def browser(ann: User) -> Browser:
    browser = Browser(enforce_csrf_checks=False)
    assert is_signed_in(sign_in("ann", browser=browser))
    return browser


def test_signing_out_takes_a_post(browser: Browser) -> None:
    assert browser.get("/account/logout/").status_code == 200
    assert "_auth_user_id" in browser.session
    assert browser.post("/account/logout/").status_code == 302
    assert "_auth_user_id" not in browser.session


def test_a_deactivated_person_is_out_at_the_next_request(ann: User, browser: Browser) -> None:
    assert browser.get("/clients/").status_code == 200
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert browser.get("/clients/")["Location"].startswith(LOGIN)
    User.objects.filter(pk=ann.pk).update(is_active=True)
    assert browser.get("/clients/").status_code == 200


def test_a_new_password_ends_the_sessions_elsewhere(ann: User, browser: Browser) -> None:
    other = Browser()
    sign_in("ann", browser=other)
    new = "four quite different words"
    answer = browser.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302
    assert browser.get("/clients/").status_code == 200
    assert other.get("/clients/").status_code == 302
    assert is_signed_in(sign_in("ann", new))


def test_the_old_password_is_asked_for_a_new_one(ann: User, browser: Browser) -> None:
    new = "four quite different words"
    browser.post("/account/password/change/", {"oldpassword": "wrong", "password1": new, "password2": new})
    assert is_signed_in(sign_in("ann"))


@pytest.mark.parametrize("weak", ["short", "1234567890123", "password123", "ann@porada.example"])
def test_a_weak_password_is_refused(ann: User, browser: Browser, weak: str) -> None:
    answer = browser.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak})
    assert answer.status_code == 200
    assert not is_signed_in(sign_in("ann", weak))


def test_a_post_without_the_token_is_refused(ann: User) -> None:
    strict = Browser(enforce_csrf_checks=True)
    assert strict.post(LOGIN, {"login": "ann", "password": PASSWORD}).status_code == 403


def test_the_admins_sign_in_is_the_same_one(ann: User) -> None:
    answer = Browser().get("/admin/login/?next=/admin/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(LOGIN)
    answer = Browser().post("/admin/login/?next=/admin/", {"username": "ann", "password": PASSWORD})
    assert "_auth_user_id" not in answer.client.session
