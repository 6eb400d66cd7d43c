"""The outbox in the background: at once when the broker is there, and every few seconds whatever it missed."""

from celery import shared_task

from crm.outbox import dispatching


@shared_task(name="outbox.deliver_inside")
def deliver_inside() -> None:
    dispatching.dispatch_inside()


@shared_task(name="outbox.deliver_outside")
def deliver_outside() -> None:
    """A task of its own: a mail server that hangs holds up nothing inside."""
    dispatching.dispatch_outside()


@shared_task(name="outbox.forget_done")
def forget_done() -> None:
    dispatching.forget_done()
