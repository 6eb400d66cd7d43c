"""The bell, the page of all and the settings, as ann's colleagues and strangers get them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients.models import Client
from clients.tests.factories import make_client
from contacts.tests.factories import make_contact
from crm.notifications.choices import Choice, choose, delivery_settings_of
from crm.notifications.models import DeliverySettings, MailChoice, Notification, Preference
from crm.notifications.registry import kinds
from crm.notifications.selectors import badge_of
from crm.notifications.tests.telling import NOTED, share_untold, silenced, tell, withdraw_from
from crm.pages.testing import browser_of
from crm.ui.testing import assert_strict_html
from teams.models import User
from teams.tests.factories import Cast, make_cast

LIST, BELL, LATEST = "/notifications/", "/notifications/bell/", "/notifications/latest/"
READ_ALL, SETTINGS = "/notifications/read-all/", "/notifications/settings/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def cast(db: None) -> Cast:
    silenced.clear()
    return make_cast()


@pytest.fixture
def acme(cast: Cast) -> Client:
    return make_client(cast.ann, "Vorskla")


def body(user: User, url: str, **headers: str) -> str:
    answer = browser_of(user).get(url, headers=headers)
    assert answer.status_code == 200, answer.status_code
    page = answer.content.decode()
    assert_strict_html(page)
    return page


def of(user: User) -> Notification:
    return Notification.objects.filter(user=user).latest("pk")


def test_the_bell_the_list_and_its_page_show_what_happened(cast: Cast, acme: Client) -> None:
    tell(acme, cast.bob, actor=cast.ann, data={"excerpt": "<b>Call</b>"})
    assert "1 unread" in body(cast.bob, BELL)
    for url in (LATEST, LIST):
        page = body(cast.bob, url)
        assert "ann noted Vorskla" in page
        assert "&lt;b&gt;Call&lt;/b&gt;" in page


def test_an_outsider_sees_nothing_of_it_even_after_he_did(cast: Cast, acme: Client) -> None:
    share_untold(acme, cast.cy, owner=cast.ann)
    tell(acme, cast.cy, actor=cast.ann)
    pages = (BELL, LATEST, LIST, f"{LIST}?unread")
    assert ["Vorskla" in body(cast.cy, url) for url in pages] == [False, True, True, True]
    assert "1 unread" in body(cast.cy, BELL)
    withdraw_from(acme, cast.cy, owner=cast.ann)
    for url in pages:
        page = body(cast.cy, url)
        assert ("Vorskla" in page, "ann noted" in page, "1 unread" in page) == (False, False, False)
    assert browser_of(cast.cy).get(f"{LIST}{of(cast.cy).pk}/open/").status_code == 404


@pytest.mark.parametrize(("page", "method"), [("open", "get"), ("read", "post"), ("unread", "post")])
def test_anothers_notification_is_not_found(cast: Cast, acme: Client, page: str, method: str) -> None:
    tell(acme, cast.bob, cast.fin, actor=cast.ann)
    url = f"{LIST}{of(cast.bob).pk}/{page}/"
    for other in (cast.ann, cast.fin, cast.cy, cast.dana):
        assert getattr(browser_of(other), method)(url).status_code == 404
    assert not of(cast.bob).is_read
    assert getattr(browser_of(cast.bob), method)(url).status_code == 302


def test_opening_marks_the_line_read_and_leads_on(cast: Cast, acme: Client) -> None:
    for actor in (cast.ann, cast.fin):
        tell(acme, cast.bob, actor=actor)
    answer = browser_of(cast.bob).get(f"{LIST}{of(cast.bob).pk}/open/")
    assert answer["Location"] == acme.get_absolute_url()
    assert badge_of(cast.bob).count == 0


def test_a_line_is_marked_in_place_with_scripts_and_by_a_page_without(cast: Cast, acme: Client) -> None:
    tell(acme, cast.bob, actor=cast.ann)
    browser, pk = browser_of(cast.bob), of(cast.bob).pk
    answer = browser.post(f"{LIST}{pk}/read/", headers=HTMX)
    assert answer["HX-Trigger"] == "notificationsChanged"
    assert (f"{LIST}{pk}/unread/" in answer.content.decode(), badge_of(cast.bob).count) == (True, 0)
    answer = browser.post(f"{LIST}{pk}/unread/")
    assert (answer["Location"], badge_of(cast.bob).count) == (LIST, 1)


def test_all_are_marked_read_but_those_the_page_did_not_show(cast: Cast, acme: Client) -> None:
    tell(acme, cast.bob, actor=cast.ann)
    shown = of(cast.bob).pk
    tell(acme, cast.bob, actor=cast.fin)
    browser = browser_of(cast.bob)
    for newest in ("", "x", "-1", "9" * 30, "²"):
        assert browser.post(READ_ALL, {"newest": newest}).status_code == 302
    assert badge_of(cast.bob).count == 2
    browser.post(READ_ALL, {"newest": shown})
    assert badge_of(cast.bob).count == 1
    assert "fin noted Vorskla" in body(cast.bob, f"{LIST}?unread")
    assert browser.get(READ_ALL).status_code == 405


def test_a_bell_that_shows_it_already_is_left_as_it_is(cast: Cast, acme: Client) -> None:
    tell(acme, cast.bob, actor=cast.ann)
    state, browser = badge_of(cast.bob).state, browser_of(cast.bob)
    assert browser.get(BELL, {"state": state}).status_code == 204
    tell(acme, cast.bob, actor=cast.fin)
    assert browser.get(BELL, {"state": state}).status_code == 200


def test_strange_addresses_are_answered(cast: Cast, acme: Client) -> None:
    tell(acme, cast.bob, actor=cast.ann)
    for query in ("before=", "before=x", "before=-1", f"before={'9' * 40}", "before=0"):
        assert browser_of(cast.bob).get(f"{LIST}?{query}").status_code == 200
    assert browser_of(cast.bob).get(f"{LIST}{'9' * 18}/open/").status_code == 404


def queries_of(user: User, url: str) -> int:
    browser = browser_of(user)
    browser.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(url).status_code == 200
    return len(queries)


def test_the_bell_costs_a_page_nothing_and_itself_three_queries(cast: Cast, acme: Client) -> None:
    assert queries_of(cast.bob, "/keyboard/") == 2
    for record in (acme, make_contact(cast.ann, "Nightingale")):
        for actor in (cast.ann, cast.fin):
            tell(record, cast.bob, actor=actor)
    assert queries_of(cast.bob, "/keyboard/") == 2
    assert queries_of(cast.bob, BELL) == 3
    assert queries_of(cast.bob, LATEST) == 5
    assert queries_of(cast.bob, LIST) == 5
    assert queries_of(cast.bob, SETTINGS) <= 6


def test_without_scripts_the_bell_is_a_link(cast: Cast) -> None:
    page = body(cast.bob, "/keyboard/")
    assert f'href="{LIST}" data-bell-button' in page
    assert "data-bell" not in Browser().get("/account/login/").content.decode()


def chosen(**changed: Any) -> dict[str, Any]:
    """What the settings send; boxes that are not named are off."""
    mails = {f"mail-{kind.key}": "never" for kind in kinds()}
    return {**mails, "quiet_from": "", "quiet_until": "", "digest_hour": "8", **changed}


def test_what_a_person_chooses_holds_for_him_alone(cast: Cast, acme: Client) -> None:
    sent = chosen(**{f"mail-{NOTED}": "daily", "quiet_from": "22:00", "quiet_until": "07:30", "digest_hour": "18"})
    assert browser_of(cast.bob).post(SETTINGS, sent).status_code == 302
    choice, delivery = Preference.objects.get(user=cast.bob, kind=NOTED), DeliverySettings.objects.get()
    assert (choice.is_in_product, choice.mail) == (False, MailChoice.DAILY)
    assert (delivery.user, str(delivery.quiet_hours), delivery.digest_hour) == (
        cast.bob,
        "(datetime.time(22, 0), datetime.time(7, 30))",
        18,
    )
    page = body(cast.bob, SETTINGS)
    assert 'value="22:00"' in page
    tell(acme, cast.bob, cast.fin, actor=cast.ann)
    assert (badge_of(cast.bob).count, badge_of(cast.fin).count) == (0, 1)


def test_what_agrees_with_the_proposal_is_not_kept(cast: Cast) -> None:
    browser_of(cast.bob).post(SETTINGS, chosen(**{f"product-{NOTED}": "on"}))
    assert not Preference.objects.filter(user=cast.bob, kind=NOTED).exists()


def test_what_cannot_be_is_refused_with_a_sentence(cast: Cast) -> None:
    browser = browser_of(cast.bob)
    half = browser.post(SETTINGS, chosen(quiet_from="22:00"))
    assert (half.status_code, "Quiet hours need both times." in half.content.decode()) == (422, True)
    for wrong in ({f"mail-{NOTED}": "hourly"}, {"digest_hour": "24"}, {"quiet_from": "25:00"}):
        assert browser.post(SETTINGS, chosen(**wrong)).status_code == 422
    assert not Preference.objects.exists()
    assert not DeliverySettings.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_choices_that_are_sent_twice_are_kept_once() -> None:
    ann = make_cast().ann
    wanted = {kind.key: Choice(False, MailChoice.NEVER) for kind in kinds()}
    begin = Barrier(4)

    def work() -> int:
        begin.wait(10)
        try:
            choose(ann, wanted, delivery_settings_of(ann))
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(each.result(30) for each in [pool.submit(work) for _time in range(4)]) == 4
    assert Preference.objects.filter(user=ann).count() == len(wanted)
