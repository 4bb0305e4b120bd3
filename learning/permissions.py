"""Who may do what with courses, as sentences (learning page, sections 1.2 and 3.4)."""

from __future__ import annotations

from typing import Any

import rules

from network_site.organizations.actor import Actor
from network_site.organizations.enums import OrganizationKind, Role

from .enums import EnrolmentState


def can_write_courses(actor: Actor) -> bool:
    """Specialists, publishers and leads of the Network write courses and look after those who take them."""
    return actor.is_network and actor.has(Role.SPECIALIST, Role.PUBLISHER, Role.LEAD)


def can_read_report(actor: Actor) -> bool:
    """An organisation's administrator sees who of her people completed what, and nothing more."""
    return actor.organization_id is not None and actor.has(Role.ADMINISTRATOR)


def can_send_people(actor: Actor) -> bool:
    """Who puts people on the list of a course: administrators and focal points of an organisation, and the Network."""
    return can_write_courses(actor) or actor.has(Role.ADMINISTRATOR, Role.FOCAL_POINT)


def can_propose(actor: Actor) -> bool:
    """Every organisation but the Network, which writes courses itself, may propose one."""
    return (
        actor.organization_id is not None
        and actor.organization_kind != OrganizationKind.NETWORK
        and actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT)
    )


@rules.predicate
def is_keeper(actor: Actor, thing: Any) -> bool:
    """Of the organisation that owns the course of an enrolment or a certificate."""
    return actor.organization_id is not None and actor.organization_id == thing.keeper_id and can_write_courses(actor)


@rules.predicate
def is_writer_of(actor: Actor, course: Any) -> bool:
    return actor.organization_id is not None and actor.organization_id == course.owner_id and can_write_courses(actor)


@rules.predicate
def is_learner(actor: Actor, enrolment: Any) -> bool:
    return actor.user_id is not None and actor.user_id == enrolment.person_id


@rules.predicate
def is_under_way(actor: Actor, enrolment: Any) -> bool:
    """Work can be done: also after completion, to do better or to read again."""
    return enrolment.status in {EnrolmentState.ACTIVE, EnrolmentState.COMPLETED}


@rules.predicate
def is_tutor(actor: Actor, response: Any) -> bool:
    """Of the organisation to which an answer was handed; nobody marks herself."""
    is_handed = response.tutors_id is not None and response.tutors_id == actor.organization_id
    return is_handed and response.person_id != actor.user_id and can_write_courses(actor)


@rules.predicate
def is_registrar(actor: Actor, enrolment: Any) -> bool:
    return actor.service == "registrar"


@rules.predicate
def is_proposer(actor: Actor, proposal: Any) -> bool:
    return actor.organization_id is not None and actor.organization_id == proposal.owner_id and can_propose(actor)


@rules.predicate
def is_judge(actor: Actor, proposal: Any) -> bool:
    return can_write_courses(actor)


can_learn = is_learner & is_under_way
# Nobody lets herself in, or gives herself more time.
is_keeper_of_others = is_keeper & ~is_learner
