"""None of these tests may use the database: an error page must not need it."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from crm.ui.testing import assert_strict_html


@pytest.mark.parametrize("code", ["400", "403_csrf", "500"])
def test_failures_of_the_machinery_are_drawn_without_request_and_database(code: str) -> None:
    html = render_to_string(f"{code}.html")
    assert "css/theme.css" in html
    assert "<h1" in html
    assert_strict_html(html)


@pytest.mark.parametrize("code", ["403", "404", "429"])
def test_refusals_are_drawn_in_the_frame_without_database(code: str, rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()
    html = render_to_string(f"{code}.html", request=request)
    assert 'id="main"' in html
    assert code in html
    assert_strict_html(html)


def test_a_request_that_never_reached_authentication_still_gets_a_page(rf: RequestFactory) -> None:
    assert "<h1" in render_to_string("403.html", request=rf.get("/"))


def test_a_stranger_asking_for_nothing_gets_404_in_the_design(client: Client) -> None:
    response = client.get("/there-is-no-such-page/")
    assert response.status_code == 404
    assert "css/theme.css" in response.content.decode()


def test_the_500_page_survives_a_lost_manifest_of_static_files(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    assert "/static/css/theme.css" in render_to_string("500.html")
