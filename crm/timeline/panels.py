"""The timeline on the page of every record. Its entries come after the page, so that the card is there at once."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.access.models import Record
from crm.panels.registry import Panel, register
from crm.ui.addresses import address_of


def timeline_of(record: Record, reader: Any) -> dict[str, Any]:
    """Where the entries are; nothing is read for it."""
    return {"url": address_of("timeline:of", record._meta.label_lower, record.pk)}


register(
    Panel(
        key="timeline",
        title=_("Timeline"),
        model=Record,
        order=5,
        template="timeline/_panel.jinja",
        context=timeline_of,
    )
)
