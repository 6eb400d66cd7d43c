"""The list of clients and its export."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from clients.filters import ClientFilterSet
from clients.models import Client
from crm.listing.columns import Column, Listing
from crm.listing.export import Field, chosen, plain, several
from crm.listing.keyset import Sort


def international_number(phone: Any) -> str:
    """In E.164 with its extension; as typed when it could not be understood."""
    if not phone.e164:
        return str(phone.typed)
    return f"{phone.e164} ext. {phone.extension}" if phone.extension else str(phone.e164)


def parent_names(clients: Sequence[Client], user: Any) -> Mapping[Any, str]:
    """Names of parent clients by child; only of those in the reader's sight."""
    parents = {client.parent_id for client in clients if client.parent_id}
    names = dict(Client.objects.visible_to(user).filter(pk__in=parents).values_list("pk", "name"))
    return {client.pk: names[client.parent_id] for client in clients if client.parent_id in names}


RECORD_SORTS = (
    Sort("name", _("Name"), "name", fields=("name",)),
    Sort("updated", _("Changed"), "updated_at", is_descending_first=True),
    # Keys are time-ordered.
    Sort("created", _("Added"), "id", is_descending_first=True),
)

CLIENTS = Listing(
    model=Client,
    columns=(
        Column(name="name", label=_("Name"), sort="name", fields=()),
        Column(name="status", label=_("Status")),
        Column(name="phones", label=_("Phone"), prefetch=("phones",), css="d-none d-sm-table-cell"),
        Column(name="emails", label=_("E-mail"), prefetch=("emails",), css="d-none d-lg-table-cell"),
        Column(name="place", label=_("Place"), fields=("city", "country"), css="d-none d-md-table-cell"),
        Column(name="owner", label=_("Owner"), css="d-none d-md-table-cell"),
        Column(name="updated", label=_("Changed"), sort="updated", fields=(), css="ui-number d-none d-lg-table-cell"),
    ),
    slot="owner",
    filterset_class=ClientFilterSet,
    tabs="status",
    sorts=RECORD_SORTS,
    default_order="-updated",
    exports=(
        plain("name", _("Name")),
        plain("legal_name", _("Legal name")),
        chosen("kind", _("Kind")),
        chosen("status", _("Status")),
        plain("tax_id", _("Tax id")),
        several("phones", _("Phones"), international_number),
        several("phones", _("Phones as typed"), lambda phone: phone.typed),
        several("emails", _("E-mails"), lambda email: email.address),
        plain("website", _("Website")),
        plain("industry", _("Industry")),
        chosen("size", _("Size")),
        plain("source", _("Source")),
        Field(label=_("Country"), fields=("country",), value=lambda client: client.country.name),
        plain("region", _("Region")),
        plain("city", _("City")),
        plain("postal_code", _("Postal code")),
        plain("address", _("Address")),
        Field(label=_("Parent client"), fields=("parent",), load=parent_names),
        plain("tags", _("Tags")),
        plain("description", _("Description")),
        plain("external_id", _("External id")),
        plain("owner", _("Owner")),
        plain("team", _("Team")),
        Field(label=_("Added on"), fields=(), value=lambda client: client.created_at),
        Field(label=_("Changed on"), fields=(), value=lambda client: client.updated_at),
        Field(label=_("Record id"), fields=(), value=lambda client: client.pk),
    ),
)
