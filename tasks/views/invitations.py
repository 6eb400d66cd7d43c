"""Inviting people to a task: whom, in which words, and what goes out, shown before it does."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crm.access.rights import Action
from crm.access.writing import StaleVersion
from crm.pages.reading import fetch_record
from tasks.calendars.guests import Guest, Invited, can_be_invited_to, guests_of, invited_to
from tasks.calendars.invitation_mail import words_for
from tasks.models import InvitationMethod, Task
from tasks.services.invitations import Letter, cancel_invitations, send_invitations
from tasks.services.refusals import TaskRefused

_RELATED = ("owner", "team", "kind", "status", "contact", "deal", "client", "project")


class InvitationForm(forms.Form):
    title = forms.CharField(label=_("Title of the meeting"), max_length=500, help_text=_("As the guests see it."))
    text = forms.CharField(
        label=_("A word to the guests"), max_length=4_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    guests = forms.MultipleChoiceField(label=_("Guests"), required=False)

    def __init__(self, *args: Any, offered: list[Guest], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        willing = [(guest.address, guest.name) for guest in offered if not guest.is_unwilling]
        self.fields["guests"].choices = willing  # type: ignore[attr-defined]


@login_required
def invite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """ "send" sends; anything else shows again what would be sent."""
    task, _permissions = fetch_record(Task, pk, reader=request.user, action=Action.CHANGE, related=_RELATED)
    if not can_be_invited_to(task, request.user):
        raise PermissionDenied
    offered, invited = guests_of(task, request.user), invited_to(task, request.user)
    form = InvitationForm(request.POST or None, offered=offered, initial=_beginning(task, offered, invited))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and "send" in request.POST:
            try:
                return _send(request, task, form)
            except TaskRefused as refusal:
                form.add_error(None, refusal)
            except StaleVersion as stale:
                form.add_error(None, str(stale))
                status = 409
        elif form.is_valid():
            status = 200
    context = {"task": task, "form": form, "offered": _ticked(form, offered), "invited": invited}
    return render(
        request, "tasks/calendar_invite.html", context | _preview(request, task, form, offered), status=status
    )


@login_required
@require_POST
def uninvite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One of the invited, or all of them."""
    task, _permissions = fetch_record(Task, pk, reader=request.user, action=Action.CHANGE, related=_RELATED)
    chosen = request.POST.get("invitation", "")
    rows = [row.invitation for row in invited_to(task, request.user) if not chosen or str(row.invitation.pk) == chosen]
    try:
        _say(request, len(cancel_invitations(task, rows, actor=request.user)))
    except StaleVersion:
        messages.warning(request, _("Somebody changed “%(name)s” at the same moment. Look again.") % {"name": task})
    return HttpResponseRedirect(task.get_absolute_url())


def _beginning(task: Task, offered: list[Guest], invited: list[Invited]) -> dict[str, Any]:
    """What was told last, to those who were told as far as he sees them; for a first invitation everybody willing."""
    present = [row for row in invited if not row.is_cancelled]
    told = present[-1].mail.told if present else {}
    known = {row.address for row in present}
    willing = [guest.address for guest in offered if not guest.is_unwilling]
    ticked = [address for address in willing if not present or address in known]
    return {"title": told.get("title") or task.name, "guests": ticked}


def _ticked(form: InvitationForm, offered: list[Guest]) -> list[tuple[Guest, bool]]:
    chosen = set(form["guests"].value() or [])
    return [(guest, guest.address in chosen and not guest.is_unwilling) for guest in offered]  # type: ignore[attr-defined]


def _preview(request: HttpRequest, task: Task, form: InvitationForm, offered: list[Guest]) -> dict[str, Any]:
    """The mail to the first of the guests."""
    chosen = [guest for guest, is_ticked in _ticked(form, offered) if is_ticked]
    chosen = chosen or [guest for guest in offered if not guest.is_unwilling]
    if not chosen:
        return {}
    title = str(form["title"].value() or task.name)
    said = {"title": title, "text": str(form["text"].value() or ""), "method": InvitationMethod.REQUEST}
    subject, body = words_for(task, chosen[0], request.user, **said)
    return {"first": chosen[0], "subject": subject, "body": body}


def _send(request: HttpRequest, task: Task, form: InvitationForm) -> HttpResponse:
    letter = Letter(form.cleaned_data["title"], form.cleaned_data["text"])
    sent = send_invitations(task, form.cleaned_data["guests"], letter, actor=request.user)
    _say(request, len(sent))
    return HttpResponseRedirect(task.get_absolute_url())


def _say(request: HttpRequest, count: int) -> None:
    sentence = ngettext("%(count)s mail is on its way.", "%(count)s mails are on their way.", count)
    messages.success(request, sentence % {"count": count})
