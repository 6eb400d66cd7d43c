"""People from a file, and people who stand in the rows of their clients."""

from django.utils.translation import gettext_lazy

from clients.imports import NOTHING
from contacts.imports.fields import FIELDS, PERSON_FIELD
from contacts.imports.people_of_clients import PeopleOfClients
from contacts.imports.rows import EMAIL, EXTERNAL_ID, NAME_AND_REACH
from contacts.imports.writer import ContactWriter
from contacts.models import Contact
from crm.imports.registry import Identity, ImportCompanion, ImportTarget, register

register(
    ImportTarget(
        key="contacts",
        label=gettext_lazy("Contacts"),
        model=Contact,
        fields=FIELDS,
        identities=(
            Identity(
                NAME_AND_REACH,
                gettext_lazy("Name, and an e-mail, phone, employer or address"),
                ("name", "first_name", "middle_name", "last_name"),
            ),
            Identity(EMAIL, gettext_lazy("E-mail"), ("emails",)),
            Identity(EXTERNAL_ID, gettext_lazy("External id"), ("external_id",)),
            Identity(NOTHING, gettext_lazy("Nothing: every row is a new contact")),
        ),
        required=(frozenset({"name", "last_name", "first_name"}),),
        open=ContactWriter,
        order=20,
    )
)
register(
    ImportCompanion(key=PERSON_FIELD.key, target="clients", model=Contact, fields=(PERSON_FIELD,), open=PeopleOfClients)
)
