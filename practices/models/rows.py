"""The parts of a version that repeat."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common.files import private_path, private_storage
from network_site.organizations.tenancy import ChildOf
from network_site.taxonomy.models import Term

from ..enums import BlockKind, Direction, OrganizationRole, Strength, StudyType, TextState


class VersionRow(ChildOf("version")):  # type: ignore[misc]
    """A row of a version, in the order in which it was written."""

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.CASCADE)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "id"]
        base_manager_name = "objects"
        default_manager_name = "objects"


class VersionTerm(ChildOf("version")):  # type: ignore[misc]
    """A term by which a version is classified."""

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.CASCADE, related_name="version_terms")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["version", "term"], name="one_link_per_version_and_term")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.term_id}"


class Contact(VersionRow):
    """A person whom others may ask."""

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    is_public = models.BooleanField(_("show to everyone"), default=False)

    def __str__(self) -> str:
        return self.name

    @property
    def summary(self) -> str:
        """Name, address and who sees them."""
        seen = _("shown to everyone") if self.is_public else _("not public")
        return f"{self.name}, {self.email} ({seen})"


class Contribution(VersionRow):
    """An organisation's part in the practice; conflicts of interest are found here."""

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.CASCADE, related_name="contributions")
    name = models.CharField(_("organisation"), max_length=200)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    role = models.CharField(_("part in it"), max_length=12, choices=OrganizationRole.choices)
    until_year = models.PositiveSmallIntegerField(_("last year"), null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"

    @property
    def summary(self) -> str:
        """The organisation and its part in words."""
        until = f", {self.until_year}" if self.until_year else ""
        return f"{self.name}: {self.get_role_display()}{until}"


class Precondition(VersionRow):
    """What must, or should, be in place first, and how to check it."""

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.CASCADE, related_name="preconditions")
    statement = models.CharField(_("condition"), max_length=300)
    strength = models.CharField(_("strength"), max_length=6, choices=Strength.choices, default=Strength.MUST)
    verification = models.CharField(_("how to check"), max_length=300, blank=True)

    def __str__(self) -> str:
        return self.statement

    @property
    def summary(self) -> str:
        """Must or should, the condition, and how to check it."""
        check = f" ({self.verification})" if self.verification else ""
        return f"{self.get_strength_display()}: {self.statement}{check}"


class BuildingBlock(VersionRow):
    """A part that can be taken over: core or adaptable."""

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.CASCADE, related_name="building_blocks")
    title = models.CharField(_("part"), max_length=120)
    text = models.CharField(_("what it is"), max_length=600)
    kind = models.CharField(_("kind"), max_length=10, choices=BlockKind.choices, default=BlockKind.CORE)
    usable_alone = models.BooleanField(_("can be used alone"), default=False)

    def __str__(self) -> str:
        return self.title

    @property
    def summary(self) -> str:
        """The part, its kind, and what it is."""
        alone = f", {_('can be used alone')}" if self.usable_alone else ""
        return f"{self.title} ({self.get_kind_display()}{alone}): {self.text}"


class Outcome(VersionRow):
    """What changed, measured or not."""

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.CASCADE, related_name="outcomes")
    indicator = models.CharField(_("outcome"), max_length=200)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    baseline = models.DecimalField(_("before"), max_digits=18, decimal_places=4, null=True, blank=True)
    baseline_year = models.PositiveSmallIntegerField(_("year before"), null=True, blank=True)
    value = models.DecimalField(_("after"), max_digits=18, decimal_places=4, null=True, blank=True)
    value_year = models.PositiveSmallIntegerField(_("year after"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    direction = models.CharField(
        _("direction"), max_length=12, choices=Direction.choices, default=Direction.NOT_MEASURED
    )

    class Meta(VersionRow.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(baseline_year__isnull=True)
                | Q(value_year__isnull=True)
                | Q(value_year__gte=models.F("baseline_year")),
                name="outcome_after_follows_before",
            )
        ]

    def __str__(self) -> str:
        return self.indicator

    @property
    def summary(self) -> str:
        """The outcome with its values, years, direction and source; what is missing is said."""
        missing = _("not reported")

        def value(amount: Decimal | None, year: int | None) -> str:
            if amount is None:
                return str(missing)
            return f"{amount.normalize():f} {self.unit}".strip() + (f" ({year})" if year else "")

        values = f"{value(self.baseline, self.baseline_year)} → {value(self.value, self.value_year)}"
        return f"{self.indicator}: {values}; {self.get_direction_display()}; {self.source or missing}"

    @property
    def is_measured(self) -> bool:
        """Whether there is a value before, a later value, and a named source (level 2 needs one such)."""
        return self.baseline is not None and self.value is not None and bool(self.source)


class EvidenceItem(VersionRow):
    """A study or a data source that the level of evidence is derived from."""

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.CASCADE, related_name="evidence_items")
    type = models.CharField(_("kind of study"), max_length=20, choices=StudyType.choices)
    title = models.CharField(_("title"), max_length=300)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    author = models.CharField(_("author"), max_length=200, blank=True)
    author_organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_independent = models.BooleanField(_("made by others than the owner"), default=False)
    paid_by_owner = models.BooleanField(_("paid by the owner"), default=True)
    sample_size = models.PositiveIntegerField(_("number of cases"), null=True, blank=True)
    months_followed = models.PositiveSmallIntegerField(_("months of follow-up"), null=True, blank=True)
    direction = models.CharField(_("result"), max_length=12, choices=Direction.choices, default=Direction.NOT_MEASURED)
    reports_cost = models.BooleanField(_("reports the cost"), default=False)
    url = models.URLField(_("address"), blank=True)
    file = models.FileField(_("file"), storage=private_storage, upload_to=private_path, blank=True)
    file_name = models.CharField(max_length=200, blank=True, editable=False)
    content_type = models.CharField(max_length=100, blank=True, editable=False)

    def __str__(self) -> str:
        return self.title

    @property
    def summary(self) -> str:
        """The study with everything that its rating depends on."""
        parts = [self.get_type_display(), self.author, str(self.year or "")]
        parts.append(_("made by others than the owner") if self.is_independent else _("made by the owner"))
        parts.append(_("paid by the owner") if self.paid_by_owner else _("not paid by the owner"))
        if self.sample_size is not None:
            parts.append(f"n = {self.sample_size}")
        if self.months_followed is not None:
            parts.append(_("%(months)d months of follow-up") % {"months": self.months_followed})
        if self.reports_cost:
            parts.append(_("reports the cost"))
        parts.append(self.get_direction_display())
        return f"{self.title} ({'; '.join(str(part) for part in parts if part)})"

    @property
    def name(self) -> str:
        """The file's own name, for the download."""
        return self.file_name


class Attachment(VersionRow):
    """A file that helps others: a form, a manual, a decree."""

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.CASCADE, related_name="attachments")
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    is_public = models.BooleanField(_("may be shown to everyone"), default=False)
    file = models.FileField(_("file"), storage=private_storage, upload_to=private_path)
    file_name = models.CharField(max_length=200, editable=False)
    content_type = models.CharField(max_length=100, editable=False)

    class Meta(VersionRow.Meta):
        constraints = [models.CheckConstraint(condition=~Q(file=""), name="attachment_has_its_file")]

    def __str__(self) -> str:
        return self.title

    @property
    def summary(self) -> str:
        """The title, the file's own name, and who may see it."""
        seen = _("may be shown to everyone") if self.is_public else _("not public")
        return f"{self.title} ({self.file_name}; {self.get_language_display()}; {seen})"

    @property
    def name(self) -> str:
        """The file's own name, for the download."""
        return self.file_name


class CostLine(VersionRow):
    """One line of cost, in its own currency."""

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.CASCADE, related_name="costs")
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    category = models.CharField(_("what for"), max_length=120)
    amount = models.DecimalField(
        _("amount"), max_digits=18, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    currency = models.CharField(_("currency"), max_length=3)

    class Meta(VersionRow.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="cost_not_negative"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="cost_currency_is_iso"),
        ]

    def __str__(self) -> str:
        return f"{self.category}: {self.currency} {self.amount}"

    @property
    def summary(self) -> str:
        """What for, when, and how much in which currency."""
        year = f", {self.year}" if self.year else ""
        return f"{self.category}{year}: {self.currency} {self.amount:,.2f}"


class Translation(ChildOf("version")):  # type: ignore[misc]
    """The texts of a version in another language."""

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.CASCADE, related_name="translations")
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    title = models.CharField(max_length=100)
    one_line = models.CharField(max_length=240)
    problem = models.TextField(blank=True)
    description = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=TextState.choices, default=TextState.HUMAN)
    source_digest = models.CharField(max_length=64)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["language"]
        constraints = [models.UniqueConstraint(fields=["version", "language"], name="one_translation_per_language")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.language}"


class Edit(ChildOf("version")):  # type: ignore[misc]
    """Who wrote on a version: nobody judges what she drafted."""

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.CASCADE, related_name="edits")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    first_at = models.DateTimeField(default=timezone.now)
    # Autosaves that wait to be put into the audit trail as one entry (decision 0026).
    autosaved_since = models.DateTimeField(null=True, editable=False)
    autosaved_before = models.CharField(max_length=64, blank=True, editable=False)
    autosaved_after = models.CharField(max_length=64, blank=True, editable=False)
    autosaved_version = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["version", "user"], name="one_edit_mark_per_person")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.version_id}"
