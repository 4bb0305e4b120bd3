"""News, publications and countries: lists that editors fill page by page."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from ..blocks import BodyBlock, only_https
from .pages import LEAD_HELP, HasContent, TellsWhere


class IndexPage(TellsWhere, Page):
    """A page that lists the pages below it."""

    lead = models.TextField(_("lead"), max_length=600, blank=True, help_text=LEAD_HELP)

    content_panels = [*Page.content_panels, FieldPanel("lead")]
    parent_page_types = ["publishing.HomePage"]
    max_count_per_parent = 1

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return context | self.listed(request)

    def listed(self, request: HttpRequest) -> dict[str, Any]:
        """What the page lists, under the names that its template wants."""
        raise NotImplementedError


class NewsIndexPage(IndexPage):
    """All news, the newest first."""

    subpage_types = ["publishing.NewsPage"]
    page_description = _("The list of news. It fills itself with the news below it.")
    template = "publishing/news_index.html"

    class Meta:
        verbose_name = _("list of news")

    def listed(self, request: HttpRequest) -> dict[str, Any]:
        from ..selectors import list_news

        return {"shown": list_news(self, number=request.GET.get("page", "1"))}


class NewsPage(HasContent, Page):
    """One piece of news."""

    date = models.DateField(_("date"), default=timezone.localdate, help_text=_("The day that readers see."))
    lead = models.TextField(_("lead"), max_length=600, help_text=LEAD_HELP)
    image = models.ForeignKey(
        "wagtailimages.Image",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("image"),
        help_text=_("Optional. It is cut to 16:9 around its focal point."),
    )
    image_alt = models.CharField(
        _("what the image shows"),
        max_length=200,
        blank=True,
        help_text=_("In words, for readers who do not see it."),
    )
    image_decorative = models.BooleanField(
        _("the image shows nothing that matters"), default=False, help_text=_("Then no words are needed.")
    )
    content = StreamField(BodyBlock(), blank=True, default=list, verbose_name=_("content"))

    content_panels = [
        *Page.content_panels,
        FieldPanel("date"),
        FieldPanel("lead"),
        MultiFieldPanel(
            [FieldPanel("image"), FieldPanel("image_alt"), FieldPanel("image_decorative")], heading=_("Image")
        ),
        FieldPanel("content"),
    ]
    parent_page_types = ["publishing.NewsIndexPage"]
    subpage_types: list[str] = []
    page_description = _("What is new, with its date. Say what happened, for whom, and where to go on.")
    template = "publishing/news.html"

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(image__isnull=True) | models.Q(image_decorative=True) | ~models.Q(image_alt=""),
                name="news_image_has_words_or_is_decorative",
            )
        ]

    def clean(self) -> None:
        """An image says in words what it shows, or is said to show nothing."""
        super().clean()
        if self.image_id and not self.image_alt and not self.image_decorative:
            raise ValidationError({"image_alt": _("Say what the image shows, or tick that it shows nothing.")})


class PublicationIndexPage(IndexPage):
    """All publications, the newest first."""

    subpage_types = ["publishing.PublicationPage"]
    page_description = _("The list of publications. It fills itself with the publications below it.")
    template = "publishing/publication_index.html"

    class Meta:
        verbose_name = _("list of publications")

    def listed(self, request: HttpRequest) -> dict[str, Any]:
        from ..selectors import list_publications

        return {"shown": list_publications(self, number=request.GET.get("page", "1"))}


class PublicationPage(HasContent, Page):
    """A publication: who wrote it, when, who published it, and what it is good for."""

    authors = models.CharField(_("authors"), max_length=300, blank=True, help_text=_("As printed; empty if nobody is."))
    publisher = models.CharField(
        pgettext_lazy("of a publication", "publisher"),
        max_length=200,
        blank=True,
        help_text=_("Empty if none is named."),
    )
    year = models.PositiveSmallIntegerField(
        _("year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1900), MaxValueValidator(2100)],
        help_text=_("Empty when the publication does not say."),
    )
    citation = models.TextField(
        _("citation"),
        max_length=600,
        help_text=_("As somebody should quote it: author, title, publisher, place, year."),
    )
    work_language = models.CharField(
        _("language of the publication"), max_length=40, blank=True, help_text=_("In words: English, Spanish.")
    )
    address = models.URLField(
        _("address"), blank=True, validators=[only_https], help_text=_("Where its publisher offers it; https only.")
    )
    document = models.ForeignKey(
        "wagtaildocs.Document",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("file"),
        help_text=_("Only if its licence lets us offer it."),
    )
    lead = models.TextField(_("lead"), max_length=600, help_text=LEAD_HELP)
    content = StreamField(BodyBlock(), blank=True, default=list, verbose_name=_("content"))

    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        MultiFieldPanel(
            [
                FieldPanel("authors"),
                FieldPanel("publisher"),
                FieldPanel("year"),
                FieldPanel("work_language"),
                FieldPanel("citation"),
                FieldPanel("address"),
                FieldPanel("document"),
            ],
            heading=_("The publication"),
        ),
        FieldPanel("content"),
    ]
    parent_page_types = ["publishing.PublicationIndexPage"]
    subpage_types: list[str] = []
    page_description = _("A publication that practices or pages draw on: citation, file or address, what it holds.")
    template = "publishing/publication.html"

    class Meta:
        verbose_name = _("publication")


class CountryIndexPage(IndexPage):
    """All countries with a page."""

    subpage_types = ["publishing.CountryPage"]
    page_description = _("The list of countries. It fills itself with the countries below it.")
    template = "publishing/country_index.html"

    class Meta:
        verbose_name = _("list of countries")

    def listed(self, request: HttpRequest) -> dict[str, Any]:
        from ..selectors import list_countries

        return {"countries": list_countries(self, request)}


class CountryPage(HasContent, Page):
    """A country: its practices, its ministries, its context, and what editors say of it."""

    country = models.ForeignKey(
        "taxonomy.Country",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("country"),
        help_text=_("Practices, ministries and figures of this country come by themselves."),
    )
    lead = models.TextField(_("lead"), max_length=600, blank=True, help_text=LEAD_HELP)
    content = StreamField(BodyBlock(), blank=True, default=list, verbose_name=_("content"))

    content_panels = [*Page.content_panels, FieldPanel("country"), FieldPanel("lead"), FieldPanel("content")]
    parent_page_types = ["publishing.CountryIndexPage"]
    subpage_types: list[str] = []
    page_description = _("One country. Practices, ministries and figures fill themselves; you write what ties them.")
    template = "publishing/country.html"

    class Meta:
        verbose_name = _("country page")

    def clean(self) -> None:
        """One page for a country in each language."""
        super().clean()
        twins = CountryPage.objects.filter(country=self.country_id, locale=self.locale_id).exclude(pk=self.pk)
        if self.country_id and twins.exclude(translation_key=self.translation_key).exists():
            raise ValidationError({"country": _("This country has a page in this language. Edit that one.")})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from ..selectors import about_country, directory_url
        from ..slots import country_sections

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        filled = [fill(self.country) for fill in country_sections]
        for _template, extra in filled:
            context |= extra
        return (
            context
            | about_country(self.country)
            | {
                "sections": [template for template, _extra in filled],
                "directory_url": directory_url(self.locale_id),
            }
        )
