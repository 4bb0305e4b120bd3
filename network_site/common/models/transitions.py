"""The history of every record that has a life cycle."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from ..scoping import ActorLike, ScopedModel, nobody, readable_roots


class TransitionRecord(ScopedModel):
    """One change of state: who, for whom, from, to, why. Append-only (a trigger refuses the rest)."""

    tenant_field = "tenant_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant_id = models.UUIDField()
    root_id = models.UUIDField()
    object_type = models.CharField(max_length=80)
    object_id = models.UUIDField()
    object_version = models.PositiveIntegerField()
    workflow = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    source = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    user_id = models.UUIDField(null=True)
    organization_id = models.UUIDField(null=True)
    role = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta(ScopedModel.Meta):
        ordering = ["at", "object_version"]
        indexes = [models.Index(fields=["root_id", "at"])]
        constraints = [
            models.UniqueConstraint(fields=["object_id", "object_version"], name="one_transition_per_version"),
        ]

    def __str__(self) -> str:
        return f"{self.workflow}: {self.source} to {self.target}"

    @classmethod
    def readable_q(cls, actor: ActorLike) -> models.Q:
        if actor.service:
            return models.Q()
        if not actor.user_id:
            return nobody()
        readable = models.Q(user_id=actor.user_id) | readable_roots(actor)
        return readable | models.Q(tenant_id=actor.organization_id) if actor.organization_id else readable

    def may_insert(self, actor: ActorLike) -> bool:
        return self.user_id == actor.user_id and self.organization_id == actor.organization_id

    @classmethod
    def read_sql(cls) -> str:
        return (
            "enlace_service() <> '' OR tenant_id = enlace_organization() OR user_id = enlace_user()"
            " OR enlace_shared(root_id, ARRAY['network', 'draft'])"
        )

    @classmethod
    def insert_sql(cls) -> str:
        return (
            "enlace_service() <> '' OR (user_id IS NOT DISTINCT FROM enlace_user()"
            " AND organization_id IS NOT DISTINCT FROM enlace_organization())"
        )
