"""Sign-in servers for tests: a small OpenID provider and a small SAML one, with real keys, on loopback.

Each answers as a good one does until a test takes hold of one of its handles (`forge`, `claims`, …).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from xml.sax.saxutils import escape, quoteattr

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from onelogin.saml2.utils import OneLogin_Saml2_Utils

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
EMAIL = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"


@dataclass(frozen=True)
class Key:
    """A key with a name and a certificate."""

    name: str
    private: rsa.RSAPrivateKey

    @classmethod
    def new(cls) -> Key:
        return cls(secrets.token_hex(4), rsa.generate_private_key(public_exponent=65537, key_size=2048))

    @property
    def pem(self) -> str:
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def jwk(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key()))
        return public | {"kid": self.name, "alg": "RS256", "use": "sig"}

    def certificate(self) -> str:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        now = datetime.now(tz=UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .sign(self.private, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM).decode()


# Making a key takes a moment; two are enough for all tests.
OURS, ANOTHER = Key.new(), Key.new()


class Server:
    """An HTTP server in a thread, whose answers are methods called get_<path> and post_<path>."""

    def __init__(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer("get", {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                self._answer("post", dict(parse_qsl(body)))

            def _answer(self, method: str, form: dict[str, str]) -> None:
                parts = urlsplit(self.path)
                name = f"{method}_{parts.path.strip('/').replace('/', '_').replace('.', '_').replace('-', '_')}"
                given = {key: values[0] for key, values in parse_qs(parts.query).items()} | form
                status, kind, text = getattr(outer, name)(given, dict(self.headers))
                body = text.encode()
                self.send_response(status)
                self.send_header("Location" if status == 302 else "Content-Type", text if status == 302 else kind)
                self.send_header("Content-Length", str(0 if status == 302 else len(body)))
                self.end_headers()
                if status != 302:
                    self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                """Not on the console of the tests."""

        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.httpd.server_port}"

    @contextmanager
    def running(self) -> Iterator[Any]:
        thread = threading.Thread(target=self.httpd.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.httpd.shutdown()
            self.httpd.server_close()
            thread.join()


Claims = dict[str, Any]


class OpenID(Server):
    """An OpenID provider with the code flow, PKCE and one signed-in person."""

    def __init__(self, client_id: str = "enlace", secret: str = "s3cret of the client") -> None:
        super().__init__()
        self.client_id, self.secret = client_id, secret
        self.person: Claims = {"sub": "a-lasting-name", "email": "ana@labour.example", "given_name": "Ana"}
        self.published = [OURS]
        self.forge: Callable[[Claims], str] = self.sign
        self.claims: Claims = {}
        self.user_data: Claims = {"sub": "a-lasting-name"}
        self.description: Claims = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []

    def sign(self, claims: Claims, key: Key = OURS, algorithm: str = "RS256") -> str:
        return jwt.encode(claims, key.private, algorithm=algorithm, headers={"kid": key.name})

    def get__well_known_openid_configuration(self, given: dict[str, str], headers: dict[str, str]) -> Any:
        places = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }
        return 200, "application/json", json.dumps(places | self.description)

    def get_authorize(self, given: dict[str, str], headers: dict[str, str]) -> Any:
        self.asked.append(given)
        code = secrets.token_urlsafe(8)
        self.codes[code] = given
        return 302, "", f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given['state']})}"

    def post_token(self, given: dict[str, str], headers: dict[str, str]) -> Any:
        asked = self.codes.pop(given["code"], None)
        verifier = hashlib.sha256(given["code_verifier"].encode()).digest()
        basic = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        if (
            asked is None
            or asked["redirect_uri"] != given["redirect_uri"]
            or asked["code_challenge"] != base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
            or headers.get("Authorization") != f"Basic {basic}"
        ):
            return 400, "application/json", '{"error": "invalid_grant"}'
        now = int(datetime.now(tz=UTC).timestamp())
        told = {"iss": self.url, "aud": self.client_id, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims = {name: value for name, value in (told | self.person | self.claims).items() if value is not None}
        tokens = {"access_token": "opaque", "token_type": "Bearer", "id_token": self.forge(claims)}
        return 200, "application/json", json.dumps(tokens)

    def get_keys(self, given: dict[str, str], headers: dict[str, str]) -> Any:
        return 200, "application/json", json.dumps({"keys": [key.jwk for key in self.published]})

    def get_userinfo(self, given: dict[str, str], headers: dict[str, str]) -> Any:
        return 200, "application/json", json.dumps(self.user_data)


@dataclass
class Answer:
    """What a SAML response says; each field is a handle for a forgery."""

    issuer: str
    audience: str
    destination: str
    in_response_to: str
    subject: str = "a-lasting-name"
    name_format: str = PERSISTENT
    email: str = "ana@labour.example"
    assertion_id: str = field(default_factory=lambda: f"_{secrets.token_hex(16)}")
    valid_for: timedelta = timedelta(minutes=5)
    assertion_key: Key | None = OURS
    message_key: Key | None = OURS
    recipient: str | None = None
    status: str = "urn:oasis:names:tc:SAML:2.0:status:Success"

    def xml(self) -> str:
        """The response as its server writes it."""
        now = datetime.now(tz=UTC)
        instant, end = (moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in (now, now + self.valid_for))
        begin = (now + min(timedelta(), self.valid_for) - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
        asked = f" InResponseTo={quoteattr(self.in_response_to)}" if self.in_response_to else ""
        to = self.destination if self.recipient is None else self.recipient
        recipient = f" Recipient={quoteattr(to)}" if to else ""
        audience = (
            f"<saml:AudienceRestriction><saml:Audience>{escape(self.audience)}</saml:Audience></saml:AudienceRestriction>"
            if self.audience
            else ""
        )
        assertion = (
            f'<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{self.assertion_id}" Version="2.0"'
            f' IssueInstant="{instant}"><saml:Issuer>{escape(self.issuer)}</saml:Issuer><saml:Subject>'
            f'<saml:NameID Format="{self.name_format}">{escape(self.subject)}</saml:NameID>'
            '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            f'<saml:SubjectConfirmationData NotOnOrAfter="{end}"{recipient}{asked}/></saml:SubjectConfirmation>'
            f'</saml:Subject><saml:Conditions NotBefore="{begin}" NotOnOrAfter="{end}">{audience}</saml:Conditions>'
            f'<saml:AuthnStatement AuthnInstant="{instant}"><saml:AuthnContext><saml:AuthnContextClassRef>'
            "urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext>"
            f'</saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="{EMAIL}"><saml:AttributeValue>'
            f"{escape(self.email)}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"
        )
        if self.assertion_key:
            assertion = _signed(assertion, self.assertion_key)
        message = (
            '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'
            ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
            f' ID="_{secrets.token_hex(16)}" Version="2.0" IssueInstant="{instant}"'
            f' Destination="{escape(self.destination)}"{asked}><saml:Issuer>{escape(self.issuer)}</saml:Issuer>'
            f'<samlp:Status><samlp:StatusCode Value="{self.status}"/></samlp:Status>{assertion}</samlp:Response>'
        )
        return _signed(message, self.message_key) if self.message_key else message


def _signed(xml: str, key: Key) -> str:
    signed = OneLogin_Saml2_Utils.add_sign(xml, key.pem, key.certificate())
    return signed.decode() if isinstance(signed, bytes) else str(signed)


class SAML(Server):
    """A SAML provider with one signed-in person; the browser is sent back with a form."""

    def __init__(self) -> None:
        super().__init__()
        self.forge: Callable[[Answer], str] = Answer.xml
        self.given: dict[str, Any] = {}
        self.sent: list[str] = []

    def get_sso(self, given: dict[str, str], headers: dict[str, str]) -> Any:
        from defusedxml.ElementTree import fromstring

        asked = fromstring(zlib.decompress(base64.b64decode(given["SAMLRequest"]), -15))
        reply = asked.attrib["AssertionConsumerServiceURL"]
        told = {
            "issuer": self.url,
            "audience": asked.find("{urn:oasis:names:tc:SAML:2.0:assertion}Issuer").text,
            "destination": reply,
            "in_response_to": asked.attrib["ID"],
        }
        xml = self.forge(Answer(**(told | self.given)))
        self.sent.append(xml)
        # What a page with a form would send from the browser.
        return 200, "application/json", json.dumps({"action": reply, "SAMLResponse": encoded(xml)})


def encoded(xml: str) -> str:
    return base64.b64encode(xml.encode()).decode()
