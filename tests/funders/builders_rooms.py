"""Requests, donors and rooms for tests: the project's rows through the models, all that follows through services."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from funders import services
from funders.models import Negotiation
from network_site.organizations import services as organizations
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import Capacity, OrganizationKind, Role
from network_site.organizations.models import Organization, User
from network_site.organizations.selectors import network_organization
from network_site.publishing.models import PublishedRecord
from projects import services as projects
from projects.models import BudgetLine, Funding, Project

from ..people import People, acting, organization_of

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"  # noqa: E501


def later(days: int = 60) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def request_of(
    ministry: Organization,
    *,
    needed: str = "100000",
    title: str = "Employment desks",
    currency: str = "USD",
    **more: Any,
) -> PublishedRecord:
    """A ministry's published request of two components, shared with the Network."""
    people = People()
    half = Decimal(needed) / 2
    with acting(people.focal_point(ministry)) as actor:
        project = Project.objects.create(
            **{"owner": ministry, "created_by_id": actor.user_id, "title": title, "status": "published"}
            | {"currency": currency, "country_id": ministry.country_id, "months": 12, **more}
        )
        organizations.share(project, capacity=Capacity.NETWORK, organization=network_organization())
        Funding.objects.create(project=project, needed=Decimal(needed))
        BudgetLine.objects.bulk_create(
            BudgetLine(
                project=project, position=number, component=component, category="staff", description="Advisers",
                quantity=1, unit_cost=half, currency=currency,
            )
            for number, component in enumerate(("C1", "C2"))
        )  # fmt: skip
    projects.show_sums(project.pk)
    return PublishedRecord.objects.get(pk=project.pk)


@dataclass
class Market:
    """A ministry that asks, two donors, a neighbour, and the Network."""

    people: People
    needed: str = "100000"
    ministry: Organization = field(init=False)
    record: PublishedRecord = field(init=False)

    def __post_init__(self) -> None:
        self.ministry = self.people.organization(country="PY")
        self.minister = self.people.focal_point(self.ministry)
        self.record = request_of(self.ministry, needed=self.needed)
        self.donor, self.rival = self.new_donor(), self.new_donor()
        self.specialist = self.people.specialist()

    def new_donor(self, kind: str = OrganizationKind.DONOR) -> User:
        """The focal point of a donor of her own."""
        return self.people.member(self.people.organization(kind), Role.FOCAL_POINT)

    def funding(self) -> Funding:
        with acting_as(service_actor("funding"), reason="test"):
            return Funding.objects.get(project_id=self.record.pk)

    def sums(self) -> tuple[str, str, str, str]:
        """Pledged, committed, received, and the gap."""
        now = self.funding()
        return str(now.pledged), str(now.committed), str(now.received), str(now.gap)

    def interested(self, donor: User | None = None, text: str = "We are interested.") -> Negotiation:
        with acting(donor or self.donor):
            return services.express_interest(PublishedRecord.objects.get(pk=self.record.pk), text=text)

    def talking(self, donor: User | None = None) -> Negotiation:
        return step(self.minister, self.interested(donor), "discuss")

    def pledged(self, amount: str = "40000", donor: User | None = None, **more: Any) -> Negotiation:
        room = self.talking(donor)
        with acting(donor or self.donor):
            return services.make_pledge(room_of(room), promise=promise(amount, **more))

    def committed(self, amount: str = "40000", donor: User | None = None, **more: Any) -> Negotiation:
        return commit(donor or self.donor, self.pledged(amount, donor, **more))

    def paid(self, amount: str = "40000", paid: str = "10000") -> Negotiation:
        return receive(self.minister, self.committed(amount), paid)


def promise(amount: str, currency: str = "USD", **more: Any) -> services.Promise:
    rates = {} if currency == "USD" else {"rate": Decimal("0.73"), "rate_on": later(-1), "rate_source": "Central bank"}
    return services.Promise(
        **({"amount": Decimal(amount), "currency": currency, "valid_until": later()} | rates | more)
    )


def room_of(room: Negotiation) -> Negotiation:
    """A room as the current actor reads it."""
    return Negotiation.objects.get(pk=room.pk)


def step(user: User, room: Negotiation, name: str, note: str = "") -> Negotiation:
    with acting(user):
        return services.take_step(room_of(room), name, note=note)


def commit(user: User, room: Negotiation) -> Negotiation:
    with acting(user):
        return services.commit_money(
            room_of(room), upload=ContentFile(PDF, name="signed.pdf"), content_type="application/pdf"
        )


def receive(user: User, room: Negotiation, amount: str, currency: str = "USD", **more: Any) -> Negotiation:
    with acting(user):
        return services.record_receipt(
            room_of(room), amount=Decimal(amount), currency=currency, received_on=later(-1), **more
        )


def house_of(user: User) -> Organization:
    return organization_of(user)
