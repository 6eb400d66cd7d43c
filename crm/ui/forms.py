"""How forms are drawn everywhere: help and errors tied to their control."""

from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.safestring import SafeString

from crm.ui import parts


class FormRenderer(TemplatesSetting):
    """Forms, fields and formsets through `templates/ui/`; widgets stay Django's own.

    Both are drawn as parts: of the time of an edit page, Django's templates took the most for its controls.
    """

    form_template_name = "ui/form.jinja"
    field_template_name = "ui/field.jinja"
    formset_template_name = "ui/formset.jinja"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> SafeString:
        # Other apps bring widgets that are Django templates alone.
        if template_name.endswith(".jinja") or template_name.startswith("django/forms/"):
            return SafeString(parts.draw(template_name, **context).strip())
        return SafeString(super().render(template_name, context, request))
