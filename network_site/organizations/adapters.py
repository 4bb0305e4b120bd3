"""How accounts behave here: no open sign-up, secrets encrypted at rest."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from cryptography.fernet import Fernet
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come by invitation of an organisation, so nobody signs up alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The workspace, in the language that the person chose for herself."""
        with translation.override(getattr(request.user, "language", None) or translation.get_language()):
            return reverse(settings.LOGIN_REDIRECT_URL)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of the second factor are encrypted with a key derived from SECRET_KEY."""

    def _fernet(self) -> Fernet:
        key = hashlib.sha256(b"enlace second factor" + settings.SECRET_KEY.encode()).digest()
        return Fernet(base64.urlsafe_b64encode(key))

    def encrypt(self, text: str) -> str:
        return self._fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._fernet().decrypt(encrypted_text.encode()).decode()


@receiver(authenticator_added)
def setting_up_is_proving(sender: Any, request: HttpRequest, user: Any, authenticator: Any, **kwargs: Any) -> None:
    """Whoever just set her first factor up (a right code, a passkey) has shown it in this session.

    A further one proves nothing: whoever holds the password alone could add it to an account that has a factor.
    """
    factors = [authenticator.Type.TOTP, authenticator.Type.WEBAUTHN]
    others = Authenticator.objects.filter(user=user, type__in=factors).exclude(pk=authenticator.pk)
    if authenticator.type in factors and not others.exists():
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
