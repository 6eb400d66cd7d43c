"""The pages of comments: closed out of sight of the record, whole for those who see it, with scripts and without."""

import re
from typing import Any

import pytest
from django.db import connection
from django.template import RequestContext, Template
from django.test import Client as Browser
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clients.models import Client
from clients.tests.factories import make_client
from contacts.tests.factories import make_contact
from crm.access.rights import Action, rights_of
from crm.access.shares import share, withdraw
from crm.access.writing import move_to_bin
from crm.comments import reading, services
from crm.comments.models import Comment, Emoji, Reaction, ReadMark
from crm.comments.panels import comments_on
from crm.comments.tests.cast import comment_of, make_commenting_cast
from crm.notifications.following import is_following
from crm.pages.testing import browser_of
from crm.ui.testing import assert_strict_html
from teams.models import FieldRule, User
from teams.tests.factories import Cast

BY_HTMX: Any = {"headers": {"HX-Request": "true"}}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_commenting_cast()


@pytest.fixture
def acme(cast: Cast) -> Client:
    return make_client(cast.ann, "Acme")


def of(record: Any, page: str = "of_record") -> str:
    return reverse(f"comments:{page}", args=[record._meta.label_lower, record.pk])


def at(comment: Comment, page: str = "comment") -> str:
    return reverse(f"comments:{page}", args=[comment.pk])


def panel(record: Any, user: User) -> str:
    request = RequestFactory().get("/")
    request.user = user
    return Template("{% load panels %}{% panels record %}").render(RequestContext(request, {"record": record}))


def every_address(comment: Comment, record: Any) -> list[tuple[str, str, dict[str, str]]]:
    """(method, address, what is sent) of all that one can do to a comment and its record."""
    said = {"body": "Osprey", "version": "1"}
    return [
        ("get", of(record), {}),
        ("post", of(record), said),
        ("get", of(record, "people"), {"q": "a"}),
        ("post", of(record, "read"), {"until": timezone.now().isoformat()}),
        ("post", of(record, "follow"), {"follow": "1"}),
        ("get", at(comment), {}),
        ("get", at(comment, "edit"), {}),
        ("post", at(comment, "edit"), said),
        ("get", at(comment, "history"), {}),
        ("post", at(comment, "react"), {"emoji": "agree"}),
        ("get", at(comment, "delete"), {}),
        ("post", at(comment, "delete"), {}),
        ("get", at(comment, "restore"), {}),
        ("post", at(comment, "restore"), {}),
    ]


def answers(user: User, comment: Comment, record: Any, **more: Any) -> list[int]:
    browser = browser_of(user)
    return [
        getattr(browser, method)(url, sent, **more).status_code for method, url, sent in every_address(comment, record)
    ]


# Who gets in


def test_every_address_is_closed_out_of_sight_and_open_to_the_author(cast: Cast, acme: Client) -> None:
    comment = comment_of(cast.ann, acme)
    for more in ({}, BY_HTMX):
        assert set(answers(cast.cy, comment, acme, **more)) == {404}
    assert Comment.objects.get().body == "Kestrel"
    assert not Reaction.objects.exists()
    assert not ReadMark.objects.exists()
    assert set(answers(cast.ann, comment, acme)) == {200, 302}
    # The last address brought it back.
    assert set(answers(cast.ann, comment, acme, **BY_HTMX)) <= {200, 201, 204, 302, 409}


def test_strangers_are_led_to_the_sign_in(cast: Cast, acme: Client, client: Any) -> None:
    comment = comment_of(cast.ann, acme)
    for method, url, sent in every_address(comment, acme):
        assert getattr(client, method)(url, sent).url.startswith(reverse("account_login"))


def test_a_teammate_reads_and_does_not_touch_the_words_of_another(cast: Cast, acme: Client) -> None:
    comment = comment_of(cast.ann, acme)
    found = dict(
        zip([(m, u) for m, u, _ in every_address(comment, acme)], answers(cast.bob, comment, acme), strict=True)
    )
    for page in ("edit", "delete", "restore"):
        assert {found["get", at(comment, page)], found["post", at(comment, page)]} == {403}
    assert found["get", at(comment, "history")] == 200
    assert Comment.objects.get(pk=comment.pk).body == "Kestrel"


def test_addresses_close_with_the_share_and_with_the_record(cast: Cast, acme: Client) -> None:
    comment = comment_of(cast.ann, acme)
    browser = browser_of(cast.cy)
    share(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    assert "Kestrel" in browser.get(of(acme)).text
    withdraw(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    assert browser.get(of(acme)).status_code == 404
    assert browser_of(cast.ann).get(at(comment)).status_code == 302
    move_to_bin(acme, actor=cast.ann)
    assert set(answers(cast.ann, comment, acme)) == {404}


def test_what_is_no_record_has_no_comments(cast: Cast, acme: Client) -> None:
    browser = browser_of(cast.ann)
    for label in ("teams.user", "clients.nothing", "comments.comment", "x"):
        assert browser.get(reverse("comments:of_record", args=[label, acme.pk])).status_code == 404
    assert browser.get(reverse("comments:of_record", args=["contacts.contact", acme.pk])).status_code == 404
    assert browser.get(of(acme)).status_code == 200


def test_a_type_that_opted_out_has_no_comments(cast: Cast, acme: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "cm-panel" in panel(acme, cast.ann)
    monkeypatch.setattr(Client, "IS_COMMENTABLE", False)
    assert "cm-panel" not in panel(acme, cast.ann)
    assert browser_of(cast.ann).get(of(acme)).status_code == 404


@pytest.mark.parametrize("before", ["x", "-1", "9" * 19, "9" * 5_000, "²"])
def test_what_is_no_key_of_a_version_begins_at_the_newest(cast: Cast, acme: Client, before: str) -> None:
    comment = comment_of(cast.ann, acme)
    answer = browser_of(cast.ann).get(at(comment, "history"), {"before": before})
    assert "Kestrel" in answer.text
    assert browser_of(cast.ann).get(of(acme), {"before": before}).status_code == 404


def test_a_thread_of_another_record_cannot_be_answered(cast: Cast, acme: Client) -> None:
    hidden = comment_of(cast.cy, make_client(cast.cy, "Osprey"))
    browser = browser_of(cast.ann)
    assert browser.post(of(acme), {"body": "x", "parent": hidden.pk}).status_code == 404
    assert browser.get(f"{of(acme)}?thread={hidden.pk}").status_code == 404
    mine = comment_of(cast.ann, acme)
    assert browser.post(of(acme), {"body": "x", "parent": mine.pk}).status_code == 302


# Mentions


def test_a_refused_mention_keeps_the_text_and_names_no_record(cast: Cast, acme: Client) -> None:
    for more in ({}, BY_HTMX):
        answer = browser_of(cast.ann).post(of(acme), {"body": "Ask @cy about <b>"}, **more)
        assert answer.status_code == 422
        assert "Ask @cy about &lt;b&gt;</textarea>" in answer.text
        assert "cy may not see this record" in answer.text
    assert "Acme" not in answer.text
    assert not Comment.objects.exists()
    browser_of(cast.ann).post(of(acme), {"body": "Ask @bob about <b>"})
    assert Comment.objects.get().mentions.get().user == cast.bob


def test_a_refused_mention_in_an_edit_and_in_a_reply_keeps_the_text(cast: Cast, acme: Client) -> None:
    comment = comment_of(cast.ann, acme)
    browser = browser_of(cast.ann)
    edited = browser.post(at(comment, "edit"), {"body": "Now @cy", "version": 1}, **BY_HTMX)
    replied = browser.post(of(acme), {"body": "And @cy", "parent": comment.pk}, **BY_HTMX)
    assert (edited.status_code, replied.status_code) == (422, 422)
    assert "Now @cy</textarea>" in edited.text
    assert "And @cy</textarea>" in replied.text
    assert f'name="parent" value="{comment.pk}"' in replied.text
    assert [kept.body for kept in Comment.objects.all()] == ["Kestrel"]


def test_those_are_offered_who_see_the_record(cast: Cast, acme: Client) -> None:
    def offered(query: str) -> list[str]:
        return [one["id"] for one in browser_of(cast.ann).get(of(acme, "people"), {"q": query}).json()["results"]]

    assert offered("") == ["bob", "fin", "dana"]
    assert offered("B") == ["bob"]
    assert offered("cy") == []
    share(acme, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    assert offered("cy") == ["cy"]


def test_to_whom_owners_are_hidden_all_colleagues_are_offered(cast: Cast, acme: Client) -> None:
    FieldRule.objects.create(role=cast.fin.role, record_type="clients.client", field="owner", access="hidden")
    results = browser_of(cast.fin).get(of(acme, "people")).json()["results"]
    assert {one["id"] for one in results} == {"ann", "bob", "cy", "dana"}


# The panel


def test_the_panel_stands_on_every_record_page(cast: Cast, acme: Client) -> None:
    contact = make_contact(cast.ann)
    for record in (acme, contact):
        comment_of(cast.ann, record, "See **Kestrel**")
        page = browser_of(cast.bob).get(record.get_absolute_url()).text
        assert "See <strong>Kestrel</strong>" in page
        assert_strict_html(page)


def test_the_box_is_there_for_those_who_may_comment(cast: Cast, acme: Client) -> None:
    comment_of(cast.ann, acme)
    assert "data-comment-box" in panel(acme, cast.fin)
    cast.fin.role.grants.filter(record_type="comments.comment").delete()
    drawn = panel(acme, User.objects.get(pk=cast.fin.pk))
    assert "Kestrel" in drawn
    assert "data-comment-box" not in drawn


def test_the_panel_costs_two_queries_whatever_it_shows(cast: Cast, acme: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            comments_on(acme, cast.bob)
        return len(asked)

    # A page knows the rights of its reader already.
    rights_of(cast.bob)
    assert queries() == 2
    for number in range(8):
        first = comment_of(cast.ann, acme, f"@bob {number}")
        comment_of(cast.dana, acme, "Reply", parent=first)
        services.react(first, Emoji.AGREE, actor=cast.fin)
    assert queries() == 2


def test_earlier_threads_are_a_page_further(cast: Cast, acme: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE_SIZE", 2)
    comments = [comment_of(cast.ann, acme, f"Number {number}") for number in range(5)]
    shown, before = [], None
    for _ in range(3):
        page = reading.read_page(acme, cast.bob, before=before)
        shown.append([said.comment.body for said in page.everything_said])
        before = page.before
    assert shown == [["Number 4", "Number 3"], ["Number 2", "Number 1"], ["Number 0"]]
    assert before is None
    drawn = browser_of(cast.bob).get(f"{of(acme)}?before={comments[3].pk}", **BY_HTMX).text
    assert "Number 2" in drawn
    assert "Number 3" not in drawn
    assert "<html" not in drawn
    assert browser_of(cast.bob).get(at(comments[4])).url.startswith(acme.get_absolute_url())
    assert f"?thread={comments[0].pk}#comment-{comments[0].pk}" in browser_of(cast.bob).get(at(comments[0])).url


def test_what_is_new_is_marked_once_and_a_look_writes_nothing(cast: Cast, acme: Client) -> None:
    comment_of(cast.ann, acme)
    browser = browser_of(cast.bob)
    drawn = browser.get(acme.get_absolute_url()).text
    assert "1 new" in drawn
    assert "cm-comment is-new" in drawn
    assert not ReadMark.objects.exists()
    until = Comment.objects.get().created_at.isoformat()
    assert f'value="{until}"' in drawn
    assert browser.post(of(acme, "read"), {"until": until}, **BY_HTMX).status_code == 204
    drawn = browser.get(acme.get_absolute_url()).text
    assert "1 new" not in drawn
    assert "is-new" not in drawn
    assert "1 new" in browser_of(cast.fin).get(acme.get_absolute_url()).text


@pytest.mark.parametrize("until", ["", "yesterday", "2026-99-99T00:00:00Z", "2026-01-01T00:00:00"])
def test_a_moment_that_is_none_marks_nothing(cast: Cast, acme: Client, until: str) -> None:
    assert browser_of(cast.ann).post(of(acme, "read"), {"until": until}).status_code == 302
    assert not ReadMark.objects.exists()


# Writing


def test_without_scripts_one_writes_edits_deletes_and_brings_back(cast: Cast, acme: Client) -> None:
    browser = browser_of(cast.ann)
    answer = browser.post(of(acme), {"body": "One\r\nTwo"}, follow=True)
    comment = Comment.objects.get()
    assert comment.body == "One\nTwo"
    assert f'id="comment-{comment.pk}"' in answer.text
    assert "One\nTwo</textarea>" in browser.get(at(comment, "edit")).text
    browser.post(at(comment, "edit"), {"body": "Three", "version": 1})
    assert "Three" in browser.get(at(comment, "history")).text
    answer = browser.post(at(comment, "delete"), follow=True)
    assert "Three" not in answer.text
    assert f'<a href="{at(comment, "restore")}">Undo</a>' in answer.text
    assert browser.get(at(comment)).url.endswith("#comments")
    browser.post(at(comment, "restore"))
    assert "Three" in browser.get(acme.get_absolute_url()).text


def test_forms_carry_what_their_page_may_send_back(cast: Cast, acme: Client) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(cast.ann)
    page = browser.get(acme.get_absolute_url()).text
    token = re.search(r'id="box-new".*?name="csrfmiddlewaretoken" value="(\w+)"', page, re.DOTALL)
    assert token
    assert browser.post(of(acme), {"body": "One"}).status_code == 403
    assert browser.post(of(acme), {"body": "One", "csrfmiddlewaretoken": token[1]}).status_code == 302


def test_parts_go_where_they_belong(cast: Cast, acme: Client) -> None:
    browser = browser_of(cast.ann)
    first = browser.post(of(acme), {"body": "First"}, **BY_HTMX)
    assert (first.status_code, first["HX-Retarget"], first["HX-Reswap"]) == (201, "#comment-threads", "afterbegin")
    root = Comment.objects.get()
    reply = browser.post(of(acme), {"body": "Reply", "parent": root.pk}, **BY_HTMX)
    assert (reply["HX-Retarget"], reply["HX-Reswap"]) == (f"#replies-{root.pk}", "beforeend")
    assert 'id="comment-count" hx-swap-oob="true">2</span>' in reply.text
    gone = browser.post(at(root, "delete"), **BY_HTMX)
    assert "Undo" in gone.text
    assert "First" in browser.post(at(root, "restore"), **BY_HTMX).text


def test_a_conflict_shows_both_texts(cast: Cast, acme: Client) -> None:
    comment = comment_of(cast.ann, acme, "One")
    browser = browser_of(cast.ann)
    browser.post(at(comment, "edit"), {"body": "Two", "version": 1})
    for more in ({}, BY_HTMX):
        answer = browser.post(at(comment, "edit"), {"body": "Three", "version": 1}, **more)
        assert answer.status_code == 409
        assert "<blockquote>Two</blockquote>" in answer.text
        assert "Three</textarea>" in answer.text
    assert Comment.objects.get().body == "Two"
    browser.post(at(comment, "edit"), {"body": "Three", "version": 2})
    assert Comment.objects.get().body == "Three"


def test_reactions_name_those_who_gave_them(cast: Cast, acme: Client) -> None:
    comment = comment_of(cast.ann, acme)
    answer = browser_of(cast.bob).post(at(comment, "react"), {"emoji": "agree"}, **BY_HTMX)
    assert 'aria-label="Agree: bob"' in answer.text
    assert 'aria-pressed="true"' in answer.text
    assert browser_of(cast.bob).post(at(comment, "react"), {"emoji": "knife"}).status_code == 404
    browser_of(cast.bob).post(at(comment, "react"), {"emoji": "agree"})
    assert not Reaction.objects.exists()


def test_following_is_a_button(cast: Cast, acme: Client) -> None:
    browser = browser_of(cast.bob)
    assert "Unfollow" in browser.post(of(acme, "follow"), {"follow": "1"}, **BY_HTMX).text
    assert is_following(acme, cast.bob)
    browser.post(of(acme, "follow"), {"follow": "0"})
    assert not is_following(acme, cast.bob)


def test_the_words_of_a_deleted_comment_are_nowhere(cast: Cast, acme: Client) -> None:
    first = comment_of(cast.ann, acme, "Osprey")
    comment_of(cast.bob, acme, "Reply", parent=first)
    browser = browser_of(cast.bob)
    assert "Osprey" in browser.get(acme.get_absolute_url()).text
    services.delete_comment(first, actor=cast.ann)
    for url in (acme.get_absolute_url(), of(acme), f"{of(acme)}?thread={first.pk}"):
        answer = browser.get(url)
        assert "Osprey" not in answer.text
        assert "Deleted by its author" in answer.text
    assert browser.get(at(first, "history")).status_code == 404


def test_a_thread_of_its_own_can_be_marked_as_read(cast: Cast, acme: Client) -> None:
    """An answer in an old thread stands on no other page."""
    first = services.add_comment(acme, "First", actor=cast.ann)
    answer = services.add_comment(acme, "Answer", actor=cast.bob, parent=first)
    url = f"{reverse('comments:of_record', args=['clients.client', acme.pk])}?thread={first.pk}"
    page = browser_of(cast.ann).get(url).content.decode()
    assert f'value="{answer.created_at.isoformat()}"' in page
    read = reverse("comments:read", args=["clients.client", acme.pk])
    browser_of(cast.ann).post(read, {"until": answer.created_at.isoformat()})
    assert "cm-read" not in browser_of(cast.ann).get(url).content.decode()
