"""What a person chooses: how he is told of each kind, and when mails may come."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from crm.notifications.choices import Choice
from crm.notifications.digests import sections_for
from crm.notifications.models import DIGEST_HOUR, DeliverySettings, MailChoice
from crm.notifications.registry import Kind, kinds

_SECTION = "section-"


@dataclass(frozen=True)
class Row:
    """A kind with its two controls."""

    kind: Kind
    product: BoundField
    mail: BoundField


class ChoicesForm(forms.Form):
    """A box and a choice of mail for every kind."""

    def __init__(self, *args: Any, choices: Mapping[str, Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in kinds():
            choice = choices[kind.key]
            self.fields[_product(kind)] = forms.BooleanField(
                required=False, initial=choice.is_in_product, label=_("%(kind)s: in the product") % {"kind": kind.label}
            )
            self.fields[_mail(kind)] = forms.ChoiceField(
                choices=MailChoice.choices, initial=choice.mail, label=_("%(kind)s: by mail") % {"kind": kind.label}
            )

    @property
    def groups(self) -> list[tuple[str, list[Row]]]:
        """The rows under their headings, in the order in which those were registered."""
        rows = [Row(kind, self[_product(kind)], self[_mail(kind)]) for kind in kinds()]
        order = list(dict.fromkeys(str(row.kind.heading) for row in rows))
        rows.sort(key=lambda row: order.index(str(row.kind.heading)))
        return [(heading, list(group)) for heading, group in groupby(rows, key=lambda row: str(row.kind.heading))]

    @property
    def choices(self) -> dict[str, Choice]:
        cleaned = self.cleaned_data
        return {kind.key: Choice(cleaned[_product(kind)], MailChoice(cleaned[_mail(kind)])) for kind in kinds()}


def _product(kind: Kind) -> str:
    return f"product-{kind.key}"


def _mail(kind: Kind) -> str:
    return f"mail-{kind.key}"


class DeliveryForm(forms.ModelForm):  # type: ignore[type-arg]
    """Quiet hours, and the daily mail: its hour and the sections that this person can have."""

    digest_hour = forms.TypedChoiceField(
        coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        label=_("Comes at"),
        required=False,
    )

    class Meta:
        model = DeliverySettings
        fields = ["quiet_from", "quiet_until", "digest_hour"]
        widgets = {
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sections = sections_for(user)
        for section in self._sections:
            is_on = section.key not in self.instance.sections_off
            name = f"{_SECTION}{section.key}"
            self.fields[name] = forms.BooleanField(required=False, initial=is_on, label=str(section.label))

    @property
    def sections(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name.startswith(_SECTION)]

    def clean_digest_hour(self) -> int:
        hour = self.cleaned_data["digest_hour"]
        return DIGEST_HOUR if hour == "" else int(hour)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        begin, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if not self.errors and (begin is None) != (end is None):
            missing = "quiet_from" if begin is None else "quiet_until"
            self.add_error(missing, _("Quiet hours need both times."))
        return cleaned

    def chosen(self) -> DeliverySettings:
        """Not stored. What was declined of sections that are not offered now stays declined."""
        settings: DeliverySettings = self.instance
        offered = {section.key for section in self._sections}
        off = {key for key in offered if not self.cleaned_data[f"{_SECTION}{key}"]}
        settings.sections_off = sorted({*settings.sections_off} - offered | off)
        return settings
