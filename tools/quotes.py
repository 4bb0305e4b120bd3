"""Check the quotes of the courses against the documents they come from. A maintainer's task, not part of any start.

    .venv/bin/python tools/quotes.py                  reads ../shared/sources beside the clone
    .venv/bin/python tools/quotes.py folder           reads the documents from another folder

Every question and every outcome of learning/seed/courses/ is proved by a quote of a document. The documents are not in
this repository; what is committed in tests/learning/quotes.yaml is, for each document, its SHA-256 and the quotes that
were found in it word for word. The tests demand that file: a new or a changed quote fails there until this command has
found it in its document. Run it after each change of a quote. It writes nothing when a quote is missing.

A document's name begins with its number. Line breaks, runs of blanks and the asterisks of bold print do not count.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[1]
SEED = ROOT / "learning" / "seed" / "courses"
SOURCES = ROOT.parent / "shared" / "sources"
TARGET = ROOT / "tests" / "learning" / "quotes.yaml"
NUMBER = 3  # letters of a document's name that are its number

Checked = dict[str, dict[str, Any]]


class Quote(NamedTuple):
    """A quote of the seed: its document, its words, and the question or the decision that it proves."""

    document: str
    words: str
    key: str


class Missing(Exception):
    """Quotes that are not in their documents."""


def plain(text: str) -> str:
    """The words alone, as they are compared."""
    return " ".join(text.replace("**", "").split())


def courses(folder: Path = SEED) -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))]


def quotes_of(course: Mapping[str, Any]) -> list[Quote]:
    """The quotes of a course in their order."""
    found = []
    for module in course["modules"]:
        for item in module["items"]:
            for question in item.get("quiz", {}).get("questions", ()):
                evidence = question["answer_key"].get("evidence")
                if evidence:
                    found.append(Quote(evidence["document"], plain(evidence["quote"]), question["key"]))
            for prompt in item.get("case", {}).get("prompts", ()):
                if prompt["outcome"].get("quote"):
                    document = course["source"]["document"]
                    found.append(Quote(document, plain(prompt["outcome"]["quote"]), prompt["key"]))
    return found


def unchecked(quotes: Iterable[Quote], checked: Mapping[str, Mapping[str, Any]]) -> list[Quote]:
    """Those quotes that were not found in their document, as far as the committed file knows."""
    return [one for one in quotes if one.words not in checked.get(one.document, {}).get("quotes", ())]


def check(quotes: Collection[Quote], sources: Path) -> Checked:
    """What the committed file has to say, from the documents themselves. Raises Missing with what is not in them."""
    documents = {path.name[:NUMBER]: path.read_bytes() for path in sources.glob("*.txt")}
    texts = {number: plain(content.decode("utf-8")) for number, content in documents.items()}
    missing = [one for one in quotes if one.words not in texts.get(one.document, "")]
    if missing:
        raise Missing("\n".join(f"{one.document} {one.key}: {one.words}" for one in missing))
    return {
        number: {
            "sha256": hashlib.sha256(documents[number]).hexdigest(),
            "quotes": sorted({one.words for one in quotes if one.document == number}),
        }
        for number in sorted({one.document for one in quotes})
    }


def committed() -> Checked:
    return yaml.safe_load(TARGET.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def main() -> int:
    parser = argparse.ArgumentParser(description="Check the quotes of the courses, and note those that were found.")
    parser.add_argument("sources", nargs="?", type=Path, default=SOURCES, help="the folder of the documents")
    sources = parser.parse_args().sources
    if not sources.is_dir():
        print("The documents are not there. Name their folder.", file=sys.stderr)
        return 2
    quotes = [one for course in courses() for one in quotes_of(course)]
    try:
        checked = check(quotes, sources)
    except Missing as missing:
        print(f"Not found word for word, nothing was written:\n{missing}", file=sys.stderr)
        return 1
    head = "# Made by tools/quotes.py: the quotes of the courses that were found word for word in their documents.\n"
    body = yaml.safe_dump(checked, allow_unicode=True, width=10_000, sort_keys=False)
    TARGET.write_text(head + body, encoding="utf-8")
    print(f"{len(quotes)} quotes found in {len(checked)} documents.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
