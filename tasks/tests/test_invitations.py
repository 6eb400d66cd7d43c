"""Invitations by mail, through a real mail server: what goes out, to whom, and what does not."""

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from contacts.models import Consent, Contact
from contacts.tests.factories import make_contact
from crm.access.rights import FieldAccess
from crm.outbox.models import Message
from crm.outbox.testing import deliver_all
from crm.pages.testing import browser_of
from crm.timeline.models import Entry
from tasks.calendars.guests import guests_of, invitation_part, invited_to
from tasks.models import InvitationMail, Repeats, Task, TaskInvitation, TaskNature, TaskWatcher
from tasks.services import cancel_task, save_task
from tasks.services.invitations import (
    Letter,
    NoAddressOfOnesOwn,
    NobodyToInvite,
    NotForInviting,
    cancel_invitations,
    send_invitations,
)
from tasks.tests.factories import make_task
from tasks.views import invitations
from teams.models import FieldRule, User
from teams.tests.factories import Cast
from teams.tests.test_password_reset import Mailbox, mailbox

letterbox = mailbox
pytestmark = pytest.mark.django_db
KYIV = ZoneInfo("Europe/Kyiv")
MAIL = "irina@acme.example"


@pytest.fixture
def irina(cast: Cast) -> Contact:
    return make_contact(cast.ann, "Irina", emails=(MAIL,), time_zone="America/New_York", language="uk")


@pytest.fixture
def meeting(cast: Cast, irina: Contact) -> Task:
    due = datetime(2031, 3, 3, 16, tzinfo=KYIV)
    return make_task(
        cast.ann, "Talk about the debt", contact=irina, due=due, nature=TaskNature.MEETING, description="Inside only"
    )


def entry_in(message: EmailMessage) -> tuple[Any, Any]:
    part = next(each for each in message.walk() if each.get_content_type() == "text/calendar")
    calendar: Any = Calendar.from_ical(part.get_content())
    (event,) = calendar.walk("VEVENT")
    assert part.get_param("method") == str(calendar["METHOD"])
    return calendar, event


def text_of(message: EmailMessage) -> str:
    body: Any = message.get_body(("plain",))
    return str(body.get_content())


def test_an_invitation_goes_out_with_an_entry_to_accept(
    cast: Cast, meeting: Task, irina: Contact, letterbox: Mailbox
) -> None:
    send_invitations(meeting, [MAIL], Letter("Talk", "See you\r\nBcc: x"), actor=cast.ann)
    assert letterbox.mails == []
    deliver_all()
    ((to, message),) = letterbox.mails
    assert to == [MAIL]
    assert str(message["Subject"]).endswith("Talk")
    assert "ann" in message["From"]
    assert "ann@porada.example" in message["Reply-To"]
    # By the guest's own clock: nine in the morning in New York.
    assert "America/New_York" in text_of(message)
    assert "Inside only" not in message.as_string()
    assert "debt" not in message.as_string()
    calendar, event = entry_in(message)
    assert str(calendar["METHOD"]) == "REQUEST"
    assert str(event["ORGANIZER"]) == "mailto:ann@porada.example"
    assert (str(event["ATTENDEE"]), event["ATTENDEE"].params["RSVP"]) == (f"mailto:{MAIL}", "TRUE")
    assert str(event["UID"]).startswith(f"{meeting.pk}@")
    assert event["DTSTART"].dt == datetime(2031, 3, 3, 16, tzinfo=KYIV)
    assert str(event["DESCRIPTION"]) == "See you\nBcc: x"
    assert "URL" not in event
    assert InvitationMail.objects.get().sent_at is not None
    assert Entry.objects.filter(event="tasks.invited", subject_id=meeting.pk, actor=cast.ann).count() == 1
    assert any(part.get_filename() == "invite.ics" for part in message.walk())


def test_a_mail_that_is_tried_again_is_the_same_mail(
    cast: Cast, meeting: Task, letterbox: Mailbox, settings: Any
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    send_invitations(meeting, [MAIL], Letter("Talk"), actor=cast.ann)
    deliver_all()
    assert Message.objects.get(topic="tasks.invite").last_error
    assert InvitationMail.objects.get().sent_at is None
    settings.EMAIL_PORT = port
    for _time in range(2):
        Message.objects.filter(topic="tasks.invite").update(due_at=datetime(2020, 1, 1, tzinfo=UTC), done_at=None)
        deliver_all()
    ((_to, message),) = letterbox.mails
    assert str(Message.objects.get(topic="tasks.invite").pk) in message["Message-ID"]


def test_a_change_is_told_when_it_is_asked_for_and_a_cancellation_takes_it_back(
    cast: Cast, meeting: Task, letterbox: Mailbox
) -> None:
    send_invitations(meeting, [MAIL], Letter("Talk"), actor=cast.ann)
    assert not invitation_part(meeting, cast.ann)["has_news"]
    meeting.description = "Other words"
    save_task(meeting, actor=cast.ann)
    assert not invitation_part(meeting, cast.ann)["has_news"]
    meeting.set_due(datetime(2031, 3, 4, 16, tzinfo=KYIV), "Europe/Kyiv")
    save_task(meeting, actor=cast.ann)
    assert invitation_part(meeting, cast.ann)["has_news"]
    browser = browser_of(cast.ann)
    page = browser.get(f"/tasks/{meeting.pk}/invite/")
    assert page.context["form"].initial == {"title": "Talk", "guests": [MAIL]}
    browser.post(f"/tasks/{meeting.pk}/invite/", {"title": "Talk", "guests": [MAIL], "send": "1"})
    assert not invitation_part(meeting, cast.ann)["has_news"]
    cancel_task(meeting, actor=cast.ann)
    assert invitation_part(meeting, cast.ann)["has_news"]
    for _twice in range(2):
        assert browser.post(f"/tasks/{meeting.pk}/uninvite/").status_code == 302
    assert not invitation_part(meeting, cast.ann)["has_news"]
    deliver_all()
    entries = [entry_in(message) for _to, message in letterbox.mails]
    assert [str(calendar["METHOD"]) for calendar, _event in entries] == ["REQUEST", "REQUEST", "CANCEL"]
    sequences = [event["SEQUENCE"] for _calendar, event in entries]
    assert sequences == sorted(set(sequences))
    assert {str(event["UID"]) for _calendar, event in entries} == {str(entries[0][1]["UID"])}
    assert str(entries[2][1]["STATUS"]) == "CANCELLED"
    assert TaskInvitation.objects.count() == 1


def test_a_meeting_that_lost_its_date_can_be_cancelled(cast: Cast, meeting: Task, letterbox: Mailbox) -> None:
    send_invitations(meeting, [MAIL], Letter("Talk"), actor=cast.ann)
    meeting.set_due(None, "")
    save_task(meeting, actor=cast.ann)
    assert invitation_part(meeting, cast.ann)["has_news"]
    cancel_invitations(meeting, list(TaskInvitation.objects.all()), actor=cast.ann)
    deliver_all()
    assert entry_in(letterbox.mails[1][1])[1]["DTSTART"].dt == datetime(2031, 3, 3, 16, tzinfo=KYIV)


def test_a_button_that_is_pressed_twice_sends_once(cast: Cast, meeting: Task, letterbox: Mailbox) -> None:
    for _twice in range(2):
        send_invitations(meeting, [MAIL], Letter("Talk"), actor=cast.ann)
    deliver_all()
    assert len(letterbox.mails) == 1
    send_invitations(meeting, [MAIL], Letter("Talk", "With a word"), actor=cast.ann)
    deliver_all()
    assert len(letterbox.mails) == 2


def test_the_preview_sends_nothing(cast: Cast, meeting: Task) -> None:
    browser = browser_of(cast.ann)
    page = browser.post(f"/tasks/{meeting.pk}/invite/", {"title": "Other title", "text": "Hello", "guests": [MAIL]})
    assert page.status_code == 200
    assert "Other title" in page.context["subject"]
    assert "Hello" in page.context["body"]
    assert not InvitationMail.objects.exists()
    refused = browser.post(f"/tasks/{meeting.pk}/invite/", {"title": "Talk", "send": "1"})
    assert refused.status_code == 422
    assert refused.context["form"].errors["guests"]
    elsewhere = browser.post(
        f"/tasks/{meeting.pk}/invite/", {"title": "Talk", "send": "1", "guests": ["stranger@evil.example"]}
    )
    assert elsewhere.status_code == 422
    assert not InvitationMail.objects.exists()


def test_only_people_in_sight_are_offered_and_named(cast: Cast, meeting: Task, letterbox: Mailbox) -> None:
    save_task(meeting, actor=cast.ann, parts={"watchers": [TaskWatcher(user=cast.bob), TaskWatcher(user=cast.cy)]})
    offered = [guest.address for guest in guests_of(meeting, cast.ann)]
    assert offered == [MAIL, "bob@porada.example", "cy@porada.example"]
    send_invitations(meeting, [MAIL], Letter("Talk"), actor=cast.ann)
    # cy watches the task, and sees nothing of ann's contacts.
    assert MAIL not in [guest.address for guest in guests_of(meeting, cast.cy)]
    ((masked,), (named,)) = invited_to(meeting, cast.cy), invited_to(meeting, cast.bob)
    assert (masked.name, masked.address) == ("", "")
    assert (named.name, named.address) == ("Irina", MAIL)
    stranger = browser_of(cast.cy)
    assert stranger.get(f"/tasks/{meeting.pk}/invite/").status_code == 403
    assert stranger.post(f"/tasks/{meeting.pk}/uninvite/").status_code == 403
    assert stranger.get(f"/tasks/{make_task(cast.ann).pk}/invite/").status_code == 404
    FieldRule.objects.create(
        role=cast.ann.role, record_type="contacts.contact", field="emails", access=FieldAccess.HIDDEN
    )
    blind = User.objects.get(pk=cast.ann.pk)
    assert MAIL not in [guest.address for guest in guests_of(meeting, blind)]
    assert [row.address for row in invited_to(meeting, blind)] == [""]


def hide(user: User, record_type: str, *names: str) -> User:
    for name in names:
        FieldRule.objects.create(role=user.role, record_type=record_type, field=name, access=FieldAccess.HIDDEN)
    return User.objects.get(pk=user.pk)


def test_hidden_fields_of_a_contact_are_told_by_no_mail_of_his(cast: Cast, meeting: Task, irina: Contact) -> None:
    path, form = f"/tasks/{meeting.pk}/invite/", {"title": "Talk", "guests": [MAIL]}
    shown = browser_of(cast.ann).post(path, form).context
    assert "Запрошення" in shown["subject"]
    assert "America/New_York" in shown["body"]
    blind = hide(cast.ann, "contacts.contact", "language", "time_zone", "consent")
    masked = browser_of(blind).post(path, form).context
    assert "Invitation" in masked["subject"]
    assert "16:00" in masked["body"] or "4 p.m." in masked["body"]
    assert "Europe/Kyiv" in masked["body"]
    Contact.objects.filter(pk=irina.pk).update(consent=Consent.REFUSED)
    page = browser_of(blind).get(path)
    assert page.context["form"].initial["guests"] == []
    assert "cannot be invited" in page.content.decode()
    assert "written to" not in page.content.decode()
    with pytest.raises(NobodyToInvite):
        send_invitations(meeting, [MAIL], Letter("Talk"), actor=blind)
    assert browser_of(blind).post(path, form | {"send": "1"}).status_code == 422
    FieldRule.objects.filter(field="consent").delete()
    assert "does not want to be written to" in browser_of(cast.ann).get(path).content.decode()


def test_hidden_fields_of_a_task_are_told_by_no_invitation(cast: Cast, meeting: Task) -> None:
    meeting.rrule, meeting.repeats = "FREQ=WEEKLY", Repeats.ON_SCHEDULE
    save_task(meeting, actor=cast.ann, parts={"watchers": [TaskWatcher(user=cast.bob)]})
    blind = hide(cast.ann, "tasks.task", "rrule")
    mails = send_invitations(meeting, [MAIL, "bob@porada.example"], Letter("Talk"), actor=blind)
    assert all("RRULE" not in mail.calendar for mail in mails)
    assert not invitation_part(meeting, blind)["has_news"]
    FieldRule.objects.all().delete()
    ann = User.objects.get(pk=cast.ann.pk)
    assert invitation_part(meeting, ann)["has_news"]
    assert [row.name for row in invited_to(meeting, ann)] == ["Irina", "bob"]
    assert [row.name for row in invited_to(meeting, hide(ann, "tasks.task", "watchers"))] == ["Irina", ""]
    blind = hide(ann, "tasks.task", "contact", "due_on")
    assert [(row.name, row.address) for row in invited_to(meeting, blind)] == [("", "")] * 2
    meeting.set_due(datetime(2031, 3, 4, 16, tzinfo=KYIV), "Europe/Kyiv")
    assert invitation_part(meeting, cast.bob)["has_news"] is False
    FieldRule.objects.all().delete()
    assert invitation_part(meeting, User.objects.get(pk=cast.bob.pk))["has_news"]


def test_a_contact_of_a_hidden_deal_is_not_named(cast: Cast, meeting: Task) -> None:
    send_invitations(meeting, [MAIL], Letter("Talk"), actor=cast.ann)
    blind = hide(cast.ann, "tasks.task", "deal")
    assert [row.name for row in invited_to(meeting, blind)] == ["Irina"]
    meeting.contact = None
    assert [row.name for row in invited_to(meeting, blind)] == [""]
    assert [row.name for row in invited_to(meeting, cast.dana)] == ["Irina"]


def test_who_was_uninvited_a_moment_ago_is_invited_again(cast: Cast, meeting: Task) -> None:
    for _time in range(2):
        assert len(send_invitations(meeting, [MAIL], Letter("Talk"), actor=cast.ann)) == 1
        assert len(cancel_invitations(meeting, list(TaskInvitation.objects.all()), actor=cast.ann)) == 1
    mails = list(InvitationMail.objects.order_by("pk"))
    assert [mail.method for mail in mails] == ["REQUEST", "CANCEL"] * 2
    assert [mail.sequence for mail in mails] == [1, 2, 3, 4]
    assert [f"SEQUENCE:{mail.sequence}\r\n" in mail.calendar for mail in mails] == [True] * 4


def test_uninviting_from_a_task_that_is_being_saved_warns(
    cast: Cast, meeting: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_invitations(meeting, [MAIL], Letter("Talk"), actor=cast.ann)

    def save_before(task: Task, *given: Any, **named: Any) -> list[InvitationMail]:
        save_task(Task.objects.get(pk=task.pk), actor=cast.bob)
        return cancel_invitations(task, *given, **named)

    monkeypatch.setattr(invitations, "cancel_invitations", save_before)
    page = browser_of(cast.ann).post(f"/tasks/{meeting.pk}/uninvite/", follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["warning"]
    assert InvitationMail.objects.count() == 1


def test_what_is_no_meeting_invites_nobody(cast: Cast, meeting: Task, irina: Contact) -> None:
    for task in (make_task(cast.ann, contact=irina, due=meeting.due_at), make_task(cast.ann, nature=TaskNature.CALL)):
        with pytest.raises(NotForInviting):
            send_invitations(task, [MAIL], Letter("Talk"), actor=cast.ann)
        assert browser_of(cast.ann).get(f"/tasks/{task.pk}/invite/").status_code == 403
    with pytest.raises(NobodyToInvite):
        send_invitations(meeting, ["other@acme.example"], Letter("Talk"), actor=cast.ann)
    User.objects.filter(pk=cast.ann.pk).update(email="")
    with pytest.raises(NoAddressOfOnesOwn):
        send_invitations(meeting, [MAIL], Letter("Talk"), actor=User.objects.get(pk=cast.ann.pk))
