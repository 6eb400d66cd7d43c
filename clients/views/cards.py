"""The card of a client: see, add, edit, bin, restore."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from clients.forms import ClientForm
from clients.models import Client
from clients.selectors import Tree, tree_of
from clients.services import create_client, save_client
from crm.access.rights import Action
from crm.pages.binning import delete_page, restore_page
from crm.pages.card import card_of, ways_to_reach
from crm.pages.editing import EditPage, require_add
from crm.pages.forms import fresh_instance
from crm.pages.reading import fetch_record


@login_required
def client_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    client, permissions = fetch_record(Client, pk, reader=request.user, related=("owner", "team"))
    card = card_of(client, permissions, request.user)
    # The branches tell whose parent this client is, so both go by the same rule.
    tree = tree_of(client, reader=request.user) if card.sees["parent"] else Tree()
    context = {
        "card": card,
        "client": client,
        "ways": ways_to_reach(card),
        "parent": tree.parent,
        "branches": tree.branches,
    }
    return render(request, "clients/detail.html", context)


@login_required
def client_new(request: HttpRequest) -> HttpResponse:
    require_add(request, Client)
    form = ClientForm(request.POST or None, instance=fresh_instance(Client), actor=request.user)
    page = EditPage(
        form,
        save=create_client,
        template="clients/edit.html",
        title=_("New client"),
        cancel_url=reverse("clients:list"),
    )
    return page.respond(request)


@login_required
def client_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    client, _permissions = fetch_record(Client, pk, reader=request.user, action=Action.CHANGE)
    form = ClientForm(request.POST or None, instance=client, actor=request.user)
    page = EditPage(
        form,
        save=save_client,
        template="clients/edit.html",
        title=_("Edit “%(name)s”") % {"name": client},
        cancel_url=client.get_absolute_url(),
    )
    return page.respond(request)


@login_required
def client_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    return delete_page(request, Client, pk)


@login_required
def client_restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    return restore_page(request, Client, pk)
