"""Verbs of the fit check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from network_site.common import audit
from network_site.common.html import plain
from network_site.common.scoping import current_actor
from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet, lock_for_writing
from network_site.publishing.models import PublishedRecord
from network_site.taxonomy.models import Term

from .. import context, fitting, permissions
from ..enums import FitLight, FitStatus, TaskKind
from ..models import AdaptationTask, FitAnswer, FitCheck, Need
from ..workflow.fit import FIT


@transaction.atomic
def start_fit_check(need: Need, practice: PublishedRecord) -> FitCheck:
    """Hold a published practice against a need of the actor's ministry; the same version again is the same check.

    In order: the check, one unanswered question for each of `fitting.questions_of`, the distances between the two
    countries as they are known today, the audit trail. Raises PermissionDenied for everybody but the ministry's
    writers, and ValidationError for a record that is no open practice.
    """
    actor = current_actor()
    if practice.kind != "practice" or practice.state != PublishedRecord.State.PUBLISHED:
        raise ValidationError(_("Choose a practice that is in the databank."), code="practice")
    check = FitCheck(
        need=need, practice=practice, practice_version=practice.version, created_by_id=actor.user_id,
        context=_distances(need, practice),
    )  # fmt: skip
    if not permissions.can_check_fit(actor, check):
        raise PermissionDenied
    known: FitCheck | None = need.fit_checks.filter(practice=practice, practice_version=practice.version).first()
    if known is not None:
        return known
    check.save()
    FitAnswer.objects.bulk_create(
        [
            FitAnswer(
                fit_check=check,
                part=one.part,
                key=one.key,
                statement=one.statement,
                is_must=one.is_must,
                position=place,
            )
            for place, one in enumerate(fitting.questions_of(practice.snapshot))
        ]
    )
    audit.record("fit_check.start", tenant_id=need.owner_id, subject=check, version=1)  # type: ignore[attr-defined]
    return check


def _distances(need: Need, practice: PublishedRecord) -> list[dict[str, Any]]:
    home, there = need.country_id, practice.country_id
    return context.distances(home, there) if home and there else []


def _locked(check: FitCheck, version: int) -> FitCheck:
    locked = lock_for_writing(check)
    if not permissions.can_check_fit(current_actor(), locked):
        raise TransitionRefused([Unmet("permission", _("You may not do this with this record."))])
    if locked.lock_version != version:
        raise StaleVersion(locked)
    return locked


@transaction.atomic
def answer_fit_check(check: FitCheck, *, answers: Mapping[UUID, tuple[str, str]], lock_version: int) -> FitCheck:
    """Save lights and notes by answer. Raises StaleVersion, and TransitionRefused once the check is done."""
    locked = _locked(check, lock_version)
    if locked.status != FitStatus.OPEN:
        raise TransitionRefused([Unmet("state", _("This check is done. Take it up again to change an answer."))])
    rows = {row.pk: row for row in locked.answers.all()}
    for pk, (light, note) in answers.items():
        rows[pk].light, rows[pk].note = FitLight(light), plain(note).strip()
    FitAnswer.objects.bulk_update([rows[pk] for pk in answers], ["light", "note"])
    return _saved(locked, "fit_check.answer")


def _saved(check: FitCheck, action: str) -> FitCheck:
    check.lock_version += 1
    check.save(update_fields=["lock_version", "changed_at"])
    audit.record(action, tenant_id=check.need.owner_id, subject=check, version=check.lock_version)
    return check


@transaction.atomic
def finish_fit_check(check: FitCheck, *, lock_version: int) -> FitCheck:
    """Close the check and make a task of each red or amber answer that has none; tasks already written stay."""
    done: FitCheck = FIT.perform(check, "finish", version=lock_version)
    told = {task.answer_id for task in done.tasks.all()}
    last = len(told)
    AdaptationTask.objects.bulk_create(
        [
            AdaptationTask(
                fit_check=done, answer=row, position=last + place, kind=fitting.becomes(row.part, row.key),
                text=_first_words(row),
            )
            for place, row in enumerate(
                row
                for row in done.answers.all()
                if row.light in {FitLight.RED, FitLight.AMBER} and row.pk not in told
            )
        ]
    )  # fmt: skip
    return done


def _first_words(row: FitAnswer) -> str:
    """The task as it is proposed: the ministry's own note if there is one, else the practice's condition."""
    words = fitting.words_of(row.part, row.key, row.statement, Term.objects.in_bulk([row.key]))
    return (f"{words}: {row.note}" if row.note else words)[:500]


@transaction.atomic
def reopen_fit_check(check: FitCheck, *, lock_version: int) -> FitCheck:
    """Take a check up again; its tasks stay."""
    reopened: FitCheck = FIT.perform(check, "reopen", version=lock_version)
    return reopened


@transaction.atomic
def save_tasks(check: FitCheck, *, tasks: Sequence[tuple[UUID | None, str, str]], lock_version: int) -> FitCheck:
    """Write the tasks of a check as they are to be: (key or None for a new one, kind, text), in this order.

    A task that is not named any more is deleted. Raises StaleVersion.
    """
    locked = _locked(check, lock_version)
    known = {task.pk: task for task in locked.tasks.all()}
    kept = []
    for place, (pk, kind, text) in enumerate(tasks):
        task = known.get(pk) if pk else None
        task = task or AdaptationTask(fit_check=locked)
        task.kind, task.text, task.position = TaskKind(kind), plain(text).strip()[:500], place
        task.save()
        kept.append(task.pk)
    AdaptationTask.objects.filter(fit_check=locked).exclude(pk__in=kept).delete()
    return _saved(locked, "fit_check.tasks")


def fit_tasks(need: Need) -> list[AdaptationTask]:
    """What has to be adapted for a need, of all its checks that are done: for the draft of its project."""
    return list(
        AdaptationTask.objects.filter(fit_check__need=need, fit_check__status=FitStatus.DONE)
        .select_related("fit_check__practice", "answer")
        .order_by("fit_check__created_at", "position")
    )
