"""The directory and the profiles: what everybody sees, and what only some do."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from crm.access.registry import record_model_of
from crm.access.rights import Action, Scope
from crm.access.shares import share
from crm.pages.testing import without_ids
from crm.ui.testing import assert_strict_html
from teams.models import Absence, AbsenceKind, Skill, Team, User
from teams.tests.factories import Cast, RoleFactory, TeamFactory, UserFactory, grant_people, join, make_cast

pytestmark = pytest.mark.django_db
NOTE = "knee surgery"
Client: Any = record_model_of("clients.client")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def boss(cast: Cast) -> User:
    """Manages the people of ann's team."""
    return join(UserFactory(username="boss", role=grant_people(RoleFactory(rank=50), Scope.TEAM)), cast.ann.teams.get())


def browser_of(reader: User) -> Browser:
    browser = Browser()
    browser.force_login(reader)
    return browser


def get(reader: User, name: str, *args: Any, **query: Any) -> Any:
    return browser_of(reader).get(reverse(f"people:{name}", args=args), query)


def html_of(reader: User, name: str, *args: Any, **query: Any) -> str:
    response = get(reader, name, *args, **query)
    assert response.status_code == 200
    html: str = response.content.decode()
    assert_strict_html(html)
    return html


def names_on(response: Any) -> set[str]:
    return {person.username for person in response.context["people"]}


def away(person: User, *, until: int = 3, kind: AbsenceKind = AbsenceKind.SICK) -> Absence:
    today = timezone.localdate()
    return Absence.objects.create(
        user=person, kind=kind, starts=today, ends=today + timedelta(days=until), note=NOTE, entered_by=person
    )


# The directory


def test_everybody_finds_every_colleague_with_his_phone_and_team(cast: Cast) -> None:
    User.objects.filter(pk=cast.ann.pk).update(phone="+380441234567", first_name="Ann", last_name="Whitlock")
    cast.ann.memberships.update(position="Envoy")
    html = html_of(cast.cy, "list")
    for told in ("Ann Whitlock", "+380 44 123 4567", "ann@porada.example", "North", "Envoy", "sales manager"):
        assert told in html


@pytest.mark.parametrize(
    "query", [{"q": "whit"}, {"q": "ann@por"}, {"q": "123 45"}, {"q": "WHIT ann"}, {"team": "North"}, {"skill": "Go"}]
)
def test_the_directory_is_searched_and_narrowed(cast: Cast, query: dict[str, str]) -> None:
    cast.bob.memberships.all().delete()
    cast.fin.memberships.all().delete()
    User.objects.filter(pk=cast.ann.pk).update(phone="+380441234567", first_name="Ann", last_name="Whitlock")
    skill = Skill.objects.create(name="Go")
    cast.ann.skills.create(skill=skill, level=3)
    query = {
        name: str({"North": Team.objects.get(name="North").pk, "Go": skill.pk}.get(value, value))
        for name, value in query.items()
    }
    assert names_on(get(cast.cy, "list", **query)) == {"ann"}


def test_a_team_in_the_filter_means_the_teams_below_it_too(cast: Cast) -> None:
    top = TeamFactory(name="Top")
    Team.objects.filter(name="South").update(parent=top)
    assert names_on(get(cast.ann, "list", team=top.pk)) == {"cy"}


def test_a_skill_is_looked_for_from_a_level_on(cast: Cast) -> None:
    skill = Skill.objects.create(name="Go")
    cast.ann.skills.create(skill=skill, level=2)
    cast.bob.skills.create(skill=skill, level=4)
    assert names_on(get(cast.cy, "list", skill=skill.pk)) == {"ann", "bob"}
    assert names_on(get(cast.cy, "list", skill=skill.pk, level=3)) == {"bob"}


def test_who_is_away_today_is_found(cast: Cast) -> None:
    away(cast.bob)
    Absence.objects.create(user=cast.ann, starts=date(2020, 1, 1), ends=date(2020, 1, 5), entered_by=cast.ann)
    assert names_on(get(cast.cy, "list", away="on")) == {"bob"}


def test_a_filter_that_cannot_be_read_narrows_nothing(cast: Cast) -> None:
    everybody = names_on(get(cast.ann, "list"))
    assert names_on(get(cast.ann, "list", team="x", role="999999", skill="0", level="9", page="-1")) == everybody
    assert len(everybody) == 5


def test_deactivated_people_are_found_only_by_those_who_manage_people(cast: Cast, boss: User) -> None:
    User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    assert "bob" not in names_on(get(cast.ann, "list"))
    assert "bob" not in names_on(get(cast.ann, "list", deactivated="on"))
    assert names_on(get(boss, "list", deactivated="on")) == {"bob"}
    assert 'name="deactivated"' not in html_of(cast.ann, "list")
    assert 'name="deactivated"' in html_of(boss, "list")
    assert "Deactivated" in html_of(cast.ann, "detail", cast.bob.pk)


def test_the_directory_costs_the_same_for_many_people(cast: Cast, django_assert_max_num_queries: Any) -> None:
    team = Team.objects.get(name="North")
    for number in range(60):
        away(join(UserFactory(first_name=f"P{number:02}"), team))
    browser = browser_of(cast.ann)
    with django_assert_max_num_queries(12):
        page: Any = browser.get(reverse("people:list"))
    assert len(page.context["people"]) == 50
    assert page.context["next_url"]
    following = get(cast.ann, "list", page=2)
    assert not names_on(page) & names_on(following)
    assert following.context["previous_url"]
    assert "Nobody on this page" in html_of(cast.ann, "list", page=900)


def test_suggestions_are_active_people(cast: Cast) -> None:
    User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    results = get(cast.cy, "suggest", q="porada").json()["results"]
    assert {row["text"] for row in results} == {"ann", "cy", "fin", "dana"}
    assert next(row for row in results if row["text"] == "ann") == {
        "id": str(cast.ann.pk),
        "text": "ann",
        "hint": "North",
    }


# Absences of others


def test_colleagues_learn_that_somebody_is_away_but_not_why(cast: Cast, boss: User) -> None:
    away(cast.ann)
    for page in (("list",), ("detail", cast.ann.pk)):
        for outsider in (cast.cy, cast.bob):
            html = html_of(outsider, *page)
            assert "Away until" in html
            assert "Sick leave" not in html
            assert NOTE not in html
        for knower in (cast.ann, boss, cast.dana):
            assert "Sick leave until" in html_of(knower, *page)
    assert NOTE in html_of(boss, "detail", cast.ann.pk)


def test_the_lead_of_a_team_knows_why_and_the_lead_of_another_does_not(cast: Cast) -> None:
    away(cast.ann)
    Team.objects.filter(name="North").update(lead=cast.bob)
    Team.objects.filter(name="South").update(lead=cast.cy)
    assert NOTE in html_of(cast.bob, "detail", cast.ann.pk)
    assert NOTE in html_of(cast.bob, "absences", cast.ann.pk)
    assert NOTE not in html_of(cast.cy, "detail", cast.ann.pk)
    assert get(cast.cy, "absences", cast.ann.pk).status_code == 403


def test_past_absences_are_not_for_colleagues(cast: Cast, boss: User) -> None:
    Absence.objects.create(
        user=cast.ann, kind=AbsenceKind.SICK, starts=date(2026, 1, 12), ends=date(2026, 1, 14), entered_by=cast.ann
    )
    assert "Jan. 12, 2026" not in html_of(cast.cy, "detail", cast.ann.pk)
    assert "Jan. 12, 2026" in html_of(boss, "detail", cast.ann.pk)


# The profile


def test_the_year_of_birth_is_not_for_colleagues(cast: Cast, boss: User) -> None:
    User.objects.filter(pk=cast.ann.pk).update(birthday=date(1987, 5, 9))
    html = html_of(cast.cy, "detail", cast.ann.pk)
    assert "May 9" in html
    assert "1987" not in without_ids(html)
    for knower in (cast.ann, boss):
        assert "May 9, 1987" in html_of(knower, "detail", cast.ann.pk)


def test_the_last_sign_in_is_for_managers(cast: Cast, boss: User) -> None:
    User.objects.filter(pk=cast.ann.pk).update(last_login=timezone.make_aware(timezone.datetime(2025, 3, 4, 10)))
    for reader in (cast.cy, cast.bob):
        assert "March 4, 2025" not in html_of(reader, "detail", cast.ann.pk)
    assert "March 4, 2025" in html_of(boss, "detail", cast.ann.pk)


def test_a_profile_tells_teams_skills_languages_and_hours(cast: Cast) -> None:
    User.objects.filter(pk=cast.ann.pk).update(languages=["uk", "de"], about="Ask me about <ports>.")
    cast.ann.skills.create(skill=Skill.objects.create(name="Go", category="Code"), level=4, last_used=date(2026, 3, 1))
    cast.ann.working_hours.create(weekday=0, starts="08:30", ends="12:15")
    Team.objects.filter(name="North").update(lead=cast.ann)
    html = html_of(cast.cy, "detail", cast.ann.pk)
    for told in ("Ukrainian, German", "&lt;ports&gt;", "Expert", "March 2026", "08:30–12:15", "Lead", "100 %"):
        assert told in html


def test_shares_of_time_above_a_whole_are_warned_of(cast: Cast) -> None:
    assert "add up to" not in html_of(cast.cy, "detail", cast.ann.pk)
    cast.ann.memberships.create(team=Team.objects.get(name="South"), share=20)
    assert "add up to 120" in html_of(cast.cy, "detail", cast.ann.pk)


def test_what_somebody_owns_is_counted_within_the_readers_sight(cast: Cast) -> None:
    for name in ("Vorskla", "Kestrel"):
        Client.objects.create(name=name, owner=cast.ann, team=cast.ann.teams.get())
    link = f"{reverse('clients:list')}?owner={cast.ann.pk}"
    seen = get(cast.bob, "detail", cast.ann.pk)
    counted = {kind.label: kind.count for kind in seen.context["owned"]}
    assert counted == {"Clients": "2", "Contacts": "0", "Deals": "0", "Projects": "0", "Tasks": "0"}
    assert link in seen.content.decode()
    share(Client.objects.get(name="Vorskla"), with_user=cast.cy, action=Action.VIEW, actor=cast.dana)
    unseen = get(cast.cy, "detail", cast.ann.pk)
    counted = {kind.label: kind.count for kind in unseen.context["owned"]}
    assert counted == {"Clients": "1", "Contacts": "0", "Deals": "0", "Projects": "0", "Tasks": "0"}
    # His list of clients does not offer her as an owner: the filter would be left out.
    assert link not in unseen.content.decode()


def test_the_history_is_for_himself_and_his_managers(cast: Cast, boss: User) -> None:
    for reader, status in ((cast.ann, 200), (boss, 200), (cast.dana, 200), (cast.bob, 403), (cast.cy, 403)):
        assert get(reader, "history", cast.ann.pk).status_code == status
    link = reverse("people:history", args=[cast.ann.pk])
    assert link in html_of(cast.ann, "detail", cast.ann.pk)
    assert link not in html_of(cast.bob, "detail", cast.ann.pk)


def test_a_profile_costs_the_same_with_many_teams_and_skills(cast: Cast, django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        cast.ann.memberships.create(team=TeamFactory())
        cast.ann.skills.create(skill=Skill.objects.create(name=f"Skill {number}"))
    away(cast.ann)
    for reader in (cast.ann, cast.cy):
        browser = browser_of(reader)
        with django_assert_max_num_queries(15):
            browser.get(reverse("people:detail", args=[cast.ann.pk]))


def test_there_is_nobody_at_an_unknown_address(cast: Cast) -> None:
    for name in ("detail", "edit", "history"):
        assert get(cast.dana, name, 10**12).status_code == 404
        assert get(cast.dana, name, cast.ann.pk).status_code == 200


def test_strangers_are_led_to_the_sign_in(cast: Cast) -> None:
    for name, args in (("list", []), ("suggest", []), ("detail", [cast.ann.pk]), ("absences", [cast.ann.pk])):
        response = Browser().get(reverse(f"people:{name}", args=args))
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))


def test_who_only_deactivates_people_has_the_menu_and_no_link_to_edit(cast: Cast) -> None:
    role = grant_people(RoleFactory(rank=50), Scope.TEAM, actions=(Action.DELETE,))
    clerk = join(UserFactory(role=role), cast.ann.teams.get())
    menu, edit = 'aria-label="More"', reverse("people:edit", args=[cast.ann.pk])
    html = html_of(clerk, "detail", cast.ann.pk)
    assert menu in html
    assert edit not in html
    assert menu not in html_of(clerk, "detail", cast.cy.pk)
    assert menu not in html_of(cast.bob, "detail", cast.ann.pk)
    assert edit in html_of(cast.ann, "detail", cast.ann.pk)
