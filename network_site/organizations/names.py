"""Names that cannot be taken for another organisation's.

`tidy` takes out what no eye sees; `skeleton` is what an eye sees: two names with the same skeleton look
alike. A simple check: letters of two scripts in one word are refused, look-alikes of Latin letters
and figures count as what they look like, and accents and punctuation do not count.
"""

from __future__ import annotations

import unicodedata

from network_site.common.html import plain

# Cyrillic and Greek letters and figures that pass for a Latin letter, in lower case.
LOOKS_LIKE = str.maketrans(
    {
        "а": "a", "в": "b", "е": "e", "ё": "e", "з": "e", "і": "i", "ї": "i", "ј": "j", "к": "k", "м": "m", "н": "h",
        "о": "o", "р": "p", "с": "c", "ѕ": "s", "т": "t", "у": "y", "х": "x", "ԁ": "d", "ԛ": "q", "ԝ": "w", "һ": "h",
        "α": "a", "β": "b", "ε": "e", "ζ": "z", "η": "h", "ι": "i", "κ": "k", "μ": "m", "ν": "v", "ο": "o", "ρ": "p",
        "τ": "t", "υ": "u", "χ": "x", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ɑ": "a", "ɡ": "g",
        "0": "o", "1": "l", "|": "l", "ǀ": "l", "3": "e", "5": "s",
    }
)  # fmt: skip


def tidy(name: str) -> str:
    """A name in NFC, without characters that nobody sees, with single spaces."""
    seen = "".join(char for char in plain(name) if unicodedata.category(char) not in {"Cf", "Co", "Cn"})
    return " ".join(unicodedata.normalize("NFC", seen).split())


def mixes_scripts(name: str) -> bool:
    """Whether one word of the name has letters of two scripts, as no honest name has."""
    return any(len({_script(char) for char in word} & SCRIPTS) > 1 for word in name.split())


# Those whose letters pass for each other's.
SCRIPTS = {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "COPTIC", "CHEROKEE", "LISU"}


def _script(char: str) -> str:
    return unicodedata.name(char, "UNKNOWN").split()[0]


def skeleton(name: str) -> str:
    """What an eye sees of a name: two names with the same skeleton are taken for each other."""
    folded = unicodedata.normalize("NFKD", tidy(name).casefold())
    letters = "".join(char for char in folded if not unicodedata.combining(char)).translate(LOOKS_LIKE)
    # Capital I passes for l as well; nothing honest differs in only that.
    return "".join(char for char in letters.replace("i", "l").replace("rn", "m") if char.isalnum())
