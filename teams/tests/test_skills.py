"""The catalogue of skills: who looks, who keeps it, and two skills that become one."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.access.rights import Action, Scope
from crm.pages.testing import browser_of, edit_of
from crm.ui.testing import assert_strict_html
from teams.models import Grant, PersonSkill, Skill, User
from teams.services import merge_skills, save_skill
from teams.tests.factories import Cast, UserFactory, make_cast

pytestmark = pytest.mark.django_db
LIST = reverse("skills:list")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def knows(person: User, skill: Skill, level: int, last_used: date | None = None) -> PersonSkill:
    return PersonSkill.objects.create(user=person, skill=skill, level=level, last_used=last_used)


def page(name: str, skill: Skill) -> str:
    return reverse(f"skills:{name}", args=[skill.pk])


def shown(user: User, url: str) -> str:
    response = browser_of(user).get(url)
    assert response.status_code == 200
    text = response.content.decode()
    assert_strict_html(text)
    return text


def test_everybody_sees_who_knows_what(cast: Cast) -> None:
    sailing = Skill.objects.create(name="Sailing", category="Water")
    knows(cast.ann, sailing, 4, date(2026, 3, 1))
    knows(cast.bob, sailing, 2)
    gone = UserFactory(is_active=False)
    knows(gone, sailing, 4)
    entry = browser_of(cast.cy).get(LIST).context["entries"][0]
    assert (entry.count, [(level, count) for _label, level, count in entry.levels]) == (2, [(4, 1), (2, 1)])
    assert entry.best_people == [cast.ann, cast.bob]
    text = shown(cast.cy, page("detail", sailing))
    assert "Last used March 1, 2026" in text
    assert gone.username not in text
    assert page("edit", sailing) not in text
    assert page("edit", sailing) in shown(cast.dana, page("detail", sailing))


def test_only_those_who_change_the_company_keep_the_catalogue(cast: Cast) -> None:
    sailing, rowing = Skill.objects.create(name="Sailing"), Skill.objects.create(name="Rowing")
    addresses = [reverse("skills:new"), page("edit", sailing), page("merge", sailing)]
    for url in addresses:
        assert browser_of(cast.ann).get(url).status_code == 403
        assert browser_of(cast.ann).post(url, {"name": "X", "into": rowing.pk}).status_code == 403
        assert browser_of(cast.dana).get(url).status_code == 200
    for write in (
        lambda: save_skill(Skill(name="Diving"), actor=cast.ann),
        lambda: merge_skills(sailing, into=rowing, actor=cast.ann),
    ):
        with pytest.raises(PermissionDenied):
            write()
    assert Skill.objects.count() == 2
    Grant.objects.create(role=cast.ann.role, record_type="teams.company", action=Action.CHANGE, scope=Scope.ALL)
    assert browser_of(cast.ann).post(addresses[0], {"name": "Diving"}).status_code == 302


def test_a_skill_is_added_renamed_archived_and_brought_back(cast: Cast) -> None:
    browser = browser_of(cast.dana)
    browser.post(reverse("skills:new"), {"name": "  Sea   sailing ", "category": "Water"})
    skill = Skill.objects.get()
    assert (skill.name, skill.category) == ("Sea sailing", "Water")
    edit_of(browser, page("edit", skill), name="Sailing", is_archived="on")
    assert Skill.objects.get(name="Sailing").is_archived
    assert ">Sailing<" not in shown(cast.ann, LIST)
    assert ">Sailing<" in shown(cast.ann, f"{LIST}?archived")
    sent = {"name": "Sailing", "category": ""}
    browser.post(page("edit", skill), sent)
    assert ">Sailing<" in shown(cast.ann, LIST)


def test_a_skill_stands_once_in_the_catalogue_whatever_its_case(cast: Cast) -> None:
    Skill.objects.create(name="Sailing")
    answer = browser_of(cast.dana).post(reverse("skills:new"), {"name": "SAILING"})
    assert answer.status_code == 422
    assert "in the catalogue already" in answer.content.decode()
    assert Skill.objects.count() == 1


def test_people_keep_the_higher_level_and_the_later_date(cast: Cast) -> None:
    sailing, yachting = Skill.objects.create(name="Sailing"), Skill.objects.create(name="Yachting")
    knows(cast.ann, yachting, 2, date(2026, 5, 1))
    knows(cast.ann, sailing, 4, date(2020, 1, 1))
    knows(cast.bob, yachting, 3)
    knows(cast.bob, sailing, 1, date(2021, 1, 1))
    knows(cast.cy, yachting, 1)
    knows(cast.fin, sailing, 2)
    answer = browser_of(cast.dana).post(page("merge", yachting), {"into": sailing.pk})
    assert answer.url == page("detail", sailing)
    assert list(Skill.objects.all()) == [sailing]
    known = {row.user: (row.level, row.last_used) for row in PersonSkill.objects.select_related("user")}
    assert known == {
        cast.ann: (4, date(2026, 5, 1)),
        cast.bob: (3, date(2021, 1, 1)),
        cast.cy: (1, None),
        cast.fin: (2, None),
    }
    history: Any = User.history  # type: ignore[attr-defined]
    versions = history.filter(history_user=cast.dana)
    # Fin kept what he had.
    assert set(versions.values_list("id", flat=True)) == {cast.ann.pk, cast.bob.pk, cast.cy.pk}
    assert versions.get(id=cast.cy.pk).parts["skills"][0]["skill_id"] == sailing.pk


def test_a_skill_is_not_merged_with_itself(cast: Cast) -> None:
    sailing = Skill.objects.create(name="Sailing")
    knows(cast.ann, sailing, 2)
    with pytest.raises(ValidationError):
        merge_skills(sailing, into=sailing, actor=cast.dana)
    assert browser_of(cast.dana).post(page("merge", sailing), {"into": sailing.pk}).status_code == 422
    assert PersonSkill.objects.get().skill == sailing


def test_an_empty_catalogue_says_what_to_do(cast: Cast) -> None:
    assert reverse("skills:new") in shown(cast.dana, LIST)
    text = shown(cast.ann, LIST)
    assert "The catalogue is empty" in text
    assert reverse("skills:new") not in text
    assert "Nothing is archived" in shown(cast.ann, f"{LIST}?archived")


def test_the_catalogue_asks_no_more_with_many_skills(cast: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            browser.get(LIST)
        return len(asked)

    browser = browser_of(cast.ann)
    knows(cast.bob, Skill.objects.create(name="Sailing"), 2)
    before = queries()
    for number in range(20):
        knows(UserFactory(), Skill.objects.create(name=f"skill {number}", category=f"{number % 3}"), 1 + number % 4)
    assert queries() == before


def test_the_admin_keeps_skills_by_the_same_service_and_deletes_none(cast: Cast) -> None:
    browser = browser_of(cast.dana)
    assert browser.post(reverse("admin:teams_skill_add"), {"name": " Sailing  far "}).status_code == 302
    skill = Skill.objects.get()
    assert skill.name == "Sailing far"
    assert browser.post(reverse("admin:teams_skill_delete", args=[skill.pk]), {"post": "yes"}).status_code == 403
    User.objects.filter(pk=cast.ann.pk).update(is_staff=True)
    assert browser_of(cast.ann).get(reverse("admin:teams_skill_changelist")).status_code == 403
    assert Skill.objects.exists()
