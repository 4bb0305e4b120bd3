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


# --- Negotiations ----------------------------------------------------------------------------

# Who may promise money; a ministry, a provider or the Network may not.
PAYING_KINDS = frozenset({OrganizationKind.DONOR.value, OrganizationKind.INTERNATIONAL.value})


def can_express_interest(actor: Actor) -> bool:
    """Somebody who works for an organisation that gives money."""
    return actor.organization_kind in PAYING_KINDS and actor.has(Role.FOCAL_POINT, Role.CONTRIBUTOR)


@rules.predicate
def is_of_donor(actor: Actor, negotiation: Any) -> bool:
    return actor.organization_id is not None and actor.organization_id == negotiation.owner_id


@rules.predicate
def is_of_asking(actor: Actor, negotiation: Any) -> bool:
    """Of the ministry that asks; of the Network, where it wrote the project down."""
    return actor.organization_id is not None and actor.organization_id == negotiation.record.owner_id


@rules.predicate
def signs(actor: Actor, record: Any) -> bool:
    return actor.has(Role.FOCAL_POINT)


@rules.predicate
def works(actor: Actor, record: Any) -> bool:
    return actor.has(Role.FOCAL_POINT, Role.CONTRIBUTOR)


@rules.predicate
def talks_on(actor: Actor, negotiation: Any) -> bool:
    return not negotiation.has_ended


decides_for_ministry = is_of_asking & (signs | is_specialist)
can_talk = talks_on & ((is_of_donor & works) | (is_of_asking & works) | is_specialist)
can_answer_interest = decides_for_ministry | is_specialist
can_pledge = is_of_donor & signs
can_withdraw = is_of_donor & signs
can_decline = decides_for_ministry
can_confirm_money = decides_for_ministry | is_specialist

# --- Calls for an executing agency ---------------------------------------------------------------

PROPOSING_KINDS = frozenset(
    {OrganizationKind.PROVIDER.value, OrganizationKind.INTERNATIONAL.value, OrganizationKind.ACADEMIC.value}
)


def can_propose(actor: Actor) -> bool:
    """Somebody who works for an organisation that carries projects out."""
    return actor.organization_kind in PROPOSING_KINDS and actor.has(Role.FOCAL_POINT, Role.CONTRIBUTOR)


def can_open_call(actor: Actor, project: Any) -> bool:
    """The ministry's focal point; network staff where the Network wrote the project down."""
    ours = actor.organization_id is not None and actor.organization_id == project.owner_id
    return ours and (actor.has(Role.FOCAL_POINT) or bool(is_specialist(actor, project)))


@rules.predicate
def is_of_caller(actor: Actor, call: Any) -> bool:
    return actor.organization_id is not None and actor.organization_id == call.owner_id


@rules.predicate
def is_of_agency(actor: Actor, proposal: Any) -> bool:
    return actor.organization_id is not None and actor.organization_id == proposal.owner_id


@rules.predicate
def is_of_caller_of(actor: Actor, proposal: Any) -> bool:
    """Of the ministry whose project it is; the agency itself never."""
    return actor.organization_id is not None and actor.organization_id == proposal.record.owner_id


can_decide_call = is_of_caller & (signs | is_specialist)
can_write_proposal = is_of_agency & works & ~is_of_caller_of
can_hand_in = is_of_agency & signs & ~is_of_caller_of
can_judge = ~is_of_agency & ((is_of_caller_of & (signs | is_specialist)) | is_specialist)
can_score = ~is_of_agency & ((is_of_caller_of & works) | is_specialist)
can_select = ~is_of_agency & is_of_caller_of & (signs | is_specialist)
