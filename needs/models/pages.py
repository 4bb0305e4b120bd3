"""The page of the register of needs: Wagtail hosts it, the records come from the public plane."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from wagtail.contrib.routable_page.models import path

from network_site.publishing.models import RecordIndexPage


class NeedsPage(RecordIndexPage):
    """The list of needs in one language, every need, and the report on needs that nobody met."""

    parent_page_types = ["publishing.HomePage"]
    max_count_per_parent = 1

    @path("")
    def index(self, request: HttpRequest) -> HttpResponse:
        from ..views.public import needs_list

        return needs_list(request, self)

    @path("feed/")
    def feed(self, request: HttpRequest) -> HttpResponse:
        from ..views.public import needs_feed

        return needs_feed(request, self)

    @path("unmet/")
    def unmet(self, request: HttpRequest) -> HttpResponse:
        from ..views.public import unmet_report_page

        return unmet_report_page(request, self)

    @path("<int:number>-<slug:slug>/")
    def record(self, request: HttpRequest, number: int, slug: str) -> HttpResponse:
        from ..views.public import need_page

        return need_page(request, self, number, slug)

    @path("<int:number>/")
    def short(self, request: HttpRequest, number: int) -> HttpResponse:
        from ..views.public import need_page

        return need_page(request, self, number, "")
