"""Comparing again, and what people think of a match."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from needs.enums import OPEN
from needs.models import Need
from needs.selectors import need_profile
from network_site.common import audit, outbox
from network_site.common.hooks import as_service
from network_site.common.html import plain
from network_site.organizations.actor import current
from projects.enums import EDITABLE, SEEKING
from projects.models import Project

from ..models import Match, MatchNote, Opinion, Standing
from ..models.matching import MATCHER, MAX_NOTE, PLACES
from . import asking, judging, permissions, rules
from .judging import Judged, Ranking
from .projects import facts_of_project, wanted_of_project
from .scoring import FUNDING, VERSION

# From so many points on a new match is news.
GOOD = 60
NEED_MATCHED, PROJECT_MATCHED, OFFER_FITS = "need.matched", "project.matched", "offer.fits"
PROJECTS_COMPARED = frozenset(EDITABLE | SEEKING | {"quality_review", "ministry_validation"})


# --- Comparing -------------------------------------------------------------------------------


def compare_need(need_id: UUID) -> int:
    """Judge everybody for a need as it is now and keep the result; how many matches stand.

    As the service "matcher"; the same again changes nothing and tells nobody again. A need that is closed keeps no
    matches but those on which somebody wrote a note.
    """
    with as_service(MATCHER, "matching: a need"):
        need = Need.objects.select_related("country").filter(pk=need_id).first()
        if need is None:
            return 0
        if need.status not in OPEN:
            return _keep({"need": need}, None)
        ranking = judging.rank(asking.of_profile(need_profile(need)))
        return _keep({"need": need}, ranking)


def compare_project(project_id: UUID) -> int:
    """The same for a project, with offers of funding; a draft is compared when its ministry asks for it."""
    with as_service(MATCHER, "matching: a project"):
        project = Project.objects.select_related("country").filter(pk=project_id).first()
        if project is None:
            return 0
        if project.status not in PROJECTS_COMPARED:
            return _keep({"project": project}, None)
        wanted = wanted_of_project(project)
        ranking = judging.rank(wanted, families=(FUNDING,), facts=facts_of_project(project))
        return _keep({"project": project}, ranking)


@transaction.atomic
def _keep(root: dict[str, Any], ranking: Ranking | None) -> int:
    """Write the result under the lock of the need or project, and leave word of what is new and good."""
    owner: Any = next(iter(root.values()))
    _lock(owner)
    judged = ranking.judged if ranking is not None else ()
    proposed = set(ranking.consortium.members) if ranking is not None and ranking.consortium else set()
    known = {row.record_id: row for row in Match.objects.filter(**root)}
    kept: list[Match] = []
    for one in judged:
        record = one.candidate.record
        assert record is not None
        row = known.pop(record.pk, None) or Match(owner_id=owner.owner_id, record=record, **root)
        values = _values(one, str(record.pk) in proposed)
        if row._state.adding or any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.computed_at = timezone.now()
            row.save()
        kept.append(row)
    _leave(list(known.values()))
    if ranking is not None:
        _announce(owner, [row for row in kept if row.standing == Standing.MATCH and row.score >= GOOD])
    return sum(row.standing == Standing.MATCH for row in kept)


def _lock(owner: Any) -> None:
    """Of two at once the later one writes what is true; the need is the lock, because its matches may not exist yet."""
    model = type(owner)
    # Reading for update needs the right to write, which this service has not: its own rows are the lock.
    field = "need" if model is Need else "project"
    list(Match.objects.select_for_update(of=("self",)).filter(**{field: owner}).order_by("pk").values_list("pk"))


def _leave(rows: Sequence[Match]) -> None:
    """Those that are candidates no more: forgotten, unless somebody wrote a note on them."""
    noted = set(MatchNote.objects.filter(match__in=rows).values_list("match_id", flat=True))
    for row in rows:
        if row.pk not in noted:
            row.delete()
        elif row.standing != Standing.GONE:
            row.standing = Standing.GONE
            row.save(update_fields=["standing"])


def _values(one: Judged, in_proposal: bool) -> dict[str, Any]:
    """A judged candidate as it is kept: without words of any language, but for those of rules."""
    coverage = one.coverage
    record = one.candidate.record
    assert record is not None
    return {
        "family": one.candidate.family,
        "standing": one.place,
        "verdict": one.verdict,
        "score": one.score,
        "confidence": one.confidence.percent,
        "gaps": list(one.confidence.gaps),
        "reasons": [
            {"name": part.name, "points": part.points, "of": part.of, "data": dict(part.data)} for part in one.reasons
        ],
        "rules": rules.kept(lambda: rules.lines(one.wanted, one.candidate, one.facts)),
        "coverage": {
            "asked": list(coverage.asked.all),
            "essential": list(coverage.asked.essential),
            "covered": list(coverage.covered),
            "percent": int(100 * coverage.share + 0.5),
        },
        "missing": [
            {"term": code, "essential": code in coverage.asked.essential, "by": list(one.filled_by.get(code, ()))}
            for code in coverage.missing
        ],
        "risks": list(one.risks),
        "in_proposal": in_proposal,
        "weights": VERSION,
        "record_version": record.version,
    }


def _announce(owner: Any, good: Sequence[Match]) -> None:
    """Leave word for the ministry, and for whoever's public offer newly fits; each match once."""
    now = timezone.now()
    hidden = set(MatchNote.objects.filter(match__in=good, opinion=Opinion.HIDE).values_list("match_id", flat=True))
    news = [row for row in good if row.told_at is None and row.pk not in hidden]
    if news:
        kind = NEED_MATCHED if isinstance(owner, Need) else PROJECT_MATCHED
        outbox.enqueue(kind, subject=owner, tenant_id=owner.owner_id, data={"count": len(news)}, repeatable=True)
        Match.objects.filter(pk__in=[row.pk for row in news]).update(told_at=now)
    fitting = [row for row in good if row.offerer_told_at is None and row.family != "practice"]
    if fitting and isinstance(owner, Need) and owner.audience != "ministry":
        for row in fitting:
            outbox.enqueue(OFFER_FITS, subject=row, tenant_id=row.record.owner_id)
        Match.objects.filter(pk__in=[row.pk for row in fitting]).update(offerer_told_at=now)


# --- What people think of it -----------------------------------------------------------------


@transaction.atomic
def note(match: Match, *, opinion: str, note: str = "") -> MatchNote:
    """Pin or hide a match for everybody who reads it, or say whether it was useful. The newest word counts.

    Raises PermissionDenied for those who may not judge it, ValidationError for a refusal without its reason.
    """
    actor = current()
    if not permissions.can_judge(actor, match):
        raise PermissionDenied
    if opinion not in Opinion.values:
        raise ValidationError({"opinion": _("Choose from the list.")})
    text = plain(note).strip()[:MAX_NOTE]
    if opinion in (Opinion.HIDE, Opinion.USELESS) and not text:
        raise ValidationError({"note": _("Say why in a few words.")})
    group = PLACES if opinion in PLACES else (Opinion.USEFUL, Opinion.USELESS)
    before = _notes(match, group, actor.user_id)
    held = before.select_for_update(of=("self",)).first()
    if held is not None and held.opinion == opinion and held.note == text:
        return held
    before.delete()
    made = MatchNote.objects.create(
        match=match, opinion=opinion, note=text, made_by_id=actor.user_id, organization_id=actor.organization_id
    )
    audit.record(
        f"match.{opinion}",
        tenant_id=match.owner_id,
        subject=match,
        before=held.opinion if held else None,
        after=opinion,
        reason=text,
    )
    return made


@transaction.atomic
def take_back(match: Match, *, opinion: str) -> bool:
    """Take a pin, a hiding or an own opinion back; False when there was none."""
    actor = current()
    if not permissions.can_judge(actor, match):
        raise PermissionDenied
    group = PLACES if opinion in PLACES else (Opinion.USEFUL, Opinion.USELESS)
    taken = bool(_notes(match, group, actor.user_id).filter(opinion=opinion).delete()[0])
    if taken:
        audit.record("match.taken_back", tenant_id=match.owner_id, subject=match, before=opinion)
    return taken


def _notes(match: Match, group: Sequence[str], person: UUID | None) -> Any:
    notes = MatchNote.objects.filter(match=match, opinion__in=group)
    return notes if group == PLACES else notes.filter(made_by_id=person)
