"""The tasks of the small company of `crm.tests.world`, and the values of the parameters of their addresses."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.utils import timezone

from clients.models import Client
from contacts.models import Contact
from crm.access.writing import move_to_bin
from crm.notifications.models import Notification
from projects.models import Deal, Project
from tasks.calendars.reading.found import Found
from tasks.models import (
    CalendarFeed,
    CalendarUpload,
    Reminder,
    Task,
    TaskBlocker,
    TaskBoard,
    TaskCheck,
    TaskKind,
    TaskNature,
    TaskWatcher,
    TimeEntry,
)
from tasks.reminders.firing import REMINDER
from tasks.tests.factories import make_task
from tasks.tests.time_factories import grow_time, make_time_of_world
from teams.models import User
from teams.tests.factories import Cast

PROVIDERS: list[tuple[str, Mapping[str, Callable[[Any], Any]]]] = [
    ("reminders:snooze", {"pk": lambda world: world.objects["reminded"].pk}),
    (
        "reminders:*",
        {
            "label": lambda world: "clients.client",
            "key": lambda world: world.client.pk,
            "pk": lambda world: world.objects[Reminder].pk,
        },
    ),
    ("calendars:feed", {"secret": lambda world: "unknown"}),
    ("calendars:revoke", {"pk": lambda world: world.objects[CalendarFeed].pk}),
    ("calendars:*invite", {"pk": lambda world: world.objects["meeting"].pk}),
    ("calendars:*", {"pk": lambda world: world.objects[CalendarUpload].pk}),
    ("workload:*", {"pk": lambda world: world.objects[Task].pk}),
    ("time:of_project", {"pk": lambda world: world.project.pk}),
    ("time:project_rules", {"pk": lambda world: world.project.pk}),
    ("time:restore", {"pk": lambda world: TimeEntry.objects.filter(deleted_at__isnull=False).earliest("pk").pk}),
    ("time:*", {"pk": lambda world: TimeEntry.objects.filter(owner=world.cast.ann).earliest("pk").pk}),
    ("tasks:on", {"kind": lambda world: "projects.deal", "key": lambda world: world.deal.pk}),
    ("tasks:restore", {"pk": lambda world: world.objects["binned_task"].pk}),
    ("tasks:field", {"pk": lambda world: world.objects[Task].pk, "name": lambda world: "estimate"}),
    ("tasks:*", {"pk": lambda world: world.objects[Task].pk, "number": lambda world: 1}),
]


def make_tasks(cast: Cast, client: Client, contact: Contact, deal: Deal, project: Project) -> dict[Any, Any]:
    """A meeting about everything, with a whole above it and a task that it waits for; and one in the bin."""
    ann, today = cast.ann, timezone.localdate()
    about = {"client": client, "contact": contact, "deal": deal, "project": project}
    whole, first = make_task(ann, "Kestrel survey"), make_task(ann, "Kestrel permit", due=today - timedelta(days=2))
    task = make_task(
        ann,
        "Kestrel sea trial",
        due=timezone.now() + timedelta(hours=1),
        nature=TaskNature.MEETING,
        parent=whole,
        description="Kestrel **class**",
        milestone=project.milestones.first(),
        parts={
            "checklist": [TaskCheck(text="Kestrel fuel"), TaskCheck(text="Kestrel crew", is_done=True)],
            "watchers": [TaskWatcher(user=cast.bob)],
            "blockers": [TaskBlocker(blocker=first)],
        },
        **about,
    )
    make_task(ann, "Kestrel log", parent=task)
    make_time_of_world(cast, project)
    binned = make_task(ann, "Kestrel wake")
    move_to_bin(binned, actor=ann)
    found = {Task: task, "binned_task": binned, TaskBoard: task.status.board, TaskKind: task.kind}
    return found | _calendars_of(ann, contact) | _reminders_of(ann, client)


def _calendars_of(user: User, contact: Contact) -> dict[Any, Any]:
    """A link, a file that waits for a yes, and a meeting to invite to."""
    event = Found(1, uid="walked", title="Kestrel", start="2037-01-01T09:00:00", next="2037-01-01T09:00:00")
    due = timezone.now() + timedelta(days=3)
    return {
        CalendarFeed: CalendarFeed.objects.create(user=user, name="Kestrel", secret_digest="walked"),
        CalendarUpload: CalendarUpload.objects.create(
            user=user, file_name="Kestrel.ics", events=[asdict(event)] * 40, total=40
        ),
        "meeting": make_task(user, "Kestrel meeting", contact=contact, due=due, nature=TaskNature.MEETING),
    }


def _reminders_of(user: User, client: Client) -> dict[Any, Any]:
    """One that waits, and one that was told."""
    about = {"user": user, "record_type": "clients.client", "record_id": client.pk}
    moment = timezone.now().replace(microsecond=0) + timedelta(days=1)
    told = Notification.objects.create(**about, kind=REMINDER, group_key=REMINDER, message_id=0)
    return {Reminder: Reminder.objects.create(**about, at=moment, due_at=moment, note="Kestrel"), "reminded": told}


def grow_tasks(world: Any, count: int) -> None:
    """More around the task, and more of every section of a day."""
    ann: User = world.cast.ann
    task, today = world.objects[Task], timezone.localdate()
    grow_time(ann, world.cast.bob, count)
    about = {"client": world.client, "contact": world.contact, "deal": world.deal, "project": world.project}
    for number in range(count):
        for days in (-1, 0, 1, None):
            due = None if days is None else today + timedelta(days=days)
            make_task(ann, f"Kestrel {number}", due=due, **about)
        make_task(ann, f"Kestrel part {number}", parent=task, parts={"blockers": [TaskBlocker(blocker=task)]})
