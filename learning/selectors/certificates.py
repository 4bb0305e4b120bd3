"""Certificates as their holder reads them, and as anybody does who has a code."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db.models import QuerySet
from django.utils import timezone

from network_site.organizations.actor import Actor, acting_as, current, service_actor

from ..credentials import badges, codes, keys
from ..credentials.facts import CertificateFacts
from ..enums import CertificateKind
from ..facts import facts_of, issuer_address, site_of
from ..models import Certificate

log = logging.getLogger(__name__)

# As long as a code and none: no code has this letter. Asked for where somebody typed what cannot be read.
NOBODYS = "U" * codes.LENGTH


@dataclass(frozen=True)
class Checked:
    """A certificate at the moment of a check, with nothing in it that not everybody may see."""

    facts: CertificateFacts
    kid: str
    credential: str
    revoked_at: datetime | None
    # Whether a key of ours signed just what is told here.
    is_proven: bool
    shows_name: bool
    # Whether it is the reader's own.
    is_mine: bool
    checked_at: datetime

    @property
    def is_valid(self) -> bool:
        return self.is_proven and self.revoked_at is None


def public_certificate(typed: str) -> Checked | None:
    """The certificate with the code that somebody typed, checked now; None where there is none.

    A code that nobody has, and one that cannot be read, cost what a known one costs: one query, and the check of a
    signature.
    """
    reader = current()
    with acting_as(service_actor("registrar")):
        found = Certificate.objects.filter(code=codes.read_code(typed) or NOBODYS).first()
    published = keys.jwks()
    certificate = found or _nobodys(published["keys"][0]["kid"] if published["keys"] else "")
    facts = facts_of(certificate)
    is_proven = _is_proven(certificate, facts, published)
    if found is None:
        return None
    if not is_proven:
        log.error("The signature of the certificate %s does not fit what it says.", found.pk)
    return Checked(
        facts=facts,
        kid=found.kid,
        credential=found.credential,
        revoked_at=found.revoked_at,
        is_proven=is_proven,
        shows_name=found.shows_name,
        is_mine=_is_of(reader, found.person_id),
        checked_at=timezone.now(),
    )


def _is_of(reader: Actor, person: UUID) -> bool:
    return not reader.service and reader.user_id == person


def _is_proven(certificate: Certificate, facts: CertificateFacts, published: Mapping[str, Any]) -> bool:
    try:
        signed = badges.verify(certificate.credential, dict(published), issuer=issuer_address(site_of(certificate)))
    except badges.BadgeRefused:
        return False
    return _told(signed) == _told(badges.build(facts))


def _told(document: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a badge says of a certificate. Sentences are left out: they may be worded anew after it was signed."""
    subject = document["credentialSubject"]
    achievement = subject["achievement"]
    return (
        document["id"],
        document["name"],
        document["validFrom"],
        subject["id"],
        subject["result"],
        *(achievement[name] for name in ("id", "version", "timeRequired", "inLanguage")),
    )


@cache
def _nobodys(kid: str) -> Certificate:
    """Stands in where there is no certificate: like one in everything, signed with a key that nobody keeps."""
    certificate = Certificate(
        code=NOBODYS,
        kind=CertificateKind.APPROVED,
        kid=kid,
        snapshot={
            "name": "",
            "titles": {"en": "A course that nobody gave"},
            "hours": 10,
            "score": "80.00",
            "version": 1,
            "language": "en",
            "number": 1,
            "issuer": {"en": "Nobody"},
        },
    )
    document = badges.build(facts_of(certificate))
    certificate.credential = badges.sign(document, keys.IssuerKey(kid, Ed25519PrivateKey.generate()))
    return certificate


# --- The holder's own ------------------------------------------------------------------------


def list_certificates(actor: Actor) -> QuerySet[Certificate]:
    """The actor's own certificates, the newest first; not those that she looks after for others."""
    found: QuerySet[Certificate] = Certificate.objects.filter(person_id=actor.user_id)
    return found.order_by("-issued_at")


def own_certificate(typed: str) -> Certificate:
    """A certificate of the actor herself. Raises Certificate.DoesNotExist, also for one of somebody else."""
    found: Certificate = Certificate.objects.get(code=codes.read_code(typed) or NOBODYS, person_id=current().user_id)
    return found
