"""The card of a deal: see, add, edit, bin, restore."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from clients.models import Client
from contacts.models import Contact
from crm.access.rights import Action, hidden_fields, may
from crm.access.sight import named_in_sight
from crm.pages.binning import delete_page, restore_page
from crm.pages.card import Card, card_of
from crm.pages.editing import EditPage, require_add
from crm.pages.forms import fresh_instance
from crm.pages.reading import fetch_record
from projects.catalogue import lines_of
from projects.forms import DealForm
from projects.marks import marks_of
from projects.models import Deal, Project, StageKind
from projects.project_selectors import contacts_of_project
from projects.selectors import last_moves_of, people_of, stages_of
from projects.services import create_deal, may_split, save_deal
from projects.steps import way_of

_SHOWN_MOVES = 10


@login_required
def deal_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    related = ("owner", "team", "pipeline", "stage", "presale_team")
    deal, permissions = fetch_record(Deal, pk, reader=request.user, related=related)
    card = card_of(deal, permissions, request.user)
    return render(request, "deals/detail.html", {"card": card, "deal": deal, **_circumstances(card, request.user)})


def _circumstances(card: Card, reader: Any) -> dict[str, Any]:
    """What stands around a deal, as far as its reader sees it."""
    deal, sees = card.record, card.sees
    lines = lines_of(deal, reader) if sees["lines"] else []
    people, unseen = people_of(deal, reader) if sees["contacts"] else ([], 0)
    named = _named_in(deal, card, reader)
    return {
        "client": named[Client].get(deal.client_id),
        "lines": lines,
        "sees_amount": sees["amount"] and sees["currency"],
        "project": named[Project].get(deal.project_id),
        "may_make_project": _may_make_project(card),
        "people": people,
        "unseen": unseen,
        "way": way_of(deal, stages_of(deal.pipeline)) if sees["stage"] else None,
        "moves": last_moves_of(deal, limit=_SHOWN_MOVES) if sees["stage"] else [],
        "may_move": card.may_edit["stage"],
        "marks": marks_of([deal], reader).get(deal.pk, []),
        "may_split": _may_split(card, lines, reader),
        "may_duplicate": may(reader, Action.ADD, Deal),
    }


def _named_in(deal: Deal, card: Card, reader: Any) -> Any:
    """The client and the project of the deal, as far as they are in the reader's sight; one query."""
    client = [deal.client_id] if deal.client_id and card.sees["client"] else []
    project = [deal.project_id] if deal.project_id and card.sees["project"] else []
    return named_in_sight(reader, {Client: client, Project: project})


def _may_make_project(card: Card) -> bool:
    """A deal that has a project, though out of the reader's sight, is given no other one by a button."""
    deal = card.record
    return deal.state == StageKind.WON and deal.project_id is None and card.may_edit["project"]


def _may_split(card: Card, lines: Sequence[Any], reader: Any) -> bool:
    """Whether the deal can be split at all, and by him."""
    is_divisible = len(lines) > 1 or (not lines and bool(card.record.amount))
    return (
        is_divisible
        and card.permissions.can_change
        and may(reader, Action.ADD, Deal)
        and may_split(card.record, reader)
    )


@login_required
def deal_new(request: HttpRequest) -> HttpResponse:
    require_add(request, Deal)
    form = DealForm(request.POST or None, instance=fresh_instance(Deal), actor=request.user)
    came_from = _prefilled(form, request)
    page = EditPage(
        form,
        save=create_deal,
        template="deals/edit.html",
        title=_("New deal"),
        cancel_url=came_from.get_absolute_url() if came_from else reverse("deals:list"),
    )
    return page.respond(request)


@login_required
def deal_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    deal, _permissions = fetch_record(Deal, pk, reader=request.user, action=Action.CHANGE)
    form = DealForm(request.POST or None, instance=deal, actor=request.user)
    page = EditPage(
        form,
        save=save_deal,
        template="deals/edit.html",
        title=_("Edit “%(name)s”") % {"name": deal},
        cancel_url=deal.get_absolute_url(),
    )
    return page.respond(request)


@login_required
def deal_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    return delete_page(request, Deal, pk)


@login_required
def deal_restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    return restore_page(request, Deal, pk)


def _prefilled(form: DealForm, request: HttpRequest) -> Any:
    """The record that the page was opened from, set into the form; None without one in sight.

    Of a project its client and its people come along: what is sold next is sold to them.
    """
    project = _named(Project, request.GET.get("project", ""), request.user)
    client = _named(Client, request.GET.get("client", ""), request.user)
    contact = _named(Contact, request.GET.get("contact", ""), request.user)
    # A row that is sent as it was proposed would count as empty.
    if request.method != "POST":
        _propose(form, project, client, [contact] if contact else [])
    return project or client or contact


def _propose(form: DealForm, project: Any, client: Any, people: list[Any]) -> None:
    hidden = hidden_fields(form.actor, Project)
    if project is not None:
        form.initial["project"] = project.pk
        if "client" not in hidden and project.client_id:
            client = client or _seen(Client, project.client_id, form.actor)
        people = people or ([] if "contacts" in hidden else contacts_of_project(project, form.actor)[0])
    if client is not None:
        form.initial["client"] = client.pk
    if "contacts" in form.parts and people:
        formset = form.parts["contacts"]
        formset.initial_extra = [
            {"contact": getattr(row, "contact_id", row.pk), "role": getattr(row, "role", "")} for row in people
        ]
        formset.extra = len(people) + 1


def _named(model: Any, key: str, reader: Any) -> Any:
    try:
        return _seen(model, UUID(key), reader)
    except ValueError:
        return None


def _seen(model: Any, key: UUID, reader: Any) -> Any:
    return model.objects.visible_to(reader).filter(pk=key).first()
