"""What the Network tells everybody at the top of the page for a while."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..language import pick


class Announcement(models.Model):
    """A sentence or two in four languages, shown from a time until a time."""

    class Audience(models.TextChoices):
        """Who sees it."""

        PUBLIC = "public", _("everyone")
        MEMBERS = "members", _("everyone who is signed in")
        STAFF = "staff", _("staff of the Network")

    class Level(models.TextChoices):
        """How it looks."""

        INFO = "info", _("information")
        WARNING = "warning", _("warning")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    texts = models.JSONField()
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.PUBLIC)
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.INFO)
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-starts_at", "-created_at"]
        indexes = [models.Index(fields=["ends_at"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(audience__in=["public", "members", "staff"]), name="announcement_audience_known"
            ),
            models.CheckConstraint(condition=models.Q(level__in=["info", "warning"]), name="announcement_level_known"),
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=models.F("starts_at")),
                name="announcement_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The words in the interface language."""
        return pick(self.texts) or ""
