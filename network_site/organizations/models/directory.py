"""The directory of institutions."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from network_site.common.language import pick
from network_site.common.models import TimestampedModel
from network_site.taxonomy.models import Country

from ..enums import OrganizationKind


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def listed(self) -> OrganizationQuerySet:
        """Organisations that the public directory shows."""
        return self.filter(listed=True)


class Organization(TimestampedModel):
    """A tenant, or an institution that records name. Everything here is public."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=30, choices=OrganizationKind.choices)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, null=True, blank=True, related_name="organizations")
    region = models.CharField(max_length=80, blank=True)
    names = models.JSONField()
    about = models.JSONField(default=dict, blank=True)
    acronym = models.CharField(max_length=20, blank=True)
    languages = models.JSONField(default=list, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    source = models.CharField(max_length=300, blank=True)
    is_observer = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)
    listed = models.BooleanField(default=True)
    website = models.URLField(blank=True)
    # The part after the @ in the addresses of its people, such as mtss.example.
    domains = models.JSONField(default=list, blank=True)
    # Since when the Network vouches for it; decisions and their grounds are in `Verification`, which is private.
    verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Changed by staff: loading the file leaves it alone.
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(kind="network"), name="one_network_organization"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=OrganizationKind.values), name="organization_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The organisation's name in the interface language."""
        return pick(self.names) or self.key

    @property
    def place(self) -> str:
        """Country or region, in words."""
        if self.country is not None:
            return self.country.name
        return str(_("Demonstration")) if self.is_demo else self.region
