"""Reads of clients over several rows."""

from dataclasses import dataclass, field
from typing import Any

from clients.models import Client
from crm.access.conditions import reach_sql
from crm.access.rights import Action
from crm.pages.rows import columns_of, instances_of, rows_of_query

_SHOWN_BRANCHES = 25
_FIELDS = columns_of(Client, "id", "name", "picture", "kind", "city")


@dataclass(frozen=True)
class Tree:
    """The client above another one and the first 25 under it, by name; only those that the reader sees.

    They know their key, name, picture, kind and city.
    """

    parent: Client | None = None
    branches: list[Client] = field(default_factory=list)


def tree_of(client: Client, *, reader: Any) -> Tree:
    """At one query."""
    reach, values = reach_sql(Client, reader, Action.VIEW)
    sql = f"""
        SELECT {", ".join(_FIELDS)} FROM clients_client
        WHERE (parent_id = %s OR id = %s) AND deleted_at IS NULL AND {reach}
        ORDER BY id = %s DESC, name, id LIMIT %s
    """  # noqa: S608
    rows = rows_of_query(sql, (client.pk, client.parent_id, *values, client.parent_id, _SHOWN_BRANCHES + 1))
    seen = [each for row in rows for each in instances_of(row, [(Client, _FIELDS)])]
    parent = next((each for each in seen if each.pk == client.parent_id), None)
    return Tree(parent, [each for each in seen if each is not parent][:_SHOWN_BRANCHES])
