"""A deal is won and becomes a project: made once, kept or binned at reopening, never doubled."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from clients.tests.factories import make_client
from contacts.tests.factories import make_contact
from crm.access.rights import Action, forget_rights
from crm.access.shares import share
from crm.access.writing import StaleVersion, move_to_bin
from crm.notifications.models import Notification
from crm.outbox.testing import deliver_all
from crm.pages.testing import browser_of, form_of
from crm.timeline.reading import read_page
from crm.timeline.statements import Wanted
from projects.models import Deal, Project
from projects.services import (
    DealIsClosed,
    NewProject,
    ProjectFate,
    ProjectOfAnotherClient,
    ProjectOutOfReach,
    create_deal,
    give_project,
    reopen_deal,
    win_deal,
)
from projects.tests.factories import make_deal
from projects.tests.project_factories import make_project
from teams.models import FieldRule, Grant
from teams.tests.factories import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def stored(deal: Deal) -> Deal:
    return Deal.objects.select_related("project").get(pk=deal.pk)


def full_deal(cast: Cast, **fields: Any) -> Deal:
    person = make_contact(cast.ann, "Kovalenko")
    fields.setdefault("client", make_client(cast.ann, "Acme Works"))
    told = {"amount": Decimal(500), "currency": "EUR", "description": "All of it"}
    return make_deal(cast.ann, "Portal", contacts={person: "signs"}, **(told | fields))


def test_a_win_makes_a_project_that_carries_what_the_deal_says(cast: Cast) -> None:
    deal = full_deal(cast)
    win_deal(deal, actor=cast.ann, project=NewProject("Portal", manager=cast.bob))
    deliver_all()
    project = stored(deal).project
    assert project is not None
    assert (stored(deal).state, project.client, project.owner, project.team) == (
        "won",
        deal.client,
        cast.bob,
        deal.team,
    )
    assert (project.budget_amount, project.currency, project.description) == (500, "EUR", "All of it")
    assert [(row.contact.name, row.role) for row in project.contacts.all()] == [("Kovalenko", "signs")]
    assert (project.code, project.stage.name, project.moves.count()) == ("ACME-1", "Preparation", 1)
    for record in (deal, project, deal.client):
        told = [each.entry.event for each in read_page(record, cast.ann, Wanted()).told]
        assert told.count("deals.won") == 1, record
    assert [(notice.user, notice.kind) for notice in Notification.objects.all()] == [(cast.bob, "projects.managed")]


def test_a_wrong_win_is_reopened_in_one_step_and_its_project_kept_or_binned_and_never_doubled(cast: Cast) -> None:
    deal = full_deal(cast)
    win_deal(deal, actor=cast.ann, project=NewProject("Portal"))
    first = stored(deal).project
    for fate, is_deleted in ((ProjectFate.KEPT, False), (ProjectFate.BINNED, True)):
        reopen_deal(deal, actor=cast.ann, fate=fate)
        assert (stored(deal).state, Project.objects.get().is_deleted) == ("open", is_deleted)
        win_deal(deal, actor=cast.ann, project=NewProject("Portal again"))
        assert stored(deal).project == first
        assert (Project.objects.count(), Project.objects.get().is_deleted) == (1, False)


def test_a_code_that_was_taken_while_the_project_was_binned_gives_way(cast: Cast) -> None:
    deal = full_deal(cast)
    win_deal(deal, actor=cast.ann, project=NewProject("Portal", "ACME-1"))
    reopen_deal(deal, actor=cast.ann, fate=ProjectFate.BINNED)
    make_project(cast.ann, "Other", code="acme-1")
    win_deal(deal, actor=cast.ann, project=NewProject("Portal"))
    assert stored(deal).project.code == "ACME-2"


def test_the_project_of_a_deal_is_restored_by_those_who_may_and_by_nobody_else(cast: Cast) -> None:
    deal = full_deal(cast)
    win_deal(deal, actor=cast.ann, project=NewProject("Portal"))
    reopen_deal(deal, actor=cast.ann, fate=ProjectFate.BINNED)
    Grant.objects.filter(role=cast.fin.role, record_type="projects.project", action="delete").delete()
    with pytest.raises(ProjectOutOfReach):
        win_deal(deal, actor=cast.fin, project=NewProject("Portal"))
    win_deal(stored(deal), actor=cast.fin)
    assert (stored(deal).state, Project.objects.alive().count()) == ("won", 0)


def test_a_deal_is_linked_to_a_project_of_its_client_alone(cast: Cast) -> None:
    deal = full_deal(cast)
    running = make_project(cast.bob, client=deal.client)
    alien = make_project(cast.ann, "Other", client=make_client(cast.ann, "Globex"))
    hidden = make_project(cast.cy, "Hidden", client=None)
    with pytest.raises(ProjectOfAnotherClient):
        win_deal(deal, actor=cast.ann, project=alien)
    with pytest.raises(PermissionDenied):
        win_deal(deal, actor=cast.ann, project=hidden)
    win_deal(deal, actor=cast.ann, project=running)
    assert (stored(deal).project, Project.objects.count()) == (running, 3)
    assert [row.contact.name for row in running.contacts.all()] == ["Kovalenko"]
    reopen_deal(deal, actor=cast.ann, fate=ProjectFate.BINNED)
    running.refresh_from_db()
    assert not running.is_deleted


def test_without_the_right_to_add_projects_one_wins_without(cast: Cast) -> None:
    deal = full_deal(cast)
    Grant.objects.filter(record_type="projects.project", action="add").delete()
    forget_rights(cast.ann)
    with pytest.raises(PermissionDenied):
        win_deal(deal, actor=cast.ann, project=NewProject("Portal"))
    assert stored(deal).state == "open"
    form = browser_of(cast.ann).get(deal.url("win")).context["form"]
    assert [key for key, _label in form.fields["choice"].choices] == ["none"]
    win_deal(deal, actor=cast.ann)
    assert (stored(deal).state, Project.objects.count()) == ("won", 0)


def test_what_the_winner_does_not_see_goes_over_to_no_project(cast: Cast) -> None:
    deal = full_deal(cast, client=make_client(cast.cy, "His"))
    FieldRule.objects.create(role=cast.fin.role, record_type="projects.deal", field="amount", access="hidden")
    win_deal(deal, actor=cast.fin, project=NewProject("Portal"))
    project = stored(deal).project
    assert (project.budget_amount, project.client) == (None, None)


def test_the_page_of_a_win_asks_and_the_second_click_makes_no_second_project(cast: Cast) -> None:
    deal = full_deal(cast)
    ann = browser_of(cast.ann)
    sent = form_of(ann, deal.url("win"))
    assert (sent["choice"], sent["name"], sent["code"]) == ("new", "Portal", "ACME-1")
    first = ann.post(deal.url("win"), sent)
    project = Project.objects.get()
    assert first.headers["Location"] == project.get_absolute_url()
    again = ann.post(deal.url("win"), sent, follow=True).content.decode()
    assert "This deal is closed" in again
    assert Project.objects.count() == 1
    assert ann.get(deal.url("win")).status_code == 302


def test_a_code_that_is_typed_and_taken_is_told_and_one_that_was_proposed_gives_way(cast: Cast) -> None:
    make_project(cast.cy, "Hidden", code="ACME-1")
    deal = full_deal(cast)
    ann = browser_of(cast.ann)
    sent = form_of(ann, deal.url("win"))
    make_project(cast.cy, "Hidden too", code="KEEL")
    refused = ann.post(deal.url("win"), sent | {"code": "keel"})
    assert refused.status_code == 422
    assert "Hidden" not in refused.content.decode()
    assert ann.post(deal.url("win"), sent).status_code == 302
    assert stored(deal).project.code == "ACME-2"


def test_reopening_asks_for_the_project_only_when_the_win_made_it(cast: Cast) -> None:
    made, linked = full_deal(cast), full_deal(cast)
    win_deal(made, actor=cast.ann, project=NewProject("Portal"))
    win_deal(linked, actor=cast.ann, project=make_project(cast.ann, "Running", client=linked.client))
    ann = browser_of(cast.ann)
    assert made.url("reopen") in ann.get(made.get_absolute_url()).content.decode()
    assert "What becomes of it?" in ann.get(made.url("reopen")).content.decode()
    assert "What becomes of it?" not in ann.get(linked.url("reopen")).content.decode()
    assert ann.post(linked.url("reopen"), {"version": linked.version, "project": "bin"}).status_code == 403
    assert ann.post(made.url("reopen"), {"version": made.version, "project": "bin"}).status_code == 302
    assert Project.objects.get(made_of=made).is_deleted
    assert browser_of(cast.cy).get(made.url("reopen")).status_code == 404


def test_a_won_deal_without_a_project_is_given_one_from_its_card(cast: Cast) -> None:
    deal = full_deal(cast)
    ann = browser_of(cast.ann)
    assert ann.get(deal.url("make_project")).status_code == 403
    win_deal(deal, actor=cast.ann)
    assert deal.url("make_project") in ann.get(deal.get_absolute_url()).content.decode()
    assert browser_of(cast.cy).get(deal.url("make_project")).status_code == 404
    sent = form_of(ann, deal.url("make_project"))
    assert ann.post(deal.url("make_project"), sent).status_code == 302
    assert stored(deal).project.made_of == deal
    assert deal.url("make_project") not in ann.get(deal.get_absolute_url()).content.decode()
    with pytest.raises(StaleVersion):
        give_project(deal, NewProject("Twice"), actor=cast.ann)


def test_the_next_deal_on_a_project_knows_its_client_and_its_people(cast: Cast) -> None:
    deal = full_deal(cast)
    win_deal(deal, actor=cast.ann, project=NewProject("Portal"))
    project = stored(deal).project
    ann, new = browser_of(cast.ann), f"{reverse('deals:new')}?project={project.pk}"
    assert new in ann.get(project.get_absolute_url()).content.decode()
    sent = form_of(ann, new)
    assert (sent["project"], sent["client"]) == (project.pk, project.client_id)
    assert ann.post(new, sent | {"name": "More of it"}).status_code == 302
    more = Deal.objects.get(name="More of it")
    assert (more.project, more.client, more.contacts.get().contact.name) == (project, project.client, "Kovalenko")
    hidden = make_project(cast.cy, "Hidden")
    assert form_of(ann, f"{reverse('deals:new')}?project={hidden.pk}")["project"] == ""


def test_a_shared_deal_shows_no_project_out_of_sight(cast: Cast) -> None:
    deal = full_deal(cast)
    win_deal(deal, actor=cast.ann, project=NewProject("Kestrel works"))
    share(deal, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    told = browser_of(cast.cy).get(deal.get_absolute_url()).content.decode()
    assert "Kestrel works" not in told
    assert "a project you may not see" in told
    move_to_bin(stored(deal).project, actor=cast.ann)
    assert "Kestrel works" not in browser_of(cast.ann).get(deal.get_absolute_url()).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_who_win_the_same_deal_at_once_make_one_project() -> None:
    cast = make_cast()
    deal = full_deal(cast)
    barrier, outcomes = threading.Barrier(2), []

    def win(actor: Any) -> None:
        mine = Deal.objects.get(pk=deal.pk)
        barrier.wait()
        try:
            win_deal(mine, actor=actor, project=NewProject("Portal"))
            outcomes.append("won")
        except (StaleVersion, DealIsClosed):
            outcomes.append("late")
        finally:
            connection.close()

    people = [threading.Thread(target=win, args=[actor]) for actor in (cast.ann, cast.bob)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert sorted(outcomes) == ["late", "won"]
    assert (Project.objects.count(), stored(deal).moves.count()) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_two_projects_made_at_once_get_two_codes() -> None:
    cast = make_cast()
    deals = [full_deal(cast, client=None) for _each in range(2)]
    barrier = threading.Barrier(2)

    def win(deal: Deal) -> None:
        barrier.wait()
        try:
            win_deal(deal, actor=cast.ann, project=NewProject("Portal"))
        finally:
            connection.close()

    people = [threading.Thread(target=win, args=[deal]) for deal in deals]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert sorted(Project.objects.values_list("code", flat=True)) == ["P-0001", "P-0002"]


def test_an_imported_deal_may_name_its_project(cast: Cast) -> None:
    project = make_project(cast.ann)
    deal = create_deal(Deal(name="Old", owner=cast.ann, project=project), actor=cast.ann)
    assert stored(deal).project == project
