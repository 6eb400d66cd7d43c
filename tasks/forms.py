"""The forms of a task: its page, and what came of a call or a meeting."""

from datetime import date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms import BaseInlineFormSet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from clients.forms import clean_tags
from clients.models import Client
from contacts.models import Contact, Outcome
from crm.access.rights import hidden_fields
from crm.pages.forms import RecordChoiceField, Sight, part_formset
from crm.ui.widgets import LongSelect
from projects.models import Deal, Milestone, Project
from projects.project_forms import colleagues_of, day_input
from tasks.models import FIRST_DAY, LAST_DAY, LONGEST_DURATION, Task, TaskBlocker, TaskCheck, TaskKind, TaskWatcher
from tasks.recurrence.fields import RepeatsForm
from tasks.selectors import default_kind
from teams.forms import OwnedRecordForm
from teams.models import User
from teams.selectors.company import time_zone_choices


class WatcherForm(forms.ModelForm):  # type: ignore[type-arg]
    """A colleague; those who left stay where they are, and are not offered."""

    needs_sight = True

    class Meta:
        model = TaskWatcher
        fields = ["user"]
        widgets = {"user": LongSelect}

    def __init__(self, *args: Any, sight: Sight, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["user"]
        people.queryset = User.objects.filter(Q(is_active=True) | Q(pk=self.instance.user_id))
        people.choices = [("", ""), *colleagues_of(sight, self.instance)]


class BlockerForm(forms.ModelForm):  # type: ignore[type-arg]
    """Another task; one that is out of the actor's sight stays."""

    needs_sight = True

    blocker = RecordChoiceField(Task, label=gettext_lazy("Task"))

    class Meta:
        model = TaskBlocker
        fields = ["blocker"]

    def __init__(self, *args: Any, sight: Sight, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["blocker"].look_through(sight)  # type: ignore[attr-defined]
        present = self.instance.blocker_id
        if present and sight.find(Task, present) is None:
            del self.fields["blocker"]
            self.is_masked = True


class RowsOfOne(BaseInlineFormSet):
    """Rows each of which names something that stands there once; `link` is the column."""

    link = ""

    def clean(self) -> None:
        super().clean()
        present: set[Any] = set()
        for form in self.forms:
            key = getattr(form.instance, self.link)
            if not form.is_valid() or form.cleaned_data.get("DELETE") or key is None:
                continue
            if key == self.instance.pk:
                raise ValidationError(_("A task cannot wait for itself."))
            if key in present:
                raise ValidationError(_("The same stands here twice."))
            present.add(key)


class WatchersFormSet(RowsOfOne):
    link = "user_id"


class BlockersFormSet(RowsOfOne):
    link = "blocker_id"


def _zones() -> list[tuple[str, str]]:
    """By their own names, as people choose theirs."""
    return [(name, name) for name, _label in time_zone_choices()]


def _unlisted(zone: str) -> list[tuple[str, str]]:
    """A zone that a calendar file brought and nobody is offered; it stays."""
    return [] if (zone, zone) in _zones() else [(zone, zone)]


class TaskForm(RepeatsForm, OwnedRecordForm):
    """Where a task stands is no field of its form. Its moment is typed as a day and a time of the clock of a zone."""

    PARTS: ClassVar[dict[str, Any]] = {
        "checklist": part_formset(Task, TaskCheck, ["is_done", "text"]),
        "watchers": part_formset(Task, TaskWatcher, ["user"], form=WatcherForm, formset=WatchersFormSet),
        "blockers": part_formset(
            Task, TaskBlocker, ["blocker"], form=BlockerForm, formset=BlockersFormSet, fk_name="task"
        ),
    }
    SECTIONS = (
        (
            gettext_lazy("Task"),
            ("name", "kind", "owner", "due_on", "due_time", "duration", "priority", "estimate", "rrule", "description"),
        ),
        (gettext_lazy("About"), ("client", "contact", "deal", "project", "milestone", "parent")),
        (gettext_lazy("Circumstances"), ("team", "due_zone", "tags", "external_id")),
    )

    kind = forms.ModelChoiceField(TaskKind.objects.none(), label=gettext_lazy("Kind"), empty_label=None)
    due_time = forms.TimeField(
        label=gettext_lazy("At"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("Empty: any time of the day."),
    )
    due_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False, widget=LongSelect)
    client = RecordChoiceField(Client, label=gettext_lazy("Client"), required=False)
    contact = RecordChoiceField(Contact, label=gettext_lazy("Contact"), required=False)
    deal = RecordChoiceField(Deal, label=gettext_lazy("Deal"), required=False)
    project = RecordChoiceField(Project, label=gettext_lazy("Project"), required=False)
    parent = RecordChoiceField(
        Task, label=gettext_lazy("Part of"), required=False, help_text=gettext_lazy("The task that this one divides.")
    )

    class Meta:
        model = Task
        fields = [
            *("name", "kind", "owner", "due_on", "duration", "priority", "estimate", "rrule", "description", "client"),
            *("contact", "deal", "project", "milestone", "parent", "team", "due_zone", "tags", "external_id"),
        ]
        widgets = {
            "due_on": day_input(),
            "description": forms.Textarea(attrs={"rows": 4}),
            "tags": forms.TextInput(attrs={"data-tags": ""}),
            "duration": forms.NumberInput(attrs={"min": 1, "inputmode": "numeric"}),
        }
        help_texts = {
            "tags": gettext_lazy("Separated by commas."),
            "description": gettext_lazy("**Bold**, *italic*, lists and links work."),
        }

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.zone = self.instance.due_zone or actor.time_zone
        if "due_on" not in self.fields or self.fields["due_on"].disabled:
            for name in ("due_time", "due_zone"):
                self.fields.pop(name, None)
        self._offer_moment()
        self._offer_kinds()
        self._offer_milestones()

    def _offer_moment(self) -> None:
        if "due_on" in self.fields:
            self.fields["due_on"].widget.attrs |= {"min": f"{FIRST_DAY}", "max": f"{LAST_DAY}"}
        if "due_time" in self.fields:
            self.initial["due_time"] = self.instance.due_time
        if "due_zone" in self.fields:
            zones: Any = self.fields["due_zone"]
            zones.choices = [*_zones(), *_unlisted(self.zone)]
            self.initial["due_zone"] = self.zone

    def _offer_kinds(self) -> None:
        if "kind" not in self.fields:
            return
        kinds: Any = self.fields["kind"]
        kinds.queryset = TaskKind.objects.filter(Q(is_offered=True) | Q(pk=self.instance.kind_id))
        if self.is_new and self.instance.kind_id is None:
            self.initial["kind"] = default_kind()

    def _offer_milestones(self) -> None:
        """Those of the project that is chosen; without one there are none to choose from."""
        if "milestone" not in self.fields:
            return
        if self.instance.milestone_id and "project" not in self.fields:
            # Of a project out of his sight.
            del self.fields["milestone"]
            return
        key = self["project"].value() if "project" in self.fields else None
        project = self.sight.find(Project, key) if key else None
        sees = project is not None and "milestones" not in hidden_fields(self.actor, Project)
        milestones: Any = self.fields["milestone"]
        milestones.queryset = Milestone.objects.filter(project=key) if sees else Milestone.objects.none()
        milestones.empty_label = ""
        if not sees:
            milestones.help_text = _("Choose the project and save; then its milestones are offered.")

    def _formset(self, name: str) -> Any:
        formset = super()._formset(name)
        if name == "blockers":
            self.sight.look_for(Task, {row.blocker_id for row in formset.get_queryset()})
        return formset

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self._settle_moment()
        return cleaned

    def _settle_moment(self) -> None:
        """A part of it that is not on this form stays as it is."""
        if "due_on" not in self.fields or "due_on" in self.errors or "due_time" in self.errors:
            return
        day = self.cleaned_data.get("due_on")
        at = self.cleaned_data.get("due_time") if "due_time" in self.fields else self.instance.due_time
        zone = self.cleaned_data.get("due_zone") or self.zone
        if at is not None and day is None:
            self.add_error("due_on", _("Give the day as well."))
        elif day is not None and not FIRST_DAY <= day <= LAST_DAY:
            said = {"first": FIRST_DAY.year, "last": LAST_DAY.year}
            self.add_error("due_on", _("Give a day between the years %(first)s and %(last)s.") % said)
        else:
            moment = datetime.combine(day, at, ZoneInfo(zone)) if day and at else day
            self.instance.set_due(moment, zone)

    def _post_clean(self) -> None:
        # The model's own values of day and zone were settled with the time: what was typed must not go over them.
        settled = (self.instance.due_on, self.instance.due_at, self.instance.due_zone)
        super()._post_clean()  # type: ignore[misc]
        if "due_on" in self.fields and not self.errors.keys() & {"due_on", "due_time"}:
            self.instance.due_on, self.instance.due_at, self.instance.due_zone = settled

    def clean_tags(self) -> list[str]:
        return clean_tags(self.cleaned_data["tags"])


class FinishForm(forms.Form):
    """What came of it: asked when a call, a meeting or a mail is done; without words nothing is logged."""

    text = forms.CharField(
        label=gettext_lazy("What came of it?"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        help_text=gettext_lazy("It becomes an interaction on the timeline. Empty: nothing is logged."),
    )
    outcome = forms.ChoiceField(
        label=pgettext_lazy("talk", "Outcome"), required=False, choices=[("", "—"), *Outcome.choices]
    )
    duration = forms.IntegerField(label=gettext_lazy("Minutes"), required=False, min_value=1, max_value=24 * 60)
    version = forms.IntegerField(widget=forms.HiddenInput)


class MoveForm(forms.Form):
    """Another day or moment for a task, by the clock of whoever moves it."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=day_input())
    time = forms.TimeField(
        label=gettext_lazy("At"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("Empty: any time of the day."),
    )
    duration = forms.IntegerField(
        label=gettext_lazy("Duration, minutes"), required=False, min_value=1, max_value=LONGEST_DURATION
    )

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not FIRST_DAY < day < LAST_DAY:
            said = {"first": FIRST_DAY.year, "last": LAST_DAY.year}
            raise ValidationError(_("Give a day between the years %(first)s and %(last)s.") % said)
        return day

    def due(self) -> date | datetime:
        """Of a form that is valid."""
        day: date = self.cleaned_data["day"]
        at = self.cleaned_data["time"]
        return timezone.make_aware(datetime.combine(day, at)) if at is not None else day
