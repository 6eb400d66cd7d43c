"""The keys of the product, in a real Chromium: in a list, on a card, in a form, and in a layout that is not Latin."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.models import Client
from clients.tests.factories import make_client
from teams.tests.factories import Cast, make_cast

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def signed_in(page: "Page", live_server: "LiveServer", client: Browser, cast: Cast) -> "Page":
    client.force_login(cast.ann)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return page


def press_cyrillic(page: "Page", key: str, code: str) -> None:
    """As a keyboard with a Ukrainian layout sends it."""
    page.evaluate(
        "([key, code]) => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, code, bubbles: true}))",
        [key, code],
    )


def test_a_list_is_walked_and_its_row_opened_and_edited_without_a_mouse(signed_in: "Page", cast: Cast) -> None:
    first, second = make_client(cast.ann, "Abc"), make_client(cast.ann, "Bcd")
    signed_in.goto(reverse("clients:list") + "?sort=name")
    signed_in.keyboard.type("jjk")
    assert "Abc" in signed_in.inner_text("tr.is-active")
    signed_in.keyboard.press("j")
    signed_in.keyboard.press("Enter")
    signed_in.wait_for_url(f"**{second.get_absolute_url()}")
    signed_in.keyboard.press("e")
    signed_in.wait_for_url(f"**{second.url('edit')}")
    signed_in.fill("[name=city]", "Lviv")
    signed_in.keyboard.press("Escape")
    signed_in.keyboard.press("s")
    signed_in.wait_for_url(f"**{second.get_absolute_url()}")
    assert Client.objects.get(pk=second.pk).city == "Lviv"
    assert Client.objects.get(pk=first.pk).city == ""


def test_keys_lie_where_they_lie_in_a_cyrillic_layout(signed_in: "Page") -> None:
    signed_in.goto("/")
    press_cyrillic(signed_in, "п", "KeyG")
    press_cyrillic(signed_in, "с", "KeyC")
    signed_in.wait_for_url(f"**{reverse('clients:list')}")
    press_cyrillic(signed_in, "т", "KeyN")
    signed_in.wait_for_url(f"**{reverse('clients:new')}")
    press_cyrillic(signed_in, ".", "Slash")
    assert signed_in.evaluate("document.activeElement.id") == "search-box"


def test_no_key_acts_while_a_field_is_typed_into(signed_in: "Page") -> None:
    signed_in.goto(reverse("clients:new"))
    signed_in.focus("[name=name]")
    signed_in.keyboard.type("gcnsejk?/")
    assert signed_in.input_value("[name=name]") == "gcnsejk?/"
    assert signed_in.url.endswith(reverse("clients:new"))
    signed_in.keyboard.press("Control+k")
    assert signed_in.evaluate("document.activeElement.id") == "search-box"


def test_every_key_is_listed_in_a_dialog_and_without_scripts_on_a_page(signed_in: "Page", client: Browser) -> None:
    page = client.get(reverse("keyboard")).content.decode()
    assert "Ctrl" in page
    signed_in.goto("/")
    signed_in.click(".ui-user")
    signed_in.click(f".ui-user-menu a[href='{reverse('keyboard')}']")
    assert signed_in.locator("dialog#keys").is_visible()
    listed = signed_in.locator("dialog#keys kbd").all_inner_texts()
    assert {"/", "n", "e", "s", "j", "k", "x", "g", "c", "p", "?", "Esc"} <= set(listed)
