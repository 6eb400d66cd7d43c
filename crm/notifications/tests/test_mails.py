"""Mails through a real mail server: judged at the moment of sending, several in one, once whatever happens."""

import re
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from django.core.mail import EmailMultiAlternatives

from clients.models import Client
from clients.tests.factories import make_client
from crm.notifications import services
from crm.notifications.daily import plan_digests
from crm.notifications.digests import Chapter, Entry, Section, register, sections_for
from crm.notifications.models import DeliverySettings, MailChoice, Notification
from crm.notifications.services import DIGEST, MAIL
from crm.notifications.tests.telling import hurry, prefer, share_untold, silenced, tell, withdraw_from
from crm.outbox.models import Message
from crm.outbox.testing import deliver_all
from crm.pages.testing import browser_of
from teams.models import User
from teams.tests.factories import Cast, make_cast
from teams.tests.test_password_reset import Mailbox, free_port, mailbox

letterbox = mailbox


@pytest.fixture
def cast(db: None) -> Cast:
    """bob wants everything by mail at once, fin once a day."""
    silenced.clear()
    cast = make_cast()
    for user in (cast.bob, cast.cy):
        prefer(user, mail=MailChoice.NOW)
    prefer(cast.fin, mail=MailChoice.DAILY)
    return cast


@pytest.fixture
def acme(cast: Cast) -> Client:
    return make_client(cast.ann, "Acme")


def mail_all() -> None:
    hurry()
    deliver_all()


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    body: Any = message.get_body((kind,))
    return str(body.get_content()).replace("\r\n", "\n")


def subjects(letterbox: Mailbox) -> list[str]:
    return [str(message["Subject"]) for _to, message in letterbox.mails]


def receivers(letterbox: Mailbox) -> list[str]:
    return [to for tos, _message in letterbox.mails for to in tos]


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


def test_a_mail_says_what_happened_and_leads_there(cast: Cast, acme: Client, letterbox: Mailbox) -> None:
    tell(acme, cast.bob, actor=cast.ann, data={"excerpt": "Call <them> & ask"})
    mail_all()
    ((to, message),) = letterbox.mails
    assert to == ["bob@porada.example"]
    assert message["Subject"] == "Porada: ann noted Acme"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "/notifications/settings/" in message["List-Unsubscribe"]
    assert "Call <them> & ask" in text_of(message)
    assert "Call &lt;them&gt; &amp; ask" in text_of(message, "html")
    link = re.search(r"https?://[^/\s]+(/notifications/\d+/open/)", text_of(message))
    assert link
    assert link[1] in text_of(message, "html")
    answer = browser_of(cast.bob).get(link[1])
    assert (answer.status_code, answer["Location"]) == (302, acme.get_absolute_url())
    assert Notification.objects.get().is_read


def test_a_mail_speaks_the_language_of_its_reader(cast: Cast, acme: Client, letterbox: Mailbox) -> None:
    User.objects.filter(pk=cast.bob.pk).update(language="uk", time_zone="Asia/Tokyo")
    tell(acme, cast.bob, actor=cast.ann)
    mail_all()
    ((_to, message),) = letterbox.mails
    assert 'lang="uk"' in text_of(message, "html")
    hour = Notification.objects.get().created_at.astimezone(ZoneInfo("Asia/Tokyo"))
    assert f"{hour:%H:%M}" in text_of(message, "html")


def test_what_is_due_together_comes_in_one_mail(cast: Cast, acme: Client, letterbox: Mailbox) -> None:
    other = make_client(cast.ann, "Zenith")
    for record, actor in ((acme, cast.ann), (acme, cast.fin), (other, cast.ann)):
        tell(record, cast.bob, actor=actor)
    mail_all()
    assert subjects(letterbox) == ["Porada: 2 notifications"]
    text = text_of(letterbox.mails[0][1])
    assert "fin and ann noted Acme 2 times" in text
    assert "ann noted Zenith" in text
    assert not Message.objects.filter(done_at=None).exists()


def test_what_was_read_meanwhile_is_not_mailed(cast: Cast, acme: Client, letterbox: Mailbox) -> None:
    share_untold(acme, cast.cy, owner=cast.ann)
    tell(acme, cast.bob, cast.cy, actor=cast.ann)
    services.mark_read(Notification.objects.get(user=cast.bob), actor=cast.bob)
    mail_all()
    assert receivers(letterbox) == ["cy@porada.example"]


def test_what_was_read_while_the_mail_server_was_down_is_not_mailed(
    cast: Cast, acme: Client, letterbox: Mailbox, settings: Any
) -> None:
    other = make_client(cast.ann, "Zenith")
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    for record in (acme, other):
        tell(record, cast.bob, actor=cast.ann)
    mail_all()
    services.mark_read(Notification.objects.earliest("pk"), actor=cast.bob)
    settings.EMAIL_PORT = port
    mail_all()
    assert subjects(letterbox) == ["Porada: ann noted Zenith"]


def test_what_went_out_of_sight_is_not_mailed(cast: Cast, acme: Client, letterbox: Mailbox) -> None:
    share_untold(acme, cast.cy, owner=cast.ann)
    tell(acme, cast.bob, cast.cy, actor=cast.ann)
    withdraw_from(acme, cast.cy, owner=cast.ann)
    mail_all()
    assert receivers(letterbox) == ["bob@porada.example"]
    share_untold(acme, cast.cy, owner=cast.ann)
    tell(acme, cast.cy, actor=cast.ann)
    mail_all()
    assert receivers(letterbox) == ["bob@porada.example", "cy@porada.example"]


def test_those_who_left_get_no_mail(cast: Cast, acme: Client, letterbox: Mailbox) -> None:
    tell(acme, cast.bob, actor=cast.ann)
    User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    mail_all()
    assert letterbox.mails == []


def test_what_may_not_be_said_any_more_is_not_mailed(cast: Cast, acme: Client, letterbox: Mailbox) -> None:
    for actor in (cast.ann, cast.fin):
        tell(acme, cast.bob, actor=actor)
    silenced.add(Notification.objects.earliest("pk").pk)
    mail_all()
    assert subjects(letterbox) == ["Porada: fin noted Acme"]


def test_who_changed_his_mind_gets_no_mail(cast: Cast, acme: Client, letterbox: Mailbox) -> None:
    tell(acme, cast.bob, actor=cast.ann)
    prefer(cast.bob, mail=MailChoice.NEVER)
    mail_all()
    assert letterbox.mails == []


def test_a_mail_keeps_quiet_hours_when_told_and_when_sent(
    cast: Cast, acme: Client, letterbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    DeliverySettings.objects.create(user=cast.bob, quiet_from=time(22), quiet_until=time(7))
    evening = datetime(2026, 6, 10, 20, 30, tzinfo=UTC)
    at(monkeypatch, evening)
    tell(acme, cast.bob, actor=cast.ann)
    morning = datetime(2026, 6, 11, 4, tzinfo=UTC)
    assert Message.objects.get(topic=MAIL).due_at == morning
    at(monkeypatch, evening + timedelta(hours=1))
    mail_all()
    assert letterbox.mails == []
    assert Message.objects.get(topic=MAIL).due_at == morning
    at(monkeypatch, morning)
    mail_all()
    assert receivers(letterbox) == ["bob@porada.example"]


def test_mails_wait_for_a_mail_server_that_is_down_and_go_out_once(
    cast: Cast, acme: Client, letterbox: Mailbox, settings: Any
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    for actor in (cast.ann, cast.fin):
        tell(acme, cast.bob, actor=actor)
    for _round in range(3):
        mail_all()
    assert letterbox.mails == []
    assert "Connection refused" in Message.objects.filter(topic=MAIL, done_at=None).latest("attempts").last_error
    settings.EMAIL_PORT = port
    for _round in range(3):
        mail_all()
    assert len(letterbox.mails) == 1
    assert not Message.objects.filter(done_at=None).exists()


def test_a_server_that_goes_and_comes_back_gets_each_mail_once(cast: Cast, acme: Client, settings: Any) -> None:
    letterbox = Mailbox()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    for actor, is_up in ((cast.ann, True), (cast.fin, False), (cast.dana, True)):
        tell(acme, cast.bob, actor=actor)
        server = Controller(letterbox, hostname="127.0.0.1", port=settings.EMAIL_PORT) if is_up else None
        if server:
            server.start()
        mail_all()
        mail_all()
        if server:
            server.stop()
    said = "".join(text_of(message) for _to, message in letterbox.mails)
    assert len(letterbox.mails) == 3
    assert [said.count(f"{who} noted Acme") for who in ("ann", "fin", "dana")] == [1, 1, 1]


def test_a_mail_that_may_have_gone_comes_again_with_the_same_name_and_nothing_new(
    cast: Cast, acme: Client, letterbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = EmailMultiAlternatives.send

    def send_and_die(mail: EmailMultiAlternatives) -> None:
        really(mail)
        raise SystemExit

    tell(acme, cast.bob, actor=cast.ann)
    monkeypatch.setattr(EmailMultiAlternatives, "send", send_and_die)
    with pytest.raises(SystemExit):
        mail_all()
    monkeypatch.undo()
    other = make_client(cast.ann, "Zenith")
    tell(other, cast.bob, actor=cast.ann)
    Message.objects.filter(done_at=None).update(claimed_until=None)
    mail_all()
    first, again, new = (message for _to, message in letterbox.mails)
    assert first["Message-ID"] == again["Message-ID"] != new["Message-ID"]
    assert (again["Subject"], new["Subject"]) == ("Porada: ann noted Acme", "Porada: ann noted Zenith")


@pytest.fixture
def section(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The only section of the digest; tests set for whom it is offered and what it says."""
    monkeypatch.setattr("crm.notifications.digests._sections", {})
    section: dict[str, Any] = {"offered": set(), "says": "Yesterday was quiet", "days": []}

    def write(user: Any, day: Any) -> Chapter | None:
        section["days"].append(day)
        if section["says"] is None:
            return None
        if isinstance(section["says"], Exception):
            raise section["says"]
        return Chapter("Yesterday", [Entry(section["says"], "as always", "/clients/")], "/clients/?all")

    register(Section("test.day", "Yesterday", lambda user: user.pk in section["offered"], write))
    return section


def digest_of(user: User) -> None:
    """As if the hour of this person's digest had come."""
    Message.objects.filter(topic=DIGEST).delete()
    User.objects.exclude(pk=user.pk).update(email="")
    plan_digests()
    deliver_all()


def test_a_digest_tells_what_is_unread_once(
    cast: Cast, acme: Client, letterbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, datetime(2026, 6, 10, 12, tzinfo=UTC))
    tell(acme, cast.fin, actor=cast.ann)
    tell(make_client(cast.ann, "Zenith"), cast.fin, actor=cast.ann)
    services.mark_read(Notification.objects.latest("pk"), actor=cast.fin)
    digest_of(cast.fin)
    ((to, message),) = letterbox.mails
    assert (to, message["Subject"]) == (["fin@porada.example"], "Porada: Your day in Porada")
    assert "ann noted Acme" in text_of(message)
    assert "Zenith" not in text_of(message)
    digest_of(cast.fin)
    assert len(letterbox.mails) == 1


def test_a_digest_leaves_out_what_went_out_of_sight(
    cast: Cast, acme: Client, letterbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, datetime(2026, 6, 10, 12, tzinfo=UTC))
    prefer(cast.cy, mail=MailChoice.DAILY)
    share_untold(acme, cast.cy, owner=cast.ann)
    own = make_client(cast.cy, "Kestrel")
    for record in (acme, own):
        tell(record, cast.cy, actor=cast.dana)
    withdraw_from(acme, cast.cy, owner=cast.ann)
    digest_of(cast.cy)
    ((_to, message),) = letterbox.mails
    assert "dana noted Kestrel" in text_of(message)
    assert "Acme" not in message.as_string()


def test_a_day_without_anything_to_tell_has_no_digest(
    cast: Cast, acme: Client, letterbox: Mailbox, section: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, datetime(2026, 6, 10, 12, tzinfo=UTC))
    section |= {"offered": {cast.fin.pk}, "says": None}
    digest_of(cast.fin)
    assert letterbox.mails == []
    section["says"] = "ann called <Acme>"
    digest_of(cast.fin)
    ((_to, message),) = letterbox.mails
    assert "ann called <Acme>\n  as always" in text_of(message)
    assert "ann called &lt;Acme&gt;" in text_of(message, "html")
    assert f"{section['days'][0]}" == "2026-06-09"


def test_a_section_is_for_those_it_is_offered_to_and_who_did_not_decline(
    cast: Cast, letterbox: Mailbox, section: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, datetime(2026, 6, 10, 12, tzinfo=UTC))
    section["offered"] = {cast.ann.pk, cast.bob.pk}
    assert [len(sections_for(user)) for user in (cast.ann, cast.bob, cast.fin)] == [1, 1, 0]
    DeliverySettings.objects.create(user=cast.bob, sections_off=["test.day"])
    plan_digests()
    deliver_all()
    assert receivers(letterbox) == ["ann@porada.example"]


def test_a_section_that_fails_leaves_the_rest(
    cast: Cast, acme: Client, letterbox: Mailbox, section: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, datetime(2026, 6, 10, 12, tzinfo=UTC))
    section |= {"offered": {cast.fin.pk}, "says": ValueError("broken")}
    tell(acme, cast.fin, actor=cast.ann)
    digest_of(cast.fin)
    assert "ann noted Acme" in text_of(letterbox.mails[0][1])


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-06-10"])
@pytest.mark.parametrize(("zone", "hour"), [("Europe/Kyiv", 3), ("Europe/Kyiv", 8), ("America/New_York", 0)])
def test_a_digest_is_planned_once_a_day_at_the_hour_on_the_wall(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, day: str, zone: str, hour: int
) -> None:
    """Every twenty minutes of three days around the change of the clocks."""
    User.objects.exclude(pk=cast.ann.pk).update(email="")
    User.objects.filter(pk=cast.ann.pk).update(time_zone=zone)
    DeliverySettings.objects.create(user=cast.ann, digest_hour=hour)
    where, planned = ZoneInfo(zone), {}
    begin = datetime.fromisoformat(day).replace(tzinfo=where) - timedelta(days=1)
    for step in range(3 * 24 * 3 - 3):
        now = begin.astimezone(UTC) + timedelta(minutes=20 * step)
        at(monkeypatch, now)
        if plan_digests():
            planned[now.astimezone(where).date()] = now.astimezone(where).hour
    assert len(planned) == Message.objects.filter(topic=DIGEST).count() == 3
    # At three there is no such hour in the night of spring: the next one, then.
    assert set(planned.values()) <= {hour, hour + 1 if day == "2026-03-29" and zone == "Europe/Kyiv" else hour}


def test_a_late_digest_keeps_quiet_hours_unless_they_are_its_own(
    cast: Cast, acme: Client, letterbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = DeliverySettings.objects.create(user=cast.fin, quiet_from=time(22), quiet_until=time(7))
    night = datetime(2026, 6, 10, 20, tzinfo=UTC)
    at(monkeypatch, night)
    tell(acme, cast.fin, actor=cast.ann)
    digest_of(cast.fin)
    assert letterbox.mails == []
    assert Message.objects.get(topic=DIGEST).due_at == datetime(2026, 6, 11, 4, tzinfo=UTC)
    chosen.digest_hour = 23
    chosen.save()
    digest_of(cast.fin)
    assert receivers(letterbox) == ["fin@porada.example"]
