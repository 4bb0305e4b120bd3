"""What this floor knows about a person, for herself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from network_site.organizations.models import User

from .models import Follow, Offer


class Source:
    """For the organisations floor, which makes the copy."""

    fields: Mapping[str, str] = {
        "funders.Offer.created_by": "offers",
        "funders.Offer.person": "none: an expert's name in an offer; she agreed, and her organisation corrects it",
        "funders.Follow.created_by": "follows",
        "funders.Profile.contact_email": "none: the address of an office",
        **{
            f"funders.OffersPage.{name}": "none: the history of staff in the CMS; kept as long as the page"
            for name in ("locked_by", "owner")
        },
    }

    def parts(self, user: User) -> Mapping[str, Any]:
        """Offers that she began, and what her organisation follows because of her."""
        return {
            "offers": [
                {"id": one.pk, "title": one.title, "began_at": one.created_at}
                for one in Offer.objects.filter(created_by=user)
            ],
            "follows": [
                {"record": one.record_id, "since": one.created_at} for one in Follow.objects.filter(created_by=user)
            ],
        }
