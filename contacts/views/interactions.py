"""Interactions: logged from a card or from anywhere, looked at, edited, deleted, restored."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clients.models import Client
from contacts.composing import composer, empty_form, page_named, people_offered
from contacts.interaction_forms import InteractionForm
from contacts.models import Contact, Interaction
from contacts.rights import may_log, may_restore, may_touch
from contacts.selectors import versions_of_interaction
from contacts.services.interactions import (
    Conversation,
    StaleInteraction,
    conversation_of,
    delete_interaction,
    edit_interaction,
    log_once,
    restore_interaction,
)
from crm.access.rights import Action
from crm.access.sight import seen_records, subject_of
from crm.history.plain import version_key

_METHODS = ("GET", "HEAD", "POST")


@login_required
@require_http_methods(_METHODS)
def interaction_new(request: HttpRequest) -> HttpResponse:
    """The form on a page of its own; `on` names the record that it is about. From a card htmx sends it."""
    if not may_log(request.user):
        raise PermissionDenied
    page = page_named(request.GET.get("on", ""), request.user)
    form = InteractionForm(
        request.POST or None, actor=request.user, page=page, offered=people_offered(page, request.user)
    )
    if request.method == "POST" and form.is_valid():
        return _logged(request, form, page, said=_log(request, form, page))
    if getattr(request, "htmx", False) and page is not None:
        return HttpResponse(composer(request, page, form), status=422 if form.errors else 200)
    return _show(request, form, title=_("Log an interaction"), subject=page)


@login_required
@require_safe
def interaction_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was said, and every version of it; a deleted one for those who may restore it."""
    interaction, subject = _fetch(pk, request.user)
    if interaction.deleted_at and not may_touch(request.user, interaction, Action.DELETE):
        raise Http404
    seen = _in_sight(interaction, request.user)
    context = {
        "interaction": interaction,
        "subject": subject,
        "people": seen.people,
        "about": seen.about,
        "may_change": not interaction.deleted_at and may_touch(request.user, interaction, Action.CHANGE),
        "may_delete": not interaction.deleted_at and may_touch(request.user, interaction, Action.DELETE),
        "may_restore": interaction.deleted_at and may_restore(request.user, interaction),
        "page": versions_of_interaction(interaction, request.user, before=version_key(request.GET.get("before", ""))),
    }
    return render(request, "interactions/detail.html", context)


@login_required
@require_http_methods(_METHODS)
def interaction_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    interaction, subject = _fetch_to(pk, request.user, Action.CHANGE)
    seen = _in_sight(interaction, request.user)
    initial = {"people": [one.pk for one in seen.people], "client": _client_in(seen)}
    form = InteractionForm(request.POST or None, instance=interaction, initial=initial, actor=request.user)
    form.sight.remember([*seen.people, *seen.about])
    if request.method == "POST" and form.is_valid() and _edit(request, form, seen):
        messages.success(request, _("The interaction is saved."))
        return HttpResponseRedirect(subject.get_absolute_url())
    return _show(request, form, title=_("Edit the interaction"), subject=subject)


@login_required
@require_http_methods(_METHODS)
def interaction_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    interaction, subject = _fetch_to(pk, request.user, Action.DELETE)
    if interaction.deleted_at is not None:
        # Sent twice, or from an old page: there it can be restored.
        return HttpResponseRedirect(reverse("interactions:detail", args=[pk]))
    if request.method != "POST":
        context = {
            "title": _("Delete this interaction?"),
            "text": _("It leaves every timeline, and can be restored."),
            "submit_label": _("Delete"),
            "cancel_url": subject.get_absolute_url(),
        }
        return render(request, "ui/confirm.html", context)
    try:
        delete_interaction(interaction, actor=request.user)
    except StaleInteraction:
        messages.warning(request, _("Somebody changed this interaction at the same moment. Look again."))
        return HttpResponseRedirect(subject.get_absolute_url())
    undo = reverse("interactions:detail", args=[interaction.pk])
    text = format_html('{} <a href="{}">{}</a>', _("The interaction is deleted."), undo, _("Restore it"))
    messages.success(request, text)
    return HttpResponseRedirect(subject.get_absolute_url())


@login_required
@require_http_methods(_METHODS)
def interaction_restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST brings it back; GET leads to its page, which has the button."""
    interaction, subject = _fetch(pk, request.user)
    if not may_touch(request.user, interaction, Action.DELETE):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseRedirect(reverse("interactions:detail", args=[pk]))
    try:
        restore_interaction(interaction, actor=request.user)
    except StaleInteraction:
        messages.warning(request, _("Somebody changed this interaction at the same moment. Look again."))
        return HttpResponseRedirect(reverse("interactions:detail", args=[pk]))
    messages.success(request, _("The interaction is back."))
    return HttpResponseRedirect(subject.get_absolute_url())


def _log(request: HttpRequest, form: InteractionForm, page: Any) -> str:
    """What was said follows from it, in words for the user; empty for nothing."""
    given = form.cleaned_data
    people = list(given["people"])
    if isinstance(page, Contact):
        people.insert(0, page)
    client = page if page is not None and not isinstance(page, Contact) else given.get("client")
    conversation = Conversation(people, [client] if client else [])
    interaction, meant = form.filled(), given.get("follow_up")
    with transaction.atomic():
        is_stored = log_once(interaction, conversation, actor=request.user)
        if is_stored and meant is not None and form.follows is not None:
            return form.follows.make(meant, interaction, conversation, request.user)
    return ""


def _logged(request: HttpRequest, form: InteractionForm, page: Any, *, said: str) -> HttpResponse:
    if getattr(request, "htmx", False) and page is not None:
        answer = HttpResponse(composer(request, page, empty_form(page, request.user), logged=_told(said)))
        answer["HX-Trigger"] = "timeline-changed, tasks-changed"
        return answer
    messages.success(request, _told(said))
    return HttpResponseRedirect(_home_of(page or next(iter(form.cleaned_data["people"]), form.cleaned_data["client"])))


def _told(said: str) -> str:
    return f"{_('Logged.')} {said}".strip()


def _edit(request: HttpRequest, form: InteractionForm, seen: Conversation) -> bool:
    given = form.cleaned_data
    # Records that this form has no field for stay: it shows one client.
    others = [one for one in seen.about if one != _client_in(seen)]
    about = [given["client"], *others] if given["client"] else others
    if not given["people"] and not about:
        form.add_error("people", _("Choose who it was with: a person, a client, or both."))
        return False
    try:
        edit_interaction(form.filled(), Conversation(given["people"], about), actor=request.user)
    except StaleInteraction as conflict:
        form.add_error(
            None,
            _("Somebody saved this interaction meanwhile, with this text: “%(text)s”. Send again to put yours instead.")
            % {"text": conflict.current.text},
        )
        sent = request.POST.copy()
        sent["read_version"] = str(conflict.current.version)
        form.data = sent
        return False
    return True


def _client_in(conversation: Conversation) -> Client | None:
    return next((one for one in conversation.about if isinstance(one, Client)), None)


def _show(request: HttpRequest, form: InteractionForm, *, title: str, subject: Any) -> HttpResponse:
    context = {"form": form, "title": title, "cancel_url": _home_of(subject), "subject": subject}
    return render(request, "interactions/edit.html", context, status=422 if form.errors else 200)


def _fetch(pk: UUID, reader: Any) -> tuple[Interaction, Any]:
    """An interaction whose subject is in sight, with that subject. Raises Http404."""
    interaction = Interaction.objects.select_related("author").filter(pk=pk).first()
    if interaction is None:
        raise Http404
    named = (interaction.subject_type, interaction.subject_id)
    subject = seen_records(reader, [named]).get(named)
    if subject is None:
        raise Http404
    return interaction, subject


def _fetch_to(pk: UUID, actor: Any, action: Action) -> tuple[Interaction, Any]:
    """One that the actor may change or delete; a deleted one for those who may delete it, to be deleted.

    Raises Http404, PermissionDenied.
    """
    interaction, subject = _fetch(pk, actor)
    is_allowed = may_touch(actor, interaction, action)
    if interaction.deleted_at is not None and not (is_allowed and action == Action.DELETE):
        raise Http404
    if not is_allowed:
        raise PermissionDenied
    return interaction, subject


def _in_sight(interaction: Interaction, reader: Any) -> Conversation:
    """Whom it was with and what it is about, as far as the reader sees them."""
    stored = conversation_of(interaction)
    seen = seen_records(reader, [subject_of(record) for record in (*stored.people, *stored.about)])
    people = [one for one in stored.people if subject_of(one) in seen]
    return Conversation(people, [one for one in stored.about if subject_of(one) in seen])


def _home_of(page: Any) -> str:
    return str(page.get_absolute_url()) if page is not None else reverse("home")
