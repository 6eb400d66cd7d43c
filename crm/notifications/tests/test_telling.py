"""Who is told, of what, and what he is shown of it: judged when it is delivered, and again whenever it is shown."""

from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.models import Client
from clients.tests.factories import make_client
from contacts.tests.factories import make_contact
from crm.access.rights import FieldAccess, forget_rights
from crm.access.writing import hand_over, move_to_bin
from crm.notifications import following, services
from crm.notifications.models import MailChoice, Notification
from crm.notifications.notices import HANDED_OVER, SHARED
from crm.notifications.registry import UnknownKind
from crm.notifications.selectors import badge_of, latest_of, page_of
from crm.notifications.services import notify
from crm.notifications.tests.telling import NOTED, prefer, sentences, share_untold, silenced, tell, withdraw_from
from crm.outbox.models import Message
from crm.outbox.testing import deliver_all
from teams.models import FieldRule, User
from teams.tests.factories import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    silenced.clear()
    return make_cast()


@pytest.fixture
def acme(cast: Cast) -> Client:
    return make_client(cast.ann, "Acme")


def told(user: User) -> list[str]:
    return sentences(page_of(user).lines)


def test_those_who_see_the_record_are_told_and_others_are_not(cast: Cast, acme: Client) -> None:
    tell(acme, cast.bob, cast.cy, actor=cast.ann)
    assert told(cast.bob) == ["ann noted Acme"]
    assert not Notification.objects.filter(user=cast.cy).exists()
    share_untold(acme, cast.cy, owner=cast.ann)
    tell(acme, cast.cy, actor=cast.ann)
    assert told(cast.cy) == ["ann noted Acme"]


def test_nobody_is_told_of_what_he_did_himself(cast: Cast, acme: Client) -> None:
    tell(acme, cast.ann, cast.bob, actor=cast.ann)
    assert (told(cast.ann), told(cast.bob)) == ([], ["ann noted Acme"])
    notify(NOTED, record=acme, receivers=[cast.ann.pk], actor=cast.ann)
    assert not Message.objects.filter(done_at=None).exists()


def test_the_system_tells_everybody(cast: Cast, acme: Client) -> None:
    tell(acme, cast.ann, actor=None)
    assert told(cast.ann) == ["None noted Acme"]


def test_those_who_left_are_not_told(cast: Cast, acme: Client) -> None:
    User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    tell(acme, cast.bob, cast.fin, actor=cast.ann)
    assert list(Notification.objects.values_list("user__username", flat=True)) == ["fin"]


def test_one_message_tells_all_and_an_unknown_kind_is_refused(cast: Cast, acme: Client) -> None:
    notify(NOTED, record=acme, receivers=[cast.bob.pk, cast.fin.pk, cast.dana.pk], actor=cast.ann)
    assert Message.objects.count() == 1
    with pytest.raises(UnknownKind):
        notify("test.unknown", record=acme, receivers=[cast.bob.pk], actor=cast.ann)


def test_what_went_out_of_sight_is_neither_shown_nor_counted(cast: Cast, acme: Client) -> None:
    share_untold(acme, cast.cy, owner=cast.ann)
    tell(acme, cast.cy, actor=cast.ann)
    assert (told(cast.cy), badge_of(cast.cy).count, len(latest_of(cast.cy))) == (["ann noted Acme"], 1, 1)
    withdraw_from(acme, cast.cy, owner=cast.ann)
    assert (told(cast.cy), badge_of(cast.cy).count, latest_of(cast.cy)) == ([], 0, [])
    share_untold(acme, cast.cy, owner=cast.ann)
    assert (told(cast.cy), badge_of(cast.cy).count) == (["ann noted Acme"], 1)


def test_a_share_that_ended_ends_the_telling(cast: Cast, acme: Client) -> None:
    share_untold(acme, cast.cy, owner=cast.ann)
    tell(acme, cast.cy, actor=cast.ann)
    shares: Any = acme._meta.apps.get_model("clients", "ClientUserShare")
    shares.objects.update(until=timezone.now())
    assert (told(cast.cy), badge_of(cast.cy).count) == ([], 0)
    tell(acme, cast.cy, cast.bob, actor=cast.ann)
    assert [row.user_id for row in Notification.objects.order_by("pk")] == [cast.cy.pk, cast.bob.pk]


def test_a_record_in_the_bin_is_not_told_of(cast: Cast, acme: Client) -> None:
    tell(acme, cast.bob, actor=cast.ann)
    acme.refresh_from_db()
    move_to_bin(acme, actor=cast.ann)
    assert (told(cast.bob), badge_of(cast.bob).count) == ([], 0)


def test_what_may_not_be_said_is_left_out(cast: Cast, acme: Client) -> None:
    tell(acme, cast.bob, actor=cast.ann)
    tell(acme, cast.bob, actor=cast.fin)
    silenced.add(Notification.objects.earliest("pk").pk)
    assert told(cast.bob) == ["fin noted Acme"]


def test_what_is_about_a_row_that_is_no_more_is_taken_back(cast: Cast, acme: Client) -> None:
    sources = [("test.note", uuid4()), ("test.note", uuid4())]
    for source, actor in zip(sources, (cast.ann, cast.fin), strict=True):
        tell(acme, cast.bob, actor=actor, source=source)
    services.forget(sources[0])
    assert (told(cast.bob), badge_of(cast.bob).count) == (["fin noted Acme"], 1)


def test_several_of_one_kind_on_one_record_are_one_line(cast: Cast, acme: Client) -> None:
    other = make_client(cast.ann, "Zenith")
    for actor in (cast.ann, cast.fin):
        tell(acme, cast.bob, actor=actor)
    assert told(cast.bob) == ["fin and ann noted Acme 2 times"]
    tell(other, cast.bob, actor=cast.ann)
    tell(acme, cast.bob, actor=cast.dana)
    assert told(cast.bob) == ["dana and 2 others noted Acme 3 times", "ann noted Zenith"]
    assert badge_of(cast.bob).count == 4


def test_a_line_is_read_and_unread_as_a_whole(cast: Cast, acme: Client) -> None:
    for actor in (cast.ann, cast.fin):
        tell(acme, cast.bob, actor=actor)
    line = page_of(cast.bob).lines[0]
    services.mark_read(line.newest, actor=cast.bob)
    assert badge_of(cast.bob).count == 0
    tell(acme, cast.bob, actor=cast.dana)
    assert told(cast.bob) == ["dana noted Acme", "fin and ann noted Acme 2 times"]
    again = page_of(cast.bob).lines[1]
    services.mark_unread(again.newest, actor=cast.bob)
    assert (badge_of(cast.bob).count, len(told(cast.bob))) == (3, 1)


def test_all_are_read_but_those_that_came_meanwhile(cast: Cast, acme: Client) -> None:
    tell(acme, cast.bob, cast.fin, actor=cast.ann)
    known = page_of(cast.bob).lines[0].pk
    tell(acme, cast.bob, actor=cast.ann)
    services.mark_all_read(actor=cast.bob, newest=known)
    assert badge_of(cast.bob).count == 1
    assert badge_of(cast.fin).count == 1


def test_who_wants_none_gets_none(cast: Cast, acme: Client) -> None:
    prefer(cast.bob, is_in_product=False)
    tell(acme, cast.bob, cast.fin, actor=cast.ann)
    assert (told(cast.bob), told(cast.fin)) == ([], ["ann noted Acme"])
    assert not Notification.objects.filter(user=cast.bob).exists()
    prefer(cast.bob, is_in_product=False, mail=MailChoice.DAILY)
    tell(acme, cast.bob, actor=cast.ann)
    assert (told(cast.bob), badge_of(cast.bob).count) == ([], 0)
    assert Notification.objects.filter(user=cast.bob).count() == 1


def test_the_bell_counts_no_further_than_it_shows(cast: Cast, acme: Client) -> None:
    tell(acme, cast.bob, actor=cast.ann)
    row = Notification.objects.get()
    rows = [Notification(**{**_values(row), "message_id": -number}) for number in range(1, 150)]
    Notification.objects.bulk_create(rows)
    assert badge_of(cast.bob).text == "99+"


def _values(row: Notification) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.attname != "id"}


def test_pages_follow_each_other_without_gap_or_overlap(cast: Cast) -> None:
    clients = [make_client(cast.ann, f"Client {number:02}") for number in range(35)]
    for client in clients:
        tell(client, cast.bob, actor=cast.ann)
    first = page_of(cast.bob)
    second = page_of(cast.bob, before=first.older)
    assert [len(first.lines), len(second.lines), second.older] == [30, 5, None]
    assert sentences([*first.lines, *second.lines]) == [f"ann noted {client}" for client in reversed(clients)]


def test_the_queries_of_a_list_do_not_grow(cast: Cast, acme: Client) -> None:
    contact = make_contact(cast.ann, "Nightingale")
    counts = []
    for _round in range(2):
        for record in (acme, contact):
            tell(record, cast.bob, actor=cast.ann)
            tell(record, cast.bob, actor=cast.fin)
        bob = User.objects.get(pk=cast.bob.pk)
        badge_of(bob)
        with CaptureQueriesContext(connection) as queries:
            assert len(page_of(bob).lines) == 2
        counts.append(len(queries))
    assert counts == [3, 3]


def test_who_follows_is_the_owner_and_who_wants_to_but_not_who_said_no(cast: Cast, acme: Client) -> None:
    assert following.followers_of(acme) == {cast.ann.pk}
    following.follow(acme, cast.bob)
    following.take_part(acme, cast.fin)
    assert following.followers_of(acme) == {cast.ann.pk, cast.bob.pk, cast.fin.pk}
    following.unfollow(acme, cast.ann)
    following.unfollow(acme, cast.fin)
    following.take_part(acme, cast.fin)
    assert following.followers_of(acme) == {cast.bob.pk}
    people = (cast.ann, cast.bob, cast.fin, cast.cy)
    assert [following.is_following(acme, person) for person in people] == [False, True, False, False]
    following.follow(acme, cast.fin)
    assert following.is_following(acme, cast.fin)


def test_an_owner_to_whom_owners_are_hidden_is_not_told_that_he_is_one(cast: Cast, acme: Client) -> None:
    FieldRule.objects.create(role=cast.fin.role, record_type="clients.client", field="owner", access=FieldAccess.HIDDEN)
    forget_rights(cast.fin)
    hand_over(acme, owner=cast.fin, team=acme.team, actor=cast.ann)
    deliver_all()
    assert (told(cast.fin), badge_of(cast.fin).count) == ([], 0)
    assert not following.is_following(acme, cast.fin)
    assert following.followers_of(acme) == set()
    following.follow(acme, cast.fin)
    assert following.followers_of(acme) == {cast.fin.pk}


def test_following_shows_nothing_of_what_is_out_of_sight(cast: Cast, acme: Client) -> None:
    for follower in (cast.bob, cast.cy):
        following.follow(acme, follower)
    people = User.objects.filter(pk__in=following.followers_of(acme))
    tell(acme, *people, actor=cast.ann)
    assert (told(cast.bob), told(cast.cy)) == (["ann noted Acme"], [])


def test_who_was_moved_to_another_team_is_told_no_more(cast: Cast, acme: Client) -> None:
    tell(acme, cast.bob, actor=cast.ann)
    cast.bob.memberships.all().delete()
    forget_rights(cast.bob)
    assert (told(cast.bob), badge_of(cast.bob).count) == ([], 0)


def test_handing_over_and_sharing_are_told_in_one_line_each(cast: Cast, acme: Client) -> None:
    other, contact = make_client(cast.ann, "Zenith"), make_contact(cast.ann, "Nightingale")
    for record, others in ((acme, 5), (other, 0), (contact, 0)):
        data = {"others": others}
        notify(HANDED_OVER, record=record, receivers=[cast.bob.pk], actor=cast.ann, data=data)
    notify(SHARED, record=acme, receivers=[cast.bob.pk], actor=cast.ann)
    deliver_all()
    assert told(cast.bob) == [
        "ann shared “Acme” with you",
        "ann handed “Nightingale” and 7 other records over to you",
    ]
    assert page_of(cast.bob).lines[0].told.url == acme.get_absolute_url()


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_tell_everybody_once() -> None:
    cast = make_cast()
    acme = make_client(cast.ann, "Acme")
    for _number in range(40):
        notify(NOTED, record=acme, receivers=[cast.bob.pk, cast.fin.pk], actor=cast.ann)
    begin = Barrier(2)

    def work() -> None:
        begin.wait(10)
        deliver_all()
        connection.close()

    threads = [Thread(target=work) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert Notification.objects.count() == 80
    assert badge_of(cast.bob).count == badge_of(cast.fin).count == 40
