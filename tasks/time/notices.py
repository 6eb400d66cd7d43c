"""What people are told of submitted and decided time."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access.rights import hidden_fields
from crm.notifications.models import MailChoice
from crm.notifications.registry import Kind, Told, register
from crm.notifications.telling import name_of
from tasks.models import TimeEntry
from tasks.services.time_week import APPROVED, REJECTED, REOPENED, SUBMITTED
from tasks.time.durations import duration_text

if TYPE_CHECKING:
    from crm.notifications.models import Notification

TIME = gettext_lazy("Time")


def _sentences() -> Mapping[str, str]:
    return {
        SUBMITTED: _("%(who)s submitted %(hours)s of the week of %(day)s"),
        APPROVED: _("%(who)s approved %(hours)s of your week of %(day)s"),
        REJECTED: _("%(who)s rejected %(hours)s of your week of %(day)s"),
        REOPENED: _("%(who)s gave %(hours)s of your week of %(day)s back"),
    }


def tell(notices: Sequence["Notification"], reader: Any) -> Mapping[int, Told]:
    """Nothing to a reader who must not see how long somebody worked, or what became of it; at no query."""
    if not hidden_fields(reader, TimeEntry).isdisjoint({"minutes", "state"}):
        return {}
    sentences = _sentences()
    return {notice.pk: _told(notice, sentences[notice.kind]) for notice in notices}


def _told(notice: "Notification", sentence: str) -> Told:
    week = date.fromisoformat(notice.data["week"])
    said = {
        "who": name_of(notice.actor),
        "hours": duration_text(int(notice.data["minutes"])),
        "day": date_format(week, "DATE_FORMAT"),
    }
    page = reverse("time:approve") if notice.kind == SUBMITTED else f"{reverse('time:list')}?week={week.isoformat()}"
    return Told(sentence % said, notice.data.get("reason", ""), page)


for _key, _label, _icon, _mail in (
    (SUBMITTED, gettext_lazy("Somebody submits time that you decide on"), "clock", MailChoice.NEVER),
    (APPROVED, gettext_lazy("Your time is approved"), "circle-check", MailChoice.NEVER),
    (REJECTED, gettext_lazy("Your time is rejected"), "circle-x", MailChoice.NOW),
    (REOPENED, gettext_lazy("Your approved time is given back"), "arrow-back-up", MailChoice.NEVER),
):
    register(Kind(key=_key, label=_label, icon=_icon, tell=tell, heading=TIME, mail=_mail))
