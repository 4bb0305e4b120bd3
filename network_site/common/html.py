"""The one sanitiser. Text from people passes here once, on its way in."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

import nh3
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_BYTES = 200_000
MAX_MARKUP = 2_000
MAX_ATTRIBUTES = 500
TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "blockquote"}
ATTRIBUTES = {"a": {"href"}, "*": set()}
SCHEMES = {"http", "https", "mailto"}
_NUL_AND_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Invisible marks that reverse or hide text (reliability page, section 5).
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff]")
_PARAGRAPH = re.compile(r"\n\s*\n")
# A tag as a browser reads it: a quote opens a value right after "=" only. Possessive, so it never goes back.
_VALUE = r"""=\s*+(?:"[^"]*+"|'[^']*+')?+"""
_TAG = re.compile(rf"<[a-zA-Z](?:[^>=]++|{_VALUE})*+")
_QUOTED = re.compile(_VALUE)
_BETWEEN = re.compile(r"[\s/]+")
_BLOCK = re.compile(r"<(p|ul|ol|h3|h4|blockquote)\b")
_BULLET = re.compile(r"^\s*[-*•]\s+")
_NUMBER = re.compile(r"^\s*\d{1,2}[.)]\s+")


def plain(text: str) -> str:
    """One string without control, direction or zero-width characters, in Unicode's NFC form.

    Lone surrogates (which no database stores) become the replacement character.
    """
    repaired = text.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", _DIRECTION.sub("", _NUL_AND_CONTROL.sub("", repaired)))


def clean(text: str) -> str:
    """Safe HTML from what somebody wrote: a few tags, links with http, https or mailto, nothing else.

    Plain text with empty lines becomes paragraphs, and lines that begin with "- " or "1. " become
    lists (`as_plain` is the way back, for editing). Raises ValidationError when the text is larger
    than 200 KB, carries more than 2,000 tags or one with more than 500 attributes (all are slow to parse,
    the last by the square of their number, and none is a practice).
    """
    text = plain(text).strip()
    if len(text.encode()) > MAX_BYTES:
        raise ValidationError(_("This text is too long. Keep it under 200 KB."), code="too_long")
    if text.count("<") > MAX_MARKUP or text.count("=") > MAX_MARKUP * 4 or _has_overloaded_tag(text):
        raise ValidationError(_("This text has too much markup. Paste it as plain text."), code="markup")
    if text and not _BLOCK.search(text):
        text = "".join(_paragraph(part.strip().splitlines()) for part in _PARAGRAPH.split(text) if part.strip())
    elif text and not text.startswith("<"):
        parts = _PARAGRAPH.split(text)
        text = "".join(
            part if part.lstrip().startswith("<") else f"<p>{part.strip()}</p>" for part in parts if part.strip()
        )
    return nh3.clean(
        text,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener nofollow",
        strip_comments=True,
    )


def _has_overloaded_tag(text: str) -> bool:
    return any(len(_BETWEEN.findall(_QUOTED.sub("= ", tag))) > MAX_ATTRIBUTES for tag in _TAG.findall(text))


def _paragraph(lines: list[str]) -> str:
    """Lines without an empty one between them, as paragraphs and lists in their order."""
    parts: list[str] = []
    for mark, group in groupby(lines, key=_mark):
        if mark is None:
            parts.append(f"<p>{'<br>'.join(line.strip() for line in group)}</p>")
        else:
            tag = "ul" if mark is _BULLET else "ol"
            items = "".join(f"<li>{mark.sub('', line).strip()}</li>" for line in group)
            parts.append(f"<{tag}>{items}</{tag}>")
    return "".join(parts)


def _mark(line: str) -> re.Pattern[str] | None:
    return _BULLET if _BULLET.match(line) else _NUMBER if _NUMBER.match(line) else None


def as_plain(html: str) -> str:
    """Cleaned HTML as the plain text that `clean` makes the same HTML from, for an editor's text field."""
    text = re.sub(r"</li>\s*", "\n", html)
    for found in re.findall(r"<ol>(.*?)</ol>", text, flags=re.DOTALL):
        items = [item for item in found.split("<li>") if item.strip()]
        numbered = "".join(f"{number}. {item}" for number, item in enumerate(items, start=1))
        text = text.replace(f"<ol>{found}</ol>", f"{numbered}\n")
    text = text.replace("<li>", "- ").replace("</ul>", "\n").replace("</p>", "\n\n").replace("<br>", "\n")
    return to_text(text)


def to_text(html: str) -> str:
    """The words of cleaned HTML, for search, counting and previews."""
    spaced = re.sub(r"</(p|li|h3|h4|blockquote)>|<br>", "\n", html)
    stripped = nh3.clean(spaced, tags=set())
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", " "), ("&amp;", "&")):
        stripped = stripped.replace(entity, char)
    return re.sub(r"\n{2,}", "\n\n", stripped).strip()
