"""Real content from the sources, and what the demonstration needs. Everything goes through the services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from network_site.organizations.actor import acting_as, current
from network_site.organizations.models import User
from network_site.organizations.seeding import demo_account
from network_site.organizations.selectors import actor_for

from . import services
from .models import Offer, Profile

SEED = Path(__file__).parent / "seed"
# What brings an offer from a draft to its state.
STEPS = {"draft": (), "forecasted": ("announce",), "open": ("open",), "closed": ("close",)}
AMOUNTS = ("least", "most")


def load(progress: Callable[[str], object]) -> int:
    """Plant what is missing; running it again changes nothing. Returns how many things are new."""
    return load_profiles(progress) + load_offers(progress)


def _read(name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load((SEED / name).read_text(encoding="utf-8"))
    return entries


def _as(name: str) -> Any:
    return acting_as(actor_for(User.objects.get(email=demo_account(name).email)), reason="seed of offers")


def load_offers(progress: Callable[[str], object]) -> int:
    """The offers of seed/offers.yaml, each brought to its state; how many are new."""
    count = 0
    for entry in _read("offers.yaml"):
        with _as(entry["writer"]):
            known = Offer.objects.filter(owner_id=current().organization_id, title=entry["fields"]["title"])
            if known.exists():
                continue
            offer = _plant(entry)
        progress(f"  offer: {offer.title} ({offer.status})")
        count += 1
    return count


def _plant(entry: dict[str, Any]) -> Offer:
    fields = dict(entry["fields"])
    fields |= {name: Decimal(fields[name]) for name in AMOUNTS if name in fields}
    if "closes_in_days" in entry:
        fields["closes_on"] = timezone.localdate() + dt.timedelta(days=entry["closes_in_days"])
    offer = services.create_offer(fields=fields, terms=entry["terms"], competences=entry.get("competences"))
    for rule in entry.get("rules", []):
        services.save_rule(offer, lock_version=offer.lock_version, **rule)
        offer.refresh_from_db()
    for step in STEPS[entry["state"]]:
        offer = services.perform_offer(offer, step)
    return offer


def load_profiles(progress: Callable[[str], object]) -> int:
    """What the demonstration's partners say of themselves; how many are new."""
    count = 0
    for entry in _read("profiles.yaml"):
        with _as(entry["writer"]):
            if Profile.objects.filter(organization_id=current().organization_id).exists():
                continue
            services.save_profile(fields=entry["fields"], lock_version=0)
        progress(f"  profile: {demo_account(entry['writer']).organization}")
        count += 1
    return count
