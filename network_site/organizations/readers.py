"""People as readers of mail: where they get it, in which language, and what they may read at this moment."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from babel.core import get_global
from django.apps import apps
from django.db import models

from network_site.common.hooks import Reader, Thing

from .actor import acting_as
from .models import Membership, User
from .selectors import actor_for, bootstrap_memberships

# Where a country has several zones, the one of its capital.
CAPITAL_ZONES = {
    "AR": "America/Argentina/Buenos_Aires",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CL": "America/Santiago",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "MX": "America/Mexico_City",
    "PT": "Europe/Lisbon",
    "US": "America/New_York",
}


@cache
def zone_of_country(code: str) -> str:
    """The zone of a country's capital; UTC where the country has several and none is known."""
    found = [zone for zone in get_global("territory_zones").get(code, ()) if zone in available_timezones()]
    return CAPITAL_ZONES.get(code) or (found[0] if len(found) == 1 else "UTC")


def zones_of(people: Collection[UUID]) -> dict[UUID, str]:
    """The zone of each person's organisation (her first, where she has several). For the relay and for herself."""
    rows = (
        Membership.objects.filter(models.Q(valid_to__isnull=True), user_id__in=people)
        .order_by("-valid_from")
        .values_list("user_id", "organization__country_id")
    )
    countries = {user_id: country for user_id, country in rows if country}
    return {person: zone_of_country(countries.get(person, "")) for person in people}


def reader_of(person_id: UUID) -> Reader | None:
    """The person as a reader; None for an account that is gone or closed."""
    user = User.objects.filter(pk=person_id, is_active=True).first()
    if user is None:
        return None
    return Reader(address=user.email, language=user.language, readable=lambda things: readable_by(user, things))


def readable_by(user: User, things: Collection[Thing]) -> set[Thing]:
    """Which of these things the person may read now, for whichever of her organisations.

    Asked of the managers themselves, as her: there is no second rule that could say something else.
    A kind of thing that no model has is not readable.
    """
    by_type: dict[str, set[UUID]] = {}
    for label, pk in things:
        by_type.setdefault(label, set()).add(pk)
    found: set[Thing] = set()
    organizations: list[UUID | None] = [fact.organization_id for fact in bootstrap_memberships(user.pk)]
    for organization_id in organizations or [None]:
        with acting_as(actor_for(user, organization_id)):
            for label, wanted in by_type.items():
                model = _model(label)
                if model is not None:
                    # Where rows stay behind as tombstones, a manager called `readable` leaves them out.
                    manager = getattr(model, "readable", model._default_manager)
                    there = manager.filter(pk__in=wanted).values_list("pk", flat=True)
                    found |= {(label, pk) for pk in there}
    return found


def _model(label: str) -> Any:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None
