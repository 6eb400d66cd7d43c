"""A page of figures that several benchmarks share: each writes a part of its own, under its heading."""

import re
from collections.abc import Sequence
from pathlib import Path


def write_part(path: Path, title: str, heading: str, lines: Sequence[str]) -> None:
    """Replace the part under "## heading", or add it at the end of the page `title`; the other parts stay."""
    page = path.read_text(encoding="utf-8") if path.exists() else f"# {title}\n"
    others = re.sub(rf"^## {re.escape(heading)}\n.*?(?=^## |\Z)", "", page, flags=re.MULTILINE | re.DOTALL)
    text = "\n".join([f"## {heading}", "", *lines]).rstrip()
    path.write_text(f"{others.rstrip()}\n\n{text}\n", encoding="utf-8")
