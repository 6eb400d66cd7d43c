"""Tables without what is slow to keep while ten million rows come: built at once afterwards, it takes a tenth."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from tqdm import tqdm

_CONSTRAINTS = """
    SELECT format('ALTER TABLE %%I DROP CONSTRAINT %%I', relname, conname),
        format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', relname, conname, pg_get_constraintdef(pg_constraint.oid))
    FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE relname = ANY(%s) AND contype IN ('f', 'u')
"""
_INDEXES = """
    SELECT format('DROP INDEX %%I', index.relname), pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class index ON index.oid = indexrelid JOIN pg_class owner ON owner.oid = indrelid
    WHERE owner.relname = ANY(%s) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


@contextmanager
def without_indexes(models: Sequence[type[Any]]) -> Iterator[None]:
    """Only primary keys stay. Call it in a transaction: what is dropped must not stay so when the filling fails."""
    tables = [model._meta.db_table for model in models]
    with connection.cursor() as cursor:
        pairs = [pair for sql in (_CONSTRAINTS, _INDEXES) for pair in _rows(cursor, sql, tables)]
        for drop, _make in pairs:
            cursor.execute(drop)
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '2GB'")
        # Constraints come first in the list, and checking them is quicker with the indexes there.
        for _drop, make in tqdm(pairs[::-1], desc="building indexes", unit=""):
            cursor.execute(make)


def _rows(cursor: Any, sql: str, tables: list[str]) -> list[tuple[str, str]]:
    cursor.execute(sql, [tables])
    return list(cursor.fetchall())
