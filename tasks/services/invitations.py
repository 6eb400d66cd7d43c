"""Inviting people to meetings by mail, telling them of changes, and cancelling."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access.rights import hidden_fields
from crm.access.writing import lock_record
from crm.outbox.services import put
from crm.timeline import writing as timeline
from tasks.calendars.guests import Guest, can_be_invited_to, guest_again, guests_of, told_of
from tasks.calendars.invitation_mail import calendar_for, cancelled_calendar, words_for
from tasks.models import InvitationMail, InvitationMethod, Task, TaskInvitation
from tasks.services.refusals import TaskRefused

#: The topic of the message by which an invitation is mailed, and what is told on timelines.
TOPIC, INVITED, UNINVITED = "tasks.invite", "tasks.invited", "tasks.uninvited"
# The same words to the same person within this are a button that was pressed twice.
_TWICE = timedelta(minutes=1)


class NobodyToInvite(TaskRefused):
    def __init__(self) -> None:
        super().__init__({"guests": _("Choose at least one person.")})


class NoAddressOfOnesOwn(TaskRefused):
    def __init__(self) -> None:
        super().__init__(_("You have no e-mail here to which people could answer. Ask an admin to enter it."))


class NotForInviting(TaskRefused):
    def __init__(self) -> None:
        super().__init__(_("People are invited to meetings and calls with a date that are not closed."))


@dataclass(frozen=True)
class Letter:
    """What the sender wrote: the title of the meeting as guests see it, and a word to them."""

    title: str
    text: str = ""


@transaction.atomic
def send_invitations(task: Task, addresses: Collection[str], letter: Letter, *, actor: Any) -> list[InvitationMail]:
    """Invite those of the task's guests, or tell them anew, by mail after the commit.

    Raises TaskRefused, StaleVersion, PermissionDenied.
    """
    _require_change(task, actor)
    if not (can_be_invited_to(task, actor) and task.is_open):
        raise NotForInviting
    if not actor.email:
        raise NoAddressOfOnesOwn
    wanted = {address.casefold() for address in addresses}
    offered = [guest for guest in guests_of(task, actor) if not guest.is_unwilling]
    guests = [guest for guest in offered if guest.address.casefold() in wanted]
    if not guests:
        raise NobodyToInvite
    mails = [_mail(task, _invitation(task, guest), guest, letter, InvitationMethod.REQUEST, actor) for guest in guests]
    return _told(task, INVITED, mails, actor=actor)


@transaction.atomic
def cancel_invitations(task: Task, invitations: Collection[TaskInvitation], *, actor: Any) -> list[InvitationMail]:
    """Tell those who are invited that it is off for them. Raises StaleVersion, PermissionDenied."""
    _require_change(task, actor)
    mails = []
    for invitation in invitations:
        last = invitation.mails.order_by("pk").last()
        if invitation.task_id != task.pk or last is None or last.method == InvitationMethod.CANCEL:
            continue
        guest = guest_again(invitation, actor)
        letter = Letter(last.told.get("title") or task.name)
        mails.append(_mail(task, invitation, guest, letter, InvitationMethod.CANCEL, actor))
    return _told(task, UNINVITED, mails, actor=actor)


def _require_change(task: Task, actor: Any) -> None:
    lock_record(task)
    if not Task.objects.editable_by(actor).filter(pk=task.pk).exists():
        raise PermissionDenied


def _invitation(task: Task, guest: Guest) -> TaskInvitation:
    given = {"name": guest.name, "contact": guest.contact, "user": guest.user}
    return TaskInvitation.objects.update_or_create(task=task, address=guest.address, defaults=given)[0]


def _mail(
    task: Task, invitation: TaskInvitation, guest: Guest, letter: Letter, method: InvitationMethod, actor: Any
) -> InvitationMail | None:
    """None for what has just been sent."""
    said = {"title": letter.title, "text": letter.text}
    subject, body = words_for(task, guest, actor, **said, method=method)
    told = {**told_of(task, hidden_fields(actor, Task)), "title": letter.title}
    last = invitation.mails.order_by("pk").last()
    sent = (last.method, last.subject, last.body, last.told) if last else ()
    if last and sent == (method, subject[:600], body, told) and last.created_at >= timezone.now() - _TWICE:
        return None
    # Calendars pass over what is not newer than what they have, and a task may be the same as at the mail before.
    sequence = max(task.version, last.sequence + 1 if last else 0)
    if last is not None and method == InvitationMethod.CANCEL:
        calendar = cancelled_calendar(last.calendar, sequence)
    else:
        calendar = calendar_for(task, guest, actor, **said, sequence=sequence)
    mail = InvitationMail.objects.create(
        invitation=invitation,
        method=method,
        sequence=sequence,
        sender=actor,
        subject=subject[:600],
        body=body,
        calendar=calendar,
        told=told,
    )
    put(TOPIC, {"mail": str(mail.pk)}, key=str(mail.pk))
    return mail


def _told(task: Task, event: str, mails: list[InvitationMail | None], *, actor: Any) -> list[InvitationMail]:
    sent = [mail for mail in mails if mail is not None]
    if sent:
        timeline.record(event, task, actor=actor, also_on=task.subjects())
    return sent
