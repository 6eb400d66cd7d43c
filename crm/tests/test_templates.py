"""What every template keeps to, read from its text."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

FOLDER = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
FORBIDDEN = {
    "switches escaping off": re.compile(r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off"),
    "has an inline style": re.compile(r"<style\b|\sstyle\s*="),
    "has an inline script": re.compile(r"<script\b(?![^>]*\s(src|type=\"application/json\"))"),
    "has an inline handler": re.compile(r"<[^>]*\s(on[a-z]+|hx-on[:\-a-z]*)\s*=", re.IGNORECASE),
    "loads from another host": re.compile(r"<(script|link|img)\b[^>]*(src|href)=\"(https?:)?//"),
}
# E-mails are read by mail programs, which know inline styles and nothing else.
OF_MAIL = "account/email/"
# The same in every language.
NAMES = re.compile(r"Porada|XLSX|CSV|TSV|Google|Outlook|Apple|Thunderbird")


def test_there_are_templates() -> None:
    assert len(TEMPLATES) > 30


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_can_be_read(name: str) -> None:
    assert get_template(name)


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_no_template_breaks_the_rule(rule: str) -> None:
    broken = [
        name
        for name in TEMPLATES
        if OF_MAIL not in name and FORBIDDEN[rule].search((FOLDER / name).read_text(encoding="utf-8"))
    ]
    assert not broken, f"{rule}: {broken}"


def test_words_for_people_are_marked_for_translation() -> None:
    """Text between tags that is neither a variable, a tag nor a mark."""
    untranslated = []
    for name in TEMPLATES:
        text = (FOLDER / name).read_text(encoding="utf-8")
        text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL)
        text = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", text, flags=re.DOTALL)
        text = re.sub(r"{% block body_class %}.*?{% endblock %}", "", text, flags=re.DOTALL)
        text = re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL)
        text = re.sub(r"<(kbd|code)\b[^>]*>.*?</\1>|<[^>]*>", "\n", text, flags=re.DOTALL)
        lines = [NAMES.sub("", line).strip() for line in text.splitlines()]
        untranslated += [(name, line) for line in lines if re.search(r"[A-Za-z]{3}", line)]
    assert not untranslated, untranslated
