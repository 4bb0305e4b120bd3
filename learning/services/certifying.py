"""Certificates: issued once, raised by a better result, with a name only by consent, revoked with a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from network_site.common import audit, outbox
from network_site.common.html import plain
from network_site.common.workflow import TransitionRefused, Unmet, lock_for_writing
from network_site.organizations.actor import acting_as, current, person_through
from network_site.organizations.models import User

from .. import permissions
from ..credentials import badges, codes, keys
from ..facts import facts_of
from ..models import Certificate, Enrolment
from ..outline import Outline


def issue(enrolment: Enrolment, outline: Outline) -> Certificate:
    """The certificate of an enrolment that was completed just now. Acts as the service; the enrolment is locked."""
    known = Certificate.objects.filter(enrolment=enrolment).first()
    if known is not None:
        return known
    person = User.objects.get(pk=enrolment.person_id)
    certificate = Certificate(
        person_id=enrolment.person_id,
        enrolment=enrolment,
        keeper_id=enrolment.keeper_id,
        record_id=enrolment.record_id,
        code=codes.new_code(),
        kind=outline.kind_of_certificate(enrolment.score),
        snapshot=_snapshot(enrolment, outline, person),
        issued_at=timezone.now(),
        is_demo=bool(outline.snapshot["is_demo"] or settings.DEMO),
    )
    _sign(certificate)
    certificate.save(force_insert=True)
    audit.record("certificate.issued", tenant_id=certificate.keeper_id, subject=enrolment, after=certificate.code)
    outbox.enqueue("certificate.issued", subject=certificate, version=1, tenant_id=certificate.keeper_id)
    return certificate


def _snapshot(enrolment: Enrolment, outline: Outline, person: User) -> dict[str, Any]:
    return {
        "name": person.get_full_name(),
        "titles": {code: text["title"] for code, text in outline.snapshot["texts"].items()},
        "hours": outline.snapshot["hours"],
        "score": None if enrolment.score is None else str(enrolment.score),
        "version": enrolment.version,
        "language": enrolment.language,
        "number": outline.snapshot["number"],
        "issuer": outline.snapshot["owner"]["names"],
    }


def _sign(certificate: Certificate) -> None:
    """Sign what the certificate says now. With her name goes the hash of her address, by which it is known as hers."""
    key = keys.current_key()
    certificate.snapshot = certificate.snapshot | {"site": settings.SITE_URL}
    # In the language of the course, whoever reads in which language now: the same certificate is the same badge.
    with translation.override(certificate.snapshot["language"]):
        facts = facts_of(certificate)
        if certificate.shows_name:
            facts = replace(facts, holder_email=User.objects.get(pk=certificate.person_id).email)
        certificate.kid = key.kid
        certificate.credential = badges.sign(badges.build(facts), key)


def raise_mark(enrolment: Enrolment, outline: Outline) -> None:
    """A better result after completion: the same certificate, with the same code, says so. Acts as the service."""
    certificate = Certificate.objects.select_for_update(of=("self",)).filter(enrolment=enrolment).first()
    if certificate is None or certificate.revoked_at is not None:
        return
    certificate.kind = outline.kind_of_certificate(enrolment.score)
    certificate.snapshot = certificate.snapshot | {"score": str(enrolment.score)}
    _sign(certificate)
    certificate.save(update_fields=["kind", "snapshot", "kid", "credential"])
    audit.record("certificate.raised", tenant_id=certificate.keeper_id, subject=enrolment, after=certificate.kind)


@transaction.atomic
def show_name(certificate: Certificate, *, shows: bool) -> Certificate:
    """The holder lets her name stand on the public page, or takes that back. Raises PermissionDenied for others."""
    actor = current()
    if certificate.person_id != actor.user_id:
        raise PermissionDenied
    with acting_as(person_through("registrar", actor.user_id)):  # type: ignore[arg-type]
        locked = lock_for_writing(certificate)
        if locked.shows_name != shows:
            locked.shows_name = shows
            _sign(locked)
            locked.save(update_fields=["shows_name", "snapshot", "kid", "credential"])
            audit.record("certificate.name", tenant_id=locked.keeper_id, subject=locked, after=shows)
        return locked


@transaction.atomic
def revoke_certificate(pk: UUID, *, reason: str) -> Certificate:
    """Whoever owns the course takes a certificate back; its page says so from then on, and gives no reason.

    Raises PermissionDenied, TransitionRefused without a reason or a second time, Certificate.DoesNotExist.
    """
    locked = lock_for_writing(Certificate.objects.get(pk=pk))
    if not permissions.is_keeper(current(), locked):
        raise PermissionDenied
    reason = plain(reason).strip()
    if not reason:
        raise TransitionRefused([Unmet("reason", _("Give the reason. The holder will read it."))])
    if locked.revoked_at is not None:
        raise TransitionRefused([Unmet("state", _("This certificate has been revoked already."))])
    locked.revoked_at, locked.revocation_reason = timezone.now(), reason[:300]
    locked.save(update_fields=["revoked_at", "revocation_reason"])
    audit.record("certificate.revoked", tenant_id=locked.keeper_id, subject=locked, reason=reason)
    outbox.enqueue("certificate.revoked", subject=locked, version=2, tenant_id=locked.keeper_id)
    return locked
