"""The page of the databank: Wagtail hosts it, the records come from the public plane."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from wagtail.contrib.routable_page.models import path

from network_site.publishing.models import RecordIndexPage


class DatabankPage(RecordIndexPage):
    """The list of practices in one language, and under it every practice and each of its versions."""

    parent_page_types = ["publishing.HomePage"]
    max_count_per_parent = 1

    @path("")
    def index(self, request: HttpRequest) -> HttpResponse:
        from ..views.public import databank

        return databank(request, self)

    @path("feed/")
    def feed(self, request: HttpRequest) -> HttpResponse:
        from ..feeds import databank_feed

        return databank_feed(request, self)

    @path("<int:number>-<slug:slug>/")
    def record(self, request: HttpRequest, number: int, slug: str) -> HttpResponse:
        from ..views.public import practice_page

        return practice_page(request, self, number, slug)

    @path("<int:number>/")
    def short(self, request: HttpRequest, number: int) -> HttpResponse:
        from ..views.public import practice_page

        return practice_page(request, self, number, "")

    @path("<int:number>-<slug:slug>/v<int:version>/")
    def version(self, request: HttpRequest, number: int, slug: str, version: int) -> HttpResponse:
        from ..views.public import practice_page

        return practice_page(request, self, number, slug, version)

    @path("<int:number>-<slug:slug>/pdf/")
    def pdf(self, request: HttpRequest, number: int, slug: str) -> HttpResponse:
        from ..views.public import practice_pdf

        return practice_pdf(request, self, number, slug)

    @path("<int:number>-<slug:slug>/v<int:version>/pdf/")
    def version_pdf(self, request: HttpRequest, number: int, slug: str, version: int) -> HttpResponse:
        from ..views.public import practice_pdf

        return practice_pdf(request, self, number, slug, version)
