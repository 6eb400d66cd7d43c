"""Fills the demo company: its people, some 300 clients and 900 contacts, and what they said, through the services."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from clients.models import Client, ClientStatus
from clients.services import save_client
from contacts.demo.acquaintances import Acquaintances
from contacts.demo.clientele import EXTERNAL_ID, make_clientele
from contacts.demo.conversations import let_records_be_old, let_them_talk
from contacts.demo.further import fills
from contacts.demo.profiles import fill_profiles
from contacts.demo.skills import found_company, stock_catalogue
from contacts.demo.staff import COLLEAGUES, DELIVERING_TEAMS, MANAGER, OWN_DOMAIN, SELLING_TEAMS, hire_staff
from contacts.models import Contact
from crm.access.registry import record_models
from crm.access.rights import Action, hidden_fields
from crm.access.shares import share
from crm.access.writing import move_to_bin
from teams.models import Team, User

_SEED = 20_260_101
_STATUS_CHANGES, _BINNED_CLIENTS, _BINNED_CONTACTS, _SHARED_CLIENTS = 60, 4, 8, 30


class DemoRefused(Exception):
    """The demo is made only where nobody works yet."""


@transaction.atomic
def make_demo_company(passwords: Mapping[str, str]) -> dict[str, User]:
    """The people of the demo by user name; everything that is missing is made, nothing is made twice.

    `passwords` are set for the user names they are given for. Raises DemoRefused when the database holds people but
    no demo.
    """
    if not is_demo_made() and User.objects.exists():
        raise DemoRefused(_("There are people in this database already: the demo is made only in an empty one."))
    was_made = is_demo_made()
    staff = hire_staff(passwords)
    found_company(staff["admin"])
    fill_profiles(staff, stock_catalogue(staff["admin"]))
    if not was_made:
        # Reasons in the history are stored as text: the demo tells them in English whoever makes it.
        with translation.override("en"):
            _fill(staff)
    return staff


def is_demo_made() -> bool:
    return Client.objects.filter(external_id=EXTERNAL_ID.format(1), owner__email__endswith=f"@{OWN_DOMAIN}").exists()


def hidden_fields_of(user: User) -> dict[str, list[str]]:
    """Names of the fields that the user's role hides, by record type."""
    return {model._meta.label_lower: sorted(hidden_fields(user, model)) for model in record_models()}


def _fill(staff: Mapping[str, User]) -> None:
    draw = random.Random(_SEED)  # noqa: S311 the same company every time, nothing secret
    sellers = [staff[one.username] for one in COLLEAGUES if one.role == MANAGER and one.team in SELLING_TEAMS]
    customers = make_clientele(draw, sellers)
    contacts = Acquaintances(draw, customers).meet_everybody()
    clients = [customer.client for customer in customers]
    _let_time_pass(draw, clients, contacts)
    let_records_be_old()
    let_them_talk(draw, clients)
    _show_to_delivery(draw, clients, contacts)
    for fill in fills():
        fill(draw, clients)


def _let_time_pass(draw: random.Random, clients: Sequence[Client], contacts: Sequence[Contact]) -> None:
    """Give some clients a second version, and the recycle bin something to show."""
    leads = [client for client in clients if client.status == ClientStatus.LEAD]
    for client in draw.sample(leads, min(_STATUS_CHANGES, len(leads) // 2)):
        client.status = ClientStatus.ACTIVE
        save_client(client, actor=client.owner)
    doomed: list[Any] = [*clients[-_BINNED_CLIENTS:], *draw.sample(contacts, _BINNED_CONTACTS)]
    for record in doomed:
        move_to_bin(record, actor=record.owner)


def _show_to_delivery(draw: random.Random, clients: Sequence[Client], contacts: Sequence[Contact]) -> None:
    """Share some active clients and their people with the teams that work for them."""
    teams = list(Team.objects.filter(name__in=DELIVERING_TEAMS).order_by("name"))
    active = [client for client in clients if client.status == ClientStatus.ACTIVE and not client.is_deleted]
    known = {contact.pk: contact for contact in contacts if not contact.is_deleted}
    for client in draw.sample(active, _SHARED_CLIENTS):
        team = draw.choice(teams)
        people = client.employments.current().values_list("contact", flat=True)
        shown: list[Any] = [client, *(known[pk] for pk in people if pk in known)]
        for record in shown:
            share(record, with_team=team, action=Action.VIEW, actor=record.owner)
