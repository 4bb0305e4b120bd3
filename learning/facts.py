"""A certificate's row as the facts that badge, paper and page are made of, and where it stands on the web."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.urls import reverse

from network_site.common.language import pick

from .credentials.facts import CertificateFacts
from .models import Certificate


def address(path: str, site: str = "") -> str:
    """A path of the site as everybody reaches it; of a site that stood elsewhere once, where it stood."""
    return f"{(site or settings.SITE_URL).rstrip('/')}{path}"


def issuer_address(site: str = "") -> str:
    """Where the issuer says who it is. The same in every language, and for ever: badges name it."""
    return address(reverse("credentials:issuer"), site)


def verify_address(code: str, site: str = "") -> str:
    """Where anybody checks a certificate. The same in every language, and for ever."""
    return address(reverse("credentials:certificate", args=[code]), site)


def site_of(certificate: Certificate) -> str:
    """Where the site stood when the badge was signed: a badge goes on naming that address."""
    return str(certificate.snapshot.get("site") or settings.SITE_URL)


def initials(name: str) -> str:
    """B. E. of Battsetseg Erdene."""
    return " ".join(f"{part[0]}." for part in name.split() if part)


def facts_of(certificate: Certificate) -> CertificateFacts:
    """What a certificate says, with the holder's name only where she lets it stand."""
    said, site = certificate.snapshot, site_of(certificate)
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
        issuer_address=issuer_address(site),
        course_address=address(reverse("credentials:course", args=[said["number"]]), site),
        verify_address=verify_address(certificate.code, site),
        is_demo=certificate.is_demo,
    )
