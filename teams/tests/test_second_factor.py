"""The second factor: how it is set up, asked for and reset, and that nothing leads around it."""

import re
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from crm.access.rights import Action, Scope
from crm.ui.testing import assert_strict_html
from teams.models import Grant, Role, User
from teams.tests.factories import Cast, RoleFactory, UserFactory, make_cast

PASSWORD = "three little words"
LOGIN, SET_UP, CODE = "/account/login/", "/account/security/set-up/", "/account/security/code/"
TURN_OFF, AGAIN = "/account/security/turn-off/", "/account/reauthenticate/"


@pytest.fixture
def cast(db: None) -> Cast:
    cache.clear()
    cast = make_cast()
    for user in (cast.ann, cast.bob, cast.dana):
        user.set_password(PASSWORD)
        user.save()
    return cast


def demand(role: Role | None) -> None:
    assert role is not None
    Role.objects.filter(pk=role.pk).update(needs_second_factor=True)


def enrol(user: User) -> str:
    """Gives the person a second factor, and returns its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str, *, periods: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods))


def wrong_code(secret: str, number: int = 0) -> str:
    right = {code_of(secret, periods=shift) for shift in range(-3, 4)}
    return next(f"{guess:06}" for guess in range(number, 1_000_000) if f"{guess:06}" not in right)


def sign_in(login: str, browser: Browser | None = None, **more: str) -> Any:
    return (browser or Browser()).post(LOGIN, {"login": login, "password": PASSWORD, **more})


def signed_in(user: User) -> Browser:
    """With his password just now, as far as that leads."""
    browser = Browser()
    sign_in(user.username, browser)
    return browser


def is_in(browser: Browser) -> bool:
    return "_auth_user_id" in browser.session


def secret_on(page: Any) -> str:
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page.content.decode())
    assert found
    return found[1]


# Setting up


def test_a_person_sets_it_up_with_a_code_of_his_app(cast: Cast) -> None:
    browser = signed_in(cast.ann)
    page = browser.get(SET_UP)
    assert page.status_code == 200
    assert "data:image/svg+xml;base64," in page.content.decode()
    assert_strict_html(page.content.decode())
    secret = secret_on(page)
    assert browser.post(SET_UP, {"code": wrong_code(secret)}).status_code == 200
    assert not Authenticator.objects.exists()
    answer = browser.post(SET_UP, {"code": code_of(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    codes = browser.get(answer["Location"]).content.decode()
    assert len(re.findall(r"<li><code>\d{8}</code>", codes)) == 10
    assert browser.get(reverse("mfa_index")).context["second_factor"] is not None


def test_secrets_are_kept_encrypted(cast: Cast) -> None:
    secret = enrol(cast.ann)
    for kept in Authenticator.objects.filter(user=cast.ann):
        assert secret not in str(kept.data)
        assert str(kept.data.get("secret") or kept.data.get("seed")).startswith("gAAAA")


def test_another_secret_key_opens_nothing(cast: Cast, settings: Any) -> None:
    secret = enrol(cast.ann)
    (kept,) = Authenticator.objects.filter(user=cast.ann, type=Authenticator.Type.TOTP)
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another key altogether, of more than enough letters"
    assert not kept.wrap().validate_code(code_of(secret))
    assert not kept.wrap().validate_code(code_of(""))
    settings.SECRET_KEY_FALLBACKS = [old]
    assert kept.wrap().validate_code(code_of(secret))


def test_setting_up_asks_the_password_again_after_a_while(cast: Cast) -> None:
    stale = Browser()
    stale.force_login(cast.ann, backend="teams.backends.SignInBackend")
    answer = stale.get(SET_UP)
    assert answer["Location"].startswith(AGAIN)
    assert stale.get(answer["Location"]).status_code == 200
    assert stale.post(answer["Location"], {"password": "wrong"}).status_code == 200
    assert stale.get(SET_UP).status_code == 302
    assert stale.post(answer["Location"], {"password": PASSWORD})["Location"] == SET_UP
    assert stale.get(SET_UP).status_code == 200


# Signing in


def test_signing_in_takes_the_code_as_well(cast: Cast) -> None:
    secret = enrol(cast.ann)
    browser = Browser()
    assert sign_in("ann", browser)["Location"].startswith(CODE)
    assert not is_in(browser)
    assert browser.get("/clients/").status_code == 302
    page = browser.get(CODE)
    assert page.status_code == 200
    assert_strict_html(page.content.decode())
    assert browser.post(CODE, {"code": wrong_code(secret)}).status_code == 200
    assert not is_in(browser)
    assert browser.post(CODE, {"code": code_of(secret)}).status_code == 302
    assert is_in(browser)
    assert browser.get("/clients/").status_code == 200


def test_the_admin_is_entered_by_the_same_door(cast: Cast) -> None:
    secret = enrol(cast.dana)
    browser = Browser()
    assert browser.get("/admin/login/")["Location"].startswith(LOGIN)
    sign_in("dana", browser)
    assert browser.get("/admin/").status_code == 302
    browser.post(CODE, {"code": code_of(secret)})
    assert browser.get("/admin/").status_code == 200


def test_the_page_of_the_code_is_closed_without_the_password(cast: Cast) -> None:
    secret = enrol(cast.ann)
    assert Browser().get(CODE)["Location"].startswith(LOGIN)
    assert Browser().post(CODE, {"code": code_of(secret)})["Location"].startswith(LOGIN)


def test_a_code_is_not_taken_twice(cast: Cast) -> None:
    secret = enrol(cast.ann)
    code = code_of(secret, periods=1)
    first, second = signed_in(cast.ann), signed_in(cast.ann)
    first.post(CODE, {"code": code})
    assert is_in(first)
    second.post(CODE, {"code": code})
    second.post(CODE, {"code": f"{code[:3]} {code[3:]}"})
    assert not is_in(second)
    second.post(CODE, {"code": code_of(secret)})
    assert is_in(second)


def test_a_used_code_stays_used_as_long_as_it_would_fit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = enrol(cast.ann)
    start = (int(time.time()) // 30) * 30.0
    # The cache tells the time its own way.
    monkeypatch.setattr("django.core.cache.backends.db.tz_now", lambda: datetime.fromtimestamp(time.time(), UTC))
    monkeypatch.setattr("time.time", lambda: start)
    code = code_of(secret, periods=1)
    first, second = signed_in(cast.ann), signed_in(cast.ann)
    first.post(CODE, {"code": code})
    assert is_in(first)
    monkeypatch.setattr("time.time", lambda: start + 59)
    second.post(CODE, {"code": code})
    assert not is_in(second)


def test_an_old_code_is_refused(cast: Cast) -> None:
    secret = enrol(cast.ann)
    browser = signed_in(cast.ann)
    for periods in (-4, 4):
        browser.post(CODE, {"code": code_of(secret, periods=periods)})
        assert not is_in(browser)
    browser.post(CODE, {"code": code_of(secret)})
    assert is_in(browser)


def test_the_code_of_another_is_refused(cast: Cast) -> None:
    enrol(cast.ann)
    of_bob = enrol(cast.bob)
    browser = signed_in(cast.ann)
    browser.post(CODE, {"code": code_of(of_bob)})
    assert not is_in(browser)


def test_guessing_codes_is_stopped_even_for_the_right_one(cast: Cast) -> None:
    secret = enrol(cast.ann)
    browser = signed_in(cast.ann)
    for number in range(5):
        browser.post(CODE, {"code": wrong_code(secret, number)})
    browser.post(CODE, {"code": code_of(secret)})
    assert not is_in(browser)
    # Neither a new sign-in nor another address begins anew.
    elsewhere = Browser(REMOTE_ADDR="10.1.2.3")
    sign_in("ann", elsewhere)
    elsewhere.post(CODE, {"code": code_of(secret)})
    assert not is_in(elsewhere)


def test_signing_in_with_a_code_needs_no_redis(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError("Redis is down")

    monkeypatch.setattr("redis.connection.AbstractConnection.connect", refuse)
    secret = enrol(cast.ann)
    browser = signed_in(cast.ann)
    browser.post(CODE, {"code": code_of(secret)})
    assert is_in(browser)


def test_a_recovery_code_opens_once(cast: Cast) -> None:
    enrol(cast.ann)
    kept = Authenticator.objects.get(user=cast.ann, type=Authenticator.Type.RECOVERY_CODES)
    code = kept.wrap().get_unused_codes()[3]
    first, second = signed_in(cast.ann), signed_in(cast.ann)
    first.post(CODE, {"code": code})
    assert is_in(first)
    second.post(CODE, {"code": code})
    assert not is_in(second)


def test_who_begins_to_sign_in_reaches_nothing_of_the_account(cast: Cast) -> None:
    enrol(cast.ann)
    browser = signed_in(cast.ann)
    for name in ("mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes"):
        assert browser.get(reverse(name))["Location"].startswith(LOGIN)
        assert browser.post(reverse(name))["Location"].startswith(LOGIN)


# Demanded by the role


def test_a_role_that_needs_it_opens_nothing_before_it_is_set_up(cast: Cast) -> None:
    browser = signed_in(cast.ann)
    assert browser.get("/clients/").status_code == 200
    demand(cast.ann.role)
    for path in (
        "/",
        "/clients/",
        "/clients/export/",
        "/contacts/",
        "/import/",
        "/search/?q=acme",
        "/account/security/",
    ):
        assert browser.get(path)["Location"] == SET_UP, path
    assert browser.post("/clients/new/", {"name": "Sly"})["Location"] == SET_UP
    assert browser.post("/preferences/", {"theme": "dark"})["Location"] == SET_UP
    assert browser.get("/no/such/page/")["Location"] == SET_UP
    by_script = browser.get("/clients/", HTTP_HX_REQUEST="true")
    assert by_script["HX-Redirect"] == SET_UP
    assert by_script.content == b""
    secret = secret_on(browser.get(SET_UP))
    browser.post(SET_UP, {"code": code_of(secret)})
    assert browser.get("/clients/").status_code == 200


def test_an_administrator_with_such_a_role_is_kept_out_of_the_admin_too(cast: Cast) -> None:
    role = RoleFactory(name="admins", needs_second_factor=True)
    browser = signed_in(cast.dana)
    assert browser.get("/admin/").status_code == 200
    User.objects.filter(pk=cast.dana.pk).update(role=role)
    assert browser.get("/admin/")["Location"] == SET_UP
    assert browser.get("/admin/teams/user/")["Location"] == SET_UP
    enrol(cast.dana)
    assert browser.get("/admin/").status_code == 200


def test_sign_out_stays_open(cast: Cast) -> None:
    demand(cast.ann.role)
    browser = signed_in(cast.ann)
    assert is_in(browser)
    assert browser.get("/account/logout/").status_code == 200
    assert browser.post("/account/logout/")["Location"] != SET_UP
    assert not is_in(browser)


def test_the_way_to_the_set_up_is_open_to_a_stale_session(cast: Cast) -> None:
    demand(cast.ann.role)
    stale = Browser()
    stale.force_login(cast.ann, backend="teams.backends.SignInBackend")
    answer = stale.get("/clients/", follow=True)
    assert answer.redirect_chain[-1][0].startswith(AGAIN)
    assert stale.post(answer.redirect_chain[-1][0], {"password": PASSWORD})["Location"] == SET_UP
    assert stale.get("/clients/")["Location"] == SET_UP


def test_a_new_password_by_mail_signs_nobody_in(cast: Cast) -> None:
    enrol(cast.ann)
    browser = Browser()
    browser.post("/account/password/reset/", {"email": cast.ann.email})
    found = re.search(r"https?://[^/\s]+(/account/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert found
    new = "four quite different words"
    form = browser.get(found[1], follow=True)
    browser.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    assert not is_in(browser)
    assert browser.get("/clients/")["Location"].startswith(LOGIN)
    browser.post(LOGIN, {"login": "ann", "password": new})
    assert not is_in(browser)


def test_it_is_turned_off_only_where_the_role_lets_it(cast: Cast) -> None:
    secret = enrol(cast.ann)
    browser = signed_in(cast.ann)
    browser.post(CODE, {"code": code_of(secret)})
    demand(cast.ann.role)
    assert browser.get(TURN_OFF).context["form"].errors
    browser.post(TURN_OFF)
    assert Authenticator.objects.filter(user=cast.ann, type=Authenticator.Type.TOTP).exists()
    Role.objects.update(needs_second_factor=False)
    browser.post(TURN_OFF)
    assert not Authenticator.objects.filter(user=cast.ann).exists()


def test_turning_it_off_asks_for_a_code_and_not_for_the_password(cast: Cast) -> None:
    secret = enrol(cast.ann)
    stale = Browser()
    stale.force_login(cast.ann, backend="teams.backends.SignInBackend")
    stale.post(TURN_OFF)
    stale.post(AGAIN, {"password": PASSWORD})
    stale.post(TURN_OFF)
    assert Authenticator.objects.filter(user=cast.ann).count() == 2
    again = reverse("mfa_reauthenticate")
    assert stale.get(AGAIN)["Location"].startswith(again)
    stale.post(again, {"code": wrong_code(secret)})
    assert stale.get(TURN_OFF).status_code == 302
    stale.post(again, {"code": code_of(secret)})
    stale.post(TURN_OFF)
    assert not Authenticator.objects.filter(user=cast.ann).exists()


def test_people_without_a_role_or_a_rule_are_not_asked(cast: Cast) -> None:
    User.objects.filter(pk=cast.bob.pk).update(role=None)
    demand(cast.ann.role)
    assert signed_in(cast.bob).get("/").status_code == 200
    assert signed_in(cast.dana).get("/").status_code == 200
    assert signed_in(cast.ann).get("/")["Location"] == SET_UP


def test_recovery_codes_are_shown_to_their_owner_alone(cast: Cast) -> None:
    secret = enrol(cast.ann)
    kept = Authenticator.objects.get(user=cast.ann, type=Authenticator.Type.RECOVERY_CODES)
    code = kept.wrap().get_unused_codes()[0]
    pages = [reverse(name) for name in ("mfa_view_recovery_codes", "mfa_download_recovery_codes")]
    of_bob = signed_in(cast.bob)
    assert [of_bob.get(page).status_code for page in pages] == [404, 404]
    browser = signed_in(cast.ann)
    browser.post(CODE, {"code": code_of(secret)})
    assert all(code in browser.get(page).content.decode() for page in pages)
    browser.post(reverse("mfa_generate_recovery_codes"))
    assert code not in browser.get(pages[0]).content.decode()


# Lost


def manager_of_people(scope: Scope = Scope.ALL) -> User:
    role = RoleFactory(name="head of people", rank=90)
    Grant.objects.create(role=role, record_type="teams.user", action=Action.CHANGE, scope=scope)
    return UserFactory(username="head", role=role)


def reset(actor: User, person: User) -> Any:
    browser = Browser()
    browser.force_login(actor)
    return browser.post(reverse("people:reset_second_factor", args=[person.pk]))


@pytest.mark.django_db(transaction=True)
def test_who_manages_a_person_resets_his_lost_second_factor(cast: Cast) -> None:
    secret = enrol(cast.ann)
    open_session = signed_in(cast.ann)
    open_session.post(CODE, {"code": code_of(secret)})
    assert is_in(open_session)
    head = manager_of_people()
    assert reset(head, cast.ann).status_code == 302
    assert not Authenticator.objects.filter(user=cast.ann).exists()
    assert open_session.get("/clients/")["Location"].startswith(LOGIN)
    version = User.history.filter(id=cast.ann.pk).latest("history_id")
    assert (version.history_change_reason, version.history_user) == ("Second factor reset", head)
    (notice,) = mail.outbox
    assert notice.to == [cast.ann.email]
    assert "head has reset" in str(notice.body)
    assert is_in(signed_in(cast.ann))


def test_nobody_else_resets_it(cast: Cast) -> None:
    for user in (cast.ann, cast.dana):
        enrol(user)
    head = manager_of_people()
    enrol(head)
    assert reset(cast.bob, cast.ann).status_code == 403
    assert reset(cast.ann, cast.ann).status_code == 403
    # Neither upwards nor oneself.
    assert reset(head, cast.dana).status_code == 403
    assert reset(head, head).status_code == 403
    assert Authenticator.objects.count() == 6
    asked = Browser()
    asked.force_login(head)
    assert asked.get(reverse("people:reset_second_factor", args=[cast.ann.pk])).status_code == 200
    assert Authenticator.objects.count() == 6


def test_after_a_reset_the_role_asks_for_a_new_one(cast: Cast) -> None:
    enrol(cast.ann)
    demand(cast.ann.role)
    browser = Browser()
    browser.force_login(cast.ann)
    assert browser.get("/clients/").status_code == 200
    reset(cast.dana, cast.ann)
    assert signed_in(cast.ann).get("/clients/")["Location"] == SET_UP
