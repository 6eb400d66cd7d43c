"""The exchange rates of the company: who keeps them, what is refused, who wrote what when."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from crm.access.rights import Action, Scope
from crm.money.models import ExchangeRate
from crm.pages.testing import browser_of
from teams.models import Company, Grant, User
from teams.services import RateChanged, delete_rate, save_company, save_rate
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
LIST = reverse("company:rates")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def keeper(cast: Cast) -> User:
    Grant.objects.create(role=cast.fin.role, record_type="teams.company", action=Action.CHANGE, scope=Scope.ALL)
    return cast.fin


def sent(**changes: Any) -> dict[str, Any]:
    return {"currency": "USD", "rate": "41.25", "day": timezone.localdate().isoformat(), **changes}


def test_whoever_keeps_the_company_keeps_the_rates_and_nobody_else_looks(cast: Cast, keeper: User) -> None:
    browser = browser_of(keeper)
    assert browser.post(LIST, sent()).status_code == 302
    stored = ExchangeRate.objects.get()
    assert (stored.currency, stored.base, stored.rate) == ("USD", "UAH", Decimal("41.25"))
    page = browser.get(LIST).content.decode()
    assert "1 USD = 41.25 UAH" in page
    assert "Exchange rates" in browser.get(reverse("company:edit")).content.decode()
    one = reverse("company:rate", args=[stored.pk])
    for url in (LIST, one, reverse("company:rate_delete", args=[stored.pk])):
        assert browser_of(cast.ann).get(url).status_code == 403
        assert browser_of(cast.ann).post(url, sent(rate="1")).status_code == 403
    assert "Exchange rates" not in browser_of(cast.ann).get(reverse("company:edit")).content.decode()
    with pytest.raises(PermissionDenied):
        save_rate(stored, actor=cast.ann)
    assert ExchangeRate.objects.get().rate == Decimal("41.25")


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity", "1e30", "0.000000001", ""])
def test_a_rate_that_is_none_is_refused_in_its_place(keeper: User, rate: str) -> None:
    answer = browser_of(keeper).post(LIST, sent(rate=rate))
    assert answer.status_code == 422
    assert answer.context["form"].errors["rate"]
    assert not ExchangeRate.objects.exists()


def test_a_currency_has_one_rate_a_day_and_the_companys_own_has_none(keeper: User) -> None:
    browser = browser_of(keeper)
    browser.post(LIST, sent())
    double = browser.post(LIST, sent(rate="50"))
    assert double.status_code == 422
    assert "has a rate of this day already" in double.content.decode()
    assert browser.post(LIST, sent(currency="UAH")).status_code == 422
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    assert browser.post(LIST, sent(day=yesterday)).status_code == 302
    assert ExchangeRate.objects.count() == 2


def test_the_history_tells_who_changed_a_rate_and_an_old_page_overwrites_nothing(cast: Cast, keeper: User) -> None:
    rate = save_rate(ExchangeRate(currency="USD", rate=Decimal(40), day=timezone.localdate()), actor=cast.dana)
    browser, url = browser_of(keeper), reverse("company:rate", args=[rate.pk])
    read = browser.get(url).context["form"].initial["read_version"]
    assert browser.post(url, sent(rate="42", read_version=read)).status_code == 302
    stale = browser.post(url, sent(rate="43", read_version=read))
    assert stale.status_code == 422
    assert "Somebody changed this rate" in stale.content.decode()
    assert ExchangeRate.objects.get().rate == 42
    page = browser.get(url).content.decode()
    assert "dana" in page
    assert "fin" in page
    browser.post(reverse("company:rate_delete", args=[rate.pk]))
    assert not ExchangeRate.objects.exists()
    assert "deleted" in browser.get(LIST).content.decode()
    with pytest.raises(RateChanged):
        delete_rate(rate, actor=keeper)


def test_rates_stay_in_the_currency_that_the_company_had(cast: Cast, keeper: User) -> None:
    rate = save_rate(ExchangeRate(currency="USD", rate=Decimal(40), day=timezone.localdate()), actor=cast.dana)
    company = Company.current()
    company.currency = "EUR"
    save_company(company, actor=cast.dana)
    assert "a former currency of the company" in browser_of(keeper).get(LIST).content.decode()
    browser_of(keeper).post(reverse("company:rate", args=[rate.pk]), sent(rate="41"))
    rate.refresh_from_db()
    assert (rate.base, rate.rate) == ("UAH", 41)
    browser_of(keeper).post(LIST, sent(rate="0.9"))
    assert set(ExchangeRate.objects.values_list("base", "rate")) == {("UAH", 41), ("EUR", Decimal("0.9"))}


def test_the_admin_writes_rates_through_the_services(cast: Cast) -> None:
    browser, add = browser_of(cast.dana), reverse("admin:money_exchangerate_add")
    assert browser.post(add, sent()).status_code == 302
    rate = ExchangeRate.objects.get()
    assert rate.base == "UAH"
    change = reverse("admin:money_exchangerate_change", args=[rate.pk])
    read = browser.get(change).context["adminform"].form.initial["read_version"]
    assert browser.post(change, sent(rate="42", read_version=read)).status_code == 302
    assert browser.post(change, sent(rate="43", read_version=read)).status_code == 302
    assert ExchangeRate.objects.get().rate == 42
    browser.post(reverse("admin:money_exchangerate_delete", args=[rate.pk]), {"post": "yes"})
    written = ExchangeRate.history.values_list("history_type", "history_user__username")
    assert sorted(written) == [("+", "dana"), ("-", "dana"), ("~", "dana")]
