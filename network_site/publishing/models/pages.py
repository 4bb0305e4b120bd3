"""The pages of the site. The CMS hosts the databank: addresses, titles and menus are Wagtail's."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.models import Page

from ..blocks import BodyBlock, HomeBlock
from ..gathering import gather

LEAD_HELP = _("One or two sentences under the title. They are also what search engines and lists show.")


class TellsWhere:
    """What all pages share: they tell the frame where the reader is, so that the language switch stays there."""

    # Whether what the reader sees is the page's own text, so that a stale translation must be said.
    has_own_text = True

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.enlace_page = self  # type: ignore[attr-defined]
        response: HttpResponse = super().serve(request, *args, **kwargs)  # type: ignore[misc]
        return response


class HasContent(TellsWhere):
    """A page with a body of blocks; what the blocks need is read for all of them at once."""

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)  # type: ignore[misc]
        return context | gather(self.content, locale_id=self.locale_id, request=request)  # type: ignore[attr-defined]


class HomePage(HasContent, Page):
    """The front page of one language."""

    heading = models.CharField(_("heading"), max_length=200, help_text=_("The large words on top."))
    lead = models.TextField(_("lead"), max_length=600, help_text=LEAD_HELP)
    content = StreamField(HomeBlock(), blank=True, default=list, verbose_name=_("content"))

    content_panels = [*Page.content_panels, FieldPanel("heading"), FieldPanel("lead"), FieldPanel("content")]
    parent_page_types = ["wagtailcore.Page"]
    page_description = _("The front page of one language: doors, databank, news.")
    template = "publishing/home.html"

    class Meta:
        verbose_name = _("front page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from ..linked_data import website
        from ..slots import home_sections

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        filled = [fill() for fill in home_sections]
        context["sections"] = [template for template, _extra in filled]
        for _template, extra in filled:
            context |= extra
        news = [block.value["count"] for block in self.content if block.block_type == "news"]
        if news:
            from ..selectors import latest_news

            context["latest_news"] = latest_news(locale_id=self.locale_id, limit=max(news))
        context["linked_data"] = website(self, context.get("databank_url", ""))
        return context


class TextPage(HasContent, Page):
    """A page of content: about the Network, how reviews work, privacy."""

    lead = models.TextField(_("lead"), max_length=600, blank=True, help_text=LEAD_HELP)
    content = StreamField(BodyBlock(), blank=True, default=list, verbose_name=_("content"))

    content_panels = [*Page.content_panels, FieldPanel("lead"), FieldPanel("content")]
    parent_page_types = ["publishing.HomePage", "publishing.TextPage"]
    subpage_types = ["publishing.TextPage"]
    page_description = _("Text that stays: what the Network does, how reviews work, privacy.")
    template = "publishing/text.html"

    class Meta:
        verbose_name = _("content page")


class RecordIndexPage(TellsWhere, RoutablePageMixin, Page):
    """A page under which published records live; each kind of record has a subclass."""

    has_own_text = False

    lead = models.TextField(_("lead"), max_length=600, blank=True, help_text=LEAD_HELP)

    content_panels = [*Page.content_panels, FieldPanel("lead")]
    subpage_types: list[str] = []

    class Meta:
        abstract = True


class OrganizationsPage(RecordIndexPage):
    """The directory of institutions."""

    parent_page_types = ["publishing.HomePage"]
    max_count_per_parent = 1
    page_description = _("The directory of institutions. The list fills itself; you write title and lead.")

    class Meta:
        verbose_name = _("directory of organisations")

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
