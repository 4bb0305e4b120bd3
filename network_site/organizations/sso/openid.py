"""OpenID Connect: the code flow with state, nonce and PKCE; the ID token is always verified."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

import jwt
import requests
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from network_site.common.sealing import unseal

from ..models import IdentityProvider
from .proof import NotProved, Proof, require_https, site_address

PROTOCOL = "openid_connect"
SECRET = "openid client"  # noqa: S105  (what the secret is for, not the secret)
# Signed with a key that only the provider has. No HS256: there the verifier could sign as well; no "none".
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
REQUIRED = ("iss", "sub", "aud", "exp", "iat", "nonce")
LEEWAY = 30
TIMEOUT = 5


def begin(request: HttpRequest, provider: IdentityProvider, next_url: str | None) -> str:
    """Remember in this session that we asked, and say where at the provider the person goes on."""
    pkce = generate_code_challenge()
    nonce = secrets.token_urlsafe(32)
    address = _endpoint(_discover(provider), "authorization_endpoint")
    state = statekit.stash_state(
        request,
        provider_id=provider.key,
        state={"next": next_url, "nonce": nonce, "verifier": pkce["code_verifier"]},
        state_id=secrets.token_urlsafe(32),
    )
    question = {
        "client_id": provider.app.client_id,
        "response_type": "code",
        "scope": "openid profile email",
        "redirect_uri": site_address("sso_openid", provider.key),
        "state": state,
        "nonce": nonce,
        "code_challenge": pkce["code_challenge"],
        "code_challenge_method": "S256",
    }
    return f"{address}{'&' if '?' in address else '?'}{urlencode(question)}"


def finish(request: HttpRequest, provider: IdentityProvider) -> Proof:
    """What the provider proves in its answer to our question. Raises NotProved."""
    state = statekit.unstash_state(request, provider_id=provider.key, state_id=request.GET.get("state", ""))
    if state is None:
        raise NotProved("state", "no question of this session has this state")
    issuer = provider.app.settings["issuer"]
    # RFC 9207: an answer that names another issuer was meant for another client.
    if request.GET.get("iss", issuer) != issuer:
        raise NotProved("proof", "the answer names another issuer")
    if "error" in request.GET:
        code = "cancelled" if request.GET["error"] == "access_denied" else "proof"
        raise NotProved(code, f"the provider answers {request.GET['error'][:80]!r}")
    if not request.GET.get("code"):
        raise NotProved("proof", "the answer has no code")
    places = _discover(provider)
    tokens = _redeem(provider, places, request.GET["code"], state["verifier"])
    claims = _verify(provider, places, tokens.get("id_token"))
    if not constant_time_compare(str(claims["nonce"]), state["nonce"]):
        raise NotProved("proof", "the ID token answers another question (nonce)")
    if not claims.get("email") and places.get("userinfo_endpoint"):
        claims |= _ask_more(places, str(tokens.get("access_token", "")), claims["sub"])
    # Some servers leave the mark out; one that says "not confirmed" is believed.
    if claims.get("email_verified", True) in (False, "false"):
        raise NotProved("address", "the provider has not confirmed the address")
    return Proof(
        subject=str(claims["sub"]),
        email=str(claims.get("email") or ""),
        first_name=str(claims.get("given_name") or ""),
        last_name=str(claims.get("family_name") or ""),
        state=state,
    )


def _call(method: str, url: str, **given: Any) -> dict[str, Any]:
    """Ask the provider's server. It is not followed elsewhere, and has five seconds."""
    try:
        answer = requests.request(method, url, timeout=TIMEOUT, allow_redirects=False, **given)
    except requests.RequestException as fault:
        raise NotProved("away", f"{url} does not answer: {type(fault).__name__}") from fault
    if answer.status_code >= 500:
        raise NotProved("away", f"{url} answers {answer.status_code}")
    if answer.status_code != 200:
        raise NotProved("proof", f"{url} answers {answer.status_code}")
    try:
        found = answer.json()
    except ValueError as fault:
        raise NotProved("proof", f"{url} does not answer in JSON") from fault
    if not isinstance(found, dict):
        raise NotProved("proof", f"{url} answers something else")
    return found


def _endpoint(places: dict[str, Any], name: str) -> str:
    url = str(places.get(name, ""))
    try:
        require_https(url)
    except ValidationError as fault:
        raise NotProved("proof", f"the provider's {name} is not https") from fault
    return url


def _discover(provider: IdentityProvider) -> dict[str, Any]:
    issuer = provider.app.settings["issuer"]
    places = _call("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
    if places.get("issuer") != issuer:
        raise NotProved("proof", "the provider's description names another issuer")
    return places


def _redeem(provider: IdentityProvider, places: dict[str, Any], code: str, verifier: str) -> dict[str, Any]:
    secret = unseal(SECRET, provider.app.settings.get("client_secret", ""))
    data = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": site_address("sso_openid", provider.key),
        "code_verifier": verifier,
    }
    auth = None
    if secret and "client_secret_post" not in places.get("token_endpoint_auth_methods_supported", []):
        auth = (provider.app.client_id, secret)
    else:
        data |= {"client_id": provider.app.client_id} | ({"client_secret": secret} if secret else {})
    return _call("POST", _endpoint(places, "token_endpoint"), data=data, auth=auth)


def _verify(provider: IdentityProvider, places: dict[str, Any], token: Any) -> dict[str, Any]:
    """The claims of an ID token: signed by a key of the issuer, by it, for us, still valid."""
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise NotProved("proof", f"the ID token is signed with {header.get('alg')!r}")
        keys = jwt.PyJWKSet.from_dict(_call("GET", _endpoint(places, "jwks_uri"))).keys
        fitting = [key for key in keys if key.key_id == header.get("kid") and key.algorithm_name == header["alg"]]
        if len(fitting) != 1:
            raise NotProved("proof", "the ID token is signed with a key that the provider does not publish")
        claims: dict[str, Any] = jwt.decode(
            token,
            key=fitting[0],
            algorithms=[header["alg"]],
            audience=provider.app.client_id,
            issuer=provider.app.settings["issuer"],
            leeway=LEEWAY,
            options={"require": list(REQUIRED)},
        )
    except jwt.PyJWTError as fault:
        raise NotProved("proof", f"the ID token does not hold: {fault}") from fault
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else provider.app.client_id) != provider.app.client_id:
        raise NotProved("proof", "the ID token was made for another client (azp)")
    return claims


def _ask_more(places: dict[str, Any], token: str, subject: str) -> dict[str, Any]:
    """The address and the names, where the ID token has none; of the same person only."""
    headers = {"Authorization": f"Bearer {token}"}
    found = _call("GET", _endpoint(places, "userinfo_endpoint"), headers=headers)
    if found.get("sub") != subject:
        raise NotProved("proof", "the user's data are of another person")
    return {name: found[name] for name in ("email", "email_verified", "given_name", "family_name") if name in found}
