"""What donors, providers and experts offer, with their rules as data; and what they say of themselves."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from network_site.common.models import TimestampedModel
from network_site.common.scoping import ActorLike
from network_site.organizations.tenancy import ChildOf, TenantModel
from network_site.taxonomy.models import Term

from ..enums import OfferForm, OfferStatus, RuleKind


class Profile(TimestampedModel):
    """What a donor or a provider says of itself in public, on its page in the directory."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.OneToOneField("organizations.Organization", on_delete=models.PROTECT, related_name="+")
    lock_version = models.PositiveIntegerField(default=1)
    # By language: what it supports, and how one asks.
    texts = models.JSONField(default=dict, blank=True)
    # Codes of functions (LAF), ISO codes of countries, codes of languages.
    themes = models.JSONField(default=list, blank=True)
    countries = models.JSONField(default=list, blank=True)
    languages = models.JSONField(default=list, blank=True)
    contact_email = models.EmailField(_("e-mail address"), blank=True)
    url = models.URLField(_("address"), blank=True)

    def __str__(self) -> str:
        return f"profile of {self.organization_id}"


class Offer(TenantModel, TimestampedModel):
    """Funding, assistance, an expert, a visit. Published as a snapshot while it can be used."""

    services = frozenset({"relay", "matcher", "clock"})

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    form = models.CharField(_("what is offered"), max_length=8, choices=OfferForm.choices)
    status = models.CharField(max_length=10, choices=OfferStatus.choices, default=OfferStatus.DRAFT)
    lock_version = models.PositiveIntegerField(default=1)
    edition = models.PositiveIntegerField(default=0)
    source_language = models.CharField(
        _("language of the text"), max_length=5, choices=settings.LANGUAGES, default="en"
    )
    title = models.CharField(_("title"), max_length=150)
    summary = models.CharField(_("in one sentence"), max_length=300)
    description = models.TextField(_("description"), max_length=4000, blank=True)
    # Of an expert: her name, public with the offer (the form says so).
    person = models.CharField(_("name of the expert"), max_length=120, blank=True)
    least = models.DecimalField(_("smallest amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    most = models.DecimalField(_("largest amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    # ISO codes of the countries that it is for; empty means any.
    countries = models.JSONField(_("countries"), default=list, blank=True)
    # The last day, to its end in this time zone.
    closes_on = models.DateField(_("last day"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")
    capacity = models.PositiveSmallIntegerField(_("how many a year"), null=True, blank=True)
    url = models.URLField(_("where it stands"), blank=True)
    # For offers that were written down from a publication: title, year, section.
    source = models.JSONField(default=dict, blank=True)
    # When the owner, or network staff, last made sure that it is so.
    verified_on = models.DateField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=OfferStatus.values), name="offer_status_known"),
            models.CheckConstraint(condition=Q(form__in=OfferForm.values), name="offer_form_known"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(summary=""), name="offer_draft_has_its_texts"),
            models.CheckConstraint(
                condition=Q(least__isnull=True) | Q(most__isnull=True) | Q(most__gte=F("least")),
                name="offer_amounts_in_order",
            ),
            models.CheckConstraint(
                condition=(Q(least__isnull=True) & Q(most__isnull=True)) | Q(currency__regex=r"^[A-Z]{3}$"),
                name="offer_amount_has_its_currency",
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
        return f"{super().write_sql()} OR enlace_service() = 'clock'"


class OfferTerm(ChildOf("offer")):  # type: ignore[misc]
    """A term of an offer: functions (LAF), groups (TG), cooperation (CM)."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="offer_terms")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["offer", "term"], name="one_link_per_offer_and_term")]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.term_id}"


class OfferCompetence(ChildOf("offer")):  # type: ignore[misc]
    """What a provider or an expert can do, and how one knows. A term of DI."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="competences")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    evidence = models.CharField(_("how one knows"), max_length=300, blank=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["offer", "term"], name="one_competence_per_offer_and_term")]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.term_id}"


class OfferRule(ChildOf("offer")):  # type: ignore[misc]
    """One condition: what a program can judge, beside the funder's own sentence and its date."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("kind"), max_length=13, choices=RuleKind.choices)
    # Codes, or {"amount", "currency"}, or {"months"}, or {"percent"}; its shape by kind stands in funders/rules.py.
    value = models.JSONField(default=dict, blank=True)
    sentence = models.CharField(_("the rule in words"), max_length=500)
    stated_on = models.DateField(_("as of"), null=True, blank=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RuleKind.values), name="rule_kind_known"),
            models.CheckConstraint(condition=~Q(sentence=""), name="rule_has_its_sentence"),
        ]

    def __str__(self) -> str:
        return self.sentence


class Follow(TenantModel, TimestampedModel):
    """An organisation follows a published request; nobody else learns of it."""

    services = frozenset({"relay"})

    record = models.ForeignKey("publishing.PublishedRecord", on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["owner", "record"], name="one_follow_per_request")]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.record_id}"
