"""Who may do what with a version of a practice, as sentences (practices page, section 4.5).

Each predicate takes the actor and a version. Being a superuser is no role here and opens nothing.
"""

from __future__ import annotations

from typing import Any

import rules

from network_site.organizations.actor import Actor
from network_site.organizations.enums import OrganizationKind, Role

from .enums import EDITABLE

WRITING_KINDS = frozenset({OrganizationKind.MINISTRY.value, OrganizationKind.PROVIDER.value})


def can_create(actor: Actor) -> bool:
    """Ministries and the services that deliver for them report practices; others review, fund or read."""
    return actor.organization_kind in WRITING_KINDS and actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT)


@rules.predicate
def is_of_owner(actor: Actor, version: Any) -> bool:
    return actor.organization_id is not None and actor.organization_id == version.practice.owner_id


@rules.predicate
def is_writer(actor: Actor, version: Any) -> bool:
    return actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT)


@rules.predicate
def is_focal_point(actor: Actor, version: Any) -> bool:
    return actor.has(Role.FOCAL_POINT)


@rules.predicate
def is_specialist(actor: Actor, version: Any) -> bool:
    return actor.is_network and actor.has(Role.SPECIALIST, Role.LEAD)


@rules.predicate
def is_publisher(actor: Actor, version: Any) -> bool:
    return actor.is_network and actor.has(Role.PUBLISHER)


@rules.predicate
def is_documented(actor: Actor, version: Any) -> bool:
    return bool(version.practice.is_documented)


@rules.predicate
def is_editable(actor: Actor, version: Any) -> bool:
    return version.status in EDITABLE


@rules.predicate
def is_assistant(actor: Actor, version: Any) -> bool:
    """The specialist who took on to write with this ministry, until it ends."""
    if not (actor.is_network and actor.user_id and actor.has(Role.SPECIALIST, Role.LEAD)):
        return False
    return bool(
        version.assistances.filter(
            ended_at__isnull=True, accepted_at__isnull=False, specialist_id=actor.user_id
        ).exists()
    )


@rules.predicate
def is_review_service(actor: Actor, version: Any) -> bool:
    return actor.service == "reviews"


@rules.predicate
def is_reviewer(actor: Actor, review: Any) -> bool:
    return actor.user_id is not None and review.reviewer_id == actor.user_id


@rules.predicate
def is_review_staff(actor: Actor, review: Any) -> bool:
    return actor.is_network and actor.has(Role.SPECIALIST, Role.LEAD)


can_write = (is_of_owner & is_writer) | (is_documented & is_specialist & is_of_owner) | is_assistant
can_edit = can_write & is_editable
can_translate = can_edit & is_of_owner
can_ask_for_help = is_of_owner & is_writer & is_editable & ~is_documented
can_confirm_answers = is_of_owner & is_focal_point & is_editable & ~is_documented
can_submit = is_of_owner & is_focal_point & ~is_documented
can_hand_over = is_of_owner & is_writer & ~is_documented
can_screen = is_specialist & ~is_documented
can_settle = is_specialist & ~is_documented
can_publish = is_publisher & ~is_documented
can_publish_documented = is_publisher & is_documented
can_withdraw = is_publisher
can_remove_documented = is_publisher & is_documented & is_of_owner
can_confirm = is_of_owner & is_focal_point
can_open_next = (is_of_owner & is_focal_point & ~is_documented) | (is_documented & is_specialist & is_of_owner)
can_release = is_reviewer | is_review_staff | is_review_service
