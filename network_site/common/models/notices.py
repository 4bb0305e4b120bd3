"""What a person is told inside the application."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from .mailings import Mailing, Rhythm
from .personal import PersonalModel


class Notice(PersonalModel):
    """A message to one person about one event. The text is made when it is read, in her language.

    It always stands in the application. `rhythm` is how she wanted such mail when it happened, and
    `mailing` the one mail, or digest, that it goes out with: a notice is never in two.
    """

    tenant_field = "recipient_id"
    made_by_relay = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient_id = models.UUIDField()
    organization_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=80)
    subject = models.CharField(max_length=200)
    object_type = models.CharField(max_length=80, blank=True)
    object_id = models.UUIDField()
    url_name = models.CharField(max_length=80)
    dedupe_key = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices, default=Rhythm.NEVER)
    mailing = models.ForeignKey(Mailing, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(PersonalModel.Meta):
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["recipient_id", "-created_at"]),
            # What still waits for a digest: the scheduler asks every minute.
            models.Index(
                fields=["rhythm", "recipient_id"],
                condition=models.Q(mailing__isnull=True, read_at__isnull=True),
                name="notice_waits_for_digest",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(rhythm__in=Rhythm.values), name="notice_rhythm_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.recipient_id}"
