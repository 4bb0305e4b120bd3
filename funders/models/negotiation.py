"""A donor's own room with a ministry: messages, files, pledges and what was paid. Other donors see nothing."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common.files import private_path, private_storage
from network_site.common.models import TimestampedModel
from network_site.organizations.tenancy import ChildOf, TenantModel

from ..enums import ENDED, HOLDS_MONEY, HOLDS_PLEDGE, NegotiationStatus


class Negotiation(TenantModel, TimestampedModel):
    """One donor and one published request. The owner is the donor.

    The ministry reads and writes in it through a share ("negotiation"), network staff through theirs ("network").
    """

    services = frozenset({"relay", "clock", "funding"})

    record = models.ForeignKey("publishing.PublishedRecord", on_delete=models.PROTECT, related_name="+")
    # The same key as the record's; the donor does not read the project itself.
    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=16, choices=NegotiationStatus.choices, default=NegotiationStatus.EXPRESSED)
    lock_version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-changed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "record"],
                condition=~Q(status__in=["withdrawn", "declined", "lapsed"]),
                name="one_open_negotiation_per_donor_and_request",
            ),
            models.CheckConstraint(condition=Q(status__in=NegotiationStatus.values), name="negotiation_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.record_id}"

    @property
    def currency(self) -> str:
        """The project's: sums are kept in it."""
        return str(self.record.snapshot["currency"])

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    @property
    def pledge(self) -> Pledge | None:
        """The version of its pledge that counts (uses prefetched `pledges`)."""
        return max(self.pledges.all(), key=lambda one: one.version, default=None)

    @property
    def holds_pledge(self) -> bool:
        return self.status in HOLDS_PLEDGE

    @property
    def holds_money(self) -> bool:
        return self.status in HOLDS_MONEY

    @classmethod
    def write_sql(cls) -> str:
        return (
            "owner_id = enlace_organization() OR enlace_shared(id, ARRAY['network', 'negotiation'])"
            " OR enlace_service() IN ('clock', 'funding')"
        )


class Message(ChildOf("negotiation")):  # type: ignore[misc]
    """What one side wrote to the other."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey("organizations.Organization", on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("message"), max_length=4000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["at"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="message_says_something")]

    def __str__(self) -> str:
        return f"{self.negotiation_id} {self.at}"


class RoomFile(ChildOf("negotiation")):  # type: ignore[misc]
    """A file in a room."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.CASCADE, related_name="files")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey("organizations.Organization", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=200)
    file = models.FileField(_("file"), storage=private_storage, upload_to=private_path)
    file_name = models.CharField(max_length=200, editable=False)
    content_type = models.CharField(max_length=100, editable=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["at"]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        """The file's own name, for the download."""
        return self.file_name


class Pledge(ChildOf("negotiation")):  # type: ignore[misc]
    """A promise of money; the highest version counts. A smaller one is a new version, never a change."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.CASCADE, related_name="pledges")
    version = models.PositiveSmallIntegerField(default=1)
    amount = models.DecimalField(
        _("amount"), max_digits=18, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    currency = models.CharField(_("currency"), max_length=3)
    # Units of the project's currency for one of this; the day and the source of the rate.
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8, default=Decimal(1))
    rate_on = models.DateField(_("day of the rate"))
    rate_source = models.CharField(_("source of the rate"), max_length=120, blank=True)
    # In the project's currency, rounded once, here; sums are made of these.
    converted = models.DecimalField(max_digits=18, decimal_places=2)
    valid_until = models.DateField(_("valid until"))
    conditions = models.TextField(_("conditions"), max_length=2000, blank=True)
    # Codes of components; empty means the whole.
    components = models.JSONField(_("for these components"), default=list, blank=True)
    document = models.ForeignKey(RoomFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["negotiation", "version"], name="one_pledge_per_version"),
            models.CheckConstraint(condition=Q(amount__gt=0, rate__gt=0, converted__gt=0), name="pledge_positive"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="pledge_currency_is_iso"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.amount}"


class Receipt(ChildOf("negotiation")):  # type: ignore[misc]
    """Money that arrived."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.CASCADE, related_name="receipts")
    amount = models.DecimalField(
        _("amount"), max_digits=18, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    currency = models.CharField(_("currency"), max_length=3)
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8, default=Decimal(1))
    converted = models.DecimalField(max_digits=18, decimal_places=2)
    received_on = models.DateField(_("received on"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["received_on"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0, rate__gt=0, converted__gt=0), name="receipt_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.amount}"
