"""A row on its way to become a record: what the engine and the record types' writers hand to each other."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol
from uuid import UUID


class RowProblem(Exception):
    """The row cannot be imported; `sentence` says why, `field` is the key of the field that is wrong."""

    def __init__(self, sentence: str, *, field: str = "", column: str = "", value: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.column = column
        self.value = value


class RowLeftOut(Exception):
    """The importer chose to leave out the rows with this value."""

    def __init__(self, value: "Value") -> None:
        super().__init__(value.text)
        self.value = value


class Value(NamedTuple):
    """One filled cell of a mapped column; `column_index` counts from 0, None for what stands in no cell."""

    field: str
    header: str
    text: str
    column_index: int | None = None
    is_month_first: bool = False


class MappedRow(NamedTuple):
    """`columns` tells for each mapped field the index and the header of its first column."""

    number: int
    values: list[Value]
    columns: Mapping[str, tuple[int, str]] = {}

    def all(self, *fields: str) -> list[Value]:
        return [value for value in self.values if value.field in fields]

    def first(self, field_key: str) -> str:
        return next((value.text for value in self.values if value.field == field_key), "")


class Note(NamedTuple):
    """Something that the importer should know about a row that was imported; `kind` is a ProblemKind.

    `column_index` is that of the wrong cell, from 0, None when there is no such cell.
    """

    row: int
    kind: str
    column: str
    value: str
    sentence: str
    column_index: int | None = None


@dataclass
class Draft:
    """`key` makes two rows the same record, None never does. `values` and `parts` hold what is not empty.

    `fallbacks` are values for a new record that the file did not name. `companions` holds what a companion read from
    the row, by the companion's key. The engine sets `record`.
    """

    row: int
    key: Hashable | None
    values: dict[str, Any]
    parts: dict[str, list[Any]]
    notes: list[Note] = field(default_factory=list)
    companions: dict[str, list[Any]] = field(default_factory=dict)
    fallbacks: dict[str, Any] = field(default_factory=dict)
    record: Any = None


class Writer(Protocol):
    """The side of a record type. Everything but `read` may ask the database; `create` and `update` write to it."""

    def read(self, row: MappedRow) -> Draft:
        """Raises RowProblem."""

    def find(self, drafts: Sequence[Draft]) -> Mapping[Hashable, Any]:
        """By key, the records that the importer may edit and that these drafts are."""

    def absorb(self, draft: Draft, other: Draft) -> None:
        """Take over what another row of the same record adds."""

    def create(self, drafts: Sequence[Draft]) -> None:
        """Store new records, and set `draft.record`."""

    def update(self, drafts: Sequence[Draft]) -> set[Any]:
        """Complete the records of these drafts; the ids of those that changed."""

    def describe(self, draft: Draft) -> list[tuple[str, str]]:
        """What the row will become: labels and values, in the order of the page."""


class Companion(Protocol):
    """Records of another type that stand in the rows of a target."""

    def read(self, row: MappedRow) -> tuple[list[Any], list[Note]]:
        """What the row says, and what of it was left out."""

    def write(self, drafts: Sequence[Draft]) -> set[UUID]:
        """Store what is new in `draft.companions`, linked to `draft.record`; the ids of the new records."""

    def describe(self, entries: Sequence[Any]) -> list[tuple[str, str]]:
        """What the entries will become."""
