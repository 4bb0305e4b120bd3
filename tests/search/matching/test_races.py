"""Two who compare one need at once leave one match for each record, and word of it once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, close_old_connections, connection

from network_site.common.hooks import as_service
from network_site.common.models import Outbox
from search.matching.services import NEED_MATCHED, compare_need
from search.models import Match

from ...needs.stating import registered
from ...people import People
from .making import index, published_offer

pytestmark = pytest.mark.embedded

AT_ONCE = 4


def test_compared_by_several_at_once(committed_people: People, offers_can_be_found: Any) -> None:
    focal_point = committed_people.focal_point(committed_people.organization(country="UY"))
    for number in range(3):
        published_offer(committed_people, title=f"Advice {number}")
    need = registered(committed_people, focal_point)
    index("offer")
    gate = threading.Barrier(AT_ONCE)
    refused: list[str] = []

    def compare() -> None:
        gate.wait()
        try:
            compare_need(need.pk)
        except (IntegrityError, OperationalError) as error:
            # The relay tries again what the database refused.
            refused.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=compare) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    assert len(refused) < AT_ONCE
    compare_need(need.pk)
    with as_service("matcher", "test"):
        assert Match.objects.filter(need=need).count() == 3
    assert Outbox.objects.filter(kind=NEED_MATCHED).count() == 1
