"""One product for all tests of this folder; each gets it running, whatever the one before did to it."""

from collections.abc import Generator, Iterator

import pytest

from crm.embedded.service import last_lines, log_file
from crm.embedded.temporary import drop
from crm.embedded.tests.stack import NAMES, Stack


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure shows what the processes said, since their logs go with the test."""
    report = yield
    stack = getattr(item, "funcargs", {}).get("one_stack")
    if report.failed and stack is not None:
        for name in ("supervisord", *NAMES):
            report.sections.append((f"log of {name}", last_lines(log_file(stack.var, name), 25)))
    return report
