"""Who changes what on a profile; and that a form that was tampered with changes nothing."""

from datetime import date, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from crm.access.rights import Scope
from crm.history.plain import plain_versions
from crm.pictures.storing import take_in
from crm.pictures.testing import picture_file
from teams.models import PersonSkill, Skill, Team, User, WorkingHours
from teams.services import (
    NotTheirsToGive,
    save_memberships,
    save_picture,
    save_profile,
    save_skills,
    save_working_hours,
)
from teams.tests.factories import (
    Cast,
    RoleFactory,
    TeamFactory,
    UserFactory,
    grant_all,
    grant_management,
    grant_people,
    join,
    make_cast,
)

pytestmark = pytest.mark.django_db
PAGES = ("edit", "picture", "skills", "hours", "absences", "history")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def boss(cast: Cast) -> User:
    """Manages ann's team and the people in it, and has every right that ann has."""
    role = grant_management(grant_all(RoleFactory(rank=50), Scope.TEAM), Scope.TEAM)
    return join(UserFactory(username="boss", role=role), cast.ann.teams.get())


def ask(reader: User, name: str, *args: Any, post: dict[str, Any] | None = None) -> Any:
    browser = Browser()
    browser.force_login(reader)
    url = reverse(f"people:{name}", args=args)
    return browser.get(url) if post is None else browser.post(url, post)


def stored(person: User) -> User:
    return User.objects.get(pk=person.pk)


def profile(person: User, **changed: Any) -> dict[str, Any]:
    own = {"phone": "", "about": "", "birthday": "", "languages": [], "time_zone": "Europe/Kyiv", "language": "en"}
    return own | {"first_name": "Ann", "last_name": "", "email": person.email, "country": ""} | changed


def rows(prefix: str, *given: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    sent = {f"{prefix}-TOTAL_FORMS": len(given), f"{prefix}-INITIAL_FORMS": initial}
    return sent | {f"{prefix}-{index}-{name}": value for index, row in enumerate(given) for name, value in row.items()}


# Pages


def test_only_himself_and_his_managers_open_the_pages_that_change_a_person(cast: Cast, boss: User) -> None:
    for name in PAGES:
        for reader in (cast.ann, boss, cast.dana):
            assert ask(reader, name, cast.ann.pk).status_code == 200, (name, reader)
        for reader in (cast.bob, cast.cy):
            assert ask(reader, name, cast.ann.pk).status_code == 403, (name, reader)
            assert ask(reader, name, cast.ann.pk, post={}).status_code in (403, 405), (name, reader)


def test_role_and_teams_are_for_managers_alone(cast: Cast, boss: User) -> None:
    for reader, status in ((boss, 200), (cast.dana, 200), (cast.ann, 403), (cast.bob, 403), (cast.cy, 403)):
        assert ask(reader, "memberships", cast.ann.pk).status_code == status


def test_nobody_manages_his_equal_or_an_administrator(cast: Cast, boss: User) -> None:
    peer = join(UserFactory(role=boss.role), cast.ann.teams.get())
    for person in (peer, cast.dana, cast.cy):
        assert ask(boss, "edit", person.pk).status_code == 403
    assert ask(boss, "edit", cast.bob.pk).status_code == 200


# The profile


def test_ann_keeps_her_own_profile(cast: Cast) -> None:
    given = profile(cast.ann, phone="044 123 45 67", about="Hi", birthday="1987-05-09", languages=["uk", "de"])
    assert ask(cast.ann, "edit", cast.ann.pk, post=given).status_code == 302
    ann = stored(cast.ann)
    assert (ann.phone, ann.about, ann.birthday) == ("+380441234567", "Hi", date(1987, 5, 9))
    assert ann.languages == ["uk", "de"]
    newest = plain_versions(User, ann.pk, ann)[0]
    assert newest.who == ann
    assert {change.name for change in newest.changes} == {"phone", "about", "birthday", "languages"}


def test_names_e_mail_and_country_are_changed_by_managers_alone(cast: Cast, boss: User) -> None:
    given = profile(cast.ann, email="new@porada.example", first_name="Anna", country="PL", is_superuser="on", role="1")
    ask(cast.ann, "edit", cast.ann.pk, post=given)
    assert (stored(cast.ann).email, stored(cast.ann).first_name) == ("ann@porada.example", "")
    EmailAddress.objects.create(user=cast.ann, email="ann@porada.example", verified=True)
    assert ask(boss, "edit", cast.ann.pk, post=given).status_code == 302
    ann = stored(cast.ann)
    assert (ann.email, ann.first_name, str(ann.country)) == ("new@porada.example", "Anna", "PL")
    assert not ann.is_superuser
    assert ann.role == cast.ann.role
    assert not EmailAddress.objects.filter(email="ann@porada.example").exists()


def test_the_service_refuses_fields_and_people_that_are_not_the_actors(cast: Cast, boss: User) -> None:
    ann = stored(cast.ann)
    ann.email = "taken@porada.example"
    for actor in (cast.ann, cast.bob, cast.cy):
        with pytest.raises(PermissionDenied):
            save_profile(ann, actor=actor)
    assert stored(cast.ann).email == "ann@porada.example"
    save_profile(ann, actor=boss)
    assert stored(cast.ann).email == "taken@porada.example"


def test_who_lacks_a_persons_rights_does_not_choose_where_his_password_goes(cast: Cast) -> None:
    role = grant_people(grant_all(RoleFactory(rank=50), Scope.OWN), Scope.TEAM)
    helper, ann = join(UserFactory(role=role), cast.ann.teams.get()), stored(cast.ann)
    ann.email = "mine@porada.example"
    with pytest.raises(NotTheirsToGive):
        save_profile(ann, actor=helper)
    assert stored(cast.ann).email == "ann@porada.example"
    ann = stored(cast.ann)
    ann.first_name = "Anna"
    assert save_profile(ann, actor=helper).first_name == "Anna"


def test_an_e_mail_belongs_to_one_person(cast: Cast, boss: User) -> None:
    answer = ask(boss, "edit", cast.ann.pk, post=profile(cast.ann, email="BOB@porada.example"))
    assert answer.status_code == 422
    assert stored(cast.ann).email == "ann@porada.example"


def test_the_address_of_whoever_sees_more_is_not_changed(cast: Cast) -> None:
    role = grant_management(grant_all(RoleFactory(rank=50), Scope.TEAM), Scope.ALL)
    boss = join(UserFactory(role=role), cast.ann.teams.get())
    for person, expected in ((cast.cy, "cy@porada.example"), (cast.ann, "new@porada.example")):
        answer = ask(boss, "edit", person.pk, post=profile(person, email="new@porada.example"))
        assert answer.status_code == (302 if person == cast.ann else 403)
        assert stored(person).email == expected


def test_a_birthday_lies_in_the_past(cast: Cast) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    for day in (tomorrow.isoformat(), "1850-01-01", "x"):
        assert ask(cast.ann, "edit", cast.ann.pk, post=profile(cast.ann, birthday=day)).status_code == 422
    assert stored(cast.ann).birthday is None


def test_saving_nothing_new_writes_no_version(cast: Cast) -> None:
    ask(cast.ann, "edit", cast.ann.pk, post=profile(cast.ann))
    assert plain_versions(User, cast.ann.pk, cast.ann) == []


def test_a_picture_is_chosen_by_himself_or_his_manager(cast: Cast, boss: User) -> None:
    assert ask(cast.ann, "picture", cast.ann.pk, post={"file": picture_file()}).status_code == 302
    name = stored(cast.ann).picture
    assert name
    assert f'src="{stored(cast.ann).picture_url}"' in ask(cast.cy, "detail", cast.ann.pk).content.decode()
    with pytest.raises(PermissionDenied):
        save_picture(stored(cast.ann), take_in(picture_file(colour="red")), actor=cast.bob)
    assert stored(cast.ann).picture == name
    assert ask(boss, "picture", cast.ann.pk, post={"remove": "on"}).status_code == 302
    assert stored(cast.ann).picture == ""
    assert [version.reason for version in plain_versions(User, cast.ann.pk, boss)][:2] == ["Changed the picture"] * 2


# Skills


def test_skills_are_kept_with_level_and_last_use(cast: Cast) -> None:
    go, rust = Skill.objects.create(name="Go"), Skill.objects.create(name="Rust")
    given = rows(
        "skills",
        {"skill": go.pk, "level": 3, "last_used": "2026-03-01"},
        {"skill": rust.pk, "level": 1, "last_used": ""},
        {"skill": "", "level": 2, "last_used": ""},
    )
    assert ask(cast.ann, "skills", cast.ann.pk, post=given).status_code == 302
    assert list(cast.ann.skills.values_list("skill__name", "level", "last_used")) == [
        ("Go", 3, date(2026, 3, 1)),
        ("Rust", 1, None),
    ]
    newest = plain_versions(User, cast.ann.pk, cast.ann)[0]
    assert newest.reason == "Changed the skills"
    assert {row.text for row in newest.changes[0].rows} == {"Go · Confident · last used March 1, 2026", "Rust · Basic"}
    kept = rows(
        "skills",
        {"skill": go.pk, "level": 4, "last_used": "2026-03-01"},
        {"skill": rust.pk, "level": 1, "last_used": "", "DELETE": "on"},
        initial=2,
    )
    ask(cast.ann, "skills", cast.ann.pk, post=kept)
    assert list(cast.ann.skills.values_list("skill__name", "level")) == [("Go", 4)]


def test_skills_that_contradict_are_refused(cast: Cast) -> None:
    go, old = Skill.objects.create(name="Go"), Skill.objects.create(name="Cobol", is_archived=True)
    tomorrow = timezone.localdate() + timedelta(days=1)
    for wrong in (
        [PersonSkill(skill=go), PersonSkill(skill=go)],
        [PersonSkill(skill=old)],
        [PersonSkill(skill=go, level=9)],
        [PersonSkill(skill=go, last_used=tomorrow)],
    ):
        with pytest.raises(ValidationError):
            save_skills(cast.ann, wrong, actor=cast.ann)
    twice = rows("skills", {"skill": go.pk, "level": 1}, {"skill": go.pk, "level": 2})
    assert ask(cast.ann, "skills", cast.ann.pk, post=twice).status_code == 422
    assert not cast.ann.skills.exists()
    cast.ann.skills.create(skill=old)
    save_skills(cast.ann, [PersonSkill(skill=old), PersonSkill(skill=go)], actor=cast.ann)
    assert cast.ann.skills.count() == 2


def test_skills_and_hours_of_others_are_not_ones_own_to_keep(cast: Cast, boss: User) -> None:
    go = Skill.objects.create(name="Go")
    hours = WorkingHours(weekday=0, starts="09:00", ends="12:00")
    for actor in (cast.bob, cast.cy):
        with pytest.raises(PermissionDenied):
            save_skills(cast.ann, [PersonSkill(skill=go)], actor=actor)
        with pytest.raises(PermissionDenied):
            save_working_hours(cast.ann, [hours], actor=actor)
    assert not cast.ann.skills.exists()
    save_skills(cast.ann, [PersonSkill(skill=go)], actor=boss)
    assert cast.ann.skills.exists()


# Working hours


def test_working_hours_are_kept_and_taken_back(cast: Cast) -> None:
    given = rows(
        "hours",
        {"weekday": 0, "starts": "09:00", "ends": "12:00"},
        {"weekday": 0, "starts": "13:00", "ends": "15:30"},
    )
    assert ask(cast.ann, "hours", cast.ann.pk, post=given).status_code == 302
    assert [str(row) for row in cast.ann.working_hours.all()] == ["Monday 09:00–12:00", "Monday 13:00–15:30"]
    assert plain_versions(User, cast.ann.pk, cast.ann)[0].reason == "Changed the working hours"
    ask(cast.ann, "hours", cast.ann.pk, post=rows("hours"))
    assert not cast.ann.working_hours.exists()


def test_hours_that_overlap_or_run_backwards_are_refused(cast: Cast) -> None:
    monday = {"weekday": 0, "starts": "09:00", "ends": "12:00"}
    for wrong in (
        {"weekday": 0, "starts": "11:00", "ends": "13:00"},
        {"weekday": 1, "starts": "11:00", "ends": "10:00"},
    ):
        answer = ask(cast.ann, "hours", cast.ann.pk, post=rows("hours", monday, wrong))
        assert answer.status_code == 422
    assert not cast.ann.working_hours.exists()
    assert ask(cast.ann, "hours", cast.ann.pk, post=rows("hours", monday, {**monday, "weekday": 1})).status_code == 302


# Role and teams


def test_a_manager_gives_roles_that_are_his_to_give(cast: Cast, boss: User) -> None:
    lower = RoleFactory(rank=5, name="Envoy")
    answer = ask(boss, "memberships", cast.ann.pk, post={"what": "role", "role-role": lower.pk})
    assert answer.status_code == 302
    assert stored(cast.ann).role == lower


def test_a_role_that_is_not_offered_is_not_given(cast: Cast, boss: User) -> None:
    higher, wider = RoleFactory(rank=99), grant_all(RoleFactory(rank=5), Scope.ALL)
    for role in (higher, wider, boss.role):
        assert role is not None
        answer = ask(boss, "memberships", cast.ann.pk, post={"what": "role", "role-role": role.pk})
        assert answer.status_code == 422
        assert stored(cast.ann).role == cast.ann.role
        assert f'value="{role.pk}"' not in ask(boss, "memberships", cast.ann.pk).content.decode().split("</select>")[0]


def test_a_manager_puts_people_into_the_teams_that_he_manages(cast: Cast, boss: User) -> None:
    below = TeamFactory(name="Below")
    join(boss, below)
    north, south = Team.objects.get(name="North"), Team.objects.get(name="South")
    given = rows(
        "teams",
        {"team": north.pk, "position": "Guide", "share": 60, "is_primary": ""},
        {"team": below.pk, "position": "Envoy", "share": 40, "is_primary": "on"},
        initial=1,
    )
    assert ask(boss, "memberships", cast.ann.pk, post={"what": "teams", **given}).status_code == 302
    assert list(cast.ann.memberships.values_list("team__name", "position", "share", "is_primary")) == [
        ("Below", "Envoy", 40, True),
        ("North", "Guide", 60, False),
    ]
    tampered = rows("teams", {"team": south.pk, "position": "", "share": 10})
    assert ask(boss, "memberships", cast.ann.pk, post={"what": "teams", **tampered}).status_code == 422
    assert not cast.ann.memberships.filter(team=south).exists()


def test_memberships_that_the_manager_does_not_reach_stay(cast: Cast, boss: User) -> None:
    south = Team.objects.get(name="South")
    cast.ann.memberships.create(team=south, position="Guest", share=10)
    given = rows("teams", {"team": cast.ann.teams.first().pk, "share": 50, "DELETE": "on"}, initial=1)  # type: ignore[union-attr]
    assert "South" in ask(boss, "memberships", cast.ann.pk).content.decode()
    ask(boss, "memberships", cast.ann.pk, post={"what": "teams", **given})
    assert [row.team for row in cast.ann.memberships.all()] == [south]


def test_memberships_that_contradict_are_refused(cast: Cast) -> None:
    north = cast.ann.memberships.get()
    south = Team.objects.get(name="South")
    twice = [north, north]
    two_primary = [north, type(north)(team=south, is_primary=True)]
    for wrong in (twice, two_primary):
        with pytest.raises(ValidationError):
            save_memberships(cast.ann, wrong, actor=cast.dana)
    save_memberships(cast.ann, [north, type(north)(team=south, share=10)], actor=cast.dana)
    assert cast.ann.memberships.count() == 2
