"""The choice of how often a task repeats."""

from typing import Any

import pytest
from django import forms

from tasks.models import Repeats, Task
from tasks.recurrence.fields import OWN, RepeatField, RepeatsForm, Repetition


class Form(RepeatsForm):
    class Meta:
        model = Task
        fields = ["rrule"]


def sent(choice: str, rule: str = "", counted: str = "") -> dict[str, Any]:
    return {"rrule_0": choice, "rrule_1": rule, "rrule_2": counted}


def cleaned(data: dict[str, Any], task: Task | None = None) -> tuple[str, str]:
    form = Form(data, instance=task or Task(name="Report"))
    assert form.is_valid(), form.errors
    return form.instance.rrule, form.instance.repeats


def test_what_is_usual_is_chosen_and_the_rest_is_written() -> None:
    assert cleaned(sent("")) == ("", "")
    assert cleaned(sent("", "FREQ=DAILY", "done")) == ("", "")
    assert cleaned(sent("FREQ=WEEKLY", "left over")) == ("FREQ=WEEKLY", Repeats.ON_SCHEDULE)
    assert cleaned(sent(OWN, "rrule:freq=weekly;byday=th,mo", "done")) == (
        "FREQ=WEEKLY;BYDAY=MO,TH",
        Repeats.WHEN_DONE,
    )
    assert cleaned({}, Task(name="Report", rrule="FREQ=DAILY", repeats="done")) == ("", "")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (sent(OWN, "FREQ=HOURLY;X=<b>"), "not by hours"),
        (sent(OWN), "Write the rule"),
        (sent("FREQ=EVERY"), "valid choice"),
        (sent(OWN, "x" * 501), "500"),
    ],
)
def test_what_is_wrong_stays_in_place_with_what_was_typed(data: dict[str, Any], sentence: str) -> None:
    form = Form(data, instance=Task(name="Report"))
    assert not form.is_valid()
    assert sentence in str(form.errors["rrule"])
    drawn = str(form["rrule"])
    if data["rrule_1"]:
        assert f'value="{data["rrule_1"].replace("<", "&lt;").replace(">", "&gt;")}"' in drawn


@pytest.mark.parametrize(
    ("stored", "choice"),
    [
        ("", ""),
        ("FREQ=WEEKLY;INTERVAL=2", "FREQ=WEEKLY;INTERVAL=2"),
        ("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "FREQ=MONTHLY"),
        ("FREQ=YEARLY;BYMONTHDAY=28,29;BYMONTH=2;BYSETPOS=-1", "FREQ=YEARLY"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", OWN),
        ("FREQ=DAILY;COUNT=3", OWN),
        ("no rule", OWN),
    ],
)
def test_a_stored_rule_is_shown_as_it_was_chosen(stored: str, choice: str) -> None:
    form = Form(instance=Task(rrule=stored, repeats="done" if stored else ""))
    drawn = str(form["rrule"].as_field_group())
    assert f'<option value="{choice}" selected>' in drawn
    assert (f'name="rrule_1" value="{stored}"' in drawn) == (choice == OWN)
    assert drawn.count("<label") == 3
    if stored:
        assert '<option value="done" selected>' in drawn


def test_a_rule_of_its_own_is_said_in_words() -> None:
    assert "every 2 weeks on Monday" in str(Form(instance=Task(rrule="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"))["rrule"])


def test_a_locked_field_keeps_what_is_stored() -> None:
    class Locked(forms.Form):
        rrule = RepeatField(disabled=True)

    stored = Repetition("no rule", "done")
    form = Locked(sent("FREQ=DAILY"), initial={"rrule": stored})
    assert form.is_valid()
    assert form.cleaned_data["rrule"] == stored
