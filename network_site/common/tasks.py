"""Celery tasks of the ground floor."""

from uuid import UUID

from celery import shared_task

from . import outbox


@shared_task(name="outbox.deliver")
def deliver(pk: str) -> None:
    """Do one claimed piece of outbox work."""
    outbox.deliver(UUID(pk))
