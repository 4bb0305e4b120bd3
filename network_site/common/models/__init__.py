"""Models of the ground floor, by aggregate."""

from .audit import AuditEntry, AuditHead
from .base import TimestampedModel
from .idempotency import IdempotencyKey
from .mailings import DigestTime, MailChoice, Mailing, Rhythm
from .notices import Notice
from .outbox import Outbox
from .transitions import TransitionRecord

__all__ = [
    "AuditEntry",
    "AuditHead",
    "DigestTime",
    "IdempotencyKey",
    "MailChoice",
    "Mailing",
    "Notice",
    "Outbox",
    "Rhythm",
    "TimestampedModel",
    "TransitionRecord",
]
