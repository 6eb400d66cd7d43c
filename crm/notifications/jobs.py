"""Notifications in the background, besides what the outbox delivers."""

from celery import shared_task

from crm.notifications.daily import plan_digests as plan


@shared_task(name="notifications.plan_digests")
def plan_digests() -> None:
    plan()
