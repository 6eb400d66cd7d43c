"""The company that is measured: 100 teams, 400 people, clients and twice as many contacts; kept for the next run."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission
from django.db import connection, transaction
from tqdm import tqdm

from clients.models import Client
from contacts.models import Contact
from crm.access.models import Record
from crm.access.querysets import team_share_model, user_share_model
from crm.access.rights import Action, Scope
from crm.history.writing import CREATED, record_versions
from pages_parts.inventing import Inventor, Made, Place
from teams.models import Grant, Membership, Role, Team, User

BATCH = 5_000
_SEED = 20_260_101
_DIVISIONS, _TEAMS_OF_DIVISION, _MEMBERS = 10, 9, 4
_SHARES_WITH_READER, _SHARES_WITH_OTHERS = 30, 1_000
ONE, ALL = "bench-one", "bench-all"


@dataclass(frozen=True)
class Readers:
    """`one` reaches the records of one team of a hundred and some shares; `everything` has the scope "all"."""

    one: User
    everything: User


class ForeignDatabase(Exception):
    """The database holds people or clients that no benchmark has made."""


def fill_company(clients: int) -> Readers:
    """Adds what is missing to `clients` clients and twice as many contacts. Raises ForeignDatabase."""
    is_ours = User.objects.filter(username=ALL).exists()
    if not is_ours and (User.objects.exists() or Client.objects.exists()):
        raise ForeignDatabase
    places = _hire()
    readers = Readers(_reader(ONE, Scope.TEAM, places[0]), _reader(ALL, Scope.ALL, places[0]))
    if _add_records(clients, places):
        share_some(readers.one, (Client, Contact))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return readers


def _hire() -> list[Place]:
    """Teams in a tree of two levels with their people, the same at every call."""
    role = _role("bench-manager", Scope.TEAM)
    teams = []
    for division in range(_DIVISIONS):
        above = Team.objects.get_or_create(name=f"Division {division}")[0]
        teams.append(above)
        for number in range(_TEAMS_OF_DIVISION):
            teams.append(Team.objects.get_or_create(name=f"Team {division}.{number}", defaults={"parent": above})[0])
    return [_place(team, role) for team in teams]


def _place(team: Team, role: Role) -> Place:
    members = list(team.memberships.values_list("user_id", flat=True)) if team.pk else []
    for number in range(len(members), _MEMBERS):
        user = User(
            username=f"bench-{team.pk}-{number}", first_name="Olena", last_name=f"Koval {team.pk}-{number}", role=role
        )
        user.set_unusable_password()
        user.save()
        Membership.objects.create(user=user, team=team, is_primary=True)
        members.append(user.pk)
    return Place(team.pk, tuple(members))


def _role(name: str, scope: Scope) -> Role:
    role = Role.objects.get_or_create(name=name)[0]
    grant_all(role, (Client, Contact), scope)
    return role


def grant_all(role: Role, models: Sequence[type[Record]], scope: Scope) -> None:
    """Every action on these record types."""
    for record_type, action in itertools.product(models, Action):
        Grant.objects.update_or_create(
            role=role, record_type=record_type._meta.label_lower, action=action, defaults={"scope": scope}
        )


def _reader(username: str, scope: Scope, place: Place) -> User:
    role = _role(username, scope)
    user = User.objects.filter(username=username).first() or User(
        username=username, first_name="Ann", last_name="Reader"
    )
    user.role = role
    user.set_unusable_password()
    user.save()
    Membership.objects.get_or_create(user=user, team_id=place.team_id, defaults={"is_primary": True})
    return user


def _add_records(clients: int, places: Sequence[Place]) -> bool:
    """Whether any were added. What an interrupted run has left is gone on with, with other dice."""
    present = Client.objects.count()
    inventor = Inventor(_SEED + present, places)
    batches = range(present, clients, BATCH)
    for first in tqdm(batches, desc="adding clients and contacts", unit=f"×{BATCH}", disable=not batches):
        numbers = range(first, min(first + BATCH, clients))
        with transaction.atomic():
            store(Client, [inventor.client(number) for number in numbers])
            store(Contact, [inventor.contact(2 * number + which) for number in numbers for which in (0, 1)])
    return bool(batches)


def store(model: type[Record], made: Sequence[Made]) -> None:
    """The rows of records and of their parts, with a first version of each."""
    copy_rows(model, [each.record for each in made])
    for name in model.PARTS:
        copy_rows(model.part_model(name), [row for each in made for row in each.parts[name]])
    record_versions(model, [each.record.pk for each in made], actor=None, kind=CREATED)


def copy_rows(model: type[Any], rows: Sequence[Any]) -> None:
    """COPY instead of INSERT: three times as fast over these indexes."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key or field.has_default()]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])


def share_some(reader: User, models: Sequence[type[Any]]) -> None:
    """With the reader, with his team, and among the others, each of the last and so not from his own team."""
    team = reader.memberships.get().team
    people = list(Membership.objects.exclude(team=team).order_by("pk").values_list("user_id", flat=True))
    for model in models:
        of_people, of_teams = user_share_model(model), team_share_model(model)
        view = Permission.objects.get(codename=f"view_{model._meta.model_name}")
        ids = model.objects.exclude(team=team).order_by("-id").values_list("pk", flat=True)
        mine, ours, others = _cut(list(ids[: 2 * _SHARES_WITH_READER + _SHARES_WITH_OTHERS]))
        holders = [*((reader.pk, key) for key in mine), *zip(itertools.cycle(people), others, strict=False)]
        with_people = [of_people(user_id=holder, content_object_id=key, permission=view) for holder, key in holders]
        with_team = [of_teams(group_id=team.group_id, content_object_id=key, permission=view) for key in ours]
        of_people.objects.bulk_create(with_people, ignore_conflicts=True)
        of_teams.objects.bulk_create(with_team, ignore_conflicts=True)


def _cut(keys: list[Any]) -> tuple[list[Any], list[Any], list[Any]]:
    count = _SHARES_WITH_READER
    return keys[:count], keys[count : 2 * count], keys[2 * count :]
