"""What was found in a calendar file, as plain values that go through JSON."""

from dataclasses import dataclass, field

MEGABYTE = 1024 * 1024
MEMORY_BYTES = 512 * MEGABYTE
CPU_SECONDS = 10
WALL_SECONDS = 30
MOST_BYTES = 5 * MEGABYTE
MOST_EVENTS = 5_000
#: What tasks may last, tasks.models.LONGEST_DURATION: the reading process knows nothing of models.
LONGEST_MINUTES = 86_400
# Calendars nest four deep: calendar, event, alarm, and something of one's own.
DEEPEST = 20


class Refused(Exception):
    """`code` is one of tasks.calendars.reading.refusals.SENTENCES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Found:
    """An event or a to-do.

    `start` and `next` are "2026-03-01" or the wall clock "2026-03-01T09:00:00" in `zone`, which is "" for a time that
    floats, and "UTC" for what had a zone that nobody knows (`zone_note` says which case it was: "own", "unknown").
    `next` is the occurrence at or after the moment of reading, `rule` what repeats from there on; `next` is "" when it
    is over. `recurrence` is the occurrence of a series that this one stands for. `problem` is a code of
    tasks.calendars.importing.sentences.
    """

    position: int
    is_todo: bool = False
    uid: str = ""
    recurrence: str = ""
    sequence: int = 0
    changed_at: str = ""
    title: str = ""
    text: str = ""
    start: str = ""
    next: str = ""
    zone: str = ""
    zone_note: str = ""
    zone_name: str = ""
    minutes: int | None = None
    rule: str = ""
    is_rule_lost: bool = False
    exceptions: int = 0
    further_dates: int = 0
    status: str = ""
    priority: int = 0
    percent: int = 0
    people: list[str] = field(default_factory=list)
    alarms: list[int] = field(default_factory=list)
    problem: str = ""
