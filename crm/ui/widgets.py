"""Controls that Django draws too slowly, too plainly or not at all."""

from html import escape
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString


class LongSelect(forms.Select):
    """A plain select for hundreds of ungrouped choices: Django's own renders a template for each of them."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        built = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        chosen = set(self.format_value(value))
        options = (_option(str(key), label, is_chosen=str(key) in chosen) for key, label in self.choices)
        return format_html("<select{}>{}</select>", flatatt(built), SafeString("".join(options)))


def _option(value: str, label: Any, *, is_chosen: bool) -> str:
    """Escaped markup."""
    # Not format_html: its price for each argument is three times that of the escaping, and there are hundreds.
    text = label.__html__() if hasattr(label, "__html__") else escape(str(label))
    return f'<option value="{escape(value)}"{" selected" if is_chosen else ""}>{text}</option>'


class PictureInput(forms.ClearableFileInput):
    """A picture: the present one, a file to choose instead, and a box that removes it.

    `initial` of its field is the subject, anything with a `picture_url` (empty when it has none). Of a FileField that
    is not required, the cleaned value is the upload, False when the picture is to be removed, else `initial`.
    """

    template_name = "ui/picture_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": "image/jpeg,image/png,image/webp,image/gif", **(attrs or {})})

    def is_initial(self, value: Any) -> bool:
        return bool(getattr(value, "picture_url", ""))

    def format_value(self, value: Any) -> Any:
        """The subject, whether or not it has a picture: its initials are shown until it has."""
        return value
