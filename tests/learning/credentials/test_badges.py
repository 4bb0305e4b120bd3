"""Badges: checked by a library that is not ours, and refused by it and by us when anything is wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from openbadgeslib.ob3 import IdentityObject, OB3VerificationError, OB3Verifier, OpenBadgeCredential

from learning.credentials import badges, keys

from .builders import CODE, ISSUER, certificate

VERIFY = f"https://enlace.example/certificates/{CODE}/"


@pytest.fixture(autouse=True)
def key(settings: Any, tmp_path: Path) -> keys.IssuerKey:
    settings.LEARNING_KEYS_DIR = tmp_path / "keys"
    return keys.current_key()


def pem(key: keys.IssuerKey) -> bytes:
    return key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def theirs(key: keys.IssuerKey, token: str) -> OpenBadgeCredential:
    """What the independent library makes of it."""
    return OB3Verifier(pem(key)).verify(token)


def ours(token: str) -> dict[str, Any]:
    return badges.verify(token, keys.jwks(), issuer=ISSUER)


def part(value: dict[str, Any] | bytes) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _signature = (base64.urlsafe_b64decode(text + "==") for text in token.split("."))
    return json.loads(header), json.loads(claims)


def by_hand(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """A token as somebody makes it who does not use our code."""
    text = f"{part(header)}.{part(claims)}"
    return f"{text}.{part(sign(text.encode()))}"


# --- What stands in it -----------------------------------------------------------------------


def test_an_independent_library_reads_what_we_sign(key: keys.IssuerKey) -> None:
    document = badges.build(certificate(score=Decimal("82.50")))
    token = badges.sign(document, key)
    assert ours(token) == document
    read = theirs(key, token)
    assert (read.id, read.recipient_id, read.identifiers) == (VERIFY, f"{VERIFY}#holder", [])
    assert (read.issuer.id, read.issuer.name) == (ISSUER, "The Network")
    assert read.issuance_date is not None
    assert read.issuance_date.isoformat() == "2026-11-14T16:30:05+00:00"
    assert read.achievement.name == certificate().title
    assert read.achievement.description == "Course of 10 hours."
    assert "its tests were passed" in read.achievement.criteria_narrative
    assert [result.value for result in read.results] == ["approved", "82.5"]
    described = {one.id for one in read.achievement.result_descriptions}
    assert {result.result_description for result in read.results} == described
    assert read.credential_status == [{"id": f"{VERIFY}status/", "type": "1EdTechRevocationList"}]
    header, claims = opened(token)
    assert header == {"alg": "EdDSA", "typ": "JWT", "kid": f"{ISSUER}keys/{key.kid}/"}
    assert claims["credentialSubject"]["achievement"]["timeRequired"] == "PT10H"


@pytest.mark.parametrize("kind", ["attendance", "approved", "honours"])
@pytest.mark.parametrize("language", ["en", "es", "fr", "pt-br"])
def test_every_kind_in_every_language_is_read(key: keys.IssuerKey, kind: str, language: str) -> None:
    document = badges.build(certificate(kind=kind, language=language))
    achievement = document["credentialSubject"]["achievement"]
    assert achievement["inLanguage"] == language.replace("br", "BR")
    assert achievement["id"].endswith(f"#v2-{kind}")
    # Who only took part is not followed by a score.
    values = [result["value"] for result in document["credentialSubject"]["result"]]
    assert values == ([kind] if kind == "attendance" else [kind, "82"])
    assert theirs(key, badges.sign(document, key)).name == document["name"]


def test_without_consent_nothing_tells_who_holds_it() -> None:
    text = json.dumps(badges.build(certificate(holder="Ana Benítez")))
    assert "Ana" not in text
    assert "identifier" not in text


def test_with_consent_the_address_is_there_as_a_hash_that_others_compute_alike() -> None:
    document = badges.build(certificate(holder="Ana Benítez", holder_email=" Ana@Example.org"))
    (identity,) = document["credentialSubject"]["identifier"]
    assert identity == IdentityObject.create("ana@example.org", salt=CODE).to_dict()
    assert "ana" not in json.dumps(document).lower()


def test_the_same_facts_make_the_same_badge(key: keys.IssuerKey) -> None:
    facts = certificate(holder_email="ana@example.org")
    assert badges.sign(badges.build(facts), key) == badges.sign(badges.build(facts), key)


def test_a_demonstration_says_so() -> None:
    assert "Demonstration" in json.dumps(badges.build(certificate(is_demo=True)))
    assert "Demonstration" not in json.dumps(badges.build(certificate()))


def test_the_status_tells_of_one_badge_alone() -> None:
    valid = badges.status(VERIFY, ISSUER, is_revoked=False)
    assert valid == {"id": f"{VERIFY}status/", "issuer": ISSUER, "revokedCredential": []}
    revoked = badges.status(VERIFY, ISSUER, is_revoked=True)
    assert revoked["revokedCredential"] == [{"id": VERIFY, "revoked": True}]


# --- What is refused -------------------------------------------------------------------------


def test_a_change_of_any_letter_is_refused(key: keys.IssuerKey) -> None:
    token = badges.sign(badges.build(certificate()), key)
    verifier = OB3Verifier(pem(key))
    for place in range(0, len(token) - 1, 7):
        other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(badges.BadgeRefused):
            ours(other)
        with pytest.raises(OB3VerificationError):
            verifier.verify(other)


def test_a_second_spelling_of_the_signature_is_refused(key: keys.IssuerKey) -> None:
    token = badges.sign(badges.build(certificate()), key)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spare = letters[letters.index(token[-1]) ^ 1]  # decodes to the same bytes
    for other in (token[:-1] + spare, token + "=", token + "==", token[:-5] + "!" + token[-5:], token + "\n"):
        with pytest.raises(badges.Tampered):
            ours(other)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", "Another course"),
        ("validFrom", "2020-01-01T00:00:00Z"),
        ("credentialSubject.result.1.value", "100"),
        ("credentialSubject.achievement.timeRequired", "PT99H"),
        ("credentialStatus.id", "https://elsewhere.example/"),
        ("issuer.id", "https://elsewhere.example/"),
        ("sub", "https://elsewhere.example/#me"),
    ],
)
def test_another_text_under_the_same_signature_is_refused(key: keys.IssuerKey, path: str, value: str) -> None:
    token = badges.sign(badges.build(certificate()), key)
    _header, claims = opened(token)
    *way, last = path.split(".")
    place: Any = claims
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    assert place[last] != value
    place[last] = value
    first, _text, signature = token.split(".")
    forged = f"{first}.{part(claims)}.{signature}"
    with pytest.raises(badges.Tampered):
        ours(forged)
    with pytest.raises(OB3VerificationError):
        theirs(key, forged)


def test_no_algorithm_and_another_one_are_refused(key: keys.IssuerKey) -> None:
    header, claims = opened(badges.sign(badges.build(certificate()), key))
    raw = key.private.public_key().public_bytes_raw()
    secrets = [pem(key), raw, json.dumps(keys.public_jwk(key.kid)).encode()]
    forged = [by_hand(header | {"alg": name}, claims, lambda _text: b"") for name in ("none", "None", "NONE", "")]
    for secret in secrets:
        forged.append(
            by_hand(header | {"alg": "HS256"}, claims, lambda text, s=secret: hmac.digest(s, text, hashlib.sha256))
        )
    forged += [by_hand(header | {"alg": other}, claims, key.private.sign) for other in ("RS256", "ES256", "Ed448")]
    for token in forged:
        with pytest.raises(badges.WrongAlgorithm):
            ours(token)
        with pytest.raises(OB3VerificationError):
            theirs(key, token)


def test_a_strangers_key_is_refused_under_every_name(key: keys.IssuerKey) -> None:
    stranger = keys.IssuerKey("2026-77", Ed25519PrivateKey.generate())
    document = badges.build(certificate())
    with pytest.raises(badges.UnknownKey):
        ours(badges.sign(document, stranger))
    under_our_name = badges.sign(document, keys.IssuerKey(key.kid, stranger.private))
    with pytest.raises(badges.Tampered):
        ours(under_our_name)
    # A key that the badge brings along is nobody's.
    header, claims = opened(under_our_name)
    public = {"kty": "OKP", "crv": "Ed25519", "x": part(stranger.private.public_key().public_bytes_raw())}
    for more in ({"jwk": public}, {"jku": "https://elsewhere.example/"}):
        with pytest.raises(badges.Tampered):
            ours(by_hand(header | more, claims, stranger.private.sign))
    with pytest.raises(OB3VerificationError):
        theirs(key, under_our_name)


@pytest.mark.parametrize("kid", [None, "", 7, [], "2026-1", "/", "x" * 5000])
def test_any_name_of_a_key_is_answered_with_a_refusal(key: keys.IssuerKey, kid: Any) -> None:
    header, claims = opened(badges.sign(badges.build(certificate()), key))
    with pytest.raises(badges.BadgeRefused):
        ours(by_hand(header | {"kid": kid}, claims, key.private.sign))


def test_our_key_in_somebody_elses_name_is_refused(key: keys.IssuerKey) -> None:
    elsewhere = badges.build(certificate(issuer_address="https://copy.example/learning/issuer/"))
    with pytest.raises(badges.WrongIssuer):
        ours(badges.sign(elsewhere, key))
    header, claims = opened(badges.sign(badges.build(certificate()), key))
    with pytest.raises(badges.WrongIssuer):
        ours(by_hand(header, claims | {"iss": "https://copy.example/"}, key.private.sign))
    with pytest.raises(badges.WrongIssuer):
        ours(by_hand(header | {"kid": f"https://copy.example/{key.kid}"}, claims, key.private.sign))


@pytest.mark.parametrize(
    "change",
    [
        {"sub": None},
        {"sub": "https://elsewhere.example/#me"},
        {"jti": "https://elsewhere.example/"},
        {"jti": None},
        {"nbf": None},
        {"credentialSubject": None},
        {"nbf": 0, "type": ["VerifiableCredential"]},
    ],
    ids=str,
)
def test_claims_that_say_something_else_are_refused(key: keys.IssuerKey, change: dict[str, Any]) -> None:
    header, claims = opened(badges.sign(badges.build(certificate()), key))
    token = by_hand(header, claims | change, key.private.sign)
    with pytest.raises(badges.Tampered):
        ours(token)
    with pytest.raises(OB3VerificationError):
        theirs(key, token)


def test_a_claim_that_is_missing_is_refused(key: keys.IssuerKey) -> None:
    header, claims = opened(badges.sign(badges.build(certificate()), key))
    for name in ("iss", "sub", "jti", "nbf"):
        token = by_hand(header, {other: claims[other] for other in claims if other != name}, key.private.sign)
        with pytest.raises(badges.Tampered):
            ours(token)
        with pytest.raises(OB3VerificationError):
            theirs(key, token)


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "{}",
        "e30.e30.e30",
        "\ud800.\ud800.\ud800",
        f"{part(b'[' * 9000)}.e30.e30",
        f"{part({'alg': ['EdDSA']})}.e30.e30",
        "A" * 10_000_000,
    ],
    ids=lambda token: token[:12].encode("unicode-escape").decode(),
)
def test_no_text_is_too_much(token: str) -> None:
    with pytest.raises(badges.BadgeRefused):
        ours(token)


def test_facts_that_make_no_certificate_are_refused() -> None:
    for wrong in (
        {"kind": "gold"},
        {"titles": {"es": "x"}},
        {"issued_on": certificate().issued_on.replace(tzinfo=None)},
    ):
        with pytest.raises(ValueError, match=r"gold|English|time zone"):
            certificate(**wrong)
