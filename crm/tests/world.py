"""A small company whose every record is ann's, and a value for every parameter of every address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from fnmatch import fnmatch
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from clients.models import Client
from clients.services import save_client
from clients.tests.factories import make_client
from contacts.models import Contact, ContactPhone, Employment, Interaction
from contacts.services import save_contact
from contacts.tests.factories import log, make_contact
from crm.access.writing import move_to_bin
from crm.comments.models import Comment
from crm.comments.services import add_comment
from crm.imports.models import Import, ImportProblem, ImportSheet, ImportStatus, ImportValue, ProblemKind
from crm.money.models import ExchangeRate
from crm.notifications.models import Notification
from crm.outbox.testing import deliver_all
from crm.pictures.storing import take_in
from crm.pictures.testing import picture_file
from crm.tests.routes import Route
from crm.tests.world_of_tasks import PROVIDERS as OF_TASKS
from crm.tests.world_of_tasks import grow_tasks, make_tasks
from projects.models import Deal, DealLine, Pipeline, Price, PriceList, Product, Project, ProjectStage
from projects.services import move_deal, move_project, save_deal, save_price_list
from projects.tests.factories import make_deal, make_price_list, make_product, stage
from projects.tests.project_factories import make_full_project, make_project, project_stage
from teams.models import Absence, Company, Invitation, SeenAs, Skill, User
from teams.services import enter_absence, save_rate
from teams.tests.factories import Cast, TeamFactory, UserFactory, join, make_cast

# Words that stand in ann's records and nowhere else: on a page for cy they are a leak.
CANARIES = ("Vorskla", "Nightingale", "Kestrel", "1239876", "heron.example")


class NoProvider(AssertionError):
    """An address has a parameter that nobody told the walker a value for."""

    def __init__(self, route: Route, parameter: str) -> None:
        super().__init__(
            f"“{route.name}” has the parameter “{parameter}”: add a value for it to PROVIDERS in crm/tests/world.py,"
            " naming an object of ann's that cy must not reach."
        )


@dataclass
class World:
    cast: Cast
    client: Client
    contact: Contact
    binned_client: Client
    binned_contact: Contact
    deal: Deal
    binned_deal: Deal
    product: Product
    binned_product: Product
    price_list: PriceList
    binned_price_list: PriceList
    project: Project
    binned_project: Project
    # The role of cy, with the right to enter the admin.
    cy_staff: User
    finished_import: Import
    interaction: Interaction
    comment: Comment
    objects: dict[Any, Any] = field(default_factory=dict)

    def grow(self, count: int) -> None:
        """More of everything that a page could ask for row by row."""
        ann = self.cast.ann
        employers = [make_client(ann, f"Kestrel {number}", parent=self.client) for number in range(count)]
        for number in range(count):
            person = make_contact(ann, f"Nightingale {number}", at=self.client, phones=("+380441239876",))
            log(ann, "Kestrel", with_=[self.contact, person], about=[self.client])
            make_deal(
                ann, f"Kestrel {number}", client=self.client, amount=100 + number, contacts={self.contact: "signs"}
            )
            make_full_project(ann, f"Kestrel {number}", client=self.client, contact=self.contact)
            for record in (self.client, self.contact, self.deal, self.project):
                add_comment(record, "Kestrel for @ann", actor=self.cast.bob)
            _import_of(ann, ImportStatus.DONE)
            _matching_import_of(ann, count)
        parts = {
            "phones": [ContactPhone(typed=f"+38044123{number:04}") for number in range(count)],
            "employments": [Employment(client=employer, job_title="Pilot") for employer in employers],
        }
        save_contact(self.contact, actor=ann, parts=parts)
        for binned in employers[:2]:
            move_to_bin(binned, actor=ann)
        deliver_all()
        for number in range(count):
            move_deal(self.deal, stage(("Qualified", "Proposal")[number % 2]), actor=ann)
            move_project(self.project, project_stage(("Running", "Warranty")[number % 2]), actor=ann)
        self._grow_staff(count)
        self._grow_catalogue(count)
        grow_tasks(self, count)

    def _grow_staff(self, count: int) -> None:
        ann, today = self.cast.ann, timezone.localdate()
        for number in range(count):
            colleague = join(UserFactory(), ann.teams.get(name="North"))
            enter_absence(Absence(user=colleague, starts=today, ends=today), actor=colleague)
            day = today + timedelta(days=number + 2)
            enter_absence(Absence(user=ann, starts=day, ends=day), actor=ann)
            ann.memberships.create(team=TeamFactory())
            ann.skills.create(skill=Skill.objects.create(name=f"Skill {number}"))

    def _grow_catalogue(self, count: int) -> None:
        ann = self.cast.ann
        products = [make_product(ann, f"Kestrel {number}", category="Kestrel") for number in range(count)]
        make_price_list(ann, "Kestrel", {self.product: "9", **dict.fromkeys(products, "7")})
        prices = [Price(product=product, amount=number) for number, product in enumerate([*products, self.product])]
        save_price_list(self.price_list, actor=ann, parts={"prices": prices})
        lines = [DealLine(product=product, title=product.name, unit_price=5) for product in products]
        self.deal.refresh_from_db()
        save_deal(self.deal, actor=ann, parts={"lines": lines})

    def url(self, route: Route) -> str:
        """The address of the route for an object of ann's. Raises NoProvider."""
        values = {parameter: self._value(route, parameter) for parameter in route.parameters}
        return reverse(route.name, kwargs=values)

    def _value(self, route: Route, parameter: str) -> Any:
        for pattern, providers in PROVIDERS:
            if fnmatch(route.name, pattern) and parameter in providers:
                return providers[parameter](self)
        if route.is_of_admin and parameter == "object_id":
            return self._object_of_admin(route).pk
        raise NoProvider(route, parameter)

    def _object_of_admin(self, route: Route) -> Any:
        for model in admin.site._registry:
            meta = model._meta
            if route.name.startswith(f"admin:{meta.app_label}_{meta.model_name}_"):
                found = self.objects.get(model) or model._default_manager.first()
                if found is not None:
                    return found
        raise NoProvider(route, "object_id")


Provider = Callable[[World], Any]
PROVIDERS: list[tuple[str, Mapping[str, Provider]]] = [
    *OF_TASKS,
    (
        "teams:*",
        {"pk": lambda world: world.cast.ann.teams.get(name="North").pk, "person": lambda world: world.cast.ann.pk},
    ),
    ("people:handover_done", {"pk": lambda world: world.cast.ann.pk, "handover": lambda world: uuid4()}),
    ("people:*", {"pk": lambda world: world.cast.ann.pk, "number": lambda world: world.cast.ann.absences.first().pk}),
    ("roles:see_as", {"pk": lambda world: world.cast.ann.pk}),
    ("roles:*", {"pk": lambda world: world.cast.ann.role.pk}),
    ("skills:*", {"pk": lambda world: world.objects[Skill].pk}),
    ("invitations:open", {"secret": lambda world: "unknown"}),
    ("invitations:*", {"pk": lambda world: _invitation_by(world.cast.ann).pk}),
    ("interactions:*", {"pk": lambda world: world.interaction.pk}),
    ("timeline:of", {"kind": lambda world: "clients.client", "key": lambda world: world.client.pk}),
    (
        "comments:*",
        {
            "label": lambda world: "clients.client",
            "key": lambda world: world.client.pk,
            "pk": lambda world: world.comment.pk,
        },
    ),
    ("notifications:*", {"pk": lambda world: Notification.objects.filter(user=world.cast.ann).earliest("pk").pk}),
    ("clients:restore", {"pk": lambda world: world.binned_client.pk}),
    ("contacts:restore", {"pk": lambda world: world.binned_contact.pk}),
    ("clients:field", {"pk": lambda world: world.client.pk, "name": lambda world: "city"}),
    ("clients:*", {"pk": lambda world: world.client.pk, "number": lambda world: 1}),
    ("contacts:field", {"pk": lambda world: world.contact.pk, "name": lambda world: "city"}),
    ("contacts:*", {"pk": lambda world: world.contact.pk, "number": lambda world: 1}),
    ("deals:restore", {"pk": lambda world: world.binned_deal.pk}),
    ("deals:field", {"pk": lambda world: world.deal.pk, "name": lambda world: "next_step"}),
    ("deals:*", {"pk": lambda world: world.deal.pk, "number": lambda world: 1}),
    ("products:restore", {"pk": lambda world: world.binned_product.pk}),
    ("products:field", {"pk": lambda world: world.product.pk, "name": lambda world: "category"}),
    ("products:*", {"pk": lambda world: world.product.pk, "number": lambda world: 1}),
    ("prices:restore", {"pk": lambda world: world.binned_price_list.pk}),
    ("prices:field", {"pk": lambda world: world.price_list.pk, "name": lambda world: "valid_until"}),
    ("prices:*", {"pk": lambda world: world.price_list.pk, "number": lambda world: 1}),
    ("company:*", {"pk": lambda world: world.objects[ExchangeRate].pk}),
    ("projects:restore", {"pk": lambda world: world.binned_project.pk}),
    ("projects:field", {"pk": lambda world: world.project.pk, "name": lambda world: "planned_end"}),
    ("projects:part", {"pk": lambda world: world.project.pk, "name": lambda world: "milestones"}),
    ("projects:*", {"pk": lambda world: world.project.pk, "number": lambda world: 1}),
    ("imports:columns", {"pk": lambda world: world.objects[Import].pk}),
    ("imports:values", {"pk": lambda world: Import.objects.filter(status=ImportStatus.MATCHING).latest("pk").pk}),
    ("imports:options", {"target": lambda world: "deals", "field": lambda world: "client"}),
    ("imports:*", {"pk": lambda world: world.finished_import.pk, "format": lambda world: "csv"}),
    ("admin:auth_user_password_change", {"id": lambda world: world.cast.ann.pk}),
    ("admin:app_list", {"app_label": lambda world: next(iter(admin.site._registry))._meta.app_label}),
    (
        "picture",
        {
            "kind": lambda world: "clients.client",
            "key": lambda world: world.client.pk,
            "name": lambda world: world.client.picture,
        },
    ),
    ("account_end_session", {"pk": lambda world: _session_of(world.cast.ann).pk}),
    ("account_confirm_email", {"key": lambda world: "unknown"}),
    ("account_reset_password_from_key", {"uidb36": lambda world: "1", "key": lambda world: "unknown"}),
]


def _invitation_by(user: User) -> Invitation:
    kept = {"email": "new@heron.example", "role": user.role, "expires_at": timezone.now() + timedelta(days=1)}
    return Invitation.objects.get_or_create(inviter=user, secret_digest="walked", defaults=kept)[0]


def _session_of(user: User) -> UserSession:
    kept = {"user": user, "ip": "10.1.2.3", "user_agent": "Kestrel"}
    return UserSession.objects.get_or_create(session_key="walked", defaults=kept)[0]


def make_world() -> World:
    cast = make_cast()
    holding = make_client(cast.ann, "Kestrel Holding")
    ways: dict[str, Any] = {"phones": ("+380441239876",), "emails": ("desk@heron.example",)}
    client = make_client(cast.ann, "Vorskla Shipyard", parent=holding, tags=["Kestrel"], country="UA", **ways)
    client.description = "Kestrel class"
    client.picture = take_in(picture_file())
    save_client(client, actor=cast.ann)
    contact = make_contact(cast.ann, "Nightingale", at=client, **ways)
    contact.notes = "Kestrel"
    save_contact(contact, actor=cast.ann)
    binned_client, binned_contact = make_client(cast.ann, "Kestrel Wreck"), make_contact(cast.ann, "Kestrel")
    deal = make_deal(
        cast.ann, "Vorskla refit", client=client, amount=1239876, next_step="Kestrel", contacts={contact: "decides"}
    )
    binned_deal = make_deal(cast.ann, "Kestrel hull")
    move_to_bin(binned_deal, actor=cast.ann)
    projects = _make_projects(deal)
    move_to_bin(binned_client, actor=cast.ann)
    move_to_bin(binned_contact, actor=cast.ann)
    interaction = log(cast.ann, "Kestrel talk", with_=[contact], about=[client])
    comment = add_comment(client, "Kestrel word", actor=cast.ann)
    add_comment(client, "Kestrel for @ann", actor=cast.bob)
    deliver_all()
    cy_staff = UserFactory(username="cy.staff", role=cast.cy.role, is_staff=True)
    cy_staff.memberships.create(team=cast.cy.teams.get(), is_primary=True)
    mapped, finished = _imports_of(cast.ann)
    address = EmailAddress.objects.create(user=cast.ann, email="ann@heron.example")
    objects = _objects_of(cast) | {
        Client: client,
        Contact: contact,
        Deal: deal,
        Pipeline: deal.pipeline,
        Project: projects[0],
        ProjectStage: projects[0].stage,
        EmailAddress: address,
        Import: mapped,
    }
    records = (client, contact, binned_client, binned_contact, deal, binned_deal)
    catalogue = _catalogue_of(cast.ann)
    objects |= {Product: catalogue[0], PriceList: catalogue[2]}
    objects |= make_tasks(cast, client, contact, deal, projects[0])
    return World(cast, *records, *catalogue, *projects, cy_staff, finished, interaction, comment, objects)


def _catalogue_of(user: User) -> tuple[Product, Product, PriceList, PriceList]:
    """A product and a list with its price, and one of each in the bin."""
    product = make_product(user, "Kestrel mooring", code="K-1239876", category="Kestrel")
    prices = make_price_list(user, "Kestrel tariff", {product: "1239876"})
    binned = make_product(user, "Kestrel ballast"), make_price_list(user, "Kestrel toll", {})
    for record in binned:
        move_to_bin(record, actor=user)
    return product, binned[0], prices, binned[1]


def _objects_of(cast: Cast) -> dict[type, Any]:
    """What the company keeps beside records."""
    company, skill = Company.objects.create(pk=1), Skill.objects.create(name="Sailing")
    today = timezone.localdate()
    enter_absence(Absence(user=cast.ann, starts=today, ends=today, kind="sick", note="Kestrel"), actor=cast.ann)
    rate = ExchangeRate(currency="USD", day=today, rate=Decimal("41.5"))
    return {
        Company: company,
        ExchangeRate: save_rate(rate, actor=cast.dana),
        SeenAs: SeenAs.objects.create(actor=cast.dana, user=cast.ann),
        Skill: skill,
        User: cast.ann,
    }


def _make_projects(deal: Deal) -> tuple[Project, Project]:
    """One of the deal, and one in the recycle bin."""
    ann, contact = deal.owner, deal.contacts.get().contact
    project = make_full_project(ann, "Vorskla dock", client=deal.client, contact=contact, deal=deal)
    binned = make_project(ann, "Kestrel keel")
    move_to_bin(binned, actor=ann)
    return project, binned


def _import_of(user: User, status: ImportStatus) -> Import:
    run = Import.objects.create(importer=user, file_name="Kestrel.xlsx", status=status)
    columns = [{"index": 0, "header": "Name", "samples": ["Kestrel"]}]
    sheet = ImportSheet.objects.create(run=run, position=0, name="Kestrel", row_count=1, columns=columns)
    ImportProblem.objects.create(run=run, sheet=sheet, row=2, kind=ProblemKind.FAILED, sentence="Kestrel")
    return run


def _imports_of(user: User) -> tuple[Import, Import]:
    """One whose columns are to be chosen and one that is finished; between them, one with values to decide."""
    mapped = _import_of(user, ImportStatus.MAPPING)
    _matching_import_of(user)
    return mapped, _import_of(user, ImportStatus.DONE)


def _matching_import_of(user: User, count: int = 3) -> Import:
    """One that waits for its importer to say what values are."""
    run = _import_of(user, ImportStatus.MATCHING)
    run.sheets.update(target="deals", mapping={"0": "client"})
    found = [("client", number) for number in range(count)] + [("stage", number) for number in range(count)]
    run.values.bulk_create(
        ImportValue(run=run, target="deals", field=field, name=str(number), text=f"Kestrel {number}", rows=1)
        for field, number in found
    )
    counts = {"distinct": count, "rows": count, "exact": 1, "rest": ""}
    run.unmatched = {"deals": {"client": counts, "stage": counts}}
    run.save()
    return run
