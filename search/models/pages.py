"""The page of the search: Wagtail hosts it, everything on it comes from the façade."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.routable_page.models import path

from network_site.publishing.models import RecordIndexPage


class SearchPage(RecordIndexPage):
    """The search in one language: the results, the same as a feed, and what one may mean while one types."""

    parent_page_types = ["publishing.HomePage"]
    max_count_per_parent = 1
    page_description = _("The search over everything public. The results come by themselves; you write title and lead.")

    class Meta:
        verbose_name = _("search page")

    @path("")
    def index(self, request: HttpRequest) -> HttpResponse:
        from ..views.results import results

        return results(request, self)

    @path("feed/")
    def feed(self, request: HttpRequest) -> HttpResponse:
        from ..feeds import results_feed

        return results_feed(request, self)

    @path("suggest/")
    def suggest(self, request: HttpRequest) -> HttpResponse:
        from ..views.suggestions import suggestions

        return suggestions(request)
