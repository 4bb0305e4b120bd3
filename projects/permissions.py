"""Who may do what with a project, as sentences (funding page, section 2).

Each predicate takes the actor and a project. Whoever wrote on a project neither judges nor signs it: those are
guards of the workflow, so that the page can say why. Being a superuser is no role here and opens nothing.
"""

from __future__ import annotations

from typing import Any

import rules

from network_site.organizations.actor import Actor
from network_site.organizations.enums import OrganizationKind, Role

from .enums import EDITABLE

# Whose people judge the quality of Terms of Reference: the Network's and its partners', never a ministry's.
JUDGING_KINDS = frozenset(
    {
        OrganizationKind.NETWORK.value,
        OrganizationKind.INTERNATIONAL.value,
        OrganizationKind.ACADEMIC.value,
        OrganizationKind.SOCIAL_PARTNER.value,
    }
)


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


@rules.predicate
def is_publisher(actor: Actor, project: Any) -> bool:
    return actor.is_network and actor.has(Role.PUBLISHER)


@rules.predicate
def is_documented(actor: Actor, project: Any) -> bool:
    return bool(project.is_documented)


@rules.predicate
def is_editable(actor: Actor, project: Any) -> bool:
    return project.status in EDITABLE


@rules.predicate
def is_judge(actor: Actor, project: Any) -> bool:
    if actor.is_network:
        return actor.has(Role.SPECIALIST, Role.LEAD)
    return actor.organization_kind in JUDGING_KINDS and actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT)


@rules.predicate
def is_of_a_signing_country(actor: Actor, project: Any) -> bool:
    return actor.organization_kind == OrganizationKind.MINISTRY and actor.country_id in signing_countries(project)


@rules.predicate
def is_funding_service(actor: Actor, project: Any) -> bool:
    return actor.service == "funding"


def signing_countries(project: Any) -> list[str]:
    """ISO codes of the countries that have to sign, the asking ministry's first."""
    return list(dict.fromkeys(code for code in (project.country_id, *project.countries) if code))


def can_start(actor: Actor, need: Any) -> bool:
    """The ministry whose need it is, or the Network's staff."""
    ours = actor.organization_id is not None and actor.organization_id == need.owner_id
    return (ours and actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT)) or (
        actor.is_network and actor.has(Role.SPECIALIST, Role.LEAD)
    )


def can_document(actor: Actor) -> bool:
    """The Network's staff write projects down from publications."""
    return actor.is_network and actor.has(Role.SPECIALIST, Role.LEAD)


can_write = ((is_of_owner & is_writer) | is_specialist) & ~is_documented | (is_documented & is_of_owner & is_specialist)
can_edit = can_write & is_editable
can_send = ((is_of_owner & is_focal_point) | is_specialist) & ~is_documented
can_pass = is_specialist & ~is_documented
# The ministry may take its own text back while it waits for its signature.
can_return = (is_specialist | (is_of_owner & is_focal_point)) & ~is_documented
can_judge = is_judge & ~is_of_owner & ~is_documented
can_ask_reviewer = is_specialist & ~is_documented
can_sign = is_of_a_signing_country & is_focal_point & ~is_documented
can_publish_documented = is_publisher & is_documented & is_of_owner
can_cancel = ((is_of_owner & is_focal_point) | is_lead) & ~is_documented
can_settle_funding = is_lead | is_funding_service


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
can_begin = is_lead
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
