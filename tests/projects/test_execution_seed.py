"""The fictional project of the demonstration: labelled, and with one of each state."""

from __future__ import annotations

from typing import Any

import pytest

from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.seeding import load_demo_accounts, load_organizations
from network_site.publishing.models import PublishedRecord
from projects.planting_execution import TITLE, load_execution
from projects.progress import progress_context

from .test_execution import states

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def test_it_is_planted_once_and_shows_each_state(settings: Any) -> None:
    settings.DEMO = True
    with acting_as(service_actor("seeding"), reason="test"):
        load_organizations()
        load_demo_accounts()
    said: list[str] = []
    assert [load_execution(said.append), load_execution(said.append)] == [1, 0]
    record = PublishedRecord.objects.of_kind("project").get()
    assert (record.title, record.is_demo, record.snapshot["status"]) == (TITLE, True, "in_execution")
    found = [state for cells in states(record.snapshot).values() for state in cells]
    assert {"zero", "late", "not_measured", "not_due", "reported"} <= set(found)
    shown = progress_context(record.snapshot)["progress"]
    assert [len(shown["reports"]), len(shown["amendments"])] == [2, 1]
    assert len(said) == 1
