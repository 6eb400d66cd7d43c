"""Where the demo company is not made."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from contacts.demo.maker import DemoRefused, make_demo_company
from teams.models import User
from teams.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def var(settings: Any, tmp_path: Path) -> Path:
    """A database of our own, as far as the command can tell, and an empty folder."""
    settings.HAS_EXTERNAL_DATABASE = False
    settings.VAR_DIR = tmp_path
    return tmp_path


def test_the_command_refuses_a_database_that_the_environment_names(var: Path, settings: Any) -> None:
    settings.HAS_EXTERNAL_DATABASE = True
    with pytest.raises(CommandError, match="DATABASE_URL"):
        call_command("demo")
    assert not (var / "demo.json").exists()
    assert not User.objects.exists()


def test_the_demo_is_not_made_among_people_who_work_here(var: Path) -> None:
    somebody = UserFactory(username="ann", email="ann@elsewhere.example")
    with pytest.raises(DemoRefused):
        make_demo_company({"ann": "a password of the tests"})
    with pytest.raises(CommandError, match="people in this database"):
        call_command("demo")
    assert not (var / "demo.json").exists()
    assert list(User.objects.all()) == [somebody]


def test_a_database_that_is_not_running_is_told_in_a_sentence(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    with pytest.raises(CommandError, match="bin/run"):
        call_command("demo")
    assert not (var / "demo.json").exists()
