"""Languages of the interface and of content."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TypeVar

from babel import Locale
from django.conf import settings
from django.utils import translation

T = TypeVar("T")

CODES = ("en", "es", "fr", "pt-br")


def current_language() -> str:
    """The interface language of this request, always one of the four."""
    code = translation.get_language() or settings.LANGUAGE_CODE
    return code if code in CODES else settings.LANGUAGE_CODE


def pick(texts: Mapping[str, T], *, source: str = "en") -> T | None:
    """The text in the interface language, else in the source language, else any; None when there is none."""
    for code in (current_language(), source, settings.LANGUAGE_CODE):
        if texts.get(code):
            return texts[code]
    return next((text for text in texts.values() if text), None)


def language_name(code: str) -> str:
    """A language's name in the interface language: "inglés" for a reader in Spanish."""
    names = Locale.parse(current_language().replace("-", "_"), sep="_").languages
    return str(names.get(code, None) or names.get(code.split("-")[0], code))


def without_language(path: str) -> str:
    """A path without its leading language: /es/workspace/ becomes /workspace/."""
    first, _, rest = path.lstrip("/").partition("/")
    return f"/{rest}" if first in CODES else path


def fold(text: str) -> str:
    """Lower case without accents, for simple text filters and for finding the same word twice."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
