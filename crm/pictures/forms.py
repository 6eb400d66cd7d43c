"""The form of a picture: a file to take, or the wish to have none."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.pictures.storing import take_in


class PictureForm(forms.Form):
    """After `is_valid`, `name` is what to keep in `picture`: the new one, or empty when it is to be removed."""

    file = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_("JPEG, PNG, WebP or GIF, at most 10 MB. It is made small, and its place and camera are forgotten."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )
    remove = forms.BooleanField(label=_("Remove the picture"), required=False)

    def clean_file(self) -> Any:
        upload = self.cleaned_data.get("file")
        return take_in(upload) if upload else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("file") and not cleaned.get("remove"):
            self.add_error("file", _("Choose a picture."))
        return cleaned

    @property
    def name(self) -> str:
        return "" if self.cleaned_data["remove"] else str(self.cleaned_data["file"])
