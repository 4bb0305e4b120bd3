"""Organisations and demonstration accounts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from . import services
from .actor import acting_as
from .enums import OrganizationKind, Role, VerificationState
from .models import Organization, User
from .selectors import actor_for

SEED = Path(__file__).parent / "seed"
DEMO_PASSWORD = "enlace-demonstration"
# Fixed, because `make run` prints it; demonstration accounts exist nowhere but in demonstrations.
DEMO_SECRETS = {
    "specialist": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "publisher": "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU",
    "admin": "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK",
    "operator": "NB2W45DFOIZA2ZDPNR2GQZLEMFWWK3TB",
    "admin-b": "ONSWG4TFOQZDGNBVGY3TQOJQMFRGGZDF",
    "admin-network": "NZSXI53POJVTGNBVGY3TQOJQMFRGGZDF",
    "web-editor": "NB2HI4DTHIXS653XNB2HI4DTHIXS653X",
}


@dataclass(frozen=True)
class DemoAccount:
    """An account of the demonstration, and what it shows."""

    name: str
    first_name: str
    last_name: str
    organization: str
    roles: tuple[str, ...]
    language: str
    purpose: str

    @property
    def email(self) -> str:
        return f"{self.name}@demo.enlace.example"

    @property
    def secret(self) -> str:
        """The TOTP secret, for accounts that need a second factor; otherwise empty."""
        return DEMO_SECRETS.get(self.name, "")


DEMO_ACCOUNTS = (
    DemoAccount(
        "contributor", "Ana", "Rivas", "demo-ministry-a", (Role.CONTRIBUTOR,), "en", "writes practices for a ministry"
    ),
    DemoAccount("focal", "Luis", "Ferrer", "demo-ministry-a", (Role.FOCAL_POINT,), "en", "sends them in its name"),
    DemoAccount(
        "contributor-b",
        "Maria",
        "Duarte",
        "demo-ministry-b",
        (Role.CONTRIBUTOR,),
        "pt-br",
        "writes for another ministry",
    ),
    DemoAccount(
        "focal-b", "Pierre", "Lafond", "demo-ministry-b", (Role.FOCAL_POINT,), "fr", "focal point of another ministry"
    ),
    DemoAccount(
        "admin", "Elena", "Soto", "demo-ministry-a", (Role.ADMINISTRATOR,), "es", "administers a ministry's people"
    ),
    DemoAccount(
        "admin-b",
        "Joana",
        "Prado",
        "demo-ministry-b",
        (Role.ADMINISTRATOR,),
        "pt-br",
        "administers another ministry's people",
    ),
    DemoAccount(
        "admin-network", "Hugo", "Salas", "network", (Role.ADMINISTRATOR,), "es", "administers the Network's people"
    ),
    DemoAccount(
        "reviewer-a", "Sofia", "Mendes", "demo-university", (Role.CONTRIBUTOR,), "en", "reviews for a university"
    ),
    DemoAccount(
        "reviewer-b",
        "Karim",
        "Adeyemi",
        "demo-partner",
        (Role.CONTRIBUTOR,),
        "en",
        "reviews for a partner organisation",
    ),
    DemoAccount(
        "specialist", "Clara", "Nunez", "network", (Role.SPECIALIST,), "en", "screens, assigns reviewers, adjudicates"
    ),
    DemoAccount("publisher", "Tomas", "Berg", "network", (Role.PUBLISHER,), "en", "publishes what others judged"),
    DemoAccount(
        "operator",
        "Nadia",
        "Okoro",
        "network",
        (Role.ADMINISTRATOR, Role.LEAD),
        "en",
        "keeps the console: organisations, schemes, work that failed",
    ),
    DemoAccount("web-editor", "Lucia", "Prado", "network", (Role.WEB_EDITOR,), "en", "writes the pages of the site"),
    DemoAccount("donor", "Ingrid", "Vale", "demo-foundation", (Role.CONTRIBUTOR,), "en", "looks for projects to fund"),
    # Those who speak for a donor and for a provider: they publish offers, pledge and propose.
    DemoAccount(
        "donor-focal", "Bruno", "Keller", "demo-foundation", (Role.FOCAL_POINT,), "en", "offers funds in its name"
    ),
    DemoAccount("provider", "Iris", "Montoya", "demo-provider", (Role.FOCAL_POINT,), "es", "offers assistance"),
    DemoAccount("learner", "Paulo", "Reis", "demo-ministry-b", (Role.LEARNER,), "pt-br", "takes courses"),
    # Mongolia's ministry, whose assessment is published (source 001): needs and a diagnostic read from it.
    DemoAccount(
        "mongolia", "Oyun", "Bold", "mongolia-molsp", (Role.FOCAL_POINT,), "en", "speaks for a ministry with real needs"
    ),
    DemoAccount(
        "mongolia-contributor",
        "Tuya",
        "Ganbat",
        "mongolia-molsp",
        (Role.CONTRIBUTOR,),
        "en",
        "answers a diagnostic and writes needs",
    ),
)


def require_demo() -> None:
    """Raise ImproperlyConfigured where demonstration accounts must not exist (production)."""
    if not settings.DEMO:
        raise ImproperlyConfigured(
            "Demonstration accounts are refused here. They exist in the embedded profile only (ENLACE_DEMO=1)."
        )


@transaction.atomic
def load_organizations() -> int:
    """Load the directory from its data file; running it twice changes nothing.

    Organisations that staff changed in the console are left alone (decision 0022).
    """
    edited = set(Organization.objects.filter(edited_at__isnull=False).values_list("key", flat=True))
    entries = yaml.safe_load((SEED / "organizations.yaml").read_text(encoding="utf-8"))
    count = 0
    for entry in entries:
        if entry.get("demo") and not settings.DEMO:
            continue
        count += 1
        if entry["key"] in edited:
            continue
        services.save_organization(
            key=entry["key"],
            kind=OrganizationKind(entry["kind"]),
            country_id=entry.get("country") or None,
            region=entry.get("region") or "",
            names=entry["names"],
            about=entry.get("about") or {},
            acronym=entry.get("acronym") or "",
            languages=entry.get("languages") or [],
            currency=entry.get("currency") or "",
            source=entry.get("source") or "",
            is_observer=bool(entry.get("observer")),
            is_demo=bool(entry.get("demo")),
        )
    return count


@transaction.atomic
def load_demo_accounts() -> int:
    """Create the demonstration accounts with confirmed addresses and, where needed, a second factor.

    Raises ImproperlyConfigured in production. Existing accounts are left as they are.
    """
    require_demo()
    # One hash for all: it costs a second each.
    password = make_password(DEMO_PASSWORD)
    for account in DEMO_ACCOUNTS:
        user, created = User.objects.get_or_create(
            email=account.email,
            defaults={
                "first_name": account.first_name,
                "last_name": account.last_name,
                "language": account.language,
                "is_demo": True,
                "password": password,
            },
        )
        if created:
            EmailAddress.objects.create(user=user, email=account.email, verified=True, primary=True)
        if account.secret and not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
            TOTP.activate(user, account.secret)
        services.grant_membership(
            user=user,
            organization=Organization.objects.get(key=account.organization),
            roles=account.roles,
        )
    _verify_demo_ministry()
    return len(DEMO_ACCOUNTS)


def _verify_demo_ministry() -> None:
    """One ministry of the demonstration has the tick, so that both kinds can be seen."""
    ministry = Organization.objects.get(key="demo-ministry-a")
    if ministry.verified_at is None:
        with acting_as(actor_for(User.objects.get(email=demo_account("operator").email)), reason="demonstration"):
            services.decide_verification(
                organization=ministry,
                state=VerificationState.VERIFIED,
                grounds="Demonstration: a letter of the minister, confirmed by telephone.",
            )


def demo_account(name: str) -> DemoAccount:
    """A demonstration account by its name or address. Raises LookupError with the names that exist."""
    for account in DEMO_ACCOUNTS:
        if name in {account.name, account.email}:
            return account
    raise LookupError(f"No demonstration account is called {name}: {', '.join(a.name for a in DEMO_ACCOUNTS)}.")


def current_code(account: DemoAccount) -> str:
    """The second factor's code of this moment. Raises LookupError for an account without one."""
    if not account.secret:
        raise LookupError(f"{account.email} signs in with its password alone.")
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(account.secret, counter))
