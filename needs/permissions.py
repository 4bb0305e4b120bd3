"""Who may do what with a need, as sentences (funding page, section 2).

Each predicate takes the actor and a need. Being a superuser is no role here and opens nothing.
"""

from __future__ import annotations

from typing import Any

import rules

from network_site.organizations.actor import Actor
from network_site.organizations.enums import OrganizationKind, Role

from .enums import EDITABLE


def can_create(actor: Actor) -> bool:
    """Ministries state needs; others help, fund or read."""
    return actor.organization_kind == OrganizationKind.MINISTRY and actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT)


@rules.predicate
def is_of_owner(actor: Actor, need: Any) -> bool:
    return actor.organization_id is not None and actor.organization_id == need.owner_id


@rules.predicate
def is_writer(actor: Actor, need: Any) -> bool:
    return actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT)


@rules.predicate
def is_focal_point(actor: Actor, need: Any) -> bool:
    return actor.has(Role.FOCAL_POINT)


@rules.predicate
def is_specialist(actor: Actor, need: Any) -> bool:
    return actor.is_network and actor.has(Role.SPECIALIST, Role.LEAD)


@rules.predicate
def is_lead(actor: Actor, need: Any) -> bool:
    return actor.is_network and actor.has(Role.LEAD)


@rules.predicate
def is_author(actor: Actor, need: Any) -> bool:
    """Whoever wrote it down, for whichever organisation she acts today."""
    return actor.user_id is not None and actor.user_id == need.created_by_id


@rules.predicate
def is_editable(actor: Actor, need: Any) -> bool:
    return need.status in EDITABLE


@rules.predicate
def is_funding_service(actor: Actor, need: Any) -> bool:
    """The service that follows a project of the need."""
    return actor.service == "funding"


can_edit = is_of_owner & is_writer & is_editable
can_submit = is_of_owner & is_focal_point
can_judge = is_specialist & ~is_author
can_assess = can_judge | (is_of_owner & is_focal_point)
can_start_drafting = is_specialist | (is_of_owner & is_writer) | is_funding_service
can_merge = is_of_owner & is_focal_point
can_state_results = is_of_owner & is_focal_point
can_reopen = (is_of_owner & is_focal_point) | is_lead
can_withdraw = (is_of_owner & is_focal_point) | is_lead


# --- Fit checks ------------------------------------------------------------------------------


@rules.predicate
def is_of_needing_ministry(actor: Actor, check: Any) -> bool:
    return actor.organization_id is not None and actor.organization_id == check.need.owner_id


can_check_fit = is_of_needing_ministry & is_writer


# --- Diagnostics -----------------------------------------------------------------------------


def can_start_diagnostic(actor: Actor) -> bool:
    """Ministries look at themselves; nobody else does it for them."""
    return actor.organization_kind == OrganizationKind.MINISTRY and actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT)


@rules.predicate
def is_diagnostic_writer(actor: Actor, diagnostic: Any) -> bool:
    return can_start_diagnostic(actor)


@rules.predicate
def is_being_answered(actor: Actor, diagnostic: Any) -> bool:
    return bool(diagnostic.is_open)


can_work_on_diagnostic = is_of_owner & is_diagnostic_writer
can_answer_diagnostic = can_work_on_diagnostic & is_being_answered
can_close_diagnostic = can_work_on_diagnostic & is_focal_point
can_draft_from_diagnostic = can_work_on_diagnostic & ~is_being_answered
