"""People from a file: they come in with nothing but what the importer could give them by an invitation."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.access.rights import Action, Scope, forget_rights, rights_of
from crm.imports import services
from crm.imports.models import ImportStatus, ImportValue, ProblemKind
from crm.imports.registry import targets_for
from crm.imports.selectors import imported_records
from crm.imports.work import work_on
from teams.models import Membership, Role, Team, User
from teams.services import NotTheirsToGive, add_person
from teams.tests.factories import Cast, RoleFactory, TeamFactory, UserFactory, grant_all, grant_people, make_cast

pytestmark = pytest.mark.django_db
HEADER = ["Employee", "E-mail", "Position", "Team", "Manager"]


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_DIR = tmp_path


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def run_import(user: User, rows: list[list[str]], *, role: Role | None = None, choices: Any = None) -> Any:
    """Through all steps; `choices` decide what values of the field and text are."""
    table = "\n".join(",".join(cells) for cells in rows)
    run = services.upload_file(SimpleUploadedFile("people.csv", table.encode()), actor=user)
    work_on(run.pk)
    run.refresh_from_db()
    assert run.sheets.get().target == "people", run.sheets.get().mapping
    services.choose_options(run, options={"choices": {"people": {"role": str(role.pk) if role else ""}}})
    for step in (services.begin_check, services.begin_check, services.begin_run):
        step(run)
        work_on(run.pk)
        run.refresh_from_db()
        if run.status == ImportStatus.MATCHING:
            for value in run.values.all():
                ImportValue.objects.filter(pk=value.pk).update(
                    is_decided=True, choice=(choices or {}).get(value.text, "empty")
                )
    return run


def test_people_come_in_with_their_teams_and_without_rights(cast: Cast) -> None:
    rows = [
        HEADER,
        ["Olha Koval", "Olha@porada.example", "Seller", "Central", "Dustin Brinkmann"],
        ["Ivan Sova", "", "", "Central", "Melvin Marxen"],
        ["Dustin Brinkmann", "", "Head", "North", ""],
    ]
    create = {"Central": "create", "Dustin Brinkmann": "create", "Melvin Marxen": "create"}
    run = run_import(cast.dana, rows, choices=create)
    central = Team.objects.get(name="Central")
    olha = User.objects.get(email="olha@porada.example")
    assert (str(olha), olha.username, olha.teams.get()) == ("Olha Koval", "olha.koval", central)
    assert (olha.role, olha.is_staff, olha.is_superuser, olha.has_usable_password()) == (None, False, False, False)
    assert not rights_of(olha).grants
    assert olha.memberships.get().position == "Seller"
    # The head stands in a row of his own, and is not added twice.
    assert str(central.lead) == "Dustin Brinkmann"
    assert User.objects.filter(last_name="Brinkmann").count() == 1
    assert "led by somebody else" in run.problems.get(kind=ProblemKind.NOTICE).sentence
    assert run.sheets.get().created == 3
    made = imported_records(run, reader=cast.dana, after="").rows
    assert {str(person) for person in made} == {"Olha Koval", "Ivan Sova", "Dustin Brinkmann", "Melvin Marxen"}
    version = olha.history.earliest("history_id")
    assert (version.history_user, "people.csv" in version.history_change_reason) == (cast.dana, True)


def test_known_people_are_not_touched(cast: Cast) -> None:
    role = grant_all(RoleFactory(name="seller", rank=5), Scope.OWN)
    gone = UserFactory(username="gone", email="gone@porada.example", is_active=False, role=None)
    before = {user.pk: (user.role_id, user.password, user.is_active, user.email) for user in User.objects.all()}
    places = set(Membership.objects.values_list("user", "team"))
    known = [["Boss Ann", cast.ann.email, "King", "South", ""], ["bob", "", "", "South", ""]]
    cast.bob.first_name = "bob"
    cast.bob.save()
    run = run_import(cast.dana, [HEADER, *known, ["Gone Again", "GONE@porada.example", "", "South", ""]], role=role)
    assert (run.sheets.get().created, run.sheets.get().matched) == (0, 3)
    after = {user.pk: (user.role_id, user.password, user.is_active, user.email) for user in User.objects.all()}
    assert after == before
    assert set(Membership.objects.values_list("user", "team")) == places
    gone.refresh_from_db()
    assert not gone.is_active


def test_import_is_no_way_to_more_rights(cast: Cast) -> None:
    assert "people" not in {target.key for target in targets_for(cast.ann)}, "ann invites nobody"
    boss = grant_people(cast.ann.role, Scope.TEAM, actions=(Action.ADD, Action.CHANGE))
    Role.objects.filter(pk=boss.pk).update(rank=20)
    cast.ann.refresh_from_db()
    forget_rights(cast.ann)
    assert "people" in {target.key for target in targets_for(cast.ann)}
    seller = grant_all(RoleFactory(name="seller", rank=5), Scope.OWN)
    director = grant_all(RoleFactory(name="director", rank=90), Scope.ALL)
    mine = ["Friend One", "friend@porada.example", "", "North", "ann"]

    # A role above one's own is not given, whatever was sent instead of the page's choices.
    run = run_import(cast.ann, [HEADER, mine], role=director)
    assert not User.objects.filter(last_name="One").exists()
    assert "not of a lower rank" in run.problems.get().sentence
    # The service itself refuses too, whoever calls it.
    for refused in ({"role": director}, {"role": seller, "team": cast.cy.teams.get()}, {"role": seller, "team": None}):
        person = User(first_name="Eva", last_name="Four", role=refused["role"])
        with pytest.raises(NotTheirsToGive):
            add_person(person, actor=cast.ann, team=refused.get("team", cast.ann.teams.get()))
    # A team of others is as unknown as one that does not exist, and none is added.
    TeamFactory(name="Secret")
    strange = [["Friend Two", "", "", "South", ""], ["Friend Three", "", "", "Secret", ""]]
    create = {"South": "create", "Secret": "create"}
    run = run_import(cast.ann, [HEADER, *strange], role=seller, choices=create)
    assert not User.objects.filter(first_name="Friend").exists()
    assert Team.objects.count() == 3
    # What may be given is given.
    run_import(cast.ann, [HEADER, mine], role=seller)
    friend = User.objects.get(last_name="One")
    assert (friend.role, friend.teams.get().name) == (seller, "North")
    assert friend.teams.get().lead is None, "ann manages the people of her team, and not her equals"
