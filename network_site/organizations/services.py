"""Writes on people, organisations and shares."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from importlib import import_module
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from network_site.common import audit, idempotency, outbox, staff
from network_site.common.html import plain
from network_site.common.language import CODES, fold
from network_site.common.scoping import current_actor
from network_site.common.staleness import mark_of, refuse_stale
from network_site.taxonomy.models import Country

from . import permissions
from .actor import Actor, acting_as, current, person_through, service_actor
from .enums import NETWORK_ROLES, TENANT_ROLES, OrganizationKind, Role, VerificationState
from .handover import workplaces
from .models import (
    IdentityDomain,
    IdentityProvider,
    Invitation,
    Membership,
    Organization,
    SeenAssertion,
    Share,
    SignedInSession,
    User,
    Verification,
)
from .models.invitation import LASTS, new_nonce
from .names import mixes_scripts, skeleton, tidy
from .selectors import bootstrap_memberships


@transaction.atomic
def save_organization(*, key: str, **fields: Any) -> Organization:
    """Create the organisation with this key, or bring it up to date. Running it twice changes nothing."""
    organization, _created = Organization.objects.update_or_create(key=key, defaults=fields)
    return organization


DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
MAX_NAME = 200
MAX_GROUNDS = 2000


@transaction.atomic
def keep_organization(
    *,
    organization: Organization | None = None,
    names: Mapping[str, str],
    kind: str,
    country: Country | None,
    acronym: str = "",
    region: str = "",
    website: str = "",
    domains: Collection[str] = (),
    listed: bool = True,
    seen: str | None = None,
) -> Organization:
    """Create an organisation, or change one; from now on loading the file leaves it alone.

    Raises ValidationError, with the field of each fault: a name is there in all four languages and
    cannot be taken for another organisation's; StaleVersion when it is no longer as it was `seen`
    (`profile_mark`). The entry stands in the organisation's own trail.
    """
    house = staff.require(staff.ORGANIZATIONS)
    # One lock for all names: two people cannot bring in look-alikes at the same moment.
    Organization.objects.select_for_update().get(pk=house)
    faults: dict[str, Any] = {}
    cleaned = {code: tidy(names.get(code, "")) for code in CODES}
    for code, name in cleaned.items():
        if not name:
            faults[f"name_{code}"] = _("Write the name in this language too.")
        elif len(name) > MAX_NAME:
            faults[f"name_{code}"] = _("Keep the name under 200 characters.")
        elif mixes_scripts(name):
            faults[f"name_{code}"] = _("One word has letters of two alphabets. Type the name again.")
    faults |= _alike(cleaned, country, organization, {code for code in CODES if f"name_{code}" in faults})
    hosts = list(dict.fromkeys(domain.strip().lower().lstrip("@") for domain in domains if domain.strip()))
    wrong = [host for host in hosts if not DOMAIN.fullmatch(host)]
    if wrong:
        faults["domains"] = ValidationError(
            _("Write domains as mtss.example, one on each line. You wrote: %(wrong)s."),
            params={"wrong": ", ".join(wrong)[:200]},
        )
    website = plain(website).strip()
    if website:
        try:
            URLValidator(schemes=["http", "https"])(website)
        except ValidationError:
            faults["website"] = _("Write the address with https:// in front.")
    is_network = organization is not None and organization.kind == OrganizationKind.NETWORK
    if (kind == OrganizationKind.NETWORK) != is_network or kind not in OrganizationKind.values:
        faults["kind"] = _("There is one Network, and it stays what it is. Choose another kind.")
    if faults:
        raise ValidationError(faults)
    if organization is None:
        organization, before = Organization(key=_new_key(cleaned["en"])), None
    else:
        organization = Organization.objects.select_for_update().get(pk=organization.pk)
        before = _profile(organization)
    wanted = {
        "names": cleaned,
        "kind": kind,
        "country_id": country.pk if country is not None else None,
        "acronym": tidy(acronym)[:20],
        "region": tidy(region)[:80],
        "website": website,
        "domains": hosts,
        "listed": listed,
    }
    if wanted == before:
        return organization
    if before is not None:
        refuse_stale(organization, seen=seen, now=before)
    for name, value in wanted.items():
        setattr(organization, name, value)
    organization.edited_at = timezone.now()
    organization.save()
    audit.record(
        "organization.created" if before is None else "organization.edited",
        tenant_id=organization.pk,
        subject=organization,
        before=before,
        after=_profile(organization),
    )
    return organization


def _alike(
    names: Mapping[str, str], country: Country | None, own: Organization | None, skip: Collection[str]
) -> dict[str, Any]:
    """Faults for names that look like those of another organisation.

    Ministries of two countries may bear one name, because the country stands beside it; within a
    country, where either has no country, and beside the Network itself, a name is somebody's.
    """
    seen = {code: skeleton(name) for code, name in names.items() if code not in skip}
    faults: dict[str, Any] = {}
    for other in Organization.objects.exclude(pk=own.pk if own is not None else None):
        apart = country is not None and other.country_id not in {None, country.pk}
        if apart:
            continue
        theirs = {skeleton(name) for name in other.names.values()}
        for code, shape in seen.items():
            if shape in theirs:
                faults[f"name_{code}"] = ValidationError(
                    _("This name looks like that of %(other)s."), params={"other": other.name}
                )
    return faults


def _new_key(name: str) -> str:
    base = slugify(fold(name))[:54].strip("-") or "organisation"
    key, number = base, 2
    while Organization.objects.filter(key=key).exists():
        key, number = f"{base}-{number}", number + 1
    return key


def profile_mark(organization: Organization) -> str:
    """What a form carries of the organisation that it shows."""
    return mark_of(_profile(organization))


def _profile(organization: Organization) -> dict[str, Any]:
    fields = ("names", "kind", "country_id", "acronym", "region", "website", "domains", "listed")
    return {name: getattr(organization, name) for name in fields}


@transaction.atomic
def decide_verification(*, organization: Organization, state: str, grounds: str) -> Verification:
    """Say whether the Network vouches for an organisation, and on what grounds.

    The grounds are read by the Network only; everybody sees the tick. Raises ValidationError without
    grounds, and for the state that it has already.
    """
    staff.require(staff.ORGANIZATIONS)
    words = plain(grounds).strip()
    locked = Organization.objects.select_for_update().get(pk=organization.pk)
    faults: dict[str, Any] = {}
    if state not in VerificationState.values:
        faults["state"] = _("Choose what was decided.")
    elif state == verification_state(locked):
        faults["state"] = _("That is how it stands already.")
    if not words:
        faults["grounds"] = _("Say on what grounds: what was seen, and who confirmed it.")
    elif len(words) > MAX_GROUNDS:
        faults["grounds"] = _("Keep the grounds under 2,000 characters.")
    if faults:
        raise ValidationError(faults)
    decision = Verification(
        organization=locked, state=state, grounds=words, decided_by=current_actor().user_id, decided_at=timezone.now()
    )
    decision.save(force_insert=True)
    Organization.objects.filter(pk=locked.pk).update(
        verified_at=decision.decided_at if state == VerificationState.VERIFIED else None
    )
    # The grounds may name people, so the organisation's own trail holds their hash only.
    audit.record(f"organization.{state}", tenant_id=locked.pk, subject=locked, after={"grounds": words})
    return decision


def verification_state(organization: Organization) -> str:
    """How it stands, by the newest decision (for staff of the Network)."""
    newest = Verification.objects.filter(organization=organization).order_by("-decided_at").first()
    return newest.state if newest is not None else VerificationState.UNVERIFIED.value


@transaction.atomic
def grant_membership(*, user: User, organization: Organization, roles: Collection[str]) -> Membership:
    """Let a person belong to an organisation, in these roles; an open membership gets the new roles.

    Raises ValidationError for a role that does not exist in that kind of organisation.
    """
    wanted = _checked_roles(organization, roles)
    membership = (
        Membership.objects.select_for_update(of=("self",))
        .filter(user=user, organization=organization, valid_to__isnull=True)
        .first()
    )
    if membership is None:
        membership = Membership.objects.create(user=user, organization=organization, roles=wanted)
    elif membership.roles != wanted:
        membership.roles = wanted
        membership.save(update_fields=["roles"])
    else:
        return membership
    audit.record(
        "membership.granted", tenant_id=organization.pk, subject=membership, reason="+".join(wanted), after=wanted
    )
    return membership


def _checked_roles(organization: Organization, roles: Collection[str]) -> list[str]:
    permitted = NETWORK_ROLES if organization.kind == OrganizationKind.NETWORK else TENANT_ROLES
    unknown = set(roles) - permitted
    if unknown:
        raise ValidationError(
            _("Choose roles that exist in this organisation, not: %(roles)s."),
            params={"roles": ", ".join(sorted(unknown))},
        )
    if not roles:
        raise ValidationError(_("Choose at least one role."))
    return sorted(set(roles))


@transaction.atomic
def share(
    record: models.Model,
    *,
    capacity: str,
    organization: Organization | None = None,
    user: User | None = None,
    valid_from: datetime | None = None,
) -> Share:
    """Let one organisation or one person read a record, now or from a moment on; sharing it twice changes nothing.

    Raises ForeignWrite when the actor neither owns the record nor holds it for the Network.
    """
    owner_id, object_id = record.workflow_root()  # type: ignore[attr-defined]
    known = Share.objects.filter(
        object_id=object_id, organization=organization, user=user, capacity=capacity, revoked_at__isnull=True
    ).first()
    if known is not None:
        return known
    granted = Share.objects.create(
        owner_id=owner_id,
        object_type=record._meta.label_lower,
        object_id=object_id,
        organization=organization,
        user=user,
        capacity=capacity,
        valid_from=valid_from or timezone.now(),
        granted_by=current_actor().user_id,
    )
    audit.record("share.granted", tenant_id=owner_id, subject=granted, reason=capacity)
    return granted


@transaction.atomic
def revoke_shares(*, object_id: UUID, capacity: str, user: User | None = None) -> int:
    """Close the open shares of a record in one capacity (for one person, if named); how many were closed."""
    shares = Share.objects.filter(object_id=object_id, capacity=capacity, revoked_at__isnull=True)
    if user is not None:
        shares = shares.filter(user=user)
    closed = 0
    for granted in shares:
        Share.objects.filter(pk=granted.pk).update(revoked_at=timezone.now())
        audit.record("share.revoked", tenant_id=granted.owner_id, subject=granted, reason=capacity)
        closed += 1
    return closed


@transaction.atomic
def note_switch(*, organization_id: UUID) -> None:
    """Log that a person now acts for another of her organisations."""
    audit.record("actor.switched", tenant_id=organization_id)


# --- Sign-in servers of organisations ---------------------------------------------------------


class NotAdmitted(Exception):
    """An organisation's own server proved a person, and yet she may not come in; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def save_identity_provider(
    *,
    key: str,
    organization: Organization,
    protocol: str,
    client_id: str,
    settings: dict[str, Any],
    domains: Collection[str],
    role: str,
    is_active: bool = True,
) -> IdentityProvider:
    """Let an organisation's server sign its people in, or bring what we know of it up to date.

    The key, the organisation and the protocol of a known one never change: the names under which it
    knows its people would come to mean others. Raises ValidationError for that, for a domain of another
    provider, and for a role at the Network, whose people are let in one by one.
    """
    if role and organization.kind == OrganizationKind.NETWORK:
        raise ValidationError(_("The Network lets its people in one by one: leave the role empty."))
    wanted = sorted({domain.strip().lower() for domain in domains})
    taken = IdentityDomain.objects.filter(domain__in=wanted).exclude(provider__key=key)
    if not wanted or taken:
        raise ValidationError(
            _("Name at least one domain, and none that another provider answers for: %(domains)s."),
            params={"domains": ", ".join(one.domain for one in taken)},
        )
    provider = (
        IdentityProvider.objects.select_for_update(of=("self",))
        .select_related("app", "organization")
        .filter(key=key)
        .first()
    )
    if provider is None:
        app = SocialApp.objects.create(provider=protocol, provider_id=key, name=key[:40], client_id=client_id)
        provider = IdentityProvider(key=key, organization=organization, app=app)
    elif (provider.organization_id, provider.app.provider) != (organization.pk, protocol):
        raise ValidationError(_("The organisation and the protocol of a provider never change. Choose a new key."))
    provider.app.client_id, provider.app.settings = client_id, settings
    provider.app.save()
    provider.role, provider.is_active = role, is_active
    provider.full_clean()
    provider.save()
    provider.domains.exclude(domain__in=wanted).delete()
    for domain in wanted:
        if not provider.domains.filter(domain=domain).exists():
            one = IdentityDomain(provider=provider, domain=domain)
            one.full_clean()
            one.save()
    after = {"domains": wanted, "role": role, "active": is_active, "client": client_id}
    audit.record("identity.provider_saved", tenant_id=organization.pk, subject=provider, after=after)
    return provider


@transaction.atomic
def remove_identity_provider(*, key: str) -> None:
    """Take a server's word no longer, and forget under which names it knew its people; they stay members.

    Raises IdentityProvider.DoesNotExist.
    """
    provider = IdentityProvider.objects.select_related("app").get(key=key)
    audit.record("identity.provider_removed", tenant_id=provider.organization_id, subject=provider)
    SocialAccount.objects.filter(provider=provider.key).delete()
    provider.delete()
    provider.app.delete()


@transaction.atomic
def use_assertion(*, provider: IdentityProvider, assertion: str, expires_at: datetime) -> None:
    """Use a SAML assertion up. Raises NotAdmitted when it was used before."""
    SeenAssertion.objects.filter(expires_at__lt=timezone.now()).delete()
    try:
        with transaction.atomic():
            SeenAssertion.objects.create(
                provider=provider, assertion=sha256(assertion.encode()).hexdigest(), expires_at=expires_at
            )
    except IntegrityError:
        raise NotAdmitted("replayed") from None


@transaction.atomic
def admit(
    *,
    provider: IdentityProvider,
    subject: str,
    email: str,
    first_name: str = "",
    last_name: str = "",
    language: str = "en",
) -> User:
    """The person whom an organisation's server has proved, by the lasting name it has for her.

    In this order: the address lies in a domain of the organisation; a known name is its person; a
    confirmed address of somebody who belongs to this organisation alone is connected; else account and
    membership are made. Whoever belongs to another organisation too is never vouched for by one of
    them. Raises NotAdmitted, having written nothing.
    """
    # One at a time for each server: two first sign-ins of one person are one account.
    locked = IdentityProvider.objects.select_for_update(of=("self",)).select_related("organization")
    provider = locked.get(pk=provider.pk)
    email = email.strip().lower()
    name, _at, domain = email.rpartition("@")
    if not name or len(email) > 254 or not provider.domains.filter(domain=domain).exists():
        raise NotAdmitted("address")
    if not subject or len(subject) > 191:
        raise NotAdmitted("subject")
    known = SocialAccount.objects.filter(provider=provider.key, uid=subject).select_related("user").first()
    if known is not None:
        _refuse_stranger(known.user, provider.organization)
        return known.user  # type: ignore[no-any-return]
    confirmed = EmailAddress.objects.filter(email__iexact=email, verified=True).select_related("user").first()
    if confirmed is not None:
        person: User = confirmed.user
        _refuse_stranger(person, provider.organization)
        # An address is given to a successor; a name that the server uses is not.
        if SocialAccount.objects.filter(provider=provider.key, user=person).exists():
            raise NotAdmitted("membership")
    else:
        person = _new_person(provider, email, first_name, last_name, language)
    SocialAccount.objects.create(user=person, provider=provider.key, uid=subject)
    audit.record("identity.connected", tenant_id=provider.organization_id, subject=person, reason=provider.key)
    return person


def _refuse_stranger(person: User, organization: Organization) -> None:
    """Raise NotAdmitted unless the person belongs to this organisation and to no other one."""
    belongs = {fact.organization_id for fact in bootstrap_memberships(person.pk)}
    operates = person.is_staff or person.is_superuser
    if belongs != {organization.pk} or (operates and organization.kind != OrganizationKind.NETWORK):
        raise NotAdmitted("several" if organization.pk in belongs else "membership")


def _new_person(provider: IdentityProvider, email: str, first_name: str, last_name: str, language: str) -> User:
    if not provider.role or User.objects.filter(email__iexact=email).exists():
        raise NotAdmitted("membership")
    person = User.objects.create_user(
        email,
        first_name=plain(first_name).strip()[:150],
        last_name=plain(last_name).strip()[:150],
        language=language,
    )
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    membership = Membership.objects.create(user=person, organization=provider.organization, roles=[provider.role])
    audit.record(
        "membership.granted",
        tenant_id=provider.organization_id,
        subject=membership,
        reason=provider.key,
        after=membership.roles,
    )
    return person


@transaction.atomic
def note_refused_identity(*, provider: IdentityProvider, code: str) -> None:
    """Log for the organisation that its server vouched for somebody whom we did not let in."""
    audit.record("identity.refused", tenant_id=provider.organization_id, subject=provider, reason=code)


@transaction.atomic
def choose_language(*, user: User, language: str) -> User:
    """Write down the language in which a person is written to and greeted."""
    User.objects.filter(pk=user.pk).update(language=language)
    user.language = language
    return user


# --- Invitations -----------------------------------------------------------------------------


class InvitationRefused(ValidationError):
    """A link that lets nobody in: used, withdrawn, too old, or meant for somebody else. The code says which."""


@transaction.atomic
def invite(*, email: str, roles: Collection[str], language: str, key: str | None = None) -> Invitation:
    """Ask a person to join the actor's organisation; the letter follows after commit.

    The same `key` again answers with the first invitation. Raises PermissionDenied for anybody but an administrator,
    and ValidationError when the person belongs already, or has an invitation that is still open.
    """
    actor = _administrator()
    organization = Organization.objects.get(pk=actor.organization_id)
    return idempotency.once(
        key,
        "organization.invite",
        lambda: _invite(organization, email, roles, language, actor.user_id),
        lambda pk: Invitation.objects.get(pk=pk),
    )


@transaction.atomic
def invite_as_operator(*, organization: Organization, email: str, roles: Collection[str], language: str) -> Invitation:
    """Let an operator of the site bring an organisation's first administrator in (from a command, never a page)."""
    with acting_as(service_actor("accounts"), reason="an operator invites"):
        return _invite(organization, email, roles, language, None)


def _invite(
    organization: Organization, email: str, roles: Collection[str], language: str, invited_by: UUID | None
) -> Invitation:
    address = email.strip().lower()
    wanted = _checked_roles(organization, roles)
    members = Membership.objects.filter(organization=organization, valid_to__isnull=True)
    if members.filter(user_id__in=_accounts_with(address)).exists():
        raise ValidationError(_("This person belongs to your organisation already."), code="member")
    Invitation.objects.filter(
        owner=organization, email=address, state=Invitation.State.PENDING, expires_at__lte=timezone.now()
    ).update(state=Invitation.State.EXPIRED)
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                owner=organization, email=address, roles=wanted, language=language, invited_by_id=invited_by
            )
    except IntegrityError:
        raise ValidationError(
            _("This person has an invitation already. You can send it again below."), code="invited"
        ) from None
    audit.record("invitation.sent", tenant_id=organization.pk, subject=invitation, reason="+".join(wanted))
    outbox.enqueue("invitation.sent", subject=invitation, version=1, tenant_id=organization.pk)
    return invitation


def _accounts_with(address: str) -> list[UUID]:
    """Accounts to which an address belongs."""
    known = set(User.objects.filter(email=address).values_list("pk", flat=True))
    return [*known | set(EmailAddress.objects.filter(email=address, verified=True).values_list("user_id", flat=True))]


@transaction.atomic
def send_invitation_again(invitation: Invitation) -> Invitation:
    """A new letter with a new link, good for two weeks; the old link stops working.

    Raises InvitationRefused when it was answered or withdrawn meanwhile.
    """
    actor = _administrator()
    locked = _open_invitation(invitation.pk, actor)
    locked.nonce = new_nonce()
    locked.expires_at = timezone.now() + LASTS
    locked.sendings += 1
    locked.save()
    audit.record("invitation.sent_again", tenant_id=_tenant(actor), subject=locked)
    outbox.enqueue("invitation.sent", subject=locked, version=locked.sendings, tenant_id=actor.organization_id)
    return locked


@transaction.atomic
def revoke_invitation(invitation: Invitation) -> Invitation:
    """Withdraw an invitation: its link stops working. Raises InvitationRefused when it was answered meanwhile."""
    actor = _administrator()
    locked = _open_invitation(invitation.pk, actor)
    locked.state = Invitation.State.REVOKED
    locked.save()
    audit.record("invitation.revoked", tenant_id=_tenant(actor), subject=locked)
    return locked


def _open_invitation(pk: UUID, actor: Actor) -> Invitation:
    locked = Invitation.objects.select_for_update(of=("self",)).filter(pk=pk, owner_id=actor.organization_id).first()
    if locked is None or locked.state != Invitation.State.PENDING:
        raise InvitationRefused(_("This invitation was answered or withdrawn meanwhile."), code="closed")
    return locked


@transaction.atomic
def accept_invitation(*, token_hash: str, user: User) -> Membership:
    """Let a person who has an account in; of many at once one gets in, the others are told.

    The address counts as confirmed, because the link in the letter proved it. Roles that she has already stay.
    Raises InvitationRefused when the link no longer works, or was sent to an address that is not hers.
    """
    with acting_as(person_through("accounts", user.pk), reason="a person accepts an invitation"):
        invitation = Invitation.objects.select_for_update(of=("self",)).filter(token_hash=token_hash).first()
        _refuse_closed(invitation)
        assert invitation is not None
        if user.pk not in _accounts_with(invitation.email) or not user.is_active:
            raise InvitationRefused(_("This invitation was sent to another address."), code="other_account")
        organization = Organization.objects.get(pk=invitation.owner_id)
        known = Membership.objects.filter(user=user, organization=organization, valid_to__isnull=True).first()
        membership = grant_membership(
            user=user, organization=organization, roles={*invitation.roles, *(known.roles if known else ())}
        )
        invitation.state = Invitation.State.ACCEPTED
        invitation.accepted_at = timezone.now()
        invitation.accepted_by = user
        invitation.save()
        _confirm_address(user, invitation.email)
        audit.record("invitation.accepted", tenant_id=organization.pk, subject=invitation)
        outbox.enqueue("invitation.accepted", subject=invitation, tenant_id=organization.pk)
    return membership


@transaction.atomic
def accept_as_new_person(*, token_hash: str, first_name: str, last_name: str, password: str, language: str) -> User:
    """Open the account of an invited person and let her in. Nothing is left of a refusal.

    Raises InvitationRefused when the link no longer works, or the address has an account meanwhile.
    """
    with acting_as(service_actor("accounts"), reason="an invited person opens her account"):
        invitation = Invitation.objects.select_for_update(of=("self",)).filter(token_hash=token_hash).first()
        _refuse_closed(invitation)
        assert invitation is not None
        if _accounts_with(invitation.email):
            raise InvitationRefused(_("This address has an account already: sign in first."), code="known")
        organization = Organization.objects.get(pk=invitation.owner_id)
    user = User.objects.create_user(
        invitation.email,
        password,
        first_name=first_name,
        last_name=last_name,
        language=language,
        is_demo=organization.is_demo,
    )
    accept_invitation(token_hash=token_hash, user=user)
    return user


def _refuse_closed(invitation: Invitation | None) -> None:
    if invitation is None or not invitation.is_open:
        raise InvitationRefused(
            _("This link was used, withdrawn, replaced by a newer one, or is too old."), code="closed"
        )


def _confirm_address(user: User, address: str) -> None:
    known, _created = EmailAddress.objects.get_or_create(user=user, email=address)
    if not known.verified or user.email == address:
        known.verified = True
        known.primary = user.email == address
        known.save(update_fields=["verified", "primary"])


# --- Who belongs -----------------------------------------------------------------------------


class LastFocalPoint(ValidationError):
    """Nobody would be left to send practices in the organisation's name; whoever is sure may go on."""


@transaction.atomic
def change_roles(membership: Membership, *, roles: Collection[str], sure: bool = False) -> Membership:
    """Give a member other roles.

    Raises PermissionDenied for anybody but an administrator, ValidationError for the last administrator, and
    LastFocalPoint unless the actor is `sure`.
    """
    actor = _administrator()
    locked = _locked_membership(membership.pk, _tenant(actor))
    organization = Organization.objects.get(pk=locked.organization_id)
    wanted = _checked_roles(organization, roles)
    before = sorted(locked.roles)
    if wanted == before:
        return locked
    _keep_somebody(locked, set(before) - set(wanted), sure=sure)
    locked.roles = wanted
    locked.save(update_fields=["roles"])
    audit.record(
        "membership.roles_changed",
        tenant_id=organization.pk,
        subject=locked,
        reason=f"{'+'.join(before)} > {'+'.join(wanted)}",
        before=before,
        after=wanted,
    )
    return locked


@transaction.atomic
def end_membership(membership: Membership, *, sure: bool = False, heir: Membership | None = None) -> Membership:
    """End a member's time in the actor's organisation; the row stays as history.

    Open work goes to the `heir`, if one is named; reviews are released after commit. Raises as `change_roles` does.
    """
    actor = _administrator()
    locked = _locked_membership(membership.pk, _tenant(actor))
    _keep_somebody(locked, set(locked.roles), sure=sure)
    _hand_over(locked, heir)
    locked.valid_to = timezone.now()
    locked.save(update_fields=["valid_to"])
    audit.record("membership.ended", tenant_id=locked.organization_id, subject=locked, reason="+".join(locked.roles))
    outbox.enqueue("membership.ended", subject=locked, tenant_id=locked.organization_id)
    return locked


def _hand_over(membership: Membership, heir: Membership | None) -> None:
    if heir is None:
        return
    if heir.organization_id != membership.organization_id or heir.valid_to is not None or heir.pk == membership.pk:
        raise ValidationError(_("Choose a colleague who stays in your organisation."), code="heir")
    count = sum(
        workplace.hand_over(user=membership.user, heir=heir.user, organization_id=membership.organization_id)
        for workplace in workplaces
    )
    if count:
        audit.record("membership.work_handed_over", tenant_id=membership.organization_id, subject=heir)


@transaction.atomic
def leave_organization(*, sure: bool = False, heir: Membership | None = None) -> Membership:
    """The actor leaves the organisation for which she acts.

    Open work goes to the `heir`, if one is named; reviews are released after commit.
    Raises PermissionDenied for somebody without an organisation, and as `change_roles` does.
    """
    actor = current()
    if actor.organization_id is None or actor.user_id is None:
        raise PermissionDenied
    _hand_over(
        Membership.objects.select_related("user").get(
            user_id=actor.user_id, organization_id=actor.organization_id, valid_to__isnull=True
        ),
        heir,
    )
    # Members may not write memberships, not even their own: the service does it, and the trail names the person.
    with acting_as(person_through("accounts", actor.user_id), reason="a person leaves an organisation"):
        own = Membership.objects.get(
            user_id=actor.user_id, organization_id=actor.organization_id, valid_to__isnull=True
        )
        locked = _locked_membership(own.pk, actor.organization_id)
        _keep_somebody(locked, set(locked.roles), sure=sure)
        locked.valid_to = timezone.now()
        locked.save(update_fields=["valid_to"])
    audit.record("membership.left", tenant_id=actor.organization_id, subject=locked, reason="+".join(locked.roles))
    outbox.enqueue("membership.ended", subject=locked, tenant_id=actor.organization_id)
    return locked


def _administrator() -> Actor:
    actor = current()
    if not permissions.can_administer(actor):
        raise PermissionDenied
    return actor


def _tenant(actor: Actor) -> UUID:
    assert actor.organization_id is not None
    return actor.organization_id


def _locked_membership(pk: UUID, organization_id: UUID) -> Membership:
    """An open membership of an organisation, after everybody else who changes its people has finished."""
    Organization.objects.select_for_update().get(pk=organization_id)
    locked: Membership | None = (
        Membership.objects.select_for_update(of=("self",))
        .filter(pk=pk, organization_id=organization_id, valid_to__isnull=True)
        .first()
    )
    if locked is None:
        raise ValidationError(_("This person no longer belongs to your organisation."), code="gone")
    return locked


def _keep_somebody(membership: Membership, lost: set[str], *, sure: bool) -> None:
    """Never without an administrator; without a focal point only when somebody is sure."""
    others = Membership.objects.filter(organization_id=membership.organization_id, valid_to__isnull=True).exclude(
        pk=membership.pk
    )
    left = {role for roles in others.values_list("roles", flat=True) for role in roles}
    if Role.ADMINISTRATOR in lost and Role.ADMINISTRATOR not in left:
        raise ValidationError(
            _("An organisation needs an administrator. Make somebody else administrator first."),
            code="last_administrator",
        )
    if Role.FOCAL_POINT in lost and Role.FOCAL_POINT not in left and not sure:
        raise LastFocalPoint(
            _("Nobody would be left who can send practices in your organisation's name."), code="last_focal_point"
        )


# --- Where one is signed in ------------------------------------------------------------------


@transaction.atomic
def note_session(*, user_id: UUID, session_key: str, browser: str, system: str) -> None:
    """Remember that a session was seen now. The first time its row is made."""
    with acting_as(Actor(user_id=user_id)):
        now = timezone.now()
        SignedInSession.objects.bulk_create(
            [SignedInSession(user_id=user_id, session_key=session_key, browser=browser, system=system)],
            ignore_conflicts=True,
        )
        SignedInSession.objects.filter(session_key=session_key).update(seen_at=now)
        too_old = now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
        SignedInSession.objects.filter(user_id=user_id, seen_at__lt=too_old).delete()


@transaction.atomic
def end_session(session: SignedInSession) -> None:
    """Sign one of the actor's sessions out, wherever it is."""
    _session_store().delete(session.session_key)
    session.delete()
    _note_end_of_session()


@transaction.atomic
def end_other_sessions(*, user_id: UUID, but: str | None) -> int:
    """Sign a person out everywhere else; how many sessions ended."""
    with acting_as(service_actor("accounts"), reason="sessions of one person end"):
        others = SignedInSession.objects.filter(user_id=user_id).exclude(session_key=but or "")
        keys = list(others.values_list("session_key", flat=True))
        for key in keys:
            _session_store().delete(key)
        others.delete()
    if keys:
        _note_end_of_session()
    return len(keys)


def _note_end_of_session() -> None:
    actor = current()
    if actor.organization_id is not None:
        audit.record("session.ended", tenant_id=actor.organization_id)


@transaction.atomic
def note_copy_of_data() -> None:
    """The trail of the organisation for which she acts says that a person took a copy of her data."""
    actor = current()
    if actor.organization_id is not None:
        audit.record("data.exported", tenant_id=actor.organization_id)


def _session_store() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore()
