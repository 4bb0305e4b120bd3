"""A certificate to begin with."""

from __future__ import annotations

import datetime
from typing import Any

from learning.credentials.facts import CertificateFacts

CODE = "7KQ2MXRA94TBWEHNCV6P2Z0D1E"
ISSUER = "https://enlace.example/learning/issuer/"
TITLES = {
    "en": "From file to person: client-centred employment services",
    "es": "Del expediente a la persona",
}


def certificate(**changes: Any) -> CertificateFacts:
    """A passed course, whose holder shows initials."""
    facts: dict[str, Any] = {
        "code": CODE,
        "kind": "approved",
        "issued_on": datetime.datetime(2026, 11, 14, 16, 30, 5, 999, tzinfo=datetime.UTC),
        "titles": TITLES,
        "hours": 10,
        "score": 82,
        "course_version": 2,
        "language": "en",
        "holder": "B. E.",
        "issuer_name": "The Network",
        "issuer_address": ISSUER,
        "course_address": "https://enlace.example/courses/from-file-to-person/",
        "verify_address": f"https://enlace.example/certificates/{CODE}/",
    }
    return CertificateFacts(**(facts | changes))
