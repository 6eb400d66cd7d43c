"""What the tests of every page may ask of its HTML."""

from html.parser import HTMLParser

_EXECUTED_TYPES = {"", "text/javascript", "application/javascript", "module"}


class _StrictReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        where = f"line {self.getpos()[0]}: <{tag}>"
        if tag == "style":
            self.faults.append(f"{where} is an inline style sheet")
        if tag == "script" and "src" not in given and given.get("type", "") in _EXECUTED_TYPES:
            self.faults.append(f"{where} is an inline script")
        self.faults += [f"{where} {fault}" for name, value in given.items() if (fault := _fault_of(name, value))]


def _fault_of(name: str, value: str) -> str:
    if name in ("style", "srcdoc"):
        return f"has the attribute {name}"
    if name.startswith(("on", "hx-on")):
        return f"has the handler {name}"
    if value.strip().lower().startswith(("javascript:", "js:")):
        return f"runs a script from {name}"
    if name == "hx-trigger" and "[" in value:
        return "filters hx-trigger, which needs eval"
    return ""


def assert_strict_html(html: str) -> None:
    """Fail when the page would break under the Content Security Policy: inline script, style or handler."""
    reader = _StrictReader()
    reader.feed(html)
    assert not reader.faults, "\n".join(reader.faults)  # noqa: S101
