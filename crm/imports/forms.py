"""The forms of the import: the file, and what holds for all of its rows."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from crm.imports.models import Import
from crm.imports.registry import ImportTarget, TargetSetting, identities_for


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        max_length=400,
        help_text=_("Excel (.xlsx, .xls), OpenDocument (.ods), CSV or TSV, up to 50 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.tsv,.txt"}),
        allow_empty_file=True,
    )


class OptionsForm(forms.Form):
    """Fields `identity_<target>` and `setting_<target>_<key>` are added for the targets of the import."""

    region = forms.ChoiceField(
        label=_("Country of local phone numbers"),
        required=False,
        help_text=_("Numbers written without a country code are read as numbers of this country."),
    )
    area_code = forms.RegexField(
        r"^\d{0,6}$",
        label=_("Area code of local numbers"),
        required=False,
        max_length=6,
        help_text=_("Put before numbers that are written without one, such as 495 before 123-45-67."),
        error_messages={"invalid": _("Digits alone, without the 0 or 8 before them.")},
    )
    team = forms.ChoiceField(label=_("Team of new records"), required=False)
    is_overwriting = forms.BooleanField(
        label=_("Replace values that known records already have"),
        required=False,
        help_text=_("Otherwise only empty fields are filled, and phones and e-mails added."),
    )

    def __init__(self, *args: Any, run: Import, targets: list[ImportTarget], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run = run
        self.targets = targets
        self.fields["region"].choices = [("", _("— no country —")), *countries]  # type: ignore[attr-defined]
        self._offer_teams()
        for target in targets:
            self._offer_settings(target)
            self._offer_identities(target)

    def _offer_teams(self) -> None:
        teams = [(str(team.pk), str(team)) for team in self.run.importer.teams.all()]
        if len(teams) < 2:
            del self.fields["team"]
            return
        self.fields["team"].choices = teams  # type: ignore[attr-defined]

    def _offer_settings(self, target: ImportTarget) -> None:
        chosen = self.run.choices.get(target.key, {})
        for setting in target.settings:
            choices = setting.choices(self.run.importer)
            if len(choices) > 1:
                self.fields[_setting_name(target, setting)] = forms.ChoiceField(
                    label=str(setting.label),
                    choices=choices,
                    initial=chosen.get(setting.key, choices[0][0]),
                    required=False,
                    help_text=str(setting.help_text),
                )

    def _chosen_settings(self) -> dict[str, dict[str, str]]:
        chosen = dict(self.run.choices)
        for target in self.targets:
            names = {setting.key: _setting_name(target, setting) for setting in target.settings}
            values = {key: self.cleaned_data[name] for key, name in names.items() if name in self.fields}
            if values:
                chosen[target.key] = {**chosen.get(target.key, {}), **values}
        return chosen

    def _offer_identities(self, target: ImportTarget) -> None:
        identities = identities_for(self.run.importer, target)
        self.fields[f"identity_{target.key}"] = forms.ChoiceField(
            label=_("Same record (%(what)s)") % {"what": target.label},
            choices=[(identity.key, identity.label) for identity in identities],
            initial=self.run.identities.get(target.key) or identities[0].key,
            help_text=_("Rows that agree in this become one record, and complete a record that you may edit."),
        )

    def chosen(self) -> dict[str, Any]:
        """What was chosen, as fields of the import."""
        values = self.cleaned_data
        prefix = "identity_"
        identities = {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
        options = {
            "region": values["region"],
            "area_code": values["area_code"],
            "is_overwriting": values["is_overwriting"],
            "identities": {**self.run.identities, **identities},
            "choices": self._chosen_settings(),
        }
        if values.get("team"):
            options["team_id"] = int(values["team"])
        return options


def _setting_name(target: ImportTarget, setting: TargetSetting) -> str:
    return f"setting_{target.key}_{setting.key}"
