"""Who is told of interactions: those who follow and see them, of what still stands."""

import pytest

from clients.tests.factories import make_client
from contacts.services import Conversation, delete_interaction, edit_interaction
from contacts.tests.factories import log, make_contact
from crm.access.rights import Action
from crm.access.shares import share, withdraw
from crm.notifications.following import follow
from crm.notifications.models import Notification
from crm.notifications.selectors import badge_of
from crm.outbox.testing import deliver_all
from crm.pages.testing import browser_of
from teams.models import User
from teams.tests.factories import Cast, make_cast

LOGGED = "contacts.interaction"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def told_to(user: User) -> int:
    deliver_all()
    return Notification.objects.filter(user=user, kind=LOGGED).count()


def page_of(user: User) -> str:
    return str(browser_of(user).get("/notifications/").content.decode())


def test_those_who_follow_hear_of_what_is_logged(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    follow(acme, cast.bob)
    log(cast.dana, "Wants a quote", about=[acme], with_=[make_contact(cast.ann, at=acme)])
    assert (told_to(cast.ann), told_to(cast.bob), told_to(cast.dana)) == (1, 1, 0)
    assert "Wants a quote" in page_of(cast.bob)


def test_an_outsider_who_follows_hears_nothing(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    follow(acme, cast.cy)
    log(cast.ann, "Vorskla secret", about=[acme])
    assert told_to(cast.cy) == 0
    share(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    log(cast.ann, "Vorskla told", about=[acme])
    assert told_to(cast.cy) == 1
    assert "Vorskla told" in page_of(cast.cy)
    withdraw(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    assert "Vorskla" not in page_of(cast.cy)
    assert badge_of(cast.cy) == badge_of(cast.fin)


def test_what_was_deleted_before_it_was_told_is_not_told(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    follow(acme, cast.bob)
    delete_interaction(log(cast.ann, "Nonsense", about=[acme]), actor=cast.ann)
    assert told_to(cast.bob) == 0
    kept = log(cast.ann, "Kept", about=[acme])
    assert told_to(cast.bob) == 1
    delete_interaction(kept, actor=cast.ann)
    assert told_to(cast.bob) == 0


@pytest.mark.parametrize("is_told_before", [True, False])
def test_what_was_moved_to_another_record_is_told_to_those_who_see_that_one(cast: Cast, is_told_before: bool) -> None:
    shown, hidden = make_client(cast.ann, "Shown"), make_client(cast.ann, "Hidden")
    share(shown, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    for reader in (cast.bob, cast.cy):
        follow(shown, reader)
    said = log(cast.ann, "Harmless", about=[shown])
    if is_told_before:
        assert told_to(cast.cy) == 1
    said.text = "Vorskla secret"
    edit_interaction(said, Conversation(about=[hidden]), actor=cast.ann)
    deliver_all()
    assert "Vorskla" not in page_of(cast.cy)
    assert ("logged on Hidden" in page_of(cast.bob)) == is_told_before
    # cy was told of the share as well.
    assert (badge_of(cast.cy).count, badge_of(cast.bob).count) == (1, int(is_told_before))
