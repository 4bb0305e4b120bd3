"""Ten clicks on one button make one row."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone


class IdempotencyKey(models.Model):
    """A form that was already answered, and what came of it.

    The key is a random UUID that the form carried; it belongs to the user who was given it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.UUIDField()
    user_id = models.UUIDField()
    purpose = models.CharField(max_length=60)
    object_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "user_id", "purpose"], name="one_answer_per_form"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.key}"
