"""Codes of certificates: 130 random bits in 26 letters and digits, which nobody guesses and most people can type.

The alphabet is Crockford's base32: ten digits and twenty-two letters, without I, L, O and U. Whoever types O means 0,
whoever types I or L means 1; there is no U, so that no code spells a word.
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26
GROUP = 4
# More than a code with a blank between any two letters; what is longer is no code.
WINDOW = 64

_SILENT = " \t\r\n\u00a0\u00ad\u2009\u200b\u202f\ufeff-_\u2010\u2011\u2012\u2013\u2014\u2212"
_READ = (
    {letter.lower(): letter for letter in ALPHABET}
    | {letter: letter for letter in ALPHABET}
    | dict.fromkeys("oO", "0")
    | dict.fromkeys("iIlL", "1")
    | dict.fromkeys(_SILENT, "")
)
_UNREADABLE = "?"


def new_code() -> str:
    """A code that nobody has had before, as it is kept: 26 letters and digits without dashes."""
    return "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))


def shown(code: str) -> str:
    """The code as people see it: DEM0-7KQ2-MXRA-94TB-WEHN-CV6P-2Z."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read_code(typed: str) -> str | None:
    """The code that somebody typed, with or without dashes and blanks, in any case; None for anything else.

    Every input takes the same steps, so the time tells nothing about it. What follows must not either: ask the
    database for something when this is None, too.
    """
    window = typed[:WINDOW].ljust(WINDOW)
    code = "".join([_READ.get(sign, _UNREADABLE) for sign in window])
    # No `and`: it would stop at the first thing that is wrong.
    is_code = (len(typed) <= WINDOW) & (len(code) == LENGTH) & (_UNREADABLE not in code)
    return code if is_code else None
