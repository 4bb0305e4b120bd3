"""Models of the ground floor, by aggregate."""

from .announcements import Announcement
from .audit import AuditEntry, AuditHead
from .base import TimestampedModel
from .exports import Export
from .idempotency import IdempotencyKey
from .notices import Notice
from .outbox import Outbox
from .transitions import TransitionRecord

__all__ = [
    "Announcement",
    "AuditEntry",
    "AuditHead",
    "Export",
    "IdempotencyKey",
    "Notice",
    "Outbox",
    "TimestampedModel",
    "TransitionRecord",
]
