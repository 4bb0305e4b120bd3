"""Certificates as Open Badges 3.0: an AchievementCredential, signed as VC-JWT with Ed25519 (EdDSA).

A badge never holds a name. Its subject is "the holder of this certificate", an address below the certificate's own;
where the holder consents, a salted hash of her e-mail address stands beside it. Whoever knows her address can then
check that the badge is hers. Whoever has a list of addresses can do the same with each, so consent is asked for.

What the site has to serve for it, all of it public JSON:
`issuer_address` → `profile`; `key_address` → `keys.public_jwk`; `status_address` → `status`.
"""

from __future__ import annotations

import datetime
import hashlib
from decimal import Decimal
from typing import Any

import jwt
from django.utils import translation
from django.utils.translation import gettext as _
from jwt.utils import base64url_decode, base64url_encode

from ..enums import CertificateKind
from .facts import CertificateFacts
from .keys import IssuerKey

__all__ = [
    "BadgeRefused",
    "CertificateFacts",
    "Tampered",
    "UnknownKey",
    "WrongAlgorithm",
    "WrongIssuer",
    "build",
    "enveloped",
    "key_address",
    "profile",
    "sign",
    "status",
    "status_address",
    "verify",
]

ALGORITHM = "EdDSA"
CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    # Hours of study are no academic credits, which is what `creditsAvailable` would say.
    {"timeRequired": "https://schema.org/timeRequired"},
]
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
# A badge has about 4,000 characters.
LONGEST = 20_000
LEEWAY = 60  # seconds: clocks of two machines differ


class BadgeRefused(Exception):
    """This is no badge of ours."""


class Tampered(BadgeRefused):
    """It is not what was signed, or nothing that we would sign."""


class UnknownKey(BadgeRefused):
    """It names a key that is not among ours."""


class WrongAlgorithm(BadgeRefused):
    """It asks to be checked in another way than ours."""


class WrongIssuer(BadgeRefused):
    """It was signed with a key of ours in somebody else's name."""


# --- What stands in it -----------------------------------------------------------------------


def build(facts: CertificateFacts) -> dict[str, Any]:
    """The credential before it is signed, in the language of the course. The same facts make the same document."""
    with translation.override(facts.language):
        return {
            "@context": CONTEXT,
            "id": facts.verify_address,
            "type": ["VerifiableCredential", "AchievementCredential"],
            "name": facts.title,
            "issuer": profile(facts.issuer_name, facts.issuer_address),
            "validFrom": _instant(facts.issued_on),
            "credentialSubject": _subject(facts),
            "credentialStatus": {"id": status_address(facts.verify_address), "type": "1EdTechRevocationList"},
            "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        }


def profile(name: str, address: str) -> dict[str, Any]:
    """Who issues, as it stands in every badge and at its own address."""
    return {"id": address, "type": ["Profile"], "name": str(name)}


def status(verify_address: str, issuer_address: str, *, is_revoked: bool) -> dict[str, Any]:
    """The answer at a badge's status address. It tells of this badge alone: a list of all would tell their codes."""
    return {
        "id": status_address(verify_address),
        "issuer": issuer_address,
        "revokedCredential": [{"id": verify_address, "revoked": True}] if is_revoked else [],
    }


def status_address(verify_address: str) -> str:
    """Where machines ask whether a badge was revoked."""
    return f"{verify_address.rstrip('/')}/status/"


def key_address(issuer_address: str, kid: str) -> str:
    """Where a verifier finds the public key that a badge names."""
    return f"{issuer_address.rstrip('/')}/keys/{kid}/"


def _subject(facts: CertificateFacts) -> dict[str, Any]:
    achievement = f"{facts.course_address}#v{facts.course_version}-{facts.kind}"
    described = [
        {
            "id": f"{achievement}-result",
            "type": ["ResultDescription"],
            "name": _("Result"),
            "resultType": "PerformanceLevel",
            "allowedValue": list(CertificateKind.values),
        }
    ]
    results = [{"type": ["Result"], "resultDescription": f"{achievement}-result", "value": str(facts.kind)}]
    if facts.told_score is not None:
        described.append(
            {
                "id": f"{achievement}-score",
                "type": ["ResultDescription"],
                "name": _("Score"),
                "resultType": "RawScore",
                "valueMin": "0",
                "valueMax": "100",
            }
        )
        results.append(
            {
                "type": ["Result"],
                "resultDescription": f"{achievement}-score",
                "value": f"{Decimal(facts.told_score).normalize():f}",
            }
        )
    subject: dict[str, Any] = {
        "id": f"{facts.verify_address}#holder",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": achievement,
            "type": ["Achievement"],
            "achievementType": "CertificateOfCompletion",
            "name": facts.title,
            "description": f"{facts.hours_words()}.",
            "criteria": {"narrative": _criteria(facts)},
            "inLanguage": _tag(facts.language),
            "timeRequired": f"PT{facts.hours}H",
            "version": str(facts.course_version),
            "resultDescription": described,
        },
        "result": results,
    }
    if facts.holder_email:
        subject["identifier"] = [_identity(facts.holder_email, salt=facts.code)]
    return subject


def _criteria(facts: CertificateFacts) -> str:
    asked = {
        CertificateKind.ATTENDANCE: _("All required parts of the course were taken."),
        CertificateKind.APPROVED: _("All required parts of the course were taken, and its tests were passed."),
        CertificateKind.HONOURS: _("All required parts of the course were taken, and its tests passed with honours."),
    }[CertificateKind(facts.kind)]
    return f"{asked} {_('Demonstration: the person and the result are invented.')}" if facts.is_demo else asked


def _identity(email: str, *, salt: str) -> dict[str, Any]:
    # The code is the salt: nobody else's certificate has it, and the badge can be made again without keeping another.
    digest = hashlib.sha256(f"{email.strip().lower()}{salt}".encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": "emailAddress",
        "salt": salt,
    }


def _instant(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _tag(language: str) -> str:
    """pt-br → pt-BR, as BCP 47 and the schema want it."""
    first, _dash, region = language.partition("-")
    return f"{first}-{region.upper()}" if region else first


# --- Signing and checking --------------------------------------------------------------------


def sign(document: dict[str, Any], key: IssuerKey) -> str:
    """The document as a signed JWT. Its header names the key by the address where anybody finds the public half."""
    claims = _claims(document)
    header = {"kid": key_address(claims["iss"], key.kid)}
    return jwt.encode(document | claims, key.private, algorithm=ALGORITHM, headers=header)


def enveloped(token: str) -> dict[str, Any]:
    """A signed badge as JSON (Verifiable Credentials 2.0, enveloped): what it says is inside what was signed."""
    return {
        "@context": CONTEXT[0],
        "id": f"data:application/vc+jwt,{token}",
        "type": "EnvelopedVerifiableCredential",
    }


def verify(token: str, jwks: dict[str, Any], *, issuer: str) -> dict[str, Any]:
    """The document, if a key of this set signed it in the name of this issuer. Raises a BadgeRefused.

    It says nothing about revocation, which only the database knows.
    """
    if len(token) > LONGEST:
        raise Tampered("It is longer than any badge.")
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != ALGORITHM:
            raise WrongAlgorithm(f"Signed with {header.get('alg')!r:.40} instead of {ALGORITHM}.")
        # The header chooses among our keys, and nothing else: how a key checks is not for the badge to say.
        address = str(header.get("kid", ""))
        kid = address.rstrip("/").rpartition("/")[2]
        key = next((key for key in jwks["keys"] if key["kid"] == kid), None)
        if key is None:
            raise UnknownKey(f"Signed with {kid!r:.40}, which is no key of ours.")
        _refuse_second_spelling(token)
        claims = jwt.decode(
            token,
            jwt.PyJWK(key, algorithm=ALGORITHM),
            algorithms=[ALGORITHM],
            leeway=LEEWAY,
            options={"require": list(_CLAIMS), "verify_aud": False},
        )
        if not claims["iss"] == claims["issuer"]["id"] == issuer or address != key_address(issuer, kid):
            raise WrongIssuer(f"Issued by {claims['iss']!r:.200} instead of {issuer}.")
        if {name: claims[name] for name in _CLAIMS} != _claims(claims):
            raise Tampered("Its claims and its document disagree.")
    except (jwt.PyJWTError, ValueError, LookupError, TypeError, RecursionError) as fault:
        raise Tampered(str(fault)) from fault
    return {name: value for name, value in claims.items() if name not in _CLAIMS}


_CLAIMS = ("iss", "sub", "jti", "nbf")


def _claims(document: dict[str, Any]) -> dict[str, Any]:
    """What the document says, as a JWT says it."""
    moment = datetime.datetime.fromisoformat(document["validFrom"])
    said = (document["issuer"]["id"], document["credentialSubject"]["id"], document["id"], int(moment.timestamp()))
    return dict(zip(_CLAIMS, said, strict=True))


def _refuse_second_spelling(token: str) -> None:
    """The last letter of a signature has four bits to spare, and decoders skip what is no letter: one spelling only."""
    signature = token.rpartition(".")[2]
    if base64url_encode(base64url_decode(signature)).decode() != signature:
        raise Tampered("Its signature is spelled in another way than ours.")
