"""The list of contacts and its export, and the number of people in the list of clients."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.tables import RECORD_SORTS, international_number
from contacts.filters import ContactFilterSet
from contacts.models import Contact, Employment
from contacts.selectors import employments_seen_by, people_counts, present_employers
from crm.access.rights import Action, hidden_fields, may
from crm.listing.cells import SEVERAL
from crm.listing.columns import Column, Listing, contribute
from crm.listing.export import Field, chosen, plain, several
from crm.listing.keyset import Sort

NAME_PARTS = ("name", "first_name", "middle_name", "last_name")


def _messenger(messenger: Any) -> str:
    return f"{messenger.get_kind_display()}: {messenger.account}"


def _employment_field(label: Any, text: Callable[[Employment], str], *, current: bool) -> Field:
    def load(contacts: Sequence[Contact], user: Any) -> Mapping[Any, str]:
        return {
            pk: SEVERAL.join(text(row) for row in rows if row.is_current is current)
            for pk, rows in employments_seen_by(user, contacts).items()
        }

    return Field(label=label, fields=("employments",), load=load)


def _client_name(employment: Any) -> str:
    # A client out of sight keeps its place among several, so that positions stay beside their clients.
    return employment.client.name if employment.is_seen else "—"


def _sees_people(user: Any) -> bool:
    return may(user, Action.VIEW, Contact) and "employments" not in hidden_fields(user, Contact)


CONTACTS = Listing(
    model=Contact,
    columns=(
        Column(name="name", label=pgettext_lazy("person", "Name"), sort="name", fields=()),
        Column(
            name="employer",
            label=_("Client and position"),
            fields=("employments",),
            load=present_employers,
            css="ls-wide d-none d-sm-table-cell",
        ),
        Column(name="phones", label=_("Phone"), prefetch=("phones",), css="d-none d-md-table-cell"),
        Column(name="emails", label=_("E-mail"), prefetch=("emails",), css="d-none d-lg-table-cell"),
        Column(name="owner", label=_("Owner"), css="d-none d-lg-table-cell"),
        Column(name="updated", label=_("Changed"), sort="updated", fields=(), css="ui-number d-none d-lg-table-cell"),
    ),
    slot="owner",
    filterset_class=ContactFilterSet,
    sorts=(Sort("name", pgettext_lazy("person", "Name"), "name", fields=NAME_PARTS), *RECORD_SORTS[1:]),
    default_order="-updated",
    exports=(
        plain("salutation", _("Salutation")),
        plain("last_name", _("Last name")),
        plain("first_name", _("First name")),
        plain("middle_name", _("Middle name")),
        _employment_field(_("Client"), _client_name, current=True),
        _employment_field(_("Position"), lambda row: row.job_title, current=True),
        _employment_field(_("Department"), lambda row: row.department, current=True),
        _employment_field(_("Role in decisions"), lambda row: row.get_decision_role_display(), current=True),
        _employment_field(_("Former clients"), _client_name, current=False),
        several("phones", _("Phones"), international_number),
        several("phones", _("Phones as typed"), lambda phone: phone.typed),
        several("emails", _("E-mails"), lambda email: email.address),
        several("messengers", _("Messengers"), _messenger),
        plain("birthday", _("Birthday")),
        chosen("language", _("Language")),
        plain("time_zone", _("Time zone")),
        chosen("consent", _("Consent")),
        plain("consent_on", _("Consent since")),
        Field(label=_("Country"), fields=("country",), value=lambda contact: contact.country.name),
        plain("region", _("Region")),
        plain("city", _("City")),
        plain("postal_code", _("Postal code")),
        plain("address", _("Address")),
        plain("tags", _("Tags")),
        plain("notes", _("Notes")),
        plain("external_id", _("External id")),
        plain("owner", _("Owner")),
        plain("team", _("Team")),
        Field(label=_("Added on"), fields=(), value=lambda contact: contact.created_at),
        Field(label=_("Changed on"), fields=(), value=lambda contact: contact.updated_at),
        Field(label=_("Record id"), fields=(), value=lambda contact: contact.pk),
    ),
)

contribute(
    "clients.client",
    Column(
        name="people",
        label=_("People"),
        fields=(),
        load=people_counts,
        is_shown=_sees_people,
        css="ui-number d-none d-md-table-cell",
    ),
)
