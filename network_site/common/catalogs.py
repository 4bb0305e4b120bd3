"""Message catalogues without gettext's tools: found, merged, checked and compiled with Babel."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize
from django.utils.translation.trans_real import to_locale

PACKAGES = ("network_site", "practices", "needs", "projects", "funders", "search", "learning")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
TRANSLATED = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def catalogue_path(language: str) -> Path:
    """Where a language's catalogue lies."""
    return Path(settings.LOCALE_PATHS[0]) / to_locale(language) / "LC_MESSAGES" / "django.po"


def find_messages() -> Catalog:
    """Every marked string of our own code and templates, with the places where it stands."""
    catalogue = Catalog(project="Enlace", charset="utf-8")
    for path in sorted(_sources()):
        relative = path.relative_to(settings.BASE_DIR).as_posix()
        for line, singular, plural, context in _strings(path):
            identity = (singular, plural) if plural else singular
            flags = ["python-format"] if PLACEHOLDER.search(singular) and "%(" in singular else []
            catalogue.add(identity, locations=[(relative, line)], context=context, flags=flags)
    return catalogue


def _sources() -> Iterator[Path]:
    for package in PACKAGES:
        root = Path(settings.BASE_DIR) / package
        for pattern in ("*.py", "*.html", "*.txt"):
            for path in root.rglob(pattern):
                parts = path.relative_to(root).parts
                if "migrations" in parts or "seed" in parts or (pattern != "*.py" and "templates" not in parts):
                    continue
                yield path


def _strings(path: Path) -> Iterator[tuple[int, str, str | None, str | None]]:
    text = path.read_text(encoding="utf-8")
    source = text if path.suffix == ".py" else templatize(text, origin=str(path))
    for line, function, messages, _comments in extract_python(
        io.BytesIO(source.encode()), dict.fromkeys(KEYWORDS), [], {"encoding": "utf-8"}
    ):
        given = messages if isinstance(messages, tuple) else (messages,)
        if not given or not isinstance(given[0], str) or not given[0]:
            continue
        if function.startswith("npgettext"):
            yield line, given[1], given[2], given[0]
        elif function.startswith("pgettext"):
            yield line, given[1], None, given[0]
        elif function.startswith("ngettext"):
            yield line, given[0], given[1], None
        else:
            yield line, given[0], None, None


def read_catalogue(language: str) -> Catalog:
    """The catalogue as it is on disk; an empty one when there is none."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=to_locale(language), project="Enlace", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=to_locale(language))


def update_catalogues() -> dict[str, int]:
    """Bring every catalogue up to the code; how many strings are still without a translation, by language."""
    found = find_messages()
    missing = {}
    for language in TRANSLATED:
        catalogue = read_catalogue(language)
        catalogue.update(found, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, sort_output=True, omit_header=False, include_lineno=False)
        missing[language] = sum(1 for message in catalogue if message.id and not _is_complete(message))
    return missing


def compile_catalogues() -> int:
    """Write the .mo file of every catalogue that is newer than it; how many were written."""
    count = 0
    for language in TRANSLATED:
        source = catalogue_path(language)
        target = source.with_suffix(".mo")
        if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            continue
        with target.open("wb") as file:
            write_mo(file, read_catalogue(language))
        count += 1
    return count


@dataclass(frozen=True)
class Fault:
    """A string that is not right in a language."""

    language: str
    message: str
    fault: str

    def __str__(self) -> str:
        return f"{self.language}: {self.fault}: {self.message}"


def _name(message: Message) -> str:
    """The English text; of a plural, the singular."""
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> list[str]:
    return (
        [form or "" for form in message.string] if isinstance(message.string, list | tuple) else [message.string or ""]
    )


def _is_complete(message: Message) -> bool:
    return all(_forms(message)) and not message.fuzzy


def _placeholders(text: str) -> set[str]:
    return {first or second for first, second in PLACEHOLDER.findall(text)}


def check_catalogues() -> list[Fault]:
    """Strings without a translation, and translations that lost or invented a placeholder."""
    found = find_messages()
    faults = []
    for language in TRANSLATED:
        catalogue = read_catalogue(language)
        for wanted in found:
            if not wanted.id:
                continue
            name = _name(wanted)
            message = catalogue.get(name, wanted.context)
            if message is None or not _is_complete(message):
                faults.append(Fault(language, name, "not translated"))
                continue
            sources = [name] if isinstance(wanted.id, str) else list(wanted.id)
            allowed = set().union(*(_placeholders(part) for part in sources))
            given = [_placeholders(form) for form in _forms(message)]
            if any(form - allowed for form in given) or (len(given) == 1 and given[0] != allowed):
                faults.append(Fault(language, name, "placeholders differ"))
    return faults
