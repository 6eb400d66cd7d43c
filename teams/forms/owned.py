"""The form of an owned record: whom it may be given to."""

from typing import Any

from django import forms
from django.db.models import Q

from crm.access.rights import Action, Scope, rights_of
from crm.pages.forms import RecordForm
from teams.models import Team, User
from teams.selectors import home_team_of, owners_offered_to, teams_offered_to


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
        field.empty_label = None if name == "owner" else field.empty_label
