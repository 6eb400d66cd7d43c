"""Closing a task that repeats makes the next one, once, with all that belongs to it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from clients.tests.factories import make_client
from crm.access.rights import FieldAccess
from crm.access.writing import StaleVersion
from crm.notifications.models import Notification
from crm.outbox.testing import deliver_all
from tasks.models import Reminder, Repeats, Task, TaskBlocker, TaskCheck, TaskNature, TaskWatcher
from tasks.services import (
    NoSuchRule,
    RuleNeedsDue,
    cancel_task,
    finish_task,
    reopen_task,
    save_task,
    task_repeated,
)
from tasks.tests.factories import make_task
from tasks.tests.reminding import remind
from teams.models import FieldRule
from teams.tests.factories import Cast, Scope, grant_all, make_cast

KYIV = ZoneInfo("Europe/Kyiv")


def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


def followers(task: Task) -> list[Task]:
    return list(Task.objects.filter(series=task.series).exclude(pk=task.pk).order_by("created_at"))


@pytest.mark.django_db
def test_the_next_one_is_as_the_one_before_but_for_its_day(cast: Cast) -> None:
    acme = make_client(cast.ann, name="Acme")
    due = datetime(2031, 3, 29, 9, 0, tzinfo=KYIV)
    task = make_task(
        cast.bob,
        "Report",
        by=cast.ann,
        due=due,
        nature=TaskNature.WORK,
        client=acme,
        description="All of it",
        priority=3,
        tags=["weekly"],
        duration=45,
        estimate=2,
        rrule="freq=daily;count=3",
        parts={
            "checklist": [TaskCheck(text="Count", is_done=True)],
            "watchers": [TaskWatcher(user=cast.ann)],
            "blockers": [TaskBlocker(blocker=make_task(cast.ann))],
        },
    )
    finish_task(task, actor=cast.bob)
    (follower,) = followers(task)
    # The clocks go on in the night between.
    assert follower.due_at == datetime(2031, 3, 30, 6, 0, tzinfo=ZoneInfo("UTC"))
    assert (follower.rrule, follower.repeats) == ("FREQ=DAILY;COUNT=2", Repeats.ON_SCHEDULE)
    assert (follower.state, follower.done_at, follower.version) == ("todo", None, 1)
    for name in ("name", "owner", "creator", "team", "kind", "client", "description", "priority", "tags", "duration"):
        assert getattr(follower, name) == getattr(task, name), name
    assert follower.estimate == 2
    assert [(row.text, row.is_done) for row in follower.checklist.all()] == [("Count", False)]
    assert [row.user for row in follower.watchers.all()] == [cast.ann]
    assert not follower.blockers.exists()
    assert follower.history.count() == 1


@pytest.mark.django_db
def test_a_series_goes_on_until_its_rule_is_taken_away_or_has_ended(cast: Cast) -> None:
    task = make_task(cast.ann, due=tomorrow(), rrule="FREQ=WEEKLY;COUNT=3")
    # Whoever cancels leaves this one out.
    cancel_task(task, actor=cast.ann)
    (second,) = followers(task)
    assert second.due_on == tomorrow() + timedelta(weeks=1)
    finish_task(second, actor=cast.ann)
    third = followers(task)[-1]
    assert third.rrule == "FREQ=WEEKLY;COUNT=1"
    finish_task(third, actor=cast.ann)
    assert len(followers(task)) == 2
    other = make_task(cast.ann, due=tomorrow(), rrule="FREQ=WEEKLY")
    other.rrule = ""
    save_task(other, actor=cast.ann)
    finish_task(other, actor=cast.ann)
    assert (other.series, other.repeats) == (None, "")


@pytest.mark.django_db
def test_opened_again_and_done_again_it_has_one_follower(cast: Cast) -> None:
    for rule in ("FREQ=WEEKLY", "FREQ=DAILY;INTERVAL=3"):
        task = make_task(cast.ann, due=tomorrow(), rrule=rule, repeats=Repeats.WHEN_DONE)
        finish_task(task, actor=cast.ann)
        (follower,) = followers(task)
        # Put off meanwhile: it is the follower all the same.
        follower.due_on = tomorrow() + timedelta(days=40)
        save_task(follower, actor=cast.ann)
        reopen_task(task, actor=cast.ann)
        cancel_task(task, actor=cast.ann)
        assert followers(task) == [follower]
        finish_task(follower, actor=cast.ann)
        assert len(followers(task)) == 2


@pytest.mark.django_db
def test_when_it_is_done_it_is_counted_from_that_day(cast: Cast) -> None:
    task = make_task(cast.ann, due=date(2020, 1, 1), rrule="FREQ=DAILY;INTERVAL=3", repeats=Repeats.WHEN_DONE)
    scheduled = make_task(cast.ann, due=date(2020, 1, 1), rrule="FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1")
    today = timezone.now().astimezone(ZoneInfo(cast.ann.time_zone)).date()
    for one in (task, scheduled):
        finish_task(one, actor=cast.ann)
    assert followers(task)[0].due_on == today + timedelta(days=3)
    assert followers(scheduled)[0].due_on >= today


@pytest.mark.django_db
def test_whoever_may_only_do_his_tasks_does_not_end_their_series(cast: Cast) -> None:
    """He may add none, and his role locks what a new one would need."""
    task = make_task(cast.cy, by=cast.ann, due=tomorrow(), priority=4, rrule="FREQ=WEEKLY")
    grant_all(cast.cy.role, Scope.OWN)
    cast.cy.role.grants.filter(record_type="tasks.task", action="add").delete()
    for name, access in (("rrule", FieldAccess.READ_ONLY), ("priority", FieldAccess.HIDDEN)):
        FieldRule.objects.create(role=cast.cy.role, record_type="tasks.task", field=name, access=access)
    finish_task(task, actor=type(cast.cy).objects.get(pk=cast.cy.pk))
    (follower,) = followers(task)
    assert (follower.priority, follower.rrule, follower.creator, follower.owner) == (
        *(4, "FREQ=WEEKLY", cast.ann, cast.cy),
    )
    deliver_all()
    # The next one of what he does anyway is no news.
    assert Notification.objects.filter(kind="tasks.given").count() == 1


@pytest.mark.django_db
def test_rules_are_refused_in_their_place(cast: Cast) -> None:
    task = make_task(cast.ann, due=date(2027, 1, 31), rrule="FREQ=MONTHLY")
    assert task.rrule == "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"
    for rule, sentence in (
        ("FREQ=HOURLY", "not by hours"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "nothing comes due"),
        ("FREQ=DAILY;UNTIL=20270130", "before the day"),
    ):
        task.rrule = rule
        with pytest.raises(NoSuchRule, match=sentence) as refusal:
            save_task(task, actor=cast.ann)
        assert set(refusal.value.message_dict) == {"rrule"}
    task.rrule = "FREQ=DAILY;UNTIL=20270131"
    save_task(task, actor=cast.ann)
    task.due_on = date(2027, 2, 3)
    save_task(task, actor=cast.ann)
    task.due_on = None
    with pytest.raises(RuleNeedsDue) as refused:
        save_task(task, actor=cast.ann)
    assert set(refused.value.message_dict) == {"due_on"}


@pytest.mark.django_db
def test_what_hangs_on_a_task_hears_of_its_follower(cast: Cast) -> None:
    heard = []

    def hear(task: Task, follower: Task, **_rest: object) -> None:
        heard.append((task, follower))

    task_repeated.connect(hear)
    try:
        task = make_task(cast.ann, due=tomorrow(), rrule="FREQ=WEEKLY")
        finish_task(task, actor=cast.ann)
    finally:
        task_repeated.disconnect(hear)
    assert heard == [(task, followers(task)[0])]


@pytest.mark.django_db
def test_reminders_ahead_of_it_go_on_with_the_next_one(cast: Cast) -> None:
    due = timezone.now().astimezone(KYIV).replace(microsecond=0) + timedelta(days=3)
    task = make_task(cast.ann, due=due, rrule="FREQ=WEEKLY")
    remind(task, cast.ann, anchor="due", before=90, note="Bring the file")
    remind(task, cast.ann, at=due - timedelta(hours=5))
    finish_task(task, actor=cast.ann)
    (follower,) = followers(task)
    ahead = Reminder.objects.of_record("tasks.task", follower.pk)
    own = ahead.get(is_default=False)
    assert (own.user, own.before, own.note) == (cast.ann, 90, "Bring the file")
    assert own.due_at == follower.due_at - timedelta(minutes=90)  # type: ignore[operator]
    # And what everybody has by default.
    assert ahead.filter(is_default=True, user=cast.ann).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_finish_at_once_make_one_follower() -> None:
    cast = make_cast()
    task = make_task(cast.ann, due=tomorrow(), rrule="FREQ=WEEKLY")

    def finish(_number: int) -> str:
        try:
            finish_task(Task.objects.get(pk=task.pk), actor=cast.ann)
        except StaleVersion:
            return "stale"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(4) as threads:
        ends = list(threads.map(finish, range(4)))
    task.refresh_from_db()
    assert "done" in ends
    assert len(followers(task)) == 1
