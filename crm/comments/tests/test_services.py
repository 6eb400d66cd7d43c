"""Writing comments: who may, whom they name, what is kept of edits and deletions."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from clients.models import Client
from clients.tests.factories import make_client
from crm.access.rights import Action
from crm.access.shares import share, withdraw
from crm.comments import services, telling
from crm.comments.mentions import NotInTheirSight
from crm.comments.models import Comment, Emoji, Reaction, ReadMark
from crm.comments.reading import read_page, standing
from crm.comments.services import StaleComment, add_comment, delete_comment, edit_comment, react, restore_comment
from crm.comments.tests.cast import comment_of, grant_comments, make_commenting_cast
from crm.notifications.following import is_following, unfollow
from crm.timeline.models import Entry
from teams.models import User
from teams.tests.factories import Cast, RoleFactory, UserFactory, join


@pytest.fixture
def cast(db: None) -> Cast:
    return make_commenting_cast()


@pytest.fixture
def acme(cast: Cast) -> Client:
    return make_client(cast.ann, "Acme")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, set[int]]]:
    """Which people are told, by which kind."""
    kept: list[tuple[str, set[int]]] = []

    def note(kind: str, *, record: Any, receivers: Any, actor: Any, source: Any) -> None:
        kept.append((kind, set(receivers)))

    monkeypatch.setattr(telling, "notify", note)
    return kept


def bodies(record: Client, reader: User) -> list[str]:
    return [said.comment.body for said in read_page(record, reader).everything_said]


# Who may


def test_one_comments_on_what_one_sees_and_on_nothing_else(cast: Cast, acme: Client) -> None:
    comment_of(cast.bob, acme, "From bob")
    with pytest.raises(PermissionDenied):
        comment_of(cast.cy, acme, "From cy")
    assert bodies(acme, cast.ann) == ["From bob"]
    share(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    comment_of(cast.cy, acme, "From cy")
    assert bodies(acme, cast.ann) == ["From cy", "From bob"]


def test_a_role_without_the_right_only_reads(cast: Cast, acme: Client) -> None:
    role = cast.fin.role
    role.grants.filter(record_type="comments.comment").delete()
    comment = comment_of(cast.ann, acme)
    with pytest.raises(PermissionDenied):
        comment_of(User.objects.get(pk=cast.fin.pk), acme)
    with pytest.raises(PermissionDenied):
        react(comment, Emoji.AGREE, actor=User.objects.get(pk=cast.fin.pk))
    assert bodies(acme, cast.fin) == ["Kestrel"]
    grant_comments(role)
    assert comment_of(User.objects.get(pk=cast.fin.pk), acme)


def test_nobody_edits_the_words_of_another(cast: Cast, acme: Client) -> None:
    comment = comment_of(cast.ann, acme, "Mine")
    for other in (cast.bob, cast.dana, cast.cy):
        with pytest.raises(PermissionDenied):
            edit_comment(comment, "Theirs", actor=other)
    edit_comment(comment, "Mine still", actor=cast.ann)
    assert bodies(acme, cast.ann) == ["Mine still"]


def test_others_are_deleted_by_those_whose_role_reaches_all(cast: Cast, acme: Client) -> None:
    comment = comment_of(cast.ann, acme)
    moderator = join(UserFactory(role=RoleFactory()), cast.ann.teams.get())
    for record_type, action, scope in (("clients.client", "view", 4), ("comments.comment", "delete", 4)):
        moderator.role.grants.create(record_type=record_type, action=action, scope=scope)
    for other in (cast.bob, cast.cy):
        with pytest.raises(PermissionDenied):
            delete_comment(comment, actor=other)
    assert bodies(acme, cast.bob) == ["Kestrel"]
    delete_comment(comment, actor=moderator)
    assert bodies(acme, cast.bob) == []
    with pytest.raises(PermissionDenied):
        restore_comment(comment, actor=cast.ann)
    restore_comment(comment, actor=moderator)
    assert bodies(acme, cast.bob) == ["Kestrel"]


def test_a_lost_sight_ends_every_write(cast: Cast, acme: Client) -> None:
    share(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    comment = comment_of(cast.cy, acme)
    react(comment, Emoji.AGREE, actor=cast.cy)
    withdraw(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    for act in (
        lambda: edit_comment(comment, "Now", actor=cast.cy),
        lambda: delete_comment(comment, actor=cast.cy),
        lambda: react(comment, Emoji.DONE, actor=cast.cy),
        lambda: comment_of(cast.cy, acme),
    ):
        with pytest.raises(PermissionDenied):
            act()


# Mentions


def test_one_who_does_not_see_the_record_cannot_be_named(cast: Cast, acme: Client) -> None:
    with pytest.raises(NotInTheirSight) as refusal:
        comment_of(cast.ann, acme, "Ask @CY, please")
    assert refusal.value.messages == [
        "cy may not see this record and would not be told. Share it first, or take the mention out."
    ]
    assert not Comment.objects.exists()
    share(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    comment = comment_of(cast.ann, acme, "Ask @CY, please")
    assert [mention.user for mention in comment.mentions.all()] == [cast.cy]


def test_a_word_that_is_nobodys_name_stays_a_word(cast: Cast, acme: Client) -> None:
    User.objects.filter(pk=cast.cy.pk).update(is_active=False)
    comment = comment_of(cast.ann, acme, "@nobody @cy `@bob` bob@bob.example")
    assert not comment.mentions.exists()
    assert comment_of(cast.ann, acme, "@bob").mentions.count() == 1


def test_who_was_named_before_may_stay_when_he_lost_sight(cast: Cast, acme: Client) -> None:
    share(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    comment = comment_of(cast.ann, acme, "Ask @cy")
    other = comment_of(cast.ann, acme, "Ask somebody")
    withdraw(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    assert edit_comment(comment, "Ask @cy, or not", actor=cast.ann).mentions.count() == 1
    with pytest.raises(NotInTheirSight):
        edit_comment(other, "Ask @cy", actor=cast.ann)


# Threads, edits, deletions


def test_a_reply_to_a_reply_goes_to_the_first_of_the_thread(cast: Cast, acme: Client) -> None:
    first = comment_of(cast.ann, acme, "First")
    reply = comment_of(cast.bob, acme, "Reply", parent=first)
    deep = comment_of(cast.ann, acme, "Deep", parent=reply)
    assert deep.parent == first
    (thread,) = read_page(acme, cast.ann).threads
    assert [said.comment.body for said in thread.replies] == ["Reply", "Deep"]


def test_a_reply_stays_on_its_record(cast: Cast, acme: Client) -> None:
    first = comment_of(cast.ann, acme)
    with pytest.raises(PermissionDenied):
        comment_of(cast.ann, make_client(cast.ann, "Other"), parent=first)
    assert comment_of(cast.ann, acme, parent=first)


@pytest.mark.parametrize("body", ["", "  \n ", "x" * 20_001])
def test_empty_and_endless_texts_are_refused(cast: Cast, acme: Client, body: str) -> None:
    with pytest.raises(ValidationError):
        add_comment(acme, body, actor=cast.ann)
    assert add_comment(acme, "x" * 20_000, actor=cast.ann)


def test_every_version_is_kept(cast: Cast, acme: Client) -> None:
    comment = comment_of(cast.ann, acme, "One")
    comment = edit_comment(comment, "Two", actor=cast.ann)
    comment = delete_comment(comment, actor=cast.ann)
    restore_comment(comment, actor=cast.ann)
    versions = Comment.history.filter(id=comment.pk).order_by("version")
    assert [(v.version, v.body, v.history_user, v.history_change_reason) for v in versions] == [
        (1, "One", cast.ann, None),
        (2, "Two", cast.ann, None),
        (3, "Two", cast.ann, "Deleted"),
        (4, "Two", cast.ann, "Restored"),
    ]


def test_an_edit_of_what_was_edited_meanwhile_overwrites_nothing(cast: Cast, acme: Client) -> None:
    comment = comment_of(cast.ann, acme, "One")
    read = Comment.objects.get(pk=comment.pk)
    edit_comment(comment, "Two", actor=cast.ann)
    with pytest.raises(StaleComment) as stale:
        edit_comment(read, "Three", actor=cast.ann)
    assert stale.value.current.body == "Two"
    assert bodies(acme, cast.ann) == ["Two"]
    edit_comment(stale.value.current, "Three", actor=cast.ann)
    assert bodies(acme, cast.ann) == ["Three"]


def test_what_was_deleted_leaves_a_trace_only_in_a_thread_that_goes_on(cast: Cast, acme: Client) -> None:
    first, alone = comment_of(cast.ann, acme, "First"), comment_of(cast.ann, acme, "Alone")
    reply = comment_of(cast.bob, acme, "Reply", parent=first)
    delete_comment(alone, actor=cast.ann)
    delete_comment(first, actor=cast.ann)
    (thread,) = read_page(acme, cast.bob).threads
    assert thread.first.is_deleted_by_author
    assert (thread.first.comment.body, thread.first.markup) == ("", "")
    assert [said.comment.body for said in thread.replies] == ["Reply"]
    delete_comment(reply, actor=cast.bob)
    assert read_page(acme, cast.bob).threads == []
    restore_comment(alone, actor=cast.ann)
    assert bodies(acme, cast.bob) == ["Alone"]


# Reactions and reading


def test_a_reaction_is_taken_back_by_the_same_button(cast: Cast, acme: Client) -> None:
    comment = comment_of(cast.ann, acme)
    react(comment, Emoji.AGREE, actor=cast.bob)
    react(comment, Emoji.AGREE, actor=cast.ann)
    react(comment, Emoji.DONE, actor=cast.bob)
    ((said,),) = [read_page(acme, cast.bob).everything_said]
    assert [(one.emoji, one.count, one.is_mine) for one in said.answers] == [
        (Emoji.AGREE, 2, True),
        (Emoji.DONE, 1, True),
    ]
    react(comment, Emoji.AGREE, actor=cast.bob)
    assert set(Reaction.objects.values_list("emoji", "user")) == {("agree", cast.ann.pk), ("done", cast.bob.pk)}


def test_new_is_what_others_said_since_one_looked(cast: Cast, acme: Client) -> None:
    comment_of(cast.ann, acme, "Old")
    assert standing(acme, cast.bob).unread == 1
    services.mark_read(acme, reader=cast.bob, until=timezone.now())
    assert standing(acme, cast.bob).unread == 0
    comment_of(cast.bob, acme, "His own")
    comment_of(cast.ann, acme, "New")
    stands = standing(acme, cast.bob)
    assert (stands.unread, stands.total) == (1, "3")
    page = read_page(acme, cast.bob, read_at=stands.read_at)
    assert [said.is_new for said in page.everything_said] == [True, False, False]
    assert standing(acme, cast.fin).unread == 3


def test_a_mark_never_goes_back_nor_ahead_of_now(cast: Cast, acme: Client) -> None:
    now = timezone.now()
    services.mark_read(acme, reader=cast.bob, until=now + timedelta(days=9))
    (mark,) = ReadMark.objects.all()
    assert now <= mark.read_at <= timezone.now()
    services.mark_read(acme, reader=cast.bob, until=now - timedelta(days=9))
    assert ReadMark.objects.get().read_at == mark.read_at


# Who hears of it


def test_each_is_told_once_by_the_strongest_reason(cast: Cast, acme: Client, told: list[tuple[str, set[int]]]) -> None:
    first = comment_of(cast.bob, acme, "First")
    assert told == [("comments.comment", {cast.ann.pk})]
    comment_of(cast.fin, acme, "Look", parent=first)
    told.clear()
    # ann owns the client, fin and bob are in the thread, and fin is named besides.
    comment_of(cast.dana, acme, "@fin and @dana", parent=first)
    assert told == [
        ("comments.mention", {cast.fin.pk}),
        ("comments.reply", {cast.bob.pk}),
        ("comments.comment", {cast.ann.pk}),
    ]


def test_an_edit_tells_only_those_who_are_named_anew(
    cast: Cast, acme: Client, told: list[tuple[str, set[int]]]
) -> None:
    comment = comment_of(cast.ann, acme, "@bob")
    told.clear()
    edit_comment(comment, "@bob and @fin", actor=cast.ann)
    assert told == [("comments.mention", {cast.fin.pk})]


def test_who_comments_or_is_named_follows_unless_he_said_no(cast: Cast, acme: Client) -> None:
    unfollow(acme, cast.fin)
    comment_of(cast.bob, acme, "@dana @fin")
    assert is_following(acme, cast.bob)
    assert is_following(acme, cast.dana)
    assert not is_following(acme, cast.fin)


def test_the_timeline_follows_what_becomes_of_a_comment(cast: Cast, acme: Client) -> None:
    def found() -> list[str]:
        return list(Entry.objects.filter(event="comments.comment").values_list("search_doc", flat=True))

    comment = comment_of(cast.bob, acme, "**Osprey**")
    assert found() == ["osprey"]
    comment = edit_comment(comment, "Falcon", actor=cast.bob)
    assert found() == ["falcon"]
    comment = delete_comment(comment, actor=cast.bob)
    assert found() == []
    restore_comment(comment, actor=cast.bob)
    assert found() == ["falcon"]
