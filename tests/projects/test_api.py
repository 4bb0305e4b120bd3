"""Published projects in the API: what machines read, and what they never see."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from network_site.organizations.actor import acting_as, service_actor
from network_site.publishing import services as publishing

from ..people import People
from .documents import publish

pytestmark = [pytest.mark.django_db]


def read(client: Client, address: str) -> Any:
    return client.get(f"/api/v1/projects/{address}").json()


def test_the_list_has_the_filters_of_the_page_and_sums_as_text(people: People, client: Client) -> None:
    owner = people.organization(country="PY")
    record = publish(owner)
    publish(owner, country="BR", status="in_execution", iati_status="2", sums={"needed": "900000.00"})

    everything, seeking = read(client, ""), read(client, "?stage=seeking&amount=to-50&country=PY")

    assert everything["count"] == 2
    (found,) = seeking["results"]
    assert found["code"] == record.code
    assert found["sums"] == {
        "currency": "USD", "total": "60000.00", "needed": "50000.00", "counterpart": "10000.00",
        "committed": "20000.00", "received": "5000.00", "open": "30000.00",
    }  # fmt: skip
    assert found["countries"] == [{"key": "PY", "name": "Paraguay"}]
    assert found["terms"] == {"LAF": ["LAF1.1"]}
    assert client.get("/api/v1/projects/?stage=nonsense").status_code == 422


def test_one_project_comes_whole_and_a_withdrawn_one_says_why(people: People, client: Client) -> None:
    record = publish(people.organization(country="PY"))

    found = read(client, f"{record.number}/")

    assert found["document"]["results"][0]["statement"] == "Advisers are trained"
    assert "pledged" not in str(found)
    assert read(client, f"{record.number}/?lang=es")["countries"][0]["name"] == "Paraguay"
    with acting_as(service_actor("seeding"), reason="test"):
        publishing.withdraw(record_id=record.pk, reason="Taken back.")
    gone = client.get(f"/api/v1/projects/{record.number}/")
    assert (gone.status_code, gone.json()["detail"]) == (410, "Taken back.")
    assert client.get("/api/v1/projects/999999/").status_code == 404


def test_the_addresses_stand_in_the_description_of_the_api(client: Client) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]

    assert {"/api/v1/projects/", "/api/v1/projects/{number}/"} <= set(paths)
    assert paths["/api/v1/projects/"]["get"]["operationId"] == "list_projects"
