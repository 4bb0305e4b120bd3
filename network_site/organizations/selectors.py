"""Reads on people and organisations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from network_site.common.hooks import as_service
from network_site.common.scoping import unscoped

from .actor import Actor, MembershipFact, acting_as
from .enums import OrganizationKind, Role
from .models import Invitation, Membership, Organization, SignedInSession, User
from .models.invitation import hash_of


def bootstrap_memberships(user_id: UUID) -> tuple[MembershipFact, ...]:
    """A person's current memberships, read before there is an actor.

    On PostgreSQL the one function that may do so (`enlace_memberships`) answers; everything else
    about memberships goes through the scoped manager.
    """
    if connection.vendor == "postgresql":
        import json

        with connection.cursor() as cursor:
            cursor.execute("SELECT organization_id, roles FROM enlace_memberships(%s)", [user_id])
            rows = [(pk, json.loads(roles) if isinstance(roles, str) else roles) for pk, roles in cursor.fetchall()]
    else:
        now = timezone.now()
        rows = list(
            unscoped(Membership)
            .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=now), user_id=user_id, valid_from__lte=now)
            .values_list("organization_id", "roles")
        )
    if not rows:
        return ()
    roles_of = dict(rows)
    organizations = Organization.objects.filter(pk__in=roles_of)
    return tuple(
        MembershipFact(
            organization_id=organization.pk,
            organization_kind=organization.kind,
            organization_names=organization.names,
            country_id=organization.country_id or "",
            roles=frozenset(roles_of[organization.pk]),
            is_demo=organization.is_demo,
        )
        for organization in organizations
    )


def actor_for(user: User, organization_id: UUID | None = None, *, only: UUID | None = None) -> Actor:
    """The person as an actor, for the organisation named (if she belongs to it) or her first one.

    `only` narrows her to one organisation: the one whose identity provider vouched for this session.
    """
    memberships = bootstrap_memberships(user.pk)
    if only is not None:
        memberships = tuple(fact for fact in memberships if fact.organization_id == only)
    acting = next((fact for fact in memberships if fact.organization_id == organization_id), None)
    if acting is None and memberships:
        acting = memberships[0]
    if acting is None:
        return Actor(user_id=user.pk)
    return Actor(
        user_id=user.pk,
        organization_id=acting.organization_id,
        organization_kind=acting.organization_kind,
        country_id=acting.country_id,
        roles=acting.roles,
        memberships=memberships,
    )


@contextmanager
def person_at_work(user_id: UUID, organization_id: UUID | None) -> Iterator[Actor]:
    """Act as a person outside of a request, for the organisation for which she left the work.

    Raises PermissionDenied when the account is closed or she no longer belongs there: nobody's rights outlive her.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    actor = actor_for(user, organization_id) if user is not None else None
    if actor is None or actor.organization_id != organization_id:
        raise PermissionDenied
    with acting_as(actor, reason="work that a person left behind"):
        yield actor


def network_organization() -> Organization:
    """The Network's secretariat. Raises Organization.DoesNotExist before the first seed."""
    return Organization.objects.get(kind=OrganizationKind.NETWORK)


@dataclass(frozen=True)
class Affiliation:
    """Where a person belongs, as conflict rules need it."""

    organization_id: UUID
    kind: str
    country_id: str
    names: frozenset[str] = frozenset()


def affiliations_of(user_id: UUID) -> list[Affiliation]:
    """Every current affiliation of a person, whichever one she acts for (Network staff and herself only)."""
    now = timezone.now()
    rows = (
        Membership.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=now), user_id=user_id)
        .select_related("organization")
        .order_by("valid_from")
    )
    return [
        Affiliation(
            row.organization_id,
            row.organization.kind,
            row.organization.country_id or "",
            frozenset(
                " ".join(name.casefold().split())
                for name in (*row.organization.names.values(), row.organization.acronym)
            )
            - {""},
        )
        for row in rows
    ]


def members_with_role(organization_id: UUID, *roles: str) -> list[UUID]:
    """Ids of the people who hold one of these roles in an organisation now."""
    now = timezone.now()
    rows = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=now), organization_id=organization_id
    ).values_list("user_id", "roles")
    return [user_id for user_id, held in rows if set(held) & set(roles)]


# --- My organisation -------------------------------------------------------------------------


@dataclass(frozen=True)
class Colleague:
    """A member of one's organisation."""

    membership: Membership
    is_me: bool
    has_second_factor: bool

    @property
    def user(self) -> User:
        person: User = self.membership.user
        return person

    @property
    def needs_second_factor(self) -> bool:
        """Whether she can work only with a second factor."""
        kind = self.membership.organization.kind
        return kind == OrganizationKind.NETWORK or Role.ADMINISTRATOR in self.membership.roles


def list_colleagues(actor: Actor) -> list[Colleague]:
    """Everybody who belongs to the actor's organisation now, by name."""
    memberships = list(
        Membership.objects.filter(organization_id=actor.organization_id, valid_to__isnull=True)
        .select_related("user", "organization")
        .order_by("user__last_name", "user__first_name", "user__email")
    )
    return _colleagues(memberships, actor)


def get_colleague(pk: UUID, actor: Actor) -> Colleague:
    """One of them. Raises Membership.DoesNotExist, for other organisations' people and for those who left too."""
    membership = Membership.objects.select_related("user", "organization").get(
        pk=pk, organization_id=actor.organization_id, valid_to__isnull=True
    )
    return _colleagues([membership], actor)[0]


def _colleagues(memberships: list[Membership], actor: Actor) -> list[Colleague]:
    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    protected = set(
        Authenticator.objects.filter(
            user_id__in=[membership.user_id for membership in memberships], type__in=factors
        ).values_list("user_id", flat=True)
    )
    return [
        Colleague(membership, membership.user_id == actor.user_id, membership.user_id in protected)
        for membership in memberships
    ]


def list_invitations(actor: Actor) -> list[Invitation]:
    """Invitations of the actor's organisation that nobody has answered yet, the newest first (administrators)."""
    return list(
        Invitation.objects.filter(owner_id=actor.organization_id, state=Invitation.State.PENDING).select_related(
            "invited_by"
        )
    )


def find_invitation(token: str = "", *, token_hash: str = "") -> Invitation | None:
    """The invitation of a link, whatever became of it; None for a link that was never sent."""
    with as_service("accounts", "a link of an invitation is opened"):
        found: Invitation | None = (
            Invitation.objects.filter(token_hash=token_hash or hash_of(token))
            .select_related("owner", "invited_by")
            .first()
        )
        return found


def addresses_of(user_id: UUID) -> set[str]:
    """A person's addresses: the one of her account, and others that she has confirmed."""
    confirmed = EmailAddress.objects.filter(user_id=user_id, verified=True).values_list("email", flat=True)
    return {*confirmed, *User.objects.filter(pk=user_id).values_list("email", flat=True)}


def has_account(address: str) -> bool:
    """Whether an address has an account (asked only for whoever holds a letter that was sent there)."""
    return User.objects.filter(Q(email=address) | Q(emailaddress__email=address, emailaddress__verified=True)).exists()


def list_sessions(user_id: UUID, session_key: str | None) -> list[dict[str, object]]:
    """Where a person is signed in now, this session first, then the last seen first."""
    rows = list(SignedInSession.objects.filter(user_id=user_id).order_by("-seen_at"))
    alive = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    found: list[dict[str, object]] = [
        {"session": row, "is_this": row.session_key == session_key} for row in rows if row.session_key in alive
    ]
    return sorted(found, key=lambda entry: not entry["is_this"])
