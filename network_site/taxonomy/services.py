"""Writes on the schemes.

Who wins when the files are loaded again: words (labels, definition) that staff changed in the console
stay as they are, and the files' words are kept beside them (`Term.from_file`), to compare and to take
back. Everything else of a term comes from its file. Decision 0022.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common import audit, staff
from network_site.common.html import plain
from network_site.common.language import CODES
from network_site.common.scoping import actor_or_none
from network_site.common.staleness import mark_of, refuse_stale

from .models import ContextFigure, Country, Scheme, Term

DATA = Path(__file__).parent / "data"


class DataError(ValueError):
    """A data file that does not say what it must; the message names file and entry."""


@transaction.atomic
def load_schemes(folder: Path = DATA / "schemes") -> int:
    """Load every scheme file; running it twice changes nothing. Returns the number of terms.

    A term that was deprecated in the database stays so: data files never revive it. Words that
    staff changed stay too.
    Raises DataError for a label without all four languages or an unknown parent.
    """
    count = 0
    for path in sorted(folder.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        _require_labels(data["labels"], f"{path.name}: {data['code']}")
        scheme, _created = Scheme.objects.update_or_create(
            code=data["code"],
            defaults={
                "version": str(data["version"]),
                "labels": data["labels"],
                "source": data.get("source", ""),
                "single": bool(data.get("single", False)),
            },
        )
        known: set[str] = set()
        for position, entry in enumerate(data["terms"]):
            _load_term(scheme, entry, position, known, path.name)
            count += 1
    return count


def _load_term(scheme: Scheme, entry: dict[str, Any], position: int, known: set[str], filename: str) -> None:
    code = str(entry["code"])
    _require_labels(entry["labels"], f"{filename}: {code}")
    parent = entry.get("parent")
    if parent and parent not in known:
        raise DataError(f"{filename}: the parent {parent} of {code} does not come before it.")
    known.add(code)
    words = {"labels": entry["labels"], "definition": entry.get("definition", {})}
    facts = {
        "scheme": scheme,
        "parent_id": parent,
        "position": position,
        "extra": {key: entry[key] for key in ("statement", "lack", "links", "source") if key in entry},
        "exact_match": entry.get("exact_match", ""),
        "from_file": words,
    }
    term, created = Term.objects.get_or_create(code=code, defaults=facts | words)
    if not created:
        for name, value in (facts if term.edited_at else facts | words).items():
            setattr(term, name, value)
        term.save()


def _require_labels(labels: dict[str, str], where: str) -> None:
    missing = [code for code in CODES if not labels.get(code)]
    if missing:
        raise DataError(f"{where}: no label in {', '.join(missing)}.")


@transaction.atomic
def load_countries(path: Path = DATA / "countries.csv") -> int:
    """Load all countries; running it twice changes nothing. Returns their number."""
    rows = []
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            rows.append(
                Country(
                    iso2=row["iso2"],
                    iso3=row["iso3"],
                    m49=row["m49"],
                    names={
                        "en": row["name_en"],
                        "es": row["name_es"],
                        "fr": row["name_fr"],
                        "pt-br": row["name_pt_br"],
                    },
                    m49_region=row["m49_region"],
                    m49_subregion=row["m49_subregion"],
                    income=row["income"],
                    income_year=row["income_year"],
                    income_source=row["income_source"],
                    latitude=float(row["latitude"]) if row["latitude"] else None,
                    longitude=float(row["longitude"]) if row["longitude"] else None,
                    currency=row["currency"],
                    subregion=row["network_subregion"],
                    member=row["member"] == "1",
                    oas_status=row["oas_status"],
                    smaller_economy=row["smaller_economy"] == "1",
                    languages=row["languages"],
                )
            )
    fields = [field.name for field in Country._meta.fields if field.name != "iso2"]
    Country.objects.bulk_create(rows, update_conflicts=True, update_fields=fields, unique_fields=["iso2"])
    return len(rows)


@transaction.atomic
def load_context_figures(path: Path = DATA / "context_figures.csv") -> int:
    """Load the context figures of countries, each with year and source. Returns their number."""
    count = 0
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            ContextFigure.objects.update_or_create(
                country_id=row["country"],
                item_id=row["item"],
                year=row["year"],
                source=row["source"],
                defaults={"value": row["value"], "unit": row["unit"], "place": row["place"]},
            )
            count += 1
    return count


CODE = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[.-][A-Za-z0-9]+)*")
MAX_LABEL = 200
MAX_DEFINITION = 1000


@transaction.atomic
def edit_term(*, term: Term, labels: Mapping[str, str], definition: Mapping[str, str], seen: str | None = None) -> Term:
    """Change the words of a term; from now on loading the files leaves them alone.

    Raises ValidationError, with the field of each fault: a label is there in all four languages, a
    definition in all or in none; and StaleVersion when the words are no longer those that were `seen`
    (`words_mark`).
    """
    house = staff.require(staff.TERMS)
    words = _checked_words(labels, definition)
    locked = Term.objects.select_for_update().get(pk=term.pk)
    before = _words_of(locked)
    if words == before:
        return locked
    refuse_stale(locked, seen=seen, now=before)
    locked.labels, locked.definition, locked.edited_at = words["labels"], words["definition"], timezone.now()
    locked.save(update_fields=["labels", "definition", "edited_at"])
    audit.record("term.edited", tenant_id=house, subject=locked, reason=locked.pk, before=before, after=words)
    return locked


@transaction.atomic
def restore_term(*, term: Term) -> Term:
    """Take back the words of the file; the files rule this term again. Raises ValidationError without a file."""
    house = staff.require(staff.TERMS)
    locked = Term.objects.select_for_update().get(pk=term.pk)
    if not locked.from_file:
        raise ValidationError(_("This term was added here: no file has words for it."))
    before = _words_of(locked)
    locked.labels, locked.definition = locked.from_file["labels"], locked.from_file["definition"]
    locked.edited_at = None
    locked.save(update_fields=["labels", "definition", "edited_at"])
    audit.record(
        "term.restored", tenant_id=house, subject=locked, reason=locked.pk, before=before, after=_words_of(locked)
    )
    return locked


@transaction.atomic
def add_term(
    *,
    scheme: Scheme,
    code: str,
    labels: Mapping[str, str],
    definition: Mapping[str, str],
    parent: Term | None = None,
) -> Term:
    """Add a term at the end of a scheme, or of the terms below `parent`.

    Raises ValidationError for a code that is taken (in upper or lower case) or is no code, and as
    `edit_term` does. A code is for ever.
    """
    house = staff.require(staff.TERMS)
    code = code.strip()
    faults: dict[str, Any] = {}
    if not CODE.fullmatch(code) or len(code) > 24:
        faults["code"] = _("A code has up to 24 letters and figures, with points or hyphens between: LAF1.8.")
    elif Term.objects.filter(code__iexact=code).exists():
        faults["code"] = _("This code is taken. Codes are for ever, those of terms out of use as well.")
    if parent is not None and (parent.scheme_id != scheme.pk or parent.status == Term.Status.DEPRECATED):
        faults["parent"] = _("Choose a broader term of the same scheme that is in use.")
    words = _checked_words(labels, definition, faults)
    # The row of the scheme is the lock that keeps two new terms apart.
    Scheme.objects.select_for_update().get(pk=scheme.pk)
    last = Term.objects.of(scheme.pk).aggregate(last=Max("position"))["last"]
    term = Term(
        code=code,
        scheme=scheme,
        parent=parent,
        position=0 if last is None else last + 1,
        edited_at=timezone.now(),
        **words,
    )
    term.save(force_insert=True)
    audit.record("term.added", tenant_id=house, subject=term, reason=code, after=words)
    return term


def words_mark(term: Term) -> str:
    """What a form carries of the words that it shows."""
    return mark_of(_words_of(term))


def _words_of(term: Term) -> dict[str, dict[str, str]]:
    return {"labels": term.labels, "definition": term.definition}


def _checked_words(
    labels: Mapping[str, str], definition: Mapping[str, str], faults: dict[str, Any] | None = None
) -> dict[str, dict[str, str]]:
    """Cleaned words. Raises ValidationError with the given faults and those found here."""
    found = dict(faults or {})
    names = {code: " ".join(plain(labels.get(code, "")).split()) for code in CODES}
    texts = {code: plain(definition.get(code, "")).strip() for code in CODES}
    defined = any(texts.values())
    for code in CODES:
        if not names[code]:
            found[f"label_{code}"] = _("Write the label in this language too.")
        elif len(names[code]) > MAX_LABEL:
            found[f"label_{code}"] = _("Keep the label under 200 characters.")
        if defined and not texts[code]:
            found[f"definition_{code}"] = _("Write the definition in all four languages, or in none.")
        elif len(texts[code]) > MAX_DEFINITION:
            found[f"definition_{code}"] = _("Keep the definition under 1,000 characters.")
    if found:
        raise ValidationError(found)
    return {"labels": names, "definition": texts if defined else {}}


@transaction.atomic
def deprecate_term(*, term: Term, replaced_by: Term | None = None) -> Term:
    """Take a term out of use; records keep it, forms no longer offer it.

    Raises ValidationError when the replacement is the term itself, deprecated, or of another scheme.
    A person needs the task in the Network, and stands in its audit trail; data files go without.
    """
    actor = actor_or_none()
    house = staff.require(staff.TERMS) if actor is not None and actor.user_id else None
    locked = Term.objects.select_for_update().get(pk=term.pk)
    if replaced_by is not None:
        replacement = Term.objects.select_for_update().get(pk=replaced_by.pk)
        if replacement == locked or replacement.status == Term.Status.DEPRECATED:
            raise ValidationError(_("Choose a replacement that is in use."))
        if replacement.scheme_id != locked.scheme_id:
            raise ValidationError(_("Choose a replacement in the same scheme."))
    locked.status = Term.Status.DEPRECATED
    locked.replaced_by = replaced_by
    locked.save(update_fields=["status", "replaced_by"])
    if house is not None:
        heir = replaced_by.pk if replaced_by is not None else "–"
        audit.record("term.deprecated", tenant_id=house, subject=locked, reason=f"{locked.pk} → {heir}")
    return locked


@transaction.atomic
def revive_term(*, term: Term) -> Term:
    """Bring a term back that was taken out of use: forms offer it again, and nothing stands in its place any more.

    Raises ValidationError for a term that is in use, for one below a broader term that is out of use, and for one
    through which other terms are led on to its replacement: their readers would end elsewhere, unasked.
    """
    house = staff.require(staff.TERMS)
    locked = Term.objects.select_for_update(of=("self",)).select_related("parent").get(pk=term.pk)
    if locked.status != Term.Status.DEPRECATED:
        raise ValidationError(_("This term is in use already."))
    if locked.parent is not None and locked.parent.status == Term.Status.DEPRECATED:
        raise ValidationError(_("Bring the broader term back first."))
    heir = locked.replaced_by_id or "–"
    led = list(locked.replaces.order_by("code").values_list("code", flat=True)) if locked.replaced_by_id else []
    if led:
        raise ValidationError(
            _("%(terms)s: replaced through this term by %(heir)s. Bring these back first, or leave it out of use."),
            params={"terms": ", ".join(led), "heir": heir},
        )
    locked.status, locked.replaced_by = Term.Status.CURRENT, None
    locked.save(update_fields=["status", "replaced_by"])
    audit.record("term.revived", tenant_id=house, subject=locked, reason=f"{locked.pk} ← {heir}")
    return locked


def current_term(term: Term) -> Term:
    """The term that stands for this one today: itself, or the end of its line of replacements."""
    seen = {term.pk}
    while term.replaced_by is not None and term.replaced_by.pk not in seen:
        term = term.replaced_by
        seen.add(term.pk)
    return term
