"""A ministry looks at itself: start, answer, finish, open again, and draft needs from what is lacking."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from network_site.common import audit, html, idempotency
from network_site.common.files import clean_name
from network_site.common.language import current_language
from network_site.common.workflow import TransitionRefused, Unmet, lock_for_writing
from network_site.organizations.actor import current
from network_site.taxonomy.models import Term

from .. import permissions
from ..enums import MAX_SCORE, DiagnosticKind
from ..guides import anchors
from ..models import Answer, Diagnostic, Need
from ..selectors.diagnostic import LACKING, items_with_needs, list_items, open_diagnostic
from ..workflow import DIAGNOSTIC
from .register import create_need


@dataclass(frozen=True)
class Given:
    """What somebody answers to one item, and the version of the answer that she saw.

    `upload` is a file that `files.check_upload` has looked at; it takes the place of the one before.
    """

    item: str
    version: int
    score: int | None
    note: str = ""
    upload: Any = None
    drop_file: bool = False


@dataclass(frozen=True)
class Stale:
    """An answer that somebody else changed in the meantime: what was to be saved, and what stands there."""

    given: Given
    current: Answer


@dataclass(frozen=True)
class Saved:
    """What became of a page of answers."""

    items: list[str] = field(default_factory=list)
    stale: list[Stale] = field(default_factory=list)


@transaction.atomic
def start_diagnostic(
    *, title: str, kind: str = DiagnosticKind.SELF, key: str | None = None, is_demo: bool = False
) -> Diagnostic:
    """Begin a diagnostic of the actor's ministry, with an unscored answer for every item.

    The same `key` again answers with the diagnostic that was made the first time. Raises PermissionDenied for an
    actor who does not write for a ministry, TransitionRefused while another one is being answered.
    """
    actor = current()
    if not permissions.can_start_diagnostic(actor):
        raise PermissionDenied

    def create() -> Diagnostic:
        if open_diagnostic(actor):
            raise TransitionRefused([Unmet("open", _("Another diagnostic is being answered. Finish it first."))])
        made: Diagnostic = Diagnostic.objects.create(
            owner_id=actor.organization_id,
            created_by_id=actor.user_id,
            title=html.plain(title).strip(),
            kind=kind,
            is_demo=is_demo,
        )
        Answer.objects.bulk_create([Answer(diagnostic=made, item=item) for item in list_items()])
        audit.record("diagnostic.created", tenant_id=made.owner_id, subject=made)
        return made

    return idempotency.once(key, "diagnostic", create, lambda pk: Diagnostic.objects.get(pk=pk))


@transaction.atomic
def save_answers(diagnostic: Diagnostic, *, given: Sequence[Given]) -> Saved:
    """Save the answers of several items, each by itself.

    An answer that is there already is left alone. One that somebody else changed since it was seen is not saved and
    comes back with what stands there; the others are saved all the same. Each saved one remembers who gave it, and
    when. The trail says that there were answers, not which. Raises PermissionDenied, TransitionRefused when the
    diagnostic was finished meanwhile, ValidationError for a score or an item that there is not.
    """
    actor = current()
    locked = lock_for_writing(diagnostic)
    if not permissions.can_work_on_diagnostic(actor, locked):
        raise PermissionDenied
    if not permissions.can_answer_diagnostic(actor, locked):
        raise TransitionRefused([Unmet("state", _("This diagnostic is finished. Open it again to change an answer."))])
    rows = {
        answer.item_id: answer
        for answer in Answer.objects.select_for_update(of=("self",)).filter(
            diagnostic=locked, item_id__in=[one.item for one in given]
        )
    }
    saved = Saved()
    for one in given:
        if one.item not in rows or (one.score is not None and not 0 <= one.score <= MAX_SCORE):
            raise ValidationError(_("There is no such item or score."))
        answer, note = rows[one.item], clean_note(one.note)
        drops = one.drop_file and bool(answer.file)
        if answer.score == one.score and answer.note == note and not one.upload and not drops:
            continue
        if answer.lock_version != one.version:
            saved.stale.append(Stale(one, answer))
            continue
        answer.score, answer.note = one.score, note
        _keep_file(answer, one)
        answer.answered_by_id, answer.answered_at = actor.user_id, timezone.now()
        answer.lock_version += 1
        answer.save()
        saved.items.append(one.item)
    if saved.items:
        locked.save(update_fields=["changed_at"])
        audit.record("diagnostic.answered", tenant_id=locked.owner_id, subject=locked)
    return saved


def clean_note(note: str) -> str:
    """A note as it is kept: plain text, one kind of line end."""
    return html.plain(note.replace("\r\n", "\n")).strip()


def _keep_file(answer: Answer, given: Given) -> None:
    if given.upload:
        answer.file = given.upload
        answer.file_name = clean_name(given.upload.name)
        answer.content_type = given.upload.content_type
    elif given.drop_file:
        answer.file, answer.file_name, answer.content_type = "", "", ""


@transaction.atomic
def finish_diagnostic(diagnostic: Diagnostic, *, lock_version: int | None = None) -> Diagnostic:
    """Close the answers; the result stands, and needs can be drafted from it."""
    return DIAGNOSTIC.perform(diagnostic, "finish", version=lock_version, finished_at=timezone.now())


@transaction.atomic
def reopen_diagnostic(diagnostic: Diagnostic, *, lock_version: int | None = None) -> Diagnostic:
    """Let the ministry change its answers again."""
    return DIAGNOSTIC.perform(diagnostic, "reopen", version=lock_version, finished_at=None)


@transaction.atomic
def draft_needs(diagnostic: Diagnostic, items: Collection[str]) -> list[Need]:
    """Draft one need for each of these items, in the writer's language, as the ministry's own drafts.

    The problem is what the item calls lacking, the sentence that was chosen, and the note beside it. An item with a
    need of this diagnostic already is left out, so a second click makes nothing. Raises PermissionDenied,
    TransitionRefused while the answers are open, ValidationError for an item that was not scored 0 or 1.
    """
    actor = current()
    locked = lock_for_writing(diagnostic)
    if not permissions.can_work_on_diagnostic(actor, locked):
        raise PermissionDenied
    if not permissions.can_draft_from_diagnostic(actor, locked):
        raise TransitionRefused([Unmet("state", _("Finish the diagnostic first."))])
    answers = Answer.objects.filter(diagnostic=locked, score__in=LACKING).select_related("item")
    lacking = {answer.item_id: answer for answer in answers}
    if set(items) - set(lacking):
        raise ValidationError(_("Needs are drafted from items with a score of 0 or 1."))
    drafted = items_with_needs(locked)
    return [
        _draft(locked, lacking[item.code]) for item in list_items() if item.code in items and item.code not in drafted
    ]


def _draft(diagnostic: Diagnostic, answer: Answer) -> Need:
    item: Term = answer.item
    truth = anchors(item.code)[answer.score or 0]
    function = item.extra.get("links", {}).get("laf", "")
    return create_need(
        fields={
            "title": item.lack,
            "summary": truth,
            "problem": "\n\n".join(part for part in (f"{item.lack}.", truth, answer.note) if part),
            "source_language": current_language(),
        },
        terms={"LAF": [function] if function else [], "DI": [item.code]},
        competences=[(item.code, True)],
        diagnostic=diagnostic,
        diagnostic_items=[item.code],
    )
