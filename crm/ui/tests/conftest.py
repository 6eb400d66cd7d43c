"""People of the tests of the look; they need no role."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model


@pytest.fixture
def ann(db: None) -> Any:
    return get_user_model().objects.create_user(
        username="ann", email="ann@porada.example", password="a long phrase", first_name="Ann", last_name="Koval"
    )
