"""How others decided in a case: counted by a service, told from five on, and never with a name."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from network_site.organizations.actor import acting_as, service_actor

from ..enums import SMALLEST_GROUP, PromptKind
from ..models import CaseAnswer, SharedReason
from ..outline import Item
from .learning import Peers

# So many texts at most, and none of the reader's own.
TEXTS = 5


def peers_of(item: Item, person: UUID) -> dict[UUID, Peers | None]:
    """The distribution of each prompt's answers, without the reader's own; None where fewer than five others decided.

    One query. Nothing of who decided is read (each decides once: her enrolment is one, also when she leaves and comes
    back), and texts only of those who let others read theirs.
    """
    prompts = {UUID(prompt["id"]): prompt for prompt in (item.case or {})["prompts"]}
    answers: dict[UUID, list[Any]] = defaultdict(list)
    with acting_as(service_actor("grader")):
        rows = CaseAnswer.objects.filter(prompt_id__in=list(prompts)).exclude(person_id=person)
        rows = rows.annotate(is_shared=Exists(SharedReason.objects.filter(answer=OuterRef("pk"))))
        for row in rows.only("prompt_id", "value", "text").order_by("at"):
            answers[row.prompt_id].append(row)
    return {pk: _peers(prompt["kind"], answers[pk]) for pk, prompt in prompts.items()}


def _peers(kind: str, answers: list[Any]) -> Peers | None:
    if len(answers) < SMALLEST_GROUP:
        return None
    texts = tuple(row.text for row in answers if row.is_shared and row.text)[-TEXTS:]
    if kind == PromptKind.TEXT:
        return Peers(len(answers), {}, texts)
    return Peers(len(answers), dict(Counter(row.value for row in answers if row.value).most_common()), texts)
