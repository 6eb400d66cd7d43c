"""Calendar files become tasks: each event once, nothing out of sight, and a sentence for what is not taken."""

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from contacts.tests.factories import make_contact
from crm.access.rights import FieldAccess
from crm.outbox.testing import deliver_all
from crm.pages.testing import browser_of
from tasks.calendars.importing import alarms
from tasks.calendars.importing.plan import Choices, Outcome, Planned, plan_events
from tasks.calendars.reading.files import read_calendar
from tasks.calendars.reading.refusals import SENTENCES
from tasks.models import CalendarUpload, Task
from tasks.services import calendar_imports, finish_task, save_task
from tasks.services.calendar_imports import begin_import, events_of, upload_calendar
from teams.models import FieldRule, User
from teams.tests.factories import Cast

pytestmark = pytest.mark.django_db
START = "/tasks/import-calendar/"
NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
WIDE = Choices(is_with_past=True)


def event(uid: str = "one", *lines: str, kind: str = "VEVENT", title: str = "Talk") -> str:
    begun = (f"BEGIN:{kind}", f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"SUMMARY:{title}")
    return "\r\n".join([*begun, *lines, f"END:{kind}", ""])


def calendar(*components: str) -> bytes:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(components)}END:VCALENDAR\r\n".encode()


def take(user: User, content: bytes, choices: Choices = WIDE) -> list[Task]:
    begin_import(upload_calendar(content, "mine.ics", actor=user), choices, actor=user)
    return list(Task.objects.filter(owner=user).order_by("pk"))


def plan(user: User, content: bytes, choices: Choices = WIDE) -> list[Planned]:
    return plan_events(events_of(upload_calendar(content, "mine.ics", actor=user)), choices, user)


def only(user: User, content: bytes, choices: Choices = WIDE) -> Planned:
    (planned,) = plan(user, content, choices)
    return planned


@pytest.mark.parametrize(
    ("start", "moment", "zone"),
    [
        ("DTSTART:20270101T090000Z", "2027-01-01T09:00:00+00:00", "UTC"),
        ("DTSTART;TZID=Europe/Kyiv:20270701T090000", "2027-07-01T06:00:00+00:00", "Europe/Kyiv"),
        ("DTSTART;TZID=FLE Standard Time:20270101T090000", "2027-01-01T07:00:00+00:00", "Europe/Kiev"),
        ("DTSTART;TZID=/mozilla.org/20050126_1/America/New_York:20270101T090000", "2027-01-01T14:00:00+00:00",
         "America/New_York"),
        ("DTSTART:20270101T090000", "2027-01-01T00:00:00+00:00", "Asia/Tokyo"),
        ("DTSTART;TZID=Nowhere:20270101T090000", "2027-01-01T00:00:00+00:00", "Asia/Tokyo"),
    ],
)  # fmt: skip
def test_times_hang_in_their_zones_and_floating_ones_in_the_importers(
    cast: Cast, start: str, moment: str, zone: str
) -> None:
    cast.ann.time_zone = "Asia/Tokyo"
    planned = only(cast.ann, calendar(event("one", start)))
    assert isinstance(planned.due, datetime)
    assert (planned.due.isoformat(), planned.outcome) == (moment, Outcome.NEW)
    assert planned.zone == zone or {planned.zone, zone} == {"Europe/Kyiv", "Europe/Kiev"}
    assert ("Nowhere" in " ".join(planned.sentences)) == ("Nowhere" in start)


def test_a_zone_of_the_file_alone_is_right_and_told(cast: Cast) -> None:
    zone = "BEGIN:VTIMEZONE\r\nTZID:Ours\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0530\r\n"
    zone += "TZOFFSETTO:+0530\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    planned = only(cast.ann, calendar(zone, event("one", "DTSTART;TZID=Ours:20270101T090000")))
    assert planned.due == datetime(2027, 1, 1, 3, 30, tzinfo=UTC)
    assert "Ours" in planned.sentences[0]


def test_events_and_to_dos_become_tasks_of_the_importer(cast: Cast) -> None:
    meeting = event("m", "DTSTART:20270101T090000Z", "DURATION:PT45M", "DESCRIPTION:Bring it", "LOCATION:Kyiv")
    days = event("d", "DTSTART;VALUE=DATE:20270301", "DTEND;VALUE=DATE:20270303", title="Fair")
    todo = event("t", "DUE:20270105T120000Z", "PRIORITY:1", "PERCENT-COMPLETE:40", kind="VTODO", title="Offer")
    done = event("c", "STATUS:COMPLETED", "PRIORITY:9", kind="VTODO", title="Sent")
    tasks = {task.name: task for task in take(cast.ann, calendar(meeting, days, todo, done))}
    talk, fair, offer, sent = (tasks[name] for name in ("Talk", "Fair", "Offer", "Sent"))
    assert (talk.kind.nature, talk.duration, talk.due_at) == ("meeting", 45, datetime(2027, 1, 1, 9, tzinfo=UTC))
    assert talk.description == "Bring it\n\n@ Kyiv"
    assert (fair.due_on, fair.is_all_day, fair.duration) == (date(2027, 3, 1), True, 2880)
    assert (offer.state, offer.priority, offer.kind.nature) == ("doing", 4, "todo")
    assert (sent.state, sent.priority, sent.due_on) == ("done", 1, None)
    assert {task.owner for task in tasks.values()} == {cast.ann}


def test_the_same_file_adds_nothing_and_a_later_one_brings_its_changes(cast: Cast) -> None:
    first = calendar(event("one", "DTSTART:20270101T090000Z"), event("two", "DTSTART:20270101T090000Z"))
    one, two = take(cast.ann, first)
    assert len(take(cast.ann, first)) == 2
    finish_task(two, actor=cast.ann)
    later = f"LAST-MODIFIED:{timezone.now() + timedelta(hours=1):%Y%m%dT%H%M%SZ}"
    moved = calendar(
        event("one", "DTSTART:20270102T100000Z", later, title="Moved"), event("two", "DTSTART:20270102T100000Z", later)
    )
    assert [row.outcome for row in plan(cast.ann, moved, Choices(is_updating=False))] == [Outcome.KNOWN] * 2
    assert [row.outcome for row in plan(cast.ann, moved)] == [Outcome.UPDATE, Outcome.KNOWN]
    assert len(take(cast.ann, moved)) == 2
    one.refresh_from_db()
    assert (one.name, one.due_at) == ("Moved", datetime(2027, 1, 2, 10, tzinfo=UTC))
    one.name = "My own words"
    save_task(one, actor=cast.ann)
    assert [row.outcome for row in plan(cast.ann, first)] == [Outcome.KNOWN] * 2


def test_a_colleagues_task_of_the_same_event_is_no_task_of_mine(cast: Cast) -> None:
    file = calendar(event("one", "DTSTART:20270101T090000Z"))
    take(cast.ann, file)
    for other in (cast.bob, cast.cy):
        assert only(other, file).outcome == Outcome.NEW
        assert only(other, file).task is None


def test_what_is_over_is_left_out_unless_it_is_asked_for(cast: Cast) -> None:
    past = event("past", "DTSTART:20200101T090000Z")
    ended = event("ended", "DTSTART:20200101T090000Z", "RRULE:FREQ=DAILY;COUNT=3")
    cancelled = event("gone", "DTSTART:20370101T090000Z", "STATUS:CANCELLED")
    done = event("done", "STATUS:COMPLETED", kind="VTODO")
    late = event("late", "DUE:20200101T090000Z", kind="VTODO")
    file = calendar(past, ended, cancelled, done, late)
    skipped, new = Outcome.SKIPPED, Outcome.NEW
    assert [row.outcome for row in plan(cast.ann, file, Choices())] == [skipped] * 4 + [new]
    assert [row.outcome for row in plan(cast.ann, file)] == [new, skipped, skipped, new, new]


def found(path: Path, *components: str) -> Any:
    path.write_bytes(calendar(*components))
    return read_calendar(path, now=NOW, zone="Europe/Kyiv")


@pytest.mark.parametrize(
    ("lines", "following", "rule"),
    [
        # Each Monday at nine in Kyiv, winter and summer; 30 November 2026 is one.
        (("DTSTART;TZID=Europe/Kyiv:20260105T090000", "RRULE:FREQ=WEEKLY;BYDAY=MO"), "2026-11-30T09:00:00",
         "FREQ=WEEKLY;BYDAY=MO"),
        (("DTSTART;TZID=Europe/Kyiv:20260105T090000", "RRULE:FREQ=WEEKLY;COUNT=50"), "2026-11-30T09:00:00",
         "FREQ=WEEKLY;COUNT=3"),
        (("DTSTART;TZID=Europe/Kyiv:20260105T090000", "RRULE:FREQ=WEEKLY",
          "EXDATE;TZID=Europe/Kyiv:20261130T090000"), "2026-12-07T09:00:00", "FREQ=WEEKLY"),
        # Until the very moment of the occurrence, which is told in UTC.
        (("DTSTART;TZID=Europe/Kyiv:20260105T090000", "RRULE:FREQ=WEEKLY;UNTIL=20261130T070000Z"),
         "2026-11-30T09:00:00", "FREQ=WEEKLY;UNTIL=20261130T070000Z"),
        (("DTSTART;TZID=Europe/Kyiv:20260105T090000", "RRULE:FREQ=WEEKLY;UNTIL=20261130T065959Z"), "", ""),
        # What was this morning is still of today.
        (("DTSTART;TZID=Europe/Kyiv:20261101T080000", "RRULE:FREQ=DAILY"), "2026-11-29T08:00:00", "FREQ=DAILY"),
        (("DTSTART;VALUE=DATE:20240229", "RRULE:FREQ=YEARLY"), "2028-02-29", "FREQ=YEARLY"),
        (("DTSTART;VALUE=DATE:20240131", "RRULE:FREQ=MONTHLY;UNTIL=20261231"), "2026-12-31",
         "FREQ=MONTHLY;UNTIL=20261231"),
    ],
)  # fmt: skip
def test_a_series_goes_on_at_its_next_occurrence(
    tmp_path: Path, lines: tuple[str, ...], following: str, rule: str
) -> None:
    (series,) = found(tmp_path / "series.ics", event("one", *lines))
    assert (series.next, series.rule) == (following, rule)


def test_an_occurrence_that_was_moved_is_a_task_of_its_own(tmp_path: Path, cast: Cast) -> None:
    series = event("one", "DTSTART;TZID=Europe/Kyiv:20260105T090000", "RRULE:FREQ=WEEKLY")
    moved = event(
        "one", "RECURRENCE-ID;TZID=Europe/Kyiv:20261130T090000", "DTSTART;TZID=Europe/Kyiv:20261201T150000",
        title="Moved",
    )  # fmt: skip
    every, once = found(tmp_path / "moved.ics", series, moved)
    assert (every.next, once.next) == ("2026-12-07T09:00:00", "2026-12-01T15:00:00")
    planned = plan_events([every, once], Choices(), cast.ann)
    assert len({row.key for row in planned}) == 2


def test_rules_that_tasks_cannot_follow_leave_the_next_one_and_a_sentence(cast: Cast) -> None:
    for rule in ("FREQ=HOURLY", "FREQ=SECONDLY;COUNT=1000000000", "FREQ=NONSENSE"):
        planned = only(cast.ann, calendar(event("one", "DTSTART:20370101T090000Z", f"RRULE:{rule}")))
        assert (planned.rule, planned.outcome) == ("", Outcome.NEW)
        assert "rule" in planned.sentences[0]
    kept = only(cast.ann, calendar(event("one", "DTSTART:20370101T090000Z", "RRULE:FREQ=WEEKLY;BYDAY=TH")))
    assert (kept.rule, kept.sentences) == ("FREQ=WEEKLY;BYDAY=TH", [])


def test_people_are_known_by_their_mail_within_sight(cast: Cast) -> None:
    irina = make_contact(cast.ann, "Irina", emails=("irina@acme.example",))
    make_contact(cast.ann, "Oleh", emails=("oleh@acme.example",))
    file = calendar(
        event("one", "DTSTART:20370101T090000Z", "ORGANIZER:MAILTO:Irina@Acme.example",
              "ATTENDEE;CN=Bob:mailto:bob@porada.example", "ATTENDEE:mailto:ann@porada.example"),
        event("two", "DTSTART:20370101T090000Z", "ATTENDEE:mailto:irina@acme.example",
              "ATTENDEE:mailto:oleh@acme.example"),
    )  # fmt: skip
    one, two = plan(cast.ann, file, Choices(is_with_watchers=True))
    assert (one.contact, two.contact) == (irina, None)
    assert one.watchers == [cast.bob]
    assert plan(cast.ann, file)[0].watchers == []
    assert [row.contact for row in plan(cast.cy, file)] == [None, None]
    page = browser_of(cast.cy).get(f"{START}{CalendarUpload.objects.get(user=cast.cy).pk}/").content.decode()
    assert "Irina" not in page
    task, _other = take(cast.ann, file, Choices(is_with_watchers=True))
    assert (task.contact, [row.user for row in task.watchers.all()]) == (irina, [cast.bob])
    FieldRule.objects.create(
        role=cast.ann.role, record_type="contacts.contact", field="emails", access=FieldAccess.HIDDEN
    )
    blind = User.objects.get(pk=cast.ann.pk)
    assert plan_events(events_of(upload_calendar(file, "mine.ics", actor=blind)), WIDE, blind)[0].contact is None


def test_alarms_are_handed_to_whoever_takes_them(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nEND:VALARM"
    file = calendar(event("one", "DTSTART:20370101T090000Z", alarm))
    taken: list[Any] = []
    monkeypatch.setattr(alarms, "_takers", [])
    assert "reminders" in only(cast.ann, file).sentences[0]
    monkeypatch.setattr(alarms, "_takers", [lambda task, minutes, *, actor: taken.append((task.name, minutes, actor))])
    assert only(cast.ann, file).sentences == []
    take(cast.ann, file)
    assert taken == [("Talk", [15], cast.ann)]


def test_a_large_file_is_written_in_the_background_and_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar_imports, "PART", 4)
    count = 10
    file = calendar(*(event(str(number), "DTSTART:20370101T090000Z") for number in range(count)))
    browser = browser_of(cast.ann)
    answer = browser.post(START, {"file": SimpleUploadedFile("big.ics", file)})
    page = browser.get(answer["Location"])
    assert page.context["coming"] == count
    assert not Task.objects.exists()
    upload = CalendarUpload.objects.get()
    for _twice in range(2):
        assert browser.post(f"{START}{upload.pk}/start/", {}).status_code == 302
    assert "progress" in browser.get(answer["Location"]).content.decode()
    deliver_all()
    assert Task.objects.filter(owner=cast.ann).count() == count
    report = browser.get(answer["Location"])
    assert {value: number for _label, number, value in report.context["totals"]}["new"] == count
    assert browser_of(cast.bob).get(answer["Location"]).status_code == 404
    assert browser_of(cast.bob).post(f"{START}{upload.pk}/start/").status_code == 404


def test_who_may_add_no_tasks_imports_none(cast: Cast) -> None:
    browser = browser_of(cast.ann)
    file = calendar(event("one", "DTSTART:20370101T090000Z"))
    browser.post(START, {"file": SimpleUploadedFile("a.ics", file)})
    upload = CalendarUpload.objects.get()
    cast.ann.role.grants.filter(record_type="tasks.task", action="add").delete()
    assert browser.get(START).status_code == 403
    assert browser.post(f"{START}{upload.pk}/start/").status_code == 403
    assert not Task.objects.exists()


def hostile(folder: Path) -> dict[str, bytes]:
    packed = folder / "a.zip"
    with ZipFile(packed, "w") as archive:
        archive.writestr("a.ics", calendar(event()))
    return {
        "archive": packed.read_bytes(),
        "empty": b" \r\n",
        "not_a_calendar": b"<html>BEGIN:VCALENDAR</html>",
        "no_events": calendar(),
        "hostile": b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 50_000,
        "too_many": calendar(*(event(str(number)) for number in range(5_001))),
        "too_large": b"x" * (5 * 1024 * 1024 + 1),
        "broken": b"BEGIN:VEVENT\r\nX\r\n" + b"BEGIN:VTIMEZONE\r\nEND:X\r\n" * 20_000,
    }


def test_what_is_no_calendar_is_refused_in_its_place(cast: Cast, tmp_path: Path) -> None:
    browser = browser_of(cast.ann)
    for code, content in hostile(tmp_path).items():
        page = browser.post(START, {"file": SimpleUploadedFile("a.ics", content)})
        assert page.status_code == 422
        assert page.context["form"].errors["file"] == [str(SENTENCES[code])]
    assert not CalendarUpload.objects.exists()


def test_hostile_events_are_refused_or_harmless_in_their_row(cast: Cast) -> None:
    rows = plan(
        cast.ann,
        calendar(
            event("y1", "DTSTART:00010101T000000Z", "RRULE:FREQ=DAILY"),
            event("y9999", "DTSTART:99991231T235959Z", "DTEND:99991231T235959Z", "RRULE:FREQ=YEARLY"),
            event("none", "DTSTART:tomorrow"),
            event("feb30", "DTSTART:20300101T000000Z", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
            event("nul\x00", "DTSTART:20300101T000000Z", title="Nu\x00l \u202eevil" + "x" * 600),
            event("neg", "DTSTART:20300101T000000Z", "DURATION:-P1D"),
            event("u" * 300, "DTSTART:20300101T000000Z"),
            event("long", "DTSTART:20300101T000000Z", "DURATION:P2000000D"),
            event("61 days", "DTSTART;VALUE=DATE:20300101", "DTEND;VALUE=DATE:20300303"),
            event("end", "DTSTART:20300101T000000Z", "DTEND;TZID=America/New_York:99991231T235900"),
            event("begin", "DTSTART:20300101T000000Z", "DTEND;TZID=Asia/Tokyo:00010101T000100"),
        ),
    )
    refused, skipped, new = Outcome.REFUSED, Outcome.SKIPPED, Outcome.NEW
    assert [row.outcome for row in rows] == [refused, refused, refused, skipped, *[new] * 7]
    assert all(row.sentences for row in rows[:4])
    begin_import(CalendarUpload.objects.get(), WIDE, actor=cast.ann)
    names = set(Task.objects.values_list("name", flat=True))
    assert any(name.startswith("Nul evil") and len(name) == 500 for name in names)
    assert Task.objects.count() == 7
    assert set(Task.objects.values_list("duration", flat=True)) == {None}


def test_a_task_that_is_saved_meanwhile_is_not_written_over(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    (task,) = take(cast.ann, calendar(event("one", "DTSTART:20370101T090000Z")))
    later = f"LAST-MODIFIED:{timezone.now() + timedelta(hours=1):%Y%m%dT%H%M%SZ}"
    upload = upload_calendar(calendar(event("one", "DTSTART:20370102T090000Z", later)), "a.ics", actor=cast.ann)

    def save_after(*given: Any, **named: Any) -> list[Planned]:
        planned = plan_events(*given, **named)
        task.name = "Hers"
        save_task(task, actor=cast.ann)
        return planned

    monkeypatch.setattr(calendar_imports, "plan_events", save_after)
    assert begin_import(upload, WIDE, actor=cast.ann).outcomes == {Outcome.REFUSED: 1}
    assert Task.objects.get().name == "Hers"
    assert browser_of(cast.ann).get(f"{START}{upload.pk}/").context["has_refused"]


def test_old_encodings_are_read(cast: Cast) -> None:
    text = calendar(event("one", "DTSTART:20300101T000000Z", title="Зустріч із замовником про договір")).decode()
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1251"):
        assert only(cast.ann, text.encode(encoding)).title == "Зустріч із замовником про договір"


def test_one_broken_event_leaves_the_others(cast: Cast) -> None:
    broken = "BEGIN:VEVENT\r\nUID:x\r\nNonsense without a colon\r\nBEGIN:\r\nEND:VEVENT\r\n"
    rows = plan(cast.ann, calendar(event("one", "DTSTART:20370101T090000Z"), broken, event("two")))
    assert rows[0].outcome == Outcome.NEW
    assert {row.outcome for row in rows[1:]} == {Outcome.REFUSED}


def test_the_command_takes_the_same_way(cast: Cast, tmp_path: Path) -> None:
    path, told = tmp_path / "a.ics", StringIO()
    path.write_bytes(calendar(event("one", "DTSTART:20370101T090000Z"), event("two", "DTSTART:tomorrow")))
    call_command("import_calendar", path, user="ann", dry_run=True, stdout=told)
    assert "Refused" in told.getvalue()
    assert not Task.objects.exists()
    call_command("import_calendar", path, user="ann", stdout=told)
    assert "New: 1" in told.getvalue()
    assert Task.objects.get().owner == cast.ann
    assert json.dumps(CalendarUpload.objects.get().outcomes)
