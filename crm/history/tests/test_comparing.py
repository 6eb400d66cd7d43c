"""What a reader is told about two states: in his words, and no more than he may see."""

from datetime import date

import pytest

from clients.models import Client
from clients.tests.factories import make_client
from contacts.models import Contact
from contacts.tests.factories import make_contact
from crm.history.comparing import ADDED, CHANGED, NOTHING, REMOVED, SAME, Change, Reader, compare_texts, pair_rows
from crm.history.reading import versions_of
from crm.history.states import State, state_of_record, state_of_version
from teams.tests.factories import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def told(model: type, user: object, old: State, new: State) -> dict[str, Change]:
    return {change.name: change for change in Reader(model, user, [old, new]).changes(old, new)}


def test_values_are_told_in_words(cast: Cast) -> None:
    parent = make_client(cast.ann, "Holding")
    client = make_client(cast.ann, "Acme", country="UA", status="lead")
    old = state_of_record(client)
    client.country, client.status, client.parent, client.owner = "PL", "active", parent, cast.bob
    new = state_of_record(client)
    changes = told(Client, cast.ann, old, new)
    shown = {name: (change.old, change.new) for name, change in changes.items()}
    assert shown == {
        "country": ("Ukraine", "Poland"),
        "status": ("Lead", "Active"),
        "parent": ("", "Holding"),
        "owner": ("ann", "bob"),
    }
    assert changes["parent"].label == "Parent client"


def test_rows_of_parts_are_told_as_added_removed_and_changed(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme")
    contact = make_contact(cast.ann, at=acme, phones=("+380441234567", "+380501112233"), emails=("a@acme.example",))
    old = state_of_record(contact)
    new = State(old.values, {name: [dict(row) for row in rows] for name, rows in old.parts.items()})
    new.parts["phones"][0]["typed"] = "+380447654321"
    del new.parts["emails"][0]
    new.parts["employments"].append({**new.parts["employments"][0], "job_title": "Advisor", "since": date(2026, 1, 2)})
    changes = told(Contact, cast.ann, old, new)
    phone = changes["phones"].rows[0]
    assert (phone.kind, phone.values[0].old, phone.values[0].new) == (CHANGED, "+380441234567", "+380447654321")
    assert [row.kind for row in changes["emails"].rows] == [REMOVED]
    employment = changes["employments"].rows[0]
    assert employment.kind == ADDED
    assert employment.text == "Acme · Advisor · since Jan. 2, 2026"


def test_tags_come_and_go_one_by_one(cast: Cast) -> None:
    client = make_client(cast.ann, tags=["vip", "north"])
    old = state_of_record(client)
    client.tags = ["vip", "south"]
    rows = told(Client, cast.ann, old, state_of_record(client))["tags"].rows
    assert [(row.kind, row.text) for row in rows] == [(REMOVED, "north"), (ADDED, "south")]


def test_a_client_out_of_sight_is_masked(cast: Cast) -> None:
    secret = make_client(cast.cy, "Secret Holding")
    client = make_client(cast.ann, "Acme", parent=secret)
    change = told(Client, cast.ann, NOTHING, state_of_record(client))["parent"]
    assert change.new == "a client you may not see"
    assert told(Client, cast.dana, NOTHING, state_of_record(client))["parent"].new == "Secret Holding"


def test_hidden_fields_are_not_told(cast: Cast) -> None:
    client = make_client(cast.ann, "Acme", tax_id="12345678", phones=("+380441234567",))
    state = state_of_record(client)
    assert {"tax_id", "phones"} <= told(Client, cast.ann, NOTHING, state).keys()
    assert not {"tax_id", "phones"} & told(Client, cast.fin, NOTHING, state).keys()


def test_a_version_reads_like_the_tables_it_was_copied_from(cast: Cast) -> None:
    acme = make_client(cast.ann, "Acme", tags=["vip"], country="UA")
    contact = make_contact(
        cast.ann, at=acme, phones=("+380441234567",), emails=("a@acme.example",), birthday=date(1990, 5, 6)
    )
    for record in (acme, contact):
        record.refresh_from_db()
        assert state_of_version(versions_of(record).first()) == state_of_record(record)


def test_long_texts_are_compared_word_by_word() -> None:
    old = "We met in Lviv and agreed on the price."
    new = "We met in Kyiv and agreed on the price and dates."
    segments = [(segment.kind, segment.text) for segment in compare_texts(old, new)]
    assert (REMOVED, "Lviv") in segments
    assert (ADDED, "Kyiv") in segments
    assert "".join(text for kind, text in segments if kind != ADDED) == old
    assert "".join(text for kind, text in segments if kind != REMOVED) == new


def test_stretches_without_a_change_are_cut_short() -> None:
    same = "word " * 500
    first, *_others = compare_texts(same + "old", same + "new")
    assert first.kind == SAME
    assert len(first.text) < 100
    assert "…" in first.text


def test_very_long_texts_are_compared_by_lines() -> None:
    old = "\n".join(f"line {number} of the minutes" for number in range(4000))
    segments = compare_texts(old, old.replace("line 2000 of", "line 2000 from"))
    assert (REMOVED, "line 2000 of the minutes\n") in [(s.kind, s.text) for s in segments]


def test_rows_pair_by_what_they_say() -> None:
    work = {"kind": "work", "typed": "1", "is_primary": True}
    home = {"kind": "home", "typed": "2", "is_primary": False}
    moved = {**work, "kind": "mobile"}
    assert pair_rows([work, home], [home, moved]) == [(home, home), (work, moved)]
    assert pair_rows([work], []) == [(work, None)]
    assert pair_rows([home], [{**work, "is_primary": False}]) == [(home, None), (None, {**work, "is_primary": False})]
