"""A calendar file from the terminal: the same reading, the same plan, the same tasks."""

from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from tasks.calendars.importing.plan import Choices, Outcome, plan_events
from tasks.calendars.reading.refusals import UnreadableCalendar
from tasks.models import CalendarUpload
from tasks.services.calendar_imports import begin_import, events_of, import_part, upload_calendar
from teams.models import User


class Command(BaseCommand):
    help = "Make tasks of the events and to-dos of an .ics file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--user", required=True, help="whose tasks they become, by user name")
        parser.add_argument("--past", action="store_true", help="also what is past or done")
        parser.add_argument("--keep", action="store_true", help="leave tasks that are already here as they are")
        parser.add_argument("--watchers", action="store_true", help="let colleagues who take part watch the tasks")
        parser.add_argument("--dry-run", action="store_true", help="tell what would come, and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username__iexact=options["user"], is_active=True).first()
        if person is None:
            raise CommandError(f"There is nobody called {options['user']}.")
        choices = Choices(options["past"], not options["keep"], options["watchers"])
        with translation.override(person.language):
            try:
                upload = upload_calendar(_content_of(options["file"]), options["file"].name, actor=person)
            except (UnreadableCalendar, PermissionDenied) as refusal:
                raise CommandError(str(refusal) or "This person may not import calendars.") from refusal
            self._tell(upload, choices, person)
            if options["dry_run"]:
                upload.delete()
                return
            upload = begin_import(upload, choices, actor=person)
            while upload.done_at is None:
                upload = import_part(upload)
        told = ", ".join(f"{label}: {upload.outcomes.get(value, 0)}" for value, label in Outcome.choices)
        self.stdout.write(self.style.SUCCESS(told))

    def _tell(self, upload: CalendarUpload, choices: Choices, person: User) -> None:
        """Each event that is not simply taken over."""
        for planned in plan_events(events_of(upload), choices, person):
            if planned.sentences:
                label = Outcome(planned.outcome).label
                self.stdout.write(f"{planned.title}: {label}. {' '.join(planned.sentences)}")


def _content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise CommandError(f"{path} cannot be read: {fault.strerror}.") from fault
