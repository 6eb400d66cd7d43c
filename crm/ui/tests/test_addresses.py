"""Addresses that are put together without a search through the patterns."""

from uuid import uuid4

import pytest
from django.urls import NoReverseMatch, reverse

from crm.ui.addresses import address_of, address_or_none


def test_addresses_are_those_of_django() -> None:
    assert address_of("home") == reverse("home")
    pk, other = uuid4(), uuid4()
    for args in [("clients:detail", pk), ("clients:detail", other), ("clients:field", pk, "name")]:
        assert address_of(*args) == reverse(args[0], args=args[1:])
    assert [address_of("people:detail", number) for number in (7, 0, 12_345)] == [
        reverse("people:detail", args=[number]) for number in (7, 0, 12_345)
    ]


def test_addresses_that_are_none_are_told() -> None:
    assert address_or_none("no-such-page") is None
    for wrong in ([], ["a name"], [7]):
        with pytest.raises(NoReverseMatch):
            address_of("clients:detail", *wrong)
