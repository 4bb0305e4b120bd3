"""Writes on the schemes."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from network_site.common.language import CODES

from .models import ContextFigure, Country, Scheme, Term

DATA = Path(__file__).parent / "data"


class DataError(ValueError):
    """A data file that does not say what it must; the message names file and entry."""


@transaction.atomic
def load_schemes(folder: Path = DATA / "schemes") -> int:
    """Load every scheme file; running it twice changes nothing. Returns the number of terms.

    A term that was deprecated in the database stays so: data files never revive it.
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
    Term.objects.update_or_create(
        code=code,
        defaults={
            "scheme": scheme,
            "parent_id": parent,
            "position": position,
            "labels": entry["labels"],
            "definition": entry.get("definition", {}),
            "extra": {key: entry[key] for key in ("statement", "lack", "links", "source") if key in entry},
            "exact_match": entry.get("exact_match", ""),
        },
    )


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


@transaction.atomic
def deprecate_term(*, term: Term, replaced_by: Term | None = None) -> Term:
    """Take a term out of use; records keep it, forms no longer offer it.

    Raises ValidationError when the replacement is the term itself, deprecated, or of another scheme.
    """
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
    return locked


def current_term(term: Term) -> Term:
    """The term that stands for this one today: itself, or the end of its line of replacements."""
    seen = {term.pk}
    while term.replaced_by is not None and term.replaced_by.pk not in seen:
        term = term.replaced_by
        seen.add(term.pk)
    return term
