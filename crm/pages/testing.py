"""For tests of pages: browsers of signed-in people, and forms sent back as they were shown."""

import re
from typing import Any

from django.test import Client as Browser

_ID_OR_TOKEN = re.compile(r"\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-Za-z]{32}|[0-9A-Za-z]{64})\b")


def browser_of(user: Any) -> Browser:
    """A test browser in which this user is signed in."""
    browser = Browser()
    browser.force_login(user)
    return browser


def without_ids(page: str) -> str:
    """The page without its record ids and form tokens, whose digits may hold any short number by chance."""
    return _ID_OR_TOKEN.sub("", page)


def form_of(browser: Browser, url: str) -> dict[str, Any]:
    """What a browser would send back from the record form of this page, unchanged."""
    form = browser.get(url).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    for formset in getattr(form, "parts", {}).values():
        for bound in [formset.management_form, *formset.forms]:
            sent |= {bound.add_prefix(name): bound[name].value() for name in bound.fields}
    return {name: _as_sent(value) for name, value in sent.items() if value is not False}


def edit_of(browser: Browser, url: str, **changes: Any) -> Any:
    """The response to sending the form of this page with some values changed."""
    return browser.post(url, form_of(browser, url) | changes)


def _as_sent(value: Any) -> Any:
    if value is None:
        return ""
    return ",".join(value) if isinstance(value, list) else value
