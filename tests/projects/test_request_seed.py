"""The request of the demonstration goes the whole way through the services, once."""

from __future__ import annotations

import pytest

from needs.models import Need
from needs.seeding import load_needs
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.seeding import load_demo_accounts, load_organizations
from network_site.publishing.models import PublishedRecord
from projects.planting_request import NEED, load_request

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def test_the_request_looks_for_funding_and_is_planted_once() -> None:
    with acting_as(service_actor("seeding"), reason="test"):
        load_organizations()
        load_demo_accounts()
    load_needs(lambda line: None)
    assert load_request(lambda line: None) == 1
    assert load_request(lambda line: None) == 0
    (record,) = PublishedRecord.objects.live().of_kind("project")
    assert (record.snapshot["status"], record.is_demo) == ("published", True)
    assert record.snapshot["sums"]["needed"] == "96000.00"
    assert [one["country"] for one in record.snapshot["signatures"]] == ["MN"]
    with acting_as(service_actor("relay"), reason="test"):
        assert Need.objects.get(title=NEED).status == "advertised"
