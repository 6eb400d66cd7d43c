"""Versions of what is no record."""

import pytest
from django.db.models import QuerySet

from crm.history.plain import PAGE_SIZE, begin_history, plain_page, plain_versions
from crm.history.writing import CHANGED, record_versions
from teams.models import User
from teams.tests.factories import TeamFactory, UserFactory, make_cast

pytestmark = pytest.mark.django_db


def changed(user: User, **fields: object) -> None:
    stored: QuerySet[User] = User.objects.filter(pk=user.pk)
    begin_history(User, [user.pk])
    stored.update(**fields)
    record_versions(User, [user.pk], actor=user, kind=CHANGED)


def test_a_change_of_a_person_is_told_with_its_author() -> None:
    ann = make_cast().ann
    changed(ann, phone="+380441234567", languages=["uk"])
    newest, first = plain_versions(User, ann.pk, ann)
    assert newest.who == ann
    assert {change.name: change.new or change.rows[0].text for change in newest.changes} == {
        "phone": "+380441234567",
        "languages": "Ukrainian",
    }
    assert first.is_creation
    assert first.who is None
    assert first.reason == "As it was when the history began"


def test_the_memberships_of_a_person_belong_to_his_versions() -> None:
    ann = make_cast().ann
    begin_history(User, [ann.pk])
    ann.memberships.create(team=TeamFactory(name="East"), position="Guide")
    record_versions(User, [ann.pk], actor=ann, kind=CHANGED)
    newest, _first = plain_versions(User, ann.pk, ann)
    assert [change.name for change in newest.changes] == ["memberships"]
    assert "East · Guide" in newest.changes[0].rows[0].text


def test_neither_passwords_nor_sign_ins_stand_in_versions() -> None:
    ann = make_cast().ann
    changed(ann, phone="1")
    told = {change.name for version in plain_versions(User, ann.pk, ann) for change in version.changes}
    assert "username" in told
    assert not told & {"password", "last_login", "theme"}


def test_a_long_history_is_read_by_pages() -> None:
    user = UserFactory()
    for number in range(PAGE_SIZE + 5):
        changed(user, phone=str(number))
    newest = plain_page(User, user.pk, user)
    assert len(newest.versions) == PAGE_SIZE
    assert newest.older_url
    oldest = plain_page(User, user.pk, user, before=newest.older_before)
    assert oldest.older_before is None
    assert len(newest.versions) + len(oldest.versions) == PAGE_SIZE + 6
    assert oldest.versions[0].changes[0].old


def test_a_history_begins_once() -> None:
    user = UserFactory()
    begin_history(User, [user.pk])
    begin_history(User, [user.pk])
    assert len(plain_versions(User, user.pk, user)) == 1
