"""A role made in the browser behaves on every surface as its matrix says: every action, every scope, both record types.

What is expected is counted from the matrix and the places of the records, by the few lines of `Expected`: none of the
product's own predicate takes part in it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse

from clients.models import Client
from clients.services import create_client
from contacts.models import Contact
from contacts.services import create_contact
from crm.access.rights import Action, Scope
from crm.access.shares import share, shares_of
from crm.access.writing import hand_over, move_to_bin
from crm.pages.testing import browser_of, edit_of
from teams.models import Role, Team, User
from teams.selectors.roles import latest_version
from teams.tests.factories import TeamFactory, UserFactory, join, make_cast

Matrix = Mapping[Action, Scope]
HIDDEN, REFUSED, OPEN = "hidden", "refused", "open"
WORDS: dict[type, str] = {Client: "Vorskla", Contact: "Nightingale"}
OWN = frozenset({"own", "own_away"})
MATES, BELOW = OWN | {"mate"}, OWN | {"mate", "below"}
PLACES = ("own", "own_away", "mate", "below", "elsewhere", "shared", "shared_with_team", "lent")
SOME = ("own", "mate", "elsewhere", "lent")
BINNED = ("own", "mate", "below", "elsewhere")
REACH: dict[Scope, frozenset[str]] = {
    Scope.NONE: frozenset(),
    Scope.OWN: OWN,
    Scope.TEAM: MATES,
    Scope.TEAM_AND_BELOW: BELOW,
    Scope.ALL: frozenset(PLACES),
}
SHARED = {Action.VIEW: {"shared", "shared_with_team", "lent"}, Action.CHANGE: {"lent"}}


@dataclass(frozen=True)
class Expected:
    matrix: Matrix

    def reaches(self, action: Action, place: str) -> bool:
        return place in REACH[self.matrix[action]] or place in SHARED.get(action, ())

    def of(self, action: Action, place: str) -> str:
        if not self.reaches(Action.VIEW, place):
            return HIDDEN
        return OPEN if self.reaches(action, place) else REFUSED

    def all_open(self, action: Action) -> set[str]:
        return {place for place in PLACES if self.of(action, place) == OPEN}


def matrices() -> Iterator[tuple[Action, Matrix]]:
    """Each action with each scope, alone beside View; then each beyond what View reaches."""
    for action in Action:
        for scope in Scope:
            yield action, _matrix(action, scope, view=Scope.ALL)
    for action in list(Action)[1:]:
        yield action, _matrix(action, Scope.ALL, view=Scope.OWN)


def _matrix(action: Action, scope: Scope, *, view: Scope) -> Matrix:
    if action == Action.VIEW:
        return {**dict.fromkeys(Action, Scope.ALL), Action.VIEW: scope}
    matrix = {**dict.fromkeys(Action, Scope.NONE), Action.VIEW: view, action: scope}
    # Owners are changed on the edit page, which must not be what refuses it.
    return matrix | ({Action.CHANGE: Scope.ALL} if action == Action.ASSIGN else {})


@dataclass
class World:
    dana: User
    eva: User
    bob: User
    north: Team
    records: dict[type, dict[str, Any]]
    binned: dict[type, dict[str, Any]]


@pytest.fixture
def world(db: None) -> World:
    cast = make_cast()
    north, south = Team.objects.get(name="North"), Team.objects.get(name="South")
    far = TeamFactory(name="Far north", parent=north)
    eva = join(UserFactory(username="eva", role=None, is_staff=True), north)
    scout = join(UserFactory(role=cast.ann.role), far)
    homes = {"own": (eva, north), "own_away": (eva, south), "mate": (cast.bob, north), "below": (scout, far)}
    world = World(cast.dana, eva, cast.bob, north, {}, {})
    for model, word in WORDS.items():
        world.records[model] = {
            place: _record(model, f"{word} {place}", *homes.get(place, (cast.cy, south)), actor=cast.dana)
            for place in PLACES
        }
        world.binned[model] = {
            place: _record(model, f"{word} bin_{place}", *homes.get(place, (cast.cy, south)), actor=cast.dana)
            for place in BINNED
        }
        for record in world.binned[model].values():
            move_to_bin(record, actor=cast.dana)
        share(world.records[model]["shared"], action=Action.VIEW, actor=cast.dana, with_user=eva)
        share(world.records[model]["shared_with_team"], action=Action.VIEW, actor=cast.dana, with_team=north)
        share(world.records[model]["lent"], action=Action.CHANGE, actor=cast.dana, with_user=eva)
    return world


def _record(model: type, name: str, owner: User, team: Team, *, actor: User) -> Any:
    if model is Client:
        return create_client(Client(name=name, owner=owner, team=team), actor=actor)
    return create_contact(Contact(last_name=name, owner=owner, team=team), actor=actor)


# The role, by its real form


def cells_of(matrix: Matrix) -> dict[str, str]:
    kinds = ("clients-client", "contacts-contact")
    return {f"grant-{kind}-{action.value}": str(scope.value) for kind in kinds for action, scope in matrix.items()}


def make_role(admin: Browser, person: User) -> Role:
    """Made from blank on the page of new roles, and given on the page of the person."""
    sent = {"name": "Tried", "rank": "1", "read_version": "0"}
    assert admin.post(reverse("roles:new") + "?from=blank", sent).status_code == 302
    role = Role.objects.get(name="Tried")
    given = admin.post(reverse("people:memberships", args=[person.pk]), {"what": "role", "role-role": role.pk})
    assert given.status_code == 302
    person.refresh_from_db()
    assert person.role == role
    return role


def set_matrix(admin: Browser, role: Role, matrix: Matrix) -> None:
    url = reverse("roles:edit", args=[role.pk])
    sent = {"name": role.name, "rank": "1", "read_version": latest_version(role), **cells_of(matrix)}
    assert admin.post(url, sent).status_code == 302
    stored = {(row.record_type, row.action): row.scope for row in role.grants.all()}
    kinds = [model._meta.label_lower for model in (Client, Contact)]
    assert stored == {(kind, action): scope for kind in kinds for action, scope in matrix.items() if scope}


# Surfaces: what each of them shows of a record


def of_status(answer: Any) -> str:
    return {200: OPEN, 302: OPEN, 403: REFUSED, 404: HIDDEN}[answer.status_code]


def of_page(name: str) -> Callable[[Browser, Any], str]:
    return lambda browser, record: of_status(browser.get(record.url(name)))


def admin_url(record: Any) -> str:
    meta = record._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[record.pk])


def in_admin(permission: str) -> Callable[[Browser, Any], str]:
    def look(browser: Browser, record: Any) -> str:
        answer = browser.get(admin_url(record))
        # The admin leads away from what it does not find, and from everything those who may do nothing there.
        if answer.status_code != 200:
            return HIDDEN
        return OPEN if answer.context[permission] else REFUSED

    return look


def taken_back(write: Callable[[Browser, Any], str]) -> Callable[[Browser, Any], str]:
    def look(browser: Browser, record: Any) -> str:
        with transaction.atomic():
            seen = write(browser, record)
            transaction.set_rollback(True)
        record.refresh_from_db()
        return seen

    return look


def _told(answer: Any, is_done: bool) -> str:
    """A write that is answered by anything but a refusal must have been done."""
    seen = of_status(answer)
    assert (seen == OPEN) == is_done, (seen, is_done)
    return seen


@taken_back
def delete(browser: Browser, record: Any) -> str:
    answer = browser.post(record.url("delete"))
    return _told(answer, not type(record).objects.alive().filter(pk=record.pk).exists())


@taken_back
def change(browser: Browser, record: Any) -> str:
    shown = browser.get(record.url("edit"))
    if shown.status_code != 200:
        answer = browser.post(record.url("edit"), {"name": "Changed", "last_name": "Changed"})
    else:
        answer = edit_of(browser, record.url("edit"), city="Poltava")
    return _told(answer, type(record).objects.get(pk=record.pk).city == "Poltava")


@taken_back
def share_with_bob(browser: Browser, record: Any) -> str:
    bob = User.objects.get(username="bob")
    answer = browser.post(record.url("sharing"), {"holder": f"user-{bob.pk}", "action": "view"})
    return _told(answer, any(given.holder == bob for given in shares_of(record)))


@taken_back
def take_over(browser: Browser, record: Any) -> str:
    """By the edit page, which all may open here: a refusal leaves the owner, whatever else is saved."""
    taker = User.objects.get(username="bob" if record.name.endswith("own") else "eva")
    if browser.get(record.url("edit")).status_code == 404:
        return HIDDEN
    edit_of(browser, record.url("edit"), owner=taker.pk)
    return OPEN if type(record).objects.get(pk=record.pk).owner_id == taker.pk else REFUSED


@taken_back
def hand_over_by_service(_browser: Browser, record: Any) -> str:
    eva = User.objects.get(username="eva")
    if not type(record).objects.visible_to(eva).filter(pk=record.pk).exists():
        return HIDDEN
    try:
        hand_over(record, owner=User.objects.get(username="cy"), team=None, actor=eva)
    except PermissionDenied:
        return REFUSED
    return OPEN


ON_RECORDS: dict[Action, dict[str, Callable[[Browser, Any], str]]] = {
    Action.VIEW: {
        "detail": of_page("detail"),
        "history": of_page("history"),
        "sharing": of_page("sharing"),
        "admin": in_admin("has_view_permission"),
    },
    Action.CHANGE: {"edit": of_page("edit"), "admin": in_admin("has_change_permission"), "save": change},
    Action.DELETE: {"delete": of_page("delete"), "admin": in_admin("has_delete_permission"), "binning": delete},
    Action.ASSIGN: {"hand over": hand_over_by_service},
    Action.SHARE: {"choice of holders": of_page("sharing_holders"), "share": share_with_bob},
}


def faults_on_records(browser: Browser, model: type, world: World, action: Action, expected: Expected) -> list[Any]:
    """The first surface of the action in every place, its others in some; and those of other actions on one's own."""
    asked = [
        (action, look, place)
        for number, look in enumerate(ON_RECORDS.get(action, {}))
        for place in (SOME if number else PLACES)
    ]
    if expected.matrix[action] in (Scope.NONE, Scope.ALL):
        asked += [(other, next(iter(looks)), "own") for other, looks in ON_RECORDS.items() if other != action]
    faults = []
    for about, look, place in asked:
        seen = ON_RECORDS[about][look](browser, world.records[model][place])
        if seen != expected.of(about, place):
            faults.append((model.__name__, about.value, look, place, seen, expected.of(about, place)))
    return faults


# Surfaces that show several records


def named(word: str, answer: Any) -> set[str]:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return set(re.findall(rf"{word} (\w+)", content.decode())) if answer.status_code == 200 else set()


def address(model: Any, name: str) -> str:
    return reverse(f"{model.namespace()}:{name}")


def lists_of(model: Any) -> dict[str, str]:
    word, meta = WORDS[model], model._meta
    return {
        "list": address(model, "list"),
        "filtered list": f"{address(model, 'list')}?q={word}",
        "search": f"{reverse('search')}?q={word}",
        "suggestions": f"{address(model, 'suggest')}?q={word}",
        "admin list": reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"),
    }


def faults_in_lists(browser: Browser, model: Any, _world: World, expected: Expected) -> list[Any]:
    visible = expected.all_open(Action.VIEW)
    seen = {name: named(WORDS[model], browser.get(url)) for name, url in lists_of(model).items()}
    return [(model.__name__, name, found ^ visible) for name, found in seen.items() if found != visible]


def faults_in_export(browser: Browser, model: Any, _world: World, expected: Expected) -> list[Any]:
    answer = browser.get(address(model, "export"))
    found = named(WORDS[model], answer)
    wanted = expected.all_open(Action.EXPORT)
    is_right = found == wanted and (answer.status_code == 200) == (expected.matrix[Action.EXPORT] > Scope.NONE)
    return [] if is_right else [(model.__name__, "export", answer.status_code, found ^ wanted)]


def faults_in_bin(browser: Browser, model: Any, world: World, expected: Expected) -> list[Any]:
    """Nothing of the bin is shared: whoever could have deleted a record finds it there, and may bring it back."""
    reached = REACH[expected.matrix[Action.VIEW]] & REACH[expected.matrix[Action.DELETE]]
    wanted = {f"bin_{place}" for place in BINNED if place in reached}
    found = named(WORDS[model], browser.get(address(model, "bin")))
    faults: list[Any] = [] if found == wanted else [(model.__name__, "bin", found ^ wanted)]
    for place, record in world.binned[model].items():
        with transaction.atomic():
            browser.post(record.url("restore"))
            is_back = model.objects.alive().filter(pk=record.pk).exists()
            transaction.set_rollback(True)
        if is_back != (place in reached):
            faults.append((model.__name__, "restore", place, is_back))
    return faults


def faults_in_new(browser: Browser, model: Any, _world: World, expected: Expected) -> list[Any]:
    """Nobody is the author of what he would not see: then the page says so, and stores nothing."""
    may_add = expected.matrix[Action.ADD] > Scope.NONE
    is_stored = may_add and expected.matrix[Action.VIEW] > Scope.NONE
    url = address(model, "new")
    with transaction.atomic():
        before = model.objects.count()
        is_open = browser.get(url).status_code == 200
        if is_open:
            edit_of(browser, url, **{"name" if model is Client else "last_name": "Fresh"})
        else:
            browser.post(url, {"name": "Fresh", "last_name": "Fresh"})
        is_new = model.objects.count() > before
        transaction.set_rollback(True)
    seen, wanted = (is_open, is_new), (may_add, is_stored)
    return [] if seen == wanted else [(model.__name__, "new", seen, wanted)]


BESIDE_RECORDS: dict[Action, tuple[Callable[..., list[Any]], ...]] = {
    Action.VIEW: (faults_in_lists, faults_in_new),
    Action.ADD: (faults_in_new,),
    Action.DELETE: (faults_in_bin,),
    Action.EXPORT: (faults_in_export,),
}


@pytest.mark.parametrize("action", list(Action), ids=str)
def test_a_role_made_in_the_browser_does_what_its_matrix_says(world: World, action: Action) -> None:
    admin, browser = browser_of(world.dana), browser_of(world.eva)
    role = make_role(admin, world.eva)
    tried = [matrix for about, matrix in matrices() if about == action]
    assert {matrix[action] for matrix in tried} == set(Scope)
    faults: list[Any] = []
    for matrix in tried:
        set_matrix(admin, role, matrix)
        found: list[Any] = []
        for model in WORDS:
            found += faults_on_records(browser, model, world, action, Expected(matrix))
            for look in BESIDE_RECORDS.get(action, ()):
                found += look(browser, model, world, Expected(matrix))
        faults += [(f"{action.value}={matrix[action].name}, view={matrix[Action.VIEW].name}", fault) for fault in found]
    assert not faults, "\n".join(map(str, faults))


def test_owners_are_changed_on_the_edit_page_as_far_as_assign_reaches(world: World) -> None:
    admin, browser = browser_of(world.dana), browser_of(world.eva)
    role = make_role(admin, world.eva)
    faults = []
    for scope in (Scope.NONE, Scope.TEAM, Scope.ALL):
        matrix = _matrix(Action.ASSIGN, scope, view=Scope.ALL)
        set_matrix(admin, role, matrix)
        for model in WORDS:
            for place in ("own", "mate", "below", "elsewhere"):
                seen = take_over(browser, world.records[model][place])
                if seen != Expected(matrix).of(Action.ASSIGN, place):
                    faults.append((model.__name__, scope.name, place, seen))
    assert not faults, str(faults)
