"""What a lesson is built from, and each block in the form in which a course is published."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.rich_text import expand_db_html

from network_site.common.html import clean, plain
from network_site.publishing.blocks import (
    NEW_TAGS,
    OLD_TAGS,
    CiteBlock,
    DocumentBlock,
    FiguresBlock,
    PictureBlock,
    QuoteBlock,
    RecordChooserBlock,
    TextBlock,
)

WIDEST = 960


class OutcomesBlock(blocks.StreamBlock):
    """What one can do after a course; each begins with a verb."""

    outcome = blocks.CharBlock(max_length=200, label=_("what one can do"), help_text=_("A verb first."))

    class Meta:
        max_num = 6


class TableBlock(blocks.StructBlock):
    """A small table with a heading for each column."""

    caption = blocks.CharBlock(max_length=160, label=_("what it shows"))
    head = blocks.ListBlock(blocks.CharBlock(max_length=80), min_num=2, max_num=5, label=_("columns"))
    rows = blocks.ListBlock(
        blocks.ListBlock(blocks.CharBlock(max_length=300, required=False)), min_num=1, max_num=30, label=_("rows")
    )

    class Meta:
        icon = "table"
        label = _("Table")

    def clean(self, value: Any) -> Any:
        """Every row has a cell for every column."""
        cleaned = super().clean(value)
        if any(len(row) != len(cleaned["head"]) for row in cleaned["rows"]):
            raise StructBlockValidationError(non_block_errors=[_("Give every row one cell for each column.")])
        return cleaned


class VideoBlock(blocks.StructBlock):
    """A film with captions and its words in writing: nobody has to load it to follow the lesson."""

    film = DocumentChooserBlock(label=_("film (MP4 or WebM)"))
    captions = DocumentChooserBlock(label=_("captions (WebVTT)"))
    title = blocks.CharBlock(max_length=120, label=_("title"))
    transcript = blocks.TextBlock(label=_("its words in writing"))

    class Meta:
        icon = "media"
        label = _("Film")

    def clean(self, value: Any) -> Any:
        """The kinds of file that browsers play."""
        cleaned = super().clean(value)
        errors = {}
        for name, endings in (("film", {"mp4", "webm"}), ("captions", {"vtt"})):
            if cleaned[name].file_extension.lower() not in endings:
                errors[name] = ValidationError(_("Choose a file of this kind."))
        if errors:
            raise StructBlockValidationError(block_errors=errors)
        return cleaned


class PracticeBlock(blocks.StructBlock):
    """A practice of the databank that the lesson is about, and what to look at in it."""

    record = RecordChooserBlock(label=_("practice"))
    why = blocks.CharBlock(max_length=400, required=False, label=_("what to look at in it"))

    class Meta:
        icon = "doc-full"
        label = _("Practice")


class LessonBlock(blocks.StreamBlock):
    """The text of a lesson."""

    heading = blocks.CharBlock(max_length=120, icon="title", label=_("Heading"))
    text = TextBlock()
    table = TableBlock()
    note = blocks.TextBlock(
        max_length=600,
        icon="help",
        label=pgettext_lazy("of a lesson", "Note"),
        help_text=_("A question to think about, or a warning; set apart from the text."),
    )
    steps = blocks.ListBlock(blocks.CharBlock(max_length=300), min_num=2, icon="list-ol", label=_("Steps in order"))
    quote = QuoteBlock()
    figures = FiguresBlock()
    cite = CiteBlock()
    practice = PracticeBlock()
    image = PictureBlock()
    film = VideoBlock()
    document = DocumentBlock()


def published(stream: Iterable[Any]) -> list[dict[str, Any]]:
    """The blocks of a page as they go into the published course: plain values and clean HTML, nothing to look up."""
    made = []
    for block in stream:
        value = _value(block.block_type, block.value)
        if value is not None:
            made.append({"type": block.block_type, "value": value})
    return made


def _value(kind: str, value: Any) -> Any:
    if kind == "text":
        return clean(OLD_TAGS.sub(lambda tag: f"<{tag[1]}{NEW_TAGS[tag[2]]}>", expand_db_html(value.source)))
    if kind in {"heading", "note"}:
        return plain(str(value))
    if kind == "steps":
        return [plain(str(step)) for step in value]
    if kind == "table":
        return {
            "caption": plain(value["caption"]),
            "head": [plain(str(cell)) for cell in value["head"]],
            "rows": [[plain(str(cell)) for cell in row] for row in value["rows"]],
        }
    if kind == "figures":
        return [{name: _plain(part) for name, part in figure.items()} for figure in value]
    if kind in {"quote", "cite"}:
        return {name: _plain(part) for name, part in value.items()}
    if kind == "practice":
        record = value["record"]
        return None if record is None else {"record": str(record.pk), "why": plain(value["why"] or "")}
    return _file(kind, value)


def _plain(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else value


def _file(kind: str, value: Any) -> dict[str, Any] | None:
    """Pictures, films and documents by their addresses, with their sizes, so that a reader knows what she loads."""
    if kind == "image":
        image = value["image"]
        if image is None:
            return None
        drawn = image.get_rendition(f"width-{WIDEST}|format-webp")
        return {
            "url": drawn.url,
            "width": drawn.width,
            "height": drawn.height,
            "bytes": drawn.file.size,
            "alt": "" if image.decorative else plain(image.contextual_alt_text or ""),
            "caption": plain(value["caption"] or ""),
            "credit": plain(value["credit"] or ""),
        }
    if kind == "film":
        film = value["film"]
        return {
            "url": film.url,
            "type": film.content_type,
            "bytes": film.file_size or 0,
            "captions": value["captions"].url,
            "title": plain(value["title"]),
            "transcript": plain(value["transcript"]),
        }
    document = value["document"]
    if document is None:
        return None
    return {
        "url": document.url,
        "bytes": document.file_size or 0,
        "extension": document.file_extension.lower(),
        "title": plain(value["title"] or document.title),
    }
