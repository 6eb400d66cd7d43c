"""What dateparser is asked. It is imported at the first question: it takes a tenth of a second to load."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from contacts.moments.clock import NotUnderstood
from contacts.moments.wording import Kind, Wording

if TYPE_CHECKING:
    from dateparser.date import DateData

Prefer = Literal["past", "future"]

_LANGUAGES = ("en", "uk", "ru")


@dataclass(frozen=True)
class Library:
    """The reader's own language is tried first, so a date such as 3/12 follows its order of day and month."""

    now: datetime
    language: str
    prefer: Prefer

    def is_elapsed(self, words: str) -> bool:
        """Whether the words count hours, minutes or seconds."""
        return bool(self._relative(words, self._wall).period == "time")

    def instant(self, words: str) -> datetime:
        """In UTC."""
        base = self.now.astimezone(UTC).replace(tzinfo=None)
        return _moment_of(self._relative(words, base)).replace(tzinfo=UTC)

    def day(self, wording: Wording) -> date:
        if wording.kind == Kind.RELATIVE:
            return _moment_of(self._relative(wording.day, self._wall)).date()
        if wording.kind == Kind.WEEKDAY:
            return self._weekday(wording.day)
        # Without them a month or a year alone would get the rest of today's date.
        needed = ["day", "month"]
        return _moment_of(self._ask(wording.day, self._base_of_dates, "absolute-time", needed)).date()

    def _weekday(self, words: str) -> date:
        day = _moment_of(self._ask(words, self._wall, "absolute-time")).date()
        monday = self.now.date() - timedelta(days=self.now.weekday())
        # dateparser's "this Monday" always comes; on a Wednesday people mean the one of this week.
        earlier = day - timedelta(days=7)
        return earlier if words.startswith("this ") and self.prefer == "past" and monday <= earlier else day

    @property
    def _wall(self) -> datetime:
        return self.now.replace(tzinfo=None)

    @property
    def _base_of_dates(self) -> datetime:
        # dateparser compares a date's midnight with the base, and would read today's date as next year's.
        midnight = self._wall.replace(hour=0, minute=0, second=0, microsecond=0)
        return self._wall if self.prefer == "past" else midnight - timedelta(microseconds=1)

    def _relative(self, words: str, base: datetime) -> "DateData":
        return self._ask(words, base, "relative-time")

    def _ask(self, words: str, base: datetime, parser: str, needed: Sequence[str] = ()) -> "DateData":
        from dateparser.date import DateDataParser

        own = self.language.partition("-")[0]
        settings: dict[str, Any] = {
            "PREFER_DATES_FROM": self.prefer,
            "RELATIVE_BASE": base,
            "RETURN_TIME_AS_PERIOD": True,
            "PARSERS": [parser],
            "REQUIRE_PARTS": list(needed),
        }
        languages = sorted(_LANGUAGES, key=lambda language: language != own)
        return DateDataParser(languages=languages, use_given_order=True, settings=settings).get_date_data(words)


def _moment_of(found: "DateData") -> datetime:
    # A zone that was written is not the reader's: refused rather than dropped.
    moment: datetime | None = found.date_obj
    if moment is None or moment.tzinfo is not None:
        raise NotUnderstood
    return moment
