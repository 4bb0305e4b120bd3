"""What `planting.py` plants and names of matches."""

from __future__ import annotations

from typing import Any

WORKSPACE = ("match_practices", "match_help", "match_funding", "match_project", "match_help_given", "match_help_none")


def plant(places: dict[str, Any]) -> None:
    """The registered need of `needs_screens` with a helper, a partner and a fund; a draft with the same fund."""
    from network_site.organizations.models import Organization, User
    from search.matching import services
    from search.models import Match

    from ..people import People, acting
    from ..search.matching.making import index, published_offer
    from ..search.matching.test_pages import draft_project

    focal = User.objects.get(email="focal@demo.enlace.example")
    foundation = Organization.objects.get(key="demo-foundation")
    rule = {"kind": "most", "value": {"amount": "150000", "currency": "USD"}, "sentence": "At most US$150,000.",
            "stated_on": "2004-06-01"}  # fmt: skip
    people = People()
    published_offer(people, foundation, title="Advice on complaints", is_demo=True)
    published_offer(people, foundation, title="Portals only", competences=["D6.4"], is_demo=True)
    published_offer(people, foundation, title="A fund", form="funding", competences=[], rules=[rule], is_demo=True)
    index("offer")
    project = draft_project(focal)
    services.compare_need(places["need_known"])
    services.compare_project(project.pk)
    with acting(focal):
        first = Match.objects.filter(need=places["need_known"], family="help", standing="match")[0]
        services.note(first, opinion="pin", note="They know our offices.")
    places["matched_project"] = project.pk


def addresses(code: str, places: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The account that looks at each of these screens, and its address in the active language."""
    from django.urls import reverse

    need = reverse("matching:need", args=[places["need_known"]])
    return {
        "match_practices": ("focal", f"{need}?kind=practice"),
        "match_help": ("focal", f"{need}?kind=help"),
        "match_funding": ("focal", f"{need}?kind=funding"),
        "match_project": ("focal", reverse("matching:project", args=[places["matched_project"]])),
        "match_help_given": ("donor", reverse("matching:help")),
        "match_help_none": ("contributor", reverse("matching:help")),
    }
