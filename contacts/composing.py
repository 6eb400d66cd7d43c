"""The box on a card in which an interaction is logged."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode

from clients.models import Client
from contacts.interaction_forms import InteractionForm
from contacts.models import Contact
from contacts.panel_rows import colleagues_on_card
from contacts.rights import may_log
from crm.access.registry import record_model_of
from crm.access.rights import hidden_fields
from crm.access.sight import seen_records

#: A record and a reader → the people near it whom he sees, the likeliest first.
Offer = Callable[[Any, Any], list[Contact]]
_offers: dict[type[Any], Offer] = {}


def offer_people(model: type[Any], offer: Offer) -> None:
    """Tell who is near the records of a type: they are offered where an interaction is logged on its card."""
    _offers[model] = offer


def page_named(text: str, reader: Any) -> Any:
    """The record of "clients.client:KEY"; None for nothing. Raises Http404 for what is out of sight or no record."""
    if not text:
        return None
    label, _colon, key = text.partition(":")
    try:
        named = (label, UUID(key))
    except ValueError as problem:
        raise Http404 from problem
    found = seen_records(reader, [named]) if record_model_of(label) else {}
    if named not in found:
        raise Http404
    return found[named]


def people_offered(page: Any, reader: Any) -> list[Contact] | None:
    """Whom the form offers at once on this page; None where nobody in particular is near."""
    offer = _offers.get(type(page))
    return offer(page, reader) if offer else None


def people_at(client: Client, reader: Any) -> list[Contact]:
    """Those who work there now; nobody for a reader who must not know who works where."""
    if "employments" in hidden_fields(reader, Contact):
        return []
    found = colleagues_on_card(client, reader)
    return list({one.contact.pk: one.contact for one in found}.values())


def composing_panel(record: Any, reader: Any) -> dict[str, Any]:
    """What the panel needs: an empty form, at one query."""
    return {"form": empty_form(record, reader), "post_url": _post_url(record), "logged": ""}


def empty_form(page: Any, reader: Any) -> InteractionForm:
    """A client's only person is chosen at once."""
    offered = people_offered(page, reader)
    initial = {"people": [offered[0].pk]} if offered and len(offered) == 1 else {}
    return InteractionForm(actor=reader, page=page, offered=offered, initial=initial)


def composer(request: HttpRequest, page: Any, form: InteractionForm, *, logged: str = "") -> str:
    """The panel as markup, after it was sent."""
    context = {"form": form, "record": page, "post_url": _post_url(page), "logged": logged}
    return render_to_string("interactions/_log.html", context, request)


def may_compose(record: Any, reader: Any) -> bool:
    """Nobody calls a price list: what the company looks things up in is talked about in comments."""
    return may_log(reader) and not record.is_deleted and not record.IS_REFERENCE


def _post_url(record: Any) -> str:
    return f"{reverse('interactions:new')}?{urlencode({'on': f'{record._meta.label_lower}:{record.pk}'})}"


offer_people(Client, people_at)
