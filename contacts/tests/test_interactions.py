"""Interactions: logged, edited, deleted and restored, by the rules of the role."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from clients.models import Client
from clients.tests.factories import make_client
from contacts.models import Contact, Interaction
from contacts.services import Conversation, delete_interaction, edit_interaction, restore_interaction
from contacts.services.interactions import StaleInteraction, conversation_of
from contacts.tests.factories import log, make_contact
from crm.access.rights import Action, Scope, forget_rights
from crm.access.shares import share, withdraw
from crm.history.plain import PAGE_SIZE
from crm.pages.testing import browser_of
from crm.timeline.reading import read_page
from crm.timeline.statements import Wanted
from teams.models import Grant, User
from teams.tests.factories import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def texts_on(record: Any, reader: User) -> list[str]:
    told = read_page(record, reader, Wanted()).told
    return [each.loaded["interaction"].text for each in told if "interaction" in each.loaded]


def let(user: User, action: Action, scope: Scope) -> User:
    Grant.objects.filter(role=user.role, record_type="contacts.interaction", action=action).update(scope=scope)
    forget_rights(user)
    return user


def test_what_was_logged_stands_with_the_person_and_with_the_client(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    kovalenko = make_contact(cast.ann, at=acme)
    log(cast.ann, "Wants a quote", with_=[kovalenko])
    assert texts_on(kovalenko, cast.ann) == ["Wants a quote"]
    assert texts_on(acme, cast.bob) == ["Wants a quote"]


def test_what_nobody_sees_is_not_logged_on(cast: Cast) -> None:
    hidden = make_contact(cast.cy, "Hidden")
    with pytest.raises(PermissionDenied):
        log(cast.ann, "Spying", with_=[hidden])
    with pytest.raises(PermissionDenied):
        log(cast.ann, "Spying", with_=[make_contact(cast.ann), hidden])
    assert not Interaction.objects.exists()
    log(cast.cy, "Talking", with_=[hidden])
    assert texts_on(hidden, cast.cy) == ["Talking"]


def test_a_role_without_the_right_logs_nothing(cast: Cast) -> None:
    contact = make_contact(cast.ann)
    let(cast.ann, Action.ADD, Scope.NONE)
    with pytest.raises(PermissionDenied):
        log(cast.ann, "No", with_=[contact])
    let(cast.ann, Action.ADD, Scope.ALL)
    log(cast.ann, "Yes", with_=[contact])
    assert Interaction.objects.get().text == "Yes"


def test_own_words_are_edited_and_those_of_others_are_not(cast: Cast) -> None:
    contact = make_contact(cast.ann)
    said = log(cast.ann, "Wants a qoute", with_=[contact])
    said.text = "Wants a quote"
    with pytest.raises(PermissionDenied):
        edit_interaction(said, conversation_of(said), actor=cast.bob)
    edit_interaction(said, conversation_of(said), actor=cast.ann)
    assert texts_on(contact, cast.bob) == ["Wants a quote"]
    let(cast.bob, Action.CHANGE, Scope.ALL)
    said.text = "Wants two quotes"
    edit_interaction(said, conversation_of(said), actor=cast.bob)
    stored = Interaction.objects.get()
    assert (stored.text, stored.author, stored.version) == ("Wants two quotes", cast.ann, 3)
    assert list(Interaction.history.order_by("version").values_list("text", flat=True)) == [
        "Wants a qoute",
        "Wants a quote",
        "Wants two quotes",
    ]


def test_nobody_writes_over_what_he_has_not_read(cast: Cast) -> None:
    said = log(cast.ann, "One", with_=[make_contact(cast.ann)])
    mine, theirs = Interaction.objects.get(), Interaction.objects.get()
    theirs.text = "Theirs"
    edit_interaction(theirs, conversation_of(said), actor=cast.ann)
    mine.text = "Mine"
    with pytest.raises(StaleInteraction) as conflict:
        edit_interaction(mine, conversation_of(said), actor=cast.ann)
    assert conflict.value.current.text == "Theirs"


def test_an_edit_keeps_participants_whom_the_editor_does_not_see(cast: Cast) -> None:
    mine, hers = make_contact(cast.ann, "Mine"), make_contact(cast.cy, "Hers")
    share(mine, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    said = log(cast.cy, "Three of us", with_=[mine, hers])
    let(cast.ann, Action.CHANGE, Scope.ALL)
    said.text = "All three of us"
    edit_interaction(said, Conversation([mine]), actor=cast.ann)
    assert {one.name for one in conversation_of(said).people} == {"Mine", "Hers"}
    assert texts_on(hers, cast.cy) == ["All three of us"]


def test_an_edit_does_not_take_it_out_of_the_sight_of_its_editor(cast: Cast) -> None:
    acme, mine, theirs = make_client(cast.ann, "Acme"), make_contact(cast.ann, "Mine"), make_contact(cast.cy, "Theirs")
    share(theirs, action=Action.VIEW, actor=cast.cy, with_user=cast.ann)
    said = log(cast.ann, "Talked", with_=[mine, theirs], about=[acme])
    withdraw(theirs, action=Action.VIEW, actor=cast.cy, with_user=cast.ann)
    edit_interaction(said, Conversation(about=[acme]), actor=cast.ann)
    assert texts_on(acme, cast.ann) == ["Talked"]
    assert texts_on(theirs, cast.cy) == []
    restore_interaction(delete_interaction(said, actor=cast.ann), actor=cast.ann)
    assert texts_on(acme, cast.ann) == ["Talked"]
    assert {str(one) for one in (*conversation_of(said).people, *conversation_of(said).about)} == {"Theirs", "Acme"}


def test_what_was_said_about_a_record_out_of_sight_is_in_no_version(cast: Cast) -> None:
    shown, hidden = make_client(cast.ann, "Shown"), make_client(cast.ann, "Hidden")
    share(shown, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    said = log(cast.ann, "Vorskla secret", about=[hidden])
    for text in ("Harmless", "Quite harmless"):
        said.text = text
        edit_interaction(said, Conversation(about=[shown]), actor=cast.ann)
    address = reverse("interactions:detail", args=[said.pk])
    assert "Vorskla secret" in browser_of(cast.bob).get(address).content.decode()
    page = browser_of(cast.cy).get(address).content.decode()
    assert "Vorskla" not in page
    assert "Quite" in page


def test_older_versions_are_a_page_further(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    said = log(cast.ann, "The first words", about=[acme])
    for number in range(PAGE_SIZE):
        said.text = f"Words {number}"
        edit_interaction(said, Conversation(about=[acme]), actor=cast.ann)
    browser, address = browser_of(cast.ann), reverse("interactions:detail", args=[said.pk])
    newest = browser.get(address).context["page"]
    oldest = browser.get(f"{address}{newest.older_url}").context["page"]
    assert (len(newest.versions), len(oldest.versions), oldest.older_before) == (PAGE_SIZE, 1, None)
    assert browser.get(f"{address}?before=zz").context["page"] == newest


def test_a_deleted_interaction_is_on_no_timeline_until_it_is_restored(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    contact = make_contact(cast.ann, at=acme)
    said = log(cast.ann, "Nonsense", with_=[contact], about=[acme])
    with pytest.raises(PermissionDenied):
        delete_interaction(said, actor=cast.bob)
    delete_interaction(said, actor=cast.ann)
    assert texts_on(acme, cast.ann) == texts_on(contact, cast.ann) == []
    restore_interaction(said, actor=cast.ann)
    assert texts_on(acme, cast.ann) == texts_on(contact, cast.ann) == ["Nonsense"]


# Pages


def sent(**values: Any) -> dict[str, Any]:
    return {"kind": "call", "text": "Wants a quote", **values}


def new_url(record: Any = None) -> str:
    url = reverse("interactions:new")
    return f"{url}?on={record._meta.label_lower}:{record.pk}" if record else url


def test_two_fields_are_enough_on_the_page_of_a_client(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    answer = browser_of(cast.ann).post(new_url(acme), sent())
    assert answer.status_code == 302
    said = Interaction.objects.get()
    assert (said.author, said.direction, said.subject_id) == (cast.ann, "out", acme.pk)
    assert texts_on(acme, cast.ann) == ["Wants a quote"]


def test_htmx_gets_an_empty_box_and_the_timeline_hears_of_it(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    answer = browser_of(cast.ann).post(new_url(acme), sent(), headers={"HX-Request": "true"})
    assert answer.headers["HX-Trigger"] == "timeline-changed, tasks-changed"
    assert "Wants a quote" not in answer.content.decode()
    refused = browser_of(cast.ann).post(new_url(acme), sent(text=""), headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "HX-Trigger" not in refused.headers


def test_the_same_form_sent_twice_is_one_interaction(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    browser = browser_of(cast.ann)
    key = browser.get(new_url(acme)).context["form"]["submission"].value()
    for _time in range(2):
        assert browser.post(new_url(acme), sent(submission=key)).status_code == 302
    assert Interaction.objects.count() == 1


def test_other_words_in_a_form_that_was_sent_before_are_another_interaction(cast: Cast) -> None:
    acme, globex = make_client(cast.ann, "Acme"), make_client(cast.ann, "Globex")
    browser = browser_of(cast.ann)
    key = browser.get(new_url(acme)).context["form"]["submission"].value()
    browser.post(new_url(acme), sent(submission=key))
    browser.post(new_url(acme), sent(submission=key, text="Called again"))
    browser.post(new_url(globex), sent(submission=key))
    assert sorted(texts_on(acme, cast.ann)) == ["Called again", "Wants a quote"]
    assert texts_on(globex, cast.ann) == ["Wants a quote"]


def test_the_only_person_of_a_client_is_chosen_in_every_box(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    person = make_contact(cast.ann, at=acme)
    chosen = f'<option value="{person.pk}" selected'
    browser = browser_of(cast.ann)
    assert chosen in browser.get(acme.get_absolute_url()).content.decode()
    answer = browser.post(new_url(acme), sent(people=[str(person.pk)]), headers={"HX-Request": "true"})
    assert chosen in answer.content.decode()


def test_a_deletion_sent_twice_leads_to_where_it_can_be_taken_back(cast: Cast) -> None:
    said = log(cast.ann, about=[make_client(cast.ann, "Acme")])
    browser, url = browser_of(cast.ann), reverse("interactions:delete", args=[said.pk])
    assert browser.post(url).status_code == 302
    assert browser.post(url).url == reverse("interactions:detail", args=[said.pk])  # type: ignore[attr-defined]
    assert browser_of(cast.bob).post(url).status_code == 404


def test_an_author_does_not_bring_back_what_somebody_else_took_away(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    said = log(cast.ann, "Nonsense", about=[acme])
    let(cast.ann, Action.DELETE, Scope.OWN)
    delete_interaction(said, actor=cast.dana)
    browser, restore = browser_of(cast.ann), reverse("interactions:restore", args=[said.pk])
    assert restore not in browser.get(reverse("interactions:detail", args=[said.pk])).content.decode()
    assert browser.post(restore).status_code == 403
    assert texts_on(acme, cast.ann) == []
    restore_interaction(said, actor=cast.dana)
    delete_interaction(said, actor=cast.ann)
    assert restore in browser.get(reverse("interactions:detail", args=[said.pk])).content.decode()
    assert browser.post(restore).status_code == 302
    assert texts_on(acme, cast.ann) == ["Nonsense"]


def test_many_people_are_asked_for_at_once(cast: Cast, django_assert_max_num_queries: Any) -> None:
    people = [make_contact(cast.ann, f"Person {number}") for number in range(40)]
    said = log(cast.ann, with_=people)
    browser, url = browser_of(cast.ann), reverse("interactions:edit", args=[said.pk])
    with django_assert_max_num_queries(20):
        assert browser.get(url).status_code == 200
    strangers = [str(make_contact(cast.cy, f"Stranger {number}").pk) for number in range(40)]
    with django_assert_max_num_queries(20):
        assert browser.post(new_url(), sent(people=strangers)).status_code == 422


def test_an_edit_keeps_what_the_form_has_no_field_for(cast: Cast) -> None:
    acme, globex, initech = (make_client(cast.ann, name) for name in ("Acme", "Globex", "Initech"))
    said = log(cast.ann, "Both of you", about=[acme, globex])
    values = sent(client=str(initech.pk), read_version=1, when="")
    assert browser_of(cast.ann).post(reverse("interactions:edit", args=[said.pk]), values).status_code == 302
    assert [len(texts_on(one, cast.ann)) for one in (acme, globex, initech)] == [0, 1, 1]


def test_an_edit_without_a_time_keeps_the_one_there_is(cast: Cast) -> None:
    contact = make_contact(cast.ann)
    said = log(cast.ann, with_=[contact], at=timezone.now() - timedelta(days=40))
    values = sent(people=[str(contact.pk)], read_version=1, when="")
    assert browser_of(cast.ann).post(reverse("interactions:edit", args=[said.pk]), values).status_code == 302
    assert Interaction.objects.get().at == said.at


def test_yesterday_at_three_is_understood_and_nonsense_is_told_in_its_place(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    browser = browser_of(cast.ann)
    assert browser.post(new_url(acme), sent(when="yesterday 15:00")).status_code == 302
    assert Interaction.objects.get().at < Interaction.objects.get().created_at
    refused = browser.post(new_url(acme), sent(when="blah"))
    assert refused.status_code == 422
    assert refused.context["form"].errors.keys() == {"when"}
    assert "Wants a quote" in refused.content.decode()


def test_logging_from_anywhere_needs_somebody(cast: Cast) -> None:
    browser = browser_of(cast.ann)
    refused = browser.post(new_url(), sent())
    assert refused.status_code == 422
    contact = make_contact(cast.ann)
    assert browser.post(new_url(), sent(people=[str(contact.pk)])).status_code == 302
    assert texts_on(contact, cast.ann) == ["Wants a quote"]


@pytest.mark.parametrize("model", [Client, Contact])
def test_an_outsider_finds_no_page_of_an_interaction(cast: Cast, model: Any) -> None:
    record = make_client(cast.ann, "Acme") if model is Client else make_contact(cast.ann)
    said = log(
        cast.ann, "Secret", with_=[record] if model is Contact else [], about=[record] if model is Client else []
    )
    addresses = [reverse(f"interactions:{name}", args=[said.pk]) for name in ("detail", "edit", "delete")]
    for address in [*addresses, new_url(record)]:
        assert browser_of(cast.ann).get(address).status_code == 200
        assert browser_of(cast.cy).get(address).status_code == 404
    assert browser_of(cast.cy).post(reverse("interactions:restore", args=[said.pk])).status_code == 404
    assert browser_of(cast.bob).get(addresses[0]).status_code == 200
    assert browser_of(cast.bob).get(addresses[1]).status_code == 403


def test_people_out_of_sight_cannot_be_chosen(cast: Cast) -> None:
    hidden, mine = make_contact(cast.cy, "Hidden"), make_contact(cast.ann, "Mine")
    refused = browser_of(cast.ann).post(new_url(), sent(people=[str(hidden.pk)]))
    assert refused.context["form"].errors.keys() == {"people"}
    assert "Hidden" not in refused.content.decode()
    assert browser_of(cast.ann).post(new_url(), sent(people=[str(mine.pk)])).status_code == 302


def test_an_edit_of_an_older_version_shows_both_texts(cast: Cast) -> None:
    contact = make_contact(cast.ann)
    said = log(cast.ann, "One", with_=[contact])
    browser, url = browser_of(cast.ann), reverse("interactions:edit", args=[said.pk])
    values = sent(text="Mine", people=[str(contact.pk)], read_version=1, when="")
    assert browser.post(url, {**values, "text": "Theirs"}).status_code == 302
    conflict = browser.post(url, values)
    assert "Theirs" in conflict.content.decode()
    assert "Mine" in conflict.content.decode()
    again = {**values, "read_version": conflict.context["form"]["read_version"].value()}
    assert browser.post(url, again).status_code == 302
    assert Interaction.objects.get().text == "Mine"
