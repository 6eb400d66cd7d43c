"""The form of who invites, and the one of who is invited."""

from typing import Any

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm
from django.utils.translation import gettext_lazy as _

from teams.forms.people import roles_offered_to
from teams.forms.structure import TeamChoiceField
from teams.models import Company, Invitation, Role, Team, User
from teams.selectors.invitations import invites_without_team, teams_for_newcomers


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]
    """Roles and teams are offered as far as the actor may give them."""

    role = forms.ModelChoiceField(Role.objects.none(), label=_("Role"), empty_label=_("Choose a role"))
    team = TeamChoiceField(Team.objects.none(), label=_("Team"))

    class Meta:
        model = Invitation
        fields = ("email", "first_name", "last_name", "language", "role", "team", "position", "share")
        labels = {"share": _("Share of time, %")}
        help_texts = {"language": _("Of the mail, and of the pages at the first sign-in.")}
        widgets = {"share": forms.NumberInput(attrs={"min": 1, "max": 100})}

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("language", Company.current().language)
        role: Any = self.fields["role"]
        role.queryset = Role.objects.filter(pk__in=[offered.pk for offered in roles_offered_to(actor)])
        team: Any = self.fields["team"]
        team.queryset = teams_for_newcomers(actor)
        team.required = not invites_without_team(actor)
        team.empty_label = _("Choose a team") if team.required else _("No team")


class AcceptForm(BaseUserCreationForm):  # type: ignore[type-arg]
    """What a newcomer says of himself; role, team and e-mail are the inviter's word."""

    class Meta(BaseUserCreationForm.Meta):
        model = User
        fields = ("username", "first_name", "last_name")  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["username"].help_text = _("You sign in with it, or with your e-mail.")
        self.fields["first_name"].required = self.fields["last_name"].required = True
