"""A course on the public plane: a version is made of what its pages say now, and never changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from network_site.common import outbox
from network_site.common.workflow import TransitionRefused, Unmet
from network_site.publishing import services as public
from network_site.publishing.models import PublishedRecord

from ..models import Case, CaseOutcome, Course, LessonPractice, Quiz
from ..snapshot import JSON_SCHEMA, SCHEMA, Tree, build_snapshot
from ..workflow import COURSE

KIND = "course"


@transaction.atomic
def publish_course(course: Course, *, lock_version: int | None = None) -> PublishedRecord:
    """Publish what the live pages of a course say as its next version; learners stay in theirs until they choose.

    Raises TransitionRefused with everything that is missing, StaleVersion, Course.DoesNotExist.
    """
    tree = Tree(course)
    unmet = list(_missing(course, tree))
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


def _missing(course: Course, tree: Tree) -> list[Unmet]:
    """What keeps a course from being published, in words for whoever writes it."""
    page = tree.source()
    if page is None:
        return [Unmet("page", _("Publish the course's page in English first."))]
    found = []
    modules = tree.modules.get(page.path, [])
    if not modules:
        found.append(Unmet("modules", _("A course has at least one module.")))
    for module in modules:
        if not tree.lessons.get(module.path):
            found.append(Unmet("lessons", _("The module “%(title)s” has no lesson.") % {"title": module.title}))
    if found:
        return found
    keys = {
        "quiz_key": set(Quiz.objects.filter(course=course).values_list("key", flat=True)),
        "case_key": set(Case.objects.filter(course=course).values_list("key", flat=True)),
    }
    for lesson in (lesson for module in modules for lesson in tree.lessons[module.path]):
        for name, known in keys.items():
            key = getattr(lesson, name)
            if key and key not in known:
                words = _("“%(title)s” names %(key)s, which is not in this course.")
                found.append(Unmet("key", words % {"title": lesson.title, "key": key}))
    document = build_snapshot(course, tree)
    for item in (item for module in document["modules"] for item in module["items"]):
        title = item["texts"]["en"]["title"] if "en" in item["texts"] else ""
        for pool in (item["quiz"] or {}).get("pools", []):
            if not pool["questions"] or pool["draw"] > len(pool["questions"]):
                words = _("“%(title)s” draws %(draw)d questions with the tag %(tag)s, and %(count)d are reviewed.")
                values = {"title": title, "draw": pool["draw"], "tag": pool["tag"], "count": len(pool["questions"])}
                found.append(Unmet("questions", words % values))
        if item["quiz"] and not item["quiz"]["pools"]:
            found.append(Unmet("questions", _("“%(title)s” has no questions.") % {"title": title}))
        if item["case"]:
            prompts = [prompt["id"] for prompt in item["case"]["prompts"]]
            if CaseOutcome.objects.filter(prompt_id__in=prompts).count() < len(prompts) or not prompts:
                words = _("“%(title)s” has a decision without an outcome.")
                found.append(Unmet("outcomes", words % {"title": title}))
    return found


def _tie_practices(record: PublishedRecord) -> None:
    """Remember which practice each lesson speaks of, and in which version."""
    LessonPractice.objects.filter(course=record).delete()
    named: list[tuple[str, str]] = []
    for module in record.snapshot["modules"]:
        for item in module["items"]:
            keys = [
                key
                for text in item["texts"].values()
                for block in text["body"]
                if block["type"] == "records"
                for key in block["value"]
            ]
            named += [(item["id"], key) for key in dict.fromkeys(keys)]
    practices = PublishedRecord.objects.live().of_kind("practice").in_bulk([UUID(key) for _item, key in named])
    LessonPractice.objects.bulk_create(
        LessonPractice(
            course=record,
            item=item,
            position=place,
            practice=practices[UUID(key)],
            practice_version=practices[UUID(key)].version,
        )
        for place, (item, key) in enumerate(named)
        if UUID(key) in practices
    )


@transaction.atomic
def withdraw_course(course: Course, *, reason: str, lock_version: int | None = None) -> Course:
    """Take a course out of the catalogue; those who are in it may finish, and certificates stay valid."""
    moved: Any = COURSE.perform(course, "withdraw", note=reason, version=lock_version)
    public.withdraw(record_id=moved.pk, reason=reason)
    return moved  # type: ignore[no-any-return]
