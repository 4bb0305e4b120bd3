"""Working through a course: what was opened and done, and the moment in which it is completed."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from network_site.common.language import current_language
from network_site.common.workflow import TransitionRefused, Unmet, lock_for_writing
from network_site.organizations.actor import acting_as, current, person_through

from .. import permissions
from ..enums import CertificateKind, EnrolmentState, ItemKind, ItemState
from ..models import Completion, Enrolment, ItemProgress
from ..outline import Item, Outline
from ..selectors.learning import done_items, in_the_way, is_marking, outline_of, results_of
from ..workflow import ENROLMENT
from . import certifying


@transaction.atomic
def open_item(enrolment: Enrolment, item: Item) -> None:
    """Remember that an item was opened, and that this is where to go on."""
    if permissions.can_learn(current(), enrolment):
        note(enrolment, item)


def note(enrolment: Enrolment, item: Item) -> None:
    """Remember an item as opened; the language in which she reads now is the one she goes on in."""
    _reach(enrolment, item, ItemState.SEEN)
    if enrolment.last_item != item.id or enrolment.language != current_language():
        enrolment.last_item, enrolment.language = item.id, current_language()
        Enrolment.objects.filter(pk=enrolment.pk).update(
            last_item=item.id, language=enrolment.language, changed_at=timezone.now()
        )


def _reach(enrolment: Enrolment, item: Item, state: str) -> None:
    """Add a step. It is there at most once, and none is taken back, so it does not matter who was first."""
    ItemProgress.objects.bulk_create(
        [ItemProgress(person_id=enrolment.person_id, enrolment=enrolment, item=item.id, state=state)],
        ignore_conflicts=True,
    )


@transaction.atomic
def finish_item(enrolment: Enrolment, item_id: UUID) -> Enrolment:
    """A lesson was read. Quizzes and cases are done by being handed in.

    Raises TransitionRefused when the enrolment is not under way, or there is no such lesson.
    """
    locked = lock_for_writing(enrolment)
    if not permissions.can_learn(current(), locked):
        raise TransitionRefused([Unmet("state", _("This course is not under way."))])
    outline = outline_of(locked)
    item = outline.find(item_id)
    if item is None or item.kind != ItemKind.LESSON:
        raise TransitionRefused([Unmet("item", _("There is no such lesson in your version of the course."))])
    refuse_what_is_not_open(locked, outline, item)
    note(locked, item)
    return finish(locked, item)


def refuse_what_is_not_open(enrolment: Enrolment, outline: Outline, item: Item) -> None:
    """Raises TransitionRefused while something else has to be done before this item."""
    before = in_the_way(enrolment, outline, item)
    if before:
        words = _("Do “%(title)s” first.")
        title = outline.words(before[0].document["texts"], current_language())["title"]
        raise TransitionRefused([Unmet("before", words % {"title": title})])


def finish(enrolment: Enrolment, item: Item) -> Enrolment:
    """An item is done; the course may be, too. The enrolment is locked by whoever calls."""
    _reach(enrolment, item, ItemState.DONE)
    return complete_when_done(enrolment)


def complete_when_done(enrolment: Enrolment) -> Enrolment:
    """Complete a course in which everything required is done and the result is enough; once, whoever comes first.

    A better result after completion is kept, and the certificate says so.
    """
    with acting_as(person_through("registrar", enrolment.person_id)):
        locked = lock_for_writing(enrolment)
        outline = outline_of(locked)
        is_better = _count(locked, outline)
        if locked.status == EnrolmentState.COMPLETED:
            if is_better:
                certifying.raise_mark(locked, outline)
            return locked
        if locked.status != EnrolmentState.ACTIVE or outline.open_items(done_items(locked)):
            return locked
        if locked.score is not None and outline.kind_of_certificate(locked.score) == CertificateKind.ATTENDANCE:
            return locked
        return _complete(locked)


def _count(enrolment: Enrolment, outline: Outline) -> bool:
    """Keep the result as it is now; whether it has become better. After completion only a better one is kept."""
    score = outline.result(results_of(enrolment, outline))
    is_better = score is not None and (enrolment.score is None or score > enrolment.score)
    if is_better or (score != enrolment.score and enrolment.status != EnrolmentState.COMPLETED):
        enrolment.score = score
        Enrolment.objects.filter(pk=enrolment.pk).update(score=score)
    return is_better


@transaction.atomic
def finish_with_attendance(enrolment: Enrolment) -> Enrolment:
    """Complete a course without having reached the mark: the certificate says that one took part.

    Raises TransitionRefused while something that is required is not done.
    """
    if not permissions.can_learn(current(), enrolment):
        raise TransitionRefused([Unmet("state", _("This course is not under way."))])
    with acting_as(person_through("registrar", enrolment.person_id)):
        locked = lock_for_writing(enrolment)
        if locked.status == EnrolmentState.COMPLETED:
            return locked
        outline = outline_of(locked)
        if outline.open_items(done_items(locked)):
            raise TransitionRefused([Unmet("open", _("Some parts of the course are still to be done."))])
        if is_marking(locked):
            raise TransitionRefused([Unmet("waits", _("A tutor is reading a text of yours. Wait for the mark."))])
        _count(locked, outline)
        return _complete(locked)


def _complete(enrolment: Enrolment) -> Enrolment:
    """As the service: the state, what the organisation learns, and the certificate."""
    done = ENROLMENT.perform(enrolment, "complete", completed_at=timezone.now())
    if done.organization_id is not None:
        Completion.objects.create(
            owner_id=done.organization_id,
            person_id=done.person_id,
            enrolment=done,
            record_id=done.record_id,
            version=done.version,
            completed_on=timezone.localdate(done.completed_at),
        )
    outline = outline_of(done)
    if outline.snapshot["has_certificate"]:
        certifying.issue(done, outline)
    return done
