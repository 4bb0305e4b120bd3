"""Writing Terms of Reference: begun from a need, filled in as proposals, read and changed by people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from needs import services as needs
from needs.enums import OPEN as OPEN_NEEDS
from needs.enums import NeedStatus
from needs.models import Need
from network_site.common import audit, files, html, idempotency, outbox
from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet, lock_for_writing
from network_site.organizations import services as organizations
from network_site.organizations.actor import Actor, acting_as, current, person_through
from network_site.organizations.enums import Capacity
from network_site.organizations.models import Share
from network_site.organizations.selectors import network_organization
from network_site.publishing.models import PublishedRecord

from .. import permissions
from ..autofill import Suggestion, suggestions
from ..enums import EDITABLE, PartyRole, Proposal
from ..models import Dismissed, Funding, Party, Project, ProjectTerm, ResultRow, Target, Text, Writer
from ..outline import SECTION_OF_KIND, field_of
from ..selectors.projects import KINDS
from .checking import check_fields

PARTS = tuple(kind for kind, model in KINDS.items() if hasattr(model, "proposal"))
SCHEMES = ("LAF", "DI", "TG", "CM")
FACTS = (
    "title", "reference", "type", "country", "countries", "start_on", "months", "currency", "interest_until",
    "languages", "source_language",
)  # fmt: skip


# --- Begin -----------------------------------------------------------------------------------


@transaction.atomic
def start_project(need: Need, *, practice: PublishedRecord | None = None, key: str | None = None) -> Project:
    """Begin a project that answers a need, half filled with proposals.

    In order: the project of the need's ministry; shared with the Network when the need is, or when the Network
    begins it; its terms, its ministry as beneficiary, its empty sums; proposals with their origins; then the need
    moves to "in drafting". The same `key` again answers with the first project.
    Raises PermissionDenied for others, and TransitionRefused when the need is not open or has a draft already.
    """
    actor = current()
    if not permissions.can_start(actor, need):
        raise PermissionDenied

    def create() -> Project:
        locked: Need = lock_for_writing(need)
        _refuse_closed_need(locked)
        project = Project.objects.create(
            owner_id=locked.owner_id,
            need=locked,
            practice=practice,
            practice_version=practice.version if practice else None,
            created_by_id=_user_id(actor),
            source_language=locked.source_language,
            title=locked.title,
            country_id=locked.country_id,
            languages=locked.languages or [locked.source_language],
            is_demo=locked.is_demo,
        )
        _share_with_network(project, locked, actor)
        Funding.objects.create(project=project)
        Party.objects.create(
            project=project, name=locked.owner.name, organization_id=locked.owner_id, role=PartyRole.BENEFICIARY
        )
        _write_terms(project, {scheme: locked.codes(scheme) for scheme in SCHEMES})
        _add(project, suggestions(project, actor))
        _note_writer(project, actor)
        audit.record("project.created", tenant_id=project.owner_id, subject=project, after=project.title)
        if locked.status != NeedStatus.IN_DRAFTING and locked.status != NeedStatus.ADVERTISED:
            needs.perform(locked, "start_drafting")
        outbox.enqueue("project.started", subject=project, tenant_id=project.owner_id)
        return project

    return idempotency.once(key, "project.start", create, lambda pk: Project.objects.get(pk=pk))


def _refuse_closed_need(need: Need) -> None:
    if need.status not in OPEN_NEEDS:
        raise TransitionRefused([Unmet("need", _("A project is begun for a need that is registered and open."))])
    if Project.objects.filter(need=need, status__in=EDITABLE).exists():
        raise TransitionRefused([Unmet("drafted", _("A project for this need is being drafted already."))])


def _share_with_network(project: Project, need: Need, actor: Actor) -> None:
    network = network_organization()
    if actor.organization_id != project.owner_id:
        # She cannot open a door to what is not hers: the service does it, and the trail names both.
        with acting_as(person_through("funding", _user_id(actor)), reason="the Network begins a project"):
            organizations.share(project, capacity=Capacity.NETWORK, organization=network)
    elif Share.objects.filter(
        object_id=need.pk, organization=network, capacity=Capacity.NETWORK, revoked_at__isnull=True
    ).exists():
        organizations.share(project, capacity=Capacity.NETWORK, organization=network)


@transaction.atomic
def start_documented(
    *, source: Mapping[str, Any], fields: Mapping[str, Any], terms: Mapping[str, Collection[str]]
) -> Project:
    """Write a project down from a publication, as a draft of the Network. Raises PermissionDenied for others."""
    actor = current()
    if not permissions.can_document(actor):
        raise PermissionDenied
    project = Project(owner_id=actor.organization_id, created_by_id=_user_id(actor), source=dict(source))
    _set_fields(project, fields)
    project.save()
    Funding.objects.create(project=project)
    _write_terms(project, terms)
    _note_writer(project, actor)
    audit.record("project.documented", tenant_id=project.owner_id, subject=project, after=dict(source))
    return project


# --- Write -----------------------------------------------------------------------------------


def _open(project: Project, lock_version: int | None) -> Project:
    """The project locked, if the actor may write on it now.

    Raises StaleVersion when somebody saved after `lock_version` was read, and TransitionRefused otherwise.
    """
    locked: Project = lock_for_writing(project)
    if not permissions.can_edit(current(), locked):
        raise TransitionRefused([Unmet("not_editable", _("This project can no longer be changed here."))])
    if lock_version is not None and locked.lock_version != lock_version:
        raise StaleVersion(locked)
    return locked


def _close(project: Project, action: str, *, before: Any = None, after: Any = None, reason: str = "") -> None:
    """Count the change, note who wrote, and put it into the trail."""
    project.lock_version += 1
    project.save(update_fields=["lock_version", "changed_at"])
    _note_writer(project, current())
    audit.record(
        action, tenant_id=project.owner_id, subject=project, version=project.lock_version, before=before, after=after,
        reason=reason,
    )  # fmt: skip


def _note_writer(project: Project, actor: Actor) -> None:
    if not Writer.objects.filter(project=project, user_id=actor.user_id).exists():
        Writer.objects.create(project=project, user_id=_user_id(actor))


def _user_id(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise PermissionDenied
    return actor.user_id


@transaction.atomic
def save_facts(
    project: Project,
    *,
    fields: Mapping[str, Any],
    terms: Mapping[str, Collection[str]] | None = None,
    lock_version: int | None = None,
) -> Project:
    """Save what stands in columns of the project itself: title, countries, dates, currency; and its terms by scheme.

    Raises ValidationError for values that do not fit, and what `_open` raises.
    """
    locked = _open(project, lock_version)
    before = {name: getattr(locked, name) for name in FACTS}
    _set_fields(locked, fields)
    locked.save()
    _write_terms(locked, terms or {})
    _close(locked, "project.edited", before=before, after={name: getattr(locked, name) for name in FACTS})
    return locked


def _set_fields(project: Project, fields: Mapping[str, Any]) -> None:
    unknown = set(fields) - set(FACTS) - {"is_demo"}
    if unknown:
        raise TypeError(f"not for writers: {', '.join(sorted(unknown))}")
    for name, value in _plain(fields).items():
        if name == "country" and isinstance(value, str):
            name = "country_id"
        setattr(project, name, value)
    written = set(fields)
    check_fields(project, exclude=[one.name for one in Project._meta.concrete_fields if one.name not in written])


def _write_terms(project: Project, terms: Mapping[str, Collection[str]]) -> None:
    for scheme, codes in terms.items():
        rows = ProjectTerm.objects.filter(project=project, term__scheme_id=scheme)
        rows.exclude(term_id__in=codes).delete()
        held = set(rows.values_list("term_id", flat=True))
        ProjectTerm.objects.bulk_create(
            [ProjectTerm(project=project, term_id=code) for code in dict.fromkeys(codes) if code not in held]
        )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: html.plain(value).strip() if isinstance(value, str) else value for name, value in values.items()}


@transaction.atomic
def set_text(project: Project, *, key: str, text: str, lock_version: int | None = None) -> Text | None:
    """Write one text of a section. The text and whether it was read stay as they are where nothing changes.

    What was filled in by the program keeps its citation when a person changes it. An empty text of a field that
    takes many takes the text out, and a proposal taken out is not made again.
    Raises UnknownKey for a key that the outline does not have, ValidationError for a text too long, and what `_open`
    raises.
    """
    return set_texts(project, texts={key: text}, lock_version=lock_version)[key]


@transaction.atomic
def set_texts(
    project: Project,
    *,
    texts: Mapping[str, str],
    citations: Mapping[str, Mapping[str, Any]] | None = None,
    lock_version: int | None = None,
) -> dict[str, Text | None]:
    """Write several texts at once, as the form of a section sends them; one entry in the trail. See `set_text`.

    `citations` by key are for texts that somebody wrote down from a publication.
    """
    locked = _open(project, lock_version)
    held = {row.key: row for row in Text.objects.filter(project=locked, key__in=texts)}
    before = {key: row.text for key, row in held.items()}
    written: dict[str, Text | None] = {}
    changed = False
    for key, text in _plain(texts).items():
        section, text_field = field_of(key)
        row = held.get(key)
        written[key] = row
        if (row.text if row else "") == text:
            continue
        changed = True
        if text_field.many and not text:
            _take_out(row)
            written[key] = None
            continue
        row = row or Text(project=locked, section=section, key=key, position=_next_position(locked, section))
        row.text, row.proposal = text, Proposal.EDITED
        if citations and key in citations:
            row.citation = dict(citations[key])
        check_fields(row, exclude=["project"])
        row.save()
        written[key] = row
    if changed:
        _close(locked, "project.edited", before=before, after=dict(texts), reason=", ".join(texts))
    return written


def _next_position(project: Project, section: str) -> int:
    highest = Text.objects.filter(project=project, section=section).aggregate(highest=Max("position"))["highest"]
    return 0 if highest is None else highest + 1


def _take_out(part: Any) -> None:
    """Delete a value; a proposal is remembered, so that it is not made again."""
    key = str((getattr(part, "citation", None) or {}).get("key", ""))
    if key and not Dismissed.objects.filter(project_id=part.project_id, key=key).exists():
        Dismissed.objects.create(project_id=part.project_id, key=key)
    part.delete()


@transaction.atomic
def save_rows(
    project: Project, *, kind: str, rows: Iterable[Mapping[str, Any]], lock_version: int | None = None
) -> list[Any]:
    """Save the rows of one kind as the form sends them, in their order; rows that are not among them are taken out.

    A row with its `id` stays the same row. One that changes counts as changed by hand and keeps its citation; one
    that does not stays as unread as it was. Results name their `parent` by its number, and may bring `targets`
    ({ends_on, value, text}). Raises ValidationError for values that do not fit, KeyError for an unknown kind, and
    what `_open` raises.
    """
    locked = _open(project, lock_version)
    before = [_content(row) for row in _rows_of(locked, kind)]
    written = replace_rows(locked, kind=kind, rows=rows)
    after = [_content(row) for row in written]
    if before != after:
        _close(locked, "project.edited", before=before, after=after, reason=kind)
    return written


def replace_rows(project: Project, *, kind: str, rows: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Make the rows of a kind those given. No question who asks: for verbs that have asked."""
    model: Any = KINDS[kind]
    held = {row.pk: row for row in _rows_of(project, kind)}
    given = [dict(row) for row in rows]
    _refuse_foreign_rows(held, given)
    if kind == "results":
        _refuse_double_codes(given)
    kept = {_id_of(row) for row in given}
    for pk, row in list(held.items()):
        if pk not in kept:
            _take_out(row)
            del held[pk]
    if kind == "results":
        _free_codes(held, given)
    written = []
    for position, values in enumerate(given):
        row = held.get(_id_of(values)) or model(project=project)
        parent, targets = values.pop("parent", None), values.pop("targets", None)
        values.pop("id", None)
        _write_row(row, _plain(values) | {"position": position})
        if kind == "results":
            row.wanted_parent = parent
            if targets is not None:
                _write_targets(row, targets)
        written.append(row)
    if kind == "results":
        _write_parents(written)
    return written


def _rows_of(project: Project, kind: str) -> Any:
    rows = KINDS[kind].objects.filter(project=project)  # type: ignore[attr-defined]
    return rows.prefetch_related("targets") if kind == "results" else rows


def _id_of(values: Mapping[str, Any]) -> UUID | None:
    given = values.get("id")
    if not given:
        return None
    try:
        return UUID(str(given))
    except ValueError:
        return None


def _refuse_foreign_rows(held: Mapping[UUID, Any], given: list[dict[str, Any]]) -> None:
    """A row that somebody else took out meanwhile is not written again under its old id."""
    ids = [row["id"] for row in given if row.get("id")]
    if len({str(one) for one in ids}) != len(ids) or any(_id_of({"id": one}) not in held for one in ids):
        raise ValidationError(_("A row that you changed is no longer there. Reload the page."), code="row_gone")


def _refuse_double_codes(given: list[dict[str, Any]]) -> None:
    codes = [str(row.get("code", "")).strip() for row in given]
    if len(set(codes)) != len(codes):
        raise ValidationError(_("Each result has a number of its own."), code="double_code")


def _free_codes(held: Mapping[UUID, Any], given: list[dict[str, Any]]) -> None:
    """Give up the old numbers first, so that two rows may exchange theirs."""
    for place, values in enumerate(given):
        row = held.get(_id_of(values))  # type: ignore[arg-type]
        if row is not None and "code" in values and row.code != str(values["code"]).strip():
            ResultRow.objects.filter(pk=row.pk).update(code=f"~{place}")


def _write_row(row: Any, values: Mapping[str, Any]) -> None:
    is_new = row._state.adding
    changed = is_new
    for name, value in values.items():
        if name in {"organization", "country"}:
            name, value = f"{name}_id", value.pk if isinstance(value, models.Model) else value
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed = changed or name != "position"
    if changed and hasattr(row, "proposal"):
        row.proposal = Proposal.EDITED
    check_fields(row, exclude=["project", "parent", "organization", "country", "file"])
    row.save()


def _write_targets(row: ResultRow, targets: Iterable[Mapping[str, Any]]) -> None:
    wanted = {target["ends_on"]: (target.get("value"), str(target.get("text", ""))) for target in targets}
    held = {target.ends_on: target for target in Target.objects.filter(result=row)}
    if {day: (target.value, target.text) for day, target in held.items()} == wanted:
        return
    Target.objects.filter(result=row).delete()
    for day, (value, text) in wanted.items():
        target = Target(result=row, ends_on=day, value=value, text=text)
        check_fields(target, exclude=["result"])
        target.save()
    if row.proposal != Proposal.EDITED:
        row.proposal = Proposal.EDITED
        row.save(update_fields=["proposal"])


def _write_parents(rows: list[Any]) -> None:
    by_code = {row.code: row for row in rows}
    for row in rows:
        wanted = row.wanted_parent
        code = wanted.code if isinstance(wanted, ResultRow) else str(wanted or "").strip()
        parent = by_code.get(code)
        if code and (parent is None or parent is row):
            raise ValidationError(
                _("Result %(code)s belongs to %(parent)s, which is not there."),
                code="parent",
                params={"code": row.code, "parent": code},
            )
        if row.parent_id != (parent.pk if parent else None):
            row.parent = parent
            row.save(update_fields=["parent"])


def _content(row: Any) -> dict[str, Any]:
    """What the trail proves; the place of a row is its place in the list."""
    values = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields if one.name != "position"}
    values["file"] = str(values.get("file", ""))
    if isinstance(row, ResultRow):
        values["targets"] = [(str(one.ends_on), one.value, one.text) for one in Target.objects.filter(result=row)]
    return values


@transaction.atomic
def add_annex(
    project: Project, *, fields: Mapping[str, Any], upload: UploadedFile | None = None, lock_version: int | None = None
) -> Any:
    """Add one annex, with its file if there is one. Raises ValidationError for a file that is not taken."""
    locked = _open(project, lock_version)
    annex = KINDS["annexes"](project=locked)
    values: dict[str, Any] = dict(fields)
    if upload is not None:
        content_type = files.check_upload(upload)
        values |= {"file": upload, "file_name": files.clean_name(upload.name), "content_type": content_type}
    count = KINDS["annexes"].objects.filter(project=locked).count()  # type: ignore[attr-defined]
    _write_row(annex, _plain(values) | {"position": count})
    _close(locked, "project.edited", after=str(annex), reason="annexes")
    return annex


# --- Proposals -------------------------------------------------------------------------------


@transaction.atomic
def fill_in(project: Project, *, lock_version: int | None = None) -> int:
    """Propose what is new in need, practice, fit checks and figures; how many values. Nothing read is touched."""
    locked = _open(project, lock_version)
    added = _add(locked, suggestions(locked, current()))
    if added:
        _close(locked, "project.filled", reason=str(added))
    return added


def _add(project: Project, found: Iterable[Suggestion]) -> int:
    """Write proposals that are neither there, nor written otherwise, nor taken out before."""
    known = set(Dismissed.objects.filter(project=project).values_list("key", flat=True))
    codes = set(ResultRow.objects.filter(project=project).values_list("code", flat=True))
    texts = set(Text.objects.filter(project=project).values_list("key", flat=True))
    positions: dict[str, int] = {}
    for model in (Text, *(KINDS[kind] for kind in PARTS)):
        rows: Any = model.objects.filter(project=project)  # type: ignore[attr-defined]
        known |= {citation.get("key", "") for citation in rows.values_list("citation", flat=True)}
        positions[model.__name__] = (rows.aggregate(highest=Max("position"))["highest"] or 0) + 1
    added = 0
    for one in found:
        if one.key in known or one.text_key in texts:
            continue
        part = one.model(project=project, **one.values, citation=one.citation | {"key": one.key})
        part.origin, part.proposal = one.origin, Proposal.PROPOSED
        part.position = positions[one.model.__name__]
        positions[one.model.__name__] += 1
        if isinstance(part, ResultRow):
            part.code = next(str(number) for number in range(1, 1000) if str(number) not in codes)
            codes.add(part.code)
        check_fields(part, exclude=["project", "parent"])
        part.save()
        known.add(one.key)
        added += 1
    return added


@transaction.atomic
def accept(part: Any, *, lock_version: int | None = None) -> Any:
    """A person has read a proposal and takes it as it is; its citation stays. Accepting it again changes nothing."""
    locked = _open(part.project, lock_version)
    row = type(part).objects.select_for_update(of=("self",)).get(pk=part.pk, project=locked)
    if row.proposal == Proposal.PROPOSED:
        row.proposal = Proposal.ACCEPTED
        row.save(update_fields=["proposal"])
        _close(locked, "project.accepted", reason=str(row.citation.get("key", "")))
    return row


@transaction.atomic
def dismiss(part: Any, *, lock_version: int | None = None) -> None:
    """A person takes a value out; what the program proposed is not proposed again."""
    locked = _open(part.project, lock_version)
    row = type(part).objects.get(pk=part.pk, project=locked)
    reason = str(row.citation.get("key", ""))
    _take_out(row)
    _close(locked, "project.dismissed", reason=reason)


@transaction.atomic
def accept_section(project: Project, *, section: str, lock_version: int | None = None) -> int:
    """Everything proposed in one section was read and is taken as it is; how many values."""
    locked = _open(project, lock_version)
    rows = [Text.objects.filter(project=locked, section=section)]
    rows += [
        KINDS[kind].objects.filter(project=locked)  # type: ignore[attr-defined]
        for kind in PARTS
        if SECTION_OF_KIND[kind] == section
    ]
    count = sum(found.filter(proposal=Proposal.PROPOSED).update(proposal=Proposal.ACCEPTED) for found in rows)
    if count:
        _close(locked, "project.accepted", reason=section)
    return count
