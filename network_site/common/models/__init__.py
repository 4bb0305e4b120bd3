"""Models of the ground floor, by aggregate."""

from .announcements import Announcement
from .audit import AuditEntry, AuditHead
from .base import TimestampedModel
from .exports import Export
from .idempotency import IdempotencyKey
from .mailings import DigestTime, MailChoice, Mailing, Rhythm
from .notices import Notice
from .outbox import Outbox
from .transitions import TransitionRecord

__all__ = [
    "Announcement",
    "AuditEntry",
    "AuditHead",
    "DigestTime",
    "Export",
    "IdempotencyKey",
    "MailChoice",
    "Mailing",
    "Notice",
    "Outbox",
    "Rhythm",
    "TimestampedModel",
    "TransitionRecord",
]
