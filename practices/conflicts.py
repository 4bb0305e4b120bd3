"""Conflicts of interest: who may not judge or publish a practice, and why (section 4.5, COI rule).

Asked at assignment, at opening and at submission; the answer is the same for everybody, superusers
included, because no rule here reads a flag of the user.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common.slots import Slot
from network_site.common.workflow import Unmet
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import OrganizationKind
from network_site.organizations.selectors import Affiliation, affiliations_of

from .enums import ReviewStatus
from .models import Adjudication, Edit, Practice, PracticeVersion, Review

LOOK_BACK_YEARS = 3

SCREEN, REVIEW, ADJUDICATE, PUBLISH = "screen", "review", "adjudicate", "publish"

# Upper floors tell of further ties (a joint project) without being imported: a function of the
# user's affiliations and the practice that returns reasons.
relation_providers: Slot[Callable[[list[Affiliation], Practice], list[Unmet]]] = Slot("ties to a practice")


class ConflictOfInterest(Exception):
    """A person who may not do this to this practice, with every reason."""

    def __init__(self, reasons: tuple[Unmet, ...]) -> None:
        self.reasons = reasons
        super().__init__(reasons)

    def __str__(self) -> str:
        return " ".join(str(reason.message) for reason in self.reasons)


def conflicts_of(user_id: UUID, version_id: UUID, duty: str) -> list[Unmet]:
    """Every reason why this person may not screen, review, adjudicate or publish this version.

    The service "reviews" looks, not the person: a reviewer who has not declared her interests may
    not read the practice, and nobody's answer depends on what she happens to be shown.

    All current affiliations count, whichever one the person acts for. Rules by number:
    1 own organisation or country, and no ministry rates a ministry's practice; 2 drafted it, or the
    organisation funded, ran, sold to or evaluated it in the last three years; 3 nobody both judges
    and publishes a version.
    """
    with acting_as(service_actor("reviews")):
        version: PracticeVersion = PracticeVersion.objects.select_related("practice__owner").get(pk=version_id)
        practice = version.practice
        affiliations = affiliations_of(user_id)
        reasons = [
            *_drafted(user_id, practice),
            *_same_house(affiliations, version),
            *_took_part(affiliations, version),
            *(reason for ties in relation_providers for reason in ties(affiliations, practice)),
        ]
        if duty == PUBLISH:
            reasons += _judged(user_id, version)
        if duty == ADJUDICATE:
            reasons += _reviewed(user_id, version)
        return reasons


def refuse_conflicts(user_id: UUID, version_id: UUID, duty: str) -> None:
    """Raise ConflictOfInterest when there is any."""
    reasons = conflicts_of(user_id, version_id, duty)
    if reasons:
        raise ConflictOfInterest(tuple(reasons))


def _drafted(user_id: UUID, practice: Practice) -> list[Unmet]:
    drafted = practice.created_by_id == user_id or (
        Edit.objects.filter(version__practice_id=practice.pk, user_id=user_id).exists()
    )
    return [Unmet("drafted", _("This person wrote on this practice."))] if drafted else []


def _same_house(affiliations: list[Affiliation], version: PracticeVersion) -> list[Unmet]:
    reasons = []
    practice = version.practice
    countries = {version.country_id, practice.owner.country_id} - {None, ""}
    if any(tie.organization_id == practice.owner_id for tie in affiliations):
        reasons.append(Unmet("own_organization", _("This person belongs to the organisation that owns the practice.")))
    if any(tie.country_id in countries for tie in affiliations):
        reasons.append(Unmet("own_country", _("This person belongs to an organisation of the practice's country.")))
    if any(tie.kind == OrganizationKind.MINISTRY for tie in affiliations):
        reasons.append(Unmet("ministry", _("A ministry never rates a ministry's practice.")))
    return reasons


def _took_part(affiliations: list[Affiliation], version: PracticeVersion) -> list[Unmet]:
    oldest = timezone.now().year - LOOK_BACK_YEARS
    took_part = any(
        _is_ours(affiliations, part.organization_id, part.name)
        and (part.until_year is None or part.until_year >= oldest)
        for part in version.contributions.all()
    )
    reasons = []
    if took_part:
        reasons.append(
            Unmet(
                "took_part",
                _("This person's organisation funded, ran, sold to or evaluated the practice in the last three years."),
            )
        )
    studied = any(
        _is_ours(affiliations, item.author_organization_id, item.author) and (item.year is None or item.year >= oldest)
        for item in version.evidence_items.all()
    )
    if studied:
        reasons.append(Unmet("own_study", _("This person's organisation made a study that is to be rated.")))
    return reasons


def _is_ours(affiliations: list[Affiliation], organization_id: UUID | None, name: str) -> bool:
    """Whether a named part is one of these organisations: by its key, or by any of its names as people type them."""
    wanted = " ".join(name.casefold().split())
    return any(tie.organization_id == organization_id or (wanted and wanted in tie.names) for tie in affiliations)


def _judged(user_id: UUID, version: PracticeVersion) -> list[Unmet]:
    judged = (
        Review.objects.filter(version=version, reviewer_id=user_id, status=ReviewStatus.FILED).exists()
        or Adjudication.objects.filter(version=version, adjudicator_id=user_id).exists()
    )
    return [Unmet("judged", _("This person judged this version and may not publish it."))] if judged else []


def _reviewed(user_id: UUID, version: PracticeVersion) -> list[Unmet]:
    reviewed = Review.objects.filter(version=version, reviewer_id=user_id).exists()
    return [Unmet("reviewed", _("This person reviewed this version and may not settle it."))] if reviewed else []


def guard_against_conflicts(duty: str) -> Callable[[Any, Any], list[Unmet]]:
    """A workflow guard: the actor has no conflict of interest for this duty."""

    def guard(version: PracticeVersion, actor: Any) -> list[Unmet]:
        return conflicts_of(actor.user_id, version.pk, duty) if actor.user_id else []

    return guard
