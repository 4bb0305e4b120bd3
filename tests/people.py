"""People, organisations and practices for tests: real rows, made through the services."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.models import EmailAddress
from django.test import Client

from network_site.organizations import services as organizations
from network_site.organizations.actor import Actor, acting_as, service_actor
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import Organization, User
from network_site.organizations.selectors import actor_for, network_organization
from practices import services
from practices.enums import Aspect, Criterion, Exclusion
from practices.models import PracticeVersion, Review

numbers = itertools.count(1)

FIELDS: dict[str, Any] = {
    "source_language": "en",
    "title": "Inspection by appointment",
    "one_line": "Inspectors announce their visits and find more.",
    "problem": "Half of all visits met a closed door.",
    "description": "Inspectors write to the employer a week before they come. " * 5,
    "stage": "running",
    "start_year": 2021,
    "objectives": ["Fewer closed doors"],
    "theory_of_change": [
        {"activity": "A letter", "output": "An appointment", "outcome": "A visit that takes place", "assumption": ""}
    ],
    "reach": "1,200 firms in 2022, from the inspection's own register",
    "negative_effects": "None known.",
    "risks_if_copied": "Where firms hide workers, a letter warns them.",
    "transfer_offer": "Two study visits a year, in Spanish.",
}
TERMS: dict[str, list[str]] = {
    "LAF": ["LAF1.1"],
    "TG": ["TG16"],
    "IN": ["IN03"],
    "DI": ["D2.2"],
    "SC": ["SC03"],
    "SEC": ["SEC-O"],
}
ROWS: dict[str, list[dict[str, Any]]] = {
    "contacts": [{"name": "Rosa Lima", "email": "rosa@example.org", "language": "es", "is_public": True}],
    "contributions": [{"name": "Labour Inspectorate", "role": "lead"}],
    "preconditions": [
        {"statement": "A register of firms with addresses", "strength": "must", "verification": "A list of last month"},
        {"statement": "Letters reach firms within a week", "strength": "must", "verification": "Post office figures"},
        {"statement": "Inspectors have calendars", "strength": "should", "verification": "Ask three of them"},
    ],
}


class People:
    """Makes organisations, users and memberships; remembers nothing."""

    def organization(
        self, kind: str = OrganizationKind.MINISTRY, *, country: str | None = None, **fields: Any
    ) -> Organization:
        """An organisation with a name of its own."""
        number = next(numbers)
        names = {code: f"{kind} {number} ({code})" for code in ("en", "es", "fr", "pt-br")}
        return organizations.save_organization(
            key=f"test-{kind.replace('_', '-')}-{number}", kind=kind, country_id=country, **{"names": names, **fields}
        )

    def network(self) -> Organization:
        """The Network's secretariat."""
        return network_organization()

    def user(self, name: str = "", **fields: Any) -> User:
        """A user with a confirmed address."""
        email = f"{name or 'person'}-{next(numbers)}@example.org"
        user = User.objects.create_user(email, "a long enough password", **fields)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        return user

    def member(self, organization: Organization, *roles: str, user: User | None = None, **fields: Any) -> User:
        """A user who belongs to an organisation."""
        user = user or self.user(roles[0] if roles else "", **fields)
        with acting_as(service_actor("seeding"), reason="test"):
            organizations.grant_membership(user=user, organization=organization, roles=roles or [Role.CONTRIBUTOR])
        return user

    def focal_point(self, ministry: Organization | None = None) -> User:
        return self.member(ministry or self.organization(), Role.FOCAL_POINT)

    def contributor(self, ministry: Organization) -> User:
        return self.member(ministry, Role.CONTRIBUTOR)

    def specialist(self) -> User:
        return self.member(self.network(), Role.SPECIALIST)

    def publisher(self) -> User:
        return self.member(self.network(), Role.PUBLISHER)

    def reviewer(self, kind: str = OrganizationKind.ACADEMIC) -> User:
        return self.member(self.organization(kind), Role.CONTRIBUTOR)


@contextmanager
def acting(user: User, organization: Organization | None = None) -> Iterator[Actor]:
    """Act as a user."""
    with acting_as(actor_for(user, organization.pk if organization else None)) as actor:
        yield actor


def organization_of(user: User) -> Organization:
    """The organisation for which a user acts."""
    return Organization.objects.get(pk=actor_for(user).organization_id)


def get(pk: Any) -> PracticeVersion:
    """A version as the current actor reads it."""
    version: PracticeVersion = PracticeVersion.objects.select_related("practice__owner").get(pk=pk)
    return version


def draft(writer: User, **fields: Any) -> PracticeVersion:
    """A complete draft of the writer's ministry (complete enough to be sent)."""
    with acting(writer):
        given = FIELDS | {"region": "North"} | fields
        rows = given.pop("rows", {})
        terms = given.pop("terms", {})
        return get(services.create_draft(fields=given, terms=TERMS | terms, rows=ROWS | rows).pk)


def step(user: User, version: PracticeVersion, name: str, **more: Any) -> PracticeVersion:
    """Do a step of the life cycle as somebody."""
    with acting(user):
        services.perform(get(version.pk), name, **more)
        return get(version.pk)


def submitted(focal_point: User, **fields: Any) -> PracticeVersion:
    return step(focal_point, draft(focal_point, **fields), "submit")


def in_review(focal_point: User, specialist: User, **fields: Any) -> PracticeVersion:
    version = submitted(focal_point, **fields)
    step(specialist, version, "start_screening")
    with acting(specialist):
        services.screen_practice(get(version.pk), answers=dict.fromkeys(Exclusion.values, True))
    return step(specialist, version, "pass_screening")


def assign(specialist: User, version: PracticeVersion, reviewer: User) -> Review:
    """Ask a reviewer, as the specialist."""
    organization = organization_of(reviewer)
    with acting(specialist):
        return services.assign_reviewer(get(version.pk), reviewer=reviewer, organization=organization)


def review(reviewer: User, version: PracticeVersion, score: int = 3, **scores: int) -> Review:
    """Declare, fill in and file a review."""
    with acting(reviewer):
        own = Review.objects.get(version_id=version.pk, reviewer=reviewer)
        own = services.declare_interest(own, interest="none")
        own = services.save_review(
            own,
            exclusions=dict.fromkeys(Exclusion.values, True),
            scores=dict.fromkeys(Criterion.values, score) | scores,
            studies={item.pk: "moderate" for item in own.version.evidence_items.all()},
            completeness=dict.fromkeys(Aspect.values, "partly"),
            rationale="The text can be repeated.",
        )
        return services.file_review(own)


def endorsed(focal_point: User, specialist: User, reviewers: list[User], **fields: Any) -> PracticeVersion:
    version = in_review(focal_point, specialist, **fields)
    for reviewer in reviewers:
        assign(specialist, version, reviewer)
    for reviewer in reviewers:
        review(reviewer, version)
    with acting(specialist):
        return get(version.pk)


def published(people: People, focal_point: User | None = None, **fields: Any) -> PracticeVersion:
    """A practice that went the whole way."""
    focal_point = focal_point or people.focal_point()
    version = endorsed(
        focal_point,
        people.specialist(),
        [people.reviewer(), people.reviewer(OrganizationKind.INTERNATIONAL)],
        **fields,
    )
    return step(people.publisher(), version, "publish")


def prove_second_factor(client: Client, user: User) -> None:
    """Write into the session what a completed second factor leaves there."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time.time()},
        {"method": "mfa", "at": time.time(), "type": "totp"},
    ]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
