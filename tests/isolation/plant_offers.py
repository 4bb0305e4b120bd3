"""Offers in the isolation matrix: what organisations are still writing, what is public, and what somebody follows."""

from __future__ import annotations

from typing import Any

from funders import services
from funders.models import Offer
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord
from projects.enums import SEEKING

from ..funders.builders import drafted, offered
from ..people import acting

DONOR = "zqdonorofferqz"
DRAFT, PUBLIC = "offerdraft", "offerpublic"


def _fields(word: str) -> dict[str, Any]:
    """An offer with its word in every text."""
    return {
        "title": f"{word} title",
        "summary": f"{word} in one sentence.",
        "description": f"{word} description.",
        "form": "advice",
        "url": f"https://example.org/{word}",
        "competences": {"D6.1": f"{word} evidence"},
        "rules": ({"kind": "other", "value": {}, "sentence": f"{word} rule."},),
    }


def plant(world: Any) -> None:
    """A draft and a public offer of each ministry, a draft of the donor, who follows what a ministry offers."""
    for house in (world.a, world.b):
        drafted(house.focal_point, **_fields(house.word(DRAFT)))
        offered(house.focal_point, **_fields(house.word(PUBLIC)))
    drafted(world.donor, **_fields(DONOR))
    with acting(world.donor):
        services.follow(PublishedRecord.objects.of_kind("offer").order_by("number")[0])


def words(house: Any) -> set[str]:
    """The canaries of a ministry's offers."""
    return {house.word(DRAFT), house.word(PUBLIC)}


def public_words(world: Any) -> set[str]:
    """The canaries that everybody meets."""
    return {house.word(PUBLIC) for house in (world.a, world.b)}


def all_words(world: Any) -> set[str]:
    return words(world.a) | words(world.b) | {DONOR}


def rows_words(world: Any, name: str) -> set[str]:
    """The canaries in the private rows that this actor may read."""
    if name.startswith(("owner's", "rival")):
        return words(world.b if name.startswith("owner's") else world.a)
    return {
        "donor": {DONOR},
        "specialist": public_words(world),
        "publisher": public_words(world),
        "service relay": all_words(world),
    }.get(name, set())


def ids(world: Any, user: User | None) -> tuple[list[str], list[str]]:
    """The offers that somebody may open in the workspace, and those that she may not."""
    with acting_as(service_actor("relay"), reason="test"):
        offers = list(Offer.objects.order_by("created_at"))
    expected = {str(offer.pk) for offer in offers if user is not None and _reads(world, user, offer)}
    if user is not None:
        with acting(user):
            assert {str(pk) for pk in Offer.objects.values_list("pk", flat=True)} == expected
    everything = [str(offer.pk) for offer in offers]
    return [pk for pk in everything if pk in expected], [pk for pk in everything if pk not in expected]


def _reads(world: Any, user: User, offer: Offer) -> bool:
    """What the rules say, from the outside: one's own organisation's; for the Network, what is public."""
    for house in (world.a, world.b):
        if user in {house.focal_point, house.contributor, house.learner, house.administrator}:
            return bool(offer.owner_id == house.organization.pk)
    if user == world.donor:
        return DONOR in offer.title
    return user in {world.specialist, world.publisher} and offer.status == "open"


def numbers() -> list[str]:
    """The public numbers of offers: everybody may open them."""
    records = PublishedRecord.objects.of_kind("offer").order_by("number")
    return [str(number) for number in records.values_list("number", flat=True)]


def requests() -> list[str]:
    """The public numbers of requests that seek funding: every member may judge them."""
    records = PublishedRecord.objects.of_kind("project").filter(snapshot__status__in=sorted(SEEKING))
    return [str(number) for number in records.order_by("number").values_list("number", flat=True)]


def followed() -> list[str]:
    """What a notice may lead to."""
    return [str(pk) for pk in PublishedRecord.objects.of_kind("offer").order_by("number").values_list("pk", flat=True)]


def forms(world: Any) -> list[tuple[str, User, str]]:
    """For each address of an offer that takes a form: who fills it in, and where."""
    with acting(world.b.focal_point):
        draft = Offer.objects.get(status="draft").pk
    focal_point = world.b.focal_point
    return [
        ("*/workspace/offers/<uuid:pk>/edit/", focal_point, f"/en/workspace/offers/{draft}/edit/"),
        ("*/workspace/offers/<uuid:pk>/rules/<int:place>/", focal_point, f"/en/workspace/offers/{draft}/rules/1/"),
        ("*/workspace/offers/new/", focal_point, f"/en/workspace/offers/{draft}/edit/"),
    ]


# Answers of a form that has none on its own page yet.
PROFILE = (("supports_en", "posted text"), ("version", "0"))
RULE = (("sentence", "posted rule"), ("months", "12"), ("codes", "ministry"))
