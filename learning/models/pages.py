"""Pages in which the Network's staff write courses: course, module, lesson, one tree for each language.

They are where a course is written and translated; learners read what was published from them (snapshot.py), in the
version with which they began. A page is tied to its brothers in other languages by Wagtail's `translation_key`, and
that is also the key by which progress is kept.
"""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import path
from wagtail.fields import StreamField
from wagtail.models import Page

from network_site.publishing.models import RecordIndexPage

from .. import manuscript as forms
from ..blocks import LessonBlock, OutcomesBlock

SUMMARY_HELP = _("One or two sentences. They stand in the catalogue and in lists.")


class CoursesPage(RecordIndexPage):
    """The catalogue in one language, every course, and lessons to be read without an account."""

    parent_page_types = ["publishing.HomePage"]
    subpage_types = ["learning.CoursePage"]
    max_count_per_parent = 1
    page_description = _("The catalogue of courses. The list fills itself; courses are written below it.")

    class Meta:
        verbose_name = _("catalogue of courses")

    @path("")
    def index(self, request: HttpRequest) -> HttpResponse:
        from ..views.public import catalogue

        return catalogue(request, self)

    @path("feed/")
    def feed(self, request: HttpRequest) -> HttpResponse:
        from ..views.public import catalogue_feed

        return catalogue_feed(request, self)

    @path("<int:number>-<slug:slug>/")
    def record(self, request: HttpRequest, number: int, slug: str) -> HttpResponse:
        from ..views.public import course_page

        return course_page(request, self, number, slug)

    @path("<int:number>-<slug:slug>/<uuid:item>/")
    def lesson(self, request: HttpRequest, number: int, slug: str, item: Any) -> HttpResponse:
        from ..views.public import open_lesson

        return open_lesson(request, self, number, slug, item)

    @path("<int:number>/")
    def short(self, request: HttpRequest, number: int) -> HttpResponse:
        from ..views.public import course_page

        return course_page(request, self, number, "")


class Manuscript(Page):
    """What the three kinds of page have in common: they are written here and read from what was published."""

    class Meta:
        abstract = True

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The address of a manuscript leads to the catalogue: what is open to readers stands there."""
        above = self.get_ancestors().type(CoursesPage).last()
        return redirect(above.get_url(request) if above else "/")

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The words as they will stand in the course."""
        from ..views.public import manuscript

        return manuscript(request, self)


class CoursePage(Manuscript):
    """The course as the catalogue shows it."""

    base_form_class = forms.CourseForm

    # The course's own code, the same in each language. No foreign key: a course is private to its owner, and pages
    # are read by everybody's requests.
    course_code = models.SlugField(_("course"), max_length=40, help_text=_("The code of the course."))
    summary = models.TextField(_("in one or two sentences"), max_length=300, help_text=SUMMARY_HELP)
    audience = models.CharField(_("for whom"), max_length=300, blank=True)
    outcomes = StreamField(OutcomesBlock(), blank=True, default=list, verbose_name=_("what one can do afterwards"))

    content_panels = [
        *Page.content_panels,
        FieldPanel("course_code"),
        FieldPanel("summary"),
        FieldPanel("audience"),
        FieldPanel("outcomes"),
    ]
    parent_page_types = ["learning.CoursesPage"]
    subpage_types = ["learning.ModulePage"]
    page_description = _("A course: what it is for, and below it its modules.")

    class Meta:
        verbose_name = _("course")


class ModulePage(Manuscript):
    """A part of a course."""

    summary = models.TextField(_("in one or two sentences"), max_length=300, blank=True, help_text=SUMMARY_HELP)

    content_panels = [*Page.content_panels, FieldPanel("summary")]
    parent_page_types = ["learning.CoursePage"]
    subpage_types = ["learning.LessonPage"]
    page_description = _("A part of a course, with its lessons, quizzes and cases in their order.")

    class Meta:
        verbose_name = _("module")


class LessonPage(Manuscript):
    """A lesson; or the place of a quiz or a case, with the words that stand above it."""

    base_form_class = forms.LessonForm

    summary = models.TextField(_("in one sentence"), max_length=300, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=15)
    is_required = models.BooleanField(
        _("has to be done"), default=True, help_text=_("A course is completed when all of these are done.")
    )
    # What has to come before (learning page, 1.2). Whoever keeps the course may open a part to one learner.
    waits = models.BooleanField(
        _("opens when everything before it is done"),
        default=False,
        help_text=_("Of what stands before it, only what has to be done counts."),
    )
    least_before = models.PositiveSmallIntegerField(
        _("result needed in the quiz before the course"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("In percent. Empty: none."),
    )
    # Keys within the course: what is asked is the same in each language.
    quiz_key = models.SlugField(_("quiz"), max_length=40, blank=True)
    case_key = models.SlugField(_("case study"), max_length=40, blank=True)
    content = StreamField(LessonBlock(), blank=True, default=list, verbose_name=_("content"))

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [
                FieldPanel("minutes"),
                FieldPanel("is_required"),
                FieldPanel("waits"),
                FieldPanel("least_before"),
                FieldPanel("quiz_key"),
                FieldPanel("case_key"),
            ],
            heading=_("How it is worked through"),
        ),
        FieldPanel("content"),
    ]
    parent_page_types = ["learning.ModulePage"]
    subpage_types: list[str] = []
    page_description = _("A lesson to read; or a quiz or a case, with the words above it.")

    class Meta:
        verbose_name = _("lesson")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiz_key="") | models.Q(case_key=""),
                name="lesson_has_one_quiz_or_one_case",
            ),
            models.CheckConstraint(
                condition=models.Q(least_before__isnull=True)
                | (models.Q(least_before__gte=1) & models.Q(least_before__lte=100)),
                name="lesson_asks_a_result_in_percent",
            ),
        ]
