"""Rules of the house that a reader of the code would have to remember: held here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from crm.access.querysets import RecordQuerySet
from crm.access.registry import record_models

ROOT = Path(settings.BASE_DIR)
# From the one that may know everything to the one that may know nothing; shared code knows no app.
LAYERS = ("advisor", "documents", "tasks", "projects", "contacts", "clients", "teams", "crm")
EVERYBODY_MAY_POINT_AT = {"teams.user", "teams.team"}
ACCESS_VERBS = {
    name for name in vars(RecordQuerySet) if name.endswith(("_to", "_by", "_of", "_visible")) and name != "allowed_to"
}
SAVE_SIGNALS = {"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "pre_init", "post_init"}


def sources(*, with_tests: bool = False) -> Iterator[Path]:
    for layer in LAYERS:
        for path in sorted((ROOT / layer).rglob("*.py")):
            if "migrations" not in path.parts and (with_tests or "tests" not in path.parts):
                yield path


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def layer_of(model: type[models.Model]) -> int | None:
    name = model.__module__.partition(".")[0]
    return LAYERS.index(name) if name in LAYERS else None


def points_up(model: type[models.Model], target: type[models.Model]) -> bool:
    here, there = layer_of(model), layer_of(target)
    if here is None or there is None or target._meta.label_lower in EVERYBODY_MAY_POINT_AT:
        return False
    return there < here


def test_foreign_keys_point_only_down() -> None:
    upward = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model and points_up(model, field.related_model)
    ]
    assert upward == []


def test_the_test_of_directions_tells_up_from_down() -> None:
    client, contact = apps.get_model("clients.client"), apps.get_model("contacts.contact")
    assert points_up(client, contact)
    assert not points_up(contact, client)
    assert points_up(apps.get_model("teams.role"), client)
    assert not points_up(client, apps.get_model("teams.team"))


def test_names_of_urls_are_not_taken_twice() -> None:
    spaces = [model.namespace() for model in record_models()]
    assert len(spaces) == len(set(spaces))


# Reading the sources


def is_view(path: Path) -> bool:
    return path.name == "views.py" or "views" in path.parts


def called_after(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> set[str]:
    """Names of the methods that are chained on to this expression."""
    names = set()
    while isinstance(parent := parents.get(node), ast.Attribute | ast.Call):
        if isinstance(parent, ast.Call) and parent.func is not node:
            break
        if isinstance(parent, ast.Attribute):
            names.add(parent.attr)
        node = parent
    return names


def unscoped_reads(tree: ast.Module, record_names: set[str]) -> list[int]:
    """Lines that read records past the access verbs; a lower-case name may stand for any record type."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or node.attr not in {"objects", "_default_manager", "_base_manager"}:
            continue
        owner = node.value.id if isinstance(node.value, ast.Name) else ""
        is_record = owner in record_names or not owner[:1].isupper()
        if is_record and not called_after(node, parents) & ACCESS_VERBS:
            found.append(node.lineno)
    return found


def test_views_read_records_by_the_access_verbs() -> None:
    names = {model.__name__ for model in record_models()}
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources()
        if is_view(path)
        for line in unscoped_reads(tree_of(path), names)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ("Client.objects.all()", True),
        ("Client.objects.filter(pk=pk).first()", True),
        ("get_object_or_404(Client.objects, pk=pk)", True),
        ("model.objects.get(pk=pk)", True),
        ("Client._base_manager.get(pk=pk)", True),
        ("visible_to(Client.objects.all())", True),
        ("Client.objects.visible_to(user)", False),
        ("Client.objects.filter(name='x').visible_to(user)", False),
        ("self.model.objects.order_by('id').first_visible(user, limit=5)", False),
        ("SavedView.objects.filter(user=user)", False),
    ],
)
def test_the_test_of_views_finds_unscoped_reads(code: str, *, is_found: bool) -> None:
    assert bool(unscoped_reads(ast.parse(code), {"Client"})) == is_found


def named_in(tree: ast.Module) -> set[str]:
    names = {
        alias.name.rpartition(".")[2]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom | ast.Import)
        for alias in node.names
    }
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_nothing_listens_to_saves_and_nothing_asks_guardian_for_lists() -> None:
    banned = SAVE_SIGNALS | {"get_objects_for_user", "get_objects_for_group"}
    found = {str(path.relative_to(ROOT)): hits for path in sources() if (hits := named_in(tree_of(path)) & banned)}
    assert found == {}


def trusted_values(tree: ast.Module) -> list[int]:
    """Lines that declare something safe, or a template, which is not written out in the code itself."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        call.lineno
        for call in calls
        if getattr(call.func, "id", getattr(call.func, "attr", "")) in {"mark_safe", "from_string"}
        and not all(isinstance(argument, ast.Constant) for argument in call.args)
    ]


def test_no_text_of_a_user_becomes_a_template_or_markup() -> None:
    found = [f"{path.relative_to(ROOT)}:{line}" for path in sources() for line in trusted_values(tree_of(path))]
    assert found == []
    assert trusted_values(ast.parse("mark_safe(name)")) == [1]
    assert trusted_values(ast.parse("engine.from_string(record.text)")) == [1]
    assert trusted_values(ast.parse("mark_safe(' selected')")) == []


def test_templates_trust_no_value() -> None:
    trusting = re.compile(r"\|\s*safe(seq)?\b|\{%\s*autoescape\s+off")
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in sorted((ROOT / "templates").rglob("*"))
        if path.is_file()
        for match in trusting.finditer(path.read_text())
        if not (path.suffix == ".txt" and "autoescape" in match.group())
    ]
    assert found == []


def test_no_file_is_too_long_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in sources(with_tests=True)
        if (count := len(path.read_text().splitlines())) > 500
    }
    assert long == {}
