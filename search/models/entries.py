"""The entries of the search: one for each thing that can be found, as both engines index it.

An entry is a copy of the public plane (a published record, an organisation, a page), made by `search.indexing` and
by nobody else. Its `revision` grows with every change of its body and never falls, also when the thing disappears
(then the entry stays as a tombstone): an index that carries the revision as external version can never be
overwritten by something older (decision 0028).
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from network_site.common.scoping import actor_or_none
from network_site.publishing.models import Audience

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "enlace:search")


def entry_id(kind: str, key: str) -> uuid.UUID:
    """The identifier of the entry of one thing: the same for ever, whatever becomes of it."""
    return uuid.uuid5(NAMESPACE, f"{kind}:{key}")


def audiences_of_actor() -> tuple[str, ...]:
    """The audiences that the current actor belongs to; without an actor the public alone."""
    actor = actor_or_none()
    if actor is not None and (actor.service or actor.organization_id):
        return (Audience.PUBLIC.value, Audience.NETWORK.value)
    return (Audience.PUBLIC.value,)


class EntryQuerySet(models.QuerySet["Entry"]):
    def live(self) -> EntryQuerySet:
        """Entries of things that are there."""
        return self.filter(is_gone=False)


class EntryManager(models.Manager.from_queryset(EntryQuerySet)):  # type: ignore[misc]
    """Shows what the current actor's audience may find; without an actor the public part only."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(audience__in=audiences_of_actor())


class LiveEntryManager(EntryManager):
    """The same without tombstones: what mail may speak of (organizations/readers.py)."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(is_gone=False)


class Entry(models.Model):
    """One thing that can be found, language-neutral; `body` is its document (search.documents.Document)."""

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=20)
    # The thing's own stable key: a record's or an organisation's id, a page's translation key.
    key = models.CharField(max_length=64)
    revision = models.PositiveBigIntegerField(default=1)
    is_gone = models.BooleanField(default=False)
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.PUBLIC)
    # What the source looked like when the body was made: cheap to compare (the reconciler does).
    stamp = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64)
    body = models.JSONField(default=dict)
    source_language = models.CharField(max_length=5, blank=True)
    evidence_level = models.PositiveSmallIntegerField(null=True)
    quality = models.FloatField(default=1.0)
    sort_title = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = EntryManager()
    readable = LiveEntryManager()

    class Meta:
        ordering = ["id"]
        base_manager_name = "objects"
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["kind", "is_gone", "-published_at"]),
            models.Index(fields=["is_gone", "-published_at"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="one_entry_per_thing"),
            models.CheckConstraint(condition=models.Q(revision__gte=1), name="entry_revision_from_1"),
            models.CheckConstraint(
                condition=models.Q(quality__gte=0.1) & models.Q(quality__lte=2.0), name="entry_quality_bounded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} r{self.revision}"


class EntryFacet(models.Model):
    """One value of one facet of an entry; what the embedded engine filters and counts by."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="facets")
    name = models.CharField(max_length=20)
    value = models.CharField(max_length=80)

    class Meta:
        indexes = [models.Index(fields=["name", "value"])]
        constraints = [models.UniqueConstraint(fields=["entry", "name", "value"], name="one_value_per_entry_and_facet")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.name}={self.value}"
