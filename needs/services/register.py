"""Stating a need, and its way through the register."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common import audit, html, idempotency, outbox
from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet, lock_for_writing
from network_site.organizations import services as organizations
from network_site.organizations.actor import acting_as, current, service_actor
from network_site.organizations.enums import Capacity
from network_site.organizations.selectors import network_organization
from network_site.publishing import services as publishing
from network_site.publishing.models import Audience, PublishedRecord

from .. import permissions
from ..enums import PUBLIC, NeedAudience, NeedStatus, OverlapAnswer, UnmetReason
from ..models import Competence, Need, NeedTerm, Overlap, SuccessMeasure
from ..snapshot import JSON_SCHEMA, SCHEMA, build_snapshot
from ..workflow.need import NEED
from ..workflow.overlaps import possible_overlaps

# What the writer decides; everything else is decided by the verbs below.
WRITTEN = frozenset({
    "source_language", "country_id", "title", "summary", "problem", "beneficiaries", "tried", "evidence",
    "wants_assessment", "constraints", "budget_band", "languages", "audience", "contact_name", "contact_email",
    "source",
})  # fmt: skip
# Steps that no button of the common kind does: they need more than a note, or follow a project.
BY_OWN_VERB = frozenset({"mark_unmet", "advertise", "start_execution"})

Competences = Collection[tuple[str, bool]]


# --- Writing ---------------------------------------------------------------------------------


@transaction.atomic
def create_need(
    *,
    fields: Mapping[str, Any],
    terms: Mapping[str, Collection[str]],
    competences: Competences = (),
    measures: Sequence[str] = (),
    diagnostic: Any = None,
    diagnostic_items: Sequence[str] = (),
    key: str | None = None,
) -> Need:
    """Begin a need of the actor's ministry: a draft that nobody else reads.

    `terms` are codes by scheme, `competences` pairs of a code of DI and whether it is essential, `measures` the
    signs by which the ministry will see that it is met. A need that a diagnostic proposed remembers the codes of
    its items. The same `key` again answers with the need that was made the first time.
    Raises PermissionDenied for an actor who does not write for a ministry.
    """
    actor = current()
    if not permissions.can_create(actor):
        raise PermissionDenied

    def create() -> Need:
        given = {"country_id": actor.country_id or None} | _clean(fields)
        need = Need.objects.create(
            owner_id=actor.organization_id,
            created_by_id=actor.user_id,
            diagnostic=diagnostic,
            diagnostic_items=list(diagnostic_items),
            is_demo=bool(actor.acting and actor.acting.is_demo),
            **given,
        )
        _write_parts(need, terms, competences, measures)
        audit.record("need.created", tenant_id=need.owner_id, subject=need, after=_content(need))
        return need

    return idempotency.once(key, "need.create", create, lambda pk: Need.objects.get(pk=pk))


@transaction.atomic
def save_need(
    need: Need,
    *,
    lock_version: int,
    fields: Mapping[str, Any],
    terms: Mapping[str, Collection[str]] | None = None,
    competences: Competences | None = None,
    measures: Sequence[str] | None = None,
) -> Need:
    """Save answers of the form; what is None stays as it is.

    Raises StaleVersion when somebody saved after `lock_version` was read, and TransitionRefused when the need
    can no longer be edited by this actor.
    """
    locked = lock_for_writing(need)
    if not permissions.can_edit(current(), locked):
        raise TransitionRefused([Unmet("not_editable", _("This need can no longer be changed here."))])
    if locked.lock_version != lock_version:
        raise StaleVersion(locked)
    before = _content(locked)
    for name, value in _clean(fields).items():
        setattr(locked, name, value)
    locked.lock_version += 1
    locked.save()
    _write_parts(locked, terms or {}, competences, measures)
    audit.record(
        "need.edited",
        tenant_id=locked.owner_id,
        subject=locked,
        version=locked.lock_version,
        before=before,
        after=_content(locked),
    )
    if locked.status != NeedStatus.DRAFT:
        _tell_followers(locked)
    return locked


def _clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - WRITTEN
    if unknown:
        raise TypeError(f"not for writers: {', '.join(sorted(unknown))}")
    return {name: html.plain(value).strip() if isinstance(value, str) else value for name, value in fields.items()}


def _write_parts(
    need: Need,
    terms: Mapping[str, Collection[str]],
    competences: Competences | None,
    measures: Sequence[str] | None,
) -> None:
    for scheme, codes in terms.items():
        NeedTerm.objects.filter(need=need, term__scheme_id=scheme).exclude(term_id__in=codes).delete()
        held = set(NeedTerm.objects.filter(need=need, term__scheme_id=scheme).values_list("term_id", flat=True))
        NeedTerm.objects.bulk_create(
            [NeedTerm(need=need, term_id=code) for code in dict.fromkeys(codes) if code not in held]
        )
    if competences is not None:
        # Essential wins where a code was chosen twice.
        chosen = dict(sorted(competences, key=lambda pair: pair[1]))
        Competence.objects.filter(need=need).delete()
        Competence.objects.bulk_create(
            [Competence(need=need, term_id=code, is_essential=essential) for code, essential in chosen.items()]
        )
    if measures is not None:
        signs = [sign for given in measures if (sign := html.plain(given).strip())]
        SuccessMeasure.objects.filter(need=need).delete()
        SuccessMeasure.objects.bulk_create(
            [SuccessMeasure(need=need, position=place, statement=sign) for place, sign in enumerate(signs)]
        )


def _content(need: Need) -> dict[str, Any]:
    return {
        field.attname: getattr(need, field.attname)
        for field in need._meta.concrete_fields
        if field.name not in {"changed_at", "created_at"}
    }


# --- The way through the register ---------------------------------------------------------------


@transaction.atomic
def perform(need: Need, name: str, *, note: str = "", lock_version: int | None = None) -> Need:
    """Do a step of the life cycle that needs nothing but a note; the public plane follows.

    `submit` also shares the need with the Network. Raises what `Workflow.perform` raises.
    """
    if name not in NEED.transitions or name in BY_OWN_VERB:
        raise TransitionRefused([Unmet("unknown", _("There is no such step."))])
    return _perform(need, name, note=note, lock_version=lock_version)


def _perform(need: Need, name: str, *, note: str = "", lock_version: int | None = None, **changes: Any) -> Need:
    if name == "register":
        changes |= {"registered_at": timezone.now(), "merged_into": None}
    if name in {"reopen", "start_drafting"}:
        changes |= {"unmet_reason": ""}
    if name == "return_to_author":
        changes |= {"merged_into": None}
    moved = NEED.perform(need, name, note=note, version=lock_version, **changes)
    if name == "submit":
        organizations.share(moved, capacity=Capacity.NETWORK, organization=network_organization())
    _show(moved, reason=html.plain(note).strip())
    _tell_followers(moved)
    return moved


@transaction.atomic
def mark_unmet(need: Need, *, reason: str, note: str = "", lock_version: int | None = None) -> Need:
    """The Network states that nobody met a need, and why; it stays open and enters the report.

    Raises ValueError for a reason that does not exist, and what `Workflow.perform` raises.
    """
    return _perform(need, "mark_unmet", note=note, lock_version=lock_version, unmet_reason=UnmetReason(reason).value)


@transaction.atomic
def follow_project(need_id: UUID, name: str) -> Need:
    """A need's project has moved on, and the need follows: "advertise", "start_execution".

    Asked again, or where the need stands elsewhere, nothing happens.
    """
    with acting_as(service_actor("funding"), reason="a need follows its project"):
        need: Need = Need.objects.select_related("owner", "country").get(pk=need_id)
        if need.status not in NEED.transitions[name].sources:
            return need
        return _perform(need, name)


def _show(need: Need, *, reason: str) -> None:
    """Put the need on the public plane as it is now, or take it away; a ministry's own need never goes there."""
    known = PublishedRecord.objects.filter(pk=need.pk).first()
    if need.status in PUBLIC and need.audience != NeedAudience.MINISTRY:
        need.edition += 1
        need.save(update_fields=["edition"])
        publishing.publish(
            kind="need",
            record_id=need.pk,
            owner=need.owner,
            country_id=need.country_id,
            version=need.edition,
            schema=SCHEMA,
            json_schema=JSON_SCHEMA,
            snapshot=build_snapshot(need),
            terms=list(need.need_terms.values_list("term_id", flat=True)),
            audience=Audience.PUBLIC if need.audience == NeedAudience.PUBLIC else Audience.NETWORK,
            is_demo=need.is_demo,
        )
    elif known is not None and known.state == PublishedRecord.State.PUBLISHED:
        publishing.withdraw(record_id=need.pk, reason=reason)


def _tell_followers(need: Need) -> None:
    outbox.enqueue("need.changed", subject=need, version=need.lock_version, tenant_id=need.owner_id)


# --- Possible duplicates ------------------------------------------------------------------------


@transaction.atomic
def answer_overlaps(need: Need, *, answers: Mapping[UUID, tuple[str, str]], lock_version: int | None = None) -> int:
    """Say of possible duplicates what they are: record → (answer, note). How many were answered.

    Only records that are shown for this need are taken. Raises TransitionRefused for everybody but a specialist
    who is not the author, and once the need is registered; StaleVersion when the need has moved on.
    """
    actor = current()
    locked = lock_for_writing(need)
    if locked.status != NeedStatus.SUBMITTED or not permissions.can_judge(actor, locked):
        raise TransitionRefused([Unmet("state", _("Possible duplicates are looked at before a need is registered."))])
    if lock_version is not None and locked.lock_version != lock_version:
        raise StaleVersion(locked)
    shown = {one.record.pk for one in possible_overlaps(locked)}
    given = {pk: pair for pk, pair in answers.items() if pk in shown}
    for record_id, (answer, note) in given.items():
        Overlap.objects.update_or_create(
            need=locked,
            record_id=record_id,
            defaults={
                "answer": OverlapAnswer(answer).value,
                "note": html.plain(note).strip(),
                "answered_by_id": actor.user_id,
                "answered_at": timezone.now(),
            },
        )
    if given:
        kept = {str(pk): answer for pk, (answer, _note) in given.items()}
        audit.record("need.overlaps_answered", tenant_id=locked.owner_id, subject=locked, after=kept)
    return len(given)


@transaction.atomic
def ask_to_merge(need: Need, *, into: UUID, lock_version: int | None = None) -> Need:
    """The Network asks the ministry to join its need with one that was found to be the same matter.

    Raises TransitionRefused where that was not found, or the actor may not.
    """
    locked = lock_for_writing(need)
    if locked.status != NeedStatus.SUBMITTED or not permissions.can_judge(current(), locked):
        raise TransitionRefused([Unmet("permission", _("You may not do this with this record."))])
    if lock_version is not None and locked.lock_version != lock_version:
        raise StaleVersion(locked)
    same = Overlap.objects.filter(need=locked, record_id=into, answer=OverlapAnswer.SAME, record__kind="need")
    if not same.exists():
        raise TransitionRefused([Unmet("target", _("Say first that it is the same matter."))])
    return _propose_merge(locked, into, "need.merge_asked")


@transaction.atomic
def refuse_merge(need: Need, *, lock_version: int | None = None) -> Need:
    """The ministry says that its need is another matter; the Network goes on with it."""
    locked = lock_for_writing(need)
    waiting = locked.status == NeedStatus.SUBMITTED and locked.merged_into_id is not None
    if not waiting or not permissions.can_merge(current(), locked):
        raise TransitionRefused([Unmet("permission", _("You may not do this with this record."))])
    if lock_version is not None and locked.lock_version != lock_version:
        raise StaleVersion(locked)
    return _propose_merge(locked, None, "need.merge_refused")


def _propose_merge(need: Need, into: UUID | None, kind: str) -> Need:
    need.merged_into_id = into
    need.lock_version += 1
    need.save(update_fields=["merged_into", "lock_version"])
    audit.record(kind, tenant_id=need.owner_id, subject=need, version=need.lock_version, after=str(into or ""))
    outbox.enqueue(kind, subject=need, version=need.lock_version, tenant_id=need.owner_id)
    return need


# --- Meeting a need takes two -------------------------------------------------------------------


@transaction.atomic
def state_results(need: Need, *, results: Mapping[UUID, Mapping[str, Any]], lock_version: int | None = None) -> Need:
    """The ministry says of each sign whether it is there: measure → {is_met, evidence, seen_on}.

    The Network confirms it with `meet` or `meet_partly`; until then the ministry may say it again.
    Raises TransitionRefused when a sign is left out, its evidence or day is missing, the day lies ahead, or the
    actor may not.
    """
    locked = lock_for_writing(need)
    stands = NEED.transitions["meet"].sources
    if locked.status not in stands or not permissions.can_state_results(current(), locked):
        raise TransitionRefused([Unmet("permission", _("You may not do this with this record."))])
    if lock_version is not None and locked.lock_version != lock_version:
        raise StaleVersion(locked)
    measures = list(SuccessMeasure.objects.filter(need=locked))
    if {row.pk for row in measures} != set(results):
        raise TransitionRefused([Unmet("results", _("Say of each sign whether it is there."))])
    for row in measures:
        given = results[row.pk]
        evidence = html.plain(given["evidence"]).strip()
        if not evidence or given["seen_on"] is None:
            raise TransitionRefused([Unmet("evidence", _("Give the evidence of each sign, with its day."))])
        if given["seen_on"] > timezone.localdate():
            raise TransitionRefused([Unmet("seen_on", _("The day of the evidence cannot lie ahead."))])
        row.is_met, row.evidence, row.seen_on = bool(given["is_met"]), evidence, given["seen_on"]
        row.save(update_fields=["is_met", "evidence", "seen_on"])
    locked.lock_version += 1
    locked.save(update_fields=["lock_version"])
    after = [[str(row.pk), row.is_met, row.evidence, str(row.seen_on)] for row in measures]
    audit.record(
        "need.results_stated", tenant_id=locked.owner_id, subject=locked, version=locked.lock_version, after=after
    )
    outbox.enqueue("need.results_stated", subject=locked, version=locked.lock_version, tenant_id=locked.owner_id)
    return locked
