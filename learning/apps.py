"""Floor 7: courses, quizzes, cases and certificates."""

from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "learning"

    def ready(self) -> None:
        from network_site.common.guards import APPEND_ONLY, guard

        guard("learning.CaseAnswer", APPEND_ONLY)
