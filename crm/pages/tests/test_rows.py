"""Records read by composed text: the same as the ORM reads, and never out of the recycle bin."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from uuid6 import uuid7

from clients.models import Client
from clients.tests.factories import make_client
from crm.access.writing import move_to_bin
from crm.pages.rows import read_alive
from teams.tests.factories import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def values_of(record: Any) -> dict[str, Any]:
    return {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}


def test_a_record_is_read_as_the_orm_reads_it_at_one_query(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme", country="UA", tags=["old", "new"], website="acme.example")
    Client.objects.filter(pk=client.pk).update(custom={"colour": ["red", 1]})
    with CaptureQueriesContext(connection) as queries:
        read = read_alive(Client, client.pk, ("owner", "team", "parent"))
        assert (read.owner, read.team, read.parent) == (cast.ann, client.team, None)
    assert len(queries) == 1
    assert values_of(read) == values_of(Client.objects.get(pk=client.pk))
    assert values_of(read.owner) == values_of(type(cast.ann).objects.get(pk=cast.ann.pk))
    assert read.custom == {"colour": ["red", 1]}


def test_a_record_in_the_recycle_bin_is_not_read(cast: Cast) -> None:
    client = make_client(cast.ann)
    assert read_alive(Client, client.pk) == client
    move_to_bin(client, actor=cast.ann)
    assert read_alive(Client, client.pk) is None
    assert read_alive(Client, uuid7()) is None
