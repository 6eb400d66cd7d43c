"""Forms of a team, and of a person in it."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.access.rights import Action, Scope, rights_of
from crm.ui.widgets import LongSelect
from teams.models import Membership, Team, User
from teams.selectors.reach import people_managed_by, teams_managed_by
from teams.selectors.structure import team_ids_below, teams_in_order

# Before the name, once for each level below the top.
_INDENT = "\u2003"


class TeamChoices(forms.models.ModelChoiceIterator):  # type: ignore[type-arg]
    """Teams as the tree has them, those below indented."""

    def __iter__(self) -> Any:
        field: Any = self.field
        if field.empty_label is not None:
            yield ("", field.empty_label)
        for team, depth in teams_in_order(self.queryset):
            yield (self.field.prepare_value(team), f"{_INDENT * depth}{team.name}")


class TeamChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    iterator = TeamChoices


class TeamForm(forms.ModelForm):  # type: ignore[type-arg]
    """Places and leads are offered as far as the actor manages teams and people."""

    parent = TeamChoiceField(Team.objects.none(), label=_("Parent team"), required=False)

    class Meta:
        model = Team
        fields = ("name", "parent", "lead", "description")
        widgets = {"lead": LongSelect, "description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self._offer_parents()
        lead: Any = self.fields["lead"]
        managed = people_managed_by(actor, Action.CHANGE).filter(is_active=True)
        lead.queryset = User.objects.filter(
            Q(pk__in=managed.values("pk")) | Q(pk=self.instance.lead_id) | Q(pk=actor.pk)
        )
        lead.empty_label = _("Nobody yet")

    def _offer_parents(self) -> None:
        parent: Any = self.fields["parent"]
        is_new = self.instance.pk is None
        action = Action.ADD if is_new else Action.CHANGE
        offered = teams_managed_by(self.actor, action)
        if not is_new:
            offered = offered.exclude(pk__in=team_ids_below(self.instance))
        parent.queryset = Team.objects.filter(Q(pk__in=offered.values("pk")) | Q(pk=self.instance.parent_id))
        reaches_top = rights_of(self.actor).scope(Team, action) == Scope.ALL
        is_at_top = not is_new and self.instance.parent_id is None
        parent.empty_label = _("None: at the top") if reaches_top or is_at_top else None
        parent.required = parent.empty_label is None


class MemberForm(forms.ModelForm):  # type: ignore[type-arg]
    """How a person is in a team."""

    class Meta:
        model = Membership
        fields = ("position", "share", "is_primary")
        labels = {"share": _("Share of time, %"), "is_primary": pgettext_lazy("team", "Primary team")}
        help_texts = {
            "share": "",
            "is_primary": _("New records of this person go to the primary team."),
        }
        widgets = {"share": forms.NumberInput(attrs={"min": 1, "max": 100})}


class NewMemberForm(MemberForm):
    """A person to put into a team, among those whom the actor manages and who are not in it."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("Colleague"), widget=LongSelect)

    field_order = ("user", "position", "share", "is_primary")

    class Meta(MemberForm.Meta):
        fields = ("user", *MemberForm.Meta.fields)  # type: ignore[assignment]

    def __init__(self, *args: Any, actor: User, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.fields["user"]
        managed = people_managed_by(actor, Action.CHANGE).filter(is_active=True)
        person.queryset = managed.exclude(memberships__team=team)
        person.empty_label = _("Choose a person")

    def _get_validation_exclusions(self) -> set[str]:
        # One primary team a person: the service takes the mark from the former one.
        return {*super()._get_validation_exclusions(), "user"}  # type: ignore[misc]
