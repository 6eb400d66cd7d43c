"""The form of an owned record: whom it may be given to."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.choices import BaseChoiceIterator
from django.utils.functional import cached_property

from crm.access.rights import Action, Scope, rights_of
from crm.pages.forms import RecordForm
from crm.ui.widgets import LongSelect
from teams.models import Team, User
from teams.selectors import home_team_of, owners_offered_to, teams_offered_to


class OfferedOnce(BaseChoiceIterator):
    """The choice of one of these, asked of the database once, however often the form walks through it."""

    def __init__(self, offered: QuerySet[Any], *, empty_label: Any) -> None:
        self.offered = offered
        self.empty = [("", empty_label)] if empty_label else []

    @cached_property
    def choices(self) -> list[tuple[Any, str]]:
        return [*self.empty, *_named(self.offered)]

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        return iter(self.choices)


def _named(offered: QuerySet[Any]) -> list[tuple[int, str]]:
    """Keys and names, as `str` gives them; a company has hundreds of people, whose whole rows nobody needs."""
    if offered.model is Team:
        return list(offered.values_list("pk", "name"))
    people = offered.values_list("pk", "first_name", "last_name", "username")
    return [(pk, f"{first} {last}".strip() or username) for pk, first, last, username in people]


class OwnedRecordForm(RecordForm):
    """Owner and team are offered as far as the actor's assign grant reaches; without one they stay as they are."""

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        if self.is_new and self.instance.owner_id is None:
            self.initial["owner"] = self.instance.owner = actor
            self.initial["team"] = self.instance.team = home_team_of(actor)
        model = type(self.instance)
        if rights_of(actor).scope(model, Action.ASSIGN) == Scope.NONE:
            self.fields.pop("owner", None)
            self.fields.pop("team", None)
        self._offer("owner", owners_offered_to(actor, model), User)
        self._offer("team", teams_offered_to(actor, model), Team)

    def _offer(self, name: str, offered: Any, model: type[User] | type[Team]) -> None:
        field = self.fields.get(name)
        if not isinstance(field, forms.ModelChoiceField):
            return
        # The present owner and team stay choices, so that saving a colleague's record does not take it from him.
        present = getattr(self.instance, f"{name}_id")
        field.queryset = model.objects.filter(Q(pk=present) | Q(pk__in=offered.values("pk")))
        field.widget = LongSelect(attrs=field.widget.attrs)
        field.choices = OfferedOnce(field.queryset, empty_label="" if name == "owner" else field.empty_label)
