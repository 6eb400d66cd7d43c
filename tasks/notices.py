"""What people are told of tasks that they do, asked for or watch."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.access.rights import hidden_fields
from crm.notifications.digests import Section
from crm.notifications.digests import register as register_section
from crm.notifications.models import MailChoice
from crm.notifications.registry import Kind, Told, register
from crm.notifications.telling import name_of
from tasks.daily import has_tasks, leads, write_overdue, write_own_day
from tasks.models import Task
from tasks.services.moves import CANCELLED, DONE, REOPENED, UNBLOCKED
from tasks.services.tasks import GIVEN, WATCHED

if TYPE_CHECKING:
    from crm.notifications.models import Notification

TASKS = gettext_lazy("Tasks")


def _told(notice: "Notification", sentence: str) -> Told:
    words = sentence % {"who": name_of(notice.actor), "record": notice.record}
    return Told(words, "", notice.record.get_absolute_url())


def tell_given(notices: Sequence["Notification"], reader: Any) -> Mapping[int, Told]:
    """Nothing where his role hides from him whose tasks they are."""
    if "owner" in hidden_fields(reader, Task):
        return {}
    return {notice.pk: _told(notice, _("%(who)s gave you the task “%(record)s”")) for notice in notices}


def tell_watched(notices: Sequence["Notification"], reader: Any) -> Mapping[int, Told]:
    if "watchers" in hidden_fields(reader, Task):
        return {}
    return {notice.pk: _told(notice, _("%(who)s lets you watch the task “%(record)s”")) for notice in notices}


def tell_standing(notices: Sequence["Notification"], reader: Any) -> Mapping[int, Told]:
    """Nothing to a reader who must not see where tasks stand."""
    if "status" in hidden_fields(reader, Task):
        return {}
    sentences = {
        DONE: _("%(who)s did the task “%(record)s”"),
        CANCELLED: _("%(who)s cancelled the task “%(record)s”"),
        REOPENED: _("%(who)s opened the task “%(record)s” again"),
        UNBLOCKED: _("“%(record)s” waits for nothing any more: %(who)s did what it waited for"),
    }
    return {notice.pk: _told(notice, sentences[notice.kind]) for notice in notices}


def _several_given(who: str, record: str, count: int) -> str:
    more = count - 1
    sentence = ngettext(
        "%(who)s gave you the task “%(record)s” and %(more)s other",
        "%(who)s gave you the task “%(record)s” and %(more)s others",
        more,
    )
    return sentence % {"who": who, "record": record, "more": more}


register(
    Kind(
        key=GIVEN,
        label=gettext_lazy("Somebody gives you a task"),
        icon="checkbox",
        tell=tell_given,
        group=_several_given,
        is_across_records=True,
        heading=TASKS,
        mail=MailChoice.NOW,
    )
)
register(
    Kind(
        key=WATCHED,
        label=gettext_lazy("Somebody lets you watch a task"),
        icon="eye",
        tell=tell_watched,
        heading=TASKS,
    )
)
for _key, _label, _icon in (
    (DONE, gettext_lazy("A task that you asked for or watch is done"), "circle-check"),
    (CANCELLED, gettext_lazy("A task that you asked for or watch is cancelled"), "circle-x"),
    (REOPENED, gettext_lazy("A task that you asked for or watch is opened again"), "arrow-back-up"),
    (UNBLOCKED, gettext_lazy("What your task waited for is done"), "lock-open"),
):
    register(Kind(key=_key, label=_label, icon=_icon, tell=tell_standing, heading=TASKS))
register_section(
    Section(
        key="tasks.today",
        label=gettext_lazy("Your tasks of the day"),
        is_offered=has_tasks,
        write=write_own_day,
    )
)
register_section(
    Section(
        key="tasks.overdue",
        label=gettext_lazy("Overdue tasks of the people you lead"),
        is_offered=leads,
        write=write_overdue,
    )
)
