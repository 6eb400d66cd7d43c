"""The form of a handover: the way, and the people whom this way needs."""

from typing import Any

from django import forms
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from crm.access.following import followings
from crm.access.registry import record_models
from teams.models import Team, User
from teams.selectors.owners import owners_offered_to
from teams.services.handing_over import Rule, counts_of_book, owned_for

ONE, EVENLY, BY_TEAM, BY_TYPE = "one", "evenly", "by_team", "by_type"
WAYS = [
    (ONE, _("Everything to one person")),
    (EVENLY, _("Evenly among several people")),
    (BY_TEAM, _("Each team's records to a person")),
    (BY_TYPE, _("Each kind of records to a person")),
]


class HandoverForm(forms.Form):
    """After `is_valid`, `rule()` is what to plan. Fields of teams and types are there as far as the book has them."""

    way = forms.ChoiceField(label=_("How"), choices=WAYS, initial=ONE, widget=forms.RadioSelect)
    person = forms.ModelChoiceField(label=_("New owner"), queryset=User.objects.none(), required=False)
    people = forms.ModelMultipleChoiceField(
        label=_("New owners"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("Each gets the same number of records of every kind."),
        widget=forms.SelectMultiple(attrs={"data-chooser": ""}),
    )
    follows = forms.BooleanField(label=_("What belongs together stays together"), required=False, initial=True)
    to_home_team = forms.BooleanField(
        label=_("Move the records to the new owner's primary team"),
        required=False,
        help_text=_("Otherwise they stay in the team where they are, and its people go on seeing them."),
    )

    def __init__(self, *args: Any, leaver: User, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.leaver, self.actor = leaver, actor
        offered = self._offered()
        self.fields["person"].queryset = self.fields["people"].queryset = offered  # type: ignore[attr-defined]
        self.book = counts_of_book(leaver, actor=actor)
        self._add_teams(offered)
        for model, _count in self.book:
            name = str(model._meta.verbose_name_plural).capitalize()
            self._add(f"type_{model._meta.label_lower.replace('.', '_')}", name, offered)
        labels = [str(following.label) for following in followings()]
        if not labels:
            del self.fields["follows"]
        else:
            self.fields["follows"].help_text = " ".join(labels)

    def _offered(self) -> Any:
        """Those whom the actor may name as owner of every kind of record in the book."""
        offered = User.objects.filter(is_active=True).exclude(pk=self.leaver.pk)
        for model in record_models():
            if owned_for(self.leaver, model, self.actor).exists():
                offered = offered.filter(pk__in=owners_offered_to(self.actor, model).values("pk"))
        return offered

    def _add_teams(self, offered: Any) -> None:
        counts: dict[int, int] = {}
        for model, _count in self.book:
            rows = owned_for(self.leaver, model, self.actor).order_by().values("team").annotate(number=Count("pk"))
            for team, number in rows.values_list("team", "number"):
                counts[team or 0] = counts.get(team or 0, 0) + number
        teams = Team.objects.in_bulk(counts)
        allowed = set(offered.values_list("pk", flat=True))
        for key, number in sorted(counts.items()):
            team = teams.get(key)
            label = f"{team or _('Without a team')} ({number})"
            lead = team.lead_id if team and team.lead_id in allowed else None
            self._add(f"team_{key}", label, offered, initial=lead)

    def _add(self, name: str, label: str, offered: Any, initial: Any = None) -> None:
        self.fields[name] = forms.ModelChoiceField(
            label=label, queryset=offered, required=False, initial=initial, empty_label=_("Stays where it is")
        )

    def book_lines(self) -> list[tuple[str, int]]:
        return [(str(model._meta.verbose_name_plural).capitalize(), count) for model, count in self.book]

    def of_teams(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("team_")]

    def of_types(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("type_")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        needed = {ONE: "person", EVENLY: "people"}.get(cleaned.get("way", ""))
        if needed and needed not in self.errors and not cleaned.get(needed):
            self.add_error(needed, _("Choose who gets the records."))
        if cleaned.get("way") in (BY_TEAM, BY_TYPE) and not (self._chosen("team_") or self._chosen("type_")):
            self.add_error("way", _("Choose at least one new owner below."))
        return cleaned

    def rule(self) -> Rule:
        given, way = self.cleaned_data, self.cleaned_data["way"]
        evenly = [given["person"]] if way == ONE else list(given["people"]) if way == EVENLY else []
        labels = {model._meta.label_lower.replace(".", "_"): model._meta.label_lower for model, _count in self.book}
        return Rule(
            evenly=evenly,
            by_team={int(key): user for key, user in self._chosen("team_").items()} if way == BY_TEAM else {},
            by_type={labels[key]: user for key, user in self._chosen("type_").items()} if way == BY_TYPE else {},
            follows=given.get("follows", False),
            to_home_team=given["to_home_team"],
        )

    def _chosen(self, prefix: str) -> dict[str, User]:
        return {
            name.removeprefix(prefix): user
            for name, user in self.cleaned_data.items()
            if name.startswith(prefix) and isinstance(user, User)
        }
