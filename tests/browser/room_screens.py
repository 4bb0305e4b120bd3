"""Rooms, pledges and calls for an agency among the screens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any


def plant(places: dict[str, Any]) -> None:
    """A request with a room, a pledge and a commitment; another one that nobody asked about, with an open call."""
    from django.utils import timezone

    from funders import services
    from network_site.publishing.models import PublishedRecord
    from projects.models import Project

    from ..funders.builders_rooms import commit, house_of, promise, request_of, room_of
    from ..people import acting
    from .backrooms import person

    focal, donor = person("focal"), person("donor-focal")
    asked, quiet, called = (
        request_of(house_of(focal), title=title, is_demo=True)
        for title in ("Advisers for young people", "Mobile offices", "A register of firms")
    )
    rooms = {}
    for name, record in (("room", asked), ("room_committed", called)):
        with acting(donor):
            rooms[name] = services.express_interest(record, text="We are interested.")
        with acting(focal):
            services.take_step(room_of(rooms[name]), "discuss")
            services.say(room_of(rooms[name]), text="Welcome. Which part would you support?")
        with acting(donor):
            given = promise("40000", currency="CAD", conditions="In two parts.")
            services.make_pledge(room_of(rooms[name]), promise=given)
    commit(donor, rooms["room_committed"])
    calls = {}
    for name, record in (("asked", asked), ("called", called)):
        with acting(focal):
            calls[name] = services.open_call(
                Project.objects.get(pk=record.pk),
                text="Who does the work?",
                criteria=[{"label": "Experience", "weight": 60}, {"label": "Price", "weight": 40}],
                closes_at=timezone.now() + timedelta(days=30),
            )
    fields = {"title": "Advisers on the road", "approach": "With three vans.", "team": "Six advisers."}
    with acting(person("provider")):
        proposal = services.write_proposal(PublishedRecord.objects.get(pk=asked.pk), fields=fields)
    places |= {name: room.pk for name, room in rooms.items()}
    places |= {"asked": asked.pk, "quiet": quiet.pk, "quiet_number": quiet.number, "agency_call": calls["called"].pk}
    places["proposal"] = proposal.pk
    places["called_number"] = PublishedRecord.objects.get(pk=called.pk).number


def addresses(code: str, places: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The account that looks at each of these screens, and its address in the active language."""
    from django.urls import reverse

    def at(name: str, *given: Any) -> str:
        return str(reverse(f"funders:{name}", args=given))

    return {
        "rooms": ("focal", at("rooms")),
        "rooms_of_donor": ("donor-focal", at("rooms")),
        "room": ("donor-focal", at("room", places["room"])),
        "room_for_ministry": ("focal", at("room", places["room_committed"])),
        "funding": ("focal", at("funding", places["asked"])),
        "express": ("donor-focal", at("express", places["quiet_number"])),
        "pledge": ("donor-focal", at("pledge", places["room"])),
        "commit": ("donor-focal", at("commit", places["room"])),
        "receipt": ("focal", at("receipt", places["room_committed"])),
        "call_new": ("focal", at("call_new", places["quiet"])),
        "agency_call": ("focal", at("call", places["agency_call"])),
        "propose": ("provider", at("propose", places["called_number"])),
        "proposals": ("provider", at("proposals")),
        "proposal": ("provider", at("proposal", places["proposal"])),
    }
