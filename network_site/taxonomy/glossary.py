"""The glossary: reads and writes on its concepts.

As with the schemes, the file is the seed: a concept that staff changed is theirs, and loading the
file again leaves it alone (decision 0022).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from network_site.common import audit, staff
from network_site.common.html import plain
from network_site.common.language import CODES, fold
from network_site.common.staleness import mark_of, refuse_stale

from .models import GlossaryConcept, GlossaryTerm

DATA = Path(__file__).parent / "data" / "glossary.yaml"
Kind = GlossaryTerm.Kind
MAX_TERM = 120
MAX_DEFINITION = 1000
# Sent in the transaction that wrote words (or whether a concept is listed), with one of the concepts that changed: once
# for an edit, and once for a file.
terms_written = Signal()


@dataclass(frozen=True)
class Words:
    """What a concept is called in one language."""

    preferred: str
    alternatives: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()


# --- Reads -----------------------------------------------------------------------------------


def list_concepts(*, hidden: bool = False) -> list[GlossaryConcept]:
    """All concepts with their terms, in the alphabetical order of the interface language. Two queries."""
    concepts = GlossaryConcept.objects.prefetch_related("terms")
    found = list(concepts if hidden else concepts.filter(listed=True))
    return sorted(found, key=lambda one: fold(one.name))


def initial(concept: GlossaryConcept) -> str:
    """The letter under which a concept stands, without accents; # for everything else."""
    first = fold(concept.name)[:1].upper()
    return first if "A" <= first <= "Z" else "#"


def narrowed(concepts: Sequence[GlossaryConcept], *, text: str = "", letter: str = "") -> list[GlossaryConcept]:
    """Those under a letter, where each word begins a word of a term (of any language) or of the definition."""
    wanted = [re.compile(rf"\b{re.escape(word)}") for word in fold(text).split()]

    def fits(concept: GlossaryConcept) -> bool:
        parts = [*(term.folded for term in concept.terms.all()), fold(concept.meaning)]
        return all(any(word.search(part) for part in parts) for word in wanted)

    return [one for one in concepts if (not letter or initial(one) == letter) and fits(one)]


# --- Writes ----------------------------------------------------------------------------------


@transaction.atomic
def save_concept(
    *,
    concept: GlossaryConcept | None = None,
    words: Mapping[str, Words],
    definition: Mapping[str, str],
    source: str = "",
    listed: bool = True,
    seen: str | None = None,
) -> GlossaryConcept:
    """Write a new concept or change one; from now on loading the file leaves it alone.

    Raises ValidationError, with the field of each fault: the preferred term and the definition are
    there in all four languages, and a preferred term means one concept; and StaleVersion when it is no
    longer as it was `seen` (`mark`).
    """
    house = staff.require(staff.GLOSSARY)
    cleaned, texts = _checked(words, definition, concept)
    source = plain(source).strip()[:300]
    before = None
    if concept is None:
        concept = GlossaryConcept(code=_new_code(cleaned["en"].preferred))
    else:
        concept = GlossaryConcept.objects.select_for_update().get(pk=concept.pk)
        before = _told(concept)
        if (_words_of(concept), concept.definition, concept.source, concept.listed) != (cleaned, texts, source, listed):
            refuse_stale(concept, seen=seen, now=before)
    concept.definition, concept.source, concept.listed = texts, source, listed
    concept.edited_at = timezone.now()
    concept.save()
    _write_terms(concept, cleaned)
    terms_written.send(sender=GlossaryConcept, concept=concept)
    audit.record(
        "glossary.added" if before is None else "glossary.edited",
        tenant_id=house,
        subject=concept,
        reason=concept.code,
        before=before,
        after=_told(concept),
    )
    return concept


@transaction.atomic
def load_glossary(path: Path = DATA) -> int:
    """Load the glossary's file; running it twice changes nothing. Returns the number of concepts in it.

    Raises ValidationError for a concept that lacks a language.
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    known = {one.code: one for one in GlossaryConcept.objects.prefetch_related("terms")}
    changed: GlossaryConcept | None = None
    for entry in entries:
        code, concept = entry["code"], known.get(entry["code"])
        if concept is not None and concept.edited_at is not None:
            continue
        words = {
            language: Words(
                str(given["term"]), tuple(map(str, given.get("also", ()))), tuple(map(str, given.get("acronyms", ())))
            )
            for language, given in entry["terms"].items()
        }
        cleaned, texts = _checked(words, entry["definition"], concept)
        source = entry.get("source", "")
        if concept is None:
            concept = GlossaryConcept.objects.create(code=code, definition=texts, source=source)
        elif (concept.definition, concept.source) != (texts, source):
            concept.definition, concept.source = texts, source
            concept.save(update_fields=["definition", "source"])
        if _words_of(concept) != cleaned:
            _write_terms(concept, cleaned)
            changed = concept
    if changed is not None:
        terms_written.send(sender=GlossaryConcept, concept=changed)
    return len(entries)


def _checked(
    words: Mapping[str, Words], definition: Mapping[str, str], concept: GlossaryConcept | None
) -> tuple[dict[str, Words], dict[str, str]]:
    faults: dict[str, Any] = {}
    cleaned, texts = {}, {}
    for language in CODES:
        given = words.get(language, Words(""))
        own = _term(given.preferred)
        if not own:
            faults[f"term_{language}"] = _("Write the term in this language too.")
        elif _taken(own, language, concept):
            faults[f"term_{language}"] = _("Another concept has this term. A preferred term means one thing.")
        seen = {fold(own)}
        cleaned[language] = Words(own, _distinct(given.alternatives, seen), _distinct(given.acronyms, seen))
        for field, several in (
            ("term", (own,)), ("also", cleaned[language].alternatives), ("acronyms", cleaned[language].acronyms),
        ):  # fmt: skip
            if any(len(one) > MAX_TERM for one in several):
                faults[f"{field}_{language}"] = _("Keep each term under 120 characters.")
        texts[language] = plain(definition.get(language, "")).strip()
        if not texts[language]:
            faults[f"definition_{language}"] = _("Write the definition in this language too.")
        elif len(texts[language]) > MAX_DEFINITION:
            faults[f"definition_{language}"] = _("Keep the definition under 1,000 characters.")
    if faults:
        raise ValidationError(faults)
    return cleaned, texts


def _term(text: str) -> str:
    return " ".join(plain(text).split())


def _distinct(texts: Sequence[str], seen: set[str]) -> tuple[str, ...]:
    """Those that say something new, in their order."""
    kept = []
    for text in map(_term, texts):
        if text and fold(text) not in seen:
            seen.add(fold(text))
            kept.append(text)
    return tuple(kept)


def _taken(text: str, language: str, concept: GlossaryConcept | None) -> bool:
    others = GlossaryTerm.objects.filter(language=language, kind=Kind.PREFERRED, folded=fold(text))
    return (others.exclude(concept=concept) if concept is not None else others).exists()


def _new_code(text: str) -> str:
    base = slugify(fold(text))[:50] or "concept"
    code, number = base, 2
    while GlossaryConcept.objects.filter(code=code).exists():
        code, number = f"{base}-{number}", number + 1
    return code


def _write_terms(concept: GlossaryConcept, words: Mapping[str, Words]) -> None:
    """Put these terms in the place of those that were there."""
    concept.terms.all().delete()
    GlossaryTerm.objects.bulk_create(
        GlossaryTerm(concept=concept, language=language, kind=kind, text=text, folded=fold(text), position=position)
        for language, given in words.items()
        for kind, texts in (
            (Kind.PREFERRED, (given.preferred,)),
            (Kind.ALTERNATIVE, given.alternatives),
            (Kind.ACRONYM, given.acronyms),
        )
        for position, text in enumerate(texts)
    )
    # What was prefetched is no longer true.
    getattr(concept, "_prefetched_objects_cache", {}).pop("terms", None)


def _words_of(concept: GlossaryConcept) -> dict[str, Words]:
    return {
        language: Words(
            concept.preferred(language),
            tuple(concept.words(Kind.ALTERNATIVE, language)),
            tuple(concept.words(Kind.ACRONYM, language)),
        )
        for language in CODES
    }


def mark(concept: GlossaryConcept) -> str:
    """What a form carries of the concept that it shows."""
    return mark_of(_told(concept))


def _told(concept: GlossaryConcept) -> dict[str, Any]:
    return {
        "terms": [[one.language, one.kind, one.text] for one in concept.terms.all()],
        "definition": concept.definition,
        "source": concept.source,
        "listed": concept.listed,
    }
