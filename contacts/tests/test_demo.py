"""The demo company: what is in it, that it is made once, and that its sign-ins stay private."""

import json
import stat
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from clients.models import Client, ClientKind, ClientPhone, ClientStatus
from clients.tax_ids import check_tax_id
from contacts.demo.conversations import INTERACTIONS
from contacts.demo.maker import make_demo_company
from contacts.demo.staff import SIGN_INS
from contacts.models import Contact, ContactEmail, ContactPhone, Employment, Interaction, InteractionKind
from crm.comments.models import Comment
from crm.history.plain import plain_versions
from crm.timeline.reading import read_page
from crm.timeline.statements import Wanted
from teams.models import Role, Team, User

pytestmark = pytest.mark.django_db
PASSWORD = "a password of the tests"


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, User]]:
    """Made once for all tests of this module, and rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_demo_company(dict.fromkeys(SIGN_INS, PASSWORD))
        transaction.set_rollback(True)


@pytest.fixture
def var(settings: Any, tmp_path: Path) -> Path:
    """A database of our own, as far as the command can tell, and an empty folder."""
    settings.HAS_EXTERNAL_DATABASE = False
    settings.VAR_DIR = tmp_path
    return tmp_path


def told_by_command() -> dict[str, Any]:
    out = StringIO()
    call_command("demo", "--json", stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_there_are_about_300_clients_and_900_contacts(demo: dict[str, User]) -> None:
    assert 280 <= Client.objects.alive().count() <= 320
    assert 850 <= Contact.objects.alive().count() <= 950


def test_teammates_see_the_same_and_the_outsider_none_of_it(demo: dict[str, User]) -> None:
    of_ann = set(Client.objects.visible_to(demo["ann"]).values_list("pk", flat=True))
    of_bob = set(Client.objects.visible_to(demo["bob"]).values_list("pk", flat=True))
    of_cy = set(Client.objects.visible_to(demo["cy"]).values_list("pk", flat=True))
    assert of_ann == of_bob
    assert of_ann
    assert of_cy
    assert not of_ann & of_cy


def test_delivery_sees_the_clients_it_works_for_and_no_others(demo: dict[str, User]) -> None:
    for name in ("priya", "tobias"):
        # Those that were shown to their teams, and those of the projects that they manage.
        assert 5 <= Client.objects.visible_to(demo[name]).count() <= 40, name
        assert Contact.objects.visible_to(demo[name]).exists(), name
        assert not Client.objects.editable_by(demo[name]).exists(), name


def test_everybody_of_the_cast_owns_something(demo: dict[str, User]) -> None:
    for name in ("ann", "bob", "cy"):
        assert Client.objects.filter(owner=demo[name]).count() >= 20, name


def test_the_company_has_every_ready_role_and_a_tree_of_teams(demo: dict[str, User]) -> None:
    assert Role.objects.filter(users__isnull=False).distinct().count() == 7
    assert Team.objects.get(name="North").parent == Team.objects.get(name="Sales")


def test_everybody_has_a_profile_with_skills_and_somebody_is_away(demo: dict[str, User]) -> None:
    people = User.objects.exclude(username="admin")
    assert not people.filter(phone="").exists()
    assert not people.filter(skills=None).exists()
    today = timezone.localdate()
    assert 2 <= people.filter(absences__starts__lte=today, absences__ends__gte=today).count() <= 6
    assert plain_versions(User, demo["ann"].pk, demo["ann"])[-1].is_creation


def test_names_are_in_both_scripts_and_records_in_every_state(demo: dict[str, User]) -> None:
    assert Client.objects.filter(name__regex="[а-яіїєґ]").count() > 100
    assert Client.objects.filter(name__regex="[a-z]").count() > 80
    assert set(Client.objects.values_list("status", flat=True)) == set(ClientStatus)
    assert Client.objects.filter(kind=ClientKind.PERSON).exists()
    assert Client.objects.filter(parent__isnull=False).count() > 20
    assert Client.objects.filter(deleted_at__isnull=False).exists()
    assert Employment.objects.exclude(until=None).count() > 50
    assert Contact.objects.exclude(birthday=None).count() > 300


def test_every_number_is_understood_and_every_tax_id_valid(demo: dict[str, User]) -> None:
    assert not ClientPhone.objects.filter(e164="").exists()
    assert not ContactPhone.objects.filter(e164="").exists()
    numbered = Client.objects.exclude(tax_id="")
    assert numbered.count() > 150
    for client in numbered:
        assert check_tax_id(client.tax_id, str(client.country)) == client.tax_id


def test_no_address_can_reach_anybody(demo: dict[str, User]) -> None:
    assert not ContactEmail.objects.exclude(address__endswith=".example").exists()
    assert not Client.objects.exclude(website="").exclude(website__endswith=".example").exists()


def test_every_record_has_the_version_its_owner_wrote(demo: dict[str, User]) -> None:
    client = Client.objects.filter(owner=demo["ann"], version=1).first()
    assert client is not None
    assert [version.history_user for version in client.history.all()] == [demo["ann"]]
    assert Client.history.filter(history_type="~").count() > 30


def test_a_second_making_adds_nothing(demo: dict[str, User]) -> None:
    before = (Client.objects.count(), Contact.objects.count(), User.objects.count(), Client.history.count())
    make_demo_company({"ann": PASSWORD})
    assert (Client.objects.count(), Contact.objects.count(), User.objects.count(), Client.history.count()) == before


def test_the_command_tells_sign_ins_that_work(demo: dict[str, User], var: Path) -> None:
    told = told_by_command()
    assert set(told["users"]) == set(SIGN_INS)
    assert told["base_url"].startswith("http")
    for user in told["users"].values():
        assert authenticate(None, username=user["username"], password=user["password"]) == demo[user["username"]]
    assert authenticate(None, username="ann", password=PASSWORD) is None


def test_the_command_tells_the_same_at_every_call(demo: dict[str, User], var: Path) -> None:
    assert told_by_command() == told_by_command()


def test_the_command_names_the_hidden_fields_of_fin(demo: dict[str, User], var: Path) -> None:
    hidden = told_by_command()["users"]["fin"]["hidden"]
    assert {"phones", "birthday"} <= set(hidden["contacts.contact"])
    assert "phones" in hidden["clients.client"]


def test_sign_ins_are_kept_for_the_owner_alone(demo: dict[str, User], var: Path) -> None:
    told = told_by_command()
    file = var / "demo.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text()) == told


def test_the_command_speaks_in_lines_without_json(demo: dict[str, User], var: Path) -> None:
    out = StringIO()
    call_command("demo", stdout=out)
    assert [line.split()[0] for line in out.getvalue().splitlines()[1:]] == list(SIGN_INS)


def test_people_talked_with_their_clients_in_their_languages(demo: dict[str, User]) -> None:
    assert Interaction.objects.count() == INTERACTIONS
    assert Interaction.objects.filter(at__gt=timezone.now()).count() == 0
    talked = Interaction.objects.filter(author=demo["ann"])
    assert set(talked.values_list("kind", flat=True)) == set(InteractionKind.values)
    assert Comment.objects.exclude(parent=None).exists()
    # The newest of somebody who was talked to is what was said, not that the demo was made.
    person = Contact.objects.get(pk=talked.filter(subject_type="contacts.contact")[0].subject_id)
    assert read_page(person, demo["ann"], Wanted()).told[0].event.key != "records.created"
