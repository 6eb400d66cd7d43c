"""The contract of panels: order, rights, and a page that stands when one of them falls."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template import RequestContext, Template
from django.test import RequestFactory

from clients.models import Client
from clients.tests.factories import make_client
from contacts.models import Contact
from crm.panels.registry import Panel, panels_for, register, unregister
from teams.models import User
from teams.tests.factories import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def added() -> Iterator[Any]:
    keys = []

    def add(key: str, **options: Any) -> Panel:
        options = {"model": Client, "template": "panels/_failed.html", "context": lambda record, user: {}, **options}
        panel = Panel(key=key, title=f"Title of {key}", **options)
        register(panel)
        keys.append(key)
        return panel

    yield add
    for key in keys:
        unregister(key)


def drawn(record: Any, user: User) -> str:
    request = RequestFactory().get("/")
    request.user = user
    context = RequestContext(request, {"record": record})
    return Template("{% load panels %}{% panels record %}").render(context)


def test_panels_stand_in_their_order_on_records_of_their_type(cast: Cast, added: Any) -> None:
    added("later", order=2)
    added("sooner", order=1)
    added("elsewhere", model=Contact, order=1)
    keys = [panel.key for panel in panels_for(make_client(cast.ann), cast.ann)]
    assert keys.index("sooner") < keys.index("later")
    assert "elsewhere" not in keys


def test_a_panel_is_shown_to_whom_it_says(cast: Cast, added: Any) -> None:
    added("secret", is_shown=lambda record, user: user == cast.ann)
    client = make_client(cast.ann)
    assert "Title of secret" in drawn(client, cast.ann)
    assert "Title of secret" not in drawn(client, cast.bob)


def test_a_panel_that_fails_leaves_the_others_and_a_log(
    cast: Cast, added: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(record: Any, user: Any) -> dict[str, Any]:
        return {"rows": list(Client.objects.raw("SELECT nothing FROM nowhere"))}

    added("broken", order=1, context=fail)
    added("whole", order=2)
    page = drawn(make_client(cast.ann), cast.ann)
    assert "could not be shown" in page
    assert "Title of whole" in page
    assert "The panel broken of clients.Client" in caplog.text


def test_two_panels_cannot_take_one_key(added: Any) -> None:
    added("twice")
    with pytest.raises(ImproperlyConfigured):
        added("twice", order=5)
