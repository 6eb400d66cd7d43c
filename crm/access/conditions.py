"""The access predicate as text, for statements that cost the ORM more to compose than PostgreSQL to answer.

The branches are those of `crm.access.querysets`, and a property test holds the two equal. Shares are looked up as
arrays: with `IN (SELECT …)` PostgreSQL could not combine the indexes of all branches with that of the search.
"""

from typing import TYPE_CHECKING, Any

from django.db import connection

from crm.access.querysets import team_share_model, user_share_model
from crm.access.rights import Action, Scope, rights_of

if TYPE_CHECKING:
    from crm.access.models import Record
    from crm.access.rights import AnyUser

# A condition and the values of its placeholders.
Condition = tuple[str, tuple[Any, ...]]


def reach_sql(model: "type[Record]", user: "AnyUser | None", action: Action, *, alias: str = "") -> Condition:
    """The rows of the model's table that the user reaches for an action; the recycle bin is the caller's part.

    Columns stand on `alias`, the name that the statement gives the table; on that of the table itself without one.
    """
    if user is None or user.pk is None or not user.is_active:
        return "FALSE", ()
    rights = rights_of(user)
    scope = rights.scope(model, action)
    if scope == Scope.ALL:
        return "TRUE", ()
    key = column(model, "id", alias)
    ways = [_shared(key, user_share_model(model), "user_id", [user.pk], action)]
    if rights.group_ids:
        ways.append(_shared(key, team_share_model(model), "group_id", sorted(rights.group_ids), action))
    if scope >= Scope.OWN:
        ways.append((f"{column(model, 'owner_id', alias)} = %s", (user.pk,)))
    if team_ids := rights.reached_team_ids(scope):
        ways.append((f"{column(model, 'team_id', alias)} = ANY(%s)", (sorted(team_ids),)))
    return f"({' OR '.join(sql for sql, _ in ways)})", tuple(value for _, values in ways for value in values)


def column(model: "type[Record]", name: str, alias: str = "") -> str:
    """A column of the model's table, quoted; `name` is the column's own, as `owner_id`."""
    quote = connection.ops.quote_name
    return f"{quote(alias or model._meta.db_table)}.{quote(name)}"


def _shared(key: str, shares: Any, holder: str, holders: list[int], action: Action) -> Condition:
    table = connection.ops.quote_name(shares._meta.db_table)
    # Names of tables and columns are those of models; what a request brings is always a placeholder.
    shared = (
        f"SELECT content_object_id FROM {table}"  # noqa: S608
        f" WHERE {holder} = ANY(%s) AND (until IS NULL OR until > STATEMENT_TIMESTAMP())"
    )
    values: tuple[Any, ...] = (holders,)
    # Any share shows the record, so the look at the permission is needed for the other actions only.
    if action != Action.VIEW:
        record = shares._meta.get_field("content_object").related_model
        shared += " AND permission_id IN (SELECT id FROM auth_permission WHERE codename = %s)"
        values += (f"{action.value}_{record._meta.model_name}",)
    return f"{key} = ANY(ARRAY({shared}))", values
