"""A course on the public plane: a version is made of what its pages say now, and never changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from network_site.common import audit, outbox
from network_site.common.workflow import TransitionRefused
from network_site.organizations.actor import current
from network_site.publishing import services as public
from network_site.publishing.models import PublishedRecord

from .. import permissions
from ..models import Course, LessonPractice
from ..selectors.keeping import missing
from ..snapshot import JSON_SCHEMA, SCHEMA, Tree, build_snapshot
from ..workflow import COURSE

KIND = "course"


@transaction.atomic
def publish_course(course: Course, *, lock_version: int | None = None) -> PublishedRecord:
    """Publish what the live pages of a course say as its next version; learners stay in theirs until they choose.

    Raises TransitionRefused with everything that is missing, StaleVersion, Course.DoesNotExist.
    """
    tree = Tree(course)
    unmet = missing(course, tree)
    if unmet:
        raise TransitionRefused(unmet)
    moved = COURSE.perform(course, "publish", version=lock_version, edition=course.edition + 1)
    snapshot = build_snapshot(moved, tree)
    record = public.publish(
        kind=KIND,
        record_id=moved.pk,
        owner=moved.owner,
        country_id=None,
        version=moved.edition,
        schema=SCHEMA,
        json_schema=JSON_SCHEMA,
        snapshot=snapshot,
        terms=snapshot["terms"],
        is_demo=moved.is_demo,
    )
    _tie_practices(record)
    outbox.enqueue("course.published", subject=moved, version=moved.edition, tenant_id=moved.owner_id)
    return record


def _tie_practices(record: PublishedRecord) -> None:
    """Remember which practice each lesson speaks of, and in which version.

    A lesson that spoke of a practice before still speaks of the version that its writer has read: publishing the
    course anew, for a comma elsewhere, is no reading. Only `reread_practice` is.
    """
    old = LessonPractice.objects.filter(course=record)
    was_read = {(str(link.item), str(link.practice_id)): link.practice_version for link in old}
    old.delete()
    named: list[tuple[str, str]] = []
    for module in record.snapshot["modules"]:
        for item in module["items"]:
            keys = [
                block["value"]["record"]
                for text in item["texts"].values()
                for block in text["body"]
                if block["type"] == "practice"
            ]
            named += [(item["id"], key) for key in dict.fromkeys(keys)]
    practices = PublishedRecord.objects.live().of_kind("practice").in_bulk([UUID(key) for _item, key in named])
    LessonPractice.objects.bulk_create(
        LessonPractice(
            course=record,
            item=item,
            position=place,
            practice=practices[UUID(key)],
            practice_version=was_read.get((item, key), practices[UUID(key)].version),
        )
        for place, (item, key) in enumerate(named)
        if UUID(key) in practices
    )


@transaction.atomic
def reread_practice(course: Course, link: int) -> None:
    """Say that a lesson was read beside the practice as it is now, and still holds.

    Raises PermissionDenied, LessonPractice.DoesNotExist for a link of another course and for a practice that is gone.
    """
    if not permissions.is_writer_of(current(), course):
        raise PermissionDenied
    found = (
        LessonPractice.objects.select_related("practice")
        .select_for_update(of=("self",))
        .get(pk=link, course_id=course.pk, practice__in=PublishedRecord.objects.live())
    )
    found.practice_version = found.practice.version
    found.save(update_fields=["practice_version"])
    audit.record("course.practice_read", tenant_id=course.owner_id, subject=course, after=found.practice.code)


@transaction.atomic
def withdraw_course(course: Course, *, reason: str, lock_version: int | None = None) -> Course:
    """Take a course out of the catalogue; those who are in it may finish, and certificates stay valid."""
    moved: Any = COURSE.perform(course, "withdraw", note=reason, version=lock_version)
    public.withdraw(record_id=moved.pk, reason=reason)
    return moved  # type: ignore[no-any-return]
