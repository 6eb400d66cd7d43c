"""Moves and splits of deals, and moves of projects, on timelines.

All that happened to its deals and projects stands on a client's, and on a project's what happened to its deals.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from crm.access.conditions import reach_sql
from crm.access.querysets import Condition
from crm.access.rights import Action, hidden_fields
from crm.history.comparing import Change
from crm.timeline.registry import NOBODY, Event, Kind, Members, register, register_kind, register_members
from projects.models import Deal, Project, StageMove
from projects.project_telling import tell_linked, tell_moved
from projects.services.moves import LOST, MOVED, REOPENED, WON
from projects.services.projects import MOVED as PROJECT_MOVED
from projects.services.splitting import SPLIT, SPLIT_OFF
from projects.services.winning import LINKED
from projects.telling import move_sentence, moves_told_to, split_sentence

_ICONS = {MOVED: "arrow-right", WON: "circle-check", LOST: "circle-x", REOPENED: "arrow-back-up"}
# Only names of tables and columns, and the condition of `reach_sql`, are put into the text.
_LINKED_TO = """
    SELECT {table}.id, '-infinity'::timestamptz, 'infinity'::timestamptz FROM {table}
    WHERE {table}.{link}_id = %s AND {table}.deleted_at IS NULL AND {reach}
"""


def linked_by(model: type[Deal | Project], link: str) -> Callable[[Any, Any], Condition]:
    """Those that the link leads from, in the reader's sight; none for a reader who must not know where it leads."""

    def sql(record: Any, reader: Any) -> Condition:
        if link in hidden_fields(reader, model):
            return NOBODY
        reach, values = reach_sql(model, reader, Action.VIEW)
        return _LINKED_TO.format(table=model._meta.db_table, link=link, reach=reach), (record.pk, *values)

    return sql


def tell_moves(entries: Sequence[Any], reader: Any) -> Mapping[int, Mapping[str, Any]]:
    """What the line of a move needs, at one query."""
    moves = moves_told_to(reader, [entry.source_id for entry in entries])
    return {
        entry.pk: {
            "sentence": move_sentence(entry.event, move),
            "icon_name": _ICONS[entry.event],
            "changes": _reason(move),
        }
        for entry in entries
        if (move := moves.get(entry.source_id)) is not None
    }


def _reason(move: StageMove) -> list[Change]:
    label = capfirst(str(Deal._meta.get_field("loss_reason").verbose_name))  # type: ignore[union-attr]
    return [Change("loss_reason", label, new=move.reason)] if move.reason else []


def tell_splits(entries: Sequence[Any], reader: Any) -> Mapping[int, Mapping[str, Any]]:
    """At one query; nothing where the other deal is out of the reader's sight."""
    others = Deal.objects.visible_to(reader).in_bulk({entry.source_id for entry in entries})
    return {
        entry.pk: {
            "sentence": split_sentence(entry.event, other.name),
            "icon_name": "arrows-split-2",
            "changes": [],
        }
        for entry in entries
        if (other := others.get(entry.source_id)) is not None
    }


register_kind(Kind(key="deal", label=_("Deals"), icon="businessplan", tint="violet", order=60))
for _event in (MOVED, WON, LOST, REOPENED):
    register(Event(key=_event, kind="deal", load=tell_moves, template="timeline/_happened.jinja"))
for _event in (SPLIT, SPLIT_OFF):
    register(Event(key=_event, kind="deal", load=tell_splits, template="timeline/_happened.jinja"))
register_members(Members(model=Client, sql=linked_by(Deal, "client")))
register_members(Members(model=Client, sql=linked_by(Project, "client")))
register_members(Members(model=Project, sql=linked_by(Deal, "project")))
register(Event(key=LINKED, kind="deal", load=tell_linked, template="timeline/_happened.jinja"))
register_kind(Kind(key="project", label=_("Projects"), icon="briefcase", tint="teal", order=65))
register(Event(key=PROJECT_MOVED, kind="project", load=tell_moved, template="timeline/_happened.jinja"))
