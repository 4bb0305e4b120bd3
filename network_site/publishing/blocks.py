"""What a page of the CMS is built from. Each block is drawn by one template in our look."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock
from wagtail.rich_text import expand_db_html

FEATURES = ["h3", "bold", "italic", "ol", "ul", "link", "document-link"]
OLD_TAGS = re.compile(r"<(/?)(b|i)>")
NEW_TAGS = {"b": "strong", "i": "em"}
# Places of the site that are no pages of the CMS; the name of the address, and what an editor reads.
PLACES = [("practices:new", _("Share a practice (workspace)")), ("account_login", _("Sign in"))]


def only_https(address: str) -> None:
    """Raise ValidationError for an address that is not one of https."""
    if urlsplit(address).scheme != "https":
        raise ValidationError(_("Enter an address that begins with https://."))


class LinkBlock(blocks.StructBlock):
    """Words that lead somewhere: to a page of the site, a place in it, or another site."""

    label = blocks.CharBlock(
        max_length=80, label=pgettext_lazy("of a link", "words"), help_text=_("A verb first: “Read the report”.")
    )
    page = blocks.PageChooserBlock(
        required=False, label=_("page"), help_text=_("Readers get it in their language where it exists.")
    )
    place = blocks.ChoiceBlock(choices=PLACES, required=False, label=_("or a place"))
    url = blocks.URLBlock(
        required=False, label=_("or another site"), validators=[only_https], help_text=_("https addresses only.")
    )

    def clean(self, value: Any) -> Any:
        """Exactly one target."""
        cleaned = super().clean(value)
        if sum(bool(cleaned.get(name)) for name in ("page", "place", "url")) != 1:
            raise StructBlockValidationError(
                non_block_errors=[_("Say where it leads: choose one page, one place or one address.")]
            )
        return cleaned

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["href"] = href(value, parent_context or {})
        return context


def href(link: Any, context: dict[str, Any]) -> str:
    """Where a link leads, in the page's language; empty when its page is gone or not live."""
    if link.get("place"):
        return reverse(link["place"])
    if link.get("page"):
        found: str = context.get("page_links", {}).get(link["page"].pk, "")
        return found
    return link.get("url") or ""


class ActionBlock(LinkBlock):
    """One button. A page has one thing to do, so use it once."""

    class Meta:
        icon = "link"
        label = _("Call to action")
        template = "publishing/blocks/action.html"
        description = _("One button that leads on: to a page, to a place in the site or to another site.")


class DoorBlock(LinkBlock):
    """A way into the site, with a line of explanation."""

    title = blocks.CharBlock(max_length=40, label=_("title"))
    text = blocks.TextBlock(max_length=240, label=_("text"))

    class Meta:
        template = "publishing/blocks/door.html"


class RecordChooserBlock(blocks.ChooserBlock):
    """A public record that was not withdrawn, drawn as its card."""

    class Meta:
        icon = "doc-full"
        label = _("Record")

    @cached_property
    def target_model(self) -> Any:
        return apps.get_model("publishing", "PublishedRecord")

    @cached_property
    def widget(self) -> forms.Widget:
        from .choosers import records

        widget: forms.Widget = records.widget_class()
        return widget

    def bulk_to_python(self, values: list[Any]) -> list[Any]:
        """All records of a page in one query, with what their cards need."""
        keys = [UUID(str(value)) if value else None for value in values]
        records = self.target_model.objects.select_related("owner", "country").defer("search_text")
        found = records.in_bulk([key for key in keys if key])
        return [found.get(key) for key in keys]

    def clean(self, value: Any) -> Any:
        """Refuse what was withdrawn, or is for members only."""
        cleaned = super().clean(value)
        if cleaned is not None and not cleaned.is_open:
            raise ValidationError(_("Choose another record: this one was withdrawn or is not public."))
        return cleaned


class RecordsBlock(blocks.ListBlock):
    """Cards of records, one under the other."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(RecordChooserBlock(), min_num=1, max_num=6, **kwargs)

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """The cards that the page has made for all its records, and (for editors) what fell out."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        made = context.get("cards", {})
        context["shown_cards"] = [made[record.pk] for record in value if record is not None and record.pk in made]
        context["fallen_out"] = [record for record in value if record is None or record.pk not in made]
        return context

    class Meta:
        icon = "list-ul"
        label = _("Record cards")
        template = "publishing/blocks/records.html"
        description = _("Practices of the databank, as cards. A card goes by itself when its record is withdrawn.")


class FigureBlock(blocks.StructBlock):
    """One number with where it comes from."""

    value = blocks.CharBlock(max_length=20, label=_("value"), help_text=_("As readers should see it: 1,200 or 12.5 %."))
    label = blocks.CharBlock(max_length=120, label=_("what it counts"))
    source = blocks.CharBlock(max_length=200, label=_("source"), help_text=_("Who published it, and where in it."))
    year = blocks.IntegerBlock(min_value=1900, max_value=2100, label=_("year"))
    url = blocks.URLBlock(required=False, label=_("address of the source"), validators=[only_https])


class FiguresBlock(blocks.ListBlock):
    """Up to four numbers."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(FigureBlock(), min_num=1, max_num=4, **kwargs)

    class Meta:
        icon = "order"
        label = _("Key figures")
        template = "publishing/blocks/figures.html"
        description = _("Up to four numbers, each with its source and year.")


class QuoteBlock(blocks.StructBlock):
    """What somebody said or wrote."""

    text = blocks.TextBlock(max_length=600, label=pgettext_lazy("of a quotation", "words"))
    who = blocks.CharBlock(max_length=120, label=_("who said it"), help_text=_("Name and office."))
    source = blocks.CharBlock(required=False, max_length=200, label=_("where it stands"))

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "publishing/blocks/quote.html"
        description = _("Words of a person, with name and office.")


class DocumentBlock(blocks.StructBlock):
    """A file to download."""

    document = DocumentChooserBlock(label=_("file"))
    title = blocks.CharBlock(required=False, max_length=120, label=_("title"), help_text=_("Else the file's own."))

    class Meta:
        icon = "doc-full-inverse"
        label = _("Document")
        template = "publishing/blocks/document.html"
        description = _("A file to download; kind and size are said beside it.")


class PictureBlock(blocks.StructBlock):
    """An image that says in words what it shows, or that it shows nothing."""

    image = ImageBlock(label=_("image"))
    caption = blocks.CharBlock(required=False, max_length=200, label=_("caption"))
    credit = blocks.CharBlock(required=False, max_length=120, label=_("who made it"))

    class Meta:
        icon = "image"
        label = _("Image")
        template = "publishing/blocks/picture.html"
        description = _("A picture with words for those who do not see it. Set its focal point in the image library.")


class CiteBlock(blocks.StructBlock):
    """Where the text above comes from."""

    text = blocks.CharBlock(max_length=300, label=_("source"), help_text=_("Author, title, year, section or page."))
    url = blocks.URLBlock(required=False, label=_("address"), validators=[only_https])

    class Meta:
        icon = "book"
        label = _("Source")
        template = "publishing/blocks/cite.html"
        description = _("Where the text above comes from: document and section.")


class TextBlock(blocks.RichTextBlock):
    """Rich text. What an editor's browser sends is cleaned by Wagtail; it is cleaned again on its way out."""

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "publishing/blocks/text.html"
        description = _("Paragraphs, lists, links and small headings.")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(features=FEATURES, **kwargs)

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """The HTML with its links to pages and documents worked out, in the tags that `clean` lets through."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["html"] = OLD_TAGS.sub(lambda tag: f"<{tag[1]}{NEW_TAGS[tag[2]]}>", expand_db_html(value.source))
        return context


class BodyBlock(blocks.StreamBlock):
    """The text of a page."""

    heading = blocks.CharBlock(
        max_length=120,
        icon="title",
        label=_("Heading"),
        template="publishing/blocks/heading.html",
        description=_("Opens a section. Readers who listen jump from one to the next."),
    )
    text = TextBlock()
    records = RecordsBlock()
    figures = FiguresBlock()
    quote = QuoteBlock()
    document = DocumentBlock()
    image = PictureBlock()
    action = ActionBlock()
    cite = CiteBlock()

    class Meta:
        template = "publishing/blocks/body.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Titles of cards stand one step below the heading before them, so that no step is missing."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        level, children = 2, []
        for child in value:
            children.append({"child": child, "level": level})
            if child.block_type in {"heading", "doors"}:
                level = 3
        context["children"] = children
        return context


class DoorsBlock(blocks.ListBlock):
    """Ways into the site, side by side."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(DoorBlock(), min_num=1, max_num=3, **kwargs)

    class Meta:
        icon = "placeholder"
        label = _("Doors")
        template = "publishing/blocks/doors.html"
        description = _("Up to three ways into the site, side by side.")


class NewsBlock(blocks.StructBlock):
    """The latest news, filled by itself."""

    title = blocks.CharBlock(max_length=60, label=_("title"))
    count = blocks.IntegerBlock(min_value=1, max_value=6, default=3, label=_("how many"))

    class Meta:
        icon = "calendar"
        label = _("Latest news")
        template = "publishing/blocks/news.html"
        description = _("The newest news of this language. It fills itself.")


class HomeBlock(BodyBlock):
    """The front page's body: everything a page has, and what fills itself."""

    doors = DoorsBlock()
    news = NewsBlock()
    databank = blocks.StaticBlock(
        icon="list-ol",
        label=_("Databank"),
        admin_text=_("Latest practices, counts, practices by function and country. It fills itself."),
        template="publishing/blocks/sections.html",
        description=_("Latest practices, counts, practices by function and country. It fills itself."),
    )

    class Meta:
        template = "publishing/blocks/body.html"
