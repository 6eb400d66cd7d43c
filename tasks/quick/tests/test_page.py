"""Adding a task in one line: what it becomes, what is refused in its place, and that it tells nothing out of sight."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients.tests.factories import make_client
from contacts.tests.factories import make_contact
from crm.access.rights import FieldAccess
from projects.tests.factories import make_deal
from projects.tests.project_factories import make_project
from tasks.models import Priority, Task, TaskNature
from tasks.services import install_ready_board
from teams.models import FieldRule
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    install_ready_board()
    return make_cast()


def signed_in(user: Any) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def send(user: Any, line: str, **fields: Any) -> Any:
    return signed_in(user).post(reverse("tasks:quick"), {"q": line, **fields})


def preview(user: Any, line: str, **headers: Any) -> str:
    answer = signed_in(user).get(f"{reverse('tasks:quick')}?q={quote(line)}", headers={"hx-request": "true"})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_line_becomes_the_task_that_it_says(cast: Cast) -> None:
    acme = make_client(cast.ann, name="Acme Ltd")
    deal = make_deal(cast.ann, "Portal", client=acme)
    answer = send(cast.ann, f"call Irina tomorrow 15:00 !high #portal @{cast.bob.username} #vip", next="/tasks/day/")
    assert answer["Location"] == "/tasks/day/"
    task = Task.objects.get()
    assert (task.name, task.kind.nature, task.priority) == ("call Irina", TaskNature.CALL, Priority.HIGH)
    assert (task.owner, task.creator, task.deal, task.client) == (cast.bob, cast.ann, deal, acme)
    assert task.tags == ["vip"]
    assert task.due_zone == cast.ann.time_zone
    local = task.due_at.astimezone(task.zone)  # type: ignore[union-attr]
    assert (local.hour, local.minute) == (15, 0)
    assert task.due_on == timezone.now().astimezone(task.zone).date() + timedelta(days=1)


def test_what_is_wrong_is_told_in_place_and_the_text_is_kept(cast: Cast) -> None:
    line = "report <b> @nobody tomorrow"
    for headers in ({}, {"hx-request": "true"}):
        answer = signed_in(cast.ann).post(reverse("tasks:quick"), {"q": line}, headers=headers)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "nobody who is called “nobody”" in page
        assert 'value="report &lt;b&gt; @nobody tomorrow"' in page
        assert ("<html" in page) == (not headers)
    assert send(cast.ann, "tomorrow !high").status_code == 422
    assert send(cast.ann, "  ").status_code == 422
    assert not Task.objects.exists()
    assert send(cast.ann, "report").status_code == 302


def test_the_suggested_person_is_taken_when_he_was_shown_and_left_in(cast: Cast) -> None:
    irina = make_contact(cast.ann, first_name="Ірина", last_name="Коваль")
    assert f'value="{irina.pk}"' in preview(cast.ann, "подзвонити Ірині завтра")
    send(cast.ann, "подзвонити Ірині", contact=str(irina.pk), suggested=str(irina.pk))
    send(cast.ann, "подзвонити Ірині знову", suggested=str(irina.pk))
    # A key from elsewhere is no suggestion of this line.
    other = make_contact(cast.cy, first_name="Hidden", last_name="Person")
    send(cast.ann, "call Hidden", contact=str(other.pk), suggested=str(other.pk))
    found = Task.objects.order_by("created_at")
    assert [task.contact for task in found] == [irina, None, None]


def test_a_name_out_of_sight_is_as_if_there_were_none(cast: Cast) -> None:
    make_client(cast.cy, name="Secret Works")
    make_contact(cast.cy, first_name="Zoryana", last_name="Secretna")
    for line in ("report #secret", "call Zoryana"):
        shown, unknown = (
            preview(cast.ann, line),
            preview(cast.ann, line.replace("ecret", "ecrot").replace("Zor", "Zyr")),
        )
        assert shown.replace("ecret", "ecrot").replace("Zor", "Zyr") == unknown
    send(cast.ann, "report #secret")
    assert (Task.objects.get().client, Task.objects.get().tags) == (None, ["secret"])
    send(cast.cy, "report #secret")
    assert Task.objects.get(owner=cast.cy).client.name == "Secret Works"  # type: ignore[union-attr]


def test_what_a_role_may_not_fill_in_is_not_looked_up(cast: Cast) -> None:
    make_client(cast.ann, name="Acme")
    assert "building" in preview(cast.ann, "report #acme")
    FieldRule.objects.create(role=cast.ann.role, record_type="tasks.task", field="client", access=FieldAccess.HIDDEN)
    assert "building" not in preview(cast.ann, "report #acme")


def test_the_nearest_name_is_meant_and_namesakes_are_told(cast: Cast) -> None:
    make_client(cast.ann, name="Acme Ltd")
    make_client(cast.ann, name="Acme Holding")
    acme = make_client(cast.ann, name="Acme")
    project = make_project(cast.ann, "Rollout", code="RO-7")
    send(cast.ann, "one #acme")
    send(cast.ann, "two #ro-7")
    send(cast.ann, 'three #"acme h"')
    tasks = {task.name: task for task in Task.objects.all()}
    assert tasks["one"].client == acme
    assert tasks["two"].project == project
    assert tasks["three"].client.name == "Acme Holding"  # type: ignore[union-attr]
    refused = send(cast.ann, "four #acm")
    assert refused.status_code == 422
    assert "Acme Holding" in refused.content.decode()


def test_whoever_may_add_none_has_no_line(cast: Cast) -> None:
    assert signed_in(cast.ann).get(reverse("tasks:quick")).status_code == 200
    cast.ann.role.grants.filter(record_type="tasks.task", action="add").delete()  # type: ignore[union-attr]
    assert signed_in(cast.ann).get(reverse("tasks:quick")).status_code == 403
    assert send(cast.ann, "report").status_code == 403
