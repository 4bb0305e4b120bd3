"""Where a person is signed in, as she may see and end it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from network_site.common.scoping import ActorLike, ScopedModel, nobody


class SignedInSession(ScopedModel):
    """One session of one person: on which kind of device, since when, last seen when.

    No address and no place: the words for the device are enough to know one's own telephone, and what is not
    stored cannot leak (decision 0017).
    """

    tenant_field = "user"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, unique=True)
    browser = models.CharField(max_length=20, blank=True)
    system = models.CharField(max_length=20, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta(ScopedModel.Meta):
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return f"session of {self.user_id}"

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        if actor.service:
            return Q() if actor.service == "accounts" else nobody()
        return Q(user_id=actor.user_id) if actor.user_id else nobody()

    def may_insert(self, actor: ActorLike) -> bool:
        return not actor.service and actor.user_id is not None and self.user_id == actor.user_id

    @classmethod
    def read_sql(cls) -> str:
        return "enlace_service() = 'accounts' OR (enlace_service() = '' AND user_id = enlace_user())"

    @classmethod
    def insert_sql(cls) -> str:
        return "enlace_service() = '' AND user_id = enlace_user()"
