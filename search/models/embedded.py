"""What the engine on the database keeps beside an entry.

The stemmed words themselves are in the table `search_words`, of which Django knows nothing, because each database has
its own kind: FTS5 on SQLite, tsvector with a GIN index on PostgreSQL. Migration 0002 makes it;
`search.engines.database.sql` alone reads and writes it (decision 0032).
"""

from __future__ import annotations

from django.db import models

from .entries import Entry


class EmbeddedEntry(models.Model):
    """A live entry as the engine on the database ranks, narrows and counts it; its id is the row of its words.

    Narrow on purpose: the engine reads thousands of them for one question, and an entry's body is long. Written with
    the entry, in its transaction (`search.engines.database.texts`); `revision` is the entry's, so a look tells whether
    the words are missing or old.
    """

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=20)
    audience = models.CharField(max_length=10)
    # Microseconds since 1970: read thousands of times, compared and subtracted, never shown.
    published = models.BigIntegerField()
    evidence_level = models.PositiveSmallIntegerField(null=True)
    quality = models.FloatField()
    sort_title = models.CharField(max_length=200, blank=True)
    # Lines "name=value", a line break before and after each, the kind among them: found, split and counted many times
    # faster than rows are joined.
    facets = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "embedded entries"
        constraints = [
            models.CheckConstraint(condition=models.Q(revision__gte=1), name="embedded_revision_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.entry_id} r{self.revision}"
