"""Lines of a deal in a real Chromium: a product brings its price, and the amount is the sum, on a small phone too."""

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser
from django.urls import reverse
from playwright.sync_api import expect

from projects.models import Deal
from projects.tests.factories import make_deal, make_price_list, make_product
from teams.tests.factories import make_cast

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_product_brings_its_price_and_the_amount_is_the_sum(
    page: "Page", live_server: "LiveServer", client: Browser
) -> None:
    cast = make_cast()
    product = make_product(cast.ann, "Nightingale support", unit="hour")
    make_price_list(cast.ann, "Prices", {product: "120.50"})
    deal = make_deal(cast.ann, "Portal", currency="USD", amount=5)
    client.force_login(cast.ann)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(deal.url("edit"))
    page.click("#lines .ts-control")
    page.click("#lines .ts-dropdown .option:has-text('Nightingale support')")
    # The library's own waiting for a condition would be an eval, which the policy forbids.
    expect(page.locator("[name=lines-0-unit_price]")).to_have_value("120.5")
    assert page.input_value("[name=lines-0-title]") == "Nightingale support"
    assert page.input_value("[name=lines-0-unit]") == "hour"
    page.fill("[name=lines-0-quantity]", "3")
    page.fill("[name=lines-0-discount]", "33.33")
    page.click("#lines [data-formset-add]")
    page.fill("[name=lines-1-title]", "Travel")
    page.fill("[name=lines-1-unit_price]", "0.01")
    # 361.5 less a third is 241.01205.
    assert page.inner_text("[data-lines-sum] output") == "$241.02"
    assert page.input_value("[name=amount]") == "241.02"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.click("[data-save]")
    page.wait_for_url(f"**{deal.get_absolute_url()}")
    assert Deal.objects.get().amount == Decimal("241.02")
    assert "$241.02" in page.inner_text("#lines")
    for url in (deal.get_absolute_url(), deal.url("split"), product.get_absolute_url(), reverse("prices:list")):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, url
