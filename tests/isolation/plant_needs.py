"""Needs in the isolation matrix: a ministry's own, those that the Network reads, and those on the public plane."""

from __future__ import annotations

from typing import Any

from needs.models import Need
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord

from ..needs.stating import answered, do, stated
from ..people import acting
from . import urls

# How far each need has come, and who may read it once it is registered.
NEEDS = {
    "needdraft": ("draft", "public"),
    "needsent": ("submitted", "public"),
    "needown": ("registered", "ministry"),
    "neednetwork": ("registered", "network"),
    "needpublic": ("registered", "public"),
}
SENT = tuple(thing for thing, (state, _audience) in NEEDS.items() if state != "draft")


def words(house: Any, *things: str) -> set[str]:
    """The canaries in some of a ministry's needs (in all of them, where none is named), with those of the contacts."""
    return {house.word(thing) + ending for thing in (things or NEEDS) for ending in ("", "hidden")}


def plant(house: Any, specialist: User) -> None:
    """A need in each of these states, with its word in every text."""
    for thing, (state, audience) in NEEDS.items():
        word = house.word(thing)
        need = stated(
            house.focal_point,
            title=f"{word} title",
            summary=f"{word} in one sentence.",
            problem=f"{word} problem.",
            beneficiaries=f"{word} people",
            tried=f"{word} tried",
            evidence=f"{word} evidence",
            constraints=f"{word} limits",
            audience=audience,
            contact_name=f"{word}hidden",
            contact_email=f"{word}hidden@example.org",
            measures=[f"{word} sign"],
        )
        if state != "draft":
            do(house.focal_point, need, "submit")
        if state == "registered":
            answered(specialist, need)
            do(specialist, need, "register")


def public_words(world: Any, *, is_member: bool) -> set[str]:
    """The canaries of needs that somebody meets on the public plane; a contact is never there."""
    things = ("needpublic", "neednetwork") if is_member else ("needpublic",)
    return {house.word(thing) for house in (world.a, world.b) for thing in things}


def ids(world: Any, user: User | None) -> tuple[list[str], list[str]]:
    """The needs that somebody may open in the workspace, and those that she may not."""
    with acting_as(service_actor("relay"), reason="test"):
        everything = [str(pk) for pk in Need.objects.order_by("created_at").values_list("pk", flat=True)]
    if user is None:
        return [], everything
    with acting(user):
        mine = {str(pk) for pk in Need.objects.values_list("pk", flat=True)}
    own = {str(need) for need in _expected(world, user)}
    assert mine == own, "who reads which need is not as the table says"
    return [pk for pk in everything if pk in own], [pk for pk in everything if pk not in own]


def _expected(world: Any, user: User) -> list[Any]:
    """What the rules say, from the outside: one's ministry's needs; for the Network, what was sent."""
    found = []
    with acting_as(service_actor("relay"), reason="test"):
        for house in (world.b, world.a):
            needs = Need.objects.filter(owner=house.organization)
            if user in {house.focal_point, house.contributor, house.learner, house.administrator}:
                found += list(needs.values_list("pk", flat=True))
            elif user in {world.specialist, world.publisher}:
                found += list(needs.exclude(status="draft").values_list("pk", flat=True))
    return found


def numbers(world: Any, *, is_member: bool) -> tuple[list[str], list[str]]:
    """The public numbers of needs that somebody may open, and of those that she may not."""
    with acting_as(service_actor("relay"), reason="test"):
        records = PublishedRecord.objects.of_kind("need").order_by("number").values_list("number", "audience")
        public = [str(number) for number, audience in records if audience == "public"]
        network = [str(number) for number, audience in records if audience == "network"]
    return [*public, *(network if is_member else [])], [] if is_member else network


def forms(world: Any) -> list[tuple[str, dict[str, str], User, str]]:
    """For each address of a need that takes a form: who fills it in, and where."""
    with acting(world.b.focal_point):
        pks = dict(Need.objects.values_list("status", "pk"))
    writing = "*/workspace/needs/<uuid:pk>/edit/<slug:step>/"
    asked = [
        (writing, others, world.b.focal_point, f"/en/workspace/needs/{pks['draft']}/edit/{others['step']}/")
        for others in urls.ADDRESSES[writing].others
    ]
    overlaps = "*/workspace/network/needs/<uuid:pk>/overlaps/"
    results = "*/workspace/needs/<uuid:pk>/results/"
    return [
        *asked,
        ("*/workspace/needs/new/", {}, world.b.focal_point, "/en/workspace/needs/new/"),
        (overlaps, {}, world.specialist, f"/en/workspace/network/needs/{pks['submitted']}/overlaps/"),
        (results, {}, world.b.focal_point, f"/en/workspace/needs/{pks['registered']}/results/"),
    ]
