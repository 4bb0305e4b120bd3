"""What is still to be done because of something that was done."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone


class Outbox(models.Model):
    """One piece of work, written in the transaction that caused it (architecture, section 6).

    It carries identifiers only, never a tenant's text, because the relay that reads it works for
    all tenants.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        TAKEN = "taken"
        DONE = "done"
        DEAD = "dead"
        # Given up by an operator, with a reason in the audit trail.
        DISCARDED = "discarded"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=80)
    object_type = models.CharField(max_length=80)
    object_id = models.UUIDField()
    object_version = models.PositiveIntegerField(default=0)
    tenant_id = models.UUIDField(null=True)
    data = models.JSONField(default=dict, blank=True)
    dedupe_key = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_place = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]
        verbose_name_plural = "outbox"
        indexes = [models.Index(fields=["state", "next_at"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "taken", "done", "dead", "discarded"]),
                name="outbox_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(done_at__isnull=False), name="outbox_done_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} ({self.state})"
