"""Hours in which no mail comes, by the clock on the wall of the person: also on days that have 23 or 25 of them."""

from datetime import UTC, datetime, time, timedelta, tzinfo

QuietHours = tuple[time, time]


def after_quiet(moment: datetime, hours: QuietHours | None, zone: tzinfo) -> datetime:
    """The moment itself, or the end of the quiet hours that it lies in: their beginning included, their end not."""
    wall = moment.astimezone(zone)
    if hours is None or not is_within(wall.time(), hours):
        return moment
    _begin, end = hours
    day = wall.date() if wall.time() < end else wall.date() + timedelta(days=1)
    # A time that the clock skips or shows twice has two readings: the later one is over in both.
    readings = (datetime.combine(day, end.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1))
    return max(readings)


def is_within(wall: time, hours: QuietHours) -> bool:
    begin, end = hours
    if begin < end:
        return begin <= wall < end
    return wall >= begin or wall < end
