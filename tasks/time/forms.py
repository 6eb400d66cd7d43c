"""The forms of time entries, of the rules of projects and of locked periods."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.access.rights import hidden_fields, locked_fields
from crm.pages.forms import RecordForm
from tasks.models import ProjectTime, TimeEntry, TimeLock
from tasks.time.choosing import PlaceField
from tasks.time.durations import NoDuration, TooLong, duration_text, minutes_of
from tasks.time.places import TASK, place_named, place_of

UNREADABLE = _("Write a time as 1:30, 1.5 or 90m.")
TOO_LONG = _("A day has 24 hours.")


class DurationField(forms.CharField):
    """Takes what people write for a duration; its value is in minutes."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"placeholder": "1:30", "autocomplete": "off", "inputmode": "text"})
        super().__init__(widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return duration_text(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int:
        typed = super().clean(value)
        try:
            return minutes_of(typed)
        except NoDuration as error:
            raise ValidationError(UNREADABLE) from error
        except TooLong as error:
            raise ValidationError(TOO_LONG) from error


#: Fields of this form → those of the record that they write.
_WRITES: Mapping[str, tuple[str, ...]] = {"place": ("task", "project"), "hours": ("minutes",)}


class TimeForm(RecordForm):
    """`place` stands for task and project, `hours` for the minutes."""

    SECTIONS: ClassVar[Any] = ((_("Time"), ("place", "day", "hours", "is_billable", "name")),)

    place = PlaceField(label=_("Worked on"))
    hours = DurationField(label=_("How long"), help_text=_("As 1:30, 1.5, 90m or 1h 30m."))

    class Meta:
        model = TimeEntry
        fields = ("day", "is_billable", "name")
        widgets: ClassVar[Any] = {"day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        entry = self.instance
        has_place = bool(entry.task_id or entry.project_id)
        self._keep_rules()
        if "place" in self.fields:
            chosen = place_of(entry) if has_place else None
            self.fields["place"].offer(actor, chosen)  # type: ignore[attr-defined]
            self.initial.setdefault("place", str(chosen or ""))
        self.initial.setdefault("hours", entry.minutes)

    def _keep_rules(self) -> None:
        model = TimeEntry
        hidden = hidden_fields(self.actor, model)
        locked = locked_fields(self.actor, model)
        if self.is_new:
            locked -= model.NEEDED_AT_CREATION
            hidden -= model.NEEDED_AT_CREATION
        for name, written in _WRITES.items():
            if hidden & set(written):
                del self.fields[name]
            elif locked & set(written):
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("hours") is not None:
            self.instance.minutes = cleaned["hours"]
        place = place_named(str(cleaned.get("place") or ""))
        if place is not None:
            is_task = place.kind == TASK
            self.instance.task_id = place.key if is_task else None
            self.instance.project_id = self._project_of(place.key) if is_task else place.key
        return cleaned

    def _project_of(self, task_key: Any) -> Any:
        """That of before while the task stays; of another task the service finds it."""
        before = type(self.instance).objects.filter(pk=self.instance.pk, task=task_key)
        return before.values_list("project_id", flat=True).first()

    def add_error(self, field: str | None, error: Any) -> None:
        """What is refused of the record is told at the field that writes it."""
        faults = getattr(error, "error_dict", None)
        if faults is not None:
            names = {own: name for name, written in _WRITES.items() for own in written if name in self.fields}
            error = ValidationError({names.get(name, name): found for name, found in faults.items()})
        super().add_error(field, error)


class ProjectTimeForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ProjectTime
        fields = ("rounding", "rounding_way", "is_billable", "needs_approval")


class LockForm(forms.ModelForm):  # type: ignore[type-arg]
    until = forms.DateField(
        label=pgettext_lazy("lock", "Locked until"),
        help_text=_("This day included. Time up to it can be entered, changed and decided on by nobody else any more."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = TimeLock
        fields = ("until", "reason")


class StopForm(forms.Form):
    """For a timer that was forgotten."""

    hours = DurationField(label=_("How long did you work?"), help_text=_("As 1:30, 1.5, 90m or 1h 30m."))
