"""What a learner leaves with (learning page, 3.2)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common.scoping import ActorLike
from network_site.publishing.models import PublishedRecord

from ..enums import CertificateKind
from .learners import REGISTRAR, Enrolment, LearnerModel


class Certificate(LearnerModel):
    """A certificate: one for each enrolment, found by its code, revoked with a reason and never deleted."""

    hangs_on = "enrolment"

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="+")
    keeper = models.ForeignKey("organizations.Organization", on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(PublishedRecord, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=26, unique=True)
    kind = models.CharField(max_length=10, choices=CertificateKind.choices)
    # As it was when it was issued: name, titles by language, hours, score, course version, language.
    snapshot = models.JSONField()
    shows_name = models.BooleanField(_("my name stands on the public page"), default=False)
    issued_at = models.DateTimeField(default=timezone.now)
    kid = models.CharField(max_length=40)
    # The signed Open Badge, as a JWT; made anew when the name is shown or hidden.
    credential = models.TextField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revocation_reason = models.CharField(_("reason"), max_length=300, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta(LearnerModel.Meta):
        ordering = ["-issued_at"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CertificateKind.values), name="certificate_kind_known"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | ~Q(revocation_reason=""), name="revoked_certificate_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        mine = super().readable_q(actor)
        if actor.service or not actor.organization_id:
            return mine
        return mine | Q(keeper_id=actor.organization_id)

    @classmethod
    def read_sql(cls) -> str:
        return f"{super().read_sql()} OR (enlace_service() = '' AND keeper_id = enlace_organization())"

    def may_insert(self, actor: ActorLike) -> bool:
        return actor.service == REGISTRAR and super().may_insert(actor)

    @classmethod
    def insert_sql(cls) -> str:
        return f"enlace_service() = '{REGISTRAR}' AND {super().insert_sql()}"
