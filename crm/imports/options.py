"""What the importer chose for one target of an import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crm.imports.matching import Matches


def _no_matches() -> Matches:
    return Matches({}, {})


@dataclass(frozen=True)
class RunOptions:
    """`user` imports, owns what is new, and is the actor of every version; `reason` goes into the history,
    `file_name` onto the timeline. `choices` are the target's settings; `matches` knows what values of columns refer to.
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
    choices: Mapping[str, str] = field(default_factory=dict)
    matches: Matches = field(default_factory=_no_matches)
