"""The rows of a record's parts, as lists of records need them."""

from typing import Any

from django.db.models import Model, Prefetch


def prefetched(name: str) -> Any:
    """A part to be read along with a page of records, for `rows_of`.

    As a plain list: Django builds a queryset for every record otherwise, which takes longer than to read the rows.
    """
    return Prefetch(name, to_attr=_attribute(name))


def rows_of(record: Model, name: str) -> list[Any]:
    """The rows of a part, without a query when they were read along."""
    read: list[Any] | None = record.__dict__.get(_attribute(name))
    return list(getattr(record, name).all()) if read is None else read


def _attribute(name: str) -> str:
    return f"read_{name}"
