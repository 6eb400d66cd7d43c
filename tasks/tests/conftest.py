"""The cast of the tests of tasks."""

import pytest

from teams.tests.factories import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()
