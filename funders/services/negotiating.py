"""A donor talks with a ministry in a room of their own: interest, words, files, pledge, commitment, money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common import audit, html, idempotency, outbox
from network_site.common.files import clean_name
from network_site.common.money import is_currency
from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet, lock_for_writing
from network_site.organizations import services as organizations
from network_site.organizations.actor import acting_as, current, service_actor
from network_site.organizations.enums import Capacity
from network_site.organizations.selectors import network_organization
from network_site.publishing.models import PublishedRecord
from projects import services as projects

from .. import permissions
from ..amounts import converted
from ..enums import ENDED, NegotiationStatus
from ..models import Message, Negotiation, Pledge, Receipt, RoomFile
from ..workflow.negotiation import NEGOTIATION

# A published request in one of these states looks for money.
SEEKING = frozenset({"published", "negotiating"})
WARNED_BEFORE = dt.timedelta(days=14)


@dataclass(frozen=True)
class Promise:
    """What a donor promises, in its own currency; the rate says what that is in the project's, since when, says who."""

    amount: Decimal
    currency: str
    valid_until: dt.date
    rate: Decimal | None = None
    rate_on: dt.date | None = None
    rate_source: str = ""
    conditions: str = ""
    components: tuple[str, ...] = ()


# --- Coming in, talking --------------------------------------------------------------------------


def seeks_money(record: PublishedRecord) -> bool:
    """Whether interest in this request is still taken."""
    until = record.snapshot.get("interest_until")
    return (
        record.kind == "project"
        and record.state == PublishedRecord.State.PUBLISHED
        and record.snapshot.get("status") in SEEKING
        and (not until or dt.date.fromisoformat(until) >= timezone.localdate())
    )


@transaction.atomic
def express_interest(record: PublishedRecord, *, text: str = "", key: str | None = None) -> Negotiation:
    """Open the donor's room for a published request; the one it has already is the same room, and `text` is said there.

    Shares it with the ministry that asks and with the Network, and with nobody else; both hear of it.
    Raises PermissionDenied for whoever gives no money, TransitionRefused when no interest is taken any more.
    """
    actor = current()
    if not permissions.can_express_interest(actor):
        raise PermissionDenied
    if not seeks_money(record):
        raise TransitionRefused([Unmet("closed", _("This project takes no new interest."))])

    def create() -> Negotiation:
        open_rooms = Negotiation.objects.filter(owner_id=actor.organization_id, record=record)
        open_rooms = open_rooms.exclude(status__in=ENDED)
        known: Negotiation | None = open_rooms.first()
        if known is not None:
            return _said_in(known, text)
        try:
            with transaction.atomic():
                room = Negotiation.objects.create(
                    owner_id=actor.organization_id, record=record, project_id=record.pk, created_by_id=actor.user_id
                )
        except IntegrityError:
            # A colleague was quicker by a moment, and her room is there now.
            return _said_in(open_rooms.get(), text)
        network = network_organization()
        organizations.share(room, capacity=Capacity.NETWORK, organization=network)
        if record.owner_id != network.pk:
            organizations.share(room, capacity=Capacity.NEGOTIATION, organization=record.owner)
        audit.record("negotiation.expressed", tenant_id=room.owner_id, subject=room)
        outbox.enqueue("negotiation.expressed", subject=room, tenant_id=room.owner_id)
        if text.strip():
            _write(room, text)
        return room

    return idempotency.once(key, "negotiation.express", create, lambda pk: Negotiation.objects.get(pk=pk))


def _said_in(room: Negotiation, text: str) -> Negotiation:
    """The room that was there before, with what was written to open one."""
    if text.strip():
        say(room, text=text)
    return room


@transaction.atomic
def say(room: Negotiation, *, text: str, key: str | None = None) -> Message:
    """Write to the others in the room; they hear of it, without the words."""
    _refuse_unless(permissions.can_talk(current(), room))

    def create() -> Message:
        message = _write(room, text)
        outbox.enqueue("negotiation.message", subject=message, tenant_id=room.owner_id)
        return message

    return idempotency.once(key, "negotiation.message", create, lambda pk: Message.objects.get(pk=pk))


def _write(room: Negotiation, text: str) -> Message:
    words = html.plain(text).strip()
    if not words:
        raise TransitionRefused([Unmet("text", _("Write a message."))])
    actor = current()
    message = Message.objects.create(
        negotiation=room, author_id=actor.user_id, organization_id=actor.organization_id, text=words
    )
    audit.record("negotiation.message", tenant_id=room.owner_id, subject=message, after=words)
    return message


@transaction.atomic
def add_file(
    room: Negotiation, *, title: str, upload: File[bytes], content_type: str, key: str | None = None
) -> RoomFile:
    """Put a checked file (`files.check_upload`) into the room; the others hear of it."""
    _refuse_unless(permissions.can_talk(current(), room))

    def create() -> RoomFile:
        kept = _keep(room, title=title, upload=upload, content_type=content_type)
        outbox.enqueue("negotiation.message", subject=kept, tenant_id=room.owner_id)
        return kept

    return idempotency.once(key, "negotiation.file", create, lambda pk: RoomFile.objects.get(pk=pk))


def _keep(room: Negotiation, *, title: str, upload: File[bytes], content_type: str) -> RoomFile:
    actor = current()
    name = clean_name(upload.name)
    kept = RoomFile.objects.create(
        negotiation=room,
        author_id=actor.user_id,
        organization_id=actor.organization_id,
        title=html.plain(title).strip() or name,
        file=upload,
        file_name=name,
        content_type=content_type,
    )
    audit.record("negotiation.file", tenant_id=room.owner_id, subject=kept)
    return kept


# --- Money -----------------------------------------------------------------------------------


@transaction.atomic
def make_pledge(
    room: Negotiation, *, promise: Promise, lock_version: int | None = None, key: str | None = None
) -> Negotiation:
    """Promise money: it is held for this donor until the promise ends, and closes no gap.

    In order: the step, the version of the pledge, the project's sums. Raises OverFunded when it is more than can be
    taken, TransitionRefused for a promise that says too little.
    """
    return _once(key, lambda: _promise(room, "pledge", promise, lock_version))


@transaction.atomic
def reduce_pledge(
    room: Negotiation, *, promise: Promise, lock_version: int | None = None, key: str | None = None
) -> Negotiation:
    """Change a pledge that is not more than the one before: a new version, the old one stays. Gives back the rest."""
    return _once(key, lambda: _promise(room, "reduce", promise, lock_version))


def _once(key: str | None, create: Callable[[], Negotiation]) -> Negotiation:
    return idempotency.once(key, "negotiation.pledge", create, lambda pk: Negotiation.objects.get(pk=pk))


def _promise(room: Negotiation, step: str, promise: Promise, lock_version: int | None) -> Negotiation:
    room = NEGOTIATION.perform(room, step, version=lock_version)
    rate, rate_on = _rate(room, promise.currency, promise.rate, promise.rate_on, promise.rate_source)
    if promise.valid_until < timezone.localdate():
        raise TransitionRefused([Unmet("valid_until", _("The last day lies in the past."))])
    worth = _worth(promise.amount, rate)
    before = room.pledge
    held = before.converted if before else Decimal(0)
    if step == "reduce" and worth > held:
        raise TransitionRefused([Unmet("amount", _("A pledge only becomes smaller. For more, talk in the room."))])
    pledge = Pledge.objects.create(
        negotiation=room,
        version=before.version + 1 if before else 1,
        amount=promise.amount,
        currency=promise.currency,
        rate=rate,
        rate_on=rate_on,
        rate_source="" if promise.currency == room.currency else html.plain(promise.rate_source).strip(),
        converted=worth,
        valid_until=promise.valid_until,
        conditions=html.plain(promise.conditions).strip(),
        components=list(promise.components),
        made_by_id=current().user_id,
    )
    audit.record(
        "pledge.made",
        tenant_id=room.owner_id,
        subject=pledge,
        version=pledge.version,
        before=_money(before) if before else None,
        after=_money(pledge),
    )
    projects.move_sums(room.project_id, pledged=worth - held)
    return room


@transaction.atomic
def commit_money(
    room: Negotiation,
    *,
    upload: File[bytes],
    content_type: str,
    title: str = "",
    lock_version: int | None = None,
) -> Negotiation:
    """Commit what was pledged, with the signed document: from now on it closes the gap, for everybody to see."""
    held = lock_for_writing(room)
    pledge = held.pledge
    _refuse_unless(permissions.can_pledge(current(), held))
    if lock_version is not None and held.lock_version != lock_version:
        raise StaleVersion(held)
    if pledge is not None and held.holds_pledge:
        pledge.document = _keep(held, title=title, upload=upload, content_type=content_type)
        pledge.save(update_fields=["document"])
    room = NEGOTIATION.perform(held, "commit")
    assert pledge is not None
    projects.move_sums(room.project_id, pledged=-pledge.converted, committed=pledge.converted)
    return room


@transaction.atomic
def record_receipt(
    room: Negotiation,
    *,
    amount: Decimal,
    currency: str,
    received_on: dt.date,
    rate: Decimal | None = None,
    note: str = "",
    lock_version: int | None = None,
    key: str | None = None,
) -> Negotiation:
    """Say that money has arrived, in the words of whoever received it; never more than was committed."""

    def create() -> Negotiation:
        paid = NEGOTIATION.perform(room, "pay_out", version=lock_version)
        pledge = paid.pledge
        used = rate
        if used is None and pledge is not None and currency == pledge.currency:
            used = pledge.rate
        used, _on = _rate(paid, currency, used, received_on, "-")
        if received_on > timezone.localdate():
            raise TransitionRefused([Unmet("received_on", _("This day has not come yet."))])
        worth = _worth(amount, used)
        before = paid.receipts.aggregate(sum=Sum("converted"))["sum"] or Decimal(0)
        if pledge is None or before + worth > pledge.converted:
            raise TransitionRefused([Unmet("amount", _("This is more than is left of the commitment."))])
        receipt = Receipt.objects.create(
            negotiation=paid,
            amount=amount,
            currency=currency,
            rate=used,
            converted=worth,
            received_on=received_on,
            note=html.plain(note).strip(),
            recorded_by_id=current().user_id,
        )
        audit.record("receipt.recorded", tenant_id=paid.owner_id, subject=receipt, after=_money(receipt))
        projects.move_sums(paid.project_id, received=worth)
        return paid

    return idempotency.once(key, "negotiation.receipt", create, lambda pk: Negotiation.objects.get(pk=pk))


@transaction.atomic
def take_step(room: Negotiation, name: str, *, note: str = "", lock_version: int | None = None) -> Negotiation:
    """Do a step that needs no more than a word: begin to talk, withdraw, decline, close, let lapse.

    What the donor held goes back: a pledge to what may be pledged, a commitment to the gap.
    """
    held = lock_for_writing(room)
    pledge = held.pledge if held.holds_pledge or held.holds_money else None
    was = held.status
    room = NEGOTIATION.perform(held, name, note=note, version=lock_version)
    if name == "discuss":
        projects.open_talks(room.project_id)
    if room.has_ended and pledge is not None:
        back = -pledge.converted
        if was == NegotiationStatus.PLEDGED:
            projects.move_sums(room.project_id, pledged=back)
        else:
            projects.move_sums(room.project_id, committed=back)
    return room


# --- By the clock ------------------------------------------------------------------------------


def watch_pledges(today: dt.date | None = None) -> tuple[int, int]:
    """Let pledges lapse whose last day is over, and warn donors two weeks before; how many of each. Repeatable."""
    today = today or timezone.localdate()
    lapsed = warned = 0
    with acting_as(service_actor("clock"), reason="pledges run out"):
        for room in Negotiation.objects.filter(status=NegotiationStatus.PLEDGED).prefetch_related("pledges"):
            pledge = room.pledge
            if pledge is None or pledge.valid_until > today + WARNED_BEFORE:
                continue
            if pledge.valid_until >= today:
                outbox.enqueue("negotiation.lapsing", subject=room, version=pledge.version, tenant_id=room.owner_id)
                warned += 1
                continue
            try:
                take_step(room, "lapse")
            except TransitionRefused:
                continue  # Somebody was quicker.
            lapsed += 1
    return lapsed, warned


# --- Within ------------------------------------------------------------------------------------


def _refuse_unless(permitted: bool) -> None:
    if not permitted:
        raise TransitionRefused([Unmet("permission", _("You may not do this with this record."))])


def _rate(
    room: Negotiation, currency: str, rate: Decimal | None, rate_on: dt.date | None, source: str
) -> tuple[Decimal, dt.date]:
    """The rate to the project's currency with its day: 1 today for the same currency, else what was given in full."""
    today = timezone.localdate()
    if not is_currency(currency):
        raise TransitionRefused([Unmet("currency", _("Choose a currency by its three letters."))])
    if currency == room.currency:
        return Decimal(1), today
    if rate is None or not rate.is_finite() or rate <= 0 or rate >= 10**10:
        raise TransitionRefused([Unmet("rate", _("Give the rate to the currency of the project."))])
    if rate_on is None or rate_on > today:
        raise TransitionRefused([Unmet("rate_on", _("Give the day of the rate, not later than today."))])
    if not source.strip():
        raise TransitionRefused([Unmet("rate_source", _("Say where the rate is published."))])
    return rate, rate_on


def _worth(amount: Decimal, rate: Decimal) -> Decimal:
    if not amount.is_finite() or amount <= 0 or amount >= 10**16:
        raise TransitionRefused([Unmet("amount", _("Give an amount above zero."))])
    worth = converted(amount, rate)
    if worth <= 0:
        raise TransitionRefused([Unmet("amount", _("Give an amount above zero."))])
    if worth >= 10**16:
        raise projects.OverFunded
    return worth


def _money(row: Any) -> dict[str, str]:
    return {name: str(getattr(row, name)) for name in ("amount", "currency", "rate", "converted")}
