"""What follows from an interaction, made together with it by an app above: "call back Thursday 10:00".

Nothing here knows what it is: whoever registers reads the line that was typed and makes it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from contacts.models import Interaction
from contacts.services.interactions import Conversation


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """`read(line, reader)` gives what it means and raises ValidationError for what it does not understand;
    `make(meant, interaction, conversation, actor)` stores it in the transaction of the interaction and says what it
    made, for the user.
    """

    label: str | Promise
    placeholder: str | Promise
    is_offered: Callable[[Any], bool]
    read: Callable[[str, Any], Any]
    make: Callable[[Any, Interaction, Conversation, Any], str]


_follow_ups: list[FollowUp] = []


def register(follow_up: FollowUp) -> None:
    """Called once at start-up; there is one field for it, so the last one counts."""
    _follow_ups[:] = [follow_up]


def follow_up_for(user: Any) -> FollowUp | None:
    """What this user may have follow; None where no app offers it to him."""
    return next((one for one in _follow_ups if one.is_offered(user)), None)
