"""The life of a version of a practice, and of a review (practices page, section 4.5)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from network_site.common.html import to_text
from network_site.common.workflow import Unmet, Workflow, transition
from network_site.organizations.enums import OrganizationKind

from . import permissions
from .conflicts import ADJUDICATE, PUBLISH, REVIEW, SCREEN, conflicts_of, guard_against_conflicts
from .enums import QUESTIONS
from .enums import PracticeStatus as S
from .enums import ReviewStatus as R
from .marks import filed_reviews, marks_of
from .models import PracticeVersion, Review

MIN_DESCRIPTION = 200
MIN_PRECONDITIONS = 3
REVIEWS_NEEDED = 2


def _step(version: PracticeVersion, name: str) -> str:
    return reverse("practices:edit", args=[version.pk, name])


def is_complete(version: PracticeVersion, actor: Any) -> list[Unmet]:
    """Everything of tier S that is still missing, each with the page where it is asked."""
    schemes: dict[str, int] = {}
    for link in version.version_terms.select_related("term"):
        schemes[link.term.scheme_id] = schemes.get(link.term.scheme_id, 0) + 1
    words = len(to_text(version.description))
    wanted: list[tuple[bool, str, Any, str]] = [
        (version.contacts.exists(), "contacts", _("Name a person whom others may ask"), "brief"),
        ("LAF" in schemes, "labour_function", _("Choose the function it belongs to"), "brief"),
        ("TG" in schemes, "target_groups", _("Choose the people it serves"), "brief"),
        (
            words >= MIN_DESCRIPTION,
            "description",
            _("Describe what was done in at least 200 characters"),
            "brief",
        ),
        (bool(version.country_id or version.region), "country", _("Say in which country it runs"), "where"),
        (bool(version.stage), "stage", _("Say whether it is a pilot, running, or ended"), "where"),
        (bool(version.start_year), "start_year", _("Give its first year"), "where"),
        (
            version.stage != "ended" or bool(version.end_year),
            "end_year",
            _("It has ended: give its last year"),
            "where",
        ),
        ("SC" in schemes, "scale", _("Say how large an area it covers"), "where"),
        ("SEC" in schemes, "sector", _("Choose the sector"), "where"),
        ("IN" in schemes, "instrument", _("Say what kind of measure it is"), "story"),
        ("DI" in schemes, "problem_tags", _("Choose the problems from the common list"), "story"),
        (bool(version.objectives), "objectives", _("Give at least one objective"), "story"),
        (bool(version.reach), "reach", _("Say whom it reached, or that it is not known"), "results"),
        (
            bool(version.negative_effects),
            "negative_effects",
            _("Say what had no effect or a bad effect; “none known” is an answer"),
            "results",
        ),
        (
            version.preconditions.count() >= MIN_PRECONDITIONS,
            "preconditions",
            _("Name at least three conditions"),
            "needs",
        ),
        (bool(version.risks_if_copied), "risks_if_copied", _("Say what can go wrong if it is copied"), "needs"),
        (bool(version.transfer_offer), "transfer_offer", _("Say what you can offer others"), "contact"),
    ]
    return [Unmet(code, message, _step(version, step)) for given, code, message, step in wanted if not given]


def is_confirmed(version: PracticeVersion, actor: Any) -> list[Unmet]:
    """The ministry has confirmed, or changed, everything that the Network wrote for it."""
    unconfirmed = set(version.proposed_fields.filter(confirmed_at__isnull=True).values_list("name", flat=True))
    return [
        Unmet(
            f"unconfirmed_{name}",
            _("Confirm or change what the Network proposed: %(question)s") % {"question": label},
            f"{_step(version, step)}#proposed-{name}",
        )
        for name, (step, label) in QUESTIONS.items()
        if name in unconfirmed
    ]


def is_screened(version: PracticeVersion, actor: Any) -> list[Unmet]:
    """The five exclusion questions were answered with yes in this round."""
    screening = version.screenings.filter(round=version.round).first()
    if screening is None:
        return [Unmet("screening", _("Answer the five questions of the screening."))]
    if not screening.passed:
        return [Unmet("screening", _("A practice that fails a question is returned or declined."))]
    return []


def has_two_reviews(version: PracticeVersion, actor: Any) -> list[Unmet]:
    """Two reviews of two organisations are filed."""
    organizations = {review.owner_id for review in filed_reviews(version)}
    if len(organizations) < REVIEWS_NEEDED:
        return [Unmet("reviews", _("Two reviewers of two organisations have to file their reviews first."))]
    return []


def is_settled(version: PracticeVersion, actor: Any) -> list[Unmet]:
    """The scores on which reviewers differ are settled in writing."""
    if not version.adjudications.filter(round=version.round).exists():
        return [Unmet("adjudication", _("Settle the scores and give your reasons."))]
    return []


def has_partner_from_level_three(version: PracticeVersion, actor: Any) -> list[Unmet]:
    """From evidence level 3 on, one reviewer comes from a partner organisation (rule 4)."""
    if marks_of(version).evidence_level < 3:
        return []
    kinds = {review.owner.kind for review in filed_reviews(version)}
    if OrganizationKind.INTERNATIONAL not in kinds:
        return [Unmet("partner", _("From level 3 on, one reviewer must come from a partner organisation."))]
    return []


def is_not_own_draft(version: PracticeVersion, actor: Any) -> list[Unmet]:
    """Whoever wrote a documented practice down does not publish it."""
    drafted = any(reason.code == "drafted" for reason in conflicts_of(actor.user_id, version.pk, PUBLISH))
    return [Unmet("drafted", _("You wrote this record. Somebody else publishes it."))] if drafted else []


def no_conflict_for_reviewer(review: Review, actor: Any) -> list[Unmet]:
    """The reviewer (not whoever clicks) has no conflict of interest."""
    return conflicts_of(review.reviewer_id, review.version_id, REVIEW)


def declared_none(review: Review, actor: Any) -> list[Unmet]:
    """The declaration says that there is no conflict."""
    if review.interest == "none":
        return []
    return [Unmet("interest", _("Your declaration names an interest, so you cannot file this review."))]


PRACTICE = Workflow(
    "practice",
    {
        "hand_over": transition(
            {S.DRAFT}, S.READY, permissions.can_hand_over, _("Hand to the focal point"),
            announces=("practice.handed_over",), past=_("Handed to the focal point"),
        ),
        "take_back": transition(
            {S.READY}, S.DRAFT, permissions.can_hand_over, _("Take back and go on writing"), past=_("Taken back"),
        ),
        "submit": transition(
            {S.DRAFT, S.READY, S.REVISION}, S.SUBMITTED, permissions.can_submit, _("Send for review"),
            guards=(is_complete, is_confirmed), announces=("practice.submitted",), past=_("Sent to the Network"),
        ),
        "start_screening": transition(
            {S.SUBMITTED}, S.SCREENING, permissions.can_screen, _("Start the screening"),
            guards=(guard_against_conflicts(SCREEN),), past=_("Screening started"),
        ),
        "pass_screening": transition(
            {S.SCREENING}, S.IN_REVIEW, permissions.can_screen, _("Pass to reviewers"),
            guards=(guard_against_conflicts(SCREEN), is_screened), announces=("practice.screened",),
            past=_("Screened: passes the five questions"),
        ),
        "request_revision": transition(
            {S.SCREENING, S.IN_REVIEW, S.ADJUDICATION, S.ENDORSED}, S.REVISION, permissions.can_settle,
            _("Return with questions"), note_required=True, announces=("practice.returned",),
            guards=(guard_against_conflicts(SCREEN),), past=_("Returned with questions"),
        ),
        "decline": transition(
            {S.SCREENING, S.ADJUDICATION, S.ENDORSED}, S.DECLINED, permissions.can_settle, _("Decline"),
            note_required=True, guards=(guard_against_conflicts(SCREEN),), announces=("practice.declined",),
            past=_("Declined"),
        ),
        "concur": transition(
            {S.IN_REVIEW}, S.ENDORSED, permissions.is_review_service, _("Close the reviews"),
            guards=(has_two_reviews,), announces=("practice.endorsed",),
            past=_("Two reviews filed apart; no two scores differ by 2 or more"),
        ),
        "diverge": transition(
            {S.IN_REVIEW}, S.ADJUDICATION, permissions.is_review_service, _("Ask for adjudication"),
            guards=(has_two_reviews,), announces=("practice.diverged",),
            past=_("Two reviews filed apart; scores differ by 2 or more"),
        ),
        "adjudicate": transition(
            {S.ADJUDICATION}, S.ENDORSED, permissions.can_settle, _("Settle the scores"),
            guards=(guard_against_conflicts(ADJUDICATE), is_settled), announces=("practice.endorsed",),
            past=_("Scores settled"),
        ),
        "publish": transition(
            {S.ENDORSED}, S.PUBLISHED, permissions.can_publish, _("Publish"),
            guards=(guard_against_conflicts(PUBLISH), has_two_reviews, has_partner_from_level_three),
            announces=("practice.published",), past=_("Published"),
        ),
        "publish_documented": transition(
            {S.DRAFT}, S.PUBLISHED, permissions.can_publish_documented, _("Publish as documented, not reviewed"),
            guards=(is_not_own_draft,), announces=("practice.published",),
            past=_("Published as documented, not reviewed"),
        ),
        "supersede": transition(
            {S.PUBLISHED}, S.SUPERSEDED, permissions.is_review_service, _("Replace"),
            past=_("Replaced by a newer version"),
        ),
        "reconfirm": transition(
            {S.PUBLISHED}, S.PUBLISHED, permissions.can_confirm, _("Confirm that it is still right"),
            past=_("Confirmed by the owner"),
        ),
        "withdraw": transition(
            {S.PUBLISHED}, S.WITHDRAWN, permissions.can_withdraw, _("Withdraw"), note_required=True, note_public=True,
            announces=("practice.withdrawn",), past=_("Withdrawn"),
        ),
    },
)  # fmt: skip

REVIEW_FLOW = Workflow(
    "review",
    {
        "declare": transition(
            {R.ASSIGNED}, R.DECLARED, permissions.is_reviewer, _("File my declaration"),
            guards=(no_conflict_for_reviewer,), past=_("Declaration filed"),
        ),
        "file": transition(
            {R.DECLARED}, R.FILED, permissions.is_reviewer, _("File my review"),
            guards=(no_conflict_for_reviewer, declared_none), announces=("review.filed",), past=_("Review filed"),
        ),
        "release": transition(
            {R.ASSIGNED, R.DECLARED}, R.RELEASED, permissions.can_release, _("Release"), note_required=True,
            announces=("review.released",), past=_("Released"),
        ),
    },
)  # fmt: skip
