"""What people are told of interactions: news on what they follow, and every morning what happened the day before."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clients.models import Client
from contacts.activity.periods import day_of
from contacts.activity.reading import Doings, activity_of, tell_doings
from contacts.models import Contact, Interaction
from contacts.services.interactions import EVENT
from crm.access.rights import Action, Scope, rights_of
from crm.notifications.digests import Chapter, Entry, Section
from crm.notifications.digests import register as register_section
from crm.notifications.registry import Kind, Told, register
from crm.ui.addresses import address_of
from teams.models import Team

if TYPE_CHECKING:
    from crm.notifications.models import Notification

_EXCERPT = 140
_PEOPLE_IN_MAIL, _SHOWN_OF_ONE = 50, 3


def tell(notices: Sequence["Notification"], reader: Any) -> Mapping[int, Told]:
    """Of deleted interactions nothing is said; of edited ones what they say now, to those who see their subject."""
    keys = [notice.source_id for notice in notices]
    found = Interaction.objects.filter(deleted_at=None).select_related("author").in_bulk(keys)
    return {
        notice.pk: _told(interaction, notice.record)
        for notice in notices
        if (interaction := found.get(notice.source_id)) is not None and interaction.subject_id == notice.record_id
    }


def _told(interaction: Interaction, record: Any) -> Told:
    told = {"who": interaction.author, "kind": interaction.get_kind_display(), "record": record}
    sentence = _("%(who)s logged on %(record)s: %(kind)s") % told
    excerpt = Truncator(interaction.text).chars(_EXCERPT)
    return Told(sentence, excerpt, f"{record.get_absolute_url()}#interaction-{interaction.pk}")


def _often(who: str, record: str, count: int) -> str:
    sentence = ngettext(
        "%(who)s: %(count)s interaction with %(record)s", "%(who)s: %(count)s interactions with %(record)s", count
    )
    return sentence % {"who": who, "count": count, "record": record}


def leads(user: Any) -> bool:
    """Whether he leads a team, or sees beyond his own ones: then a mail about everybody's day is of use to him."""
    rights = rights_of(user)
    sees_below = any(rights.scope(model, Action.VIEW) >= Scope.TEAM_AND_BELOW for model in (Client, Contact))
    return sees_below or Team.objects.filter(lead=user).exists()


def write_day(user: Any, day: date) -> Chapter | None:
    """Each person's interactions of a day, as far as the receiver sees them at this moment."""
    doings = activity_of(day_of(day), user, shown=_SHOWN_OF_ONE).doings[:_PEOPLE_IN_MAIL]
    if not doings:
        return None
    tell_doings(doings, user)
    url = f"{address_of('activity:page')}?day={day.isoformat()}"
    return Chapter(_("What happened on %(day)s") % {"day": day_of(day).label}, [_line(one, url) for one in doings], url)


def _line(doings: Doings, url: str) -> Entry:
    counts = ", ".join(f"{kind.label}: {kind.count}" for kind in doings.kinds)
    said = [f"{_of_whom(each)}: {Truncator(each.loaded['interaction'].text).chars(_EXCERPT)}" for each in doings.told]
    return Entry(f"{doings.person} – {counts}", "\n".join(said), f"{url}&person={doings.person.pk}")


def _of_whom(told: Any) -> str:
    return ", ".join(str(one) for one in told.loaded["people"]) or str(told.subject or "")


register(
    Kind(
        key=EVENT,
        label=gettext_lazy("Somebody logs an interaction with what you follow"),
        icon="history",
        tell=tell,
        group=_often,
        heading=gettext_lazy("Interactions"),
    )
)
register_section(
    Section(
        key="contacts.activity",
        label=gettext_lazy("What happened the day before, person by person"),
        is_offered=leads,
        write=write_day,
    )
)
