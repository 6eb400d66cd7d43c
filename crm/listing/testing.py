"""For tests of lists: many rows at once."""

from django.db import connection

from crm.access.models import Record


def multiply(record: Record, count: int) -> None:
    """Store `count` copies of a record's row, named "<name> 1"…, with its search document but without its parts."""
    table = connection.ops.quote_name(record._meta.db_table)
    changed = {"id": "gen_random_uuid()", "name": "name || ' ' || n", "search_doc": "search_doc || ' ' || n"}
    columns = [str(field.column) for field in record._meta.concrete_fields]
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    values = ", ".join(changed.get(column, connection.ops.quote_name(column)) for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM {table}, generate_series(1, %s) AS n WHERE id = %s",  # noqa: S608
            [count, record.pk],
        )
        cursor.execute(f"ANALYZE {table}")
