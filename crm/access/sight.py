"""Records named by type and key, of any type: which of them somebody sees.

Rows of shared tables (entries of the timeline, comments, notifications) name their record by the label of its type and
its key, without a foreign key, since lower code does not know the types. Every read of such rows passes here.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection

from crm.access.conditions import reach_sql
from crm.access.querysets import Condition, any_of
from crm.access.registry import record_model_of, record_models
from crm.access.rights import Action

if TYPE_CHECKING:
    from crm.access.models import Record
    from crm.access.rights import AnyUser

#: The label of a record type, as "clients.client", and a key.
Subject = tuple[str, UUID]


def subject_of(record: "Record") -> Subject:
    return record._meta.label_lower, record.pk


def seen_sql(user: "AnyUser | None", *, type_column: str, key_column: str) -> Condition:
    """That two columns, written as the statement calls them, name a living record in the user's sight."""
    quote = connection.ops.quote_name
    ways: list[Condition] = []
    for model in record_models():
        if user is None or not user.is_active:
            continue
        reach, values = reach_sql(model, user, Action.VIEW, alias="sighted")
        # Names of tables are those of models; whatever is a value is a placeholder.
        ways.append(
            (
                f"({type_column} = %s AND EXISTS (SELECT FROM {quote(model._meta.db_table)} AS sighted"
                f" WHERE sighted.id = {key_column} AND sighted.deleted_at IS NULL AND {reach}))",
                (model._meta.label_lower, *values),
            )
        )
    return any_of(ways or [("FALSE", ())])


def seen_records(user: "AnyUser | None", subjects: Iterable[Subject]) -> dict[Subject, Any]:
    """The living records among these that the user sees, one query a type that is named."""
    keys: dict[str, set[UUID]] = {}
    for label, key in subjects:
        keys.setdefault(label, set()).add(key)
    found: dict[Subject, Any] = {}
    for label, wanted in keys.items():
        model = record_model_of(label)
        if model is None:
            continue
        for record in model.objects.visible_to(user).filter(pk__in=wanted):
            found[label, record.pk] = record
    return found


def named_in_sight(
    user: "AnyUser | None", wanted: Mapping[type["Record"], Collection[UUID]]
) -> dict[type["Record"], dict[UUID, Any]]:
    """The living records among these that the user sees, of several types at one query, by type and key.

    They know their names only, and read the rest when it is asked for.
    """
    quote = connection.ops.quote_name
    models = [model for model, keys in wanted.items() if keys]
    found: dict[type[Record], dict[UUID, Any]] = {model: {} for model in wanted}
    statements, values = [], []
    for place, model in enumerate(models):
        reach, reached = reach_sql(model, user, Action.VIEW, alias="sighted")
        # Names of tables are those of models; whatever is a value is a placeholder.
        statements.append(
            f"SELECT {place}, sighted.id, sighted.name FROM {quote(model._meta.db_table)} AS sighted"  # noqa: S608
            f" WHERE sighted.id = ANY(%s) AND sighted.deleted_at IS NULL AND {reach}"
        )
        values += [list(wanted[model]), *reached]
    if statements:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(statements), values)
            for place, key, name in cursor.fetchall():
                model = models[place]
                found[model][key] = model.from_db(DEFAULT_DB_ALIAS, ["id", "name"], [key, name])
    return found
