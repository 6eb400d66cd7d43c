"""Invitations: through a real mail server, with rights that are judged when they are given and when they are taken."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from crm.access.rights import Scope
from teams.models import Company, FieldRule, Invitation, Membership, Role, Team, User
from teams.services import give_role
from teams.services.invitations import digest_of
from teams.tests.factories import Cast, RoleFactory, TeamFactory, grant_all, grant_management, join, make_cast
from teams.tests.test_password_reset import Mailbox, mailbox

letterbox = mailbox
PASSWORD = "four quite different words"
NEW, LIST, ACCEPT = "/invitations/new/", "/invitations/", "/invitations/accept/"


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """ann manages the people of her teams."""
    cache.clear()
    cast = make_cast()
    boss = grant_management(grant_all(RoleFactory(name="boss", rank=50), Scope.TEAM), Scope.TEAM)
    give_role(cast.ann, boss, actor=cast.dana)
    cast.ann.refresh_from_db()
    yield cast
    cache.clear()


@pytest.fixture
def seller(cast: Cast) -> Role:
    return grant_all(RoleFactory(name="seller", rank=5), Scope.OWN)


def browser_of(user: User | None) -> Browser:
    browser = Browser()
    if user is not None:
        browser.force_login(user)
    return browser


def north() -> Team:
    return Team.objects.get(name="North")


def form(role: Role, team: Team | None, **changed: Any) -> dict[str, Any]:
    values = {
        "email": "eva@porada.example",
        "first_name": "Eva",
        "last_name": "Melnyk",
        "language": "en",
        "role": role.pk,
        "team": team.pk if team else "",
        "position": "Seller",
        "share": 80,
    }
    return values | changed


def invite(actor: User, role: Role, team: Team | None, **changed: Any) -> str:
    """The path of the link that the inviter is shown."""
    answer = browser_of(actor).post(NEW, form(role, team, **changed))
    assert answer.status_code == 200, answer.content.decode()
    return link_of(answer)


def link_of(answer: Any) -> str:
    found = re.search(r'value="https?://[^/"]+(/invitations/accept/[^"]+)"', answer.content.decode())
    assert found
    return found[1]


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    body: Any = message.get_body((kind,))
    return str(body.get_content())


def come(link: str, **changed: str) -> tuple[Browser, Any]:
    """Open a link as a stranger, and send the form that it leads to."""
    browser = Browser()
    browser.get(link, follow=True)
    values = {"username": "eva", "first_name": "Eva", "last_name": "Melnyk"}
    values |= {"password1": PASSWORD, "password2": PASSWORD, **changed}
    return browser, browser.post(ACCEPT, values)


def page_of(link: str) -> Any:
    return Browser().get(link, follow=True)


def test_an_invited_person_comes_in_by_the_link_in_the_mail(cast: Cast, seller: Role, letterbox: Mailbox) -> None:
    browser_of(cast.ann).post(NEW, form(seller, north()))
    ((recipients, message),) = letterbox.mails
    assert recipients == ["eva@porada.example"]
    link = re.search(r"https?://[^/\s]+(/invitations/accept/\S+)", text_of(message))
    assert link
    assert link[1] in text_of(message, "html")
    welcome = page_of(link[1])
    assert "North" in welcome.content.decode()
    assert str(cast.ann) in welcome.content.decode()
    browser, answer = come(link[1])
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert browser.get("/").status_code == 200
    eva = User.objects.get(username="eva")
    assert (eva.email, eva.role, eva.get_full_name()) == ("eva@porada.example", seller, "Eva Melnyk")
    assert eva.check_password(PASSWORD)
    membership = Membership.objects.get(user=eva)
    assert (membership.team, membership.position, membership.share) == (north(), "Seller", 80)
    assert membership.is_primary
    assert Invitation.objects.get().accepted_by == eva


def test_language_is_the_inviters_choice_and_the_zone_the_companys(
    cast: Cast, seller: Role, letterbox: Mailbox
) -> None:
    Company.objects.create(pk=1, name="Heron", time_zone="Europe/Warsaw")
    link = invite(cast.ann, seller, north(), language="uk")
    assert "Heron" in letterbox.mails[0][1]["Subject"]
    assert '<html lang="uk"' in page_of(link).content.decode()
    come(link)
    eva = User.objects.get(username="eva")
    assert (eva.language, eva.time_zone) == ("uk", "Europe/Warsaw")


def test_history_tells_how_the_person_came(cast: Cast, seller: Role) -> None:
    come(invite(cast.ann, seller, north()))
    eva = User.objects.get(username="eva")
    newest, first = eva.history.order_by("-history_id")
    assert (first.history_type, first.history_user) == ("+", eva)
    assert newest.history_user == cast.ann
    assert [row["team_id"] for row in newest.parts["memberships"]] == [north().pk]


def test_only_a_digest_of_the_secret_is_kept(cast: Cast, seller: Role) -> None:
    secret = invite(cast.ann, seller, north()).rstrip("/").rpartition("/")[2]
    kept = Invitation.objects.values().get()
    assert secret not in str(kept)
    assert kept["secret_digest"] == digest_of(secret)
    assert secret not in browser_of(cast.ann).get(LIST).content.decode()


def test_a_link_works_once_and_every_dead_link_looks_the_same(cast: Cast, seller: Role) -> None:
    used = invite(cast.ann, seller, north())
    come(used)
    withdrawn = invite(cast.ann, seller, north(), email="withdrawn@porada.example")
    assert "Welcome" in page_of(withdrawn).content.decode()
    browser_of(cast.ann).post(f"{LIST}{Invitation.objects.get(email='withdrawn@porada.example').pk}/withdraw/")
    old = invite(cast.ann, seller, north(), email="old@porada.example")
    Invitation.objects.filter(email="old@porada.example").update(expires_at=timezone.now() - timedelta(seconds=1))
    unknown = "/invitations/accept/unknown/"
    pages = {re.sub(r'content="[^"]*"', "", page_of(link).content.decode()) for link in (used, withdrawn, old, unknown)}
    assert len(pages) == 1
    assert "This link does not work" in pages.pop()
    for link in (used, withdrawn, old, unknown):
        assert come(link, username="eve")[1].status_code == 404
    assert not User.objects.filter(username="eve").exists()


def test_a_link_that_died_while_its_page_was_open_makes_no_account(cast: Cast, seller: Role) -> None:
    link = invite(cast.ann, seller, north())
    browser = Browser()
    assert browser.get(link, follow=True).status_code == 200
    browser_of(cast.ann).post(f"{LIST}{Invitation.objects.get().pk}/withdraw/")
    values = {"username": "eva", "first_name": "E", "last_name": "M", "password1": PASSWORD, "password2": PASSWORD}
    assert browser.post(ACCEPT, values).status_code == 404
    assert not User.objects.filter(username="eva").exists()


def test_accepting_tells_no_referrer_and_no_log_the_secret(cast: Cast, seller: Role, caplog: Any) -> None:
    link = invite(cast.ann, seller, north())
    answer = Browser().get(link)
    assert (answer.status_code, answer["Location"]) == (302, ACCEPT)
    page = page_of(link)
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    for _attempt in range(40):
        page_of(f"{link[:-1]}x/")
    assert Browser().get(f"{link[:-1]}x/").status_code == 429
    assert link.rstrip("/").rpartition("/")[2] not in caplog.text


def deactivate(cast: Cast) -> None:
    User.objects.filter(pk=cast.ann.pk).update(is_active=False)


def strip_of_role(cast: Cast) -> None:
    User.objects.filter(pk=cast.ann.pk).update(role=None)


def strip_of_right_to_invite(cast: Cast) -> None:
    cast.ann.role.grants.filter(record_type="teams.user", action="add").delete()  # type: ignore[union-attr]


def strip_of_right_that_is_given(cast: Cast) -> None:
    cast.ann.role.grants.filter(record_type="clients.client", action="export").delete()  # type: ignore[union-attr]


def close_field_to_inviter(cast: Cast) -> None:
    FieldRule.objects.create(role=cast.ann.role, record_type="clients.client", field="tax_id", access="hidden")


def take_out_of_team(cast: Cast) -> None:
    cast.ann.memberships.all().delete()


def raise_the_role(cast: Cast) -> None:
    Role.objects.filter(name="seller").update(rank=50)


CHANGES = (
    deactivate,
    strip_of_role,
    strip_of_right_to_invite,
    strip_of_right_that_is_given,
    close_field_to_inviter,
    take_out_of_team,
    raise_the_role,
)


@pytest.mark.parametrize("change", CHANGES)
def test_what_the_inviter_may_not_give_any_more_is_not_given(cast: Cast, seller: Role, change: Any) -> None:
    link, second = invite(cast.ann, seller, north()), invite(cast.ann, seller, north(), email="two@porada.example")
    assert come(link)[1].status_code == 302
    change(cast)
    browser, answer = come(second, username="two")
    assert answer.status_code == 403
    assert "may not give you this access any more" in answer.content.decode()
    assert not User.objects.filter(username="two").exists()
    assert browser.get("/").status_code == 302
    assert Invitation.objects.get(email="two@porada.example").accepted_at is None


@pytest.mark.parametrize("lost", [{"is_active": False}, {"is_superuser": False}])
def test_an_invitation_into_no_team_is_judged_again_too(cast: Cast, seller: Role, lost: dict[str, bool]) -> None:
    link, second = invite(cast.dana, seller, None), invite(cast.dana, seller, None, email="two@porada.example")
    assert come(link)[1].status_code == 302
    User.objects.filter(pk=cast.dana.pk).update(**lost)
    assert come(second, username="two")[1].status_code == 403
    assert not User.objects.filter(username="two").exists()


def test_roles_and_teams_are_offered_as_far_as_the_inviter_may_give_them(cast: Cast, seller: Role) -> None:
    page = browser_of(cast.ann).get(NEW).context["form"]
    assert seller in page.fields["role"].queryset
    assert cast.ann.role not in page.fields["role"].queryset
    assert list(page.fields["team"].queryset) == [north()]
    assert page.fields["team"].required
    everything = browser_of(cast.dana).get(NEW).context["form"]
    assert cast.ann.role in everything.fields["role"].queryset
    assert not everything.fields["team"].required


def test_tampering_with_role_or_team_invites_nobody(cast: Cast, seller: Role) -> None:
    south = cast.cy.teams.get()
    higher = RoleFactory(rank=60)
    stronger = grant_all(RoleFactory(rank=5), Scope.ALL)
    for role, team in ((higher, north()), (stronger, north()), (seller, south), (seller, None)):
        assert browser_of(cast.ann).post(NEW, form(role, team)).status_code == 422
    assert not Invitation.objects.exists()
    invite(cast.ann, seller, north())
    assert Invitation.objects.exists()


def test_who_may_not_invite_reaches_no_page(cast: Cast, seller: Role) -> None:
    invite(cast.ann, seller, north())
    here = f"{LIST}{Invitation.objects.get().pk}"
    for user, expected in ((cast.bob, 403), (cast.ann, 200)):
        browser = browser_of(user)
        answers = [browser.get(LIST), browser.get(NEW), browser.post(f"{here}/again/")]
        assert [answer.status_code for answer in answers] == [expected] * 3
    assert browser_of(cast.bob).post(f"{here}/withdraw/").status_code == 403
    assert Invitation.objects.get().is_open


def test_invitations_of_another_team_are_out_of_sight(cast: Cast, seller: Role) -> None:
    southern = grant_management(grant_all(RoleFactory(name="southern", rank=50), Scope.TEAM), Scope.TEAM)
    give_role(cast.cy, southern, actor=cast.dana)
    invite(cast.ann, seller, north())
    here = f"{LIST}{Invitation.objects.get().pk}"
    stranger = browser_of(User.objects.get(pk=cast.cy.pk))
    assert "eva@porada.example" not in stranger.get(LIST).content.decode()
    assert stranger.post(f"{here}/withdraw/").status_code == 404
    assert "eva@porada.example" in browser_of(cast.ann).get(LIST).content.decode()
    assert browser_of(cast.ann).post(f"{here}/withdraw/").status_code == 302


def test_a_mail_server_that_fails_keeps_the_invitation_to_be_sent_again(
    cast: Cast, seller: Role, letterbox: Mailbox, settings: Any
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    answer = browser_of(cast.ann).post(NEW, form(seller, north()))
    assert "The mail server did not take the mail" in answer.content.decode()
    invitation = Invitation.objects.get()
    assert invitation.sent_at is None
    first = link_of(answer)
    assert page_of(first).status_code == 200
    settings.EMAIL_PORT = port
    again = link_of(browser_of(cast.ann).post(f"{LIST}{invitation.pk}/again/"))
    invitation.refresh_from_db()
    assert invitation.sent_at is not None
    assert len(letterbox.mails) == 1
    assert page_of(first).status_code == 404
    assert page_of(again).status_code == 200


def test_sending_again_makes_an_expired_invitation_valid(cast: Cast, seller: Role) -> None:
    invite(cast.ann, seller, north())
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    link = link_of(browser_of(cast.ann).post(f"{LIST}{Invitation.objects.get().pk}/again/"))
    assert come(link)[1].status_code == 302
    answer = browser_of(cast.ann).post(f"{LIST}{Invitation.objects.get().pk}/again/", follow=True)
    assert "This invitation is over" in answer.content.decode()


def test_an_address_that_has_an_account_is_not_invited(cast: Cast, seller: Role) -> None:
    answer = browser_of(cast.ann).post(NEW, form(seller, north(), email="CY@porada.example"))
    assert answer.status_code == 422
    assert "Somebody already signs in with this e-mail." in answer.content.decode()
    invite(cast.ann, seller, north())
    assert browser_of(cast.ann).post(NEW, form(seller, north(), email="Eva@porada.example")).status_code == 422
    assert Invitation.objects.count() == 1


def test_an_address_that_got_an_account_meanwhile_makes_no_second_one(cast: Cast, seller: Role) -> None:
    link = invite(cast.ann, seller, north())
    User.objects.filter(pk=cast.cy.pk).update(email="eva@porada.example")
    assert come(link)[1].status_code == 403
    assert not User.objects.filter(username="eva").exists()


def test_password_and_user_name_are_held_to_the_rules(cast: Cast, seller: Role) -> None:
    link = invite(cast.ann, seller, north())
    for wrong in ({"password1": "short", "password2": "short"}, {"password2": "else"}, {"username": "ANN"}):
        assert come(link, **wrong)[1].status_code == 422
    assert come(link)[1].status_code == 302


def test_a_role_that_needs_a_second_factor_leads_to_its_set_up(cast: Cast, seller: Role) -> None:
    Role.objects.filter(pk=seller.pk).update(needs_second_factor=True)
    browser, answer = come(invite(cast.ann, seller, north()))
    assert answer.status_code == 302
    page = browser.get("/", follow=True)
    assert page.redirect_chain == [("/account/security/set-up/", 302)]
    assert page.status_code == 200


def test_a_signed_in_colleague_does_not_take_an_invitation(cast: Cast, seller: Role) -> None:
    link = invite(cast.ann, seller, north())
    answer = browser_of(cast.bob).get(link, follow=True)
    assert "You are signed in" in answer.content.decode()
    assert page_of(link).status_code == 200


def test_a_team_below_is_reached_by_who_manages_team_and_below(cast: Cast, seller: Role) -> None:
    below = TeamFactory(name="Below", parent=north())
    assert browser_of(cast.ann).post(NEW, form(seller, below)).status_code == 422
    head = grant_management(grant_all(RoleFactory(name="head", rank=60), Scope.TEAM_AND_BELOW), Scope.TEAM_AND_BELOW)
    give_role(cast.bob, head, actor=cast.dana)
    invite(User.objects.get(pk=cast.bob.pk), seller, below)
    assert Invitation.objects.get().team == below
    join(cast.bob, below)
