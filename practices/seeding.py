"""Real practices from the sources, and three invented ones that show every part of the page.

Everything goes through the services, as people would do it, and may be run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError

from network_site.common.workflow import TransitionRefused
from network_site.organizations.actor import acting_as
from network_site.organizations.models import Organization, User
from network_site.organizations.seeding import demo_account
from network_site.organizations.selectors import actor_for

from . import services
from .enums import Exclusion, PracticeStatus
from .importing import Row, RowError, read_keys, read_rows
from .models import Practice, PracticeVersion, Review

SEED = Path(__file__).parent / "seed"


@dataclass
class ImportResult:
    """What became of a file."""

    written: int = 0
    unchanged: int = 0
    published: int = 0
    errors: list[RowError] = field(default_factory=list)


def import_lines(
    lines: Iterable[str],
    *,
    writer: User,
    publisher: User | None = None,
    progress: Callable[[str], object] = lambda line: None,
) -> ImportResult:
    """Import the good lines and collect what is wrong with the others; running it again changes nothing."""
    result = ImportResult()
    for row in read_rows(lines):
        if isinstance(row, RowError):
            result.errors.append(row)
            continue
        try:
            with acting_as(actor_for(writer), reason="import of documented practices"):
                before = (
                    Practice.objects.filter(import_key=row.import_key).values_list("import_digest", flat=True).first()
                )
                version = services.write_documented(row)
        except (ValidationError, IntegrityError) as error:
            words = " ".join(error.messages) if isinstance(error, ValidationError) else "does not fit what is stored"
            result.errors.append(RowError(row.line, "(record)", words))
            continue
        except PermissionDenied:
            result.errors.append(RowError(row.line, "(writer)", f"{writer.email} is no specialist of the Network"))
            break
        if before == row.digest:
            result.unchanged += 1
        else:
            result.written += 1
        if version is not None and publisher is not None and _publish(row, version, publisher, result):
            progress(f"  published: {row.record['title']}")
    return result


def _publish(row: Row, version: PracticeVersion, publisher: User, result: ImportResult) -> bool:
    try:
        with acting_as(actor_for(publisher), reason="publication of documented practices"):
            services.publish_practice(_get(version.pk))
    except TransitionRefused as refused:
        result.errors.append(RowError(row.line, "(publisher)", " ".join(refused.messages)))
        return False
    result.published += 1
    return True


@dataclass
class RemovalResult:
    """What became of the records of a file that was taken out again."""

    withdrawn: int = 0
    deleted: int = 0
    absent: int = 0
    errors: list[RowError] = field(default_factory=list)


def remove_lines(lines: Iterable[str], *, publisher: User, note: str) -> RemovalResult:
    """Take the records of a file out: withdraw what is public, delete drafts; a second time there is nothing to do."""
    result = RemovalResult()
    for line in read_keys(lines):
        if isinstance(line, RowError):
            result.errors.append(line)
            continue
        number, import_key = line
        try:
            with acting_as(actor_for(publisher), reason="documented practices are taken out again"):
                done = services.remove_documented(import_key, note=note)
        except TransitionRefused as refused:
            result.errors.append(RowError(number, "(publisher)", " ".join(refused.messages)))
            continue
        result.withdrawn += done == "withdrawn"
        result.deleted += done == "deleted"
        result.absent += done == ""
    return result


def load_documented(progress: Callable[[str], object]) -> ImportResult:
    """The practices of the sources, written by the demonstration's specialist, published by its publisher."""
    lines = [
        line
        for path in sorted((SEED / "documented").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return import_lines(
        lines,
        writer=User.objects.get(email=demo_account("specialist").email),
        publisher=User.objects.get(email=demo_account("publisher").email),
        progress=progress,
    )


# --- The demonstration -----------------------------------------------------------------------


def load_demonstration(progress: Callable[[str], object]) -> int:
    """The invented practices of seed/demonstration.yaml, each brought to the state it names."""
    count = 0
    for entry in yaml.safe_load((SEED / "demonstration.yaml").read_text(encoding="utf-8")):
        if _exists(entry):
            continue
        _play(entry)
        progress(f"  demonstration: {entry['title']} ({entry['state']})")
        count += 1
    return count


def _person(name: str) -> User:
    return User.objects.get(email=demo_account(name).email)


def _as(name: str) -> Any:
    return acting_as(actor_for(_person(name)), reason="demonstration content")


def _exists(entry: dict[str, Any]) -> bool:
    with _as(entry["writer"]):
        return PracticeVersion.objects.filter(title=entry["title"]).exists()


def _play(entry: dict[str, Any]) -> None:
    """Write, hand over, send, screen, review and publish, as far as the entry's state asks."""
    with _as(entry["writer"]):
        version = services.create_draft(
            fields=entry["fields"] | {"title": entry["title"]}, terms=entry["terms"], rows=entry["rows"]
        )
        for language, texts in (entry.get("translations") or {}).items():
            services.translate_version(version, language=language, texts=texts)
        pk = version.pk
        if entry["state"] == PracticeStatus.DRAFT:
            return
        services.perform(version, "hand_over")
    with _as(entry["focal_point"]):
        services.perform(_get(pk), "submit")
    if entry["state"] == PracticeStatus.SUBMITTED:
        return
    with _as("specialist"):
        services.perform(_get(pk), "start_screening")
        if entry["state"] == PracticeStatus.REVISION:
            services.perform(_get(pk), "request_revision", note=entry["note"])
            return
        services.screen_practice(_get(pk), answers=dict.fromkeys(_questions(), True))
        services.perform(_get(pk), "pass_screening")
        for review in entry["reviews"]:
            reviewer = _person(review["reviewer"])
            organization = Organization.objects.get(key=demo_account(review["reviewer"]).organization)
            services.assign_reviewer(_get(pk), reviewer=reviewer, organization=organization)
    for review in entry["reviews"]:
        if "scores" in review:
            _review(pk, review)
    if entry.get("ruling"):
        with _as("specialist"):
            services.adjudicate(
                _get(pk), scores=entry["ruling"]["scores"], study_ratings={}, rationale=entry["ruling"]["rationale"]
            )
    if entry["state"] == PracticeStatus.PUBLISHED:
        with _as("publisher"):
            services.publish_practice(_get(pk))


def _questions() -> list[str]:
    return list(Exclusion.values)


def _get(pk: Any) -> PracticeVersion:
    version: PracticeVersion = PracticeVersion.objects.select_related("practice__owner").get(pk=pk)
    return version


def _review(pk: Any, entry: dict[str, Any]) -> None:
    with _as(entry["reviewer"]):
        review = Review.objects.get(version_id=pk, reviewer=_person(entry["reviewer"]))
        review = services.declare_interest(review, interest="none")
        studies = {item.pk: entry.get("study", "moderate") for item in review.version.evidence_items.all()}
        review = services.save_review(
            review,
            exclusions=dict.fromkeys(_questions(), True),
            scores=entry["scores"],
            studies=studies,
            completeness=entry["completeness"],
            rationale=entry["rationale"],
        )
        services.file_review(review)
