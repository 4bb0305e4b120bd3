"""Make the judged set from its material: records.jsonl and queries.yaml, the same every time.

    python tests/search/judged/make.py

Everything in it is invented; only the codes and countries are real. A record is composed from the sentences of its
topic in its language (`material/<language>.txt`) and from what all topics share; a query's grades follow from what
its records were made of (decision 0033), and `also` in `material/queries.yaml` mends them by hand.
"""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
MATERIAL = HERE / "material"
PUBLISHER = "Enlace test set"
LANGUAGES = ("en", "es", "fr", "pt-br")
RECORDS_PER_TOPIC = 8
SEED = 2026
Texts = Mapping[str, list[str]]


def read_texts(language: str) -> dict[str, Texts]:
    """The sentences of a language by topic and part (T, O, P, D, N)."""
    found: dict[str, dict[str, list[str]]] = {}
    topic = ""
    for line in (MATERIAL / f"{language}.txt").read_text("utf-8").splitlines():
        if line.startswith("= "):
            topic = line[2:]
            found[topic] = {part: [] for part in "TOPDN"}
        elif line and not line.startswith("#"):
            found[topic][line[0]].append(line[2:])
    return dict(found)


def read_yaml(name: str) -> Any:
    return yaml.safe_load((MATERIAL / name).read_text("utf-8"))


def make_records() -> Iterator[dict[str, Any]]:
    """All records in order."""
    texts = {language: read_texts(language) for language in LANGUAGES}
    shared = read_yaml("shared.yaml")
    places = {language: itertools.cycle(shared[language]["places"]) for language in LANGUAGES}
    for position, (name, topic) in enumerate(read_yaml("topics.yaml").items()):
        each = RECORDS_PER_TOPIC // len(topic["languages"])
        for place, language in enumerate(topic["languages"]):
            for number in range(each):
                # Four groups over the eight records: each in two of them, and never in step with the language.
                group = topic["groups"][(number * (4 // each) + place + position) % 4]
                yield _record(
                    name, topic, texts[language][name], shared[language],
                    language=language, number=number, group=group, country=next(places[language]),
                    translations=_translation(name, number, place, topic, texts, shared, group),
                )  # fmt: skip


def _translation(
    name: str, number: int, place: int, topic: Any, texts: Any, shared: Any, group: str
) -> dict[str, dict[str, str]]:
    """Every fourth record is there in a second language too, as staff would give it: title and one line."""
    if (number + place) % 4:
        return {}
    other = topic["languages"][(place + 1) % len(topic["languages"])]
    said = shared[other]["groups"][group]
    found = texts[other][name]
    return {other: {"title": _upper(found["T"][0].format(g=said)), "one_line": _upper(found["O"][0].format(g=said))}}


def _record(
    name: str, topic: Any, texts: Texts, shared: Any,
    *, language: str, number: int, group: str, country: str, translations: Any,
) -> dict[str, Any]:  # fmt: skip
    chance = random.Random(f"{SEED}-{name}-{language}-{number}")
    said, where = shared["groups"][group], shared["places"][country]

    def fill(sentence: str) -> str:
        return _upper(sentence.format(g=said, c=where))

    what = chance.sample(texts["D"], k=len(texts["D"]) - (number % 2))
    middle = chance.sample(shared["run"], k=2)
    # Every other record calls its subject by its name, as people of the field do; the others only describe it.
    named = texts["N"] if number % 2 == 0 else []
    title = fill(texts["T"][number % 2]) + (chance.choice(shared["endings"]) if number > 1 else "")
    one_line = fill(texts["O"][(number // 2 + number) % 2])
    record = {
        "schema": "enlace.practice.documented/1",
        "key": f"{name.replace('_', '-')}-{language}-{number + 1}",
        "source": {
            "publisher": PUBLISHER,
            "title": "Invented practices for measuring search",
            "year": 2026,
            "place": f"{name}, record {number + 1} in {language}; nothing of it happened",
        },
        "country": country,
        "language": language,
        "title": title,
        "one_line": one_line,
        "problem": fill(texts["P"][number % 2]),
        "description": " ".join(
            [fill(chance.choice(shared["context"])), fill(texts["O"][(number // 2 + number + 1) % 2])]
            + [fill(one) for one in [*what, *named, *middle]]
        ),
        "start_year": 2009 + chance.randrange(14),
        "labour_functions": topic["laf"],
        "instruments": [topic["in"]],
        "target_groups": [group],
        "problem_tags": [topic["di"]],
        "sectors": [topic["sec"]],
        "scale": chance.choice(["SC01", "SC02", "SC03"]),
        "preconditions": [{"statement": chance.choice(shared["must"]), "strength": "must"}],
        "risks_if_copied": chance.choice(shared["risk"]),
    }
    if translations:
        record["translations"] = translations
    if number % 2 == 0:
        record["theory_of_change"] = [{"activity": what[0], "output": what[-1], "outcome": one_line}]
    return record


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def make_queries(records: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The queries with the grades of every record that is of use."""
    topics = read_yaml("topics.yaml")
    for language, by_kind in read_yaml("queries.yaml").items():
        for kind, queries in by_kind.items():
            for number, query in enumerate(queries, start=1):
                grades: dict[int, list[str]] = {}
                for record in records:
                    grade = query.get("also", {}).get(record["key"], grade_of(record, query, kind, topics))
                    if grade:
                        grades.setdefault(grade, []).append(record["key"])
                for key, grade in query.get("also", {}).items():
                    if key not in {record["key"] for record in records} and grade:
                        grades.setdefault(grade, []).append(key)
                yield {
                    "id": f"{language}-{kind}-{number:02d}",
                    "language": language,
                    "kind": kind,
                    "text": query["q"],
                    "grades": dict(sorted(grades.items(), reverse=True)),
                }


def grade_of(record: dict[str, Any], query: dict[str, Any], kind: str, topics: Any) -> int:
    """How useful a record is to whoever asked this: 3 what was meant, 2 nearly, 1 of some use, 0 not."""
    if "key" in query:
        return _grade_known(record, query)
    topic = topic_of(record["key"])
    wanted = query.get("topics", [])
    near = {other for one in wanted for other in topics[one]["near"]} - set(wanted)
    base = 3 if topic in wanted else query.get("more", {}).get(topic, 1 if topic in near else 0)
    fits = [
        record["target_groups"][0] in query["groups"] if "groups" in query else None,
        record["country"] in query["countries"] if "countries" in query else None,
    ]
    asked = [one for one in fits if one is not None]
    if not wanted:
        return 3 if asked and all(asked) else 0
    if all(asked):
        return base
    return max(base - 2, 0)


def topic_of(key: str) -> str:
    """The topic of a record of the set by its key, which ends with language and number."""
    return re.sub(rf"-(?:{'|'.join(LANGUAGES)})-\d$", "", key).replace("-", "_")


def _grade_known(record: dict[str, Any], query: dict[str, Any]) -> int:
    """The record that somebody looks for again, and those on the same topic."""
    if record["key"] == query["key"]:
        return 3
    return 1 if topic_of(record["key"]) == topic_of(query["key"]) else 0


def main() -> None:
    records = list(make_records())
    with (HERE / "records.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    head = (
        "# Made by make.py from material/queries.yaml and the records. Do not edit: mend a grade there with `also`.\n"
    )
    text = yaml.safe_dump(list(make_queries(records)), allow_unicode=True, sort_keys=False, width=1000)
    (HERE / "queries.yaml").write_text(head + text, encoding="utf-8")
    print(f"{len(records)} records")  # noqa: T201 - a tool


if __name__ == "__main__":
    main()
