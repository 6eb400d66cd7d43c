"""Entering, changing and cancelling absences."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client as Browser
from django.urls import reverse

from crm.access.rights import Scope
from teams.models import Absence, AbsenceKind, Team, User
from teams.services import AbsencesOverlap, cancel_absence, change_absence, enter_absence
from teams.tests.factories import Cast, RoleFactory, UserFactory, grant_people, join, make_cast

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 12, 1), date(2026, 12, 10)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def boss(cast: Cast) -> User:
    return join(UserFactory(username="boss", role=grant_people(RoleFactory(rank=50), Scope.TEAM)), cast.ann.teams.get())


def absence(person: User, starts: date = FIRST, ends: date = LAST) -> Absence:
    return Absence(user=person, kind=AbsenceKind.VACATION, starts=starts, ends=ends)


def ask(reader: User, name: str, *args: Any, post: dict[str, Any] | None = None) -> Any:
    browser = Browser()
    browser.force_login(reader)
    url = reverse(f"people:{name}", args=args)
    return browser.get(url) if post is None else browser.post(url, post)


def test_everybody_enters_his_own_absences_and_managers_those_of_their_people(cast: Cast, boss: User) -> None:
    given = {"kind": "vacation", "starts": "2026-12-01", "ends": "2026-12-10", "note": "skiing"}
    assert ask(cast.ann, "absences", cast.ann.pk, post=given).status_code == 302
    entered = cast.ann.absences.get()
    assert (entered.starts, entered.ends, entered.note, entered.entered_by) == (FIRST, LAST, "skiing", cast.ann)
    later = {**given, "starts": "2026-12-20", "ends": "2026-12-20"}
    assert ask(boss, "absences", cast.ann.pk, post=later).status_code == 302
    assert cast.ann.absences.get(starts=date(2026, 12, 20)).entered_by == boss
    for stranger in (cast.bob, cast.cy):
        assert ask(stranger, "absences", cast.ann.pk, post=given).status_code == 403
    assert cast.ann.absences.count() == 2


def test_a_lead_looks_at_absences_but_does_not_enter_them(cast: Cast) -> None:
    Team.objects.filter(name="North").update(lead=cast.bob)
    entered = enter_absence(absence(cast.ann), actor=cast.ann)
    assert ask(cast.bob, "absences", cast.ann.pk).status_code == 200
    given = {"kind": "vacation", "starts": "2027-01-01", "ends": "2027-01-01"}
    assert ask(cast.bob, "absences", cast.ann.pk, post=given).status_code == 403
    assert ask(cast.bob, "absence_edit", cast.ann.pk, entered.pk).status_code == 403
    assert ask(cast.bob, "absence_cancel", cast.ann.pk, entered.pk, post={}).status_code == 403
    assert cast.ann.absences.count() == 1


@pytest.mark.parametrize(
    ("starts", "ends"), [(1, 1), (10, 12), (3, 5), (1, 10), (10, 10)], ids=["first", "last", "inside", "same", "edge"]
)
def test_absences_of_one_person_do_not_overlap(cast: Cast, starts: int, ends: int) -> None:
    enter_absence(absence(cast.ann), actor=cast.ann)
    again = absence(cast.ann, date(2026, 12, starts), date(2026, 12, ends))
    with pytest.raises(AbsencesOverlap, match="There is an absence from"):
        enter_absence(again, actor=cast.ann)
    enter_absence(absence(cast.bob), actor=cast.bob)
    enter_absence(absence(cast.ann, date(2026, 12, 11), date(2026, 12, 11)), actor=cast.ann)
    assert cast.ann.absences.count() == 2


def test_an_overlap_is_told_on_the_page(cast: Cast) -> None:
    enter_absence(absence(cast.ann), actor=cast.ann)
    given = {"kind": "sick", "starts": "2026-12-05", "ends": "2026-12-06"}
    answer = ask(cast.ann, "absences", cast.ann.pk, post=given)
    assert answer.status_code == 422
    assert "There is an absence from Dec. 1, 2026 until Dec. 10, 2026 already." in answer.content.decode()


def test_an_absence_does_not_run_backwards_or_for_ever(cast: Cast) -> None:
    for ends in ("2026-11-30", "2036-12-01"):
        given = {"kind": "sick", "starts": "2026-12-01", "ends": ends}
        assert ask(cast.ann, "absences", cast.ann.pk, post=given).status_code == 422
    assert not cast.ann.absences.exists()
    assert ask(cast.ann, "absences", cast.ann.pk, post={**given, "ends": "2026-12-01"}).status_code == 302


def test_an_absence_is_changed_without_running_into_itself(cast: Cast) -> None:
    entered = enter_absence(absence(cast.ann), actor=cast.ann)
    given = {"kind": "trip", "starts": "2026-12-02", "ends": "2026-12-11", "note": ""}
    assert ask(cast.ann, "absence_edit", cast.ann.pk, entered.pk).status_code == 200
    assert ask(cast.ann, "absence_edit", cast.ann.pk, entered.pk, post=given).status_code == 302
    entered.refresh_from_db()
    assert (entered.kind, entered.starts, entered.ends) == ("trip", date(2026, 12, 2), date(2026, 12, 11))
    assert ask(cast.ann, "absence_cancel", cast.ann.pk, entered.pk).status_code == 200
    assert ask(cast.ann, "absence_cancel", cast.ann.pk, entered.pk, post={}).status_code == 302
    assert not cast.ann.absences.exists()


def test_others_do_not_change_or_cancel_an_absence(cast: Cast, boss: User) -> None:
    entered = enter_absence(absence(cast.ann), actor=cast.ann)
    entered.note = "changed"
    for actor in (cast.bob, cast.cy):
        with pytest.raises(PermissionDenied):
            change_absence(entered, actor=actor)
        with pytest.raises(PermissionDenied):
            cancel_absence(entered, actor=actor)
        with pytest.raises(PermissionDenied):
            enter_absence(absence(cast.ann, date(2027, 1, 1), date(2027, 1, 1)), actor=actor)
    assert cast.ann.absences.get().note == ""
    change_absence(entered, actor=boss)
    assert cast.ann.absences.get().note == "changed"
    cancel_absence(entered, actor=boss)
    assert not cast.ann.absences.exists()


def test_an_absence_is_found_only_under_its_own_person(cast: Cast) -> None:
    of_bob = enter_absence(absence(cast.bob), actor=cast.bob)
    for name in ("absence_edit", "absence_cancel"):
        # The same answer whether or not there is such an absence.
        assert ask(cast.ann, name, cast.ann.pk, of_bob.pk, post={}).status_code == 404
        assert ask(cast.ann, name, cast.ann.pk, 10**9, post={}).status_code == 404
        assert ask(cast.ann, name, cast.bob.pk, of_bob.pk, post={}).status_code == 403
        assert ask(cast.ann, name, cast.bob.pk, 10**9, post={}).status_code == 403
    assert ask(cast.bob, "absence_edit", cast.bob.pk, of_bob.pk).status_code == 200
    assert cast.bob.absences.exists()
