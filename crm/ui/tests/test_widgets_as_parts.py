"""Controls drawn as parts are those that Django's own templates draw."""

from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.test.html import parse_html

from crm.ui.forms import FormRenderer

CHOICES = [("", "Any"), ("Group", [("a", "A & B"), ("b", '<script>"b"')]), (3, "Three")]
HOSTILE = '"><script>x</script>'


@pytest.mark.parametrize(
    ("widget", "value"),
    [
        (forms.TextInput({"maxlength": 5, "required": True, "disabled": False, "placeholder": HOSTILE}), HOSTILE),
        (forms.TextInput(), None),
        (forms.NumberInput({"step": 0.5}), 1.5),
        (forms.DateInput(), "2020-05-01"),
        (forms.PasswordInput(), "secret"),
        (forms.Textarea(), "\n a\n <b>"),
        (forms.CheckboxInput(), True),
        (forms.Select(choices=CHOICES), "b"),
        (forms.SelectMultiple(choices=CHOICES), ["a", "3"]),
        (forms.RadioSelect(choices=CHOICES), "a"),
        (forms.CheckboxSelectMultiple({"class": "x"}, choices=CHOICES), ["3"]),
        (forms.NullBooleanSelect(), True),
        (forms.HiddenInput(), HOSTILE),
        (forms.MultipleHiddenInput(), ["a", "b"]),
        (forms.ClearableFileInput(), None),
        (forms.SplitDateTimeWidget(), None),
        (forms.SelectDateWidget(years=[2020]), None),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, forms.Widget) else "",
)
def test_a_control_is_the_same(widget: Any, value: Any) -> None:
    quick, own = (
        str(widget.render("it", value, attrs={"id": "id_it"}, renderer=renderer))
        for renderer in (FormRenderer(), TemplatesSetting())
    )
    assert parse_html(quick) == parse_html(own)
    assert "<script>" not in quick


def test_text_keeps_its_first_line_break() -> None:
    drawn = forms.Textarea().render("it", "\na", renderer=FormRenderer())
    assert ">\n\na</textarea>" in drawn.replace("\r\n", "\n")
