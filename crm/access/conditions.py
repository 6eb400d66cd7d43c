"""The access predicate as text, for statements that cost the ORM more to compose than PostgreSQL to answer.

Shares are looked up as arrays: with `IN (SELECT …)` PostgreSQL could not combine the indexes of all branches with
that of the search. For a look at many rows one by one the condition of `crm.access.querysets` is the quicker one.
"""

from typing import TYPE_CHECKING

from crm.access.querysets import Condition, any_of, branches, column
from crm.access.rights import Action

if TYPE_CHECKING:
    from crm.access.models import Record
    from crm.access.rights import AnyUser

__all__ = ["Condition", "column", "reach_sql", "reach_ways"]


def reach_sql(model: "type[Record]", user: "AnyUser | None", action: Action, *, alias: str = "") -> Condition:
    """The rows of the model's table that the user reaches for an action; the recycle bin is the caller's part.

    Columns stand on `alias`, the name that the statement gives the table; on that of the table itself without one.
    """
    return any_of(reach_ways(model, user, action, alias=alias))


def reach_ways(model: "type[Record]", user: "AnyUser | None", action: Action, *, alias: str = "") -> list[Condition]:
    """The conditions that `reach_sql` joins by OR, for statements that read the rows of each apart; at least one."""
    key, owner, team = (column(model, name, alias) for name in ("id", "owner_id", "team_id"))
    return branches(model, user, action).ways(key, owner, team, in_shared="= ANY(ARRAY({}))")
