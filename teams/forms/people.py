"""The forms of a person: the directory's filters, the profile, role and teams."""

import zoneinfo
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.phones.parsing import parse_phone
from crm.ui.widgets import LongSelect
from teams.models import Company, Membership, Role, Skill, SkillLevel, Team, User
from teams.models.people import SPOKEN_LANGUAGES
from teams.selectors.people import manages, may_look_for_deactivated
from teams.services import NotTheirsToGive, refuse_unless_theirs_to_give
from teams.services.people import OWN_FIELDS, PROFILE_FIELDS

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_MOST_ROWS = 50
_EARLIEST_YEAR = 1900


class PeopleFilterForm(forms.Form):
    """How the directory is narrowed. A value that cannot be read narrows nothing."""

    q = forms.CharField(label=_("Name, phone or e-mail"), required=False, max_length=200)
    team = forms.ModelChoiceField(Team.objects.all(), label=_("Team"), required=False, empty_label=_("Any"))
    role = forms.ModelChoiceField(Role.objects.all(), label=_("Role"), required=False, empty_label=_("Any"))
    skill = forms.ModelChoiceField(Skill.objects.all(), label=_("Skill"), required=False, empty_label=_("Any"))
    level = forms.TypedChoiceField(
        label=_("at least"), choices=SkillLevel.choices, coerce=int, empty_value=None, required=False
    )
    away = forms.BooleanField(label=_("Away today"), required=False)
    deactivated = forms.BooleanField(label=_("Deactivated"), required=False)

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        kwargs["auto_id"] = "filter_%s"
        super().__init__(*args, **kwargs)
        self.fields["q"].widget.input_type = "search"  # type: ignore[attr-defined]
        if not may_look_for_deactivated(reader):
            del self.fields["deactivated"]

    @property
    def chosen(self) -> dict[str, Any]:
        """The filters that are on."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value and name != "level"}


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """What everybody keeps about himself; names, e-mail and country too for those who manage him."""

    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        required=False,
        choices=lambda: sorted(((code, str(name)) for code, name in SPOKEN_LANGUAGES), key=lambda choice: choice[1]),
        widget=forms.SelectMultiple(attrs={"data-chooser": "", "size": 6}),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lambda: [(zone, zone) for zone in sorted(zoneinfo.available_timezones())],
        widget=LongSelect,
    )

    class Meta:
        model = User
        fields = PROFILE_FIELDS
        widgets = {"birthday": DATE, "country": LongSelect, "about": forms.Textarea(attrs={"rows": 5})}
        help_texts = {
            "birthday": _("Colleagues see the day without the year."),
            "country": _("Says which days are holidays; empty for the country of the company."),
        }

    SECTIONS = (
        (_("Name and sign-in"), ("first_name", "last_name", "email")),
        (_("About"), ("phone", "birthday", "languages", "about")),
        (_("Place and language"), ("country", "time_zone", "language")),
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not manages(actor, self.instance):
            self.fields = {name: self.fields[name] for name in OWN_FIELDS}

    def sections(self) -> Iterator[tuple[Any, list[forms.BoundField]]]:
        """(title, fields) as the page draws them."""
        for title, names in self.SECTIONS:
            fields = [self[name] for name in names if name in self.fields]
            if fields:
                yield title, fields

    def clean_birthday(self) -> Any:
        day = self.cleaned_data["birthday"]
        if day and not (day.year >= _EARLIEST_YEAR and day <= timezone.localdate()):
            raise ValidationError(_("Nobody who works here was born on that day."))
        return day

    def clean_phone(self) -> str:
        """In the international form where it can be read, else as typed."""
        typed: str = self.cleaned_data["phone"].strip()
        region = str(self.cleaned_data.get("country") or self.instance.country or Company.current().country)
        parsed = parse_phone(typed, region=region)
        return parsed.e164 if parsed.is_valid and not parsed.extension else typed


class RoleForm(forms.Form):
    """The roles that the actor may hand out; the present one stays a choice."""

    role = forms.ModelChoiceField(Role.objects.all(), label=_("Role"), required=False, empty_label=_("No role"))

    def __init__(self, *args: Any, person: User, actor: User, **kwargs: Any) -> None:
        kwargs |= {"initial": {"role": person.role_id}, "prefix": "role"}
        super().__init__(*args, **kwargs)
        offered = roles_offered_to(actor)
        is_fixed = person.role is not None and person.role not in offered
        field = self.fields["role"]
        field.queryset = Role.objects.filter(pk__in=[person.role_id, *(role.pk for role in offered)])  # type: ignore[attr-defined]
        field.disabled = is_fixed
        if is_fixed:
            field.help_text = _("This role is not yours to take away.")


def roles_offered_to(actor: User) -> list[Role]:
    """Roles of a lower rank than the actor's, with no right that he lacks."""
    return [role for role in Role.objects.prefetch_related("grants", "field_rules") if _is_theirs(role, actor)]


def _is_theirs(role: Role, actor: User) -> bool:
    try:
        refuse_unless_theirs_to_give(role, actor=actor)
    except NotTheirsToGive:
        return False
    return True


class MembershipForm(forms.Form):
    """A team and how a person is in it; `teams` are those that the actor may fill, by key."""

    team = forms.ChoiceField(label=_("Team"), widget=LongSelect)
    position = forms.CharField(label=_("Position"), max_length=100, required=False)
    share = forms.IntegerField(label=_("Share of time, %"), min_value=1, max_value=100, initial=100)
    is_primary = forms.BooleanField(label=_("primary"), required=False)

    def __init__(self, *args: Any, teams: dict[str, Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.teams = teams
        self.fields["team"].choices = [("", "---------"), *((key, team.name) for key, team in teams.items())]  # type: ignore[attr-defined]

    def membership(self) -> Membership:
        given = self.cleaned_data
        team = self.teams[given["team"]]
        return Membership(team=team, position=given["position"], share=given["share"], is_primary=given["is_primary"])


class RowFormSet(BaseFormSet):  # type: ignore[type-arg]
    """Rows of one page, without those that are empty or marked for removal."""

    def kept(self) -> list[Any]:
        filled = [form for form in self.forms if form.has_changed() or form.initial]
        return [form for form in filled if not form.cleaned_data.get("DELETE")]


def rows_of(form: type[forms.Form], *, extra: int = 1) -> Any:
    """The formset class of a row form."""
    return formset_factory(
        form, formset=RowFormSet, extra=extra, can_delete=True, max_num=_MOST_ROWS, absolute_max=100, validate_max=True
    )


def membership_rows(data: Any, *, teams: Iterable[Team], memberships: Iterable[Membership]) -> Any:
    """The formset of the memberships in the teams that the actor may fill."""
    offered = {str(team.pk): team for team in teams}
    initial = [
        {"team": str(row.team_id), "position": row.position, "share": row.share, "is_primary": row.is_primary}
        for row in memberships
        if str(row.team_id) in offered
    ]
    return rows_of(MembershipForm)(data, initial=initial, prefix="teams", form_kwargs={"teams": offered})
