"""How the control of a form field is drawn everywhere: with Tabler's classes."""

from django.forms import BoundField, Select, Widget
from django.forms.widgets import ChoiceWidget

_CLASS_OF_INPUT_TYPE = {
    "hidden": "",
    "checkbox": "form-check-input",
    "select": "form-select",
    "range": "form-range",
    "color": "form-control form-control-color",
}


def class_of(widget: Widget) -> str:
    """The CSS class that makes a widget look like a part of the product."""
    if shape_of(widget) == "choices":
        # Django would put it on the list around the choices too; the style sheet finds these by their place.
        return ""
    return _CLASS_OF_INPUT_TYPE.get(getattr(widget, "input_type", None) or "text", "form-control")


def shape_of(widget: Widget) -> str:
    """How the label stands to its control: "check" (beside it), "choices" (a group of checks) or "line" (above it)."""
    if getattr(widget, "input_type", None) == "checkbox" and not isinstance(widget, ChoiceWidget):
        return "check"
    if isinstance(widget, ChoiceWidget) and not isinstance(widget, Select):
        return "choices"
    return "line"


def draw(field: BoundField, **attrs: str) -> str:
    """The control alone. `attrs` are HTML attributes; underscores in their names become hyphens."""
    widget = field.field.widget
    classes = [widget.attrs.get("class", ""), class_of(widget), attrs.pop("class_", "")]
    if field.errors:
        classes.append("is-invalid")
    joined = " ".join(part for part in classes if part)
    extra: dict[str, str | bool] = {name.replace("_", "-"): value for name, value in attrs.items()}
    if joined:
        extra["class"] = joined
    return field.as_widget(attrs=extra)
