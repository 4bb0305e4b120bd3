"""Every write of the databank: one verb each, atomic, told in order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from network_site.common import audit, html, idempotency, outbox
from network_site.common.database import allow
from network_site.common.scoping import current_actor
from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet, lock_for_writing
from network_site.organizations import services as organizations
from network_site.organizations.actor import Actor, acting_as, current, service_actor
from network_site.organizations.enums import Capacity, OrganizationKind, Role
from network_site.organizations.models import Membership, Organization, User
from network_site.organizations.selectors import addresses_of, members_with_role, network_organization
from network_site.publishing import services as publishing
from network_site.publishing.models import PublishedRecord

from . import importing, permissions, selectors
from .conflicts import REVIEW, SCREEN, ConflictOfInterest, conflicts_of, refuse_conflicts
from .enums import (
    IN_WORK,
    MAX_SCORE,
    AdaptationResult,
    Aspect,
    Criterion,
    Exclusion,
    Interest,
    PracticeStatus,
    ReviewStatus,
)
from .marks import disputed_criteria, filed_reviews, marks_of
from .models import (
    Adaptation,
    Adjudication,
    Assistance,
    Attachment,
    BuildingBlock,
    Contact,
    Contribution,
    CostLine,
    Edit,
    EvidenceItem,
    Outcome,
    Practice,
    PracticeVersion,
    Precondition,
    ProposedField,
    Review,
    ReviewScore,
    Screening,
    StudyJudgement,
    Translation,
    VersionTerm,
)
from .snapshot import JSON_SCHEMA, SCHEMA, build_snapshot, public_attachments, source_digest, terms_of
from .workflow import PRACTICE, REVIEW_FLOW

RICH_TEXTS = ("description",)
PLAIN_TEXTS = ("title", "one_line", "problem", "reach", "negative_effects", "risks_if_copied", "transfer_offer")
ROWS: dict[str, type[models.Model]] = {
    "contacts": Contact,
    "contributions": Contribution,
    "preconditions": Precondition,
    "building_blocks": BuildingBlock,
    "outcomes": Outcome,
    "evidence_items": EvidenceItem,
    "costs": CostLine,
    "attachments": Attachment,
}
QUARTER = dt.timedelta(minutes=15)
REVIEW_DAYS = 14

Rows = Mapping[str, Collection[Mapping[str, Any]]]


# --- Writing ---------------------------------------------------------------------------------


@transaction.atomic
def create_draft(
    *,
    fields: Mapping[str, Any],
    terms: Mapping[str, Collection[str]],
    rows: Rows,
    key: str | None = None,
    is_demo: bool = False,
    provenance: str = "PV01",
) -> PracticeVersion:
    """Begin a practice of the actor's organisation with the seven inputs of a draft.

    The same `key` again answers with the practice that was made the first time.
    Raises PermissionDenied for an actor who does not write for an organisation.
    """
    actor = current()
    if not permissions.can_create(actor):
        raise PermissionDenied

    def create() -> PracticeVersion:
        practice = Practice.objects.create(
            owner_id=actor.organization_id,
            created_by_id=actor.user_id,
            provenance=provenance,
            is_demo=is_demo or _acts_in_demo(actor),
        )
        country = actor.country_id or None
        given = {"country_id": country, "region": "" if country else _demo_region(actor)} | _clean(fields)
        version = PracticeVersion.objects.create(practice=practice, **given)
        _write_terms(version, terms)
        _write_rows(version, rows)
        _mark_edit(version, actor)
        audit.record("practice.created", tenant_id=practice.owner_id, subject=practice, after=_content(version))
        return version

    return idempotency.once(key, "practice.create", create, lambda pk: PracticeVersion.objects.get(pk=pk))


@transaction.atomic
def save_version(
    version: PracticeVersion,
    *,
    lock_version: int,
    fields: Mapping[str, Any],
    terms: Mapping[str, Collection[str]] | None = None,
    rows: Rows | None = None,
    autosave: bool = False,
) -> PracticeVersion:
    """Save answers of the form: a page of it, or what an autosave or a Word file brings.

    What a drafting assistant changes waits for the ministry's word (`confirm_answers`); what the ministry
    changes itself is confirmed by that. An autosave that changes nothing writes nothing, and its place in
    the audit trail is one entry for each person and quarter of an hour (decision 0026).

    Raises StaleVersion when somebody saved after `lock_version` was read, and TransitionRefused when
    the version can no longer be edited by this actor.
    """
    actor = current()
    locked: PracticeVersion = (
        PracticeVersion.objects.select_for_update(of=("self",)).select_related("practice").get(pk=version.pk)
    )
    if not permissions.can_edit(actor, locked):
        raise TransitionRefused([Unmet("not_editable", _("This version can no longer be changed here."))])
    if locked.lock_version != lock_version:
        raise StaleVersion(locked)
    cleaned = _clean(fields)
    changed = _changed(locked, cleaned, terms or {}, rows or {})
    if autosave and not changed:
        return locked
    before = _content(locked)
    for name, value in cleaned.items():
        setattr(locked, name, value)
    locked.lock_version += 1
    locked.save()
    _write_terms(locked, terms or {})
    _write_rows(locked, rows or {})
    _mark_edit(locked, actor)
    _mark_proposals(locked, actor, changed)
    if autosave:
        _note_autosave(locked, actor, before)
    else:
        _close_autosaves(locked)
        audit.record(
            "practice.edited",
            tenant_id=locked.practice.owner_id,
            subject=locked,
            version=locked.lock_version,
            before=before,
            after=_content(locked),
        )
    return locked


def _changed(
    version: PracticeVersion, fields: Mapping[str, Any], terms: Mapping[str, Collection[str]], rows: Rows
) -> list[str]:
    """The questions (enums.QUESTIONS) whose stored answer these values would change."""
    names = [name for name, value in fields.items() if getattr(version, name) != value]
    for scheme, codes in terms.items():
        held = VersionTerm.objects.filter(version=version, term__scheme_id=scheme).values_list("term_id", flat=True)
        if set(held) != set(codes):
            names.append(scheme)
    return names + [name for name, entries in rows.items() if _rows_differ(version, name, entries)]


def _rows_differ(version: PracticeVersion, name: str, entries: Collection[Mapping[str, Any]]) -> bool:
    stored = list(ROWS[name].objects.filter(version=version))  # type: ignore[attr-defined]
    if [row.pk for row in stored] != [entry.get("id") for entry in entries]:
        return True
    return any(
        getattr(row, key) != value
        for row, entry in zip(stored, entries, strict=True)
        for key, value in _clean({key: value for key, value in entry.items() if key != "id"}).items()
    )


def _note_autosave(version: PracticeVersion, actor: Actor, before: Mapping[str, Any]) -> None:
    """Remember on the person's mark what the trail will say of her autosaves: the first hash and the last."""
    _close_autosaves(version, but=actor.user_id)
    now = timezone.now()
    mark = Edit.objects.get(version=version, user_id=actor.user_id)
    if mark.autosaved_since and now - mark.autosaved_since >= QUARTER:
        _record_autosaves(mark, version)
    if not mark.autosaved_since:
        mark.autosaved_since = now
        mark.autosaved_before = audit.digest(before)
        outbox.enqueue(
            "practice.autosaved",
            subject=mark,
            version=version.lock_version,
            tenant_id=version.practice.owner_id,
            after=QUARTER,
        )
    mark.autosaved_after = audit.digest(_content(version))
    mark.autosaved_version = version.lock_version
    mark.save()


def _close_autosaves(version: PracticeVersion, *, but: UUID | None = None) -> None:
    """Put waiting autosaves into the trail before something else is written there."""
    marks = Edit.objects.filter(version=version, autosaved_since__isnull=False)
    for mark in marks.exclude(user_id=but) if but else marks:
        _record_autosaves(mark, version)


def _record_autosaves(mark: Edit, version: PracticeVersion) -> None:
    if mark.user_id == current().user_id:
        _write_autosaves(mark, version)
        return
    with acting_as(service_actor("reviews"), reason="autosaves of another person go into the trail"):
        _write_autosaves(mark, version, reason=f"autosaved by {mark.user_id}")


def _write_autosaves(mark: Edit, version: PracticeVersion, reason: str = "") -> None:
    audit.record(
        "practice.autosaved",
        tenant_id=version.practice.owner_id,
        subject=version,
        version=mark.autosaved_version,
        reason=reason,
        before_hash=mark.autosaved_before,
        after_hash=mark.autosaved_after,
    )
    mark.autosaved_since, mark.autosaved_version = None, None
    mark.autosaved_before = mark.autosaved_after = ""
    mark.save()


@transaction.atomic
def record_autosaves(mark_id: UUID) -> None:
    """Put a person's autosaves into the trail when their quarter of an hour is over (asked by the relay)."""
    with acting_as(service_actor("reviews"), reason="a quarter of an hour of autosaves is over"):
        mark = (
            Edit.objects.select_for_update(of=("self",))
            .filter(pk=mark_id, autosaved_since__lte=timezone.now() - QUARTER)
            .first()
        )
        if mark is not None:
            version = PracticeVersion.objects.select_related("practice").get(pk=mark.version_id)
            _record_autosaves(mark, version)


@transaction.atomic
def translate_version(
    version: PracticeVersion, *, language: str, texts: Mapping[str, str], state: str = "human"
) -> Translation:
    """Give a version's texts in another language, made from its text of now."""
    if not permissions.can_translate(current(), version):
        raise TransitionRefused([Unmet("not_editable", _("This version can no longer be changed here."))])
    cleaned = _clean(texts)
    translation, _created = Translation.objects.update_or_create(
        version=version,
        language=language,
        defaults={**cleaned, "state": state, "source_digest": source_digest(version)},
    )
    _mark_edit(version, current())
    return translation


@transaction.atomic
def open_next_version(version: PracticeVersion) -> PracticeVersion:
    """Begin the next version from the published one, which stays public until the new one is.

    Raises TransitionRefused when the version is not the published one, another version is in work,
    or the actor may not.
    """
    actor = current()
    source = lock_for_writing(version)
    if source.status != PracticeStatus.PUBLISHED or not permissions.can_open_next(actor, source):
        raise TransitionRefused([Unmet("not_published", _("A next version is opened from the published one."))])
    if PracticeVersion.objects.in_work().filter(practice_id=source.practice_id).exists():
        raise TransitionRefused([Unmet("in_work", _("The next version is already being written."))])
    copied = {
        field.attname: getattr(source, field.attname)
        for field in PracticeVersion._meta.concrete_fields
        if field.name not in {"id", "number", "status", "lock_version", "round", "created_at", "changed_at"}
    }
    following = PracticeVersion.objects.create(number=source.number + 1, **copied)
    for model in (*ROWS.values(), VersionTerm, Translation):
        model.objects.bulk_create([_copy_row(row, following) for row in model.objects.filter(version=source)])  # type: ignore[attr-defined]
    _mark_edit(following, actor)
    audit.record("practice.next_version", tenant_id=source.practice.owner_id, subject=following)
    return following


def _copy_row(row: Any, version: PracticeVersion) -> Any:
    values = {
        field.attname: getattr(row, field.attname)
        for field in type(row)._meta.concrete_fields
        if field.name not in {"id", "version"}
    }
    return type(row)(version=version, **values)


def _clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    cleaned: dict[str, Any] = {}
    for name, value in fields.items():
        if name in RICH_TEXTS and isinstance(value, str):
            cleaned[name] = html.clean(value)
        elif isinstance(value, str):
            cleaned[name] = html.plain(value).strip()
        elif isinstance(value, list):
            cleaned[name] = [_clean_part(part) for part in value]
        else:
            cleaned[name] = value
    return cleaned


def _clean_part(part: Any) -> Any:
    if isinstance(part, str):
        return html.plain(part).strip()
    if isinstance(part, dict):
        return {key: _clean_part(value) for key, value in part.items()}
    return part


def _write_terms(version: PracticeVersion, terms: Mapping[str, Collection[str]]) -> None:
    for scheme, codes in terms.items():
        VersionTerm.objects.filter(version=version, term__scheme_id=scheme).exclude(term_id__in=codes).delete()
        held = set(
            VersionTerm.objects.filter(version=version, term__scheme_id=scheme).values_list("term_id", flat=True)
        )
        VersionTerm.objects.bulk_create(
            [VersionTerm(version=version, term_id=code) for code in dict.fromkeys(codes) if code not in held]
        )


def _write_rows(version: PracticeVersion, rows: Rows) -> None:
    for name, entries in rows.items():
        model: Any = ROWS[name]
        kept = [entry["id"] for entry in entries if entry.get("id")]
        model.objects.filter(version=version).exclude(pk__in=kept).delete()
        for position, entry in enumerate(entries):
            values = _clean({key: value for key, value in entry.items() if key != "id"}) | {"position": position}
            if entry.get("id"):
                row = model.objects.get(pk=entry["id"], version=version)
                for key, value in values.items():
                    setattr(row, key, value)
                row.save()
            else:
                model.objects.create(version=version, **values)


def _mark_edit(version: PracticeVersion, actor: Actor) -> None:
    if not Edit.objects.filter(version=version, user_id=actor.user_id).exists():
        Edit.objects.create(version=version, user_id=actor.user_id)


def _content(version: PracticeVersion) -> dict[str, Any]:
    return {
        field.attname: getattr(version, field.attname)
        for field in version._meta.concrete_fields
        if field.name not in {"changed_at", "created_at"}
    }


def _acts_in_demo(actor: Actor) -> bool:
    return actor.acting.is_demo if actor.acting else False


def _demo_region(actor: Actor) -> str:
    return "Demonstration" if _acts_in_demo(actor) else ""


# --- Taken over by others ------------------------------------------------------------------------


@transaction.atomic
def note_adaptation(
    *, origin: PublishedRecord, origin_version: int, project: PublishedRecord, changed: str, result: str, language: str
) -> Adaptation:
    """Say on a published practice's page that a project took it over, what was changed, and what came of it.

    Told again for the same project, the entry changes. Until the evaluation it is not verified. The people who look
    after the origin hear of it once.
    """
    words = html.plain(changed).strip()
    with allow("publishing"):
        entry, is_new = Adaptation.objects.update_or_create(
            project=project,
            defaults={
                "origin": origin,
                "origin_version": origin_version,
                "country_id": project.country_id,
                "organization_id": project.owner_id,
                "language": language,
                "changed": words[:2000],
                "result": AdaptationResult(result).value,
                "is_demo": project.is_demo,
            },
        )
    audit.record("practice.adapted", tenant_id=project.owner_id, subject=entry, after=words, reason=entry.result)
    if is_new:
        outbox.enqueue("practice.adapted", subject=entry, tenant_id=origin.owner_id)
    return entry


@transaction.atomic
def verify_adaptation(*, project_id: UUID) -> bool:
    """Show that somebody of the Network has evaluated the project behind an adaptation; whether there is one."""
    with allow("publishing"):
        verified = Adaptation.objects.filter(project_id=project_id).update(is_verified=True)
    return bool(verified)


@transaction.atomic
def write_documented(row: importing.Row) -> PracticeVersion | None:
    """Write a third-party record down as a draft of the Network; None when it is there unchanged.

    A record that changed since becomes the next version of its practice. The publisher (another
    person) puts the draft into the databank with `publish_practice`.
    Raises PermissionDenied for an actor who is not the Network's specialist.
    """
    actor = current()
    if not (actor.is_network and actor.has("specialist", "lead")):
        raise PermissionDenied
    practice = Practice.objects.select_for_update(of=("self",)).filter(import_key=row.import_key).first()
    waiting = PracticeVersion.objects.in_work().filter(practice=practice).first() if practice else None
    if practice is not None and practice.import_digest == row.digest:
        return waiting
    if practice is not None and PracticeVersion.objects.filter(practice=practice, status=PracticeStatus.WITHDRAWN):
        raise TransitionRefused([Unmet("withdrawn", _("This practice was withdrawn and is not written again."))])
    fields = _clean(importing.version_fields(row.record))
    if practice is None:
        practice = Practice.objects.create(
            owner_id=actor.organization_id,
            created_by_id=actor.user_id,
            provenance="PV02",
            import_key=row.import_key,
            import_digest=row.digest,
            source=row.record["source"],
        )
        version = PracticeVersion.objects.create(practice=practice, **fields)
    else:
        published = PracticeVersion.objects.filter(practice=practice, status=PracticeStatus.PUBLISHED).first()
        version = waiting or open_next_version(published) if published else waiting or _newest(practice)
        for name, value in fields.items():
            setattr(version, name, value)
        version.lock_version += 1
        version.save()
        practice.import_digest = row.digest
        practice.source = row.record["source"]
        practice.save(update_fields=["import_digest", "source", "changed_at"])
    _write_terms(version, importing.version_terms(row.record))
    _write_rows(version, importing.version_rows(row.record))
    translations = row.record.get("translations") or {}
    Translation.objects.filter(version=version).exclude(language__in=translations).delete()
    for language, texts in translations.items():
        translate_version(version, language=language, texts={name: text or "" for name, text in texts.items()})
    _mark_edit(version, actor)
    audit.record("practice.documented", tenant_id=practice.owner_id, subject=version, after=row.record)
    return version


@transaction.atomic
def remove_documented(import_key: str, *, note: str) -> str:
    """Take a third-party record out again: "withdrawn" when it was public, "deleted" when it was a draft, "" when
    there is none, or when somebody withdrew it herself.

    In order: a draft is deleted, what is public is withdrawn with the note, the import key is given free. So the
    same record may come in again; it is a new practice then, and the withdrawn address stays as it is.
    Raises TransitionRefused for an actor who is not the Network's publisher.
    """
    practice = Practice.objects.select_for_update(of=("self",)).filter(import_key=import_key).first()
    if practice is None:
        return ""
    versions = list(PracticeVersion.objects.filter(practice=practice).select_related("practice__owner"))
    public = next((version for version in versions if version.status == PracticeStatus.PUBLISHED), None)
    drafts = [version for version in versions if version.status in IN_WORK]
    if public is None and not drafts:
        return ""
    if not permissions.can_remove_documented(current(), versions[0]):
        raise TransitionRefused([Unmet("not_publisher", _("You may not do this with this record."))])
    for draft in drafts:
        draft.delete()
    if public is not None:
        withdraw_practice(public, note=note)
        practice.import_key = f"removed:{practice.pk}:{import_key}"[:300]
        practice.save(update_fields=["import_key", "changed_at"])
        return "withdrawn"
    audit.record("practice.removed", tenant_id=practice.owner_id, subject=practice, reason=note)
    if len(drafts) == len(versions):
        practice.delete()
    return "deleted"


def _newest(practice: Practice) -> PracticeVersion:
    newest: PracticeVersion = PracticeVersion.objects.filter(practice=practice).latest("number")
    return newest


# --- The Network writes with a ministry --------------------------------------------------------


def _lock_version(version: PracticeVersion) -> PracticeVersion:
    locked: PracticeVersion = (
        PracticeVersion.objects.select_for_update(of=("self",)).select_related("practice").get(pk=version.pk)
    )
    return locked


@transaction.atomic
def ask_for_assistance(
    version: PracticeVersion, *, reason: str, languages: Collection[str], call_when: str, specialist_email: str = ""
) -> Assistance:
    """Ask the Network, or one of its specialists by her address, to write with the ministry.

    From now on whoever was asked reads this version, and nobody else; nobody writes in it before she accepts.
    Asking twice changes nothing. Raises TransitionRefused when the actor may not ask for this version, or when
    no specialist of the Network has that address.
    """
    actor = current()
    locked = _lock_version(version)
    if not permissions.can_ask_for_help(actor, locked):
        raise TransitionRefused([Unmet("permission", _("You may not do this with this record."))])
    known = Assistance.objects.filter(version=locked, ended_at__isnull=True).first()
    if known is not None:
        return known
    network = network_organization()
    named = _specialist_called(specialist_email, network) if specialist_email.strip() else None
    assistance = Assistance.objects.create(
        version=locked,
        reason=html.plain(reason).strip(),
        languages=list(languages),
        call_when=html.plain(call_when).strip(),
        asked_by_id=_user_id(actor),
        specialist=named,
    )
    for record in (locked.practice, locked):
        if named is None:
            organizations.share(record, capacity=Capacity.DRAFT, organization=network)
        else:
            organizations.share(record, capacity=Capacity.DRAFT, user=named)
    audit.record("assistance.asked", tenant_id=locked.practice.owner_id, subject=assistance, after=assistance.reason)
    outbox.enqueue("assistance.asked", subject=assistance, tenant_id=network.pk)
    return assistance


def _specialist_called(email: str, network: Organization) -> User:
    with acting_as(service_actor("relay"), reason="a ministry names the specialist whom it asks"):
        ids = members_with_role(network.pk, Role.SPECIALIST, Role.LEAD)
    named = User.objects.filter(email__iexact=email.strip(), pk__in=ids, is_active=True).first()
    if named is None:
        raise TransitionRefused([Unmet("specialist", _("No specialist of the Network has this address."))])
    return named


@transaction.atomic
def accept_assistance(assistance: Assistance) -> Assistance:
    """Take on to write with a ministry. Whoever writes can never screen, review or publish this practice.

    Raises TransitionRefused when it has ended, somebody else has it, or the actor is no specialist.
    """
    actor = current()
    version = _lock_version(PracticeVersion(pk=assistance.version_id))
    opened = Assistance.objects.get(pk=assistance.pk)
    if not permissions.is_specialist(actor, version) or not opened.is_open:
        raise TransitionRefused([Unmet("permission", _("You may not do this with this record."))])
    if opened.specialist_id not in {None, actor.user_id}:
        raise TransitionRefused([Unmet("taken", _("Somebody else of the Network already writes with them."))])
    if opened.accepted_at is not None:
        return opened
    opened.specialist_id, opened.accepted_at = _user_id(actor), timezone.now()
    opened.save(update_fields=["specialist", "accepted_at"])
    audit.record("assistance.accepted", tenant_id=version.practice.owner_id, subject=opened)
    outbox.enqueue("assistance.accepted", subject=opened, tenant_id=version.practice.owner_id)
    return opened


@transaction.atomic
def end_assistance(assistance: Assistance, *, note: str = "") -> Assistance:
    """End it, from either side: the Network reads and writes no longer; what is unconfirmed stays unconfirmed.

    Raises TransitionRefused when the actor is neither a writer of the ministry nor the specialist asked.
    """
    actor = current()
    version = _lock_version(PracticeVersion(pk=assistance.version_id))
    opened = Assistance.objects.get(pk=assistance.pk)
    ours = permissions.is_of_owner(actor, version) and permissions.is_writer(actor, version)
    theirs = permissions.is_specialist(actor, version) and opened.specialist_id in {None, actor.user_id}
    if not (ours or theirs) or not opened.is_open:
        raise TransitionRefused([Unmet("permission", _("You may not do this with this record."))])
    return _end(opened, version, note=note)


def _end(assistance: Assistance, version: PracticeVersion, *, note: str = "") -> Assistance:
    assistance.ended_at, assistance.ended_by_id = timezone.now(), _user_id(current())
    assistance.end_note = html.plain(note).strip()
    assistance.save(update_fields=["ended_at", "ended_by", "end_note"])
    tenant_id = version.practice.owner_id
    audit.record("assistance.ended", tenant_id=tenant_id, subject=assistance, reason=assistance.end_note)
    outbox.enqueue("assistance.ended", subject=assistance, tenant_id=tenant_id)
    _close_autosaves(version)
    # Whoever was let in by a share cannot change it, so the site closes the door behind both.
    with acting_as(service_actor("reviews"), reason="an assistance has ended"):
        for object_id in (version.pk, version.practice_id):
            organizations.revoke_shares(object_id=object_id, capacity=Capacity.DRAFT)
    return assistance


def _mark_proposals(version: PracticeVersion, actor: Actor, changed: Collection[str]) -> None:
    """What an assistant changed waits for the ministry; what the ministry changed is its own again."""
    if not changed:
        return
    if permissions.is_of_owner(actor, version):
        ProposedField.objects.filter(version=version, name__in=changed, confirmed_at__isnull=True).update(
            confirmed_at=timezone.now(), confirmed_by_id=actor.user_id
        )
        return
    for name in changed:
        ProposedField.objects.update_or_create(
            version=version,
            name=name,
            defaults={
                "proposed_by_id": actor.user_id,
                "proposed_at": timezone.now(),
                "confirmed_at": None,
                "confirmed_by": None,
            },
        )


@transaction.atomic
def confirm_answers(version: PracticeVersion, *, names: Collection[str], lock_version: int) -> int:
    """The focal point confirms answers that the Network proposed, as she saw them; how many were open.

    Raises StaleVersion when the text has changed since she read it, and TransitionRefused for everybody else.
    """
    actor = current()
    locked = _lock_version(version)
    if not permissions.can_confirm_answers(actor, locked):
        raise TransitionRefused([Unmet("permission", _("Your focal point confirms what the Network wrote."))])
    if locked.lock_version != lock_version:
        raise StaleVersion(locked)
    open_ones = ProposedField.objects.filter(version=locked, name__in=list(names), confirmed_at__isnull=True)
    confirmed = sorted(open_ones.values_list("name", flat=True))
    if confirmed:
        open_ones.update(confirmed_at=timezone.now(), confirmed_by_id=_user_id(actor))
        _close_autosaves(locked)
        audit.record(
            "assistance.confirmed", tenant_id=locked.practice.owner_id, subject=locked, reason=", ".join(confirmed)
        )
    return len(confirmed)


# --- The way through review ------------------------------------------------------------------


@transaction.atomic
def perform(version: PracticeVersion, name: str, *, note: str = "", lock_version: int | None = None) -> PracticeVersion:
    """Do a step of the life cycle that needs nothing but a note.

    `submit` also shares the practice with the Network and begins a new round after a revision.
    Raises what `Workflow.perform` raises.
    """
    _close_autosaves(version)
    if name == "submit":
        return submit_practice(version, note=note, lock_version=lock_version)
    if name in {"publish", "publish_documented"}:
        return publish_practice(version, note=note, lock_version=lock_version)
    if name == "withdraw":
        return withdraw_practice(version, note=note, lock_version=lock_version)
    if name == "reconfirm":
        return reconfirm_practice(version, lock_version=lock_version)
    if name not in PRACTICE.transitions:
        raise TransitionRefused([Unmet("unknown", _("There is no such step."))])
    moved = PRACTICE.perform(version, name, note=note, version=lock_version)
    if name in {"request_revision", "decline"}:
        _end_reviews(moved)
    return moved


@transaction.atomic
def submit_practice(version: PracticeVersion, *, note: str = "", lock_version: int | None = None) -> PracticeVersion:
    """The focal point sends a practice for review; from now on the Network reads it."""
    again = version.status == PracticeStatus.REVISION
    changes = {"round": version.round + 1} if again else {}
    sent = PRACTICE.perform(version, "submit", note=note, version=lock_version, **changes)
    for assistance in Assistance.objects.filter(version=sent, ended_at__isnull=True):
        _end(assistance, sent)
    network = network_organization()
    organizations.share(sent.practice, capacity=Capacity.NETWORK, organization=network)
    organizations.share(sent, capacity=Capacity.NETWORK, organization=network)
    return sent


@transaction.atomic
def screen_practice(version: PracticeVersion, *, answers: Mapping[str, bool], note: str = "") -> Screening:
    """File the answers to the five exclusion questions, once in a round.

    Raises TransitionRefused when the version is not being screened, and ConflictOfInterest.
    """
    actor = current()
    locked: PracticeVersion = PracticeVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if locked.status != PracticeStatus.SCREENING or not permissions.can_screen(actor, locked):
        raise TransitionRefused([Unmet("state", _("This practice is not being screened."))])
    refuse_conflicts(_user_id(actor), locked.pk, "screen")
    screening, _created = Screening.objects.update_or_create(
        version=locked,
        round=locked.round,
        defaults={
            "screener_id": actor.user_id,
            "answers": {question: bool(answers.get(question)) for question in Exclusion.values},
            "note": html.plain(note),
            "at": timezone.now(),
        },
    )
    audit.record("practice.screened", tenant_id=locked.practice.owner_id, subject=locked, after=screening.answers)
    return screening


@transaction.atomic
def assign_reviewer(
    version: PracticeVersion, *, reviewer: User, organization: Organization, due_on: dt.date | None = None
) -> Review:
    """Ask a person of another organisation to review; asking her again changes nothing.

    Raises TransitionRefused when the version is not in review, her organisation was asked already, or whoever
    asks has a conflict of interest; and ConflictOfInterest with every reason why she may not (practices page, 4.5).
    """
    actor = current()
    locked: PracticeVersion = (
        PracticeVersion.objects.select_for_update(of=("self",)).select_related("practice__owner").get(pk=version.pk)
    )
    if locked.status != PracticeStatus.IN_REVIEW or not permissions.can_settle(actor, locked):
        raise TransitionRefused([Unmet("state", _("Reviewers are asked while a practice is in review."))])
    own = conflicts_of(_user_id(actor), locked.pk, SCREEN)
    if own:
        raise TransitionRefused([Unmet("own_conflict", _("You have a conflict of interest yourself.")), *own])
    if not Membership.objects.filter(user=reviewer, organization=organization, valid_to__isnull=True).exists():
        raise TransitionRefused([Unmet("membership", _("This person does not belong to that organisation."))])
    if organization.kind not in {
        OrganizationKind.INTERNATIONAL,
        OrganizationKind.ACADEMIC,
        OrganizationKind.SOCIAL_PARTNER,
    }:
        raise ConflictOfInterest(
            (Unmet("kind", _("Reviewers come from partner organisations, universities and social partners.")),)
        )
    refuse_conflicts(reviewer.pk, locked.pk, REVIEW)
    known = Review.objects.filter(version=locked, round=locked.round, reviewer=reviewer).first()
    if known is not None and known.status != ReviewStatus.RELEASED:
        return known
    if known is not None:
        raise TransitionRefused([Unmet("released", _("This person was released from this review."))])
    taken = Review.objects.filter(version=locked, round=locked.round, owner=organization).exclude(
        status=ReviewStatus.RELEASED
    )
    if taken.exists():
        raise TransitionRefused([Unmet("organization", _("Somebody of this organisation already reviews it."))])
    review = Review.objects.create(
        owner=organization,
        version=locked,
        round=locked.round,
        reviewer=reviewer,
        subject=locked.title,
        subject_language=locked.source_language,
        subject_owner=locked.practice.owner.names,
        is_demo=locked.practice.is_demo,
        due_on=due_on or timezone.localdate() + dt.timedelta(days=REVIEW_DAYS),
    )
    audit.record("review.assigned", tenant_id=locked.practice.owner_id, subject=review)
    outbox.enqueue("review.assigned", subject=review, tenant_id=organization.pk)
    return review


@transaction.atomic
def declare_interest(review: Review, *, interest: str, note: str = "") -> Review:
    """File the declaration that opens the dossier; any interest releases the reviewer instead.

    Only now is the practice shared with her: before, neither page nor file nor database shows it.

    Raises TransitionRefused with the reasons when a conflict is known already.
    """
    declared = REVIEW_FLOW.perform(
        review, "declare", interest=Interest(interest).value, interest_note=html.plain(note), declared_at=timezone.now()
    )
    if declared.interest != Interest.NONE:
        return release_reviewer(declared, note=str(Interest(interest).label))
    reviewer = User.objects.get(pk=declared.reviewer_id)
    with acting_as(service_actor("reviews"), reason="a declaration opens the dossier"):
        version = PracticeVersion.objects.select_related("practice").get(pk=declared.version_id)
        organizations.share(version.practice, capacity=Capacity.REVIEW, user=reviewer)
        organizations.share(version, capacity=Capacity.REVIEW, user=reviewer)
    return declared


@transaction.atomic
def release_reviewer(review: Review, *, note: str) -> Review:
    """Let a reviewer go; she no longer reads the practice."""
    released = REVIEW_FLOW.perform(review, "release", note=note)
    _close_dossier(released)
    return released


def _close_dossier(review: Review) -> None:
    """The reviewer reads the version no longer; what she wrote herself stays hers."""
    reviewer = User.objects.get(pk=review.reviewer_id)
    with acting_as(service_actor("reviews"), reason="a review has ended"):
        practice_id = PracticeVersion.objects.values_list("practice_id", flat=True).get(pk=review.version_id)
        for object_id in (review.version_id, practice_id):
            organizations.revoke_shares(object_id=object_id, capacity=Capacity.REVIEW, user=reviewer)


def _end_reviews(version: PracticeVersion) -> None:
    """The version leaves its review: open reviews are released, and no reviewer reads it any more."""
    reviews = Review.objects.filter(version=version, round=version.round).exclude(status=ReviewStatus.RELEASED)
    for review in reviews.select_for_update(of=("self",)):
        if review.status == ReviewStatus.FILED:
            _close_dossier(review)
        else:
            release_reviewer(review, note=gettext("The practice has left this round of review."))


@transaction.atomic
def release_reviewer_who_left(*, user_id: UUID, organization_id: UUID) -> int:
    """A review was asked of a person as a member of her organisation: it ends with her membership; how many did."""
    with acting_as(service_actor("reviews"), reason="a reviewer has left her organisation"):
        reviews = selectors.list_open_reviews(user_id, organization_id)
        for review in reviews:
            release_reviewer(review, note=gettext("The reviewer has left her organisation."))
    return len(reviews)


@transaction.atomic
def hand_over_work(*, user: User, heir: User, organization_id: UUID) -> int:
    """Let a colleague look after what somebody who leaves looked after, and stand as contact in her place.

    Who wrote what stays as it is. The colleague's address is shown to nobody before she says so herself.
    Raises PermissionDenied for an actor of another organisation.
    """
    if current().organization_id != organization_id:
        raise PermissionDenied
    kept = selectors.list_kept(user.pk, organization_id)
    for version in kept:
        Practice.objects.filter(pk=version.practice_id).update(keeper=heir)
        entry = audit.record("practice.keeper_changed", tenant_id=organization_id, subject=version)
        outbox.enqueue(
            "practice.keeper_changed",
            subject=version,
            version=entry.sequence,
            tenant_id=organization_id,
            data={"keeper": str(heir.pk)},
        )
    named = selectors.list_naming(user.pk, organization_id)
    for version in named:
        PracticeVersion.objects.filter(pk=version.pk).update(lock_version=F("lock_version") + 1)
        Contact.objects.filter(version=version, email__in=addresses_of(user.pk)).update(
            name=str(heir), email=heir.email, language=heir.language, is_public=False
        )
        audit.record("practice.contact_changed", tenant_id=organization_id, subject=version)
    return len(kept) + len(named)


def open_dossier(review: Review) -> list[Unmet]:
    """Why the dossier stays closed to its reviewer: no declaration yet, released, or a conflict.

    Asked at every opening, because affiliations change. An empty list opens it.
    """
    if review.status == ReviewStatus.RELEASED:
        return [Unmet("released", _("You were released from this review."))]
    if review.status == ReviewStatus.ASSIGNED:
        return [Unmet("declaration", _("File your declaration of interest first. The dossier opens then."))]
    return conflicts_of(review.reviewer_id, review.version_id, REVIEW)


@transaction.atomic
def save_review(
    review: Review,
    *,
    exclusions: Mapping[str, bool],
    scores: Mapping[str, int],
    studies: Mapping[UUID, str],
    completeness: Mapping[str, str],
    rationale: str,
    lock_version: int | None = None,
) -> Review:
    """Keep an unfinished review; nothing of it is shown to anybody yet.

    Raises TransitionRefused once it is filed, and StaleVersion when another window saved later.
    """
    locked: Review = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if locked.status != ReviewStatus.DECLARED or locked.reviewer_id != current_actor().user_id:
        raise TransitionRefused([Unmet("state", _("A filed review cannot be changed."))])
    if lock_version is not None and locked.lock_version != lock_version:
        raise StaleVersion(locked)
    refuse_conflicts(locked.reviewer_id, locked.version_id, REVIEW)
    locked.exclusions = {question: exclusions[question] for question in Exclusion.values if question in exclusions}
    locked.completeness = {aspect: completeness[aspect] for aspect in Aspect.values if aspect in completeness}
    locked.rationale = html.plain(rationale).strip()
    locked.lock_version += 1
    locked.save()
    ReviewScore.objects.filter(review=locked).delete()
    ReviewScore.objects.bulk_create(
        [
            ReviewScore(review=locked, criterion=criterion, score=scores[criterion])
            for criterion in Criterion.values
            if criterion in scores and 0 <= scores[criterion] <= MAX_SCORE
        ]
    )
    items = set(EvidenceItem.objects.filter(version_id=locked.version_id).values_list("pk", flat=True))
    StudyJudgement.objects.filter(review=locked).delete()
    StudyJudgement.objects.bulk_create(
        [
            StudyJudgement(review=locked, item_id=item, rating=rating)
            for item, rating in studies.items()
            if item in items
        ]
    )
    return locked


@transaction.atomic
def file_review(review: Review) -> Review:
    """File a complete review. When it is the second, the version moves on by rule.

    Both reviews are compared by the service "reviews", since no reviewer may read the other's.
    Raises TransitionRefused with what is missing, or with a conflict of interest.
    """
    # Under the lock, since somebody who releases the review at the same time closes its dossier, too.
    locked = lock_for_writing(review)
    unmet = _missing_in(locked) if locked.status in {ReviewStatus.ASSIGNED, ReviewStatus.DECLARED} else []
    if unmet:
        raise TransitionRefused(unmet)
    filed = REVIEW_FLOW.perform(locked, "file", filed_at=timezone.now())
    with acting_as(service_actor("reviews"), reason="compare two filed reviews"):
        _conclude_reviews(filed.version_id)
    return filed


def _missing_in(review: Review) -> list[Unmet]:
    scored = set(review.scores.values_list("criterion", flat=True))
    missing = [
        Unmet(criterion, _("Give a score for “%(criterion)s”.") % {"criterion": Criterion(criterion).label})
        for criterion in Criterion.values
        if criterion not in scored
    ]
    if set(review.exclusions) != set(Exclusion.values):
        missing.insert(0, Unmet("exclusions", _("Answer all five questions.")))
    if set(review.completeness) != set(Aspect.values):
        missing.append(Unmet("completeness", _("Say for each of the five aspects how far it is described.")))
    rated = set(review.study_judgements.values_list("item_id", flat=True))
    if set(review.version.evidence_items.values_list("pk", flat=True)) - rated:
        missing.append(Unmet("studies", _("Rate every study.")))
    if not review.rationale:
        missing.append(Unmet("rationale", _("Give your reasons in words.")))
    return missing


def _conclude_reviews(version_id: UUID) -> None:
    version = PracticeVersion.objects.select_for_update(of=("self",)).get(pk=version_id)
    reviews = filed_reviews(version)
    if version.status != PracticeStatus.IN_REVIEW or len({review.owner_id for review in reviews}) < 2:
        return
    refused = any(not all(review.exclusions.values()) for review in reviews)
    PRACTICE.perform(version, "diverge" if disputed_criteria(reviews) or refused else "concur")


@transaction.atomic
def adjudicate(
    version: PracticeVersion,
    *,
    scores: Mapping[str, int],
    study_ratings: Mapping[UUID, str],
    rationale: str,
    lock_version: int | None = None,
) -> PracticeVersion:
    """Settle the scores on which reviewers differ, with a public reason; the level follows by code.

    Raises TransitionRefused when the version does not wait for it, and ConflictOfInterest.
    """
    actor = current()
    locked: PracticeVersion = PracticeVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if locked.status != PracticeStatus.ADJUDICATION or not permissions.can_settle(actor, locked):
        raise TransitionRefused([Unmet("state", _("These scores do not wait to be settled."))])
    if not rationale.strip():
        raise TransitionRefused([Unmet("rationale", _("Give your reasons. They are published."))])
    refuse_conflicts(_user_id(actor), locked.pk, "adjudicate")
    disputed = disputed_criteria(filed_reviews(locked))
    unsettled = [criterion for criterion in disputed if criterion not in scores]
    if unsettled:
        raise TransitionRefused(
            [Unmet(c, _("Settle “%(criterion)s”.") % {"criterion": Criterion(c).label}) for c in unsettled]
        )
    try:
        with transaction.atomic():
            Adjudication.objects.create(
                version=locked,
                round=locked.round,
                adjudicator_id=_user_id(actor),
                scores={criterion: int(scores[criterion]) for criterion in disputed},
                study_ratings={str(item): rating for item, rating in study_ratings.items()},
                rationale=html.plain(rationale).strip(),
            )
    except IntegrityError as error:
        raise TransitionRefused([Unmet("settled", _("These scores were settled already."))]) from error
    return PRACTICE.perform(locked, "adjudicate", note=rationale, version=lock_version)


@transaction.atomic
def publish_practice(version: PracticeVersion, *, note: str = "", lock_version: int | None = None) -> PracticeVersion:
    """Put a version in the databank; the one that was public before it is replaced.

    A documented record (nobody of the ministry reported it) is published unreviewed and says so.
    Raises what `Workflow.perform` raises.
    """
    practice = version.practice
    name = "publish_documented" if practice.is_documented else "publish"
    marks = marks_of(version)
    previous = (
        PracticeVersion.objects.select_for_update(of=("self",))
        .filter(practice_id=practice.pk, status=PracticeStatus.PUBLISHED)
        .exclude(pk=version.pk)
        .first()
    )
    if previous is not None and version.status in PRACTICE.transitions[name].sources:
        with acting_as(service_actor("reviews"), reason="a newer version takes the place of the published one"):
            PRACTICE.perform(previous, "supersede")
    published = PRACTICE.perform(
        version,
        name,
        note=note,
        version=lock_version,
        last_confirmed=None if practice.is_documented else timezone.localdate(),
    )
    document = build_snapshot(published, marks=marks)
    _end_reviews(published)
    publishing.publish(
        kind="practice",
        record_id=practice.pk,
        owner=practice.owner,
        country_id=published.country_id,
        version=published.number,
        schema=SCHEMA,
        json_schema=JSON_SCHEMA,
        snapshot=document,
        terms=[code for codes in terms_of(published).values() for code in codes],
        evidence_level=marks.evidence_level,
        provenance=document["provenance"],
        is_demo=practice.is_demo,
        files=[
            publishing.OfferedFile(id=row.pk, path=str(row.file.name), name=row.name, content_type=row.content_type)
            for row in public_attachments(published)
        ],
    )
    return published


@transaction.atomic
def withdraw_practice(version: PracticeVersion, *, note: str, lock_version: int | None = None) -> PracticeVersion:
    """Take a practice out of the databank; its address says why from then on."""
    withdrawn = PRACTICE.perform(version, "withdraw", note=note, version=lock_version)
    publishing.withdraw(record_id=withdrawn.practice_id, reason=html.plain(note).strip())
    return withdrawn


@transaction.atomic
def reconfirm_practice(version: PracticeVersion, *, lock_version: int | None = None) -> PracticeVersion:
    """The owner confirms that the published text is still right, today."""
    today = timezone.localdate()
    confirmed = PRACTICE.perform(version, "reconfirm", version=lock_version, last_confirmed=today)
    publishing.confirm(record_id=confirmed.practice_id, on=today)
    return confirmed


def published_record(practice_id: UUID) -> PublishedRecord | None:
    """The public record of a practice, if it was ever published."""
    return PublishedRecord.objects.filter(pk=practice_id).first()


def _user_id(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise PermissionDenied
    return actor.user_id
