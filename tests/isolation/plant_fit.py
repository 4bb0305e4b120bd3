"""Fit checks in the isolation matrix: one of a need that its ministry has told nobody of."""

from __future__ import annotations

from typing import Any

from needs import services
from needs.models import Need
from network_site.publishing.models import PublishedRecord

from ..people import acting

THING = "fit"
READERS = {"service relay", "service matcher", "service clock", "service funding"}


def words(house: Any) -> set[str]:
    """The canary of a ministry's fit check."""
    return {house.word(THING)}


def words_for(world: Any, name: str) -> set[str]:
    """What somebody may read of them: as the need that was checked, a draft."""
    return words(world.a) | words(world.b) if name in READERS else set()


def plant(house: Any) -> None:
    """A check of the public practice, with the word in its notes and tasks."""
    word = house.word(THING)
    with acting(house.focal_point):
        need = Need.objects.select_related("owner").get(title=f"{house.word('needdraft')} title")
        record = PublishedRecord.objects.get(pk=house.versions["public"].practice_id)
        check = services.start_fit_check(need, record)
        answers = {row.pk: ("amber", f"{word} note") for row in check.answers.all()}
        check = services.answer_fit_check(check, answers=answers, lock_version=check.lock_version)
        services.finish_fit_check(check, lock_version=check.lock_version)
