"""Forms of reminders: one reminder of a record, the rows on the form of a task, and what a person wants by default."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tasks.models import Reminder, ReminderSettings
from tasks.models.reminders import LONGEST_BEFORE, MINUTES_OF_DAY
from tasks.reminders.anchors import Anchor, anchors_of
from tasks.reminders.selectors import reminders_of
from tasks.reminders.wording import amount_words, before_words

_AT, _OWN = "at", "own"
_UNITS = (
    ("1", pgettext_lazy("unit of time", "minutes")),
    ("60", pgettext_lazy("unit of time", "hours")),
    (str(MINUTES_OF_DAY), pgettext_lazy("unit of time", "days")),
    (str(7 * MINUTES_OF_DAY), pgettext_lazy("unit of time", "weeks")),
)
MOST_ROWS = 20
_LEADS = (0, 10, 30, 60, MINUTES_OF_DAY)


def _moment_field() -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(required=False, label=gettext_lazy("Date and time"), widget=widget)


class ReminderForm(forms.Form):
    """When: one of what is offered ahead of a day of the record, own minutes, hours or days ahead of it, or a moment.

    `meant` is what was chosen, as fields of a Reminder.
    """

    when = forms.ChoiceField(label=gettext_lazy("Remind me"))
    amount = forms.IntegerField(required=False, min_value=1, max_value=LONGEST_BEFORE, label=gettext_lazy("How many"))
    unit = forms.ChoiceField(required=False, choices=_UNITS, initial="60", label=gettext_lazy("Of what"))
    clock = forms.TimeField(
        required=False,
        label=gettext_lazy("Time of day"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("For days. Empty: at your own hour."),
    )
    at = _moment_field()
    note = forms.CharField(required=False, max_length=300, label=gettext_lazy("Note"))

    def __init__(self, *args: Any, label: str, reader: Any, reminder: Reminder | None = None, **kwargs: Any) -> None:
        self.anchors = anchors_of(label, reader)
        if reminder is not None:
            kwargs["initial"] = {**_initial(reminder, self.anchors), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        when: Any = self.fields["when"]
        when.choices = _choices(self.anchors)
        if not self.anchors:
            for name in ("amount", "unit", "clock"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        chosen = cleaned.get("when", "")
        if chosen == _AT and not cleaned.get("at") and "at" not in self.errors:
            self.add_error("at", _("Give a date and a time."))
        if chosen.startswith(f"{_OWN}:") and "amount" not in self.errors:
            self._clean_amount(cleaned)
        return cleaned

    def _clean_amount(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("amount"):
            self.add_error("amount", _("Give a number."))
        elif cleaned["amount"] * int(cleaned.get("unit") or 60) > LONGEST_BEFORE:
            self.add_error("amount", _("Give a year at most."))

    @property
    def meant(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        kind, _colon, value = cleaned["when"].partition(":")
        note = cleaned.get("note", "")
        if kind == _AT:
            return {"at": cleaned["at"], "anchor": "", "before": None, "clock": None, "note": note}
        if kind == _OWN:
            anchor, before = value, cleaned["amount"] * int(cleaned.get("unit") or 60)
        else:
            anchor, before = kind, int(value)
        return {"at": None, "anchor": anchor, "before": before, "clock": cleaned.get("clock"), "note": note}


def _choices(anchors: Sequence[Anchor]) -> list[tuple[str, str]]:
    offered = [(f"{one.key}:{minutes}", before_words(one, minutes)) for one in anchors for minutes in one.offered]
    own = [(f"{_OWN}:{one.key}", str(one.before) % {"amount": _("Some other time")}) for one in anchors]
    return [*offered, *own, (_AT, _("At a date and time"))]


def _initial(reminder: Reminder, anchors: Sequence[Anchor]) -> dict[str, Any]:
    known: dict[str, Any] = {"note": reminder.note, "clock": reminder.clock}
    if reminder.at is not None:
        return {**known, "when": _AT, "at": reminder.at}
    offered = {f"{one.key}:{minutes}" for one in anchors for minutes in one.offered}
    named = f"{reminder.anchor}:{reminder.before}"
    if named in offered:
        return {**known, "when": named}
    before = reminder.before or 0
    unit = max((int(key) for key, _label in _UNITS if before % int(key) == 0), default=1)
    return {**known, "when": f"{_OWN}:{reminder.anchor}", "amount": before // unit, "unit": str(unit)}


class RowForm(ReminderForm):
    """A row of the form of a task; one that says nothing of when is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        when: Any = self.fields["when"]
        when.required, when.choices = False, [("", "–"), *when.choices]
        for name in ("clock", "note"):
            self.fields.pop(name, None)


class _Rows(BaseFormSet):  # type: ignore[type-arg]
    @property
    def meant(self) -> list[dict[str, Any]]:
        """What the rows say, for `replace_reminders`; call it when they are valid."""
        kept = [form for form in self.forms if form not in self.deleted_forms]
        return [form.meant for form in kept if form.cleaned_data.get("when")]


#: What the names of these fields begin with.
PREFIX = "reminders"
_RowsOfTask = formset_factory(RowForm, formset=_Rows, can_delete=True, extra=1, max_num=MOST_ROWS, absolute_max=50)


def rows_of_task(data: Any, task: Any, reader: Any) -> Any:
    """The reader's own reminders on the form of a task, stored or new; `data` is what was posted, None for nothing.

    Drawn by `ui/formset.html` (`formset=rows`), stored with the task by `replace_reminders(task, rows.meant, …)`.
    """
    label = task._meta.label_lower
    stored = [] if task._state.adding else list(reminders_of((label, task.pk), reader))
    anchors = anchors_of(label, reader)
    told = [one for one in stored if not one.anchor or one.anchor in {anchor.key for anchor in anchors}]
    kept = {"label": label, "reader": reader}
    initial = [_initial(one, anchors) for one in told]
    return _RowsOfTask(data, initial=initial, prefix=PREFIX, form_kwargs=kept)


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    lead = forms.TypedChoiceField(
        coerce=int,
        empty_value=None,
        required=False,
        label=gettext_lazy("New tasks remind you"),
        help_text=gettext_lazy("Of tasks that you are to do; those that are there stay as they are."),
    )

    class Meta:
        model = ReminderSettings
        fields = ["lead", "hour"]
        labels = {"hour": gettext_lazy("Reminders of days come at")}
        help_texts = {"hour": gettext_lazy("For tasks without a time, birthdays and other days.")}
        widgets = {"hour": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lead: Any = self.fields["lead"]
        timed = [
            (str(minutes), _("%(time)s before") % {"time": amount_words(minutes)}) for minutes in _LEADS if minutes
        ]
        lead.choices = [("", _("Not at all")), ("0", _("When they are due")), *timed]
        self.initial["lead"] = "" if self.instance.lead is None else str(self.instance.lead)

    def chosen(self) -> ReminderSettings:
        settings: ReminderSettings = self.instance
        return settings
