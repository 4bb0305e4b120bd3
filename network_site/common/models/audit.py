"""The audit trail: append-only, one hash chain for each tenant, so that tampering shows."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from ..scoping import ActorLike, ScopedModel, nobody


class AuditHead(models.Model):
    """The end of a tenant's chain; its row is the lock that puts entries in one order."""

    tenant_id = models.UUIDField(primary_key=True)
    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.tenant_id} at {self.sequence}"


class AuditEntry(ScopedModel):
    """Something that was done to or with a tenant's data, and by whom."""

    tenant_field = "tenant_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant_id = models.UUIDField()
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=80, blank=True)
    object_id = models.UUIDField(null=True)
    object_version = models.PositiveIntegerField(null=True)
    user_id = models.UUIDField(null=True)
    organization_id = models.UUIDField(null=True)
    role = models.CharField(max_length=120, blank=True)
    service = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    before_hash = models.CharField(max_length=64, blank=True)
    after_hash = models.CharField(max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta(ScopedModel.Meta):
        ordering = ["sequence"]
        verbose_name_plural = "audit entries"
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "sequence"], name="one_audit_entry_per_place"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"

    @classmethod
    def readable_q(cls, actor: ActorLike) -> models.Q:
        if actor.service == "auditor":
            return models.Q()
        if "administrator" in actor.roles:
            return models.Q(tenant_id=actor.organization_id)
        return nobody()

    def may_insert(self, actor: ActorLike) -> bool:
        return self.user_id == actor.user_id

    @classmethod
    def read_sql(cls) -> str:
        return (
            "enlace_service() = 'auditor' OR (tenant_id = enlace_organization() AND enlace_has_role('administrator'))"
        )

    @classmethod
    def insert_sql(cls) -> str:
        return "enlace_service() <> '' OR user_id IS NOT DISTINCT FROM enlace_user()"
