"""Who may do what with a practice, and with a review: every state, every action, everybody.

The tables below say it in plain words, after section 4.5 of the practices page. Whatever they do not
name is refused and writes nothing. Nothing here asks the permission functions what they think.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.utils import timezone

from network_site.common.models import Outbox, TransitionRecord
from network_site.common.workflow import TransitionRefused, Workflow
from network_site.organizations.actor import Actor, acting_as, service_actor
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import Membership, Organization, User
from network_site.organizations.selectors import actor_for
from practices import services
from practices.conflicts import ConflictOfInterest
from practices.enums import Aspect, Criterion, Exclusion, PracticeStatus, ReviewStatus
from practices.models import PracticeVersion, Review
from practices.workflow import PRACTICE, REVIEW_FLOW

from ..people import People, acting, assign, draft, get, organization_of, review, step
from .documents import documented

pytestmark = pytest.mark.django_db

REFUSALS = (TransitionRefused, ConflictOfInterest, PermissionDenied, ObjectDoesNotExist)
YES = dict.fromkeys(Exclusion.values, True)

# --- The tables ------------------------------------------------------------------------------

WRITERS = {"contributor of the owner", "focal point of the owner"}
FOCAL_POINT = {"focal point of the owner"}
JUDGES = {"specialist", "lead"}
# A tie to the practice keeps from judging it, not from choosing who judges or from withdrawing it.
ALL_JUDGES = JUDGES | {
    f"{role}, {tie}" for role in ("specialist", "lead", "superuser and specialist") for tie in ("of its country",)
}
ALL_JUDGES |= {f"{role}, {tie}" for role in ("specialist", "lead") for tie in ("who drafted it", "of its funder")}
PUBLISHER = {"publisher"}
ALL_PUBLISHERS = PUBLISHER | {f"publisher, {tie}" for tie in ("of its country", "who drafted it", "of its funder")}

# In this state, this is done by these people.
PRACTICE_TABLE: dict[str, dict[str, set[str]]] = {
    "draft": {"edit": WRITERS, "hand_over": WRITERS, "submit": FOCAL_POINT},
    "ready": {"edit": WRITERS, "take_back": WRITERS, "submit": FOCAL_POINT},
    "submitted": {"start_screening": JUDGES},
    "screening": {
        "answer_questions": JUDGES,
        "pass_screening": JUDGES,
        "request_revision": JUDGES,
        "decline": JUDGES,
    },
    "in_review": {"ask_reviewer": JUDGES, "request_revision": JUDGES},
    "adjudication": {"adjudicate": JUDGES, "request_revision": JUDGES, "decline": JUDGES},
    # Both names are one door: what is public in the end depends on the record, not on the word.
    "endorsed": {
        "publish": PUBLISHER,
        "publish_documented": PUBLISHER,
        "request_revision": JUDGES,
        "decline": JUDGES,
    },
    "revision": {"edit": WRITERS, "submit": FOCAL_POINT},
    "declined": {},
    "published": {"reconfirm": FOCAL_POINT, "withdraw": ALL_PUBLISHERS, "open_next_version": FOCAL_POINT},
    "superseded": {},
    "withdrawn": {},
}
# A record that the Network wrote down from a publication; the owner of the table above owns nothing here.
# Whoever wrote it is "the specialist who wrote it down"; everybody else of the Network has no tie to it.
SPECIALISTS = ALL_JUDGES | {"the specialist who wrote it down"}
DOCUMENTED_TABLE: dict[str, dict[str, set[str]]] = {
    "draft": {"edit": SPECIALISTS, "publish": ALL_PUBLISHERS, "publish_documented": ALL_PUBLISHERS},
    "published": {"withdraw": ALL_PUBLISHERS, "open_next_version": SPECIALISTS},
}
REVIEW_TABLE: dict[str, dict[str, set[str]]] = {
    "assigned": {"declare": {"the reviewer"}, "release": {"the reviewer"} | ALL_JUDGES},
    "declared": {"save": {"the reviewer"}, "file": {"the reviewer"}, "release": {"the reviewer"} | ALL_JUDGES},
    "filed": {},
    "released": {},
}
# Once a tie of the reviewer shows, the only way is out.
CONFLICTED_REVIEW_TABLE: dict[str, dict[str, set[str]]] = {
    "assigned": {"release": {"the reviewer"} | ALL_JUDGES},
    "declared": {"release": {"the reviewer"} | ALL_JUDGES},
    "filed": {},
    "released": {},
}
PRACTICE_ACTIONS = [*PRACTICE.transitions, "edit", "answer_questions", "ask_reviewer", "open_next_version"]
REVIEW_ACTIONS = [*REVIEW_FLOW.transitions, "save"]
# Done by rule or within another step: nobody does them alone, so no screen offers them.
NOT_ALONE = {"concur", "diverge", "supersede", "adjudicate", "publish_documented"}


def test_the_tables_name_every_state() -> None:
    assert sorted(PRACTICE_TABLE) == sorted(PracticeStatus.values)
    assert sorted(REVIEW_TABLE) == sorted(ReviewStatus.values)
    assert sorted(CONFLICTED_REVIEW_TABLE) == sorted(ReviewStatus.values)


# --- The people ------------------------------------------------------------------------------


@dataclass
class World:
    """A ministry, its practice, and everybody who could want something of it."""

    people: People
    owner: Organization
    funder: Organization
    neighbour: Organization
    focal_point: User
    specialist: User
    publisher: User
    reviewers: list[User]
    spare_reviewer: User
    actors: dict[str, Actor] = field(default_factory=dict)
    drafters: dict[str, User] = field(default_factory=dict)


def make_world(people: People) -> World:
    owner, another = people.organization(country="UY"), people.organization(country="PY")
    world = World(
        people=people,
        owner=owner,
        funder=people.organization(OrganizationKind.DONOR, country="US"),
        neighbour=people.organization(OrganizationKind.SOCIAL_PARTNER, country="UY"),
        focal_point=people.focal_point(owner),
        specialist=people.specialist(),
        publisher=people.publisher(),
        reviewers=[people.reviewer(), people.reviewer(OrganizationKind.INTERNATIONAL)],
        spare_reviewer=people.reviewer(),
    )
    for role in (Role.CONTRIBUTOR, Role.FOCAL_POINT, Role.ADMINISTRATOR, Role.LEARNER):
        words = role.value.replace("_", " ")
        world.actors[f"{words} of the owner"] = actor_for(people.member(owner, role))
        world.actors[f"{words} of another ministry"] = actor_for(people.member(another, role))
    network = people.network()
    for role in (Role.WEB_EDITOR, Role.ADMINISTRATOR):
        world.actors[f"{role.value} of the Network"] = actor_for(people.member(network, role))
    world.actors |= {
        "specialist": actor_for(world.specialist),
        "lead": actor_for(people.member(network, Role.LEAD)),
        "publisher": actor_for(world.publisher),
        "first reviewer": actor_for(world.reviewers[0]),
        "second reviewer": actor_for(world.reviewers[1]),
        "reviewer who was not asked": actor_for(people.reviewer()),
        "donor": actor_for(people.member(people.organization(OrganizationKind.DONOR), Role.FOCAL_POINT)),
        "superuser without membership": actor_for(people.user(is_superuser=True, is_staff=True)),
        "anonymous": Actor(),
    }
    for role in (Role.SPECIALIST, Role.LEAD, Role.PUBLISHER):
        for tie, organization in (("of its country", world.neighbour), ("of its funder", world.funder)):
            user = people.member(network, role)
            people.member(organization, user=user)
            world.actors[f"{role.value}, {tie}"] = actor_for(user, network.pk)
        world.drafters[role.value] = people.contributor(owner)
    superuser = people.member(network, Role.SPECIALIST, is_superuser=True, is_staff=True)
    people.member(world.neighbour, user=superuser)
    world.actors["superuser and specialist, of its country"] = actor_for(superuser, network.pk)
    return world


def write_draft(world: World) -> PracticeVersion:
    """A draft on which three people wrote who have gone to the Network since."""
    rows = {"contributions": [{"name": "A fund", "role": "funder", "organization_id": world.funder.pk}]}
    version = draft(world.focal_point, rows=rows)
    for role, drafter in world.drafters.items():
        with acting(drafter):
            version = get(version.pk)
            services.save_version(version, lock_version=version.lock_version, fields={"region": "South"})
        with acting_as(service_actor("seeding"), reason="she left the ministry"):
            Membership.objects.filter(user=drafter).update(valid_to=timezone.now())
        world.people.member(world.people.network(), role, user=drafter)
        world.actors[f"{role}, who drafted it"] = actor_for(drafter)
    return version


def bring(world: World, version: PracticeVersion, state: str) -> None:
    """Bring a draft to a state, as people do."""
    focal_point, specialist, reviewers = world.focal_point, world.specialist, world.reviewers
    if state == "draft":
        return
    if state == "ready":
        step(focal_point, version, "hand_over")
        return
    step(focal_point, version, "submit")
    if state == "submitted":
        return
    step(specialist, version, "start_screening")
    with acting(specialist):
        services.screen_practice(get(version.pk), answers=YES)
    if state == "screening":
        return
    if state in {"revision", "declined"}:
        step(specialist, version, "request_revision" if state == "revision" else "decline", note="See the notes.")
        return
    step(specialist, version, "pass_screening")
    for reviewer in reviewers:
        assign(specialist, version, reviewer)
    if state == "in_review":
        return
    review(reviewers[0], version, equity=1 if state == "adjudication" else 3)
    review(reviewers[1], version)
    if state in {"adjudication", "endorsed"}:
        return
    step(world.publisher, version, "publish")
    if state == "withdrawn":
        step(world.publisher, version, "withdraw", note="The law changed.")
    if state == "superseded":
        with acting(focal_point):
            following = services.open_next_version(get(version.pk))
        bring(world, following, "published")


# --- The walk --------------------------------------------------------------------------------


def do_with_practice(world: World, version: PracticeVersion, action: str) -> None:
    if action == "edit":
        services.save_version(version, lock_version=version.lock_version, fields={"title": "Another title"})
    elif action == "answer_questions":
        services.screen_practice(version, answers=YES)
    elif action == "ask_reviewer":
        organization = organization_of(world.spare_reviewer)
        services.assign_reviewer(version, reviewer=world.spare_reviewer, organization=organization)
    elif action == "open_next_version":
        services.open_next_version(version)
    elif action == "adjudicate":
        services.adjudicate(version, scores={"equity": 2}, study_ratings={}, rationale="Named, not measured.")
    else:
        services.perform(version, action, note="There is a reason.")


def do_with_review(world: World, own: Review, action: str) -> None:
    if action == "declare":
        services.declare_interest(own, interest="none")
    elif action == "save":
        services.save_review(own, **complete_review())
    elif action == "file":
        services.file_review(own)
    else:
        services.release_reviewer(own, note="There is a reason.")


def complete_review() -> dict[str, Any]:
    return {
        "exclusions": YES,
        "scores": dict.fromkeys(Criterion.values, 3),
        "studies": {},
        "completeness": dict.fromkeys(Aspect.values, "partly"),
        "rationale": "It can be repeated.",
    }


def written(version_id: Any) -> tuple[Any, ...]:
    """What a refused step must leave as it was."""
    with acting_as(service_actor("relay"), reason="test"):
        version = PracticeVersion.objects.get(pk=version_id)
        return (
            version.status,
            version.lock_version,
            version.title,
            TransitionRecord.objects.count(),
            Outbox.objects.count(),
            sorted(Review.objects.filter(version=version).values_list("reviewer_id", "status", "lock_version")),
        )


def is_done(act: Callable[[], None]) -> bool:
    """Whether the current actor may; what was done is undone, what was refused keeps whatever it wrote."""
    before = transaction.savepoint()
    try:
        act()
    except REFUSALS:
        transaction.savepoint_commit(before)
        return False
    transaction.savepoint_rollback(before)
    return True


def deviations(
    world: World, version_id: Any, *, actions: list[str], table: dict[str, set[str]], act: Callable[[str], None]
) -> list[str]:
    """Every cell that is not as the table says."""
    found = []
    before = written(version_id)
    for name, actor in world.actors.items():
        with acting_as(actor):
            for action in actions:
                expected = name in table.get(action, set())
                done = is_done(lambda action=action: act(action))  # type: ignore[misc]
                if done != expected:
                    found.append(f"{name} {'does' if done else 'cannot do'} {action}")
        if written(version_id) != before:
            found.append(f"{name} was refused and wrote all the same")
            before = written(version_id)
    return found


def offered(workflow: Workflow, record: Any, actor: Actor) -> set[str]:
    """The steps that a screen would offer as ready; nothing to those who cannot read the record."""
    with acting_as(actor):
        if not type(record).objects.filter(pk=record.pk).exists():
            return set()
        return {option.name for option in workflow.options(record, actor) if option.ready} - NOT_ALONE


def offers(world: World, workflow: Workflow, record: Any) -> dict[str, set[str]]:
    """What the screens offer, by step: the table, read from the other side."""
    found: dict[str, set[str]] = {}
    for name, actor in world.actors.items():
        for action in offered(workflow, record, actor):
            found.setdefault(action, set()).add(name)
    return found


def steps_of(table: dict[str, set[str]], workflow: Workflow) -> dict[str, set[str]]:
    """The part of a table that the workflow's own steps make."""
    return {action: who for action, who in table.items() if action in set(workflow.transitions) - NOT_ALONE}


@pytest.mark.parametrize("state", PracticeStatus.values)
def test_everybody_does_with_a_practice_what_the_table_says_and_nothing_else(people: People, state: str) -> None:
    world = make_world(people)
    version = write_draft(world)
    bring(world, version, state)
    with acting(world.focal_point):
        version = get(version.pk)
    assert version.status == state
    assert (
        deviations(
            world,
            version.pk,
            actions=PRACTICE_ACTIONS,
            table=PRACTICE_TABLE[state],
            act=lambda action: do_with_practice(world, version, action),
        )
        == []
    )
    assert offers(world, PRACTICE, version) == steps_of(PRACTICE_TABLE[state], PRACTICE)


@pytest.mark.parametrize("state", sorted(DOCUMENTED_TABLE))
def test_a_documented_record_is_written_by_one_and_published_by_another(people: People, state: str) -> None:
    world = make_world(people)
    write_draft(world)
    writer = people.specialist()
    world.actors["the specialist who wrote it down"] = actor_for(writer)
    world.actors["a publisher who wrote on it"] = actor_for(
        people.member(people.network(), Role.SPECIALIST, Role.PUBLISHER)
    )
    version = documented(writer)
    with acting_as(world.actors["a publisher who wrote on it"]):
        version = get(version.pk)
        services.save_version(version, lock_version=version.lock_version, fields={"region": "South"})
    if state == "published":
        step(world.publisher, version, "publish")
    with acting(writer):
        version = get(version.pk)
    table = {action: set(who) for action, who in DOCUMENTED_TABLE[state].items()}
    for action in ("edit", "open_next_version", "withdraw"):
        # She has both roles; only publishing what she wrote is closed to her.
        table.get(action, set()).add("a publisher who wrote on it")
    assert (
        deviations(
            world,
            version.pk,
            actions=PRACTICE_ACTIONS,
            table=table,
            act=lambda action: do_with_practice(world, version, action),
        )
        == []
    )


def review_in(world: World, version: PracticeVersion, state: str) -> Review:
    """The first reviewer's review, in a state."""
    reviewer = world.reviewers[0]
    if state == "filed":
        review(reviewer, version)
    with acting(reviewer):
        own = Review.objects.get(version_id=version.pk, reviewer=reviewer)
        if state == "declared":
            own = services.declare_interest(own, interest="none")
            own = services.save_review(own, **complete_review())
        if state == "released":
            own = services.release_reviewer(own, note="No time.")
    return own


def rename_reviewers(world: World) -> None:
    world.actors["the reviewer"] = world.actors.pop("first reviewer")
    world.actors["the other reviewer"] = world.actors.pop("second reviewer")


@pytest.mark.parametrize("state", ReviewStatus.values)
def test_everybody_does_with_a_review_what_the_table_says_and_nothing_else(people: People, state: str) -> None:
    world = make_world(people)
    version = write_draft(world)
    bring(world, version, "in_review")
    own = review_in(world, version, state)
    rename_reviewers(world)
    assert own.status == state
    assert (
        deviations(
            world,
            version.pk,
            actions=REVIEW_ACTIONS,
            table=REVIEW_TABLE[state],
            act=lambda action: do_with_review(world, own, action),
        )
        == []
    )
    with acting_as(world.actors["the reviewer"]):
        own = Review.objects.get(pk=own.pk)
    assert offers(world, REVIEW_FLOW, own) == steps_of(REVIEW_TABLE[state], REVIEW_FLOW)


@pytest.mark.parametrize("tie", ["of its country", "of its funder", "of a ministry"])
@pytest.mark.parametrize("state", ReviewStatus.values)
def test_a_reviewer_whose_tie_shows_later_can_only_leave(people: People, state: str, tie: str) -> None:
    world = make_world(people)
    version = write_draft(world)
    bring(world, version, "in_review")
    own = review_in(world, version, state)
    reviewer = world.reviewers[0]
    house = organization_of(reviewer)
    ties = {"of its country": world.neighbour, "of its funder": world.funder, "of a ministry": people.organization()}
    people.member(ties[tie], user=reviewer)
    world.actors["first reviewer"] = actor_for(reviewer, house.pk)
    rename_reviewers(world)
    assert (
        deviations(
            world,
            version.pk,
            actions=REVIEW_ACTIONS,
            table=CONFLICTED_REVIEW_TABLE[state],
            act=lambda action: do_with_review(world, own, action),
        )
        == []
    )
