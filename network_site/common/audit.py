"""Write to the audit trail, and prove that nobody changed it.

Each tenant has one chain: an entry's hash covers its own fields and the hash before it, so one
altered byte breaks every hash after it (reliability page, section 7).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from .models import AuditEntry, AuditHead
from .scoping import current_actor

HASHED = (
    "tenant_id", "sequence", "action", "object_type", "object_id", "object_version", "user_id",
    "organization_id", "role", "service", "reason", "before_hash", "after_hash", "previous_hash",
)  # fmt: skip


def digest(value: Any) -> str:
    """SHA-256 of a JSON value in one canonical form."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def entry_hash(entry: AuditEntry) -> str:
    """The hash that an entry must carry."""
    fields = {name: getattr(entry, name) for name in HASHED}
    return digest(fields | {"at": entry.at.isoformat()})


@transaction.atomic
def record(
    action: str,
    *,
    tenant_id: UUID,
    subject: models.Model | None = None,
    version: int | None = None,
    reason: str = "",
    before: Any = None,
    after: Any = None,
    before_hash: str = "",
    after_hash: str = "",
) -> AuditEntry:
    """Append one entry to a tenant's chain, in the transaction of whatever is being recorded.

    `before` and `after` are stored as hashes only: the trail proves what a text was without
    keeping a second copy of it. `before_hash` and `after_hash` are for what was hashed earlier.
    """
    actor = current_actor()
    AuditHead.objects.bulk_create([AuditHead(tenant_id=tenant_id)], ignore_conflicts=True)
    head = AuditHead.objects.select_for_update().get(tenant_id=tenant_id)
    entry = AuditEntry(
        tenant_id=tenant_id,
        sequence=head.sequence + 1,
        at=timezone.now(),
        action=action,
        object_type=subject._meta.label_lower if subject is not None else "",
        object_id=subject.pk if subject is not None and isinstance(subject.pk, UUID) else None,
        object_version=version,
        user_id=actor.user_id,
        organization_id=actor.organization_id,
        role=actor.role_label,
        service=actor.service,
        reason=reason,
        before_hash=digest(before) if before is not None else before_hash,
        after_hash=digest(after) if after is not None else after_hash,
        previous_hash=head.hash,
    )
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)
    AuditHead.objects.filter(tenant_id=tenant_id).update(sequence=entry.sequence, hash=entry.hash)
    return entry


@dataclass(frozen=True)
class BrokenLink:
    """Where a chain does not hold, and why."""

    tenant_id: UUID
    sequence: int
    fault: str


def verify(entries: models.QuerySet[AuditEntry]) -> tuple[int, list[BrokenLink]]:
    """Recompute every chain in `entries` (ordered here); return how many were read and what is broken."""
    faults: list[BrokenLink] = []
    heads = {head.tenant_id: head for head in AuditHead.objects.all()}
    last: dict[UUID, AuditEntry] = {}
    count = 0
    for entry in entries.order_by("tenant_id", "sequence").iterator(chunk_size=1000):
        count += 1
        previous = last.get(entry.tenant_id)
        if entry.sequence != (previous.sequence if previous else 0) + 1:
            faults.append(BrokenLink(entry.tenant_id, entry.sequence, "entries are missing before this one"))
        elif entry.previous_hash != (previous.hash if previous else ""):
            faults.append(BrokenLink(entry.tenant_id, entry.sequence, "does not follow the entry before it"))
        if entry.hash != entry_hash(entry):
            faults.append(BrokenLink(entry.tenant_id, entry.sequence, "was changed after it was written"))
        last[entry.tenant_id] = entry
    faults += [
        BrokenLink(tenant_id, entry.sequence, "the chain has lost its head")
        for tenant_id, entry in last.items()
        if tenant_id not in heads
    ]
    for tenant_id, head in heads.items():
        end = last.get(tenant_id)
        if head.sequence != (end.sequence if end else 0) or head.hash != (end.hash if end else ""):
            faults.append(BrokenLink(tenant_id, head.sequence, "the end of the chain is missing"))
    return count, faults
