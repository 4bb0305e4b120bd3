"""A letter that lets one person into one organisation, once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from network_site.common.models import TimestampedModel
from network_site.common.scoping import ActorLike, nobody

from ..tenancy import TenantModel

LASTS = timedelta(days=14)


def new_nonce() -> str:
    """What makes one letter differ from the next to the same person."""
    return secrets.token_hex(16)


def default_expiry() -> datetime:
    """Two weeks from now."""
    return timezone.now() + LASTS


def hash_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


class Invitation(TenantModel, TimestampedModel):
    """Who is asked to join, in which roles, until when.

    The token of the link is never stored: it is derived from the id, the nonce and the site's secret key, so that
    neither this table nor the outbox gives it away; the table holds its hash, by which the link is found.
    """

    class State(models.TextChoices):
        PENDING = "pending", pgettext_lazy("invitation", "waiting for an answer")
        ACCEPTED = "accepted", pgettext_lazy("invitation", "accepted")
        REVOKED = "revoked", pgettext_lazy("invitation", "withdrawn")
        EXPIRED = "expired", pgettext_lazy("invitation", "too old")

    # "accounts" mails the letter and lets the person in who shows its token.
    services = frozenset({"accounts"})

    email = models.EmailField(_("e-mail address"))
    roles = models.JSONField(default=list)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    nonce = models.CharField(max_length=32, default=new_nonce, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    sendings = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    expires_at = models.DateTimeField(default=default_expiry)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "email"], condition=Q(state="pending"), name="one_open_invitation_per_address"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "accepted", "revoked", "expired"]), name="invitation_state_known"
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invited_address_in_lower_case"),
            models.CheckConstraint(
                condition=Q(state="accepted", accepted_at__isnull=False)
                | (~Q(state="accepted") & Q(accepted_at__isnull=True)),
                name="accepted_invitation_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    def token(self) -> str:
        """The secret of the link, made again from what only the site knows."""
        message = f"{self.pk}:{self.nonce}".encode()
        return hmac.new(b"enlace invitation" + settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()

    @property
    def is_open(self) -> bool:
        """Whether the link still works."""
        return self.state == self.State.PENDING and self.expires_at > timezone.now()

    @property
    def is_too_old(self) -> bool:
        """Whether only its time has run out."""
        return self.state == self.State.PENDING and self.expires_at <= timezone.now()

    def save(self, *args: object, **kwargs: object) -> None:
        """Save with the hash of the token that belongs to the nonce."""
        self.token_hash = hash_of(self.token())
        super().save(*args, **kwargs)

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        """Addresses of people who have not agreed to anything yet are for administrators only."""
        if actor.service:
            return Q() if actor.service in cls.services else nobody()
        if "administrator" in actor.roles and actor.organization_id:
            return Q(owner_id=actor.organization_id)
        return nobody()

    def may_insert(self, actor: ActorLike) -> bool:
        if actor.service:
            return actor.service == "accounts"
        mine = self.owner_id == actor.organization_id and self.invited_by_id == actor.user_id
        return "administrator" in actor.roles and mine

    @classmethod
    def read_sql(cls) -> str:
        return (
            "enlace_service() = 'accounts' OR (owner_id = enlace_organization() AND enlace_has_role('administrator'))"
        )

    @classmethod
    def write_sql(cls) -> str:
        return cls.read_sql()

    @classmethod
    def insert_sql(cls) -> str:
        return (
            "enlace_service() = 'accounts' OR (owner_id = enlace_organization()"
            " AND enlace_has_role('administrator') AND invited_by_id = enlace_user())"
        )
