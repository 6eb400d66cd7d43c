"""One product for all tests of this folder; each gets it running, whatever the one before did to it."""

from collections.abc import Iterator

import pytest

from crm.embedded.temporary import drop
from crm.embedded.tests.stack import Stack


@pytest.fixture(scope="module")
def one_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    var = tmp_path_factory.mktemp("clone") / "var"
    stack = Stack(var)
    yield stack
    if stack.is_running():
        stack.stop()
    drop(var)


@pytest.fixture
def stack(one_stack: Stack) -> Stack:
    one_stack.start()
    return one_stack
