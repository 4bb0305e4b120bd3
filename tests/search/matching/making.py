"""Needs, practices and offers for tests of matching: plain values for what is pure, real rows for what is not."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from network_site.common.hooks import as_service
from network_site.common.language import CODES
from network_site.organizations.models import Organization, User
from network_site.publishing import services as publishing
from network_site.publishing.models import Audience, PublishedRecord
from network_site.taxonomy.models import Term
from search import indexing
from search.documents import Document
from search.kinds import SearchKind
from search.matching import asking, judging
from search.matching.asking import Candidate, Wanted
from search.matching.coverage import Asked
from search.matching.scoring import FUNDING, HELP, PRACTICE, Place
from search.models import Entry

from ...people import People

numbers = itertools.count(1)
TODAY = dt.date(2026, 11, 22)
EIGHT = tuple(f"D{number}.1" for number in range(1, 9))


def wanted(**fields: Any) -> Wanted:
    """A need of Uruguay for complaints, as it is compared."""
    return Wanted(
        **{
            "id": uuid4(),
            "owner_id": uuid4(),
            "title": "Complaints get lost",
            "text": "Complaints get lost between offices. Nobody answers in time.",
            "language": "en",
            "languages": ("en", "es"),
            "place": Place("UY", "HI", "South America", False),
            "functions": ("LAF7.6",),
            "problems": ("D7.5",),
            "groups": ("TG03",),
            "help": ("CM02", "CM04"),
            "asked": Asked(),
            "budget_band": "50_150",
            **fields,
        }
    )


def record(kind: str = "practice", **snapshot: Any) -> PublishedRecord:
    """A record that is nowhere in the database."""
    return PublishedRecord(
        id=snapshot.pop("key", None) or uuid4(),
        kind=kind,
        number=next(numbers),
        owner_id=snapshot.pop("owner_id", None) or uuid4(),
        country_id=snapshot.pop("country", None),
        version=1,
        source_language="en",
        last_confirmed=snapshot.pop("confirmed", None),
        snapshot={"texts": {"en": {"title": "Something", "state": "source"}}, **snapshot},
    )


def practice(**fields: Any) -> Candidate:
    """A practice of Chile with the same problem and function."""
    given = {
        "family": PRACTICE,
        "words": 0.5,
        "functions": frozenset({"LAF7", "LAF7.6"}),
        "problems": frozenset({"D7", "D7.5"}),
        "competences": frozenset({"D7.5"}),
        "country": "CL",
        "languages": frozenset({"en"}),
        "evidence_level": 2,
        "published_on": TODAY,
        **fields,
    }
    made = record(country=given["country"], marks=given.pop("marks", {}), costs=given.pop("costs", []))
    return Candidate(**{"key": str(made.pk), "record": made, **given})


def offer(family: str = HELP, **fields: Any) -> Candidate:
    """An open offer of advice, by somebody who answers complaints."""
    snapshot = {
        "form": "funding" if family == FUNDING else "advice",
        "status": "open",
        "countries": [],
        "languages": ["en"],
        "capacity": 3,
        "closes_on": None,
        "time_zone": "UTC",
        "terms": ["LAF7.6"],
        "competences": [],
        "rules": [],
        "verified_on": TODAY.isoformat(),
        **fields,
    }
    made = record("offer", **snapshot)
    return asking.offer(made, 0.5)


def background(**fields: Any) -> judging.Background:
    """What is known beside the need."""
    return judging.Background(**{"countries": {}, "past": {}, "today": TODAY, "threshold": 0.5, **fields})


# --- Real rows -------------------------------------------------------------------------------


def index(*kinds: str) -> None:
    """Bring the entries up to date with what is published."""
    with as_service("relay", "test: index"):
        indexing.catch_up(kinds_wanted=kinds)


def published_offer(people: People, owner: User | Organization | None = None, **fields: Any) -> PublishedRecord:
    """An offer on the public plane, as the funders' floor publishes it."""
    organization = owner if isinstance(owner, Organization) else people.organization(fields.pop("kind", "provider"))
    key = fields.pop("key", None) or uuid4()
    audience = fields.pop("audience", Audience.PUBLIC)
    terms: Sequence[str] = fields.pop("terms", ["LAF7.6"])
    competences: Sequence[str] = fields.pop("competences", ["D7.5", "D6.4"])
    texts: Mapping[str, Any] = {
        "title": fields.pop("title", f"Advice on complaints {next(numbers)}"),
        "summary": fields.pop("summary", "Two advisers help to set up one way to complain."),
        "description": "",
        "state": "source",
    }
    snapshot = {
        "source_language": "en",
        "texts": {"en": texts},
        "owner": {
            "id": str(organization.pk),
            "key": organization.key,
            "names": organization.names,
            "kind": organization.kind,
            "country": organization.country_id,
        },
        "form": "advice",
        "person": "",
        "status": "open",
        "least": None,
        "most": None,
        "currency": "",
        "countries": [],
        "languages": ["en", "es"],
        "closes_on": None,
        "time_zone": "UTC",
        "capacity": 3,
        "terms": list(terms),
        "competences": [{"term": code, "evidence": "Done before"} for code in competences],
        "rules": [],
        "url": "",
        "verified_on": dt.date.today().isoformat(),
        "source": {},
        "is_demo": False,
        **fields,
    }
    with as_service("seeding", "test: an offer"):
        return publishing.publish(
            kind="offer",
            record_id=key,
            owner=organization,
            country_id=organization.country_id,
            version=1,
            schema="enlace.offer/1",
            json_schema={"type": "object"},
            snapshot=snapshot,
            terms=[*terms, *competences],
            audience=audience,
        )


class Offers(SearchKind):
    """Stands in for the funders' own kind of search where there is none: the same document, made simply."""

    name, label, one, facets = "offer", "Offers", "Offer", ()

    def stamps(self) -> Iterable[tuple[str, str]]:
        return [(str(row.pk), f"{row.version}:{row.published_at}") for row in self._rows()]

    def documents(self, keys: Collection[str]) -> Iterable[Document]:
        labels = {term.pk: term.labels for term in Term.objects.all()}
        return [self._document(row, labels) for row in self._rows().filter(pk__in=list(keys))]

    def links(self, entries: Sequence[Entry]) -> Mapping[UUID, str]:
        return {entry.pk: f"/offers/{entry.key}/" for entry in entries}

    def _rows(self) -> Any:
        return PublishedRecord.objects.live().of_kind("offer")

    def _document(self, row: PublishedRecord, labels: Mapping[str, Mapping[str, str]]) -> Document:
        snapshot = row.snapshot
        codes = [*snapshot["terms"], *(one["term"] for one in snapshot["competences"])]
        texts = {code: {"keywords": "\n".join(labels[one][code] for one in codes)} for code in CODES}
        texts["en"] |= {name: snapshot["texts"]["en"][name] for name in ("title", "summary")}
        return Document(
            kind="offer",
            key=str(row.pk),
            texts=texts,
            source_language="en",
            published_at=row.first_published_at,
            facets={"theme": tuple(snapshot["terms"])},
            audience=row.audience,
            stamp=f"{row.version}:{row.published_at}",
        )
