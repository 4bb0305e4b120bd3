"""SAML 2.0: signed message and signed assertion, answers to our own questions only, each assertion once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.socialaccount.internal import statekit
from django.conf import settings
from django.http import HttpRequest
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from .. import services
from ..models import IdentityProvider
from .proof import NotProved, Proof, site_address

PROTOCOL = "saml"
MAX_BYTES = 200_000
EMAIL = (
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "mail",
    "email",
)
FIRST_NAME = ("urn:oid:2.5.4.42", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "givenName")
LAST_NAME = ("urn:oid:2.5.4.4", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "sn")


class Response(OneLogin_Saml2_Response):
    """A response that must also say for whom it is, to whom it goes, and until when (SAML profiles, 4.1.4.2).

    The library checks these three when they are there, and lets an answer pass that leaves them out.
    """

    def is_valid(self, request_data: dict[str, Any], request_id: str | None = None, **given: Any) -> bool:
        if not super().is_valid(request_data, request_id, **given):
            return False
        here = OneLogin_Saml2_Utils.get_self_url_no_query(request_data)
        confirmed = [
            data.get("NotOnOrAfter")
            for data in self._query_assertion("/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData")
            if data.get("Recipient") == here and data.get("InResponseTo") == self.get_in_response_to()
        ]
        if self.get_audiences() != [self._settings.get_sp_data()["entityId"]]:
            self._error = "The assertion is not for this site alone"
        elif self.document.get("Destination") != here or not all(confirmed) or not confirmed:
            self._error = "The assertion does not say to whom it goes and until when"
        return self._error is None


class Auth(OneLogin_Saml2_Auth):
    response_class = Response


def configuration(provider: IdentityProvider) -> dict[str, Any]:
    """Both sides as python3-saml wants them."""
    given = provider.app.settings
    certificates = given["certificates"]
    signing = {"x509cert": certificates[0]} if len(certificates) == 1 else {"x509certMulti": {"signing": certificates}}
    return {
        "strict": True,
        "debug": False,
        "sp": {
            "entityId": site_address("sso_saml_metadata", provider.key),
            "assertionConsumerService": {
                "url": site_address("sso_saml", provider.key),
                "binding": Names.BINDING_HTTP_POST,
            },
            "NameIDFormat": Names.NAMEID_PERSISTENT,
        },
        "idp": {
            "entityId": given["entity_id"],
            "singleSignOnService": {"url": given["sso_url"], "binding": Names.BINDING_HTTP_REDIRECT},
            **signing,
        },
        "security": {
            "wantAssertionsSigned": True,
            "wantMessagesSigned": True,
            "wantNameId": True,
            "wantAttributeStatement": True,
            "requestedAuthnContext": False,
            "rejectDeprecatedAlgorithm": True,
            "allowRepeatAttributeName": False,
            "allowSingleLabelDomains": True,
            "signatureAlgorithm": Names.RSA_SHA256,
            "digestAlgorithm": Names.SHA256,
        },
    }


def _auth(provider: IdentityProvider, response: str = "") -> Auth:
    site = urlsplit(settings.SITE_URL)
    request = {
        "https": "on" if site.scheme == "https" else "off",
        "http_host": site.netloc,
        "script_name": urlsplit(site_address("sso_saml", provider.key)).path,
        "get_data": {},
        "post_data": {"SAMLResponse": response} if response else {},
    }
    return Auth(request, configuration(provider))


def metadata(provider: IdentityProvider) -> bytes:
    """What the organisation gives to its server to make us known there."""
    description = OneLogin_Saml2_Settings(settings=configuration(provider), sp_validation_only=True)
    text = description.get_sp_metadata()
    return text if isinstance(text, bytes) else text.encode()


def begin(request: HttpRequest, provider: IdentityProvider, next_url: str | None) -> str:
    """Remember in this session that we asked, and say where at the provider the person goes on."""
    auth = _auth(provider)
    address: str = auth.login(return_to="")
    statekit.stash_state(
        request, provider_id=provider.key, state={"next": next_url}, state_id=auth.get_last_request_id()
    )
    return address


def finish(request: HttpRequest, provider: IdentityProvider, response: str) -> Proof:
    """What the provider proves in its answer to our question. Raises NotProved, and NotAdmitted when replayed."""
    if not response or len(response) > MAX_BYTES:
        raise NotProved("proof", "no response, or one of more than 200 KB")
    auth = _auth(provider, response)
    try:
        auth.process_response()
    except (OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError, ValueError, SyntaxError) as fault:
        # No base64, no XML, a DTD, an attribute twice.
        raise NotProved("proof", f"the response cannot be read: {fault}") from fault
    if auth.get_errors() or not auth.is_authenticated():
        cancelled = auth.get_last_response_xml() and _was_refused(auth)
        raise NotProved("cancelled" if cancelled else "proof", auth.get_last_error_reason() or "invalid response")
    question = auth.get_last_response_in_response_to()
    state = statekit.unstash_state(request, provider_id=provider.key, state_id=question) if question else None
    if state is None:
        raise NotProved("state", "no question of this session is answered (perhaps the provider began)")
    if auth.get_nameid_format() != Names.NAMEID_PERSISTENT:
        raise NotProved("proof", f"the NameID is not persistent but {auth.get_nameid_format()}")
    services.use_assertion(
        provider=provider, assertion=auth.get_last_assertion_id(), expires_at=_end_of(auth) + timedelta(minutes=10)
    )
    attributes = auth.get_attributes()
    return Proof(
        subject=auth.get_nameid(),
        email=_first(attributes, EMAIL),
        first_name=_first(attributes, FIRST_NAME),
        last_name=_first(attributes, LAST_NAME),
        state=state,
    )


def _was_refused(auth: Auth) -> bool:
    """Whether the provider itself says that nobody signed in (this chooses a sentence, and nothing else)."""
    document = OneLogin_Saml2_XML.to_etree(auth.get_last_response_xml())
    codes = OneLogin_Saml2_XML.query(document, "/samlp:Response/samlp:Status/samlp:StatusCode")
    return bool(codes) and codes[0].get("Value") != Names.STATUS_SUCCESS


def _end_of(auth: Auth) -> datetime:
    return datetime.fromtimestamp(auth.get_last_assertion_not_on_or_after() or 0, tz=UTC)


def _first(attributes: dict[str, list[str]], names: tuple[str, ...]) -> str:
    return next((str(attributes[name][0] or "") for name in names if attributes.get(name)), "")
