"""The export of contacts: who may, what is in it, employers within sight."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from clients.tests.factories import make_client
from contacts.models import Contact, Employment, Messenger
from contacts.tests.factories import make_contact
from crm.pages.testing import browser_of
from teams.models import FieldRule
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
EXPORT = reverse("contacts:export")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def csv_rows(user: Any, **parameters: Any) -> list[dict[str, str]]:
    response = browser_of(user).get(EXPORT, {"format": "csv", **parameters})
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def test_ann_and_bob_export_anns_contact_and_cy_does_not(cast: Cast) -> None:
    make_contact(cast.ann, "Annenko")
    for user, found in ((cast.ann, ["Annenko"]), (cast.bob, ["Annenko"]), (cast.cy, [])):
        assert [row["Last name"] for row in csv_rows(user)] == found


def test_employers_now_and_before_come_out(cast: Cast) -> None:
    now, before = make_client(cast.ann, "Now"), make_client(cast.ann, "Before")
    contact = make_contact(
        cast.ann, "Annenko", at=now, birthday=date(1990, 2, 28), phones=("050 123 45 67",), country="UA"
    )
    Messenger.objects.create(contact=contact, kind="telegram", account="@ann")
    Employment.objects.create(contact=contact, client=before, until=timezone.localdate() - timedelta(days=1))
    (row,) = csv_rows(cast.ann)
    assert (row["Client"], row["Position"], row["Former clients"]) == ("Now", "Director", "Before")
    assert (row["Birthday"], row["Messengers"], row["Phones"]) == ("1990-02-28", "Telegram: @ann", "'+380501234567")


def test_a_birthday_is_a_date_in_a_workbook(cast: Cast) -> None:
    make_contact(cast.ann, "Annenko", birthday=date(1990, 2, 28))
    response = browser_of(cast.ann).get(EXPORT, {"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    headings = [cell.value for cell in sheet[1]]
    cell = sheet[2][headings.index("Birthday")]
    assert cell.is_date
    assert cell.value.date() == date(1990, 2, 28)


def test_a_client_out_of_sight_is_not_named(cast: Cast) -> None:
    contact = make_contact(cast.dana, "Annenko", at=make_client(cast.cy, "Cys"))
    Contact.objects.filter(pk=contact.pk).update(owner=cast.ann)
    assert [(row["Client"], row["Position"]) for row in csv_rows(cast.ann)] == [("—", "Director")]
    assert [row["Client"] for row in csv_rows(cast.dana)] == ["Cys"]


def test_fin_exports_no_phones_and_birthdays_and_bob_does(cast: Cast) -> None:
    make_contact(cast.ann, "Annenko", phones=("+380501234567",), birthday=date(1990, 2, 28))
    (fins,), (bobs,) = csv_rows(cast.fin), csv_rows(cast.bob)
    assert {"Phones", "Phones as typed", "Birthday"} <= set(bobs)
    assert {"Phones", "Phones as typed", "Birthday"}.isdisjoint(fins)
    assert "501234567" not in str(fins)


def test_hidden_employments_are_not_exported(cast: Cast) -> None:
    make_contact(cast.ann, "Annenko", at=make_client(cast.ann, "Acme"))
    assert csv_rows(cast.fin)[0]["Client"] == "Acme"
    FieldRule.objects.create(role=cast.fin.role, record_type="contacts.contact", field="employments", access="hidden")
    assert "Acme" not in str(csv_rows(cast.fin))
