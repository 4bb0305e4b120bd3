"""What network staff write down about an organisation's server, and what we make of it."""

from __future__ import annotations

import os
from typing import Any

import yaml
from cryptography import x509
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from network_site.common.sealing import seal

from .. import services
from ..models import IdentityProvider, Organization
from . import openid, saml
from .proof import require_https

COMMON = {"key", "organization", "protocol", "domains", "role", "active"}
FIELDS = {
    "oidc": COMMON | {"issuer", "client_id", "client_secret", "client_secret_variable"},
    "saml": COMMON | {"entity_id", "sso_url", "certificates"},
}
NEEDED = {
    "oidc": {"key", "organization", "domains", "issuer", "client_id"},
    "saml": {"key", "organization", "domains", "entity_id", "sso_url", "certificates"},
}


def load(text: str) -> IdentityProvider:
    """Make or change the provider that a YAML text describes (docs/single_sign_on.md).

    Raises ValidationError with what is wrong; nothing is written then.
    """
    try:
        given: Any = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise ValidationError(_("This is not YAML: %(fault)s"), params={"fault": str(fault)}) from fault
    protocol = given.get("protocol") if isinstance(given, dict) else None
    if protocol not in FIELDS:
        raise ValidationError(_("Say protocol: oidc or protocol: saml."))
    wrong = (set(given) - FIELDS[protocol]) | {name for name in NEEDED[protocol] if not given.get(name)}
    if wrong:
        raise ValidationError(
            _("Missing, empty or unknown for %(protocol)s: %(names)s."),
            params={"protocol": protocol, "names": ", ".join(sorted(wrong))},
        )
    if not isinstance(given["domains"], list):
        raise ValidationError(_("Write domains as a list."))
    organization = Organization.objects.filter(key=given["organization"]).first()
    if organization is None:
        raise ValidationError(_("No organisation has the key %(key)s."), params={"key": given["organization"]})
    settings = _openid(given) if protocol == "oidc" else _saml(given)
    return services.save_identity_provider(
        key=str(given["key"]),
        organization=organization,
        protocol=openid.PROTOCOL if protocol == "oidc" else saml.PROTOCOL,
        client_id=str(given["client_id"] if protocol == "oidc" else given["key"]),
        settings=settings,
        domains=[str(domain) for domain in given["domains"]],
        role=str(given.get("role", "contributor") or ""),
        is_active=bool(given.get("active", True)),
    )


def _openid(given: dict[str, Any]) -> dict[str, Any]:
    require_https(given["issuer"])
    variable = given.get("client_secret_variable")
    secret = os.environ.get(variable, "") if variable else str(given.get("client_secret") or "")
    if variable and not secret:
        raise ValidationError(_("The environment variable %(name)s is empty."), params={"name": variable})
    return {"issuer": given["issuer"], "client_secret": seal(openid.SECRET, secret)}


def _saml(given: dict[str, Any]) -> dict[str, Any]:
    require_https(given["sso_url"])
    texts = given["certificates"]
    texts = [texts] if isinstance(texts, str) else texts
    try:
        for text in texts:
            x509.load_pem_x509_certificate(text.strip().encode())
    except ValueError as fault:
        raise ValidationError(_("A certificate is not in PEM form.")) from fault
    return {"entity_id": given["entity_id"], "sso_url": given["sso_url"], "certificates": texts}
