"""Whose word we take: the identity provider of an organisation, its addresses, and what it already said."""

from __future__ import annotations

import uuid

from allauth.socialaccount.models import SocialApp
from django.core.validators import DomainNameValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from network_site.common.models import TimestampedModel

from ..enums import Role


class IdentityProvider(TimestampedModel):
    """The sign-in server of one organisation (OIDC or SAML).

    Read before there is an actor, so it is not private; the client's secret in `app` is encrypted.
    The key stands in the addresses that the organisation registers, so it never changes.
    """

    ROLES = (Role.CONTRIBUTOR.value, Role.LEARNER.value)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.SlugField(max_length=60, unique=True)
    organization = models.ForeignKey("organizations.Organization", on_delete=models.PROTECT, related_name="+")
    app = models.OneToOneField(SocialApp, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(
        max_length=30,
        blank=True,
        choices=[(role.value, role.label) for role in (Role.CONTRIBUTOR, Role.LEARNER)],
        help_text="given at the first sign-in; empty: only those who belong already",
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=("", Role.CONTRIBUTOR.value, Role.LEARNER.value)),
                name="identity_provider_gives_no_power",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_saml(self) -> bool:
        """Whether it speaks SAML (otherwise OIDC)."""
        return self.app.provider == "saml"


class IdentityDomain(models.Model):
    """A part behind the @ for which one provider answers, and no other."""

    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="domains")
    domain = models.CharField(max_length=253, unique=True, validators=[DomainNameValidator()])

    class Meta:
        ordering = ["domain"]
        constraints = [
            models.CheckConstraint(condition=Q(domain=Lower("domain")), name="identity_domain_in_lower_case"),
            models.CheckConstraint(condition=~Q(domain="") & ~Q(domain__contains="@"), name="identity_domain_alone"),
        ]

    def __str__(self) -> str:
        return self.domain


class SeenAssertion(models.Model):
    """A SAML assertion that was used. It opens nothing twice, however often it is sent."""

    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="+")
    assertion = models.CharField(max_length=64, help_text="SHA-256 of its ID")
    expires_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "assertion"], name="one_use_of_an_assertion"),
        ]

    def __str__(self) -> str:
        return self.assertion
