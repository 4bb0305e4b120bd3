"""The public plane: what was published, and nothing else.

Rows are written by `publishing.services` alone; a database trigger refuses everything else. Search,
facets, feeds, sitemap, API and exports read only these tables (architecture, section 2).
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common.files import private_path, private_storage
from network_site.common.language import pick
from network_site.common.scoping import actor_or_none
from network_site.organizations.models import Organization
from network_site.taxonomy.models import Country, Term


class Audience(models.TextChoices):
    """Who may read a published record."""

    PUBLIC = "public", _("everyone")
    NETWORK = "network", _("members of the network")


class PublishedRecordQuerySet(models.QuerySet["PublishedRecord"]):
    def live(self) -> PublishedRecordQuerySet:
        """Records that were not withdrawn."""
        return self.filter(state=PublishedRecord.State.PUBLISHED)

    def of_kind(self, kind: str) -> PublishedRecordQuerySet:
        """Records of one kind, for example practices."""
        return self.filter(kind=kind)


class PublishedRecordManager(models.Manager.from_queryset(PublishedRecordQuerySet)):  # type: ignore[misc]
    """Shows what the current actor's audience may read; without an actor the public part only."""

    def get_queryset(self) -> Any:
        records = super().get_queryset()
        actor = actor_or_none()
        if actor is not None and (actor.service or actor.organization_id):
            return records
        return records.filter(audience=Audience.PUBLIC)


# What public numbers begin with; for ever, because people quote them.
PREFIXES = {"practice": "P", "need": "N", "project": "PR", "offer": "O", "course": "C"}


class PublishedRecord(models.Model):
    """One published thing, language-neutral; the current snapshot and what lists filter on."""

    class State(models.TextChoices):
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    slug = models.SlugField(max_length=80)
    owner = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, null=True, related_name="+")
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.PUBLIC)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PUBLISHED)
    version = models.PositiveIntegerField()
    schema = models.CharField(max_length=40)
    snapshot = models.JSONField()
    source_language = models.CharField(max_length=5)
    evidence_level = models.PositiveSmallIntegerField(null=True)
    provenance = models.CharField(max_length=10, blank=True)
    is_demo = models.BooleanField(default=False)
    search_text = models.TextField(blank=True)
    first_published_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(default=timezone.now)
    last_confirmed = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.TextField(blank=True)

    objects = PublishedRecordManager()

    class Meta:
        ordering = ["-first_published_at", "-number"]
        base_manager_name = "objects"
        indexes = [models.Index(fields=["kind", "state", "-first_published_at"])]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="one_record_per_number"),
            models.CheckConstraint(
                condition=~models.Q(state="withdrawn")
                | (models.Q(withdrawn_at__isnull=False) & ~models.Q(withdrawal_reason="")),
                name="withdrawal_has_time_and_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(evidence_level__isnull=True) | models.Q(evidence_level__lte=5),
                name="evidence_level_at_most_5",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def code(self) -> str:
        """The public number as people quote it: P-0007."""
        return f"{PREFIXES[self.kind]}-{self.number:04d}"

    @property
    def path(self) -> str:
        """The part of the address below the index page."""
        return f"{self.number}-{self.slug}/"

    @property
    def is_open(self) -> bool:
        """Whether everybody may read it today."""
        return self.state == self.State.PUBLISHED and self.audience == Audience.PUBLIC

    @property
    def title(self) -> str:
        """The title in the interface language, else in the source language."""
        return self.text("title")

    def text(self, name: str) -> Any:
        """One text of the current snapshot in the interface language, else in the source language."""
        texts = self.snapshot["texts"]
        return pick({code: part.get(name) for code, part in texts.items()}, source=self.source_language) or ""


class PublishedVersion(models.Model):
    """One version of a record as it was published; never changed, open at its own address for good."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(PublishedRecord, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    schema = models.CharField(max_length=40)
    snapshot = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["record", "version"], name="one_snapshot_per_version")]

    def __str__(self) -> str:
        return f"{self.record_id} version {self.version}"


class RecordTerm(models.Model):
    """A term that a record is classified by, for facets."""

    record = models.ForeignKey(PublishedRecord, on_delete=models.CASCADE, related_name="record_terms")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    # False for the broader terms above the given ones: they are searched, but offered only when chosen.
    is_given = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "term"], name="one_link_per_record_and_term")]

    def __str__(self) -> str:
        return f"{self.record_id} {self.term_id}"


class PublishedFile(models.Model):
    """A file that a record offers to its readers.

    The row stands here as long as the record lists this very file. What an older version of the record listed under
    an id of its own stays reachable only while the current one lists the same file.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    record = models.ForeignKey(PublishedRecord, on_delete=models.PROTECT, related_name="files")
    file = models.FileField(storage=private_storage, upload_to=private_path)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(file=""), name="published_file_has_its_file")]

    def __str__(self) -> str:
        return self.name


class RecordNumber(models.Model):
    """The last public number given out for a kind of record; its row is the lock."""

    kind = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.kind} {self.last}"
