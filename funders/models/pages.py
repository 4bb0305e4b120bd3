"""The page of offers: Wagtail hosts it, the records come from the public plane."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from wagtail.contrib.routable_page.models import path

from network_site.publishing.models import RecordIndexPage


class OffersPage(RecordIndexPage):
    """The list of offers in one language, and every offer."""

    parent_page_types = ["publishing.HomePage"]
    max_count_per_parent = 1

    @path("")
    def index(self, request: HttpRequest) -> HttpResponse:
        from ..views.public import offers_list

        return offers_list(request, self)

    @path("feed/")
    def feed(self, request: HttpRequest) -> HttpResponse:
        from ..views.public import offers_feed

        return offers_feed(request, self)

    @path("<int:number>-<slug:slug>/")
    def record(self, request: HttpRequest, number: int, slug: str) -> HttpResponse:
        from ..views.public import offer_page

        return offer_page(request, self, number, slug)

    @path("<int:number>/")
    def short(self, request: HttpRequest, number: int) -> HttpResponse:
        from ..views.public import offer_page

        return offer_page(request, self, number, "")
