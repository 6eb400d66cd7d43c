"""Winning, giving a project later and reopening tell nothing and take nothing of a project that is out of reach."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from clients.tests.factories import make_client
from crm.access.rights import Action, forget_rights, hidden_fields
from crm.access.shares import share
from crm.access.writing import move_to_bin
from crm.pages.testing import browser_of, edit_of, form_of
from projects.models import Deal, Project
from projects.services import NewProject, ProjectFate, ProjectOutOfReach, give_project, reopen_deal, save_deal, win_deal
from projects.tests.factories import make_deal
from projects.tests.project_factories import make_full_project, make_project
from projects.winning import may_make_project
from teams.models import Company, FieldRule, User
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def stored(deal: Deal) -> Deal:
    return Deal.objects.select_related("project").get(pk=deal.pk)


def acme_deal(cast: Cast, **fields: Any) -> Deal:
    told = {"client": make_client(cast.ann, "Acme"), "amount": Decimal(500), "currency": "EUR"}
    return make_deal(cast.ann, "Portal", **(told | fields))


def won(cast: Cast) -> Deal:
    """With the project that ann's win made."""
    return win_deal(acme_deal(cast), actor=cast.ann, project=NewProject("Kestrel works"))


def with_project(deal: Deal, project: Project | None) -> Deal:
    linked = stored(deal)
    linked.project = project
    return linked


def let_change(deal: Deal, user: User, *, actor: User) -> None:
    share(deal, action=Action.CHANGE, actor=actor, with_user=user)


def rule(user: User, record_type: str, *fields: str, access: str = "hidden") -> None:
    for field in fields:
        FieldRule.objects.create(role=user.role, record_type=record_type, field=field, access=access)
    forget_rights(user)


def choices_of(user: User, url: str) -> list[str]:
    form = browser_of(user).get(url).context["form"]
    return [key for key, _label in form.fields["choice"].choices]


def test_the_link_to_a_project_out_of_sight_is_overwritten_by_nobody(cast: Cast) -> None:
    deal = won(cast)
    project = stored(deal).project
    let_change(deal, cast.cy, actor=cast.ann)
    cy, his = browser_of(cast.cy), make_project(cast.cy, "His", client=None)
    assert deal.url("make_project") not in cy.get(deal.get_absolute_url()).content.decode()
    assert not may_make_project(stored(deal), actor=cast.cy)
    sent = {"choice": "new", "name": "Mine", "version": stored(deal).version}
    assert cy.post(deal.url("make_project"), sent).status_code == 403
    for choice in (NewProject("Mine"), his):
        with pytest.raises(PermissionDenied):
            give_project(stored(deal), choice, actor=cast.cy)
    reopen_deal(stored(deal), actor=cast.ann)
    assert choices_of(cast.cy, deal.url("win")) == ["none"]
    assert choices_of(cast.ann, deal.url("win")) == ["new", "existing", "none"]
    for choice in (NewProject("Mine"), his):
        with pytest.raises(PermissionDenied):
            win_deal(stored(deal), actor=cast.cy, project=choice)
    assert cy.post(deal.url("win"), form_of(cy, deal.url("win"))).status_code == 302
    assert (stored(deal).state, stored(deal).project) == ("won", project)


def test_a_project_is_given_to_the_actor_alone_when_its_manager_is_not_his_to_name(cast: Cast) -> None:
    deal, other = acme_deal(cast), acme_deal(cast)
    fin = browser_of(cast.fin)
    sent = form_of(fin, deal.url("win"))
    assert fin.post(deal.url("win"), sent | {"manager": cast.bob.pk}).status_code == 302
    assert stored(deal).project.owner == cast.bob
    rule(cast.fin, "projects.project", "owner", access="read_only")
    assert "manager" not in fin.get(other.url("win")).context["form"].fields
    with pytest.raises(PermissionDenied):
        win_deal(stored(other), actor=cast.fin, project=NewProject("Portal", manager=cast.bob))
    sent = form_of(fin, other.url("win"))
    assert fin.post(other.url("win"), sent | {"manager": cast.bob.pk}).status_code == 302
    assert stored(other).project.owner == cast.fin


@pytest.mark.parametrize("field", ["amount", "currency"])
def test_the_amount_of_a_deal_that_is_hidden_stands_nowhere_as_a_budget(cast: Cast, field: str) -> None:
    project = make_full_project(cast.ann, "Nightingale", client=None)
    fin, shown = browser_of(cast.fin), (project.get_absolute_url(), reverse("projects:list"), project.url("edit"))
    assert any("1239876" in fin.get(url).content.decode() for url in shown)
    rule(cast.fin, "projects.deal", field)
    assert hidden_fields(cast.fin, Project) == {"budget_amount", "currency", "rates", "milestones.amount"}
    for url in (*shown, reverse("projects:part", args=[project.pk, "milestones"])):
        told = fin.get(url)
        assert told.status_code == 200
        assert not any(word in told.content.decode() for word in ("1239876", "1,239,876")), url
    deal = acme_deal(cast)
    assert edit_of(fin, project.url("edit"), name="By fin").status_code == 302
    assert fin.post(deal.url("win"), form_of(fin, deal.url("win"))).status_code == 302
    assert fin.post(reverse("projects:new"), form_of(fin, reverse("projects:new")) | {"name": "New"}).status_code == 302
    kept = dict(Project.objects.values_list("name", "budget_amount"))
    assert kept == {"By fin": 1239876, "Portal": None, "New": None}
    assert stored(deal).project.currency == Company.current().currency


def test_reopening_asks_for_no_project_that_is_hidden_or_out_of_sight(cast: Cast) -> None:
    deal = won(cast)
    fin = browser_of(cast.fin)
    assert "Kestrel works" in fin.get(deal.url("reopen")).content.decode()
    rule(cast.fin, "projects.deal", "project")
    told = fin.get(deal.url("reopen")).content.decode()
    assert "Kestrel works" not in told
    assert "What becomes of it?" not in told
    let_change(deal, cast.cy, actor=cast.ann)
    for user in (cast.fin, cast.cy):
        sent = {"version": stored(deal).version, "project": "bin"}
        assert browser_of(user).post(deal.url("reopen"), sent).status_code == 403
        with pytest.raises(PermissionDenied):
            reopen_deal(stored(deal), actor=user, fate=ProjectFate.BINNED)
    assert (stored(deal).state, stored(deal).project.is_deleted) == ("won", False)
    sent = {"version": stored(deal).version, "project": "keep"}
    assert fin.post(deal.url("reopen"), sent).status_code == 302
    assert (stored(deal).state, stored(deal).project.is_deleted) == ("open", False)


def test_a_win_tells_alike_of_its_old_project_out_of_sight_and_out_of_reach(cast: Cast) -> None:
    deal = won(cast)
    project = stored(deal).project
    reopen_deal(stored(deal), actor=cast.ann)
    save_deal(with_project(deal, None), actor=cast.ann)
    let_change(deal, cast.cy, actor=cast.ann)
    cy, told = browser_of(cast.cy), []
    for bin_it in (False, True):
        if bin_it:
            move_to_bin(project, actor=cast.ann)
        with pytest.raises(ProjectOutOfReach) as refused:
            win_deal(stored(deal), actor=cast.cy, project=NewProject("Mine"))
        told.append(str(refused.value))
        sent = form_of(cy, deal.url("win")) | {"choice": "new", "name": "Mine"}
        assert told[-1] in cy.post(deal.url("win"), sent, follow=True).content.decode()
    assert told[0] == told[1]
    assert (stored(deal).state, stored(deal).project) == ("open", None)
    win_deal(stored(deal), actor=cast.ann, project=NewProject("Portal"))
    assert (stored(deal).project, stored(deal).project.is_deleted) == (project, False)


def test_one_who_wins_a_deal_is_led_to_its_project_only_where_he_sees_it(cast: Cast) -> None:
    deal = won(cast)
    let_change(deal, cast.cy, actor=cast.ann)
    for user, leads_to in ((cast.cy, deal), (cast.ann, stored(deal).project)):
        reopen_deal(stored(deal), actor=cast.ann)
        browser = browser_of(user)
        answer = browser.post(deal.url("win"), form_of(browser, deal.url("win")))
        assert (answer.status_code, answer.headers["Location"]) == (302, leads_to.get_absolute_url())


def test_a_code_that_is_taken_out_of_sight_tells_of_no_other_codes(cast: Cast) -> None:
    for number in (1, 2, 3):
        make_project(cast.cy, "Hidden", code=f"HUSHCO-{number}")
    mine = make_project(cast.ann, "Mine", code="ACME-1")
    deal, ann = acme_deal(cast), browser_of(cast.ann)
    for url in (deal.url("win"), mine.url("edit"), reverse("projects:new")):
        sent = form_of(ann, url) | {"name": "Portal"}
        answers = [ann.post(url, sent | {"code": code}) for code in ("HUSHCO-1", "hushco-3")]
        assert [answer.status_code for answer in answers] == [422, 422]
        told = [answer.context["form"].errors["code"] for answer in answers]
        assert told == [["“HUSHCO-1” is taken. Choose another."], ["“hushco-3” is taken. Choose another."]], url
    seen = ann.post(deal.url("win"), form_of(ann, deal.url("win")) | {"code": "acme-1"})
    assert seen.context["form"].errors["code"] == ["“acme-1” is taken. “acme-2” is free."]


def test_a_code_that_is_not_the_winners_to_write_is_not_asked_of_him(cast: Cast) -> None:
    deal, fin = acme_deal(cast), browser_of(cast.fin)
    assert "code" in form_of(fin, deal.url("win"))
    rule(cast.fin, "projects.project", "code", access="read_only")
    sent = form_of(fin, deal.url("win"))
    assert "code" not in sent
    assert fin.post(deal.url("win"), sent | {"code": "MINE"}).status_code == 302
    assert stored(deal).project.code == "ACME-1"
    other = win_deal(acme_deal(cast), actor=cast.fin, project=NewProject("Portal", "MINE"))
    assert stored(other).project.code == "ACME-2"
