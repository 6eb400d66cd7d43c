"""What people are told of deals and projects that they own, follow or work on."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.notifications.models import MailChoice
from crm.notifications.registry import Kind, Told, register
from crm.notifications.telling import name_of
from projects.models import StageMove
from projects.project_telling import tell_joined, tell_managed, tell_move_notices
from projects.services.moves import LOST, REOPENED, WON
from projects.services.projects import JOINED, MANAGED
from projects.services.projects import MOVED as PROJECT_MOVED
from projects.telling import moves_told_to

if TYPE_CHECKING:
    from crm.notifications.models import Notification


def tell(notices: Sequence["Notification"], reader: Any) -> Mapping[int, Told]:
    """Nothing to a reader who must not see where deals stand."""
    moves = moves_told_to(reader, [notice.source_id for notice in notices])
    return {
        notice.pk: Told(_sentence(notice, move), move.reason, notice.record.get_absolute_url())
        for notice in notices
        if notice.source_id and (move := moves.get(notice.source_id)) is not None
    }


def _sentence(notice: "Notification", move: StageMove) -> str:
    sentences = {
        WON: _("%(who)s won “%(record)s”"),
        LOST: _("%(who)s lost “%(record)s”"),
        REOPENED: _("%(who)s reopened “%(record)s” in “%(to)s”"),
    }
    sentence = sentences.get(notice.data.get("event", ""), _("%(who)s moved “%(record)s” to “%(to)s”"))
    return sentence % {"who": name_of(notice.actor), "record": notice.record, "to": move.to_stage}


def _often(who: str, record: str, count: int) -> str:
    sentence = ngettext(
        "%(who)s moved “%(record)s” %(count)s time", "%(who)s moved “%(record)s” %(count)s times", count
    )
    return sentence % {"who": who, "record": record, "count": count}


register(
    Kind(
        key="deals.moved",
        label=gettext_lazy("Somebody moves, wins or loses a deal that you own or follow"),
        icon="businessplan",
        tell=tell,
        group=_often,
        heading=gettext_lazy("Deals"),
    )
)


def tell_split(notices: Sequence["Notification"], reader: Any) -> Mapping[int, Told]:
    """Only that it was split: how the parts are called, and what they come to, stands on the deals."""
    sentence = _("%(who)s split “%(record)s”")
    return {
        notice.pk: Told(
            sentence % {"who": name_of(notice.actor), "record": notice.record}, "", notice.record.get_absolute_url()
        )
        for notice in notices
    }


register(
    Kind(
        key="deals.split",
        label=gettext_lazy("Somebody splits a deal that you own or follow"),
        icon="arrows-split-2",
        tell=tell_split,
        heading=gettext_lazy("Deals"),
    )
)
register(
    Kind(
        key=PROJECT_MOVED,
        label=gettext_lazy("Somebody moves a project that you manage or follow"),
        icon="briefcase",
        tell=tell_move_notices,
        group=_often,
        heading=gettext_lazy("Projects"),
    )
)
register(
    Kind(
        key=MANAGED,
        label=gettext_lazy("Somebody makes you the manager of a project"),
        icon="briefcase",
        tell=tell_managed,
        heading=gettext_lazy("Projects"),
        mail=MailChoice.NOW,
    )
)
register(
    Kind(
        key=JOINED,
        label=gettext_lazy("Somebody puts you on the team of a project"),
        icon="users-group",
        tell=tell_joined,
        heading=gettext_lazy("Projects"),
        mail=MailChoice.NOW,
    )
)
