"""Calls for an executing agency and proposals for tests, through the services."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from funders import services
from funders.models import AgencyCall, AgencyProposal
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import Share, User
from network_site.publishing.models import PublishedRecord
from projects.models import Project

from ..people import acting
from .builders_rooms import PDF, Market

CRITERIA = [{"label": "Experience", "weight": 60}, {"label": "Price", "weight": 40}]


def open_call(market: Market, days: int = 10, **more: Any) -> AgencyCall:
    """The ministry's call, on the public page of its project as an edition would put it there."""
    given: dict[str, Any] = {"text": "Who trains our staff?", "criteria": CRITERIA}
    with acting(market.minister):
        project = Project.objects.get(pk=market.record.pk)
        call = services.open_call(project, **(given | {"closes_at": timezone.now() + dt.timedelta(days=days)} | more))
    market.record = PublishedRecord.objects.get(pk=market.record.pk)
    return call


def agency(market: Market) -> User:
    return market.people.member(market.people.organization(OrganizationKind.PROVIDER), Role.FOCAL_POINT)


def proposal(market: Market, user: User, word: str = "", price: str | None = "9000") -> AgencyProposal:
    """A draft with a file, the word in each of its texts."""
    fields = {
        "title": f"Our way {word}",
        "approach": f"We train trainers {word}",
        "team": f"Three people {word}",
        "price": Decimal(price) if price else None,
        "currency": "USD",
    }
    with acting(user):
        return services.write_proposal(
            PublishedRecord.objects.get(pk=market.record.pk),
            fields=fields,
            upload=ContentFile(PDF, name=f"plan{word}.pdf"),
            content_type="application/pdf",
        )


def handed_in(market: Market, user: User, word: str = "") -> AgencyProposal:
    draft = proposal(market, user, word)
    with acting(user):
        return services.hand_in(AgencyProposal.objects.get(pk=draft.pk))


def pass_deadline(market: Market, call: AgencyCall, agencies: list[User]) -> None:
    """Let the deadline have passed an hour ago, in every column that knows it, and open the proposals."""
    past = timezone.now() - dt.timedelta(hours=1)
    with acting(market.minister):
        AgencyCall.objects.filter(pk=call.pk).update(closes_at=past)
    for user in agencies:
        with acting(user):
            AgencyProposal.objects.update(sealed_until=past)
            Share.objects.filter(object_type="funders.agencyproposal").update(valid_from=past)
    assert services.close_calls() == 1


def admit(user: User, proposal: AgencyProposal) -> None:
    with acting(user):
        services.judge_proposal(AgencyProposal.objects.get(pk=proposal.pk), "admit")


def score(user: User, proposal: AgencyProposal, first: int, second: int) -> None:
    with acting(user):
        services.score_proposal(AgencyProposal.objects.get(pk=proposal.pk), points={"c1": first, "c2": second})
