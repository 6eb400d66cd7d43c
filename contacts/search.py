"""Contacts in the search box."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from contacts.selectors import present_employers
from crm.search.registry import SearchSource, register


def contact_hints(contacts: Sequence[Contact], user: Any) -> Mapping[Any, str]:
    """The position and the client, as far as the reader may see them."""
    return {
        pk: " · ".join(filter(None, (row.job_title, row.client_name)))
        for pk, row in present_employers(contacts, user).items()
    }


register(
    SearchSource(
        model=Contact,
        label=_("Contacts"),
        icon="users",
        order=20,
        hints=contact_hints,
    )
)
