"""Forms of the catalogue of skills."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.ui.widgets import LongSelect
from teams.models import Skill


class SkillForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Skill
        fields = ("name", "category", "is_archived")
        widgets = {"category": forms.TextInput(attrs={"list": "categories", "autocomplete": "off"})}
        help_texts = {"is_archived": _("Nobody chooses it any more; people who know it keep it.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["is_archived"]


class MergeForm(forms.Form):
    """The skill that stays when two become one."""

    into = forms.ModelChoiceField(
        Skill.objects.none(), label=_("Merge with"), empty_label=_("Choose a skill"), widget=LongSelect
    )

    def __init__(self, *args: Any, skill: Skill, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        into: Any = self.fields["into"]
        into.queryset = Skill.objects.exclude(pk=skill.pk)
