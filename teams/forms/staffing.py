"""The forms of skills, working hours and absences."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.ui.widgets import LongSelect
from teams.forms.people import DATE, rows_of
from teams.models import Absence, PersonSkill, Skill, SkillLevel, WorkingHours
from teams.models.company import Weekday

_DAYS_OFFERED = 5
TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class SkillForm(forms.Form):
    """A skill of a person; `skills` are those of the catalogue that may stand here, by key."""

    skill = forms.ChoiceField(label=_("Skill"), widget=LongSelect)
    level = forms.TypedChoiceField(
        label=_("Level"), choices=SkillLevel.choices, coerce=int, initial=SkillLevel.WORKING.value
    )
    last_used = forms.DateField(label=_("Last used"), widget=DATE, required=False)

    def __init__(self, *args: Any, skills: dict[str, Skill], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.skills = skills
        self.fields["skill"].choices = [("", "---------"), *((key, skill.name) for key, skill in skills.items())]  # type: ignore[attr-defined]

    def clean_last_used(self) -> Any:
        day = self.cleaned_data["last_used"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This day lies in the future."))
        return day

    def row(self) -> PersonSkill:
        given = self.cleaned_data
        return PersonSkill(skill=self.skills[given["skill"]], level=given["level"], last_used=given["last_used"])


class HoursForm(forms.Form):
    weekday = forms.TypedChoiceField(label=_("Day"), choices=Weekday.choices, coerce=int)
    starts = forms.TimeField(label=_("From"), widget=TIME)
    ends = forms.TimeField(label=_("Until"), widget=TIME)

    def __init__(self, *args: Any, first_day: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["weekday"].initial = first_day

    def row(self) -> WorkingHours:
        return WorkingHours(**{name: self.cleaned_data[name] for name in ("weekday", "starts", "ends")})


class HoursFormSet(rows_of(HoursForm)):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.extra = 0 if self.initial else _DAYS_OFFERED

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "first_day": (index or 0) % len(Weekday)}


class AbsenceForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Absence
        fields = ("kind", "starts", "ends", "note")
        widgets = {"starts": DATE, "ends": DATE}
        help_texts = {
            "note": _("Seen, like the kind, by yourself, the lead of your team and those who manage you."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends < starts:
            self.add_error("ends", _("The last day lies before the first one."))
        return cleaned


def skill_rows(data: Any, *, catalogue: Iterable[Skill], present: Iterable[PersonSkill]) -> Any:
    """The formset of a person's skills. Archived ones stand among the choices only for who has them."""
    rows = list(present)
    kept = {row.skill_id for row in rows}
    offered = {str(skill.pk): skill for skill in catalogue if not skill.is_archived or skill.pk in kept}
    initial = [{"skill": str(row.skill_id), "level": row.level, "last_used": row.last_used} for row in rows]
    return rows_of(SkillForm)(data, initial=initial, prefix="skills", form_kwargs={"skills": offered})


def hours_rows(data: Any, *, present: Iterable[WorkingHours]) -> Any:
    """The formset of a person's hours; an empty one offers a row for each day from Monday to Friday."""
    initial = [{"weekday": row.weekday, "starts": row.starts, "ends": row.ends} for row in present]
    return HoursFormSet(data, initial=initial, prefix="hours")
