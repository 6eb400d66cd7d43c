"""The form of a role: its fields, a choice of scope in every cell of the matrix, and a choice for every field.

The choices are what the editor has himself; the service judges again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access.registry import managed_types, record_models
from crm.access.rights import Action, Scope, rights_of
from teams.models import FieldRule, Grant, Role, User
from teams.selectors.roles import Reach, grants_of, latest_version, rules_of, type_name
from teams.services.roles_rules import closed_enough, ruled_fields

Rules = Mapping[tuple[str, str], str]
OPEN = ""


@dataclass(frozen=True)
class FormCell:
    """`field` is None where the editor lacks the right himself, or the type has no such action (`is_offered`)."""

    action: Action
    is_offered: bool
    field: BoundField | None


@dataclass(frozen=True)
class FormRow:
    key: str
    label: str
    cells: list[FormCell]
    fields: list[BoundField]

    @property
    def closed_count(self) -> int:
        return sum(1 for field in self.fields if field.value())


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]
    """`reach` and `rules` are what a new role begins with; an existing one begins with its own."""

    read_version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    class Meta:
        model = Role
        fields = ("name", "rank", "needs_second_factor", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}

    def __init__(
        self, *args: Any, actor: User, reach: Reach | None = None, rules: Rules | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        is_new = self.instance.pk is None
        self._reach = (reach or {}) if is_new else grants_of(self.instance)
        self._rules = (rules or {}) if is_new else rules_of(self.instance)
        self.initial["read_version"] = 0 if is_new else latest_version(self.instance)
        self._limit_rank()
        for record_type, action, scopes in _actions():
            self._add_cell(record_type, action, scopes)
        for model in record_models():
            self._add_rules(model)

    def _limit_rank(self) -> None:
        rank: Any = self.fields["rank"]
        rank.widget.attrs["min"] = 0
        if not self.actor.is_superuser and self.actor.role is not None:
            highest = max(self.actor.role.rank - 1, 0)
            rank.widget.attrs["max"] = highest
            rank.help_text = _("At most %(rank)s: people create and hand out only roles of a lower rank.") % {
                "rank": highest
            }

    def _add_cell(self, record_type: str, action: Action, scopes: tuple[Scope, ...]) -> None:
        own = self._own_scope(record_type, action)
        offered = [scope for scope in scopes if scope <= own]
        if len(offered) < 2:
            return
        field = forms.TypedChoiceField(
            choices=[(scope.value, scope.label) for scope in offered],
            coerce=int,
            required=False,
            empty_value=Scope.NONE.value,  # type: ignore[arg-type]
            label=action.label,
        )
        name = grant_name(record_type, action)
        # A template may hold more than the editor has: what is nearest to it is proposed.
        wanted = self._reach.get((record_type, action), 0)
        self.initial[name] = max(scope.value for scope in offered if scope <= wanted)
        self.fields[name] = field

    def _own_scope(self, record_type: str, action: Action) -> Scope:
        rights = rights_of(self.actor)
        return Scope.ALL if rights.is_unlimited else rights.grants.get((record_type, action), Scope.NONE)

    def _add_rules(self, model: Any) -> None:
        label = model._meta.label_lower
        titles = dict(model.ruled_fields())
        own = rights_of(self.actor).rules(model)
        for name, accesses in ruled_fields(label):
            choices = [(OPEN, gettext_lazy("Open")), *((access.value, access.label) for access in accesses)]
            if name in own:
                choices = [(access.value, access.label) for access in closed_enough(label, name, own[name])]
            field_name = rule_name(label, name)
            self.fields[field_name] = forms.ChoiceField(
                choices=choices, required=False, label=str(capfirst(titles[name]))
            )
            stored = self._rules.get((label, name), OPEN)
            offered = [choice for choice, _label in choices]
            self.initial[field_name] = stored if stored in offered else offered[0]

    # What the templates draw

    def rows(self) -> list[FormRow]:
        """Record types, each with its cells and its fields."""
        return [self._row(model, dict.fromkeys(Action, True)) for model in record_models()]

    def managed_rows(self) -> list[FormRow]:
        return [self._row(managed.model, managed.scopes) for managed in managed_types()]

    def _row(self, model: Any, actions: Mapping[Action, Any]) -> FormRow:
        label = model._meta.label_lower
        cells = [FormCell(action, action in actions, self._bound(grant_name(label, action))) for action in Action]
        fields = [self._bound(rule_name(label, name)) for name, _accesses in ruled_fields(label)]
        return FormRow(label.replace(".", "-"), type_name(model), cells, [field for field in fields if field])

    def _bound(self, name: str) -> BoundField | None:
        return self[name] if name in self.fields else None

    # What the service takes

    def grants(self) -> list[Grant]:
        return [
            Grant(record_type=record_type, action=action, scope=self.cleaned_data[name])
            for record_type, action, _scopes in _actions()
            if (name := grant_name(record_type, action)) in self.fields
        ]

    def field_rules(self) -> list[FieldRule]:
        return [
            FieldRule(record_type=record_type, field=name, access=access)
            for record_type, name in _ruled()
            if (access := self.cleaned_data.get(rule_name(record_type, name)))
        ]


def grant_name(record_type: str, action: str) -> str:
    """The name of a cell's field: "grant-clients-client-view"."""
    return f"grant-{record_type.replace('.', '-')}-{action}"


def rule_name(record_type: str, name: str) -> str:
    return f"rule-{record_type.replace('.', '-')}-{name}"


def _actions() -> Iterator[tuple[str, Action, tuple[Scope, ...]]]:
    for model in record_models():
        for action in Action:
            yield model._meta.label_lower, action, tuple(Scope)
    for managed in managed_types():
        for action, scopes in managed.scopes.items():
            yield managed.label, action, scopes


def _ruled() -> Iterator[tuple[str, str]]:
    for model in record_models():
        for name, _accesses in ruled_fields(model._meta.label_lower):
            yield model._meta.label_lower, name
