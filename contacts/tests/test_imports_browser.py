"""The whole import as a manager does it: a real browser, a real worker, a real workbook."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Browser
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from clients.models import Client
from contacts.models import Contact
from crm.imports.values import comparable
from teams.tests.factories import make_cast

WORKBOOK = settings.BASE_DIR.parent / "shared" / "data" / "moscow_orgs" / "moscow_organisations.xlsx"
SHEETS = 9
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not WORKBOOK.exists(), reason="the real workbook is not on this machine"),
]


def sign_in(page: Page, user: Any, address: str) -> None:
    browser = Browser()
    browser.force_login(user)
    session = browser.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": address}])


def distinct_pairs() -> set[tuple[str, str]]:
    workbook = CalamineWorkbook.from_path(str(WORKBOOK))
    pairs = set()
    for name in workbook.sheet_names:
        header, *rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        at = next(i for i, text in enumerate(header) if re.match("Назв|Наим", str(text)))
        pairs |= {(comparable(str(row[at])), comparable(str(row[at + 1]))) for row in rows if row[at]}
    return pairs


@pytest.mark.django_db(transaction=True)
def test_manager_imports_a_real_workbook_and_works_with_its_clients(
    page: Page, live_server: Any, celery_worker_process: Any
) -> None:
    cast = make_cast()
    sign_in(page, cast.ann, live_server.url)
    page.goto("/")
    page.get_by_role("link", name="Import", exact=True).first.click()
    page.locator("input[type=file]").set_input_files(WORKBOOK)
    page.get_by_role("button", name="Upload").click()

    page.wait_for_url("**/columns/", timeout=60_000)
    targets = page.locator("select[name$='-target']")
    expect(targets).to_have_count(SHEETS)
    assert [select.input_value() for select in targets.all()] == ["clients"] * SHEETS
    assert page.locator("select[name=region]").input_value() == "RU"
    assert page.locator("input[name=area_code]").input_value() == "495"
    page.get_by_role("button", name="Preview").click()

    start = page.get_by_role("button", name="Start the import")
    start.wait_for(timeout=120_000)
    expected = len(distinct_pairs())
    assert count_of(page, "created") == expected
    assert Client.objects.count() == 0, "a preview writes nothing"
    start.click()

    page.get_by_role("heading", name="Result").wait_for(timeout=240_000)
    assert count_of(page, "created") == expected
    assert count_of(page, "failed") == 2
    assert Client.objects.visible_to(cast.ann).count() == expected
    assert Client.objects.visible_to(cast.cy).count() == 0
    assert Contact.objects.visible_to(cast.ann).count() > 900
    assert Client.history.filter(history_type="+", history_user=cast.ann).count() == expected
    expect(page.locator("#problems")).to_contain_text("(495) 457-31911")

    open_a_client(page, "Библиотека им. Ю.В.Трифонова")
    expect(page.locator("main")).to_contain_text("680-54-13")


def open_a_client(page: Page, name: str) -> None:
    page.goto("/clients/")
    page.locator("input[name=q]").last.fill(name)
    page.locator("input[name=q]").last.press("Enter")
    page.locator("main").get_by_role("link", name=name).first.click()


def count_of(page: Page, name: str) -> int:
    text = page.locator(f"[data-count={name}] dd").first.inner_text()
    return int("".join(character for character in text if character.isdigit()))
