"""Records in the Django admin: no more in sight there than on the product's own pages."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.models import Client
from clients.tests.factories import make_client
from contacts.tests.factories import make_contact
from crm.access.rights import Action, Scope
from crm.access.writing import change_record
from teams.models import Grant, User
from teams.tests.factories import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody may enter the admin: what they see there is what the tests ask."""
    cast = make_cast()
    User.objects.update(is_staff=True)
    return cast


@pytest.fixture(params=[make_client, make_contact], ids=["client", "contact"])
def record(request: pytest.FixtureRequest, cast: Cast) -> Any:
    return request.param(cast.ann, "Acme", phones=("+380440123456",))


@pytest.fixture
def others(cast: Cast, record: Any) -> Any:
    make = make_client if isinstance(record, Client) else make_contact
    return make(cast.cy, "Elsewhere")


def page(record: Any, name: str) -> str:
    meta = record._meta
    arguments = [] if name in {"changelist", "add"} else [record.pk]
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=arguments)


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="teams.backends.SignInBackend")
    return browser


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def filled(browser: Browser, record: Any, **changes: Any) -> dict[str, Any]:
    """What the shown form would send."""
    form = browser.get(page(record, "change")).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def stored(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


# Who comes in


def test_nobody_comes_in_without_signing_in(cast: Cast, record: Any) -> None:
    for name in ("changelist", "add", "change", "delete", "history"):
        response = Browser().get(page(record, name), follow=False)
        assert response.status_code == 302
        assert reverse("admin:login") in response["Location"]
    response = Browser().get(reverse("admin:login") + "?next=/admin/")
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_only_staff_comes_in(cast: Cast, record: Any) -> None:
    assert browser_of(cast.ann).get(page(record, "changelist")).status_code == 200
    User.objects.filter(pk=cast.ann.pk).update(is_staff=False)
    response = browser_of(User.objects.get(pk=cast.ann.pk)).get(page(record, "changelist"), follow=True)
    assert response.status_code == 403


def test_staff_finds_only_what_the_role_gives(cast: Cast) -> None:
    apps = {app["app_label"] for app in browser_of(cast.ann).get("/admin/").context["app_list"]}
    assert apps == {"clients", "contacts", "projects", "tasks"}
    Grant.objects.filter(record_type="contacts.contact").delete()
    apps = {app["app_label"] for app in browser_of(cast.ann).get("/admin/").context["app_list"]}
    assert apps == {"clients", "projects", "tasks"}
    apps = {app["app_label"] for app in browser_of(cast.dana).get("/admin/").context["app_list"]}
    assert {"clients", "contacts", "teams"} <= apps


def test_staff_does_not_reach_users_and_roles(cast: Cast) -> None:
    for name in ("user", "role", "team"):
        address = reverse(f"admin:teams_{name}_changelist")
        assert browser_of(cast.ann).get(address).status_code == 403
        assert browser_of(cast.dana).get(address).status_code == 200


# What is in sight


def test_the_list_holds_what_is_visible(cast: Cast, record: Any, others: Any) -> None:
    for reader in (cast.ann, cast.bob):
        listed = text(browser_of(reader).get(page(record, "changelist")))
        assert "Acme" in listed
        assert "Elsewhere" not in listed
    listed = text(browser_of(cast.cy).get(page(record, "changelist")))
    assert "Acme" not in listed
    assert "Elsewhere" in listed


def test_an_invisible_record_answers_as_one_that_does_not_exist(cast: Cast, record: Any, others: Any) -> None:
    missing = type(record)(pk=uuid4())
    for name in ("change", "delete", "history"):
        assert text(browser_of(cast.ann).get(page(record, name), follow=True))
        hints = []
        for one in (others, missing):
            answer = browser_of(cast.ann).get(page(one, name))
            assert answer.status_code == 302
            hints.append(said(answer).replace(str(one.pk), ""))
        assert hints[0] == hints[1] != ""


def test_the_search_finds_what_is_visible(cast: Cast, record: Any, others: Any) -> None:
    found = text(browser_of(cast.ann).get(page(record, "changelist"), {"q": "acme"}))
    assert f"{record.pk}" in found
    found = text(browser_of(cast.cy).get(page(record, "changelist"), {"q": "acme"}))
    assert f"{record.pk}" not in found


def test_a_reader_sees_the_record_and_cannot_change_it(cast: Cast, record: Any) -> None:
    Grant.objects.filter(role=cast.bob.role, action=Action.CHANGE).update(scope=Scope.OWN)
    shown = text(browser_of(cast.bob).get(page(record, "change")))
    assert "Acme" in shown
    assert 'name="_save"' not in shown
    assert browser_of(cast.bob).post(page(record, "change"), {"name": "Beta"}).status_code == 403
    assert 'name="_save"' in text(browser_of(cast.ann).get(page(record, "change")))


# Hidden fields

HIDDEN_TAX_ID = "12345678"


@pytest.fixture
def taxed(cast: Cast) -> Client:
    return make_client(cast.ann, "Taxed", tax_id=HIDDEN_TAX_ID)


def test_a_hidden_field_is_neither_in_the_list_nor_on_the_form(cast: Cast, taxed: Client) -> None:
    for name in ("changelist", "change", "history", "delete"):
        assert HIDDEN_TAX_ID not in text(browser_of(cast.fin).get(page(taxed, name), follow=True)), name
    assert HIDDEN_TAX_ID in text(browser_of(cast.ann).get(page(taxed, "changelist")))
    assert HIDDEN_TAX_ID in text(browser_of(cast.ann).get(page(taxed, "change")))


def test_a_hidden_field_does_not_find_the_record(cast: Cast, taxed: Client) -> None:
    assert f"{taxed.pk}" in text(browser_of(cast.ann).get(page(taxed, "changelist"), {"q": HIDDEN_TAX_ID}))
    assert f"{taxed.pk}" not in text(browser_of(cast.fin).get(page(taxed, "changelist"), {"q": HIDDEN_TAX_ID}))
    assert f"{taxed.pk}" in text(browser_of(cast.fin).get(page(taxed, "changelist"), {"q": "taxed"}))


@pytest.mark.parametrize(
    "condition",
    [
        {"tax_id": HIDDEN_TAX_ID},
        {"tax_id__startswith": "1"},
        {"phones__typed__contains": "380"},
        {"search_doc__contains": HIDDEN_TAX_ID},
        {"owner__password__startswith": "a"},
        {"parent__tax_id__startswith": "1"},
        {"custom__a": "1"},
    ],
)
def test_no_condition_in_the_address_spells_a_value_out(cast: Cast, taxed: Client, condition: dict[str, str]) -> None:
    browser = browser_of(cast.fin)
    assert browser.get(page(taxed, "changelist"), condition).status_code == 400
    assert f"{taxed.pk}" in text(browser.get(page(taxed, "changelist"), {"status__exact": "lead"}))


def test_a_hidden_field_is_not_written(cast: Cast, taxed: Client) -> None:
    browser = browser_of(cast.fin)
    answer = browser.post(page(taxed, "change"), filled(browser, taxed, name="Renamed", tax_id="", country=""))
    assert answer.status_code == 302
    after = stored(taxed)
    assert (after.name, after.tax_id) == ("Renamed", HIDDEN_TAX_ID)


# Writes


def name_field(record: Any) -> str:
    return "name" if isinstance(record, Client) else "last_name"


def test_a_save_writes_a_version_by_its_author_and_keeps_the_parts(cast: Cast, record: Any) -> None:
    browser = browser_of(cast.bob)
    answer = browser.post(page(record, "change"), filled(browser, record, **{name_field(record): "Beta"}))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    after = stored(record)
    assert (after.name, after.version, after.phones.count(), after.owner) == ("Beta", 2, 1, cast.ann)
    version = after.history.first()
    assert (version.history_user, version.name) == (cast.bob, "Beta")


def test_a_new_record_is_created_by_the_service(cast: Cast, record: Any) -> None:
    browser = browser_of(cast.bob)
    form = browser.get(page(record, "add")).context["adminform"].form
    values = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    answer = browser.post(page(record, "add"), {**values, name_field(record): "Newcomer"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    made = type(record).objects.get(name="Newcomer")
    assert made.owner == cast.bob
    assert made.history.get().history_user == cast.bob


def test_nobody_adds_without_a_grant(cast: Cast, record: Any) -> None:
    Grant.objects.filter(action=Action.ADD).delete()
    assert browser_of(cast.bob).get(page(record, "add")).status_code == 403
    assert browser_of(cast.dana).get(page(record, "add")).status_code == 200


def test_an_old_form_does_not_overwrite_a_newer_save(cast: Cast, record: Any) -> None:
    browser = browser_of(cast.bob)
    old = filled(browser, record, **{name_field(record): "Beta"})
    newer = stored(record)
    newer.city = "Lviv"
    change_record(newer, actor=cast.ann)
    answer = browser.post(page(record, "change"), old)
    assert answer.status_code == 302
    assert "Somebody saved this record" in said(answer)
    assert (stored(record).city, stored(record).name) == ("Lviv", "Acme")


def test_deleting_moves_to_the_recycle_bin(cast: Cast, record: Any) -> None:
    assert browser_of(cast.bob).post(page(record, "delete"), {"post": "yes"}).status_code == 302
    after = stored(record)
    assert after.is_deleted
    assert after.phones.count() == 1
    assert after.history.first().history_user == cast.bob


def delete_selected(user: User, *records: Any) -> Any:
    sent = {"action": "delete_selected", "_selected_action": [str(one.pk) for one in records], "post": "yes"}
    return browser_of(user).post(page(records[0], "changelist"), sent)


def test_deleting_many_moves_them_to_the_recycle_bin(cast: Cast, record: Any, others: Any) -> None:
    delete_selected(cast.bob, record, others)
    assert stored(record).is_deleted
    assert stored(record).history.first().history_user == cast.bob
    assert not stored(others).is_deleted


def test_who_may_not_delete_does_not_delete_many(cast: Cast, record: Any) -> None:
    Grant.objects.filter(role=cast.bob.role, action=Action.DELETE).update(scope=Scope.OWN)
    delete_selected(cast.bob, record)
    assert browser_of(cast.bob).post(page(record, "delete"), {"post": "yes"}).status_code == 403
    assert not stored(record).is_deleted
    delete_selected(cast.ann, record)
    assert stored(record).is_deleted


# Choices of other records


def test_an_invisible_parent_is_neither_offered_nor_accepted(cast: Cast) -> None:
    mine, theirs = make_client(cast.ann, "Mine"), make_client(cast.cy, "Theirs")
    sibling = make_client(cast.ann, "Sibling")
    browser = browser_of(cast.ann)
    shown = text(browser.get(page(mine, "change")))
    assert "Theirs" not in shown
    assert "Sibling" in shown
    browser.post(page(mine, "change"), filled(browser, mine, parent=str(theirs.pk)))
    assert stored(mine).parent is None
    browser.post(page(mine, "change"), filled(browser, mine, parent=str(sibling.pk)))
    assert stored(mine).parent == sibling


def test_an_invisible_parent_is_kept_and_not_shown(cast: Cast) -> None:
    theirs = make_client(cast.cy, "Theirs")
    mine = make_client(cast.ann, "Mine", parent=theirs)
    browser = browser_of(cast.ann)
    assert "Theirs" not in text(browser.get(page(mine, "change")))
    Grant.objects.filter(action=Action.CHANGE).delete()
    assert "Theirs" not in text(browser_of(cast.bob).get(page(mine, "change")))
    assert "Theirs" in text(browser_of(cast.dana).get(page(mine, "change")))


def test_the_log_of_the_admin_does_not_tell_that_a_hidden_field_changed(cast: Cast, record: Any) -> None:
    dana = browser_of(cast.dana)
    hidden = {"tax_id": "12345678"} if isinstance(record, Client) else {"birthday": "1990-05-17"}
    sent = filled(dana, record, **hidden)
    assert dana.post(page(record, "change"), sent).status_code == 302
    response = browser_of(cast.fin).get(page(record, "history"), follow=True)
    assert "Tax id" not in text(response)
    assert "Birthday" not in text(response)
    assert response.redirect_chain == [(record.url("history"), 302)]
    assert str(record.pk) not in browser_of(cast.cy).get(page(record, "history"))["Location"]


# Cost


def test_the_list_costs_the_same_with_many_rows_and_counts_no_further_than_the_cap(
    cast: Cast, record: Any, settings: Any
) -> None:
    browser = browser_of(cast.ann)
    browser.get(page(record, "changelist"))

    def queries() -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            browser.get(page(record, "changelist"))
        return [query["sql"] for query in captured]

    few = queries()
    model = type(record)
    model.objects.bulk_create(model(name=f"n{number}", owner=cast.ann) for number in range(60))
    many = queries()
    assert len(many) == len(few) <= 15
    counts = [sql for sql in many if "COUNT(*)" in sql]
    assert counts
    assert all("LIMIT 10000" in sql for sql in counts)
