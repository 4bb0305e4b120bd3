"""A need: what a ministry lacks, who could help, and who may know."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common.models import TimestampedModel
from network_site.common.scoping import ActorLike
from network_site.organizations.tenancy import ChildOf, TenantModel
from network_site.taxonomy.models import Country, Term

from ..enums import BudgetBand, NeedAudience, NeedStatus, OverlapAnswer, UnmetReason

LIMITS = {
    "title": 120,
    "summary": 300,
    "problem": 3000,
    "beneficiaries": 1000,
    "tried": 1500,
    "evidence": 1500,
    "constraints": 1500,
}


class Need(TenantModel, TimestampedModel):
    """What a ministry lacks (funding page, section 2). Published as a snapshot when it is registered."""

    # "matcher" ranks who could help; "clock" makes old needs unmet; "funding" follows the project.
    services = frozenset({"relay", "matcher", "clock", "funding"})

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=14, choices=NeedStatus.choices, default=NeedStatus.DRAFT)
    lock_version = models.PositiveIntegerField(default=1)
    # Counts the snapshots: the next publication is one more.
    edition = models.PositiveIntegerField(default=0)
    source_language = models.CharField(
        _("language of the text"), max_length=5, choices=settings.LANGUAGES, default="en"
    )
    # Empty for fictional ministries only: they are of no country (a guard asks everybody else for it).
    country = models.ForeignKey(
        Country, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("country")
    )

    title = models.CharField(_("title"), max_length=LIMITS["title"])
    summary = models.CharField(_("in one sentence"), max_length=LIMITS["summary"])
    problem = models.TextField(_("what is lacking"), max_length=LIMITS["problem"])
    beneficiaries = models.TextField(_("who would benefit"), max_length=LIMITS["beneficiaries"], blank=True)
    tried = models.TextField(_("what was tried"), max_length=LIMITS["tried"], blank=True)
    evidence = models.TextField(_("how you know"), max_length=LIMITS["evidence"], blank=True)
    wants_assessment = models.BooleanField(_("an assessment is asked for"), default=False)
    constraints = models.TextField(_("what must be respected"), max_length=LIMITS["constraints"], blank=True)
    budget_band = models.CharField(_("rough size"), max_length=10, choices=BudgetBand.choices, blank=True)
    # Codes of languages in which help can be used.
    languages = models.JSONField(_("languages"), default=list, blank=True)
    audience = models.CharField(
        _("who may read it"), max_length=10, choices=NeedAudience.choices, default=NeedAudience.MINISTRY
    )
    contact_name = models.CharField(_("contact"), max_length=120, blank=True)
    contact_email = models.EmailField(_("e-mail address"), blank=True)

    # Where it came from: codes of the items of a diagnostic whose gap it states. The diagnostic stays closed.
    diagnostic = models.ForeignKey(
        "needs.Diagnostic", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    diagnostic_items = models.JSONField(default=list, blank=True)
    # For needs written down from a publication: title, url, page.
    source = models.JSONField(default=dict, blank=True)
    is_demo = models.BooleanField(default=False)

    registered_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unmet_reason = models.CharField(max_length=12, choices=UnmetReason.choices, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=NeedStatus.values), name="need_status_known"),
            models.CheckConstraint(condition=Q(audience__in=NeedAudience.values), name="need_audience_known"),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(summary="") & ~Q(problem=""), name="need_draft_has_its_texts"
            ),
            models.CheckConstraint(
                condition=~Q(status="merged") | Q(merged_into__isnull=False), name="merged_need_names_the_other"
            ),
            models.CheckConstraint(
                condition=~Q(status="unmet") | ~Q(unmet_reason=""), name="unmet_need_gives_its_reason"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted", "returned", "withdrawn", "merged"])
                | Q(registered_at__isnull=False),
                name="registered_need_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def insert_sql(cls) -> str:
        return f"{super().insert_sql()} AND created_by_id = enlace_user()"

    def may_insert(self, actor: ActorLike) -> bool:
        return super().may_insert(actor) and self.created_by_id == actor.user_id  # type: ignore[attr-defined]

    @classmethod
    def write_sql(cls) -> str:
        return f"{super().write_sql()} OR enlace_service() IN ('clock', 'funding')"

    def codes(self, scheme: str) -> list[str]:
        """Codes of its terms of one scheme (uses prefetched `need_terms`)."""
        return [row.term_id for row in self.need_terms.all() if row.term.scheme_id == scheme]


class NeedTerm(ChildOf("need")):  # type: ignore[misc]
    """A term of a need: functions (LAF), problem tags (DI), target groups (TG), help sought (CM)."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="need_terms")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["need", "term"], name="one_link_per_need_and_term")]

    def __str__(self) -> str:
        return f"{self.need_id} {self.term_id}"


class Competence(ChildOf("need")):  # type: ignore[misc]
    """What somebody must (essential) or had better be able to do (useful) who is to help. A term of DI."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="competences")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    is_essential = models.BooleanField(_("essential"), default=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["need", "term"], name="one_competence_per_need_and_term")]

    def __str__(self) -> str:
        return f"{self.need_id} {self.term_id}"


class SuccessMeasure(ChildOf("need")):  # type: ignore[misc]
    """By what the ministry will see that a need is met; closed with dated evidence."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="measures")
    position = models.PositiveSmallIntegerField(default=0)
    statement = models.CharField(_("sign that it is met"), max_length=300)
    is_met = models.BooleanField(null=True)
    evidence = models.CharField(_("evidence"), max_length=500, blank=True)
    seen_on = models.DateField(null=True, blank=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_met__isnull=True) | (~Q(evidence="") & Q(seen_on__isnull=False)),
                name="measure_is_judged_with_dated_evidence",
            )
        ]

    def __str__(self) -> str:
        return self.statement


class Overlap(ChildOf("need")):  # type: ignore[misc]
    """A possible duplicate that was shown before registration, and what was found about it (source 001, 5.4)."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="overlaps")
    # A published need or project.
    record = models.ForeignKey("publishing.PublishedRecord", on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=OverlapAnswer.choices)
    note = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["need", "record"], name="one_answer_per_overlap")]

    def __str__(self) -> str:
        return f"{self.need_id} {self.record_id} {self.answer}"
