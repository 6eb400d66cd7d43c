"""Reads of the exchange rates, for those who keep them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.money.models import ExchangeRate

# More than there are currencies, so that the rates of one day never fill a page.
PAGE_SIZE = 200


@dataclass(frozen=True)
class RatePage:
    """Rates by day, the last one first; `older_url` is empty on the last page."""

    rates: list[ExchangeRate]
    older_url: str


def present_rates(day: date, *, base: str) -> list[ExchangeRate]:
    """The rate of each currency that holds on a day, by currency."""
    return list(ExchangeRate.objects.filter(base=base, day__lte=day).order_by("currency", "-day").distinct("currency"))


def rates_until(day: date | None) -> RatePage:
    """A page of all rates up to a day, those in former currencies of the company too."""
    found = ExchangeRate.objects.order_by("-day", "currency", "-id")
    if day is not None:
        found = found.filter(day__lte=day)
    rates = list(found[: PAGE_SIZE + 1])
    return RatePage(rates[:PAGE_SIZE], f"?until={rates[-1].day.isoformat()}" if len(rates) > PAGE_SIZE else "")


def latest_changes(*, limit: int) -> list[Any]:
    """The newest versions of all rates with whoever wrote them, those of deleted rates too."""
    history: Any = ExchangeRate.history.model
    return list(history.objects.select_related("history_user").order_by("-history_id")[:limit])
