"""Imports of deals and projects in tests: values that match nothing are decided as the importer would on their page."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from clients.tests.importing import Rows, read_in, worked_on
from crm.imports import services
from crm.imports.models import Import, ImportStatus
from crm.pages.testing import browser_of

HEADER = ["Deal ID", "Deal name", "Client", "Stage", "Amount", "Created", "Close date", "Owner"]


def checked(user: Any, rows: Rows, *, target: str = "deals", **options: Any) -> Import:
    """As far as the import comes without the importer: to its preview, or to values that match nothing."""
    run = read_in(user, rows, **options)
    assert run.status == ImportStatus.MAPPING, run.failure
    assert run.sheets.get().target == target, run.sheets.get().mapping
    services.remember_mappings(run.sheets.all(), actor=user)
    services.begin_check(run)
    return worked_on(run)


def imported(user: Any, rows: Rows, **options: Any) -> Import:
    run = checked(user, rows, **options)
    assert run.status == ImportStatus.CHECKED, (run.failure, list(run.values.values_list("field", "text")))
    services.begin_run(run)
    return worked_on(run)


def decided(run: Import, choices: Mapping[str, tuple[str, str]], **others: str) -> Any:
    """The answer to the page of values: by text, what was chosen and the key of the option."""
    sent = dict(others)
    for value in run.values.all():
        choice, key = choices.get(value.text, ("", value.suggested))
        sent |= {f"value-{value.pk}-choice": choice, f"value-{value.pk}-option": key}
    answer = browser_of(run.importer).post(reverse("imports:values", args=[run.pk]), sent)
    run.refresh_from_db()
    return answer
