"""Django's makemessages, which reads the strings of parts (`*.jinja`, see crm.ui.parts) too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.commands import makemessages
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from crm.ui.parts import GETTEXT_FUNCTIONS

EXTENSIONS = ["html", "txt", "py", "jinja"]


class TranslatableFile(makemessages.BuildFile):
    """A part is handed to xgettext as Python, each call on the line where the part has it."""

    def preprocess(self) -> None:
        if not self.path.endswith(".jinja"):
            super().preprocess()
            return
        source = Path(self.path).read_text(encoding="utf-8")
        Path(self.work_path).write_text("\n".join(_calls(source)), encoding="utf-8")


class Command(makemessages.Command):
    build_file_class = TranslatableFile

    def handle(self, *args: Any, **options: Any) -> None:
        if options["domain"] == "django" and not options["extensions"]:
            options["extensions"] = EXTENSIONS
        super().handle(*args, **options)


def _calls(source: str) -> Iterator[str]:
    """A line of Python for each line of the part."""
    calls: list[list[str]] = [[] for _line in source.splitlines()]
    for line, function, messages in extract_from_ast(Environment(autoescape=True).parse(source), GETTEXT_FUNCTIONS):
        given = [messages] if isinstance(messages, str) else messages or ()
        # The number of a plural and the values of placeholders are no strings: xgettext only needs their place.
        arguments = ", ".join("0" if message is None else repr(message) for message in given)
        calls[line - 1].append(f"{function}({arguments})")
    return ("; ".join(line) for line in calls)
