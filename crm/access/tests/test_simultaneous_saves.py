"""Two people save the same record at the same moment: one wins, the other is told, nothing is lost in silence."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from clients.services import save_client
from clients.tests.factories import make_client
from contacts.services import save_contact
from contacts.tests.factories import make_contact
from crm.access.writing import StaleVersion
from teams.models import User
from teams.tests.factories import make_cast


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("make", "save", "field"),
    [(make_client, save_client, "name"), (make_contact, save_contact, "last_name")],
    ids=["client", "contact"],
)
def test_one_of_two_simultaneous_saves_is_refused(make: Any, save: Any, field: str) -> None:
    cast = make_cast()
    record = make(cast.ann, "Acme")
    both_have_read = Barrier(2, timeout=20)

    def rename(username: str) -> str:
        try:
            actor = User.objects.get(username=username)
            mine = type(record).objects.get(pk=record.pk)
            setattr(mine, field, f"Renamed by {username}")
            both_have_read.wait()
            save(mine, actor=actor)
        except StaleVersion as refusal:
            return f"lost to {getattr(refusal.current, field)}"
        else:
            return f"Renamed by {username}"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        outcomes = list(people.map(rename, ["ann", "bob"]))

    assert type(record).objects.count() == 1
    after = type(record).objects.get()
    won = getattr(after, field)
    assert sorted(outcomes) == sorted([won, f"lost to {won}"])
    assert after.version == 2
    assert after.history.count() == 2
