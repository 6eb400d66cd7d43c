"""Every calendar of a folder through the import as far as its plan; writes docs/import_calendar.md.

`bin/bench ics_files [folder]`. The default is the real files beside the project; without them nothing happens.
"""

import argparse
import os
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.conf import settings  # noqa: E402 the settings come first

from crm.embedded.prepare import bring_up_to_date  # noqa: E402
from tasks.calendars.importing.plan import Choices, Outcome, plan_events  # noqa: E402
from tasks.calendars.reading.files import read_calendar  # noqa: E402
from tasks.calendars.reading.refusals import UnreadableCalendar  # noqa: E402
from teams.models import User  # noqa: E402

DOCUMENT = settings.BASE_DIR / "docs" / "import_calendar.md"
INTRODUCTION = Path(__file__).with_suffix(".md")
# What comes next in a series depends on the day.
NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench ics_files")
    folder = settings.BASE_DIR.parent / "shared" / "data" / "icalendars"
    parser.add_argument("folder", nargs="?", type=Path, default=folder)
    chosen: Path = parser.parse_args().folder
    files = sorted(path for path in chosen.rglob("*") if path.suffix in (".ics", ".vcs"))
    if not files:
        sys.stdout.write("There are no calendars; docs/import_calendar.md stays as it is.\n")
        return
    bring_up_to_date()
    importer = User.objects.get_or_create(username="bench-import", defaults={"is_superuser": True})[0]
    table = "\n".join(_line(path, str(path.relative_to(chosen)), importer) for path in files)
    DOCUMENT.write_text(f"{INTRODUCTION.read_text(encoding='utf-8')}{table}\n", encoding="utf-8")
    sys.stdout.write(f"{len(files)} calendars\n")


def _line(path: Path, name: str, importer: User) -> str:
    try:
        events = read_calendar(path, now=NOW, zone=importer.time_zone)
    except UnreadableCalendar as refusal:
        return _row(name, "0", "", "", "", f"Refused: {refusal}")
    planned = plan_events(events, Choices(is_with_past=True), importer)
    counts = Counter(str(row.outcome) for row in planned)
    said = Counter(sentence for row in planned for sentence in row.sentences)
    sentences = [f"{sentence} ({count} times)" if count > 1 else sentence for sentence, count in said.items()]
    figures = (str(counts[kind] or "") for kind in (Outcome.NEW, Outcome.SKIPPED, Outcome.REFUSED))
    return _row(name, str(len(planned)), *figures, " ".join(sentences))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


if __name__ == "__main__":
    main()
