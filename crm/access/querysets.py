"""The access predicate: one set of branches, read as a condition or as a fast page.

A user reaches a record by owning it, through a team of his, by an explicit share, or by a further way that an app
told (`crm.access.ways`). `visible_to` and its kin turn the branches into a WHERE; `first_visible` takes the top rows of
each branch, which stays quick where the condition would walk a large index: 1 ms against 1,500 over a million rows, of
which the reader sees some old ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections, models
from django.db.models import BooleanField, F, Func, Q, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now, RowNumber
from guardian.utils import get_group_obj_perms_model, get_user_obj_perms_model

from crm.access.rights import Action, Rights, Scope, rights_of
from crm.access.ways import keys_reached_by, ways_open_to

if TYPE_CHECKING:
    from crm.access.rights import AnyUser

M = TypeVar("M", bound=models.Model)
# A piece of SQL and the values of its placeholders.
Condition = tuple[str, tuple[Any, ...]]
# The text of `still_holds` for the table of shares itself.
_HOLDS = "(until IS NULL OR until > STATEMENT_TIMESTAMP())"


@dataclass(frozen=True)
class Branches:
    """The ways in which one user reaches records of one type for one action.

    `shared_keys` are statements, each of which gives the keys of records that are shared with him or with his teams, or
    that he sees by a further way. `told_by_row` are further ways that columns of the record tell: (columns, a condition
    that names them in braces, the statement of the keys).
    """

    reaches_all: bool = False
    owner_id: int | None = None
    team_ids: frozenset[int] = frozenset()
    shared_keys: tuple[Condition, ...] = ()
    told_by_row: tuple[tuple[tuple[str, ...], Condition, Condition], ...] = ()

    def as_condition(self) -> Any:
        if self.reaches_all:
            return Q()
        if self == NOWHERE:
            return Q(pk__in=[])
        return _Reached(self)

    def ways(self, key: str, owner: str, team: str, *, in_shared: str = "IN ({})") -> list[Condition]:
        """A condition for each branch on three columns, named as the statement calls them; any of them suffices."""
        if self.reaches_all:
            return [("TRUE", ())]
        keys = (*self.shared_keys, *(keys for _columns, _condition, keys in self.told_by_row))
        ways = [*self._by_role(owner, team), *((f"{key} {in_shared.format(sql)}", values) for sql, values in keys)]
        return ways or [("FALSE", ())]

    def ways_of_row(self, columns: Mapping[str, str]) -> list[Condition]:
        """As `ways`, on a row of the record type itself; by name of a column, what the statement calls it."""
        shared = [(f"{columns['pk']} IN ({sql})", values) for sql, values in self.shared_keys]
        told = [(sql.format(**columns), values) for _columns, (sql, values), _keys in self.told_by_row]
        return [*self._by_role(columns["owner_id"], columns["team_id"]), *shared, *told]

    @property
    def columns(self) -> tuple[str, ...]:
        """That a condition on a row reads."""
        told = (name for columns, _condition, _keys in self.told_by_row for name in columns)
        return ("pk", "owner_id", "team_id", *dict.fromkeys(told))

    def _by_role(self, owner: str, team: str) -> list[Condition]:
        ways: list[Condition] = []
        if self.owner_id is not None:
            ways.append((f"{owner} = %s", (self.owner_id,)))
        if self.team_ids:
            ways.append((f"{team} = ANY(%s)", (sorted(self.team_ids),)))
        return ways


NOWHERE = Branches()


def any_of(ways: Sequence[Condition]) -> Condition:
    return f"({' OR '.join(sql for sql, _ in ways)})", tuple(value for _, values in ways for value in values)


class _Reached(Func):
    """Branches as an expression: written out as text, where a Q of subqueries takes ten times as long to compose."""

    output_field = BooleanField()

    def __init__(self, reach: Branches) -> None:
        super().__init__(*(F(name) for name in reach.columns))
        self.reach = reach

    def as_sql(self, compiler: Any, *_: Any, **__: Any) -> Condition:
        # The columns are compiled, so that the condition follows its table into subqueries, under any alias.
        compiled = (compiler.compile(column)[0] for column in self.get_source_expressions())
        return any_of(self.reach.ways_of_row(dict(zip(self.reach.columns, compiled, strict=True))))


def branches(model: type[models.Model], user: "AnyUser | None", action: Action) -> Branches:
    if user is None or user.pk is None or not user.is_active:
        return NOWHERE
    rights = rights_of(user)
    scope = rights.scope(model, action)
    if scope == Scope.ALL:
        return Branches(reaches_all=True)
    shared = [_shared_keys(model, user_share_model(model), "user_id", [user.pk], action)]
    if rights.group_ids:
        shared.append(_shared_keys(model, team_share_model(model), "group_id", sorted(rights.group_ids), action))
    ways = ways_open_to(model, rights, action)
    shared += [way.keys(user.pk) for way in ways if way.condition is None]
    told = [(way.columns, way.condition(user.pk), way.keys(user.pk)) for way in ways if way.condition is not None]
    return Branches(
        owner_id=user.pk if scope >= Scope.OWN else None,
        team_ids=rights.reached_team_ids(scope),
        shared_keys=tuple(shared),
        told_by_row=tuple(told),
    )


@cache
def user_share_model(model: Any) -> Any:
    """The table of a record type's shares with people."""
    return get_user_obj_perms_model(model)


@cache
def team_share_model(model: Any) -> Any:
    """The table of a record type's shares with the groups of teams."""
    return get_group_obj_perms_model(model)


def still_holds() -> Q:
    """The condition on a share that it has not ended; the database's clock decides for every surface alike."""
    return Q(until=None) | Q(until__gt=Now())


def _shared_keys(
    model: type[models.Model], shares: Any, holder: str, holder_ids: list[int], action: Action
) -> Condition:
    # Names of tables and columns are those of models; whatever is a value is a placeholder.
    keys = f"SELECT content_object_id FROM {_table(shares)} WHERE {holder} = ANY(%s) AND {_HOLDS}"  # noqa: S608
    if action == Action.VIEW:
        # Any share shows the record, so the look at the permission is needed for the other actions only.
        return keys, (holder_ids,)
    keys += " AND permission_id IN (SELECT id FROM auth_permission WHERE codename = %s)"
    return keys, (holder_ids, f"{action.value}_{model._meta.model_name}")


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def column(model: type[models.Model], name: str, alias: str = "") -> str:
    """A column of the model's table, quoted; `name` is the column's own, as `owner_id`."""
    quote = connection.ops.quote_name
    return f"{quote(alias or model._meta.db_table)}.{quote(name)}"


def allowed_actions(record: Any, user: "AnyUser | None") -> frozenset[Action]:
    """What the user may do with one stored record, at one query; empty when it is out of sight.

    Agrees with the queryset verbs. A binned record is judged as if it were not.
    """
    if user is None or not user.is_authenticated or not user.is_active:
        return frozenset()
    rights = rights_of(user)
    reached = reached_by_role(record, user, rights)
    if len(reached) < len(Action):
        reached |= _shared_actions(record, user, rights)
    return frozenset(reached) if Action.VIEW in reached else frozenset()


def reached_by_role(record: Any, user: Any, rights: Rights) -> set[Action]:
    """What these rights of an active user reach on one stored record, shares aside."""
    model = type(record)
    return {action for action in Action if _is_reached(record, user, rights.scope(model, action), rights)}


def _is_reached(record: Any, user: "AnyUser", scope: Scope, rights: Rights) -> bool:
    if scope == Scope.ALL:
        return True
    is_own = scope >= Scope.OWN and record.owner_id == user.pk
    return is_own or record.team_id in rights.reached_team_ids(scope)


def _shared_actions(record: Any, user: "AnyUser", rights: Rights) -> set[Action]:
    model: Any = type(record)
    of_people, of_teams = _table(user_share_model(model)), _table(team_share_model(model))
    shares = (
        "SELECT codename FROM auth_permission WHERE id IN ("  # noqa: S608
        f"SELECT permission_id FROM {of_people} WHERE content_object_id = %s AND user_id = %s AND {_HOLDS} UNION ALL "
        f"SELECT permission_id FROM {of_teams} WHERE content_object_id = %s AND group_id = ANY(%s) AND {_HOLDS})"
    )
    values: list[Any] = [record.pk, user.pk, record.pk, sorted(rights.group_ids)]
    for action in Action:
        for keys, own_values in keys_reached_by(model, user, rights, action):
            shares += f" UNION ALL SELECT '{action.value}_' WHERE %s IN ({keys})"
            values += [record.pk, *own_values]
    with connection.cursor() as cursor:
        cursor.execute(shares, values)
        shared = {Action(codename.partition("_")[0]) for (codename,) in cursor.fetchall()}
    return shared | {Action.VIEW} if shared else set()


class RecordQuerySet(models.QuerySet[M]):
    """Every read of records starts with one of these verbs; none of them shows the recycle bin but its own."""

    def alive(self) -> Self:
        return self.filter(deleted_at=None)

    def visible_to(self, user: "AnyUser | None") -> Self:
        return self.alive().allowed_to(user, Action.VIEW)

    def editable_by(self, user: "AnyUser | None") -> Self:
        return self.visible_to(user).allowed_to(user, Action.CHANGE)

    def deletable_by(self, user: "AnyUser | None") -> Self:
        return self.visible_to(user).allowed_to(user, Action.DELETE)

    def exportable_by(self, user: "AnyUser | None") -> Self:
        return self.visible_to(user).allowed_to(user, Action.EXPORT)

    def assignable_by(self, user: "AnyUser | None") -> Self:
        return self.visible_to(user).allowed_to(user, Action.ASSIGN)

    def shareable_by(self, user: "AnyUser | None") -> Self:
        return self.visible_to(user).allowed_to(user, Action.SHARE)

    def in_bin_of(self, user: "AnyUser | None") -> Self:
        """Deleted records that the user could have deleted himself, and so may restore."""
        binned = self.filter(deleted_at__isnull=False)
        return binned.allowed_to(user, Action.VIEW).allowed_to(user, Action.DELETE)

    def allowed_to(self, user: "AnyUser | None", action: Action) -> Self:
        """The bare predicate of one action; the verbs above add that a record is in sight and not deleted."""
        return self.filter(branches(self.model, user, action).as_condition())

    def first_visible(self, user: "AnyUser | None", *, limit: int, action: Action = Action.VIEW) -> Self:
        """The first `limit` rows of this filtered and ordered queryset that the user may see.

        Equal to `visible_to(user)[:limit]`, or to that of the verb of `action`, taken as the top of each branch. The
        queryset must be unsliced and free of scope; unordered, it gives any rows. select_related and annotations are
        added to what is returned.
        """
        reach = branches(self.model, user, action)
        # Other actions are for what is in sight, and their pages are short: the condition is quick enough there.
        within = self if action == Action.VIEW else self.visible_to(user)
        if reach.reaches_all:
            return within.alive()[:limit]
        union = _union(within, reach, limit)
        if union is None:
            return self.none()
        rows: Any = self.model._default_manager.filter(pk__in=RawSQL(*union))  # noqa: S611
        return rows.order_by(*self.query.order_by)[:limit]  # type: ignore[no-any-return]

    def first_visible_of_each(self, user: "AnyUser | None", link: str, keys: Sequence[Any], *, limit: int) -> Self:
        """The first `limit` rows for each of these values of `link`, a foreign key or a day, as `first_visible`.

        Equal to `first_visible` of the rows of each value, at one statement for all of them. The order among the values
        is that of the queryset.
        """
        reach = branches(self.model, user, Action.VIEW)
        statement = _of_each_key(self, reach, (link, keys), limit)
        if statement is None:
            return self.none()
        sql, params = statement
        keys_alone = f"SELECT pk FROM ({sql}) AS tops"  # noqa: S608
        rows: Any = self.model._default_manager.filter(pk__in=RawSQL(keys_alone, params))  # noqa: S611
        if not reach.reaches_all:
            # The top of every branch: as many times too many as there are branches.
            order: Any = self.query.order_by
            place = Window(RowNumber(), partition_by=F(link), order_by=order)
            rows = rows.alias(place=place).filter(place__lte=limit)
        return rows.order_by(*self.query.order_by)  # type: ignore[no-any-return]

    def count_visible(self, user: "AnyUser | None", *, most: int) -> int:
        """How many rows of this filtered queryset the user may see, counted no further than to `most`.

        Equal to `visible_to(user)[:most].count()`: of every branch at most that many are looked for, where the
        condition would read the whole table.
        """
        return self._counted(user, most, "COUNT(*), NULL")[0]

    def count_visible_of_each(
        self, user: "AnyUser | None", link: str, keys: Sequence[Any], *, most: int
    ) -> dict[Any, int]:
        """`count_visible` of the rows of each of these values of `link`, a foreign key or a day, at one statement."""
        reach = branches(self.model, user, Action.VIEW)
        statement = _of_each_key(self.order_by(), reach, (link, keys), most)
        if statement is None:
            return dict.fromkeys(keys, 0)
        sql, params = statement
        # The text is Django's own, of which every value is a parameter.
        counted = f"SELECT key, COUNT(*) FROM ({sql}) AS reached GROUP BY key"  # noqa: S608
        with connections[self.db].cursor() as cursor:
            cursor.execute(counted, params)
            return {**dict.fromkeys(keys, 0), **{key: min(count, most) for key, count in cursor.fetchall()}}

    def found_visible(self, user: "AnyUser | None", *, most: int) -> "Found":
        """As `count_visible`, with the keys of the rows that were counted, in any order."""
        return Found(*self._counted(user, most, "COUNT(*), COALESCE(array_agg(pk), '{}')::text"))

    def among(self, found: "Found") -> Self:
        """Those of the found rows that have not gone to the recycle bin meanwhile."""
        quote = connections[self.db].ops.quote_name
        meta = self.model._meta
        key: Any = meta.pk
        # Names of the table and its key; the keys are a parameter.
        condition = f"{quote(meta.db_table)}.{quote(key.column)} = ANY(%s::uuid[])"
        return self.alive().filter(RawSQL(condition, (found.keys,), BooleanField()))  # noqa: S611

    def _counted(self, user: "AnyUser | None", most: int, what: str) -> tuple[int, str]:
        reach = branches(self.model, user, Action.VIEW)
        statement = _unscoped(self.order_by(), most) if reach.reaches_all else _union(self.order_by(), reach, most)
        if statement is None:
            return 0, "{}"
        sql, params = statement
        # The text is Django's own, of which every value is a parameter.
        counted = f"SELECT {what} FROM (SELECT pk FROM ({sql}) AS reached LIMIT %s) AS counted"  # noqa: S608
        with connections[self.db].cursor() as cursor:
            cursor.execute(counted, (*params, most))
            count, keys = cursor.fetchone()
            return count, keys


@dataclass(frozen=True)
class Found:
    """How many rows were found, and their keys as the text of an array, which only the database reads."""

    count: int
    keys: str


def _unscoped(queryset: RecordQuerySet[M], limit: int) -> Condition | None:
    try:
        sql, values = queryset.alive().values("pk")[:limit].query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, tuple(values)


# Marks the place of a branch's condition in the text of a statement, and of its values among the values.
_GAP = "/* a branch */"
_GAP_VALUE = object()


def _union(queryset: RecordQuerySet[M], reach: Branches, limit: int) -> Condition | None:
    """The keys of the first rows that are alive of every branch, each row once; None when there can be none."""
    if reach == NOWHERE:
        return None
    gap = RawSQL(_GAP, (_GAP_VALUE,), BooleanField())  # noqa: S611
    try:
        # Composed once, with a gap for the condition: Django takes 1 ms for each statement, and there are four.
        sql, values = queryset.filter(gap, deleted_at=None).values("pk")[:limit].query.sql_with_params()
    except EmptyResultSet:
        # Django knows without asking that a filter such as `pk__in=[]` has no rows.
        return None
    parts = [_filled((sql, values), condition) for condition in _row_conditions(queryset.model, reach)]
    if len(reach.team_ids) > 1:
        parts.append(_of_each_team((sql, values), queryset.model, reach.team_ids))
    return " UNION ".join(f"({part})" for part, _ in parts), tuple(value for _, values in parts for value in values)


def _of_each_key(
    queryset: RecordQuerySet[M], reach: Branches, parted: tuple[str, Sequence[Any]], limit: int
) -> Condition | None:
    """(value, key) of the first rows of every branch for each value of a column; None when there can be none."""
    link, keys = parted
    own: Any = queryset.model._meta.get_field(link)
    condition = f"{column(queryset.model, own.column)} = part.key"
    part = queryset.filter(RawSQL(condition, (), BooleanField()))  # noqa: S611
    statement = _unscoped(part, limit) if reach.reaches_all else _union(part, reach, limit)
    if statement is None:
        return None
    sql, values = statement
    of_type = "bigint" if own.is_relation else own.db_type(connection)
    lateral = f"SELECT part.key, top.pk FROM unnest(%s::{of_type}[]) AS part(key) CROSS JOIN LATERAL ({sql}) AS top"  # noqa: S608
    return lateral, (list(keys), *values)


def _row_conditions(model: type[models.Model], reach: Branches) -> list[Condition]:
    """One for each branch, but for that of several teams."""
    found: list[Condition] = []
    if reach.owner_id is not None:
        found.append((f"{column(model, 'owner_id')} = %s", (reach.owner_id,)))
    if len(reach.team_ids) == 1:
        found.append((f"{column(model, 'team_id')} = %s", (min(reach.team_ids),)))
    found += [(f"{column(model, 'id')} IN ({keys})", values) for keys, values in reach.shared_keys]
    for names, (sql, values), _keys in reach.told_by_row:
        found.append((sql.format(**{name: column(model, name) for name in names}), values))
    return found


def _filled(statement: Condition, condition: Condition) -> Condition:
    sql, values = statement
    text, own_values = condition
    place = values.index(_GAP_VALUE)
    return sql.replace(_GAP, text), (*values[:place], *own_values, *values[place + 1 :])


def _of_each_team(statement: Condition, model: type[models.Model], team_ids: frozenset[int]) -> Condition:
    # One LATERAL over the teams instead of a UNION part a team: 21 ms against 68 at thirty teams.
    sql, values = _filled(statement, (f"{column(model, 'team_id')} = reached.team_id", ()))
    lateral = f"SELECT top.* FROM unnest(%s::bigint[]) AS reached(team_id) CROSS JOIN LATERAL ({sql}) AS top"  # noqa: S608
    return lateral, (sorted(team_ids), *values)
