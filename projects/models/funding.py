"""How much a project needs and has. One row, locked by whoever changes a sum, so that two never over-fund it."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from network_site.organizations.tenancy import ChildOf


class Funding(ChildOf("project")):  # type: ignore[misc]
    """Sums in the project's currency; only committed money closes the gap (funding page, section 2).

    `pledged` and `committed` are apart: a pledge that is committed moves from one to the other.
    """

    project = models.OneToOneField("projects.Project", on_delete=models.CASCADE, related_name="funding")
    needed = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0))
    counterpart = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0))
    pledged = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0))
    committed = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0))
    received = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0))

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                condition=Q(needed__gte=0, counterpart__gte=0, pledged__gte=0, committed__gte=0, received__gte=0),
                name="funding_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(needed__gte=F("pledged") + F("committed")), name="project_is_never_overfunded"
            ),
            models.CheckConstraint(condition=Q(received__lte=F("committed")), name="received_was_committed"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.committed} of {self.needed}"

    @property
    def gap(self) -> Decimal:
        """What nobody has committed."""
        return self.needed - self.committed

    @property
    def open(self) -> Decimal:
        """What a further pledge may have at most."""
        return self.needed - self.committed - self.pledged
