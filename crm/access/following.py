"""What goes with what: a record whose new owner is that of another record, told by the app that knows both."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise

# Primary keys of followers → the primary key of the record that each follows; those that follow none are left out.
LeaderOf = Callable[[Collection[UUID]], Mapping[UUID, UUID]]


@dataclass(frozen=True)
class Following:
    """Records of the type `follower` go with records of the type `leader`; both are labels as "clients.client"."""

    follower: str
    leader: str
    label: str | Promise
    leader_of: LeaderOf


_followings: list[Following] = []


def register(following: Following) -> None:
    """Called at start-up by the app of the follower."""
    _followings.append(following)


def followings() -> tuple[Following, ...]:
    return tuple(_followings)
