"""How often a task repeats, chosen from what is usual or written as a rule; without scripts."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.models import Repeats
from tasks.recurrence.rules import LONGEST_RULE, NotARule, Rule, parse_rule
from tasks.recurrence.words import say_rule

OWN = "own"
_WORKING_DAYS = "BYDAY=MO,TU,WE,TH,FR"
USUAL: tuple[tuple[str, Any], ...] = (
    ("", gettext_lazy("Does not repeat")),
    ("FREQ=DAILY", gettext_lazy("Every day")),
    (f"FREQ=WEEKLY;{_WORKING_DAYS}", gettext_lazy("Every working day")),
    ("FREQ=WEEKLY", gettext_lazy("Every week")),
    ("FREQ=WEEKLY;INTERVAL=2", gettext_lazy("Every 2 weeks")),
    ("FREQ=MONTHLY", gettext_lazy("Every month on this day")),
    (f"FREQ=MONTHLY;{_WORKING_DAYS};BYSETPOS=-1", gettext_lazy("On the last working day of the month")),
    ("FREQ=MONTHLY;INTERVAL=3", gettext_lazy("Every 3 months")),
    ("FREQ=YEARLY", gettext_lazy("Every year")),
    (OWN, gettext_lazy("By a rule of its own…")),
)


@dataclass(frozen=True)
class Repetition:
    """The two fields of a task that a form fills in together; both are empty for one that does not repeat."""

    rrule: str = ""
    repeats: str = ""


class RepeatWidget(forms.MultiWidget):
    """A choice, the text of a rule beside it, and from where it is counted. Its value is a Repetition."""

    template_name = "tasks/_repeat.jinja"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        rule = {"autocomplete": "off", "spellcheck": "false", "placeholder": "FREQ=WEEKLY;BYDAY=MO,TH"}
        super().__init__([forms.Select(choices=USUAL), forms.TextInput(rule), forms.Select(choices=Repeats)], attrs)

    def decompress(self, value: Any) -> list[str]:
        chosen = value if isinstance(value, Repetition) else Repetition(str(value or ""))
        counted = chosen.repeats or Repeats.ON_SCHEDULE.value
        usual = _usual(chosen.rrule)
        return [OWN, chosen.rrule, counted] if usual is None else [usual, "", counted]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        wrong = " is-invalid" if "is-invalid" in (attrs or {}).get("class", "") else ""
        choice, rule, counted = context["widget"]["subwidgets"]
        for one, look in ((choice, "form-select"), (rule, "form-control"), (counted, "form-select")):
            one["attrs"]["class"] = look + wrong
        context["said"] = say(rule["value"] or "")
        return context


class RepeatField(forms.MultiValueField):
    """Its clean value is a Repetition; what is no rule is refused in place."""

    widget = RepeatWidget

    def __init__(self, **kwargs: Any) -> None:
        counted = forms.ChoiceField(choices=Repeats, required=False)
        rule = forms.CharField(max_length=LONGEST_RULE, required=False)
        fields = (forms.ChoiceField(choices=USUAL, required=False), rule, counted)
        super().__init__(fields, required=False, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> Repetition:
        if self.disabled:
            return value if isinstance(value, Repetition) else Repetition(str(value or ""))
        cleaned: Repetition = super().clean(value)
        return cleaned

    def compress(self, data_list: list[str]) -> Repetition:
        choice, own, counted = data_list or ["", "", ""]
        if not choice:
            return Repetition()
        if choice != OWN:
            return Repetition(choice, counted or Repeats.ON_SCHEDULE)
        if not own:
            raise ValidationError(_("Write the rule, for example FREQ=WEEKLY;BYDAY=MO,TH."))
        try:
            return Repetition(str(parse_rule(own)), counted or Repeats.ON_SCHEDULE)
        except NotARule as problem:
            raise ValidationError(str(problem)) from problem


class RepeatsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Mixed into a form of tasks whose `fields` name "rrule": fills `rrule` and `repeats` of its instance."""

    rrule = RepeatField(label=gettext_lazy("Repeats"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["rrule"] = Repetition(self.instance.rrule, self.instance.repeats)

    def clean_rrule(self) -> str:
        chosen: Repetition = self.cleaned_data["rrule"]
        self.instance.repeats = chosen.repeats
        return chosen.rrule


def say(text: str) -> str:
    """The stored text of a rule in words; empty for what is none."""
    try:
        return say_rule(parse_rule(text)) if text.strip() else ""
    except NotARule:
        return ""


def _usual(text: str) -> str | None:
    """The choice that means this rule; None when it is one of its own."""
    if not text:
        return ""
    try:
        plain = _as_chosen(parse_rule(text))
    except NotARule:
        return None
    return plain if any(plain == key for key, _label in USUAL) else None


def _as_chosen(rule: Rule) -> str:
    """What is kept of "every month on this day" names the days of shorter months too: see `kept_on_its_day`."""
    is_kept = rule.month_days[:1] == (28,) and rule.positions == (-1,) and rule.months in ((), (2,))
    if is_kept and str(rule) == _kept_of(rule):
        return str(Rule(rule.freq, rule.interval))
    return str(rule)


def _kept_of(rule: Rule) -> str:
    months = (2,) if rule.freq == "YEARLY" else ()
    return str(Rule(rule.freq, rule.interval, month_days=rule.month_days, months=months, positions=(-1,)))
