"""Who may do what with offers and profiles, as sentences. Being a superuser is no role here and opens nothing."""

from __future__ import annotations

from typing import Any

import rules

from network_site.organizations.actor import Actor
from network_site.organizations.enums import OrganizationKind, Role

# --- Offers --------------------------------------------------------------------------------------


def can_offer(actor: Actor) -> bool:
    """Every organisation may offer something; the Network writes down what others published."""
    if actor.organization_id is None:
        return False
    if actor.is_network:
        return actor.has(Role.SPECIALIST, Role.LEAD)
    return actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT)


def can_keep_profile(actor: Actor) -> bool:
    """What an organisation says of itself as a partner is its focal point's word."""
    return (
        actor.organization_id is not None
        and actor.organization_kind not in ("", OrganizationKind.NETWORK)
        and actor.has(Role.FOCAL_POINT)
    )


def can_follow(actor: Actor) -> bool:
    """An organisation follows requests and offers through those who write for it."""
    return (
        actor.user_id is not None
        and actor.organization_id is not None
        and actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT, Role.SPECIALIST, Role.LEAD)
    )


@rules.predicate
def is_of_owner(actor: Actor, offer: Any) -> bool:
    return actor.organization_id is not None and actor.organization_id == offer.owner_id


@rules.predicate
def is_writer(actor: Actor, offer: Any) -> bool:
    return can_offer(actor)


@rules.predicate
def speaks_for_it(actor: Actor, offer: Any) -> bool:
    """The focal point; for what the Network wrote down, its specialists and lead."""
    if actor.is_network:
        return actor.has(Role.SPECIALIST, Role.LEAD)
    return actor.has(Role.FOCAL_POINT)


@rules.predicate
def is_draft(actor: Actor, offer: Any) -> bool:
    return offer.status == "draft"


@rules.predicate
def is_in_use(actor: Actor, offer: Any) -> bool:
    return offer.status in ("forecasted", "open", "paused")


@rules.predicate
def is_specialist(actor: Actor, offer: Any) -> bool:
    return actor.is_network and actor.has(Role.SPECIALIST, Role.LEAD)


@rules.predicate
def is_clock(actor: Actor, offer: Any) -> bool:
    return actor.service == "clock"


can_publish_offer = is_of_owner & speaks_for_it
# What is public is changed by whoever may publish it, because a change is public at once.
can_edit_offer = is_of_owner & ((is_draft & is_writer) | (is_in_use & speaks_for_it))
can_close_offer = can_publish_offer | is_clock
can_verify_offer = can_publish_offer | is_specialist
