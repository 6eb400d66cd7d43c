"""What the columns of deals and projects refer to, as far as the importer may name it."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from babel.numbers import get_currency_symbol

from clients.models import Client
from contacts.models import Contact, ContactEmail
from crm.access.models import Record
from crm.access.rights import hidden_fields
from crm.imports.references import ListedOptions, Option, RecordOptions, Reference
from crm.imports.values import comparable
from crm.money.currencies import currency_choices
from projects.models import Deal, Pipeline, Product, Project, ProjectStage, Stage, StageKind
from teams.models import User
from teams.selectors import owners_offered_to, teams_offered_to

Opener = Callable[[Any], ListedOptions]
# What other programs call the stages of closed deals.
_CLOSED_WORDS = {
    StageKind.WON.value: ("won", "closed won", "win", "выиграна", "успешно реализовано", "виграно", "виграна"),
    StageKind.LOST.value: (
        "lost",
        "closed lost",
        "loss",
        "проиграна",
        "закрыто и не реализовано",
        "програно",
        "програна",
    ),
}


def _clients(user: Any) -> RecordOptions:
    return RecordOptions(Client, user)


def _contacts(user: Any) -> RecordOptions:
    return RecordOptions(Contact, user, None if "emails" in hidden_fields(user, Contact) else _contacts_by_email)


def _contacts_by_email(seen: Any, texts: Collection[str]) -> Iterable[tuple[str, Any]]:
    wanted = {text.casefold() for text in texts if "@" in text}
    rows = ContactEmail.objects.filter(normalised__in=wanted, contact__in=seen).select_related("contact")
    return [(row.normalised, row.contact) for row in rows] if wanted else []


def _products(user: Any) -> RecordOptions:
    return RecordOptions(Product, user, None if "code" in hidden_fields(user, Product) else _products_by_code)


def _products_by_code(seen: Any, texts: Collection[str]) -> Iterable[tuple[str, Any]]:
    spelled = {spelling for text in texts for spelling in (text, text.upper(), text.lower())}
    return [(product.code, product) for product in seen.filter(code__in=spelled)]


def _pipelines(user: Any) -> ListedOptions:
    return ListedOptions(Option(str(one.pk), str(one), names=(one.name,)) for one in Pipeline.objects.all())


def _stages(user: Any) -> ListedOptions:
    """By name, since stages of several pipelines may be called alike; which one it is, the row's pipeline tells."""
    found: dict[str, list[Stage]] = {}
    for stage in Stage.objects.select_related("pipeline").order_by("pipeline__position", "pipeline", "position", "id"):
        found.setdefault(comparable(stage.name), []).append(stage)
    many = len({stage.pipeline_id for stages in found.values() for stage in stages}) > 1
    return ListedOptions(_stage_option(key, stages, is_hinted=many) for key, stages in found.items())


def _stage_option(key: str, stages: list[Stage], *, is_hinted: bool) -> Option:
    hint = ", ".join(str(stage.pipeline) for stage in stages) if is_hinted else ""
    words = {word for stage in stages for word in _CLOSED_WORDS.get(stage.kind, ())}
    return Option(key, str(stages[0]), hint, (stages[0].name, *sorted(words)))


def _currencies(user: Any) -> ListedOptions:
    return ListedOptions(Option(code, label, names=_spellings(code)) for code, label in currency_choices())


def _spellings(code: str) -> tuple[str, ...]:
    symbol = get_currency_symbol(code, locale="en")
    return (code, symbol) if symbol != code else (code,)


def _project_stages(user: Any) -> ListedOptions:
    return ListedOptions(Option(str(one.pk), str(one), names=(one.name,)) for one in ProjectStage.objects.all())


def _owners_of(model: type[Record]) -> Opener:
    def owners(user: Any) -> ListedOptions:
        people = owners_offered_to(user, model).order_by("first_name", "last_name", "username")
        return ListedOptions(_person(person) for person in people)

    return owners


def _person(person: User) -> Option:
    reversed_name = f"{person.last_name} {person.first_name}".strip()
    spelled = (person.username, person.email, reversed_name)
    return Option(str(person.pk), str(person), person.email, tuple(name for name in spelled if name))


def _teams_of(model: type[Record]) -> Opener:
    def teams(user: Any) -> ListedOptions:
        return ListedOptions(Option(str(team.pk), team.name) for team in teams_offered_to(user, model))

    return teams


CLIENTS = Reference(_clients)
CONTACTS = Reference(_contacts)
PRODUCTS = Reference(_products)
PIPELINES = Reference(_pipelines)
STAGES = Reference(_stages)
CURRENCIES = Reference(_currencies)
OWNERS = Reference(_owners_of(Deal))
TEAMS = Reference(_teams_of(Deal))
PROJECT_STAGES = Reference(_project_stages)
MANAGERS = Reference(_owners_of(Project))
PROJECT_TEAMS = Reference(_teams_of(Project))
