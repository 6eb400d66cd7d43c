"""What the importer chose for one target of an import."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class RunOptions:
    """`user` imports, owns what is new, and is the actor of every version; `reason` goes into the history,
    `file_name` onto the timeline.
    """

    user: Any
    identity: str
    region: str = ""
    area_code: str = ""
    is_overwriting: bool = False
    team_id: int | None = None
    reason: str = ""
    file_name: str = ""
    change_set: UUID | None = None
