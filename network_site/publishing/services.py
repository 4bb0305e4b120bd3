"""Publish and withdraw: the only writes on the public plane."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jsonschema
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from network_site.common import audit, outbox
from network_site.common.database import allow
from network_site.common.html import to_text
from network_site.common.language import fold
from network_site.organizations.models import Organization
from network_site.taxonomy.models import Term

from .models import Audience, PublishedFile, PublishedRecord, PublishedVersion, RecordNumber, RecordTerm


@dataclass(frozen=True)
class OfferedFile:
    """A file that becomes public with a record: under which id, where it lies, and what it is called."""

    id: UUID
    path: str
    name: str
    content_type: str


def next_number(kind: str) -> int:
    """The next public number of a kind; the row lock keeps two publishers apart."""
    RecordNumber.objects.bulk_create([RecordNumber(kind=kind)], ignore_conflicts=True)
    counter = RecordNumber.objects.select_for_update().get(kind=kind)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


@transaction.atomic
def publish(
    *,
    kind: str,
    record_id: UUID,
    owner: Organization,
    country_id: str | None,
    version: int,
    schema: str,
    json_schema: dict[str, Any],
    snapshot: dict[str, Any],
    terms: Collection[str],
    audience: str = Audience.PUBLIC,
    evidence_level: int | None = None,
    provenance: str = "",
    is_demo: bool = False,
    files: Collection[OfferedFile] = (),
) -> PublishedRecord:
    """Put a snapshot on the public plane, as a new record or as the next version of one.

    In order: the public number (the first time), the snapshot checked against its schema, the
    record, the immutable version, the terms, the files that readers may have, the audit trail, the
    outbox (search and feeds follow).
    Raises jsonschema.ValidationError for a snapshot that its schema refuses, and IntegrityError for
    a version that was published before.
    """
    known = PublishedRecord.objects.select_for_update(of=("self",)).filter(pk=record_id).first()
    number = known.number if known else next_number(kind)
    document = snapshot | {"number": number, "version": version, "schema": schema}
    jsonschema.validate(document, json_schema)
    now = timezone.now()
    source = document["texts"][document["source_language"]]
    record = known or PublishedRecord(id=record_id, kind=kind, number=number, first_published_at=now)
    record.slug = slugify(source["title"])[:60].strip("-") or kind
    record.owner = owner
    record.country_id = country_id
    record.audience = audience
    record.state = PublishedRecord.State.PUBLISHED
    record.version = version
    record.schema = schema
    record.snapshot = document
    record.source_language = document["source_language"]
    record.evidence_level = evidence_level
    record.provenance = provenance
    record.is_demo = is_demo
    record.published_at = now
    record.last_confirmed = (
        dt.date.fromisoformat(document["last_confirmed"]) if document.get("last_confirmed") else None
    )
    record.withdrawn_at = None
    record.withdrawal_reason = ""
    record.search_text = _search_text(document)
    with allow("publishing"):
        record.save()
        PublishedVersion.objects.create(
            record=record,
            version=version,
            schema=schema,
            snapshot=document,
            digest=audit.digest(document),
            published_at=now,
        )
        RecordTerm.objects.filter(record=record).delete()
        RecordTerm.objects.bulk_create(record_terms(record, terms))
        _offer(record, files)
    audit.record("record.published", tenant_id=owner.pk, subject=record, version=version, after=document, reason=schema)
    outbox.enqueue("record.published", subject=record, version=version, tenant_id=owner.pk)
    return record


@transaction.atomic
def confirm(*, record_id: UUID, on: dt.date) -> PublishedRecord:
    """Show that the owner has confirmed the published text on this day; the text itself stays as it is.

    Raises PublishedRecord.DoesNotExist for what was never published.
    """
    record: PublishedRecord = PublishedRecord.objects.select_for_update(of=("self",)).get(pk=record_id)
    record.last_confirmed = on
    with allow("publishing"):
        record.save(update_fields=["last_confirmed"])
    audit.record("record.confirmed", tenant_id=record.owner_id, subject=record, version=record.version)
    outbox.enqueue(
        "record.confirmed", subject=record, version=record.version, tenant_id=record.owner_id, repeatable=True
    )
    return record


@transaction.atomic
def withdraw(*, record_id: UUID, reason: str) -> PublishedRecord:
    """Take a record out of the databank; its address answers 410 with the reason from then on.

    Raises PublishedRecord.DoesNotExist for what was never published.
    """
    record: PublishedRecord = PublishedRecord.objects.select_for_update(of=("self",)).get(pk=record_id)
    record.state = PublishedRecord.State.WITHDRAWN
    record.withdrawn_at = timezone.now()
    record.withdrawal_reason = reason
    with allow("publishing"):
        record.save(update_fields=["state", "withdrawn_at", "withdrawal_reason"])
    audit.record("record.withdrawn", tenant_id=record.owner_id, subject=record, version=record.version, reason=reason)
    outbox.enqueue("record.withdrawn", subject=record, version=record.version, tenant_id=record.owner_id)
    return record


def _offer(record: PublishedRecord, files: Collection[OfferedFile]) -> None:
    """Let readers have these files of a record, and no other that it offered before.

    The same file under the id of an older version stays, so that the page of that version still leads to it.
    """
    held = PublishedFile.objects.filter(record=record)
    held.exclude(file__in=[one.path for one in files]).delete()
    held.filter(pk__in=[one.id for one in files]).delete()
    PublishedFile.objects.bulk_create(
        PublishedFile(id=one.id, record=record, file=one.path, name=one.name, content_type=one.content_type)
        for one in files
    )


def record_terms(record: PublishedRecord, codes: Collection[str]) -> list[RecordTerm]:
    """The unsaved links of a record to the terms it was given and to the broader ones above them."""
    return [RecordTerm(record=record, term_id=code, is_given=code in codes) for code in sorted(_with_broader(codes))]


def _with_broader(codes: Collection[str]) -> set[str]:
    """The codes and those of every term above them, so that a broad choice finds the narrow ones."""
    found = set(codes)
    above = set(Term.objects.filter(pk__in=found, parent__isnull=False).values_list("parent_id", flat=True)) - found
    while above:
        found |= above
        above = set(Term.objects.filter(pk__in=above, parent__isnull=False).values_list("parent_id", flat=True)) - found
    return found


def _search_text(document: dict[str, Any]) -> str:
    words = []
    for part in document["texts"].values():
        for name in ("title", "one_line", "summary", "problem", "description"):
            if part.get(name):
                words.append(to_text(str(part[name])))
    return fold("\n".join(words))
