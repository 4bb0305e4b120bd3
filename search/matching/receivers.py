"""What makes matches old, and who hears of new ones.

A need is compared when it changes. When something published changes, only those needs are compared that carry one of
its terms, or have it among their matches; each comparison is a piece of work of its own, done after the change has
reached the entries of the search.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from needs.enums import OPEN
from needs.models import Competence, Need, NeedTerm
from network_site.common import notices, outbox
from network_site.common.hooks import as_service
from network_site.common.models import Outbox
from network_site.organizations.enums import Role
from network_site.organizations.selectors import members_with_role
from network_site.publishing.models import PublishedRecord, RecordTerm
from projects.models import Project, ProjectTerm

from .. import indexing
from ..models import Entry, Match
from ..models.entries import entry_id
from ..models.matching import MATCHER
from . import services
from .services import NEED_MATCHED, OFFER_FITS, PROJECT_MATCHED

WANTED = "match.wanted"
# What happens to a need after which it is compared anew.
OF_NEEDS = (
    "need.changed", "need.registered", "need.merged", "need.unmet", "need.met", "need.withdrawn", "need.closed",
)  # fmt: skip
COMPARED = ("practice", "offer")
# An index of its own is behind its entries by about so much.
LAG = timedelta(seconds=10)
WRITERS = (Role.FOCAL_POINT, Role.CONTRIBUTOR)


def connect() -> None:
    """Called once, when the app is ready."""
    outbox.consumer(*OF_NEEDS, slow=True)(need_changed)
    outbox.consumer(indexing.CHANGED)(entry_changed)
    outbox.consumer(WANTED, slow=True)(compare)
    outbox.consumer(NEED_MATCHED, PROJECT_MATCHED)(tell_ministry)
    outbox.consumer(OFFER_FITS)(tell_offerer)


def need_changed(row: Outbox) -> None:
    """Compare a need that is other than it was."""
    services.compare_need(row.object_id)


def compare(row: Outbox) -> None:
    """Compare a need, or a project, with which something published has to do; of several times, the last."""
    if outbox.comes_again(row):
        return
    if row.object_type == Project._meta.label_lower:
        services.compare_project(row.object_id)
    else:
        services.compare_need(row.object_id)


def entry_changed(row: Outbox) -> None:
    """Something that can be found has changed: whoever shares a term with it is to be compared."""
    with as_service(MATCHER, "matching: what changed"):
        entry = Entry.objects.filter(pk=row.object_id, kind__in=(*COMPARED, "project")).first()
        key = _record_key(entry.key) if entry is not None else None
        if entry is None or key is None:
            return
        version = zlib.crc32(f"{entry.pk}:{entry.revision}".encode()) & 0x7FFFFFFF
        after = LAG if settings.ELASTICSEARCH_URL else timedelta(0)
        if entry.kind == "project":
            # A published project is compared with offers when it is published, and when it changes.
            for project in Project.objects.filter(pk=key):
                outbox.enqueue(WANTED, subject=project, version=version, tenant_id=project.owner_id, after=after)
            return
        for need in Need.objects.filter(pk__in=needs_sharing(key)):
            outbox.enqueue(WANTED, subject=need, version=version, tenant_id=need.owner_id, after=after)
        if entry.kind == "offer":
            for project in Project.objects.filter(pk__in=projects_sharing(key)):
                outbox.enqueue(WANTED, subject=project, version=version, tenant_id=project.owner_id, after=after)


def _record_key(key: str) -> UUID | None:
    """The record that an entry is of; None for a judged set's entries, which are of none."""
    try:
        return UUID(key)
    except ValueError:
        return None


def needs_sharing(record_id: UUID) -> set[UUID]:
    """Open needs that carry a term of a record, or have it among their matches."""
    terms = _terms(record_id)
    is_open = Q(need__status__in=OPEN)
    found = set(NeedTerm.objects.filter(is_open, term__in=terms).values_list("need_id", flat=True))
    found |= set(Competence.objects.filter(is_open, term__in=terms).values_list("need_id", flat=True))
    return found | set(Match.objects.filter(record=record_id, need__isnull=False).values_list("need_id", flat=True))


def projects_sharing(record_id: UUID) -> set[UUID]:
    """Projects that were compared or published and carry a term of a record, or have it among their matches."""
    compared = set(
        Match.objects.filter(project__isnull=False).order_by().values_list("project_id", flat=True).distinct()
    )
    published = PublishedRecord.objects.live().of_kind("project").values_list("pk", flat=True)
    sharing = ProjectTerm.objects.filter(
        Q(project__in=compared) | Q(project__in=list(published)), term__in=_terms(record_id)
    )
    held = Match.objects.filter(record=record_id, project__isnull=False)
    return set(sharing.values_list("project_id", flat=True)) | set(held.values_list("project_id", flat=True))


def _terms(record_id: UUID) -> Collection[str]:
    """The terms that a record was given, those above them, and those below: a funder's theme holds what is in it."""
    given = list(RecordTerm.objects.filter(record=record_id).values_list("term_id", "is_given"))
    codes = {code for code, _is_given in given}
    below = Q()
    for code, is_given in given:
        if is_given:
            below |= Q(term__code__startswith=f"{code}.")
    if not below:
        return codes
    codes |= set(NeedTerm.objects.filter(below).values_list("term_id", flat=True))
    return codes | set(Competence.objects.filter(below).values_list("term_id", flat=True))


# --- Who hears of it -------------------------------------------------------------------------


def tell_ministry(row: Outbox) -> None:
    """Whoever writes for the ministry hears that something new and good was found."""
    model: type[Need] | type[Project] = Need if row.kind == NEED_MATCHED else Project
    with as_service("relay", f"notices for {row.kind}"):
        owner = model.objects.filter(pk=row.object_id).first()
        if owner is None:
            return
        notices.tell(
            row,
            recipients=members_with_role(owner.owner_id, *WRITERS),
            subject=owner.title,
            url_name="matching:need" if model is Need else "matching:project",
        )


def tell_offerer(row: Outbox) -> None:
    """Whoever's published offer fits a published need hears of it, by the need's public title alone."""
    with as_service(MATCHER, "matching: whose offer fits"):
        match = Match.objects.select_related("record").filter(pk=row.object_id).first()
        need = PublishedRecord.objects.live().of_kind("need").filter(pk=match.need_id).first() if match else None
    if match is None or need is None:
        return
    with as_service("relay", f"notices for {row.kind}"):
        notices.tell(
            row,
            recipients=members_with_role(match.record.owner_id, *WRITERS),
            subject=need.title,
            url_name="searches:found",
            object_id=entry_id("need", str(need.pk)),
            object_type=Entry._meta.label_lower,
            key=f"{OFFER_FITS}:{need.pk}:{match.record.owner_id}",
        )
