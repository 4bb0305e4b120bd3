"""A long list that is being written into a file for one person."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..files import private_path, private_storage
from .personal import PersonalModel


class Export(PersonalModel):
    """What was asked for, how far it is, and the file until it expires."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("being written")
        DONE = "done", _("ready")
        FAILED = "failed", _("not possible")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField()
    organization_id = models.UUIDField(null=True)
    source = models.CharField(max_length=40)
    format = models.CharField(max_length=4)
    language = models.CharField(max_length=5)
    params = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    rows_done = models.PositiveIntegerField(default=0)
    rows_all = models.PositiveIntegerField(default=0)
    file = models.FileField(upload_to=private_path, storage=private_storage, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()

    class Meta(PersonalModel.Meta):
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["person_id", "-created_at"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "running", "done", "failed"]), name="export_state_known"
            ),
            models.CheckConstraint(condition=models.Q(format__in=["csv", "xlsx"]), name="export_format_known"),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(done_at__isnull=False), name="export_done_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}.{self.format} ({self.state})"

    @property
    def name(self) -> str:
        """What the download is called."""
        return f"enlace-{self.source}-{self.created_at:%Y-%m-%d}.{self.format}"

    @property
    def content_type(self) -> str:
        """The kind of file."""
        from ..exports import CONTENT_TYPES

        return CONTENT_TYPES[self.format]

    @property
    def is_over(self) -> bool:
        """Whether its days are over."""
        return self.expires_at <= timezone.now()
