"""How the outbox stands, for those who look after the product."""

from dataclasses import dataclass

from django.db.models import Count, Q

from crm.outbox.models import OPEN, Message


@dataclass(frozen=True)
class Standing:
    """Messages of one topic: never tried, failed and coming again, given up, delivered and still kept."""

    topic: str
    waiting: int
    retrying: int
    given_up: int
    done: int
    last_error: str


def standing() -> list[Standing]:
    """One for each topic that has messages, in the order of their names."""
    # What is held at this moment was begun once and did not fail.
    has_failed = Q(attempts__gt=0) & ~Q(last_error="")
    counted = Message.objects.order_by("topic").values("topic")
    lines = counted.annotate(
        waiting=Count("pk", filter=OPEN & ~has_failed),
        retrying=Count("pk", filter=OPEN & has_failed),
        given_up=Count("pk", filter=Q(failed_at__isnull=False)),
        done=Count("pk", filter=Q(done_at__isnull=False)),
    )
    return [Standing(**line, last_error=_last_error(line["topic"])) for line in lines]


def _last_error(topic: str) -> str:
    faulty = Message.objects.filter(topic=topic, done_at=None).exclude(last_error="")
    error = faulty.order_by("-pk").values_list("last_error", flat=True).first() or ""
    return error.partition("\n")[0]
