"""The forms of a project: its page, one for each part, the manager's word, and what a win asks."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms import BaseInlineFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from clients.models import Client
from contacts.models import Contact
from crm.access.rights import FieldAccess, locked_fields, rights_of
from crm.money.currencies import currency_choices
from crm.pages.forms import RecordChoiceField, RecordForm, Sight, part_formset
from crm.ui.widgets import LongSelect
from projects.models import (
    Milestone,
    MilestoneState,
    Project,
    ProjectContact,
    ProjectLink,
    ProjectMember,
    ProjectRate,
    Risk,
)
from projects.project_codes import code_is_taken, free_code, suggested_code
from teams.forms import OwnedRecordForm
from teams.models import Company, User


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ProjectContactForm(forms.ModelForm):  # type: ignore[type-arg]
    """One person of the client; a person out of the actor's sight stays, and only his role can be changed."""

    needs_sight = True

    contact = RecordChoiceField(Contact, label=gettext_lazy("Contact"))

    class Meta:
        model = ProjectContact
        fields = ["contact", "role"]

    def __init__(self, *args: Any, sight: Sight, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].look_through(sight)  # type: ignore[attr-defined]
        present = self.instance.contact_id
        if present and sight.find(Contact, present) is None:
            del self.fields["contact"]
            self.is_masked = True


class ProjectContactFormSet(BaseInlineFormSet):
    """All the client's people of one project."""

    def clean(self) -> None:
        super().clean()
        present: set[UUID] = set()
        for form in self.forms:
            key = form.instance.contact_id
            if not form.is_valid() or form.cleaned_data.get("DELETE") or key is None:
                continue
            if key in present:
                raise ValidationError(_("The same person stands here twice."))
            present.add(key)


class MemberForm(forms.ModelForm):  # type: ignore[type-arg]
    """A colleague; those who left stay where they are, and are not offered."""

    needs_sight = True

    class Meta:
        model = ProjectMember
        fields = ["user", "role", "title", "allocation", "starts", "ends"]
        widgets = {"starts": day_input(), "ends": day_input(), "user": LongSelect}

    def __init__(self, *args: Any, sight: Sight, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["user"]
        people.queryset = User.objects.filter(Q(is_active=True) | Q(pk=self.instance.user_id))
        people.choices = [("", ""), *colleagues_of(sight, self.instance)]


def colleagues_of(sight: Any, member: ProjectMember) -> list[tuple[int, str]]:
    """Active people, asked for once a page; the person of the row though he left."""
    known = getattr(sight, "colleagues", None)
    if known is None:
        known = sight.colleagues = [(user.pk, str(user)) for user in User.objects.filter(is_active=True)]
    if member.user_id and all(member.user_id != key for key, _name in known):
        return [*known, (member.user_id, str(member.user))]
    return list(known)


class MilestoneForm(forms.ModelForm):  # type: ignore[type-arg]
    """Accepted milestones have the day of it; what it brings is shown to those who see the budget."""

    needs_sight = True

    class Meta:
        model = Milestone
        fields = ["name", "due", "amount", "state", "accepted_on"]
        widgets = {"due": day_input(), "accepted_on": day_input()}

    def __init__(self, *args: Any, sight: Sight, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        access = rights_of(sight.actor).rules(Project).get("milestones.amount")
        if access == FieldAccess.HIDDEN:
            del self.fields["amount"]
        elif access is not None:
            self.fields["amount"].disabled = True

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        is_accepted = self.cleaned_data.get("state") == MilestoneState.ACCEPTED
        if not is_accepted and "accepted_on" in self.cleaned_data:
            self.cleaned_data["accepted_on"] = None
        return cleaned


class RateForm(forms.ModelForm):  # type: ignore[type-arg]
    currency = forms.ChoiceField(choices=currency_choices, label=gettext_lazy("Currency"), widget=LongSelect)

    class Meta:
        model = ProjectRate
        fields = ["role", "hourly_rate", "currency"]

    def __init__(self, *args: Any, usual: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.currency:
            self.initial["currency"] = usual


class RateFormSet(BaseInlineFormSet):
    """New rows begin with the currency of the project."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "usual": self.instance.currency}


def checked_code(code: str, *, actor: Any, proposed: str = "", besides: UUID | None = None) -> str:
    """A proposed code that is taken gives way to the next free one, a typed one is told: raises ValidationError."""
    code = code.strip()
    if not code or not code_is_taken(code, besides=besides):
        return code
    free = free_code(code, besides=besides)
    if code == proposed:
        return free
    if Project.objects.visible_to(actor).filter(code__iexact=code).exists():
        raise ValidationError(_("“%(code)s” is taken. “%(free)s” is free.") % {"code": code, "free": free})
    # What is free would tell how many there are out of sight.
    raise ValidationError(_("“%(code)s” is taken. Choose another.") % {"code": code})


class ProjectForm(OwnedRecordForm):
    """Where a project stands and how it fares are no fields of its form."""

    PARTS: ClassVar[dict[str, Any]] = {
        "contacts": part_formset(
            Project,
            ProjectContact,
            ProjectContactForm.Meta.fields,
            form=ProjectContactForm,
            formset=ProjectContactFormSet,
        )
    }
    SECTIONS = (
        (
            gettext_lazy("Project"),
            (
                *("name", "code", "client", "kind", "planned_start", "planned_end", "actual_start", "actual_end"),
                *("budget_amount", "currency", "budget_hours"),
            ),
        ),
        (gettext_lazy("Circumstances"), ("owner", "team", "external_id", "description")),
    )

    client = RecordChoiceField(Client, label=gettext_lazy("Client"), required=False)
    currency = forms.ChoiceField(choices=currency_choices, label=gettext_lazy("Currency"), widget=LongSelect)
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("Short and unique, as ACME-3. Made up unless given."),
    )

    class Meta:
        model = Project
        fields = [
            *("name", "code", "client", "kind", "planned_start", "planned_end", "actual_start", "actual_end"),
            *("budget_amount", "currency", "budget_hours", "owner", "team", "external_id", "description"),
        ]
        widgets = {
            **{name: day_input() for name in ("planned_start", "planned_end", "actual_start", "actual_end")},
            "description": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        if self.is_new and "currency" in self.fields:
            self.initial["currency"] = self.instance.currency = Company.current().currency

    def _formset(self, name: str) -> Any:
        formset = super()._formset(name)
        if name == "contacts":
            self.sight.look_for(Contact, {row.contact_id for row in formset.get_queryset()})
        return formset

    def clean_code(self) -> str:
        if "code" in locked_fields(self.actor, Project):
            return str(self.instance.code)
        code = checked_code(self.cleaned_data["code"], actor=self.actor, besides=self.instance.pk)
        return code or str(self.initial.get("code") or "")


class PartForm(RecordForm):
    """The rows of one part of a project, and nothing else of it."""

    class Meta:
        model = Project
        fields: list[str] = []


def _part_form(name: str, part: Any, form: Any, **options: Any) -> type[PartForm]:
    formset = part_formset(Project, part, form.Meta.fields, form=form, **options)
    return type(f"{part.__name__}sForm", (PartForm,), {"PARTS": {name: formset}, "__module__": __name__})


class RiskForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Risk
        fields = ["text", "probability", "impact", "response", "is_closed"]


class LinkForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ProjectLink
        fields = ["kind", "url", "label"]
        widgets = {"url": forms.URLInput(attrs={"placeholder": "https://"})}


#: The parts that have a page of their own, each with its form.
PART_FORMS: dict[str, type[PartForm]] = {
    "members": _part_form("members", ProjectMember, MemberForm),
    "milestones": _part_form("milestones", Milestone, MilestoneForm),
    "risks": _part_form("risks", Risk, RiskForm),
    "links": _part_form("links", ProjectLink, LinkForm),
    "rates": _part_form("rates", ProjectRate, RateForm, formset=RateFormSet),
}


class HealthForm(RecordForm):
    """What the manager says himself."""

    SECTIONS = ((gettext_lazy("Health"), ("health_word", "health_note")),)

    class Meta:
        model = Project
        fields = ["health_word", "health_note"]
        labels = {"health_word": gettext_lazy("Your word")}
        help_texts = {"health_word": gettext_lazy("Stands above what is computed. Empty takes it back.")}
        widgets = {"health_note": forms.TextInput}


NEW, EXISTING, NONE = "new", "existing", "none"


class WinForm(forms.Form):
    """The project of a won deal: a new one, one of this client, or none; `version` is what the page showed.

    Without a choice there is none. `offer` is a projects.winning.Offer.
    """

    choice = forms.ChoiceField(label=gettext_lazy("Project"), widget=forms.RadioSelect, required=False)
    name = forms.CharField(label=gettext_lazy("Title"), max_length=500, required=False)
    code = forms.CharField(label=gettext_lazy("Code"), max_length=30, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    manager = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Manager"), required=False, widget=LongSelect, empty_label=None
    )
    project = forms.ModelChoiceField(
        Project.objects.none(), label=gettext_lazy("Which one"), required=False, widget=LongSelect
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, deal: Any, offer: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deal, self.offer, self.actor = deal, offer, actor
        self._offer_choices(offer)
        self.initial["version"] = deal.version

    def _offer_choices(self, offer: Any) -> None:
        labels = {
            NEW: pgettext_lazy("project", "Make a new one"),
            EXISTING: gettext_lazy("Add to one of this client's"),
            NONE: gettext_lazy("Without a project"),
        }
        choices: Any = self.fields["choice"]
        choices.choices = [(key, labels[key]) for key in offer.choices]
        self.initial["choice"] = offer.choice
        self.fields["project"].queryset = offer.projects  # type: ignore[attr-defined]
        self.initial["project"] = offer.linked
        if NEW not in offer.choices:
            self._drop("name", "code", "kind", "manager")
            return
        self.fields["kind"].choices = Project._meta.get_field("kind").choices  # type: ignore[attr-defined,union-attr]
        self.fields["manager"].queryset = offer.managers  # type: ignore[attr-defined]
        locked = locked_fields(self.actor, Project)
        self._drop(*(name for name, ruled_by in (("code", "code"), ("manager", "owner")) if ruled_by in locked))
        self.initial.update(name=self.deal.name, code=self._proposed, manager=self.actor.pk)

    def _drop(self, *names: str) -> None:
        for name in names:
            del self.fields[name]

    @property
    def _proposed(self) -> str:
        return suggested_code(self.offer.client, actor=self.actor)

    def clean_code(self) -> str:
        if self.data.get("choice") != NEW:
            return ""
        return checked_code(self.cleaned_data["code"], actor=self.actor, proposed=self._proposed)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("choice") == NEW and not cleaned.get("name", "").strip():
            self.add_error("name", _("Give the project a title."))
        if cleaned.get("choice") == EXISTING and "project" in cleaned and cleaned["project"] is None:
            self.add_error("project", _("Choose the project."))
        return cleaned


class ReopenForm(forms.Form):
    """What becomes of the project that the win made; `version` is what the page showed."""

    project = forms.ChoiceField(
        label=gettext_lazy("What becomes of it?"),
        choices=[
            ("keep", gettext_lazy("Keep it: it is used again when the deal is won")),
            ("bin", gettext_lazy("Move it to the recycle bin: winning the deal again brings it back")),
        ],
        initial="keep",
        widget=forms.RadioSelect,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
