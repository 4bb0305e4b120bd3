"""Floor 7: courses, quizzes, cases and certificates."""

from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "learning"

    def ready(self) -> None:
        from network_site.common.guards import APPEND_ONLY, guard
        from network_site.organizations.personal_data import sources
        from network_site.organizations.trail import describers
        from network_site.publishing.slots import manuscripts, record_cards, record_sections, sitemap_sections

        from . import exporting, personal_data, receivers, trail
        from .models import CoursePage, LessonPage, ModulePage
        from .views import sections

        guard("learning.CaseAnswer", APPEND_ONLY)
        sources.fill("learning", personal_data.Source())
        describers.fill("learning", trail.Describer())
        record_cards.fill(sections.KIND, sections.cards)
        record_sections.fill("learning: lessons", sections.practice_lessons)
        sitemap_sections.fill("learning", sections.places)
        for page in (CoursePage, ModulePage, LessonPage):
            manuscripts.fill(page.__name__, page)
        exporting.connect()
        receivers.connect()
