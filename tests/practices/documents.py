"""Third-party records for tests: as a line of a file, and written down by the Network."""

from __future__ import annotations

import copy
from typing import Any

from network_site.organizations.models import User
from practices import services
from practices.importing import DOCUMENTED, Row
from practices.models import PracticeVersion

from ..people import acting, get, numbers

RECORD: dict[str, Any] = {
    "schema": DOCUMENTED,
    "key": "ilo-2019-box-3",
    "source": {
        "publisher": "International Labour Office",
        "title": "Public employment services that work",
        "authors": ["A. Author"],
        "year": 2019,
        "city": "Geneva",
        "place": "Box 3, p. 41",
        "url": None,
    },
    "country": "EE",
    "language": "en",
    "title": "One case manager for each jobseeker",
    "one_line": "A jobseeker with several difficulties has one person and one plan.",
    "problem": "People were sent from counter to counter.",
    "description": "The service names one case manager. She makes one plan with the jobseeker.",
    "labour_functions": ["LAF1.1"],
}


def record(**changes: Any) -> dict[str, Any]:
    """A good record with a key of its own, changed as told."""
    return copy.deepcopy(RECORD) | {"key": f"test-{next(numbers)}"} | changes


def documented(writer: User, **changes: Any) -> PracticeVersion:
    """A record as the writer's draft."""
    with acting(writer):
        version = services.write_documented(Row(1, record(**changes)))
        assert version is not None
        return get(version.pk)
