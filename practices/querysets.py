"""Named filters of the databank's private side."""

from __future__ import annotations

from network_site.common.scoping import ScopedManager, ScopedQuerySet

from .enums import IN_WORK


class PracticeVersionQuerySet(ScopedQuerySet):
    """Versions that the current actor may read, narrowed."""

    def in_work(self) -> PracticeVersionQuerySet:
        """Versions that somebody still has to do something with."""
        return self.filter(status__in=IN_WORK)

    def for_list(self) -> PracticeVersionQuerySet:
        """With what a list line shows."""
        return self.select_related("practice__owner", "practice__owner__country").order_by("-changed_at")


class PracticeVersionManager(ScopedManager.from_queryset(PracticeVersionQuerySet)):  # type: ignore[misc]
    """The scoped manager with those filters."""
