"""What `planting.py` needs to show offers, and requests as a donor reads them."""

from __future__ import annotations

from typing import Any


def plant(places: dict[str, Any]) -> None:
    """The donor's open and its draft offer, and a request; their keys join the places."""
    from funders.models import Offer
    from network_site.organizations.models import Organization
    from network_site.publishing.models import PublishedRecord
    from projects.enums import SEEKING

    from ..funders.builders import project_snapshot, publish_request
    from ..people import acting
    from .backrooms import person

    with acting(person("donor-focal")):
        places["offer"] = Offer.objects.filter(status="open").order_by("created_at")[0].pk
        places["offer_draft"] = Offer.objects.filter(status="draft").order_by("created_at")[0].pk
    seeking = PublishedRecord.objects.live().of_kind("project").filter(snapshot__status__in=sorted(SEEKING))
    if not seeking.exists():
        ministry = Organization.objects.get(key="demo-ministry-a")
        snapshot = project_snapshot(ministry, country=None, countries=["UY"], is_demo=True)
        publish_request(ministry, snapshot, version=1)
    places["request"] = seeking.order_by("number")[0].number
    records = PublishedRecord.objects.live().of_kind("offer").order_by("number")
    places["offer_public"] = records.filter(snapshot__status="open")[0].path
    places["offer_closed"] = records.filter(snapshot__status="closed")[0].path


def addresses(places: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The account that looks at each of these screens, and its address in the active language."""
    from django.urls import reverse

    from funders.cards import offers_url

    def at(name: str, *given: Any) -> str:
        return reverse(f"funders:{name}", args=given)

    base = offers_url()
    return {
        "offers": ("", base),
        "offers_nothing": ("", f"{base}?form=visit&country=CU&theme=LAF5.1"),
        "offer_public": ("donor", f"{base}{places['offer_public']}"),
        "offer_closed": ("", f"{base}{places['offer_closed']}"),
        "our_offers": ("donor-focal", at("offers")),
        "offer": ("donor-focal", at("offer", places["offer"])),
        "offer_draft": ("donor-focal", at("offer", places["offer_draft"])),
        "offer_new": ("donor-focal", at("offer_new")),
        "offer_edit": ("donor-focal", at("offer_edit", places["offer"])),
        "offer_rule_new": ("donor-focal", at("rule_new", places["offer"], "most")),
        "offer_rule": ("donor-focal", at("rule", places["offer"], 3)),
        "partner_profile": ("donor-focal", at("profile")),
        "requests": ("donor-focal", at("requests")),
        "requests_nothing": ("donor-focal", f"{at('requests')}?country=ZZ"),
        "request": ("donor-focal", at("request", places["request"])),
    }
