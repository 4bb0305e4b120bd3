"""A case in four steps: decide, lock, see what happened, apply at home (learning page, 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from needs import permissions as need_permissions
from needs.services import create_need
from network_site.common import audit
from network_site.common.html import plain
from network_site.common.language import current_language
from network_site.common.workflow import TransitionRefused, Unmet, lock_for_writing
from network_site.organizations.actor import current
from network_site.taxonomy.models import Term

from .. import permissions
from ..models import CaseAnswer, CaseDraft, Enrolment, HomeAnswer
from ..outline import Item
from ..selectors.learning import outline_of
from . import working

# Fields of a need that a case may fill, and how long each may be (needs/models/need.py).
HOME_FIELDS = {"problem": 3000, "beneficiaries": 1000, "tried": 1500, "evidence": 1500, "constraints": 1500}


@dataclass(frozen=True)
class Decision:
    """What was decided about one prompt: a choice or a number, a text, how sure, and whether others may read it."""

    value: str = ""
    text: str = ""
    confidence: int | None = None
    is_shared: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "value": self.value,
            "text": self.text,
            "confidence": self.confidence,
            "is_shared": self.is_shared,
        }


def _case(enrolment: Enrolment, item_id: UUID) -> tuple[Enrolment, Item]:
    """The enrolment, locked, and the case in the learner's version of the course."""
    locked = lock_for_writing(enrolment)
    if not permissions.can_learn(current(), locked):
        raise TransitionRefused([Unmet("state", _("This course is not under way."))])
    outline = outline_of(locked)
    item = outline.find(item_id)
    if item is None or item.case is None:
        raise TransitionRefused([Unmet("item", _("There is no such case in your version of the course."))])
    working.refuse_what_is_not_open(locked, outline, item)
    return locked, item


def _is_locked(enrolment: Enrolment, item: Item) -> bool:
    prompts = [UUID(prompt["id"]) for prompt in (item.case or {})["prompts"]]
    return CaseAnswer.objects.filter(enrolment=enrolment, prompt_id__in=prompts).exists()


@transaction.atomic
def save_case(enrolment: Enrolment, item_id: UUID, decisions: Mapping[UUID, Decision]) -> CaseDraft:
    """Keep what was decided so far. Raises TransitionRefused once the case is locked."""
    locked, item = _case(enrolment, item_id)
    if _is_locked(locked, item):
        raise TransitionRefused([Unmet("locked", _("Your decisions are locked. They stay as they are."))])
    known = {UUID(prompt["id"]) for prompt in (item.case or {})["prompts"]}
    draft = CaseDraft.objects.filter(enrolment=locked, case=item.case_id).first() or CaseDraft(
        person_id=locked.person_id, enrolment=locked, case=item.case_id
    )
    draft.answers = {str(pk): (_cleaned(decision)).as_json() for pk, decision in decisions.items() if pk in known}
    draft.save()
    working.note(locked, item)
    return draft


def _cleaned(decision: Decision) -> Decision:
    return Decision(plain(decision.value)[:80], plain(decision.text).strip(), decision.confidence, decision.is_shared)


@transaction.atomic
def lock_case(enrolment: Enrolment, item_id: UUID, decisions: Mapping[UUID, Decision]) -> list[CaseAnswer]:
    """Lock all decisions of a case, and open what happened. There is no way back: a trigger refuses it.

    Locked already: the decisions that stand. Raises TransitionRefused while a prompt has no decision.
    """
    locked, item = _case(enrolment, item_id)
    prompts = (item.case or {})["prompts"]
    if _is_locked(locked, item):
        return list(CaseAnswer.objects.filter(enrolment=locked, prompt_id__in=[prompt["id"] for prompt in prompts]))
    given = {pk: _cleaned(decision) for pk, decision in decisions.items()}
    unmet = [
        Unmet(prompt["id"], _("Decide this one too."))
        for prompt in prompts
        if not _is_decided(prompt, given.get(UUID(prompt["id"])))
    ]
    if unmet:
        raise TransitionRefused(unmet)
    made = CaseAnswer.objects.bulk_create(
        CaseAnswer(
            person_id=locked.person_id, enrolment=locked, prompt_id=UUID(prompt["id"]), **_columns(given, prompt)
        )
        for prompt in prompts
    )
    CaseDraft.objects.filter(enrolment=locked, case=item.case_id).delete()
    audit.record("course.case_locked", tenant_id=locked.keeper_id, subject=locked)
    working.finish(locked, item)
    return made


def _is_decided(prompt: Mapping[str, Any], decision: Decision | None) -> bool:
    if decision is None:
        return False
    return bool(decision.text) if prompt["kind"] == "text" else bool(decision.value)


def _columns(given: Mapping[UUID, Decision], prompt: Mapping[str, Any]) -> dict[str, Any]:
    return given[UUID(prompt["id"])].as_json()


@transaction.atomic
def save_home(enrolment: Enrolment, item_id: UUID, texts: Mapping[UUID, str]) -> list[HomeAnswer]:
    """Keep the same decisions for one's own country. Raises TransitionRefused before the case is locked."""
    locked, item = _case(enrolment, item_id)
    if not _is_locked(locked, item):
        raise TransitionRefused([Unmet("open", _("Decide for the case first; then apply it at home."))])
    saved = []
    for prompt in (item.case or {})["prompts"]:
        pk = UUID(prompt["id"])
        if pk not in texts:
            continue
        row = HomeAnswer.objects.filter(enrolment=locked, prompt_id=pk).first() or HomeAnswer(
            person_id=locked.person_id, enrolment=locked, prompt_id=pk
        )
        row.text = plain(texts[pk]).strip()[:1500]
        row.save()
        saved.append(row)
    return saved


@transaction.atomic
def draft_need(enrolment: Enrolment, item_id: UUID) -> Any:
    """Make a draft need of the learner's ministry from what she wrote for her country; the same one a second time.

    The draft is her ministry's own and nobody else reads it (needs/services/register.py). It begins with the case's
    terms and title and says in each field what she wrote under the prompts that belong there. Raises
    PermissionDenied for who does not write for a ministry, TransitionRefused while nothing is written.
    """
    actor = current()
    if not need_permissions.can_create(actor):
        raise PermissionDenied
    locked, item = _case(enrolment, item_id)
    case: Mapping[str, Any] = item.case or {}
    rows = {row.prompt_id: row for row in HomeAnswer.objects.filter(enrolment=locked)}
    mine = [(prompt, rows[UUID(prompt["id"])]) for prompt in case["prompts"] if UUID(prompt["id"]) in rows]
    made = next((row.need for _prompt, row in mine if row.need), None)
    if made is not None:
        return made
    fields = _home_fields(mine)
    if not fields.get("problem"):
        raise TransitionRefused([Unmet("empty", _("Answer at least one question for your country first."))])
    titles = case["need"].get("titles", {})
    title = titles.get(current_language()) or titles.get("en") or ""
    schemes: dict[str, list[str]] = {}
    for term in Term.objects.in_use().filter(pk__in=case["need"].get("terms", [])):
        schemes.setdefault(term.scheme_id, []).append(term.pk)
    need = create_need(
        fields={
            "title": title,
            "summary": fields["problem"].split("\n")[0][:300],
            "source_language": current_language(),
            **fields,
        },
        terms=schemes,
        competences=[(code, True) for code in schemes.get("DI", ())],
    )
    HomeAnswer.objects.filter(pk__in=[row.pk for _prompt, row in mine]).update(need=need.pk)
    audit.record("course.need_drafted", tenant_id=need.owner_id, subject=need)
    return need.pk


def _home_fields(answered: list[tuple[Mapping[str, Any], HomeAnswer]]) -> dict[str, str]:
    """What was written, by the field of a need; each answer under its question, cut where the field ends."""
    fields: dict[str, list[str]] = {}
    for prompt, row in answered:
        if not row.text:
            continue
        texts = prompt["texts"].get(current_language()) or prompt["texts"]["en"]
        name = prompt["home"] if prompt["home"] in HOME_FIELDS else "problem"
        fields.setdefault(name, []).append(f"{texts['at_home']}\n{row.text}")
    return {name: "\n\n".join(parts)[: HOME_FIELDS[name]] for name, parts in fields.items()}
