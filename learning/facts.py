"""A certificate's row as the facts that badge, paper and page are made of, and where it stands on the web."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.urls import reverse

from network_site.common.language import pick

from .credentials.facts import CertificateFacts
from .models import Certificate


def address(path: str) -> str:
    """A path of the site as everybody reaches it."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def issuer_address() -> str:
    """Where the issuer says who it is. The same in every language, and for ever: badges name it."""
    return address(reverse("credentials:issuer"))


def verify_address(code: str) -> str:
    """Where anybody checks a certificate. The same in every language, and for ever."""
    return address(reverse("credentials:certificate", args=[code]))


def initials(name: str) -> str:
    """B. E. of Battsetseg Erdene."""
    return " ".join(f"{part[0]}." for part in name.split() if part)


def facts_of(certificate: Certificate) -> CertificateFacts:
    """What a certificate says, with the holder's name only where she lets it stand."""
    said = certificate.snapshot
    return CertificateFacts(
        code=certificate.code,
        kind=certificate.kind,
        issued_on=certificate.issued_at,
        titles=said["titles"],
        hours=said["hours"],
        score=None if said["score"] is None else Decimal(said["score"]),
        course_version=said["version"],
        language=said["language"],
        holder=said["name"] if certificate.shows_name else initials(said["name"]),
        issuer_name=pick(said["issuer"]),
        issuer_address=issuer_address(),
        course_address=address(reverse("credentials:course", args=[said["number"]])),
        verify_address=verify_address(certificate.code),
        is_demo=certificate.is_demo,
    )
