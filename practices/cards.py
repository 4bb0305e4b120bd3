"""How a published practice looks in a list, and on its page: from the snapshot alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from network_site.common.language import current_language, language_name, pick
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import offered_files
from network_site.taxonomy.models import Country, Term

from .enums import (
    Aspect,
    BlockKind,
    Criterion,
    Direction,
    Documented,
    Label,
    Licence,
    OrganizationRole,
    Stage,
    Strength,
    StudyType,
)
from .evidence import is_level_hidden
from .workflow import PRACTICE


@dataclass(frozen=True)
class ShownText:
    """The texts of a snapshot as shown: which language, and how far it can be trusted."""

    language: str
    texts: dict[str, Any]
    state: str

    @property
    def lang(self) -> str:
        """The language to mark up, when it is not the page's."""
        return self.language if self.language != current_language() else ""


def shown_text(snapshot: dict[str, Any]) -> ShownText:
    """The reader's language if there is a text in it, else the source with a notice."""
    wanted, source = current_language(), snapshot["source_language"]
    given = snapshot["texts"].get(wanted)
    if given is None:
        return ShownText(source, snapshot["texts"][source], "source")
    merged = snapshot["texts"][source] | {name: text for name, text in given.items() if text}
    if given["state"] == "source":
        return ShownText(wanted, merged, "")
    if given.get("stale"):
        return ShownText(wanted, merged, "stale")
    return ShownText(wanted, merged, "machine" if given["state"] == "machine" else "")


def provenance_words(snapshot: dict[str, Any]) -> str:
    """Where the record comes from, in a few words."""
    return {
        "PV01": _("Reported by the ministry"),
        "PV02": _("Documented, not reviewed"),
        "PV03": _("Verified by network staff"),
        "PV04": _("Peer reviewed"),
        "PV05": _("Result of a network project"),
    }.get(snapshot["provenance"], "")


def marks(snapshot: dict[str, Any], last_confirmed: date | None) -> dict[str, Any]:
    """The three marks as the components want them; an old level that nobody confirmed is not shown."""
    given = snapshot["marks"]
    words = {Direction.NONE.value: "no_effect"}
    how_far = {Documented.FULL.value: "fully"}
    return {
        "evidence_level": given["evidence_level"],
        "direction": words.get(given["direction"], given["direction"]),
        "completeness": {aspect: how_far.get(value, value) for aspect, value in given["completeness"].items()},
        "is_dated": given.get("is_dated", False),
        "evidence_hidden": is_level_hidden(
            [item["year"] for item in snapshot.get("evidence_items", [])],
            today=timezone.localdate(),
            last_confirmed=last_confirmed,
        ),
    }


def counted_practices(count: int) -> str:
    """A count with its noun, in the reader's language."""
    return ngettext("%(count)s practice", "%(count)s practices", count) % {"count": count}


def card(record: PublishedRecord, base_url: str) -> dict[str, Any]:
    """A record as a line of a list."""
    snapshot = record.snapshot
    shown = shown_text(snapshot)
    place = record.country.name if record.country else ("" if record.is_demo else snapshot["region"])
    lead = next((part["name"] for part in snapshot["contributions"] if part["role"] == "lead"), "")
    who = lead or (record.owner.name if snapshot["provenance"] != "PV02" else "")
    parts = [place, who, str(snapshot["start_year"]) if snapshot["start_year"] else ""]
    return {
        "title": shown.texts["title"],
        "url": f"{base_url}{record.path}",
        "from_line": " · ".join(part for part in parts if part),
        "one_line": shown.texts["one_line"],
        "marks": marks(snapshot, record.last_confirmed),
        "demo": record.is_demo,
        "lang": shown.lang,
        "notice": _("Shown in %(language)s.") % {"language": language_name(shown.language)} if shown.lang else "",
        "code": record.code,
    }


def term_labels(snapshot: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Labels of the snapshot's terms by scheme, in the reader's language; one query."""
    codes = [code for codes in snapshot["terms"].values() for code in codes]
    terms = Term.objects.in_bulk(codes)
    return {
        scheme: [
            {
                "code": code,
                "label": terms[code].lack if scheme == "DI" else terms[code].label,
                "definition": pick(terms[code].definition) or "",
            }
            for code in codes_of_scheme
            if code in terms
        ]
        for scheme, codes_of_scheme in snapshot["terms"].items()
    }


def page_context(record: PublishedRecord, snapshot: dict[str, Any]) -> dict[str, Any]:
    """Everything that the page of a practice shows, in the reader's language where there is a text."""
    shown = shown_text(snapshot)
    terms = term_labels(snapshot)
    country = Country.objects.filter(pk=snapshot["country"]).first() if snapshot["country"] else None
    return {
        "text": shown.texts,
        "lang": shown.lang,
        "text_state": shown.state,
        "shown_language": language_name(shown.language),
        "wanted_language": language_name(current_language()),
        "source_lang": snapshot["source_language"] if snapshot["source_language"] != current_language() else "",
        "marks": marks(snapshot, record.last_confirmed),
        "label": snapshot["marks"]["label"],
        "label_words": str(Label(snapshot["marks"]["label"]).label),
        "provenance": provenance_words(snapshot),
        "is_documented": snapshot["provenance"] == "PV02",
        "terms": terms,
        "country": country,
        "place": country.name if country else (_("Demonstration") if snapshot["is_demo"] else snapshot["region"]),
        "owner_name": pick(snapshot["owner"]["names"]),
        "contributions": [
            {"name": part["name"], "role": str(OrganizationRole(part["role"]).label)}
            for part in snapshot["contributions"]
        ],
        "stage": str(Stage(snapshot["stage"]).label) if snapshot["stage"] else "",
        "licence": str(Licence(snapshot["licence"]).label),
        "figures": [
            {"value": part["value"], "label": pick(part["label"]) if isinstance(part["label"], dict) else part["label"]}
            for part in snapshot["figures"]
        ],
        "preconditions": [
            part | {"must": part["strength"] == Strength.MUST, "strength_label": str(Strength(part["strength"]).label)}
            for part in snapshot["preconditions"]
        ],
        "building_blocks": [
            part | {"core": part["kind"] == BlockKind.CORE, "kind_label": str(BlockKind(part["kind"]).label)}
            for part in snapshot["building_blocks"]
        ],
        "outcomes": [
            part | {"direction_label": str(Direction(part["direction"]).label)} for part in snapshot["outcomes"]
        ],
        "evidence_items": [
            part
            | {
                "type_label": str(StudyType(part["type"]).label),
                "direction_label": str(Direction(part["direction"]).label),
            }
            for part in snapshot["evidence_items"]
        ],
        "attachments": attachments(record, snapshot),
        "review": review_context(snapshot),
        "published_on": date.fromisoformat(snapshot["published_on"]),
        "last_confirmed": record.last_confirmed,
        "review_due": date.fromisoformat(snapshot["review_due"]) if snapshot.get("review_due") else None,
        "source": snapshot["source"],
        "source_line": source_line(snapshot["source"]),
    }


def attachments(record: PublishedRecord, snapshot: dict[str, Any]) -> list[dict[str, Any]]:
    """The files that the snapshot lists, each with its address while it can be had (else an empty one)."""
    listed = snapshot.get("attachments")
    if not listed:
        return []
    offered = offered_files(record)
    return [
        part
        | {
            "path": reverse("private_file", args=[part["id"]]) if UUID(part["id"]) in offered else "",
            "kind": part["name"].rpartition(".")[2].upper(),
            "size_words": filesizeformat(part["size"]),
            "language_words": language_name(part["language"]),
        }
        for part in listed
    ]


def review_context(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The public review record: organisations, scores by criterion, reasons, and the steps with their dates."""
    from datetime import datetime

    review = snapshot["review"]
    reviews = [
        entry
        | {
            "organization_name": pick(entry["organization"]),
            "letter": chr(ord("A") + index),
            "filed": date.fromisoformat(entry["filed_on"]) if entry["filed_on"] else None,
        }
        for index, entry in enumerate(review["reviews"])
    ]
    ruling = review.get("adjudication")
    rows = [
        {
            "criterion": str(label),
            "scores": [entry["scores"].get(criterion) for entry in reviews],
            "settled": ruling["scores"].get(criterion) if ruling else None,
        }
        for criterion, label in Criterion.choices
    ]
    events = [
        {
            "at": datetime.fromisoformat(step["at"]),
            "title": str(PRACTICE.transitions[step["name"]].past),
            "now": index == len(review["steps"]) - 1,
        }
        for index, step in enumerate(review["steps"])
    ]
    return {"reviews": reviews, "rows": rows if reviews else [], "adjudication": ruling, "events": events[::-1]}


def source_line(source: dict[str, Any]) -> str:
    """The publication that a documented record was written from, as a citation."""
    if not source:
        return ""
    authors = ", ".join(source.get("authors") or [])
    where = " ".join(str(part) for part in (source.get("city"), source.get("year")) if part)
    parts = [source["publisher"], authors, source["title"], where, source.get("place")]
    return ", ".join(str(part) for part in parts if part)


def aspects() -> list[tuple[str, str]]:
    """The five EMMIE aspects, in words."""
    return [(value, str(label)) for value, label in Aspect.choices]
