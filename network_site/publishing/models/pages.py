"""The pages of the site. The CMS hosts the databank: addresses, titles and menus are Wagtail's."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField
from wagtail.models import Page


class TellsWhere:
    """What all pages share: they tell the frame where the reader is, so that the language switch stays there."""

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.enlace_page = self  # type: ignore[attr-defined]
        response: HttpResponse = super().serve(request, *args, **kwargs)  # type: ignore[misc]
        return response


class HomePage(TellsWhere, Page):
    """The front page of one language."""

    heading = models.CharField(_("heading"), max_length=200)
    lead = models.TextField(_("lead"), max_length=600)

    content_panels = [*Page.content_panels, FieldPanel("heading"), FieldPanel("lead")]
    parent_page_types = ["wagtailcore.Page"]
    template = "publishing/home.html"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from ..linked_data import website
        from ..slots import home_sections

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        filled = [fill() for fill in home_sections]
        context["sections"] = [template for template, _extra in filled]
        for _template, extra in filled:
            context |= extra
        context["linked_data"] = website(self, context.get("databank_url", ""))
        return context


class TextPage(TellsWhere, Page):
    """A page of text: about the Network, how reviews work, privacy."""

    lead = models.TextField(_("lead"), max_length=600, blank=True)
    body = RichTextField(_("text"), features=["h2", "h3", "bold", "italic", "ol", "ul", "link"])

    content_panels = [*Page.content_panels, FieldPanel("lead"), FieldPanel("body")]
    template = "publishing/text.html"


class RecordIndexPage(TellsWhere, RoutablePageMixin, Page):
    """A page under which published records live; each kind of record has a subclass."""

    lead = models.TextField(_("lead"), max_length=600, blank=True)

    content_panels = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        abstract = True


class OrganizationsPage(RecordIndexPage):
    """The directory of institutions."""

    parent_page_types = ["publishing.HomePage"]
    max_count_per_parent = 1

    @path("")
    def index(self, request: HttpRequest) -> HttpResponse:
        from ..views import organization_list

        return organization_list(request, self)

    @path("<slug:key>/")
    def organization(self, request: HttpRequest, key: str) -> HttpResponse:
        from ..views import organization_page

        return organization_page(request, self, key)

    @path("<slug:key>/feed/")
    def feed(self, request: HttpRequest, key: str) -> HttpResponse:
        from ..views import organization_feed

        return organization_feed(request, self, key)
