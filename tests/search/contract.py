"""What both engines are held to: a small corpus in four languages, questions, and what must come of them.

Where the contract of `search.engines.base` leaves the order to the engine, only sets are compared.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count

from search.documents import Document
from search.engines.base import Answer, Engine, OtherName, Question, Unit
from search.models import Entry, EntryFacet
from search.models.entries import entry_id

from .samples import document

FACETS = ("kind", "theme", "country", "group", "topic", "language")
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
PUBLIC, MEMBERS = ("public",), ("public", "network")

# By key: language, then texts of that language; further languages in `TRANSLATED`.
RECORDS: dict[str, tuple[str, dict[str, str]]] = {
    "profiling": ("en", {
        "title": "Profiling of jobseekers by risk",
        "summary": "A model estimates who may stay without work for long, so that counsellors begin there.",
        "body": "Each jobseeker answers twelve questions. The answers are weighed.\nNobody is refused because of them.",
        "keywords": "Chile\nPublic employment services",
    }),
    "perfil": ("es", {
        "title": "Bolsa electrónica con perfil ocupacional",
        "summary": "Un perfil para cada persona.",
        "body": "Las personas lo completan en línea.",
    }),
    "inspeccion-rural": ("es", {
        "title": "Inspección del trabajo en zonas rurales",
        "summary": "Unidades móviles llegan a las fincas.",
        "body": "Las inspecciones se anuncian por radio.",
    }),
    "inspeccion-puertos": ("es", {
        "title": "Una inspeccion conjunta en los puertos",
        "body": "Dos ministerios firman el mismo informe.",
    }),
    "insercion": ("fr", {
        "title": "L'insertion des jeunes par l'apprentissage",
        "summary": "Un tuteur accompagne chaque apprenti.",
    }),
    "ateliers": ("fr", {
        "title": "Ateliers et chantiers",
        "body": "Ils visent une insertion durable. Les insertions sont suivies un an.",
    }),
    "verts": ("fr", {
        "title": "Emplois verts de demain",
        "body": "Chaque emploi est compté dans une enquête.",
    }),
    "reforme": ("fr", {
        "title": "Réforme du service public de l'emploi",
        "body": "Le réseau ouvre trente agences.",
    }),
    "guichet": ("fr", {
        "title": "Guichet unique",
        "summary": "Le SPE reçoit employeurs et chercheurs au même endroit.",
    }),
    "movil": ("es", {
        "title": "Servicio público de empleo móvil",
        "body": "Un autobús visita sesenta comunas.",
    }),
    "digital": ("en", {
        "title": "Public employment services go digital",
        "body": "Vacancies are matched overnight.",
    }),
    "servants": ("en", {
        "title": "Employment of public servants",
        "body": "Services for staff are listed in the annex.",
    }),
    "manual": ("en", {
        "title": "A manual of the ILO for inspectors",
        "summary": "What to look at, and in which order.",
    }),
    "convenio": ("es", {
        "title": "Convenio firmado con la OIT",
        "body": "El texto entra en vigor en enero.",
    }),
    "jovenes": ("es", {
        "title": "Becas para jóvenes del campo",
        "body": "Cada joven elige su curso.",
    }),
    "qualificacao": ("pt-br", {
        "title": "Qualificação profissional para jovens",
        "summary": "Turmas de verão em doze municípios.",
    }),
    "avaliacao": ("pt-br", {
        "title": "Avaliação do salário mínimo",
        "body": "As avaliações são públicas.",
    }),
    "rights": ("en", {
        "title": "A worker's rights on one page",
        "summary": "Policies of leave and pay in plain words.",
    }),
    "four-words": ("en", {"title": "Notes one", "body": "A harbour and a lantern, a meadow and an orchard."}),
    "three-words": ("en", {"title": "Notes two", "body": "A harbour with a lantern near a meadow."}),
    "two-words": ("en", {"title": "Notes three", "body": "The harbour has a lantern."}),
    "apart": ("en", {"title": "Notes of the harbour", "body": "No lantern there."}),
    "telework-title": ("en", {"title": "Telework in ministries", "body": "Rules for two days a week."}),
    "telework-body": ("en", {"title": "Rules of presence", "body": "Some choose telework on two days a week."}),
    "plain": ("en", {"title": "Placement of seafarers", "body": "Ships and crews."}),
    "better": ("en", {"title": "Placement of seafarers", "body": "Ships and crews."}),
    "members-only": ("en", {"title": "Profiling in a closed trial", "summary": "For members of the network."}),
    "ministry": ("es", {"title": "Ministerio del Trabajo", "keywords": "MINTRAB\nChile"}),
    "news": ("en", {"title": "News of the network", "body": "Profiling was discussed in Lima."}),
}  # fmt: skip
TRANSLATED: dict[str, dict[str, dict[str, str]]] = {
    "dialogue-en": {"en": {"title": "Social dialogue at the border", "summary": "Talks every month."}},
    "dialogue-es": {"es": {"title": "Diálogo social en la frontera", "summary": "Reuniones cada mes."}},
    "dialogue-fr": {"fr": {"title": "Dialogue social à la frontière", "summary": "Réunions chaque mois."}},
    "migration": {
        "en": {"title": "Seasonal migration with a contract", "summary": "Signed before the journey."},
        "es": {"title": "Migración de temporada con contrato", "summary": "Se firma antes del viaje."},
        "fr": {"title": "Migration saisonnière sous contrat", "summary": "Signé avant le voyage."},
        "pt-br": {"title": "Migração sazonal com contrato", "summary": "Assinado antes da viagem."},
    },
}
MORE: dict[str, dict[str, Any]] = {
    "better": {"quality": 1.6},
    "members-only": {"audience": "network", "facets": {"topic": ("profiling",), "country": ("CL",)}},
    "ministry": {"kind": "organization"},
    "news": {"kind": "page"},
    "profiling": {"evidence_level": 4, "facets": {"topic": ("profiling",)}},
    "perfil": {"evidence_level": 2, "facets": {"topic": ("matching",)}},
    "verts": {"evidence_level": 5},
    "manual": {"evidence_level": 0},
    "digital": {"facets": {"topic": ("matching",)}},
}
PES = Unit(
    "SPE",
    (
        OtherName("service public de l'emploi", "fr"),
        OtherName("servicio público de empleo", "es"),
        OtherName("public employment service", "en"),
        OtherName("PES"),
    ),
)
ILO = Unit("ILO", (OtherName("OIT"), OtherName("International Labour Organization", "en")))
PROFILING = Unit(
    "perfilado de desempleados",
    (OtherName("profiling of jobseekers", "en"), OtherName("profilage des demandeurs d'emploi", "fr")),
    "profiling",
)

# What the words of a question find, whoever asks in which language.
FINDS: list[tuple[str, str, set[str]]] = [
    ("en", "profiling", {"profiling", "news"}),
    ("pt-br", "profiles", {"profiling", "news"}),
    ("es", "inspección", {"inspeccion-rural", "inspeccion-puertos"}),
    ("es", "inspeccion", {"inspeccion-rural", "inspeccion-puertos"}),
    ("es", "inspecciones", {"inspeccion-rural", "inspeccion-puertos"}),
    ("en", "INSPECCIÓN", {"inspeccion-rural", "inspeccion-puertos"}),
    ("fr", "insertion", {"insercion", "ateliers"}),
    ("fr", "l'insertion", {"insercion", "ateliers"}),
    ("fr", "d’insertion", {"insercion", "ateliers"}),
    ("en", "insertions", {"insercion", "ateliers"}),
    ("fr", "chantier", {"ateliers"}),
    ("es", "joven", {"jovenes"}),
    ("es", "jovenes", {"jovenes"}),
    ("pt-br", "qualificacao", {"qualificacao"}),
    ("pt-br", "qualificação", {"qualificacao"}),
    ("pt-br", "município", {"qualificacao"}),
    ("en", "policy", {"rights"}),
    ("en", "workers", {"rights"}),
    ("en", "worker's", {"rights"}),
    ("fr", "migration", {"migration"}),
    ("es", "migracion", {"migration"}),
    ("es", "autobuses", {"movil"}),
    ("en", "mintrab", {"ministry"}),
    ("en", "lighthouse", set()),
    # One or two words: all of them. More: three quarters.
    ("en", "harbour lantern", {"four-words", "three-words", "two-words", "apart"}),
    ("en", "harbour orchard", {"four-words"}),
    ("en", "harbour lantern meadow", {"four-words", "three-words"}),
    ("en", "harbour lantern meadow orchard", {"four-words", "three-words"}),
    ("en", "harbour lantern meadow orchard lighthouse", {"four-words"}),
]

# Typed by people who test, and by people who mean it: around a word it changes nothing.
AROUND = (
    '"{}"', '"{}', "'{}'", "{}*", "({}", "{})", "(({}))", "-{}", "+{}", "{}:", "^{}", "{}~", "{}^", "!{}", "{}\\",
    "%{}%", "{}'; --", "[{}]", "{{{}}}", "<{}>", "{}?", "|{}|", "&{}&", "{} ", "\t{}\n", "«{}»",
    "{}\x00", "@{}", "${}", "{}…",
)  # fmt: skip
HOSTILE = (
    "", " ", '"', "'", "*", "(", ")", "()", "\\", "\\\\", "%", "_", "__proto__", "NEAR", "NEAR(", "NEAR(a b, 5)", "AND",
    "OR", "NOT", "a AND", "AND OR NOT", "NOT NOT", "title:", "title:x", "{title}:x", "{title summary}: x", "- title: x",
    "^x", "x*", "x:*", "x:A", "a & b | !c", "a <-> b", "<3>", "a <2> b", "'a' & 'b", "a\\'b", "_exists_:title", "*:*",
    "title:*", "/.*/", "x~", "x~2", "x^9", "[a TO z]", "{{7*7}}", "${x}", "'; DROP TABLE search_entry; --", "1 OR 1=1",
    '" UNION SELECT 1 --', "\x00", "a\x00b", "\ufeff", "\u200b", "\u202eabc", "🙂", "👩‍🌾 👨🏽‍🏭", "日本語の労働",
    "العمل", "ﬃ", "½", "ﾞ", "e\u0301", "\u0301", "İ", "ß", "ŉ", "a" * 300, "ñ" * 300,
    "x " * 100, "-" * 200, "l'", "d' l' qu'", "'s", "I.L.O.",
    "....", "a.b.c.d", "https://example.org/?q=a&b=c#d", "name@example.org", "C++", "C#", "24/7", "1,000.50",
)  # fmt: skip


def corpus() -> list[Document]:
    """The records, always the same, published a day after each other; facets strewn with a fixed seed."""
    dice = random.Random(5)
    texts = {key: {language: given} for key, (language, given) in RECORDS.items()} | TRANSLATED
    made = []
    for number, (key, by_language) in enumerate(texts.items()):
        strewn = {
            "theme": tuple(dice.sample(["LAF1", "LAF2", "LAF3", "LAF4"], dice.randint(0, 2))),
            "country": tuple(dice.sample(["AR", "BR", "CL", "HT"], dice.randint(0, 1))),
            "group": tuple(dice.sample(["TG1", "TG2", "TG3"], dice.randint(0, 3))),
            "language": tuple(by_language),
        }
        more = MORE.get(key, {})
        made.append(
            document(
                key=key,
                texts=by_language,
                source_language=next(iter(by_language)),
                published_at=BEGINNING + timedelta(days=number),
                stamp="1",
                **{**more, "facets": {**strewn, **more.get("facets", {})}},
            )
        )
    return made


@dataclass
class Asked:
    """An engine with the corpus, asked and answering by the records' keys."""

    engine: Engine
    keys: Mapping[UUID, str]

    def answer(self, question: Question) -> Answer:
        return self.engine.ask(question)

    def found(self, question: Question) -> list[str]:
        """The keys of a page of the answer."""
        return [self.keys[one.id] for one in self.engine.ask(question).found]

    def all(self, question: Question) -> list[str]:
        """The keys of all that fits."""
        return [self.keys[pk] for pk in self.engine.ids(question)]

    def completed(self, prefix: str, **more: Any) -> list[str]:
        given = {"language": "en", "audiences": PUBLIC, **more}
        return [self.keys[pk] for pk in self.engine.complete(prefix, **given)]

    def similar(self, key: str, **more: Any) -> list[str]:
        kind = MORE.get(key, {}).get("kind", "practice")
        given = {"audiences": PUBLIC, **more}
        return [self.keys[one.id] for one in self.engine.similar(entry_id(kind, key), **given)]


def question(text: str = "", *, units: Iterable[Unit] | None = None, **more: Any) -> Question:
    """A question of single words, or of these units."""
    given: dict[str, Any] = {"language": "en", "audiences": PUBLIC, "limit": 100, **more}
    return Question(
        units=tuple(units) if units is not None else tuple(Unit(w) for w in text.split()), text=text, **given
    )


def counted_by_sql(fitting: Question, engine: Engine, name: str) -> tuple[set[UUID], dict[str, int]]:
    """What fits without the choice of one facet ("" for none), and the counts of that facet, by SQL.

    The engine says only what has the words; everything chosen is applied by the database.
    """
    worded = engine.ids(replace(fitting, filters={}, kinds=(), facets=()))
    entries = Entry.objects.live().filter(pk__in=worded)
    if fitting.kinds and name != "kind":
        entries = entries.filter(kind__in=fitting.kinds)
    for facet, values in fitting.filters.items():
        if facet != name:
            chosen = EntryFacet.objects.filter(name=facet, value__in=values)
            entries = entries.filter(pk__in=chosen.values("entry_id"))
    ids = set(entries.values_list("pk", flat=True))
    if name == "kind":
        rows = entries.order_by().values_list("kind").annotate(n=Count("pk"))
    else:
        facets = EntryFacet.objects.filter(name=name, entry__in=ids)
        rows = facets.order_by().values_list("value").annotate(n=Count("entry_id"))
    return ids, dict(rows)


def random_questions(count: int, seed: int = 20_261) -> list[Question]:
    """Questions with random choices; every third one with words."""
    dice = random.Random(seed)
    words = ["notes", "the", "social", "harbour", "profiling", "a", "público", "migration", "days", "services"]
    values = {
        "theme": ["LAF1", "LAF2", "LAF3", "LAF4", "LAF9"],
        "country": ["AR", "BR", "CL", "HT", "XX"],
        "group": ["TG1", "TG2", "TG3"],
        "topic": ["profiling", "matching"],
        "language": ["en", "es", "fr", "pt-br"],
    }
    made = []
    for number in range(count):
        names = dice.sample(list(values), dice.choice([0, 1, 1, 2, 2, 3]))
        made.append(
            question(
                " ".join(dice.sample(words, dice.randint(1, 2))) if number % 3 == 0 else "",
                language=dice.choice(["en", "es", "fr", "pt-br"]),
                audiences=dice.choice([PUBLIC, MEMBERS]),
                kinds=tuple(dice.sample(["practice", "organization", "page"], dice.choice([0, 0, 1, 2]))),
                filters={name: tuple(dice.sample(values[name], dice.randint(1, 2))) for name in names},
                facets=FACETS,
                limit=5,
                highlight=False,
            )
        )
    return made
