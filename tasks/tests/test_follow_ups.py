"""The next task, typed with an interaction."""

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.tests.factories import make_client
from contacts.models import Interaction
from contacts.tests.factories import make_contact
from crm.access.rights import Action
from crm.pages.testing import browser_of
from projects.tests.factories import make_deal
from tasks.models import Task
from teams.models import Grant
from teams.tests.factories import Cast

pytestmark = pytest.mark.django_db


def log(user: object, record: object, **sent: object) -> object:
    url = f"{reverse('interactions:new')}?on={record._meta.label_lower}:{record.pk}"
    return browser_of(user).post(url, {"kind": "call", "text": "She will think", **sent})


def test_the_next_task_is_about_whom_and_what_the_call_was(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    irina, deal = make_contact(cast.ann, "Irina", at=acme), make_deal(cast.ann, "Portal", client=acme)
    answer = log(cast.ann, deal, people=[irina.pk], follow_up="call back tomorrow 10:00 !high")
    assert answer.status_code == 302
    task = Task.objects.get()
    assert (task.name, task.kind.nature, task.priority) == ("call back", "call", 3)
    assert (task.deal, task.contact, task.client, task.owner) == (deal, irina, acme, cast.ann)
    local = timezone.localtime(task.due_at, task.zone)
    assert (local.hour, local.minute, task.due_on) == (10, 0, local.date())


def test_a_line_that_is_no_task_is_told_in_its_place_and_nothing_is_lost(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    answer = log(cast.ann, acme, follow_up="!high tomorrow @nobody")
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"follow_up"}
    assert "She will think" in answer.content.decode()
    assert "!high tomorrow @nobody" in answer.content.decode()
    assert not Interaction.objects.exists()
    assert not Task.objects.exists()


def test_the_same_form_sent_twice_makes_one_task(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    url = f"{reverse('interactions:new')}?on=clients.client:{acme.pk}"
    submission = browser_of(cast.ann).get(url).context["form"].initial["submission"]
    for _time in range(2):
        log(cast.ann, acme, follow_up="send the offer", submission=submission)
    assert (Interaction.objects.count(), Task.objects.count()) == (1, 1)


def test_whoever_may_add_no_tasks_is_offered_none(cast: Cast) -> None:
    Grant.objects.filter(role=cast.fin.role, record_type="tasks.task", action=Action.ADD).delete()
    acme = make_client(cast.fin, "Acme")
    assert log(cast.fin, acme, follow_up="send the offer").status_code == 302
    assert not Task.objects.exists()
