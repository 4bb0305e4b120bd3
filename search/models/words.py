"""What search knows of words and meanings, made from the public plane and from the glossary.

None of it is a source: everything here can be thrown away and made again (`search_words`, `search_encode`).
"""

from __future__ import annotations

import uuid

from django.db import models

from network_site.common.language import CODES

from .entries import Entry

GLOSSARY, WORDS, VECTORS = "glossary", "words", "vectors"


class MarkManager(models.Manager["Mark"]):
    """Reads all marks at once and moves one on."""

    def now(self) -> dict[str, str]:
        """Every mark by name. One query, a handful of rows."""
        return dict(self.values_list("name", "value"))

    def move(self, name: str) -> None:
        """Give a mark another value, in the caller's transaction: what processes hold is old from the commit on.

        Whoever moves the same mark waits for this transaction to end, so move it last.
        """
        value = uuid.uuid4().hex
        if not self.filter(name=name).update(value=value):
            self.bulk_create(
                [Mark(name=name, value=value)],
                update_conflicts=True,
                unique_fields=["name"],
                update_fields=["value"],
            )


class Mark(models.Model):
    """Tells whether something changed that processes keep in memory: they compare values, at once and exactly.

    A value is random and never comes back, also not after a rollback or when a backup is restored.
    """

    name = models.CharField(max_length=20, primary_key=True)
    value = models.CharField(max_length=32, blank=True)
    # From what it was made (words): compared before it is made again.
    made_from = models.CharField(max_length=200, blank=True)

    objects = MarkManager()

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class VocabularyWord(models.Model):
    """A word that public entries or the glossary use, and how many of them do. Suggestions of spelling come from here.

    Words of records for members only are never here: a suggestion would tell them to everybody.
    """

    language = models.CharField(max_length=5)
    folded = models.CharField(max_length=40)
    # As it is mostly written, in lower case with its accents.
    word = models.CharField(max_length=40)
    frequency = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["language", "folded"], name="one_word_per_language_and_folded_form"),
            models.CheckConstraint(condition=models.Q(language__in=CODES), name="vocabulary_language_known"),
        ]

    def __str__(self) -> str:
        return f"{self.word} ({self.language}, {self.frequency})"


class EntryVector(models.Model):
    """The meaning of an entry as a vector of length 1; it goes with the entry's text."""

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, primary_key=True, related_name="+")
    # Of the text that was encoded and of the encoder: another one is another vector.
    digest = models.CharField(max_length=64)
    # search.meaning.DIMENSIONS numbers of 16 bits.
    vector = models.BinaryField()

    class Meta:
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"vector of {self.entry_id}"
