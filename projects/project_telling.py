"""What happens to projects, in words for one reader: on timelines and in notifications."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.access.rights import hidden_fields
from crm.notifications.registry import Told
from crm.notifications.telling import name_of
from projects.models import Project, ProjectMove

if TYPE_CHECKING:
    from crm.notifications.models import Notification


def project_moves_told_to(reader: Any, keys: Iterable[UUID | None]) -> Mapping[UUID, ProjectMove]:
    """These moves with their stages, at one query; none to a reader who must not see where projects stand."""
    if "stage" in hidden_fields(reader, Project):
        return {}
    return ProjectMove.objects.select_related("from_stage", "to_stage").in_bulk([key for key in keys if key])


def tell_moved(entries: Sequence[Any], reader: Any) -> Mapping[int, Mapping[str, Any]]:
    moves = project_moves_told_to(reader, [entry.source_id for entry in entries])
    return {
        entry.pk: {"sentence": _moved(move), "icon_name": "arrow-right", "changes": []}
        for entry in entries
        if (move := moves.get(entry.source_id)) is not None
    }


def _moved(move: ProjectMove) -> str:
    return _("moved the project from “%(from)s” to “%(to)s”") % {"from": move.from_stage, "to": move.to_stage}


def tell_linked(entries: Sequence[Any], reader: Any) -> Mapping[int, Mapping[str, Any]]:
    """A deal that was given its project later; the project itself is named by the deal's card."""
    return {
        entry.pk: {"sentence": _("gave the deal its project"), "icon_name": "link", "changes": []} for entry in entries
    }


def tell_move_notices(notices: Sequence["Notification"], reader: Any) -> Mapping[int, Told]:
    moves = project_moves_told_to(reader, [notice.source_id for notice in notices])
    return {
        notice.pk: _told(notice, _("%(who)s moved “%(record)s” to “%(to)s”"), to=move.to_stage)
        for notice in notices
        if notice.source_id and (move := moves.get(notice.source_id)) is not None
    }


def tell_managed(notices: Sequence["Notification"], reader: Any) -> Mapping[int, Told]:
    """Nothing where his role hides from him who manages."""
    if "owner" in hidden_fields(reader, Project):
        return {}
    return {notice.pk: _told(notice, _("%(who)s made you the manager of “%(record)s”")) for notice in notices}


def tell_joined(notices: Sequence["Notification"], reader: Any) -> Mapping[int, Told]:
    return {notice.pk: _told(notice, _("%(who)s put you on the team of “%(record)s”")) for notice in notices}


def _told(notice: "Notification", sentence: str, **values: Any) -> Told:
    words = sentence % {"who": name_of(notice.actor), "record": notice.record, **values}
    return Told(words, "", notice.record.get_absolute_url())
