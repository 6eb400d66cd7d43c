"""A real calendar client reads a link: vdirsyncer fetches it from a running server, khal lists what came."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tasks.models import CalendarFeed, Repeats, TaskNature
from tasks.services.calendar_feeds import make_link, revoke_link
from tasks.tests.factories import make_task
from teams.tests.factories import make_cast

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
_SYNC = """
[general]
status_path = "{folder}/status/"
[pair feed]
a = "here"
b = "there"
collections = null
conflict_resolution = "b wins"
[storage here]
type = "filesystem"
path = "{folder}/vdir/"
fileext = ".ics"
[storage there]
type = "http"
url = "{link}"
"""
_LIST = """
[calendars]
[[feed]]
path = {folder}/vdir/
[locale]
local_timezone = {zone}
default_timezone = {zone}
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {folder}/khal-{name}.db
"""


def run(folder: Path, program: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name(program)), *words]
    environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, timeout=60, stdin=subprocess.DEVNULL
    )


def sync(folder: Path, link: str) -> subprocess.CompletedProcess[str]:
    (folder / "vdir").mkdir(exist_ok=True)
    settings = folder / "sync.conf"
    settings.write_text(_SYNC.format(folder=folder, link=link))
    run(folder, "vdirsyncer", "-c", str(settings), "discover")
    return run(folder, "vdirsyncer", "-c", str(settings), "sync")


def listed(folder: Path, zone: str) -> list[str]:
    settings = folder / "khal.conf"
    settings.write_text(_LIST.format(folder=folder, zone=zone, name=zone.replace("/", "-")))
    words = ("list", "--format", "{start-date} {start-time} {title}", "--day-format", "", "2026-03-01", "45d")
    done = run(folder, "khal", "-c", str(settings), *words)
    assert done.returncode == 0, done.stderr
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]


def test_a_calendar_program_shows_every_meeting_at_its_local_time(live_server: "LiveServer", tmp_path: Path) -> None:
    ann = make_cast().ann
    for name, key in (("Kyiv", "Europe/Kyiv"), ("York", "America/New_York")):
        ann.time_zone = key
        start = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo(key))
        rule = {"rrule": "FREQ=WEEKLY;UNTIL=20260407", "repeats": Repeats.ON_SCHEDULE}
        make_task(ann, name, due=start, nature=TaskNature.MEETING, **rule)
    made = make_link(CalendarFeed(name="Phone"), actor=ann)
    link = f"{live_server.url}/calendar/{made.secret}.ics"
    done = sync(tmp_path, link)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "vdir").glob("*.ics"))) == 2
    # Clocks change on 8 March in New York and on 29 March in Kyiv: between them six hours apart instead of seven.
    assert listed(tmp_path, "Europe/Kyiv") == [
        *("2026-03-02 09:00 Kyiv", "2026-03-02 16:00 York", "2026-03-09 09:00 Kyiv", "2026-03-09 15:00 York"),
        *("2026-03-16 09:00 Kyiv", "2026-03-16 15:00 York", "2026-03-23 09:00 Kyiv", "2026-03-23 15:00 York"),
        *("2026-03-30 09:00 Kyiv", "2026-03-30 16:00 York", "2026-04-06 09:00 Kyiv", "2026-04-06 16:00 York"),
    ]
    assert listed(tmp_path, "America/New_York")[:4] == [
        *("2026-03-02 02:00 Kyiv", "2026-03-02 09:00 York", "2026-03-09 03:00 Kyiv", "2026-03-09 09:00 York"),
    ]
    revoke_link(made.feed, actor=ann)
    refused = sync(tmp_path, link)
    assert refused.returncode != 0
    assert "Not Found" in refused.stderr
