"""The pages of a record's history: who reaches them, what they tell, what they cost."""

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.models import Client
from clients.services import save_client
from clients.tests.factories import make_client
from contacts.models import Contact
from contacts.services import change_employer, save_contact
from contacts.tests.factories import make_contact
from crm.access.writing import move_to_bin
from crm.history.reading import versions_of
from crm.history.writing import CHANGED, record_versions
from teams.models import FieldRule, User
from teams.tests.factories import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def get(user: User, url: str) -> tuple[int, str]:
    browser = Browser()
    browser.force_login(user)
    response = browser.get(url)
    return response.status_code, response.content.decode()


def renamed(client: Client, name: str, actor: User) -> Client:
    client.name = name
    return save_client(client, actor=actor)


def add_versions(client: Client, count: int) -> None:
    """As many saves, by SQL."""
    table = versions_of(client).model._meta.db_table
    columns = [f.column for f in versions_of(client).model._meta.concrete_fields if f.column != "history_id"]
    own = ", ".join(columns)
    copied = ", ".join("version + n" if c == "version" else "'Acme ' || n" if c == "name" else c for c in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({own}) SELECT {copied} FROM {table}, generate_series(1, %s) n WHERE id = %s",  # noqa: S608
            [count, client.pk],
        )
    Client.objects.filter(pk=client.pk).update(version=count + 1)


@pytest.mark.parametrize("page", ["history", "version", "restore_version"])
def test_only_those_who_see_the_record_see_its_history(cast: Cast, page: str) -> None:
    client = renamed(make_client(cast.ann, "Acme"), "Acme North", cast.ann)
    args = f"/clients/{client.pk}/history/" + {"history": "", "version": "2/", "restore_version": "1/restore/"}[page]
    assert get(cast.ann, args)[0] == 200
    assert get(cast.bob, args)[0] == 200
    assert get(cast.cy, args)[0] == 404
    assert Browser().get(args).status_code == 302


def test_history_tells_who_when_what_old_and_new(cast: Cast) -> None:
    client = renamed(make_client(cast.ann, "Acme"), "Acme North", cast.bob)
    _status, page = get(cast.ann, client.url("history"))
    for text in ("bob", "Changed", "Acme North", "Acme</del>", "Created", "Version 2"):
        assert text in page


def test_reason_is_told(cast: Cast) -> None:
    contact = make_contact(cast.ann, at=make_client(cast.ann, "Acme"))
    change_employer(
        contact, to=make_client(cast.ann, "Beta"), job_title="CTO", since=timezone.localdate(), actor=cast.ann
    )
    assert "Changed employer" in get(cast.ann, contact.url("history"))[1]


def test_a_change_of_hidden_fields_is_told_without_field_value_or_reason(cast: Cast) -> None:
    FieldRule.objects.create(role=cast.fin.role, record_type="contacts.contact", field="employments", access="hidden")
    contact = make_contact(cast.ann, at=make_client(cast.ann, "Acme"))
    change_employer(
        contact, to=make_client(cast.ann, "Beta"), job_title="CTO", since=timezone.localdate(), actor=cast.ann
    )
    pages = [get(cast.fin, contact.url("history")), get(cast.fin, f"{contact.url('history')}2/")]
    for status, page in pages:
        assert status == 200
        assert not [text for text in ("employ", "Acme", "Beta", "CTO") if text in page]


def test_hidden_values_are_on_no_page(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme", tax_id="32855961", phones=("+380441234567",))
    client.tax_id = "14360570"
    save_client(client, actor=cast.ann, parts={"phones": []})
    urls = [client.url("history"), f"{client.url('history')}2/", f"{client.url('history')}1/restore/"]
    for url in urls:
        seen, page = get(cast.ann, url)[1], get(cast.fin, url)[1]
        assert "32855961" in seen
        assert "1234567" in seen
        assert not [text for text in ("32855961", "14360570", "1234567", "Tax id", "Phones") if text in page]


def test_versions_compare_with_any_other(cast: Cast) -> None:
    client = make_client(cast.ann, "First")
    for name in ("Second", "Third"):
        renamed(client, name, cast.ann)
    url = client.url("history")
    _status, before = get(cast.ann, f"{url}3/")
    assert "Second</del>" in before
    _status, chosen = get(cast.ann, f"{url}3/?with=1")
    assert "First</del>" in chosen
    assert "Third</ins>" in chosen
    _status, turned = get(cast.ann, f"{url}1/?with=3")
    assert "First</del>" in turned
    for wrong in (f"{url}9/", f"{url}3/?with=9", f"{url}3/?with=x", f"{url}99999999999999999999/"):
        assert get(cast.ann, wrong)[0] == 404


def test_binned_records_show_their_history_to_those_who_may_restore_them(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    move_to_bin(client, actor=cast.ann)
    status, page = get(cast.bob, client.url("history"))
    assert status == 200
    assert "Moved to the recycle bin" in page
    assert get(cast.cy, client.url("history"))[0] == 404
    assert get(cast.bob, f"{client.url('history')}1/restore/")[0] == 403


def test_pages_lead_to_the_oldest_version_and_back(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    add_versions(client, 60)
    url = client.url("history")
    _status, first = get(cast.ann, url)
    assert "Version 61" in first
    assert "?before=37" in first
    _status, second = get(cast.ann, f"{url}?before=37")
    assert "Version 36" in second
    assert "Version 37" not in second
    assert f'rel="prev" href="{url}"' in second
    _status, last = get(cast.ann, f"{url}?before=12")
    assert "Version 1<" in last
    assert 'rel="next"' not in last


def test_pages_cost_the_same_with_ten_thousand_versions(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme", parent=make_client(cast.ann, "Holding"))
    renamed(client, "Acme 2", cast.ann)
    browser = Browser()
    browser.force_login(cast.ann)
    urls = [client.url("history"), f"{client.url('history')}2/", f"{client.url('history')}1/restore/"]

    def costs() -> list[int]:
        found = []
        for url in urls:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert browser.get(url).status_code == 200
            found.append(len(queries))
        return found

    few = costs()
    add_versions(client, 5_000)
    assert versions_of(client).count() > 10_000
    assert all(many <= before for many, before in zip(costs(), few, strict=True))
    assert max(few) <= 15


def test_a_write_of_the_system_names_the_system(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme")
    record_versions(Client, [client.pk], actor=None, kind=CHANGED)
    assert "The system" in get(cast.ann, client.url("history"))[1]


def test_history_of_contacts_is_told_too(cast: Cast) -> None:
    contact = make_contact(cast.ann, phones=("+380441234567",))
    contact.last_name = "Bondar"
    save_contact(contact, actor=cast.ann)
    _status, page = get(cast.ann, contact.url("history"))
    assert "Kovalenko</del>" in page
    assert isinstance(contact, Contact)
