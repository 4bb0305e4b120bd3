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
from ..models import CaseAnswer, CaseDraft, CaseReflection, Enrolment, HomeAnswer, SharedReason
from ..outline import Item, words
from ..selectors.learning import drafted_need, outline_of
from . import working

HOME_LONGEST, SHORTEST_ROOM = 1500, 200
REFLECTION_LONGEST = 3000
BETWEEN = "\n\n"
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
    # What was kept of a prompt of which nothing was sent stays.
    draft.answers = draft.answers | {
        str(pk): _cleaned(decision).as_json() for pk, decision in decisions.items() if pk in known
    }
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
            person_id=locked.person_id,
            enrolment=locked,
            prompt_id=UUID(prompt["id"]),
            value=given[UUID(prompt["id"])].value,
            text=given[UUID(prompt["id"])].text,
            confidence=given[UUID(prompt["id"])].confidence,
        )
        for prompt in prompts
    )
    SharedReason.objects.bulk_create(
        SharedReason(person_id=locked.person_id, answer=answer)
        for answer in made
        if answer.text and given[answer.prompt_id].is_shared
    )
    CaseDraft.objects.filter(enrolment=locked, case=item.case_id).delete()
    audit.record("course.case_locked", tenant_id=locked.keeper_id, subject=locked)
    working.finish(locked, item)
    return made


def _is_decided(prompt: Mapping[str, Any], decision: Decision | None) -> bool:
    if decision is None:
        return False
    return bool(decision.text) if prompt["kind"] == "text" else bool(decision.value)


@transaction.atomic
def share_reason(enrolment: Enrolment, prompt: UUID, *, shares: bool) -> None:
    """Let others read the text of one locked decision, without name and ministry, or take that back.

    Raises CaseAnswer.DoesNotExist where the learner has locked none.
    """
    answer = CaseAnswer.objects.get(enrolment=enrolment, prompt_id=prompt, person_id=current().user_id)
    if not shares:
        SharedReason.objects.filter(answer=answer).delete()
    elif answer.text:
        SharedReason.objects.bulk_create(
            [SharedReason(person_id=answer.person_id, answer=answer)], ignore_conflicts=True
        )


@transaction.atomic
def save_reflection(enrolment: Enrolment, item_id: UUID, text: str) -> CaseReflection:
    """Keep what she would decide differently now. Raises TransitionRefused before the case is locked."""
    locked, item = _opened(enrolment, item_id)
    row = CaseReflection.objects.filter(enrolment=locked, case=item.case_id).first() or CaseReflection(
        person_id=locked.person_id, enrolment=locked, case=item.case_id
    )
    row.text = plain(text).strip()[:REFLECTION_LONGEST]
    row.save()
    return row


def _opened(enrolment: Enrolment, item_id: UUID) -> tuple[Enrolment, Item]:
    """The same as `_case`, for what comes after the decisions."""
    locked, item = _case(enrolment, item_id)
    if not _is_locked(locked, item):
        raise TransitionRefused([Unmet("open", _("Decide for the case first; then apply it at home."))])
    return locked, item


@transaction.atomic
def save_home(enrolment: Enrolment, item_id: UUID, texts: Mapping[UUID, str]) -> list[HomeAnswer]:
    """Keep the same decisions for one's own country. Raises TransitionRefused before the case is locked."""
    locked, item = _opened(enrolment, item_id)
    saved = []
    for prompt in (item.case or {})["prompts"]:
        pk = UUID(prompt["id"])
        if pk not in texts:
            continue
        row = HomeAnswer.objects.filter(enrolment=locked, prompt_id=pk).first() or HomeAnswer(
            person_id=locked.person_id, enrolment=locked, prompt_id=pk
        )
        row.text = plain(texts[pk]).strip()[:HOME_LONGEST]
        row.save()
        saved.append(row)
    return saved


@transaction.atomic
def draft_need(enrolment: Enrolment, item_id: UUID) -> Any:
    """Make a draft need of the learner's ministry from what she wrote for her country; the same one a second time.

    The draft is her ministry's own and nobody else reads it (needs/services/register.py). It begins with the case's
    terms and title and says in each field what she wrote under the prompts that belong there. Raises
    PermissionDenied for who does not write for a ministry, TransitionRefused while nothing says what is lacking.
    """
    actor = current()
    if not need_permissions.can_create(actor):
        raise PermissionDenied
    locked, item = _case(enrolment, item_id)
    case: Mapping[str, Any] = item.case or {}
    rows = {row.prompt_id: row for row in HomeAnswer.objects.filter(enrolment=locked)}
    mine = [(prompt, rows[UUID(prompt["id"])]) for prompt in case["prompts"] if UUID(prompt["id"]) in rows]
    made = drafted_need(row for _prompt, row in mine)
    if made is not None:
        return made
    fields = _home_fields(mine)
    if not fields.get("problem"):
        raise TransitionRefused([Unmet("empty", _lacks_a_problem(case))])
    titles = case["need"].get("titles", {})
    title = titles.get(current_language()) or titles.get("en") or ""
    schemes: dict[str, list[str]] = {}
    for term in Term.objects.in_use().filter(pk__in=case["need"].get("terms", [])):
        schemes.setdefault(term.scheme_id, []).append(term.pk)
    need = create_need(
        fields={
            "title": title,
            "summary": _first_words(mine),
            "source_language": current_language(),
            **fields,
        },
        terms=schemes,
        competences=[(code, True) for code in schemes.get("DI", ())],
    )
    HomeAnswer.objects.filter(pk__in=[row.pk for _prompt, row in mine]).update(need=need.pk)
    audit.record("course.need_drafted", tenant_id=need.owner_id, subject=need)
    return need.pk


def _field_of(prompt: Mapping[str, Any]) -> str:
    return prompt["home"] if prompt["home"] in HOME_FIELDS else "problem"


def _heading(prompt: Mapping[str, Any]) -> str:
    """The question above an answer in the need; empty where it is not there in the reader's language."""
    texts = prompt["texts"].get(current_language())
    return f"{texts['at_home']}\n" if texts else ""


def room_for(case: Mapping[str, Any], prompt: Mapping[str, Any]) -> int:
    """How many characters an answer for one's own country may have, so that all of them fit into their need."""
    beside = [one for one in case["prompts"] if _field_of(one) == _field_of(prompt)]
    taken = sum(len(_heading(one)) for one in beside) + len(BETWEEN) * (len(beside) - 1)
    return max(SHORTEST_ROOM, min(HOME_LONGEST, (HOME_FIELDS[_field_of(prompt)] - taken) // len(beside)))


def _lacks_a_problem(case: Mapping[str, Any]) -> str:
    asked = next((one for one in case["prompts"] if _field_of(one) == "problem"), case["prompts"][0])
    said = words(asked["texts"], current_language(), "en")
    return _("A need begins with what is lacking. Answer this first: “%(question)s”") % {"question": said["at_home"]}


def _first_words(answered: list[tuple[Mapping[str, Any], HomeAnswer]]) -> str:
    """The need in one sentence: what she wrote first of what is lacking, for her to write anew."""
    texts = (row.text for prompt, row in answered if row.text and _field_of(prompt) == "problem")
    return next(texts, "").split("\n")[0][:300]


def _home_fields(answered: list[tuple[Mapping[str, Any], HomeAnswer]]) -> dict[str, str]:
    """What was written, by the field of a need; each answer under its question."""
    fields: dict[str, list[str]] = {}
    for prompt, row in answered:
        if row.text:
            fields.setdefault(_field_of(prompt), []).append(f"{_heading(prompt)}{row.text}")
    # `room_for` sees to it that they fit; answers from before the questions grew are cut.
    return {name: BETWEEN.join(parts)[: HOME_FIELDS[name]] for name, parts in fields.items()}
