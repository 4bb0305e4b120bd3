"""Who may do what with diagnostics and needs, as sentences (funding page, section 2).

Each predicate takes the actor and a record. Being a superuser is no role here and opens nothing.
"""

from __future__ import annotations

from typing import Any

import rules

from network_site.organizations.actor import Actor
from network_site.organizations.enums import OrganizationKind, Role

from .enums import DiagnosticStatus

# --- Diagnostics -----------------------------------------------------------------------------


def can_start_diagnostic(actor: Actor) -> bool:
    """Ministries look at themselves; nobody else does it for them."""
    return actor.organization_kind == OrganizationKind.MINISTRY and actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT)


@rules.predicate
def is_of_own_ministry(actor: Actor, diagnostic: Any) -> bool:
    return actor.organization_id is not None and actor.organization_id == diagnostic.owner_id


@rules.predicate
def is_diagnostic_writer(actor: Actor, diagnostic: Any) -> bool:
    return can_start_diagnostic(actor)


@rules.predicate
def speaks_for_ministry(actor: Actor, diagnostic: Any) -> bool:
    return actor.has(Role.FOCAL_POINT)


@rules.predicate
def is_being_answered(actor: Actor, diagnostic: Any) -> bool:
    return bool(diagnostic.status == DiagnosticStatus.OPEN)


can_work_on_diagnostic = is_of_own_ministry & is_diagnostic_writer
can_answer_diagnostic = can_work_on_diagnostic & is_being_answered
can_close_diagnostic = can_work_on_diagnostic & speaks_for_ministry
can_draft_from_diagnostic = can_work_on_diagnostic & ~is_being_answered
