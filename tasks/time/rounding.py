"""What minutes count as by the rule of a project."""

from tasks.time.durations import DAY_MINUTES


def rounded_minutes(minutes: int, step: int, *, is_up: bool) -> int:
    """To a multiple of `step`, halves up; never to nothing, and never beyond a day. A step of 0 rounds nothing."""
    if not step:
        return minutes
    whole = -(-minutes // step) if is_up else (minutes * 2 + step) // (step * 2)
    return min(max(whole, 1) * step, DAY_MINUTES)
