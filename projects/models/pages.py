"""The page of projects: funding requests, projects at work and projects that have ended."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from wagtail.contrib.routable_page.models import path

from network_site.publishing.models import RecordIndexPage


class ProjectsPage(RecordIndexPage):
    """The list of published projects in one language, and under it each of them."""

    parent_page_types = ["publishing.HomePage"]
    max_count_per_parent = 1

    @path("")
    def index(self, request: HttpRequest) -> HttpResponse:
        from ..views.public import projects_list

        return projects_list(request, self)

    @path("feed/")
    def feed(self, request: HttpRequest) -> HttpResponse:
        from ..views.public import projects_feed

        return projects_feed(request, self)

    @path("<int:number>-<slug:slug>/")
    def record(self, request: HttpRequest, number: int, slug: str) -> HttpResponse:
        from ..views.public import project_page

        return project_page(request, self, number, slug)

    @path("<int:number>/")
    def short(self, request: HttpRequest, number: int) -> HttpResponse:
        from ..views.public import project_page

        return project_page(request, self, number, "")

    @path("<int:number>-<slug:slug>/v<int:version>/")
    def version(self, request: HttpRequest, number: int, slug: str, version: int) -> HttpResponse:
        from ..views.public import project_page

        return project_page(request, self, number, slug, version)

    @path("<int:number>-<slug:slug>/word/")
    def word(self, request: HttpRequest, number: int, slug: str) -> HttpResponse:
        from ..views.public import project_word

        return project_word(request, self, number, slug)

    @path("<int:number>-<slug:slug>/v<int:version>/word/")
    def version_word(self, request: HttpRequest, number: int, slug: str, version: int) -> HttpResponse:
        from ..views.public import project_word

        return project_word(request, self, number, slug, version)

    @path("<int:number>-<slug:slug>/iati/")
    def iati(self, request: HttpRequest, number: int, slug: str) -> HttpResponse:
        from ..views.machines import iati_file

        return iati_file(request, self, number, slug)

    @path("<int:number>-<slug:slug>/results/")
    def results(self, request: HttpRequest, number: int, slug: str) -> HttpResponse:
        from ..views.machines import results_file

        return results_file(request, self, number, slug)
