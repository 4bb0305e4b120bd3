"""Writes of profiles, offers and follows: one verb each, atomic, told in order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from network_site.common import audit, html, idempotency, outbox
from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet, lock_for_writing
from network_site.organizations import services as organizations
from network_site.organizations.actor import acting_as, current, service_actor
from network_site.organizations.enums import Capacity
from network_site.organizations.selectors import network_organization
from network_site.publishing import services as publishing
from network_site.publishing.models import PublishedRecord

from .. import permissions
from ..enums import PUBLIC_OFFERS, OfferStatus
from ..models import Follow, Offer, OfferCompetence, OfferRule, OfferTerm, Profile
from ..rules import clean_value
from ..snapshot import JSON_SCHEMA, SCHEMA, build_snapshot, terms_of
from ..states import days_left, has_ended, stale_before
from ..workflow.offer import OFFER, VERIFY

KIND = "offer"
PLAIN = ("title", "summary", "description", "person", "url")
FIELDS = frozenset(
    {"form", "source_language", "title", "summary", "description", "person", "least", "most", "currency", "languages"}
    | {"countries", "closes_on", "time_zone", "capacity", "url", "source"}
)
# Days before the last one on which followers are reminded.
WARNINGS = (30, 7, 1)
IN_USE = (OfferStatus.FORECASTED, OfferStatus.OPEN, OfferStatus.PAUSED)

Terms = Mapping[str, Collection[str]]
Competences = Mapping[str, str]


# --- Writing -------------------------------------------------------------------------------------


@transaction.atomic
def create_offer(
    *,
    fields: Mapping[str, Any],
    terms: Terms,
    competences: Competences | None = None,
    key: str | None = None,
) -> Offer:
    """Begin an offer of the actor's organisation. `terms` are codes by scheme, `competences` evidence by code.

    The same `key` again answers with the offer that was made the first time. Only the Network names a `source`: what
    it offers stands in a publication of somebody else.
    Raises PermissionDenied for an actor who does not write for an organisation.
    """
    actor = current()
    if not permissions.can_offer(actor) or (fields.get("source") and not actor.is_network):
        raise PermissionDenied

    def create() -> Offer:
        acting = actor.acting
        offer = Offer.objects.create(
            owner_id=actor.organization_id,
            created_by_id=actor.user_id,
            is_demo=bool(acting and acting.is_demo),
            **_clean(fields),
        )
        _write_terms(offer, terms)
        _write_competences(offer, competences or {})
        audit.record("offer.created", tenant_id=offer.owner_id, subject=offer, after=_content(offer))
        return offer

    return idempotency.once(key, "offer.create", create, lambda pk: Offer.objects.get(pk=pk))


@transaction.atomic
def save_offer(
    offer: Offer,
    *,
    lock_version: int,
    fields: Mapping[str, Any],
    terms: Terms | None = None,
    competences: Competences | None = None,
) -> Offer:
    """Save what the form of an offer holds; a published offer is published anew, at once.

    Raises StaleVersion when somebody saved after `lock_version` was read, TransitionRefused when the offer can no
    longer be edited by this actor, PermissionDenied for a source that is not the Network's.
    """
    if fields.get("source") and not current().is_network:
        raise PermissionDenied
    locked = _lock(offer, lock_version)
    before = _content(locked)
    for name, value in _clean(fields).items():
        setattr(locked, name, value)
    if terms is not None:
        _write_terms(locked, terms)
    if competences is not None:
        _write_competences(locked, competences)
    return _saved(locked, before)


@transaction.atomic
def save_rule(
    offer: Offer,
    *,
    lock_version: int,
    kind: str,
    value: Mapping[str, Any],
    sentence: str,
    stated_on: dt.date | None = None,
    rule_id: UUID | None = None,
) -> OfferRule:
    """Add a rule to an offer, or change one (`rule_id`).

    Raises RuleValueError for a value of another shape than its kind's, OfferRule.DoesNotExist for a rule of another
    offer, and what `save_offer` raises.
    """
    locked = _lock(offer, lock_version)
    before = _content(locked)
    given = {
        "kind": kind,
        "value": clean_value(kind, value),
        "sentence": html.plain(sentence).strip(),
        "stated_on": stated_on,
    }
    if rule_id is None:
        rule = OfferRule.objects.create(offer=locked, position=locked.rules.count(), **given)
    else:
        rule = OfferRule.objects.get(pk=rule_id, offer=locked)
        for name, content in given.items():
            setattr(rule, name, content)
        rule.save()
    _saved(locked, before)
    return rule


@transaction.atomic
def remove_rule(offer: Offer, *, lock_version: int, rule_id: UUID) -> Offer:
    """Take a rule out of an offer. Raises what `save_rule` raises."""
    locked = _lock(offer, lock_version)
    before = _content(locked)
    OfferRule.objects.get(pk=rule_id, offer=locked).delete()
    return _saved(locked, before)


def _lock(offer: Offer, lock_version: int) -> Offer:
    locked = lock_for_writing(offer)
    if not permissions.can_edit_offer(current(), locked):
        raise TransitionRefused([Unmet("not_editable", _("This offer can no longer be changed here."))])
    if locked.lock_version != lock_version:
        raise StaleVersion(locked)
    return locked


def _saved(offer: Offer, before: Mapping[str, Any]) -> Offer:
    """Save a locked offer; where it is public, publish it and tell those who follow it of new dates and rules."""
    offer.lock_version += 1
    offer.save()
    after = _content(offer)
    audit.record(
        "offer.edited",
        tenant_id=offer.owner_id,
        subject=offer,
        version=offer.lock_version,
        before=before,
        after=after,
    )
    if offer.status in PUBLIC_OFFERS:
        offer.verified_on = timezone.localdate()
        _publish(offer)
        if any(before[name] != after[name] for name in ("closes_on", "time_zone", "rules")):
            outbox.enqueue("offer.changed", subject=offer, version=offer.edition, tenant_id=offer.owner_id)
    return offer


def _clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - FIELDS
    if unknown:
        raise ValueError(f"An offer has no {', '.join(sorted(unknown))}.")
    return {name: html.plain(value).strip() if name in PLAIN else value for name, value in fields.items()}


def _write_terms(offer: Offer, terms: Terms) -> None:
    """Replace the terms of the schemes that are given; those of the others stay."""
    offer.offer_terms.filter(term__scheme_id__in=list(terms)).delete()
    OfferTerm.objects.bulk_create(
        [OfferTerm(offer=offer, term_id=code) for codes in terms.values() for code in dict.fromkeys(codes)]
    )


def _write_competences(offer: Offer, competences: Competences) -> None:
    offer.competences.all().delete()
    OfferCompetence.objects.bulk_create(
        [
            OfferCompetence(offer=offer, term_id=code, evidence=html.plain(evidence).strip())
            for code, evidence in competences.items()
        ]
    )


def _content(offer: Offer) -> dict[str, Any]:
    return build_snapshot(offer)


# --- The life of an offer ------------------------------------------------------------------------


@transaction.atomic
def perform(offer: Offer, name: str, *, note: str = "", lock_version: int | None = None) -> Offer:
    """Do a step of an offer's life, and show its new state in public.

    "verify" stands for the step of that name in whichever state the offer is. The first publication also lets the
    Network read the offer. Raises what `Workflow.perform` raises.
    """
    if name == "verify":
        name = VERIFY.get(offer.status, name)
    if name not in OFFER.transitions:
        raise TransitionRefused([Unmet("unknown", _("There is no such step."))])
    changes = {} if name in {"pause", "close", "archive"} else {"verified_on": timezone.localdate()}
    moved = OFFER.perform(offer, name, note=note, version=lock_version, **changes)
    if moved.status in PUBLIC_OFFERS:
        if moved.owner_id == current().organization_id and not current().is_network:
            organizations.share(moved, capacity=Capacity.NETWORK, organization=network_organization())
        if name in VERIFY.values() and _is_shown(moved):
            publishing.confirm(record_id=moved.pk, on=timezone.localdate())
        else:
            _publish(moved)
    elif _is_shown(moved):
        _withdraw(moved, gettext("The offer has ended and was put away."))
    return moved


def _is_shown(offer: Offer) -> bool:
    return PublishedRecord.objects.live().filter(pk=offer.pk).exists()


def _publish(offer: Offer) -> PublishedRecord:
    """Publish the offer as it is, as its next edition."""
    offer.edition += 1
    offer.save(update_fields=["edition", "verified_on"])
    countries = offer.countries
    return publishing.publish(
        kind=KIND,
        record_id=offer.pk,
        owner=offer.owner,
        country_id=countries[0] if len(countries) == 1 else None,
        version=offer.edition,
        schema=SCHEMA,
        json_schema=JSON_SCHEMA,
        snapshot=build_snapshot(offer),
        terms=terms_of(offer),
        is_demo=offer.is_demo,
    )


def _withdraw(offer: Offer, reason: str) -> None:
    publishing.withdraw(record_id=offer.pk, reason=reason)


# --- The clock -----------------------------------------------------------------------------------


def look_after_offers(now: dt.datetime | None = None) -> dict[str, int]:
    """Close what has ended, remind those who follow, hide what nobody confirmed for a year. Harmless to repeat."""
    now = now or timezone.now()
    return {"closed": close_ended(now), "reminded": remind_of_ends(now), "hidden": hide_stale(now)}


def close_ended(now: dt.datetime) -> int:
    """Close each offer whose last day is over where it is made; how many were closed."""
    count = 0
    with acting_as(service_actor("clock"), reason="offers whose last day is over"):
        # Nowhere does a day end more than a day before, or after, it does in UTC.
        ending = Offer.objects.filter(status__in=IN_USE, closes_on__lte=(now + dt.timedelta(days=1)).date())
        for offer in ending.select_related("owner"):
            if has_ended(offer, now):
                with transaction.atomic():
                    perform(offer, "close")
                count += 1
    return count


def remind_of_ends(now: dt.datetime) -> int:
    """Leave word 30, 7 and 1 day before the end of an offer, once for each of them; how many are in time."""
    count = 0
    with acting_as(service_actor("clock"), reason="offers that end soon"):
        last = (now + dt.timedelta(days=max(WARNINGS) + 1)).date()
        for offer in Offer.objects.filter(status__in=IN_USE, closes_on__lte=last):
            left = days_left(offer, now)
            step = next((days for days in sorted(WARNINGS) if left is not None and 0 <= left <= days), None)
            if step is None:
                continue
            # The last day is part of the key: a new deadline is a new reminder.
            version = offer.closes_on.toordinal() * 100 + step  # type: ignore[union-attr]
            outbox.enqueue("offer.ends", subject=offer, version=version, tenant_id=offer.owner_id, data={"days": step})
            count += 1
    return count


def hide_stale(now: dt.datetime) -> int:
    """Take what nobody confirmed for a year from the public list until somebody does; how many were hidden."""
    count = 0
    with acting_as(service_actor("clock"), reason="offers that nobody confirmed"):
        stale = Offer.objects.filter(status__in=IN_USE, verified_on__lt=stale_before(timezone.localdate(now)))
        for offer in stale:
            if not _is_shown(offer):
                continue
            with transaction.atomic(), translation.override(offer.source_language):
                _withdraw(offer, gettext("Nobody has confirmed this offer for a year."))
                outbox.enqueue("offer.hidden", subject=offer, version=offer.edition, tenant_id=offer.owner_id)
            count += 1
    return count


# --- What an organisation says of itself ---------------------------------------------------------


@transaction.atomic
def save_profile(*, fields: Mapping[str, Any], lock_version: int) -> Profile:
    """Save the profile of the actor's organisation; it is public at once. `lock_version` 0 begins one.

    `fields` are texts ({language: {"supports", "how"}}), themes, countries, languages, contact_email and url.
    Raises PermissionDenied for an actor who is no focal point, StaleVersion when somebody saved meanwhile.
    """
    actor = current()
    if actor.organization_id is None or not permissions.can_keep_profile(actor):
        raise PermissionDenied
    profile, made = Profile.objects.get_or_create(organization_id=actor.organization_id, defaults={"lock_version": 0})
    profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile.pk)
    if profile.lock_version != lock_version:
        raise StaleVersion(profile)
    before = {} if made else _profile_content(profile)
    texts = {
        language: {name: html.plain(text).strip() for name, text in given.items()}
        for language, given in fields["texts"].items()
    }
    profile.texts = {language: given for language, given in texts.items() if any(given.values())}
    for name in ("themes", "countries", "languages", "contact_email", "url"):
        setattr(profile, name, fields[name])
    profile.lock_version += 1
    profile.save()
    audit.record(
        "profile.edited",
        tenant_id=actor.organization_id,
        subject=profile,
        version=profile.lock_version,
        before=before,
        after=_profile_content(profile),
    )
    return profile


def _profile_content(profile: Profile) -> dict[str, Any]:
    names = ("texts", "themes", "countries", "languages", "contact_email", "url")
    return {name: getattr(profile, name) for name in names}


# --- Following -----------------------------------------------------------------------------------

FOLLOWED = ("project", "offer")


@transaction.atomic
def follow(record: PublishedRecord) -> Follow:
    """Let the actor's organisation follow a request or an offer; again changes nothing. Nobody else learns of it.

    Raises PermissionDenied for an actor who writes for no organisation, and for other kinds of records.
    """
    actor = current()
    if actor.organization_id is None or not permissions.can_follow(actor) or record.kind not in FOLLOWED:
        raise PermissionDenied
    followed, made = Follow.objects.get_or_create(
        owner_id=actor.organization_id, record=record, defaults={"created_by_id": actor.user_id}
    )
    if made:
        audit.record("follow.begun", tenant_id=actor.organization_id, subject=followed)
    return followed


@transaction.atomic
def unfollow(record: PublishedRecord) -> None:
    """Let the actor's organisation no longer follow a record; where it did not, nothing happens."""
    actor = current()
    if actor.organization_id is None or not permissions.can_follow(actor):
        raise PermissionDenied
    followed = Follow.objects.filter(owner_id=actor.organization_id, record=record).first()
    if followed is not None:
        audit.record("follow.ended", tenant_id=actor.organization_id, subject=followed)
        followed.delete()
