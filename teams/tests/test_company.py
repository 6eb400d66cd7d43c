"""The company: who looks, who changes it, what follows from it."""

from datetime import date, time
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client as Browser
from django.urls import reverse
from django.utils import translation

from crm.access.rights import Action, Scope
from crm.money.currencies import currency_choices
from crm.pages.testing import browser_of
from crm.pictures.testing import picture_file
from crm.ui.testing import assert_strict_html
from teams.models import Company, Grant, SpecialDay, User
from teams.selectors.company import country_choices, days_off, region_choices, time_zone_choices
from teams.services import save_company, take_after_company
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
EDIT = reverse("company:edit")
FORM: dict[str, Any] = {
    "name": "Vistula",
    "currency": "PLN",
    "language": "uk",
    "time_zone": "Europe/Warsaw",
    "country": "PL",
    "subdivision": "",
    "working_days": ["0", "1", "2", "3"],
    "day_starts": "08:00",
    "day_ends": "16:30",
    "special_days-TOTAL_FORMS": 0,
    "special_days-INITIAL_FORMS": 0,
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def day_row(number: int, day: str, **values: Any) -> dict[str, Any]:
    row = {"day": day, "name": "", **values}
    return {f"special_days-{number}-{name}": value for name, value in row.items()}


def shown(user: User, url: str = EDIT) -> str:
    response = browser_of(user).get(url)
    assert response.status_code == 200
    text = response.content.decode()
    assert_strict_html(text)
    return text


# Who may


def test_everybody_looks_and_only_the_grant_changes(cast: Cast) -> None:
    assert 'name="currency"' not in shown(cast.ann)
    assert 'name="currency"' in shown(cast.dana)
    assert browser_of(cast.ann).post(EDIT, FORM).status_code == 403
    with pytest.raises(PermissionDenied):
        save_company(Company.current(), actor=cast.ann)
    assert not Company.objects.exists()
    Grant.objects.create(role=cast.ann.role, record_type="teams.company", action=Action.CHANGE, scope=Scope.ALL)
    assert browser_of(cast.ann).post(EDIT, FORM).url == EDIT
    assert Company.current().name == "Vistula"


def test_the_history_is_for_those_who_may_change(cast: Cast) -> None:
    browser_of(cast.dana).post(EDIT, FORM)
    assert "Vistula" in shown(cast.dana, reverse("company:history"))
    assert browser_of(cast.ann).get(reverse("company:history")).status_code == 403


# The form


def test_the_company_is_saved_with_its_days_in_one_version(cast: Cast) -> None:
    sent = FORM | {"special_days-TOTAL_FORMS": 2} | day_row(0, "2030-05-02", name="Bridge") | day_row(1, "")
    assert browser_of(cast.dana).post(EDIT, sent).status_code == 302
    company = Company.current()
    assert (company.currency, company.country.code, company.working_days) == ("PLN", "PL", [0, 1, 2, 3])
    assert (company.day_starts, company.day_ends) == (time(8), time(16, 30))
    day = company.special_days.get()
    assert (day.day, day.name, day.is_working) == (date(2030, 5, 2), "Bridge", False)
    history: Any = Company.history  # type: ignore[attr-defined]
    version = history.get()
    assert version.history_user == cast.dana
    assert [row["name"] for row in version.parts["special_days"]] == ["Bridge"]


def test_a_special_day_is_changed_and_taken_away(cast: Cast) -> None:
    browser = browser_of(cast.dana)
    browser.post(EDIT, FORM | {"special_days-TOTAL_FORMS": 1} | day_row(0, "2030-05-02"))
    day = SpecialDay.objects.get()
    known = FORM | {"special_days-TOTAL_FORMS": 1, "special_days-INITIAL_FORMS": 1}
    browser.post(EDIT, known | day_row(0, "2030-05-02", id=day.pk, is_working="on"))
    assert SpecialDay.objects.get().is_working
    browser.post(EDIT, known | day_row(0, "2030-05-02", id=day.pk, DELETE="on"))
    assert not SpecialDay.objects.exists()


def test_days_of_the_past_stay_though_the_form_does_not_show_them(cast: Cast) -> None:
    old = SpecialDay(day=date(2001, 1, 1), name="Long ago")
    save_company(Company.current(), actor=cast.dana, special_days=[old])
    assert "Long ago" not in shown(cast.dana)
    assert browser_of(cast.dana).post(EDIT, FORM).status_code == 302
    assert SpecialDay.objects.get().name == "Long ago"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("currency", "XXX"),
        ("time_zone", "Europe/Atlantis"),
        ("country", "ZZ"),
        ("subdivision", "BY"),
        ("working_days", ["7"]),
        ("working_days", []),
        ("day_ends", "07:00"),
        ("language", "tlh"),
    ],
)
def test_values_that_are_no_choice_are_refused(cast: Cast, field: str, value: Any) -> None:
    assert browser_of(cast.dana).post(EDIT, FORM | {field: value}).status_code == 422
    assert not Company.objects.exists()
    with pytest.raises(ValidationError):
        save_company(Company(day_starts=time(9), day_ends=time(8)), actor=cast.dana)


def test_the_region_is_one_of_the_country_that_was_sent(cast: Cast) -> None:
    browser = browser_of(cast.dana)
    assert browser.post(EDIT, FORM | {"country": "DE", "subdivision": "BY"}).status_code == 302
    assert Company.current().subdivision == "BY"
    assert browser.post(EDIT, FORM | {"country": "PL", "subdivision": "BY"}).status_code == 422
    fragment = browser.get(reverse("company:regions"), {"country": "DE"}).content.decode()
    assert "Bayern" in fragment
    assert "<html" not in fragment
    assert "Bayern" not in browser.get(reverse("company:regions"), {"country": "PL"}).content.decode()
    assert browser.get(reverse("company:regions"), {"country": "'"}).status_code == 200


def test_choices_are_named_in_the_readers_language() -> None:
    assert ("UAH", "Ukrainian Hryvnia (UAH)") in currency_choices()
    with translation.override("uk"):
        assert dict(currency_choices())["UAH"].startswith("українська гривня")
    assert "DEM" not in dict(currency_choices())
    assert {"UTC", "Europe/Kyiv"} <= set(dict(time_zone_choices()))
    assert {"UA", "PL", "DE"} <= set(dict(country_choices()))
    assert ("BY", "Bayern") in region_choices("DE")
    assert region_choices("UA") == region_choices("ZZ") == []


# The logo


def test_the_logo_is_shown_to_everybody_at_an_address_that_stays(cast: Cast) -> None:
    mark, stranger = reverse("company:mark"), Browser()
    assert stranger.get(mark).status_code == 302
    assert stranger.get(mark).url.endswith(".svg")
    browser = browser_of(cast.dana)
    assert browser.post(EDIT, FORM | {"logo": picture_file()}).status_code == 302
    answer = stranger.get(mark)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert mark in stranger.get(reverse("account_login")).content.decode()
    # Saving the form again keeps it; the box takes it away.
    browser.post(EDIT, FORM)
    assert Company.current().picture
    browser.post(EDIT, FORM | {"logo-clear": "on"})
    assert not Company.current().picture


def test_what_is_no_picture_is_no_logo(cast: Cast) -> None:
    broken = picture_file()
    broken.file.write(b"no picture at all")  # type: ignore[union-attr]
    broken.file.seek(0)  # type: ignore[union-attr]
    assert browser_of(cast.dana).post(EDIT, FORM | {"logo": broken}).status_code == 422
    assert not Company.objects.exists()


# What follows


def test_days_off_are_those_of_the_country_and_our_own(cast: Cast) -> None:
    company = Company(country="PL")
    ours = [
        SpecialDay(day=date(2026, 5, 2), name="Bridge"),
        SpecialDay(day=date(2026, 11, 11), name="Stocktaking", is_working=True),
    ]
    save_company(company, actor=cast.dana, special_days=ours)
    (year, days), (following, _more) = days_off(company, date(2026, 7, 1))
    assert (year, following) == (2026, 2027)
    found = {one.day: (one.is_working, one.is_of_company) for one in days}
    assert found[date(2026, 5, 1)] == (False, False)
    assert found[date(2026, 5, 2)] == (False, True)
    assert found[date(2026, 11, 11)] == (True, True)


def test_new_people_take_language_and_time_zone_from_the_company(cast: Cast) -> None:
    save_company(Company(language="ru", time_zone="Europe/Warsaw"), actor=cast.dana)
    person = take_after_company(User(username="eva"))
    assert (person.language, person.time_zone) == ("ru", "Europe/Warsaw")
    sent = {"username": "eva", "email": "eva@porada.example", "usable_password": "false"}
    answer = browser_of(cast.dana).post(reverse("admin:teams_user_add"), sent)
    assert answer.status_code == 302
    assert User.objects.get(username="eva").time_zone == "Europe/Warsaw"


def test_the_admin_keeps_one_company_by_the_same_service(cast: Cast) -> None:
    browser = browser_of(cast.dana)
    assert browser.post(reverse("admin:teams_company_add"), FORM).status_code == 302
    history: Any = Company.history  # type: ignore[attr-defined]
    assert (Company.objects.get().pk, history.count()) == (1, 1)
    assert browser.get(reverse("admin:teams_company_add")).status_code == 403
    change = reverse("admin:teams_company_change", args=[1])
    assert browser.post(change, FORM | {"day_ends": "07:00"}).status_code == 200
    assert browser.post(change, FORM | {"name": "Oder"}).status_code == 302
    assert Company.current().name == "Oder"
    User.objects.filter(pk=cast.ann.pk).update(is_staff=True)
    assert browser_of(cast.ann).post(change, FORM).status_code == 403
