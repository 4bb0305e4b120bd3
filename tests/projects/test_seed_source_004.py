"""Source 004, a technical cooperation as its bank wrote it: entered faithfully, with the defects that it has."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from network_site.organizations.seeding import demo_account, load_demo_accounts, load_organizations
from network_site.organizations.selectors import actor_for
from network_site.publishing.models import PublishedRecord
from projects.linter import findings
from projects.models import Project, Text
from projects.outline import FIELDS
from projects.seeding import load_documented

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

# What the design page names (section 3.4), in the order in which the page of findings shows them.
KNOWN = {
    "component_names": (
        "Component 2 has 2 names: “Advisory services, dissemination activities and lessons learned” (Results matrix);"
        " “Dissemination of best practices and lessons learned” (Budget and sources)."
    ),
    "start_missing": "The start date is empty. Months are counted from it.",
    "text_says_nothing": "“Operation that it supports” holds only “.”. Say what it is, or leave it empty.",
    "annex_missing": ("“Annex IV” is cited, and no annex bears this number. Annexes listed: 3; without a number: 3."),
    "promise_without_indicator": "The text promises “at least 4 countries”, and no indicator measures it.",
    "no_risk": "No risk is named, yet USD\N{NO-BREAK SPACE}150,000 for 8 countries come from outside.",
}
# What the checks find besides, and why it is true of this document.
FURTHER = {
    # The results matrix is an annex that is not part of the text: no product has an indicator here.
    "product_without_indicator": "These products have no indicator: 1.1, 1.2, 1.3, 2.1, 2.2, 2.3.",
    # There is no plan of work: 36 months are all that is said about time.
    "product_without_activity": "No activity leads to these products: 1.1, 1.2, 1.3, 2.1, 2.2, 2.3.",
    # Note 3 makes the work in each country wait for a letter of non-objection, and none is annexed.
    "letter_missing": (
        "A letter of request or of no objection is missing from:"
        " Barbados, Bolivia, Brazil, Chile, Colombia, Panama, Paraguay, Jamaica."
    ),
    # Eight countries, English only; what the OAS asks of projects of several countries.
    "one_language": "8 countries take part, and the text is in one language only.",
}


@pytest.fixture
def seeded(db: None, settings: Any) -> Project:
    settings.DEMO = True
    with acting_as(service_actor("seeding"), reason="test"):
        load_organizations()
        load_demo_accounts()
    assert load_documented(lambda line: None) == 1
    with acting_as(actor_for(User.objects.get(email=demo_account("specialist").email))):
        found: Project = Project.objects.select_related("owner", "funding").get(reference="RG-T3661")
    return found


def test_the_checks_find_what_is_known_and_nothing_else(seeded: Project) -> None:
    with acting_as(actor_for(User.objects.get(email=demo_account("specialist").email))):
        found = findings(seeded)
    assert {one.code: one.message for one in found} == KNOWN | FURTHER
    assert len(found) == len(KNOWN | FURTHER)
    warnings = {one.code for one in found if one.severity == "warning"}
    assert warnings == {"text_says_nothing", "annex_missing", "no_risk", "one_language"}


def test_it_is_published_as_documented(seeded: Project) -> None:
    record = PublishedRecord.objects.get(pk=seeded.pk)
    snapshot = record.snapshot
    assert (record.kind, record.owner.kind, record.title) == ("project", "network", seeded.title)
    assert snapshot["sums"] == {
        "total": "150000.00", "counterpart": "0.00", "needed": "150000.00", "committed": "150000.00",
        "received": "0.00",
    }  # fmt: skip
    assert (snapshot["status"], snapshot["iati_status"]) == ("agency_selected", "1")
    assert snapshot["countries"] == ["BB", "BO", "BR", "CL", "CO", "PA", "PY", "JM"]
    assert [Decimal(line["converted"]) for line in snapshot["budget"]] == [90000, 60000]
    assert [party["organization"] for party in snapshot["parties"]] == [None, "idb", "idb-soc"]
    assert (snapshot["start_on"], snapshot["months"], snapshot["need"]) == (None, 36, None)


def test_every_value_says_where_it_stands_in_the_document(seeded: Project) -> None:
    with acting_as(actor_for(User.objects.get(email=demo_account("specialist").email))):
        for row in Text.objects.filter(project=seeded):
            assert (row.citation["code"], bool(row.citation["field"])) == ("RG-T3661", True), row.key
        filled = set(Text.objects.filter(project=seeded).values_list("key", flat=True))
    assert {key for key, (_section, one) in FIELDS.items() if one.required} <= filled


def test_a_second_time_nothing_is_new(seeded: Project) -> None:
    assert load_documented(lambda line: None) == 0
    assert PublishedRecord.objects.filter(kind="project").count() == 1
