"""Parts drawn by Jinja2: escaping, languages, addresses, dates, and the strings that makemessages finds."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from jinja2 import Environment

from crm.ui import parts
from crm.ui.management.commands import makemessages

HOSTILE = '<script>alert("1")</script>'
SAFE = "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;"

Drawer = Callable[..., str]


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drawer:
    """Draws a part with this source, by the tag of a page."""
    environment = parts.make_environment(tmp_path)
    monkeypatch.setattr(parts, "_environment", lambda: environment)

    def draw(source: str, call: str = '{% part "_it.jinja" x=x %}', **context: Any) -> str:
        (tmp_path / "_it.jinja").write_text(source)
        environment.cache.clear()
        return Template("{% load parts %}" + call).render(Context(context))

    return draw


class Named:
    def __str__(self) -> str:
        return HOSTILE


@pytest.mark.parametrize(
    "hostile", [HOSTILE, Named(), SimpleLazyObject(Named), gettext_lazy(HOSTILE)], ids=lambda one: type(one).__name__
)
def test_a_hostile_name_is_escaped(drawn: Drawer, hostile: Any) -> None:
    assert drawn("<b>{{ x }}</b>", x=hostile) == f"<b>{SAFE}</b>"
    assert drawn('{{ _("Go to: %(place)s", place=x) }}', x=hostile) == f"Go to: {SAFE}"
    assert HOSTILE not in drawn("{{ badge(x) }}{{ avatar(x) }}{{ icon(x) }}{{ moment(x and none) }}", x=str(hostile))


def test_markup_of_django_stays_markup(drawn: Drawer) -> None:
    markup = format_html("<i>{}</i>", HOSTILE)
    assert "<i>&lt;script&gt;" in drawn("{{ x }}", x=markup)


def test_rows_are_drawn_one_after_another(drawn: Drawer) -> None:
    call = '{% rows "_it.jinja" x mark="!" %}'
    assert drawn("<li>{{ row }}{{ mark }}", call, x=["a", HOSTILE]) == f"<li>a!<li>{SAFE}!"
    assert drawn("<li>{{ row }}{{ mark }}", call, x=[]) == ""


def test_words_follow_the_language_of_the_moment(drawn: Drawer) -> None:
    source = '{{ _("Clients") }} {{ pgettext("button", "New") }} {{ x|date("DATE_FORMAT") }}'
    day = date(2020, 5, 1)
    shown = {}
    for language in ("en", "uk", "ru", "en"):
        with translation.override(language):
            shown[language] = drawn(source, x=day)
            expected = (translation.gettext("Clients"), translation.pgettext("button", "New"))
            assert shown[language].startswith(" ".join(expected))
    assert shown["en"] == "Clients New May 1, 2020"
    assert "травня" in shown["uk"]
    assert "мая" in shown["ru"]


def test_numbers_of_things_take_the_form_of_the_language(drawn: Drawer) -> None:
    source = '{{ ngettext("%(count)s client", "%(count)s clients", x, count=x) }}'
    with translation.override("en"):
        assert [drawn(source, x=number) for number in (1, 2)] == ["1 client", "2 clients"]


def test_a_moment_is_told_in_the_zone_of_the_reader(drawn: Drawer) -> None:
    moment = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    source = '{{ x|date("Y-m-d H:i") }} {{ moment(x) }}'
    with timezone.override("UTC"), translation.override("en"):
        assert "2026-01-31 23:30 " in drawn(source, x=moment)
    with timezone.override("Europe/Kyiv"), translation.override("en"):
        at_kyiv = drawn(source, x=moment)
    assert at_kyiv.startswith("2026-02-01 01:30 ")
    assert '<time datetime="2026-02-01T01:30:00+02:00">Feb. 1, 2026, 1:30 a.m.</time>' in at_kyiv


def test_every_part_can_be_read() -> None:
    environment: Environment = parts._environment()
    for name in environment.list_templates(extensions=["jinja"]):
        environment.get_template(name)


def test_makemessages_finds_the_strings_of_parts(tmp_path: Path) -> None:
    source = """{# _("not this") #}
<p title="{{ _('Close') }}">{{ _("Go to: %(place)s", place=x) }}{% if x == pgettext("button", "New") %}</p>
{% endif %}

{{ ngettext("%(n)s day", "%(n)s days", x|length, n=x) ~ _("It's \\"quoted\\"") }}{{ _(x) }}
"""
    found = list(makemessages._calls(source))
    assert found == [
        "",
        "_('Close'); _('Go to: %(place)s', 0); pgettext('button', 'New')",
        "",
        "",
        "ngettext('%(n)s day', '%(n)s days', 0, 0); _('It\\'s \"quoted\"'); _()",
    ]
