"""Who may do what with a project, as sentences (funding page, section 2). Being a superuser is no role here."""

from __future__ import annotations

from typing import Any

import rules

from network_site.organizations.actor import Actor
from network_site.organizations.enums import Role


@rules.predicate
def is_of_owner(actor: Actor, project: Any) -> bool:
    return actor.organization_id is not None and actor.organization_id == project.owner_id


@rules.predicate
def is_writer(actor: Actor, project: Any) -> bool:
    return actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT)


@rules.predicate
def is_focal_point(actor: Actor, project: Any) -> bool:
    return actor.has(Role.FOCAL_POINT)


@rules.predicate
def is_specialist(actor: Actor, project: Any) -> bool:
    return actor.is_network and actor.has(Role.SPECIALIST, Role.LEAD)


@rules.predicate
def is_lead(actor: Actor, project: Any) -> bool:
    return actor.is_network and actor.has(Role.LEAD)


# --- Execution ----------------------------------------------------------------------------------


@rules.predicate
def is_of_agency(actor: Actor, project: Any) -> bool:
    """The organisation that the agreement names."""
    agreement = getattr(project, "agreement", None)
    return actor.organization_id is not None and agreement is not None and agreement.agency_id == actor.organization_id


@rules.predicate
def is_of_updates_project(actor: Actor, update: Any) -> bool:
    return bool((is_of_owner | is_of_agency)(actor, update.project))


@rules.predicate
def is_reporter(actor: Actor, update: Any) -> bool:
    return actor.user_id is not None and update.reporter_id == actor.user_id


@rules.predicate
def judges_reports(actor: Actor, update: Any) -> bool:
    """The ministry's focal point, or the Network's specialist."""
    return bool(((is_of_owner & is_focal_point) | is_specialist)(actor, update.project))


can_agree = (is_of_owner & is_focal_point) | is_specialist
can_start = is_lead
can_suspend = (is_of_owner & is_focal_point) | is_lead
can_amend = (is_of_owner & is_focal_point) | is_specialist
# The agency is no member of the Network, so whoever confirms and evaluates is never the agency.
can_complete = is_lead & ~is_of_agency
can_evaluate = is_lead & ~is_of_agency
can_close = is_lead
can_open_candidate = is_of_owner & is_writer

can_report = (is_of_owner | is_of_agency) & is_writer
can_send_report = is_reporter & is_of_updates_project & is_writer
can_approve_report = judges_reports & ~is_reporter
can_replace_report = judges_reports
