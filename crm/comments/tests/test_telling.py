"""What the bell and the timeline say of comments, from the writing to the reading."""

import pytest

from clients.models import Client
from clients.tests.factories import make_client
from crm.access.rights import Action
from crm.access.shares import share, withdraw
from crm.access.writing import move_to_bin
from crm.comments.models import Comment
from crm.comments.services import delete_comment, edit_comment, restore_comment
from crm.comments.tests.cast import comment_of, make_commenting_cast
from crm.notifications.following import follow
from crm.notifications.selectors import badge_of, page_of
from crm.outbox.testing import deliver_all
from crm.pages.testing import browser_of
from crm.timeline.reading import read_page
from crm.timeline.statements import Wanted
from teams.models import User
from teams.tests.factories import Cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_commenting_cast()


@pytest.fixture
def acme(cast: Cast) -> Client:
    return make_client(cast.ann, "Acme")


def heard(user: User) -> list[tuple[str, str]]:
    """Sentence and excerpt of what the reader was told of comments."""
    deliver_all()
    lines = [line for line in page_of(user).lines if line.kind.key.startswith("comments.")]
    return [(line.sentence, line.told.excerpt) for line in lines]


def test_each_hears_in_the_words_of_his_reason(cast: Cast, acme: Client) -> None:
    first = comment_of(cast.bob, acme, "First")
    comment_of(cast.dana, acme, "**Look**, @fin", parent=first)
    assert heard(cast.fin) == [("dana mentioned you on Acme", "Look, @fin")]
    assert heard(cast.bob) == [("dana replied to you on Acme", "Look, @fin")]
    assert [excerpt for _sentence, excerpt in heard(cast.ann)] == ["Look, @fin"]
    assert heard(cast.dana) == []
    assert heard(cast.cy) == []


def test_nothing_is_said_once_the_record_is_out_of_sight(cast: Cast, acme: Client) -> None:
    share(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    comment_of(cast.ann, acme, "@cy Osprey")
    assert heard(cast.cy) == [("ann mentioned you on Acme", "@cy Osprey")]
    withdraw(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    assert heard(cast.cy) == []
    comment_of(cast.bob, acme, "Falcon")
    assert heard(cast.cy) == []
    assert badge_of(cast.cy).count == 0
    share(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    assert ("ann mentioned you on Acme", "@cy Osprey") in heard(cast.cy)


def test_what_was_deleted_is_not_said_and_not_counted_until_it_is_back(cast: Cast, acme: Client) -> None:
    comment = comment_of(cast.ann, acme, "@bob Osprey")
    assert heard(cast.bob) == [("ann mentioned you on Acme", "@bob Osprey")]
    assert badge_of(cast.bob).count == 1
    deleted = delete_comment(comment, actor=cast.ann)
    assert heard(cast.bob) == []
    assert badge_of(cast.bob).count == 0
    restore_comment(deleted, actor=cast.ann)
    assert heard(cast.bob) == [("ann mentioned you on Acme", "@bob Osprey")]
    assert badge_of(cast.bob).count == 1


def test_what_was_edited_is_said_as_it_stands_now(cast: Cast, acme: Client) -> None:
    comment = comment_of(cast.ann, acme, "@bob Osprey")
    edit_comment(comment, "@bob Falcon " + "x" * 200, actor=cast.ann)
    ((_sentence, excerpt),) = heard(cast.bob)
    assert excerpt.startswith("@bob Falcon")
    assert len(excerpt) == 140


def test_a_notice_leads_to_its_comment(cast: Cast, acme: Client) -> None:
    comment = comment_of(cast.ann, acme, "@bob Osprey")
    deliver_all()
    (line,) = page_of(cast.bob).lines
    answer = browser_of(cast.bob).get(line.told.url, follow=True)
    assert answer.redirect_chain[-1][0] == f"{acme.get_absolute_url()}#comment-{comment.pk}"
    assert browser_of(cast.cy).get(line.told.url).status_code == 404


def test_followers_hear_of_comments_and_not_when_the_record_is_binned(cast: Cast, acme: Client) -> None:
    follow(acme, cast.fin)
    comment_of(cast.bob, acme, "Osprey")
    assert heard(cast.fin) == [("bob commented on Acme", "Osprey")]
    move_to_bin(acme, actor=cast.ann)
    assert heard(cast.fin) == []


def test_the_timeline_tells_of_comments_as_they_stand(cast: Cast, acme: Client) -> None:
    def told() -> list[str]:
        return [each.loaded["excerpt"] for each in read_page(acme, cast.bob, Wanted(kind="comment")).told]

    comment = comment_of(cast.ann, acme, "**Osprey**")
    assert told() == ["Osprey"]
    comment = edit_comment(comment, "Falcon", actor=cast.ann)
    assert told() == ["Falcon"]
    (each,) = read_page(acme, cast.bob, Wanted(kind="comment")).told
    assert f"/comments/{comment.pk}/" in each.draw(record=acme)
    delete_comment(comment, actor=cast.ann)
    assert told() == []
    assert Comment.objects.count() == 1
