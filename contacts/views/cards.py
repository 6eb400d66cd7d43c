"""The card of a contact: see, add, edit, change employer, bin, restore."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from clients.models import Client
from contacts.forms import ChangeEmployerForm, ContactForm
from contacts.models import Contact
from contacts.services import change_employer, create_contact, save_contact
from crm.access.rights import Action, locked_fields
from crm.access.writing import StaleVersion
from crm.pages.binning import delete_page, restore_page
from crm.pages.card import card_of, ways_to_reach
from crm.pages.editing import EditPage, require_add
from crm.pages.forms import fresh_instance
from crm.pages.reading import fetch_record


@login_required
def contact_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    contact, permissions = fetch_record(Contact, pk, reader=request.user, related=("owner", "team"))
    card = card_of(contact, permissions, request.user)
    context = {"card": card, "contact": contact, "ways": ways_to_reach(card)}
    return render(request, "contacts/detail.html", context)


@login_required
def contact_new(request: HttpRequest) -> HttpResponse:
    require_add(request, Contact)
    form = ContactForm(request.POST or None, instance=fresh_instance(Contact), actor=request.user)
    employer = _employer_named(request)
    if employer is not None and "employments" in form.parts:
        form.parts["employments"].forms[0].initial["client"] = employer.pk
    page = EditPage(
        form,
        save=create_contact,
        template="contacts/edit.html",
        title=_("New contact"),
        cancel_url=employer.get_absolute_url() if employer else reverse("contacts:list"),
    )
    return page.respond(request)


@login_required
def contact_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    contact, _permissions = fetch_record(Contact, pk, reader=request.user, action=Action.CHANGE)
    form = ContactForm(request.POST or None, instance=contact, actor=request.user)
    page = EditPage(
        form,
        save=save_contact,
        template="contacts/edit.html",
        title=_("Edit “%(name)s”") % {"name": contact},
        cancel_url=contact.get_absolute_url(),
    )
    return page.respond(request)


@login_required
def contact_change_employer(request: HttpRequest, pk: UUID) -> HttpResponse:
    contact, _permissions = fetch_record(Contact, pk, reader=request.user, action=Action.CHANGE)
    if "employments" in locked_fields(request.user, Contact):
        raise PermissionDenied
    initial = {"read_version": contact.version}
    form = ChangeEmployerForm(request.POST or None, initial=initial, actor=request.user)
    if request.method == "POST" and form.is_valid() and _changed_employer(request, contact, form):
        return HttpResponseRedirect(contact.get_absolute_url())
    context = {"contact": contact, "form": form, "present": _present_employers(contact, request.user)}
    return render(request, "contacts/change_employer.html", context, status=422 if form.errors else 200)


@login_required
def contact_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    return delete_page(request, Contact, pk)


@login_required
def contact_restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    return restore_page(request, Contact, pk)


def _changed_employer(request: HttpRequest, contact: Contact, form: ChangeEmployerForm) -> bool:
    given = form.cleaned_data
    contact.version = given["read_version"]
    try:
        change_employer(
            contact,
            to=given["client"],
            job_title=given["job_title"],
            department=given["department"],
            since=given["since"],
            actor=request.user,
        )
    except ValidationError as refusal:
        form.add_error("since", refusal.messages)
        return False
    except StaleVersion as conflict:
        form.add_error(None, _("Somebody saved this contact meanwhile. Look at the employers below and send again."))
        sent = request.POST.copy()
        sent["read_version"] = str(conflict.current.version)
        form.data = sent
        return False
    messages.success(request, _("“%(name)s” works at “%(client)s” now.") % {"name": contact, "client": given["client"]})
    return True


def _present_employers(contact: Contact, reader: Any) -> list[str]:
    """Names of the employers that will end; those out of sight are told without their name."""
    seen = set(Client.objects.visible_to(reader).filter(employments__contact=contact).values_list("pk", flat=True))
    present = contact.employments.current().select_related("client")
    return [row.client.name if row.client_id in seen else _("a client you may not see") for row in present]


def _employer_named(request: HttpRequest) -> Client | None:
    """The client that the page was opened from, when the reader may see it."""
    try:
        key = UUID(request.GET.get("client", ""))
    except ValueError:
        return None
    return Client.objects.visible_to(request.user).filter(pk=key).first()
