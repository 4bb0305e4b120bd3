"""What a person is told inside the application."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from ..scoping import ActorLike, ScopedModel


class Notice(ScopedModel):
    """A message to one person about one event. The text is made when it is read, in her language."""

    tenant_field = "recipient_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient_id = models.UUIDField()
    organization_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=80)
    subject = models.CharField(max_length=200)
    object_id = models.UUIDField()
    url_name = models.CharField(max_length=80)
    dedupe_key = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["recipient_id", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.kind} for {self.recipient_id}"

    @classmethod
    def readable_q(cls, actor: ActorLike) -> models.Q:
        if actor.service == "relay":
            return models.Q()
        return models.Q(recipient_id=actor.user_id) if actor.user_id else models.Q(pk__in=[])

    def may_insert(self, actor: ActorLike) -> bool:
        return actor.service == "relay"

    @classmethod
    def read_sql(cls) -> str:
        return "enlace_service() = 'relay' OR recipient_id = enlace_user()"

    @classmethod
    def insert_sql(cls) -> str:
        return "enlace_service() = 'relay'"
