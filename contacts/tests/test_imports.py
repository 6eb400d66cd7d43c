"""People from files: those in rows of their own, and those who stand in the rows of clients."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project_settings
from django.core.management import CommandError, call_command

from clients.models import Client
from clients.tests.factories import make_client
from clients.tests.importing import as_csv, imported, problems
from contacts.models import Contact
from contacts.person_names import PersonName, parse_person_name
from contacts.tests.factories import make_contact
from crm.access.rights import Action
from crm.imports.models import ProblemKind
from crm.imports.registry import fields_for, target_of
from teams.models import FieldRule, Grant
from teams.tests.factories import Cast, make_cast

NOTARIES = project_settings.BASE_DIR.parent / "shared" / "data" / "moscow_orgs" / "xls" / "moscow_notary.xls"
PEOPLE = ["Full name", "Company", "Position", "Phone", "E-mail", "Birthday", "Telegram"]
CLIENTS = ["Название", "Адрес", "Руководитель"]


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Коваль Олена Петрівна", PersonName("Олена", "Петрівна", "Коваль")),
        ("Олена Петрівна Коваль", PersonName("Олена", "Петрівна", "Коваль")),
        ("Коваль О.П.", PersonName("О.", "П.", "Коваль")),
        ("О. П. Коваль", PersonName("О.", "П.", "Коваль")),
        ("и.о. Лошкарев Валерий Алексеевич", PersonName("Валерий", "Алексеевич", "Лошкарев", is_acting=True)),
        ("В.О. Коваль", PersonName("В.", "О.", "Коваль")),
        ("Olena Koval", PersonName("Olena", "", "Koval")),
        ("Dr. John Q. Public", PersonName("John", "Q.", "Public", "Dr.")),
        ("Public, John Q.", PersonName("John", "Q.", "Public")),
        ("Дорошев Игорь Анатольевич.", PersonName("Игорь", "Анатольевич", "Дорошев")),
        ("кабинет 12", PersonName()),
        ("a@b.example", PersonName()),
    ],
)
def test_name_is_taken_apart(typed: str, expected: PersonName) -> None:
    assert parse_person_name(typed) == expected


def test_person_in_a_clients_row_is_employed_there_in_the_position_of_the_header(cast: Cast) -> None:
    imported(cast.ann, [CLIENTS, ["Їжак", "Київ", "в.о. Коваль Олена Петрівна"], ["Ганок", "Львів", "вакансія"]])
    contact = Contact.objects.get()
    assert (contact.name, contact.owner) == ("Коваль Олена Петрівна", cast.ann)
    employment = contact.employments.get()
    assert employment.client.name == "Їжак"
    assert employment.job_title == "Руководитель (acting)"
    version = contact.history.get()
    assert version.history_user == cast.ann
    assert version.parts["employments"][0]["job_title"] == employment.job_title


def test_person_is_not_added_again_by_a_second_import(cast: Cast) -> None:
    rows = [CLIENTS, ["Їжак", "Київ", "Коваль Олена Петрівна"], ["Їжак", "Київ", "Коваль Олена Петрівна"]]
    imported(cast.ann, rows)
    imported(cast.ann, rows)
    assert Contact.objects.count() == 1


def test_person_is_left_out_for_who_may_add_clients_only(cast: Cast) -> None:
    target = target_of("clients")
    assert target is not None
    assert "person" in {field.key for field in fields_for(cast.ann, target)}
    Grant.objects.filter(role=cast.ann.role, record_type="contacts.contact", action=Action.ADD).delete()
    ann = type(cast.ann).objects.get(pk=cast.ann.pk)
    assert "person" not in {field.key for field in fields_for(ann, target)}
    imported(ann, [CLIENTS, ["Їжак", "Київ", "Коваль Олена Петрівна"]])
    assert Client.objects.count() == 1
    assert not Contact.objects.exists()


def test_what_is_no_person_is_left_out_and_told(cast: Cast) -> None:
    run = imported(cast.ann, [CLIENTS, ["Їжак", "Київ", "кабінет 12"], ["Ганок", "Львів", "Коваль Олена Петрівна"]])
    assert problems(run) == [(2, ProblemKind.LEFT_OUT, "кабінет 12")]
    assert Client.objects.count() == 2


def test_row_becomes_a_person_with_every_way_to_reach_him(cast: Cast) -> None:
    make_client(cast.bob, "Їжак")
    row = ["Koval Olena", "Їжак", "Director", "234-56-78 доб. 5", "o@k.example; x@k.example", "1980-05-06", "@olena"]
    imported(cast.ann, [PEOPLE, row])
    contact = Contact.objects.get()
    assert contact.birthday.isoformat() == "1980-05-06"
    assert [(phone.e164, phone.extension) for phone in contact.phones.all()] == [("+380442345678", "5")]
    assert contact.emails.count() == 2
    assert contact.messengers.get().normalised == "olena"
    assert (contact.employments.get().client.name, contact.employments.get().job_title) == ("Їжак", "Director")
    assert Client.objects.count() == 1


def test_employer_out_of_sight_becomes_a_new_client(cast: Cast) -> None:
    make_client(cast.ann, "Їжак")
    imported(cast.cy, [PEOPLE, ["Koval Olena", "Їжак", "Director", "", "o@k.example", "", ""]])
    assert Client.objects.filter(name="Їжак").count() == 2
    assert Contact.objects.get().employments.get().client.owner == cast.cy


def test_known_person_is_completed_and_a_namesake_is_not(cast: Cast) -> None:
    known = make_contact(cast.bob, "Koval", first_name="Olena", emails=("o@k.example",))
    rows = [PEOPLE, ["Olena Koval", "", "", "234-56-78", "O@k.example", "", ""]]
    imported(cast.ann, rows)
    assert Contact.objects.get().phones.count() == 1
    assert Contact.objects.get().pk == known.pk
    imported(cast.ann, [PEOPLE, ["Olena Koval", "", "", "", "another@k.example", "", ""]])
    assert Contact.objects.count() == 2
    imported(cast.cy, rows)
    assert Contact.objects.count() == 3


def test_hidden_fields_of_people_are_neither_offered_nor_matched_by(cast: Cast) -> None:
    target = target_of("contacts")
    assert target is not None
    offered = {field.key for field in fields_for(cast.fin, target)}
    assert not offered & {"phone", "fax", "birthday"}
    FieldRule.objects.create(role=cast.fin.role, record_type="contacts.contact", field="name", access="read_only")
    fin = type(cast.fin).objects.get(pk=cast.fin.pk)
    assert "name" not in {field.key for field in fields_for(fin, target)}


@pytest.mark.skipif(not NOTARIES.exists(), reason="the shared real files are not on this machine")
def test_old_workbook_of_real_people_becomes_contacts(cast: Cast) -> None:
    call_command("import_contacts", str(NOTARIES), region="RU", area_code="495", user="ann", verbosity=0)
    assert Contact.objects.visible_to(cast.ann).count() == 701
    contact = Contact.objects.get(last_name="Агамиров")
    assert contact.first_name == "Натиг"
    assert {phone.e164 for phone in contact.phones.all()} == {"+74956268409", "+74956268405"}
    assert contact.postal_code == "119017"
    understood = Contact.objects.filter(phones__e164__gt="").distinct().count()
    assert understood > 0.97 * Contact.objects.filter(phones__isnull=False).distinct().count()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "clients.csv"
    path.write_bytes(as_csv([CLIENTS, ["Їжак", "Київ", "Коваль Олена Петрівна"], ["", "Львів", ""]]))
    return path


def test_command_imports_and_sums_up(cast: Cast, file: Path, capsys: Any) -> None:
    call_command("import_clients", str(file), region="UA", user="ann")
    assert Client.objects.get().owner == cast.ann
    assert Contact.objects.count() == 1
    assert "1 new, 0 known, 0 repeated, 1 failed" in capsys.readouterr().out


def test_dry_run_writes_nothing(cast: Cast, file: Path, capsys: Any) -> None:
    call_command("import_clients", str(file), user="ann", dry_run=True)
    assert not Client.objects.exists()
    assert "1 new" in capsys.readouterr().out


def test_command_takes_a_mapping(cast: Cast, file: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"Адрес": "note", "Руководитель": ""}')
    call_command("import_clients", str(file), user="ann", mapping=mapping)
    client = Client.objects.get()
    assert (client.address, client.description) == ("", "Адрес: Київ")
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"user": "nobody"}, "no active user"),
        ({"user": "ann", "sheet": ["Other"]}, "no sheet"),
        ({"user": "fin", "identity": "tax_id"}, "match rows in this way"),
    ],
)
def test_command_refuses_in_a_sentence(cast: Cast, file: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("import_clients", str(file), **options)


def test_command_tells_unreadable_files(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_clients", str(tmp_path / "none.csv"), user="ann")
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04")
    with pytest.raises(CommandError, match="damaged"):
        call_command("import_clients", str(broken), user="ann")
