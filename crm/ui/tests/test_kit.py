"""Components: icons, avatars, facts, panels, forms."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from django import forms
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template

from crm.ui.components import initials
from crm.ui.testing import assert_strict_html
from crm.ui.tests.pages import PersonForm, PhoneRows
from crm.ui.widgets import PictureInput

SVG = "{http://www.w3.org/2000/svg}"
NAMED_IN_TEMPLATE = re.compile(r"""(?:{% icon |\bicon\()['"]([\w-]+)['"]|\b(?:action_)?icon=['"]([\w-]+)['"]""")


def draw(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def icon_names() -> set[str]:
    sprite = ElementTree.parse(str(finders.find("icons/sprite.svg"))).getroot()  # noqa: S314
    return {symbol.attrib["id"] for symbol in sprite.iter(f"{SVG}symbol")}


def named_icons() -> set[str]:
    root: Path = settings.BASE_DIR
    files = [
        *root.glob("templates/**/*.html"),
        *root.glob("templates/**/*.jinja"),
        *root.glob("*/menu.py"),
        *root.glob("crm/*/menu.py"),
    ]
    found = {name for file in files for match in NAMED_IN_TEMPLATE.findall(file.read_text()) for name in match if name}
    assert len(found) > 20
    return found


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    assert named_icons() - icon_names() == set()


def test_an_icon_is_decoration_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in draw('{% icon "home" %}')
    labelled = draw('{% icon "home" "Home" %}')
    assert 'aria-label="Home"' in labelled
    assert "aria-hidden" not in labelled


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Olena Koval", "OK"),
        ("Acme", "AC"),
        ("ТОВ «Дніпро Софт»", "ТС"),
        ("«» &", "?"),
        ("", "?"),
        ("ann", "AN"),
    ],
)
def test_initials_are_two_letters_of_the_name(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_subject_with_a_picture_is_shown_by_it_and_one_without_by_its_initials() -> None:
    pictured = SimpleNamespace(picture_url='/p/?a=1&b="')
    html = draw('{% avatar who "md" %}', who=pictured)
    assert 'src="/p/?a=1&amp;b=&quot;"' in html
    assert 'width="36" height="36" alt="" loading="lazy"' in html
    assert "<img" not in draw("{% avatar who picture=False %}", who=pictured)
    assert "<img" not in draw("{% avatar who %}", who=SimpleNamespace(picture_url=""))
    assert "is-logo" in draw("{% avatar who %}", who=SimpleNamespace(picture_url="/p/", has_logo=True))


def test_markup_in_a_name_is_never_markup_on_the_page() -> None:
    html = draw("{% avatar n %}{% badge n %}{% fact n n url=n %}{% panel n %}{{ n }}{% endpanel %}", n="<b>x")
    assert "<b>" not in html
    assert "&lt;b&gt;x" in html


def test_an_empty_fact_is_a_quiet_dash_and_zero_is_not_empty() -> None:
    assert "ui-none" in draw('{% fact "Size" "" %}')
    assert "ui-none" in draw('{% factblock "Phones" %}  {% endfactblock %}')
    assert "ui-none" not in draw('{% fact "Size" 0 %}')


def test_a_panel_shows_its_title_count_and_action() -> None:
    html = draw('{% panel "People" count=0 action_url="/add/" action_label="Add" %}<p>body</p>{% endpanel %}')
    assert re.search(r'ui-count">0<', html)
    assert 'href="/add/"' in html
    assert "<p>body</p>" in html


class PictureForm(forms.Form):
    picture = forms.FileField(required=False, widget=PictureInput)


class TestPictureInput:
    with_one = SimpleNamespace(picture_url="/p/1.webp")
    without = SimpleNamespace(picture_url="")

    def test_the_present_picture_is_shown_and_can_be_removed(self) -> None:
        html = str(PictureForm(initial={"picture": self.with_one}))
        assert 'src="/p/1.webp"' in html
        assert 'name="picture-clear"' in html
        assert_strict_html(html)

    def test_nothing_is_removed_where_there_is_nothing(self) -> None:
        assert "picture-clear" not in str(PictureForm(initial={"picture": self.without}))

    def test_the_value_is_the_upload_or_false_or_what_was_there(self) -> None:
        initial = {"picture": self.with_one}

        def cleaned(data: dict[str, str], files: dict[str, Any]) -> Any:
            form = PictureForm(data, files, initial=initial)
            assert form.is_valid()
            return form.cleaned_data["picture"]

        upload = SimpleUploadedFile("a.png", b"png")
        assert cleaned({}, {"picture": upload}) is upload
        assert cleaned({"picture-clear": "on"}, {}) is False
        assert cleaned({}, {}) is self.with_one


class TestForms:
    def test_controls_wear_the_classes_of_the_product(self) -> None:
        html = str(PersonForm())
        assert re.search(r'<input type="text" name="name"[^>]*class="form-control"', html)
        assert re.search(r'<select name="status"[^>]*class="form-select"', html)
        assert re.search(r'<input type="checkbox" name="is_agreed"[^>]*class="form-check-input"', html)

    def test_help_and_errors_are_tied_to_their_control(self) -> None:
        html = str(PersonForm({}))
        described = re.search(r'name="name"[^>]*aria-describedby="([^"]+)"', html)
        assert described
        assert described[1].split() == ["id_name_helptext", "id_name_error"]
        for note in described[1].split():
            assert f'id="{note}"' in html
        assert 'aria-invalid="true"' in html

    def test_a_choice_of_radios_is_a_group_with_a_legend(self) -> None:
        assert re.search(r"<fieldset[^>]*>\s*<legend[^>]*>Kind</legend>", str(PersonForm()))

    def test_rows_can_be_filled_without_script_and_cloned_with_it(self) -> None:
        html = str(PhoneRows(prefix="phones"))
        assert 'name="phones-0-number"' in html
        assert re.search(r"<template data-formset-empty>.*phones-__prefix__-number.*</template>", html, re.DOTALL)
        assert 'name="phones-0-DELETE"' in html
