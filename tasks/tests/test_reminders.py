"""When reminders come, to whom, and when they do not: by tasks that move, people who move, clocks that are changed."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from contacts.services import save_contact
from contacts.tests.factories import make_contact
from crm.access.rights import Action
from crm.access.shares import share, withdraw
from crm.access.writing import hand_over, move_to_bin, restore_from_bin
from crm.notifications.models import MailChoice, Notification
from crm.notifications.tests.telling import prefer
from crm.outbox.models import Message
from projects.services import save_deal
from projects.tests.factories import make_deal
from tasks.models import Reminder, ReminderSettings, Task
from tasks.reminders.firing import REMINDER, fire_due
from tasks.reminders.sweeping import sweep
from tasks.services import finish_task, reopen_task, save_task
from tasks.tests.factories import make_task
from tasks.tests.reminding import KYIV, NEW_YORK, Clock, due, moment, remind, said_to, tick
from teams.models import FieldRule, User
from teams.tests.factories import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch, moment("2026-06-10T12:00"))


@pytest.fixture(autouse=True)
def _nothing_by_default(cast: Cast) -> None:
    """But where the defaults are what is tried."""
    for person in (cast.ann, cast.bob, cast.cy):
        ReminderSettings.objects.create(user=person, lead=None)


def at(text: str, zone: str = KYIV) -> Any:
    return moment(text, zone)


def refreshed(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)


def move(task: Task, to: Any, by: User) -> None:
    task = refreshed(task)
    task.set_due(to, by.time_zone)
    save_task(task, actor=by)


def relocate(user: User, zone: str) -> None:
    User.objects.filter(pk=user.pk).update(time_zone=zone)
    user.time_zone = zone


def test_a_reminder_comes_once_at_its_moment_and_says_when_the_task_is_due(cast: Cast, clock: Clock) -> None:
    task = make_task(cast.ann, due=at("2026-06-10T15:00"))
    remind(task, cast.ann, anchor="due", before=10)
    clock.at("2026-06-10T14:49:59")
    assert tick() == 0
    clock.at("2026-06-10T14:50")
    assert tick() == 1
    with timezone.override(KYIV):
        assert said_to(cast.ann) == ["Reminder: “Call Irina” is due today at 15:00"]
    with timezone.override(NEW_YORK):
        assert said_to(cast.ann) == ["Reminder: “Call Irina” is due today at 08:00 your time"]
    clock.forward(hours=1)
    assert (tick(), Message.objects.filter(key__startswith="reminder ").count()) == (0, 1)


def test_one_that_comes_late_says_how_late(cast: Cast, clock: Clock) -> None:
    for name, minutes in (("In time", 2), ("Late", 12), ("Very late", 200), ("Forgotten", 5000)):
        clock.at("2026-06-10T12:00")
        remind(make_task(cast.ann, name), cast.ann, at=clock.now)
        clock.forward(minutes=minutes)
        assert tick() == 1
    assert said_to(cast.ann) == [
        "Reminder, 3 days late: “Forgotten”",
        "Reminder, 3 hours late: “Very late”",
        "Reminder, 12 minutes late: “Late”",
        "Reminder: “In time”",
    ]


def test_a_task_that_moves_takes_its_reminders_with_it(cast: Cast, clock: Clock) -> None:
    task = make_task(cast.ann, due=at("2026-06-11T15:00"))
    reminder = remind(task, cast.ann, anchor="due", before=60)
    move(task, at("2026-06-12T10:00"), cast.ann)
    assert due(reminder) == "2026-06-12T09:00"
    move(task, None, cast.ann)
    assert due(reminder) is None
    move(task, date(2026, 6, 15), cast.ann)
    assert due(reminder) == "2026-06-15T09:00"
    clock.at("2026-06-15T09:00")
    assert tick() == 1
    # Told of the 15th: another day is another matter, the same one is not.
    move(task, date(2026, 6, 16), cast.ann)
    assert due(reminder) == "2026-06-16T09:00"
    move(task, date(2026, 6, 15), cast.ann)
    clock.at("2026-06-20T09:00")
    assert tick() == 0


def test_a_move_that_nobody_told_us_of_puts_off_what_was_due(cast: Cast, clock: Clock) -> None:
    task = make_task(cast.ann, due=at("2026-06-11T15:00"))
    reminder = remind(task, cast.ann, anchor="due", before=60)
    Task.objects.filter(pk=task.pk).update(due_at=at("2026-06-11T18:00"))
    clock.at("2026-06-11T14:00")
    assert (fire_due(), said_to(cast.ann), due(reminder)) == (1, [], "2026-06-11T17:00")
    clock.at("2026-06-11T17:00")
    assert tick() == 1


def test_a_done_or_binned_task_reminds_of_nothing_until_it_is_back(cast: Cast, clock: Clock) -> None:
    task, other = (make_task(cast.ann, name, due=at("2026-06-11T15:00")) for name in ("Done", "Binned"))
    reminders = [remind(one, cast.ann, anchor="due", before=60) for one in (task, other)]
    moments = [remind(one, cast.ann, at=at("2026-06-11T14:30")) for one in (task, other)]
    finish_task(task, actor=cast.ann)
    move_to_bin(other, actor=cast.ann)
    assert [due(one) for one in (*reminders, *moments)] == [None] * 4
    clock.at("2026-06-11T14:10")
    assert tick() == 0
    reopen_task(refreshed(task), actor=cast.ann)
    restore_from_bin(refreshed(other), actor=cast.ann)
    # What had passed by then does not come any more.
    assert [due(one) for one in reminders] == [None] * 2
    assert [due(one) for one in moments] == ["2026-06-11T14:30"] * 2
    clock.at("2026-06-11T14:30")
    assert tick() == 2


def test_new_tasks_bring_their_owner_the_reminder_he_wants_by_default(cast: Cast, clock: Clock) -> None:
    ReminderSettings.objects.filter(user=cast.ann).update(lead=60)
    ReminderSettings.objects.filter(user=cast.cy).delete()
    task = make_task(cast.ann, due=at("2026-06-11T15:00"))
    reminder = Reminder.objects.get()
    assert (reminder.user, reminder.is_default, due(reminder)) == (cast.ann, True, "2026-06-11T14:00")
    remind(task, cast.ann, anchor="due", before=10)
    hand_over(task, owner=cast.cy, team=cast.cy.teams.get(), actor=cast.dana)
    kept = Reminder.objects.order_by("user_id", "before").values_list("user__username", "before", "is_default")
    assert set(kept) == {("ann", 10, False), ("cy", 10, True)}
    hand_over(refreshed(task), owner=cast.bob, team=cast.bob.teams.get(), actor=cast.dana)
    assert list(Reminder.objects.filter(is_default=True)) == []


def test_a_handover_in_bulk_is_followed_by_the_sweep(cast: Cast, clock: Clock) -> None:
    ReminderSettings.objects.filter(user__in=(cast.ann, cast.bob)).update(lead=30)
    task = make_task(cast.ann, due=at("2026-06-11T15:00"))
    sweep()
    clock.forward(minutes=1)
    Task.objects.filter(pk=task.pk).update(owner=cast.bob, updated_at=clock.now)
    sweep()
    assert Reminder.objects.get().user == cast.bob


def test_nobody_is_reminded_of_what_he_does_not_see_any_more(cast: Cast, clock: Clock) -> None:
    deal = make_deal(cast.ann, "Portal", expected_close=date(2026, 6, 12))
    share(deal, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    for person in (cast.ann, cast.cy):
        remind(deal, person, anchor="expected_close", before=24 * 60)
    deal.refresh_from_db()
    withdraw(deal, action=Action.VIEW, actor=cast.ann, with_user=cast.cy)
    clock.at("2026-06-11T09:00")
    assert tick() == 1
    assert (said_to(cast.ann), said_to(cast.cy)) == (["Reminder: “Portal” is expected to close tomorrow"], [])


def test_nobody_is_reminded_of_a_field_that_is_hidden_from_him(cast: Cast, clock: Clock) -> None:
    deal = make_deal(cast.ann, "Portal", expected_close=date(2026, 6, 12))
    reminder = remind(deal, cast.ann, anchor="expected_close", before=0)
    remind(deal, cast.ann, at=at("2026-06-12T09:00"))
    FieldRule.objects.create(role=cast.ann.role, record_type="projects.deal", field="expected_close", access="hidden")
    clock.at("2026-06-12T09:00")
    assert tick() == 1
    ann = User.objects.get(pk=cast.ann.pk)
    assert (said_to(ann), due(reminder)) == (["Reminder: “Portal”"], None)


def test_those_who_left_are_told_nothing_and_those_who_want_nothing_neither(cast: Cast, clock: Clock) -> None:
    task = make_task(cast.ann)
    for person in (cast.ann, cast.bob):
        remind(task, person, at=at("2026-06-10T13:00"))
    User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    prefer(cast.ann, REMINDER, is_in_product=False)
    clock.at("2026-06-10T13:00")
    assert (tick(), Reminder.objects.live().count()) == (0, 0)


def test_a_mail_comes_where_it_is_wanted(cast: Cast, clock: Clock) -> None:
    prefer(cast.ann, REMINDER, mail=MailChoice.NOW)
    remind(make_task(cast.ann), cast.ann, at=at("2026-06-10T13:00"))
    clock.at("2026-06-10T13:00")
    tick()
    notice = Notification.objects.get()
    assert Message.objects.get(topic="notifications.mail").key == str(notice.pk)
    assert notice.mail_due_at is not None


def test_lower_apps_records_are_followed_by_the_sweep(cast: Cast, clock: Clock) -> None:
    deal = make_deal(cast.ann, "Portal", expected_close=date(2026, 6, 20))
    reminder = remind(deal, cast.ann, anchor="expected_close", before=7 * 24 * 60)
    sweep()
    clock.forward(minutes=1)
    deal.expected_close = date(2026, 6, 18)
    save_deal(deal, actor=cast.ann)
    sweep()
    assert due(reminder) == "2026-06-11T09:00"
    clock.forward(minutes=1)
    deal.expected_close = date(2026, 6, 11)
    save_deal(deal, actor=cast.ann)
    sweep()
    assert due(reminder) is None


def test_birthdays_come_every_year_those_of_a_leap_day_too(cast: Cast, clock: Clock) -> None:
    irina = make_contact(cast.ann, "Irina", birthday=date(1988, 2, 29))
    eve, day = (remind(irina, cast.ann, anchor="birthday", before=days * 24 * 60) for days in (1, 0))
    told = []
    for expected in ("2027-02-27", "2027-02-28", "2028-02-28", "2028-02-29", "2029-02-27"):
        assert min(one for one in (due(eve), due(day)) if one) == f"{expected}T09:00"
        clock.at(f"{expected}T09:00")
        assert tick() == 1
        told.append(said_to(cast.ann)[0])
    assert len(told) == 5
    assert Notification.objects.filter(kind=REMINDER).count() == 5


def test_a_birthday_is_told_in_words_of_its_day(cast: Cast, clock: Clock) -> None:
    irina = make_contact(cast.ann, "Irina", birthday=date(1988, 6, 12))
    remind(irina, cast.ann, anchor="birthday", before=24 * 60)
    clock.at("2026-06-11T09:00")
    tick()
    with timezone.override(KYIV):
        assert said_to(cast.ann) == ["Reminder: The birthday of “Irina” is tomorrow"]
        clock.at("2026-06-12T10:00")
        assert said_to(cast.ann) == ["Reminder: The birthday of “Irina” is today"]


def test_a_corrected_birthday_is_told_by_its_new_day(cast: Cast, clock: Clock) -> None:
    irina = make_contact(cast.ann, "Irina", birthday=date(1988, 6, 12))
    reminder = remind(irina, cast.ann, anchor="birthday", before=0)
    irina.birthday = date(1988, 6, 1)
    clock.forward(minutes=1)
    save_contact(irina, actor=cast.ann)
    sweep()
    assert due(reminder) == "2027-06-01T09:00"


@pytest.mark.parametrize(
    ("day", "before", "expected"),
    [
        # On the day on which the clock is put forward, and on the one on which it is put back.
        ("2026-03-29", 0, "2026-03-29T06:00"),
        ("2026-03-28", 0, "2026-03-28T07:00"),
        ("2026-10-25", 0, "2026-10-25T07:00"),
        ("2026-10-24", 0, "2026-10-24T06:00"),
        ("2026-10-26", 24 * 60, "2026-10-25T07:00"),
    ],
)
def test_nine_on_the_wall_is_nine_when_the_clocks_are_changed(
    cast: Cast, clock: Clock, day: str, before: int, expected: str
) -> None:
    clock.at("2026-01-10T12:00")
    reminder = remind(make_task(cast.ann, due=date.fromisoformat(day)), cast.ann, anchor="due", before=before)
    assert due(reminder, "UTC") == expected


@pytest.mark.parametrize(
    ("wall", "fold", "expected"),
    [
        # 3:30 does not exist, and is 4:30; an hour before it the clock shows 2:30.
        ("2026-03-29T03:30", 0, "2026-03-29T00:30"),
        # 3:30 is there twice: an hour before the second one is the first one.
        ("2026-10-25T03:30", 0, "2026-10-24T23:30"),
        ("2026-10-25T03:30", 1, "2026-10-25T00:30"),
    ],
)
def test_an_hour_before_a_moment_is_sixty_minutes_whatever_the_clocks_do(
    cast: Cast, clock: Clock, wall: str, fold: int, expected: str
) -> None:
    clock.at("2026-01-10T12:00")
    when = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(KYIV), fold=fold)
    reminder = remind(make_task(cast.ann, due=when), cast.ann, anchor="due", before=60)
    assert due(reminder, "UTC") == expected


def test_who_moves_time_zones_is_told_by_the_clock_on_his_wall_and_once(cast: Cast, clock: Clock) -> None:
    clock.at("2026-06-10T12:00")
    task = make_task(cast.ann, due=date(2026, 6, 12))
    reminder = remind(task, cast.ann, anchor="due", before=0)
    moved = remind(make_task(cast.ann, "Timed", due=at("2026-06-12T15:00")), cast.ann, anchor="due", before=0)
    relocate(cast.ann, NEW_YORK)
    sweep()
    assert (due(reminder, NEW_YORK), due(moved)) == ("2026-06-12T09:00", "2026-06-12T15:00")
    relocate(cast.ann, KYIV)
    sweep()
    assert due(reminder) == "2026-06-12T09:00"
    clock.at("2026-06-12T09:00")
    assert tick() == 1
    # Told in Kyiv; in New York it is not yet nine, and it stays told: also when the task is written again.
    relocate(cast.ann, NEW_YORK)
    sweep()
    move(task, date(2026, 6, 12), cast.ann)
    clock.at("2026-06-12T09:00", NEW_YORK)
    assert tick() == 1
    assert "“Timed”" in said_to(cast.ann)[0]


def test_who_moves_to_where_it_is_later_is_told_late_and_not_never(cast: Cast, clock: Clock) -> None:
    relocate(cast.ann, NEW_YORK)
    irina = make_contact(cast.ann, "Irina", birthday=date(1988, 6, 12))
    for record, anchor in ((make_task(cast.ann, due=date(2026, 6, 12)), "due"), (irina, "birthday")):
        remind(record, cast.ann, anchor=anchor, before=0)
    clock.at("2026-06-12T08:00", NEW_YORK)
    assert tick() == 0
    relocate(cast.ann, KYIV)
    assert tick() == 2
    assert all("6 hours late" in sentence for sentence in said_to(cast.ann))
    relocate(cast.ann, NEW_YORK)
    clock.at("2026-06-12T09:30", NEW_YORK)
    assert tick() == 0


def test_an_own_hour_of_days_is_kept(cast: Cast, clock: Clock) -> None:
    ReminderSettings.objects.filter(user=cast.ann).update(hour=time(7, 30))
    task = make_task(cast.ann, due=date(2026, 6, 12))
    assert due(remind(task, cast.ann, anchor="due", before=0)) == "2026-06-12T07:30"
    assert due(remind(task, cast.ann, anchor="due", before=0, clock=time(18))) == "2026-06-12T18:00"


def test_one_that_fails_holds_up_no_other_and_comes_again(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks.reminders import firing

    bad, good = (make_task(cast.ann, name) for name in ("Bad", "Good"))
    for task in (bad, good):
        remind(task, cast.ann, at=at("2026-06-10T13:00"))
    real = firing._happening

    def happening(reminder: Any, record: Any, *more: Any) -> Any:
        if record.name == "Bad":
            raise ValueError(record)
        return real(reminder, record, *more)

    monkeypatch.setattr(firing, "_happening", happening)
    clock.at("2026-06-10T13:00")
    assert (tick(), said_to(cast.ann)) == (1, ["Reminder: “Good”"])
    monkeypatch.setattr(firing, "_happening", real)
    assert tick() == 0
    clock.forward(minutes=5)
    assert (tick(), said_to(cast.ann)[0]) == (1, "Reminder, 5 minutes late: “Bad”")


def test_a_thousand_are_told_at_a_few_queries(cast: Cast, clock: Clock, django_assert_max_num_queries: Any) -> None:
    from tasks.reminders.firing import _BATCH

    task = make_task(cast.ann)
    when = at("2026-06-10T13:00")
    Reminder.objects.bulk_create(
        Reminder(
            user=cast.ann,
            record_type="tasks.task",
            record_id=task.pk,
            at=when - timedelta(seconds=number),
            due_at=when - timedelta(seconds=number),
            record_as_of=task.updated_at,
        )
        for number in range(_BATCH)
    )
    clock.at("2026-06-10T13:30")
    with django_assert_max_num_queries(25):
        assert fire_due() == _BATCH
    assert Notification.objects.filter(kind=REMINDER).count() == _BATCH


def test_the_next_one_of_a_task_that_repeats_brings_its_reminder_too(cast: Cast, clock: Clock) -> None:
    ReminderSettings.objects.filter(user=cast.ann).update(lead=60)
    task = make_task(cast.ann, due=at("2026-06-11T15:00"), rrule="FREQ=DAILY")
    finish_task(task, actor=cast.ann)
    assert [due(one) for one in Reminder.objects.live()] == ["2026-06-12T14:00"]
