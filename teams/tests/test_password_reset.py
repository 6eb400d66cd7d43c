"""A forgotten password: the mail goes through a real mail server, the link works once, strangers learn nothing."""

import email
import email.policy
import re
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client as Browser

from teams.models import User
from teams.tests.factories import UserFactory

NEW = "four quite different words"
RESET = "/account/password/reset/"


class Mailbox:
    """Keeps what the mail server was given."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 aiosmtpd's name
        message: Any = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)
        self.mails.append((envelope.rcpt_tos, message))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    mailbox = Mailbox()
    server = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield mailbox
    server.stop()


@pytest.fixture
def ann(db: None) -> User:
    cache.clear()
    ann = UserFactory(username="ann", email="ann@porada.example")
    ann.set_password("three little words")
    ann.save()
    return ann


def ask(address: str) -> Any:
    return Browser().post(RESET, {"email": address}, follow=True)


def shown(answer: Any) -> str:
    """The page without the token that differs at every visit."""
    return re.sub(r'(value|content)="[^"]*"', "", answer.content.decode())


def link_in(message: EmailMessage) -> str:
    found = re.search(r"https?://[^/\s]+(/account/password/reset/key/\S+)", message.get_content())
    assert found
    return found[1]


def choose(link: str, password: str = NEW) -> Any:
    browser = Browser()
    form = browser.get(link, follow=True)
    return browser.post(form.request["PATH_INFO"], {"password1": password, "password2": password}, follow=True)


@pytest.mark.parametrize("address", ["ann@porada.example", "ANN@Porada.Example"])
def test_a_link_comes_by_mail_and_sets_a_new_password(ann: User, mailbox: Mailbox, address: str) -> None:
    ask(address)
    ((recipients, message),) = mailbox.mails
    assert recipients == ["ann@porada.example"]
    assert message["Subject"].startswith("Porada: ")
    assert "[example.com]" not in message["Subject"]
    choose(link_in(message))
    ann.refresh_from_db()
    assert ann.check_password(NEW)
    assert not EmailAddress.objects.exists()


def test_the_link_works_once(ann: User, mailbox: Mailbox) -> None:
    ask(ann.email)
    link = link_in(mailbox.mails[0][1])
    choose(link)
    choose(link, "yet another long secret")
    ann.refresh_from_db()
    assert ann.check_password(NEW)


def test_a_new_password_ends_every_open_session(ann: User, mailbox: Mailbox) -> None:
    intruder = Browser()
    intruder.force_login(ann, backend="teams.backends.SignInBackend")
    assert intruder.get("/clients/").status_code == 200
    ask(ann.email)
    choose(link_in(mailbox.mails[0][1]))
    assert intruder.get("/clients/").status_code == 302


def test_a_weak_password_is_refused_by_the_link_too(ann: User, mailbox: Mailbox) -> None:
    ask(ann.email)
    assert choose(link_in(mailbox.mails[0][1]), "short").status_code == 200
    ann.refresh_from_db()
    assert ann.check_password("three little words")


def test_known_and_unknown_addresses_are_answered_alike(ann: User, mailbox: Mailbox) -> None:
    known, unknown = ask(ann.email), ask("nobody@porada.example")
    assert known.redirect_chain == unknown.redirect_chain
    assert shown(known) == shown(unknown)
    (_, to_known), (recipients, to_unknown) = mailbox.mails
    assert recipients == ["nobody@porada.example"]
    assert "/reset/key/" in to_known.get_content()
    assert "/reset/key/" not in to_unknown.get_content()


def test_the_deactivated_get_no_link(ann: User, mailbox: Mailbox) -> None:
    User.objects.filter(pk=ann.pk).update(is_active=False)
    ask(ann.email)
    assert all("/reset/key/" not in message.get_content() for _, message in mailbox.mails)


def test_an_address_that_was_given_up_gets_no_link(ann: User, mailbox: Mailbox) -> None:
    ask("ann@porada.example")
    Browser().post("/account/login/", {"login": "ann", "password": "three little words"})
    ann.email = "ann.new@porada.example"
    ann.save()
    ask("ann@porada.example")
    ask("ann.new@porada.example")
    with_link = [recipients for recipients, message in mailbox.mails[1:] if "/reset/key/" in message.get_content()]
    assert with_link == [["ann.new@porada.example"]]
    link = link_in(mailbox.mails[0][1])
    choose(link)
    ann.refresh_from_db()
    assert not ann.check_password(NEW)


def test_asking_again_and_again_is_stopped(ann: User, mailbox: Mailbox) -> None:
    answers = [ask(ann.email).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    assert len(mailbox.mails) == 3
    answers = [ask(f"nobody{number}@porada.example").status_code for number in range(10)]
    assert answers[-1] == 429


def test_a_mail_server_that_is_down_is_told_alike_for_everybody(ann: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    known, unknown = ask(ann.email), ask("nobody@porada.example")
    assert known.status_code == unknown.status_code == 200
    assert "The mail could not be sent." in shown(known)
    assert shown(known) == shown(unknown)


def test_the_host_of_the_link_is_not_the_visitors_to_choose(ann: User, mailbox: Mailbox) -> None:
    Browser().post(RESET, {"email": ann.email}, headers={"host": "evil.example"})
    assert mailbox.mails == []
    Browser().post(RESET, {"email": ann.email}, headers={"x-forwarded-host": "evil.example"})
    assert "evil.example" not in mailbox.mails[0][1].get_content()
