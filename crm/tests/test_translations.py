"""The catalogues of Ukrainian and Russian: whole, fit for their strings, and seen on the pages."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polib
import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse

from clients.tests.factories import make_client
from contacts.models import Employment
from contacts.services import save_contact
from contacts.tests.factories import make_contact
from crm.money.currencies import currency_choices
from crm.tests.routes import all_routes
from crm.tests.world import World, make_world
from teams.tests.factories import Cast, make_cast

LANGUAGES = ("uk", "ru")
ROOT = Path(settings.BASE_DIR)
PARTS = ("crm", "teams", "clients", "contacts", "projects", "tasks", "templates")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
CYRILLIC = re.compile("[а-яіїєґё]", re.IGNORECASE)
# What stands in the records of the world that the pages are asked in.
HERS = {
    *("Vorskla", "Shipyard", "Nightingale", "Kestrel", "Holding", "Wreck", "Director", "class", "North"),
    *("ann", "bob", "fin", "Europe", "Kyiv", "dana", "cy", "staff", "sales", "manager", "clerk", "South", "Sailing"),
    # Languages are named in their own words, and a stored picture by its content.
    *("English", "ba"),
    # What was said and commented.
    *("talk", "word", "for"),
    # The deals.
    *("refit", "hull"),
    # The catalogue.
    *("mooring", "tariff", "ballast", "toll"),
    # The projects.
    *("survey", "permit", "sea", "trial", "fuel", "crew", "log", "wake", "meeting", "deck", "rigging"),
    *("ropes", "planks", "entry", "submitted"),
    *("dock", "keel", "prototype", "launch", "is", "late", "Ask", "board", "VORSKLA"),
}
LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z_-]*[A-Za-z]")
# Names, formats and addresses: they are the same in every language.
ANYWHERE = {
    *("porada", "e-mail", "id", "cookie", "excel", "opendocument", "xlsx", "xlsb", "xls", "ods", "csv", "tsv", "json"),
    *("jpeg", "png", "webp", "gif"),
    # Currencies are named with their codes.
    *(code.lower() for code, _name in currency_choices()),
    *("linkedin", "skype", "telegram", "whatsapp", "viber", "signal", "slack"),
    # A code of a project that stands for all, and a trade that has no other name.
    *("acme", "devops"),
    # Calendars and their rules.
    "enter",
    *("rfc", "freq", "weekly", "byday", "mo", "th", "ics", "google", "outlook", "apple", "thunderbird"),
    *("database_url", "bin", "run", "mapping", "user"),
}
ADDRESS = re.compile(r"\S+@\S+|\w+://\S+|example\.com|Microsoft Teams")


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))


def key(entry: polib.POEntry) -> tuple[str, str, str]:
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural


def sources(entry: polib.POEntry) -> list[str]:
    return [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def told(entry: polib.POEntry) -> str:
    return f"{entry.msgid!r} → {translations(entry)!r}"


@pytest.fixture(scope="module")
def source_strings(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str, str]]:
    """What makemessages finds now, in a copy: it writes beside what it reads."""
    copy: Path = tmp_path_factory.mktemp("source")
    for part in PARTS:
        for path in (ROOT / part).rglob("*"):
            if path.suffix in (".py", ".html", ".txt", ".jinja") and path.is_file():
                target = copy / path.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    (copy / "locale").mkdir()
    # The settings of the copy know no other locale folder than the one beside them.
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "crm.settings", "PORADA_VAR": str(copy / "var")}
    command = [sys.executable, "-m", "django", "makemessages", "-l", "uk", "--no-location", "--no-wrap"]
    subprocess.run(command, cwd=copy, env=environment, check=True, capture_output=True, timeout=60)
    return {key(entry) for entry in polib.pofile(str(copy / "locale/uk/LC_MESSAGES/django.po"))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_is_up_to_date(language: str, source_strings: set[tuple[str, str, str]]) -> None:
    kept = {key(entry) for entry in catalogue(language)}
    hint = "manage.py makemessages -l uk -l ru --no-obsolete --no-location --no-wrap --ignore=.venv --ignore=var"
    assert len(source_strings) > 500
    assert sorted(source_strings - kept) == [], f"not in the catalogue; run {hint}"
    assert sorted(kept - source_strings) == [], f"no longer in the source; run {hint}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_untranslated_or_fuzzy(language: str) -> None:
    entries = catalogue(language)
    forms = 4
    assert f"nplurals={forms}" in entries.metadata["Plural-Forms"]
    faults = [
        told(entry)
        for entry in entries
        if entry.fuzzy
        or entry.obsolete
        or not all(translations(entry))
        or (entry.msgid_plural and len(entry.msgstr_plural) != forms)
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_line_breaks_are_those_of_the_source(language: str) -> None:
    faults = [
        told(entry)
        for entry in catalogue(language)
        for text in translations(entry)
        if all(placeholders(text) != placeholders(source) for source in sources(entry))
        or text.count("\n") != entry.msgid.count("\n")
        or (text != text.strip()) != (entry.msgid != entry.msgid.strip())
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_written_as_the_language_writes_them(language: str) -> None:
    """Its own letters and quotation marks; a full stop where the source has one."""
    strange = "ыэъёЫЭЪЁ" if language == "uk" else "іїєґІЇЄҐ"
    faults = [
        told(entry)
        for entry in catalogue(language)
        for text in translations(entry)
        if set(text) & set(strange + "“”\"'")
        or text.endswith(".") != entry.msgid.endswith(".")
        or not (CYRILLIC.search(text) or set(LATIN_WORD.findall(PLACEHOLDER.sub("", text.lower()))) <= ANYWHERE)
    ]
    assert not faults, "\n".join(faults)


class VisibleText(HTMLParser):
    """The words that a reader sees or hears; what stands for a key or is only a code is left out."""

    NAMED = ("aria-label", "title", "placeholder", "alt", "data-confirm", "data-confirm-label")
    SILENT = ("script", "style", "kbd", "bdi", "silent")
    VOID = ("meta", "link", "input", "br", "hr", "img", "use", "path")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.texts += [given[name] for name in self.NAMED if given.get(name)]
        self.texts += [value for name, value in given.items() if name.startswith("data-word")]
        if tag not in self.VOID:
            is_silent = (tag != "html" and "lang" in given) or "avatar" in given.get("class", "").split()
            self.open.append(("silent" if is_silent else tag, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] not in (tag, "silent"):
            pass

    def handle_data(self, data: str) -> None:
        is_code = bool(self.open) and self.open[-1] == ("option", data.strip())
        if not is_code and not {tag for tag, _ in self.open} & set(self.SILENT):
            self.texts.append(data)


def visible_text(html: str) -> str:
    reader = VisibleText()
    reader.feed(html)
    return " ".join(" ".join(reader.texts).split())


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def speaking(language: str, cast: Cast) -> Browser:
    """The browser of ann, who has chosen the language."""
    cast.ann.language = language
    cast.ann.save()
    browser = Browser()
    browser.force_login(cast.ann)
    return browser


def text_of(browser: Browser, url: str, **headers: Any) -> str:
    answer = browser.get(url, **headers)
    assert answer.status_code == 200
    return visible_text(answer.content.decode())


@pytest.mark.parametrize(
    ("language", "list_words", "card_words", "since", "sign_in"),
    [
        ("en", ["Clients", "Status", "Owner"], ["Edit", "Employers"], "since May 1, 2020", "Sign in"),
        (
            "uk",
            ["Клієнти", "Статус", "Відповідальний"],
            ["Редагувати", "Місця роботи"],
            "з 01 травня 2020 р.",
            "Увійти",
        ),
        ("ru", ["Клиенты", "Статус", "Ответственный"], ["Редактировать", "Места работы"], "с 1 мая 2020 г.", "Войти"),
    ],
)
def test_ann_reads_her_language(
    cast: Cast, language: str, list_words: list[str], card_words: list[str], since: str, sign_in: str
) -> None:
    client = make_client(cast.ann, "Vorskla")
    contact = make_contact(cast.ann, "Nightingale")
    save_contact(contact, actor=cast.ann, parts={"employments": [Employment(client=client, since=date(2020, 5, 1))]})
    browser = speaking(language, cast)
    the_list = text_of(browser, reverse("clients:list"))
    card = text_of(browser, contact.get_absolute_url())
    stranger = text_of(Browser(), reverse("account_login"), headers={"accept-language": language})
    assert [word for word in list_words if word not in the_list] == []
    assert [word for word in [*card_words, since] if word not in card] == []
    assert sign_in in stranger


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def english_on(page: str) -> set[str]:
    return {word for word in LATIN_WORD.findall(ADDRESS.sub("", page)) if word.lower() not in ANYWHERE}


def answers(browser: Browser, world: World) -> Iterator[tuple[str, Any]]:
    """The pages and the complaints of the forms behind every address; what a form writes is taken back."""
    for route in all_routes():
        if not route.name or route.is_of_admin or route.name == "account_logout":
            continue
        for ask in (browser.get, browser.post):
            with transaction.atomic():
                answer: Any = ask(world.url(route))
                if not answer.streaming and answer.headers.get("Content-Type", "").startswith("text/html"):
                    yield route.name, answer
                transaction.set_rollback(True)


def test_no_english_is_left_on_the_pages(world: World) -> None:
    """All that ann or a stranger may open, in Ukrainian."""
    found: dict[str, set[str]] = {}
    for browser in (Browser(headers={"accept-language": "uk"}), speaking("uk", world.cast)):
        for name, answer in answers(browser, world):
            found.setdefault(name, set()).update(english_on(visible_text(answer.content.decode())) - HERS)
    assert found.keys() >= {
        "account_login",
        "home",
        "clients:list",
        "clients:edit",
        "contacts:detail",
        "imports:columns",
    }
    left = {name: words for name, words in found.items() if words}
    assert not left, str(left)
