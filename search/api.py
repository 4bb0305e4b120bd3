"""The search in the public API: what everybody may find, whoever asks."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from network_site.common.api import Language, Paged, Refusal, absolute, whereabouts, within_window
from network_site.common.language import current_language

from . import queries
from .asked import MAX_FILTERS, MAX_TEXT, MAX_VALUE, SearchQuery, default_sort
from .cards import excerpts
from .facets import FACETS
from .kinds import kinds
from .viewers import PUBLIC

router = Router(tags=["Search"])

Code = Annotated[str, Field(max_length=MAX_VALUE)]
Level = Annotated[int, Field(ge=0, le=5)]


def _codes(description: str, examples: list[str]) -> Any:
    return Field([], max_length=MAX_FILTERS, description=description, examples=[examples])


class SearchFilters(Paged):
    """Words and filters. Values of one filter widen the result, different filters narrow it."""

    q: str = Field("", max_length=MAX_TEXT, description="Words, in any of the four languages.", examples=["inspeccion"])
    exact: bool = Field(False, description="These words and no better spelling of them.")
    kind: list[Code] = _codes("Kinds of things: practice, organization, page.", ["practice"])
    theme: list[Code] = _codes("Codes of functions (scheme LAF).", ["LAF1.1"])
    country: list[Code] = _codes("Codes of countries, ISO 3166-1.", ["UY"])
    group: list[Code] = _codes("Codes of people served (scheme TG).", ["TG01"])
    evidence: list[Level] = Field([], max_length=MAX_FILTERS, description="Evidence levels, 0 to 5.")
    measure: list[Code] = _codes("Codes of kinds of measure (scheme IN).", ["IN01"])
    sector: list[Code] = _codes("Codes of sectors (scheme SEC).", ["SEC01"])
    problem: list[Code] = _codes("Codes of problems (scheme DI).", ["DI01"])
    provenance: list[Code] = _codes("Codes of where a practice comes from (scheme PV).", ["PV04"])
    organization: list[Code] = _codes("Kinds of institution.", ["ministry"])
    section: list[Code] = _codes("Parts of the site: text, news, publication, country.", ["news"])
    language: list[Language] = Field([], max_length=MAX_FILTERS, description="Languages in which there is a text.")
    sort: Literal["relevance", "newest", "evidence", "title"] | None = Field(
        None, description="Order. Without it: the best matches first where there are words, else the newest."
    )

    def as_query(self) -> SearchQuery:
        """The same question as the search page asks it. Raises Refusal for what no page would ask."""
        filters = {
            name: tuple(dict.fromkeys(str(value) for value in getattr(self, name)))
            for name in FACETS
            if name != "kind" and getattr(self, name)
        }
        if sum(map(len, filters.values())) > MAX_FILTERS:
            raise _refusal("filters", _("This can be given %(most)s times at most.") % {"most": MAX_FILTERS})
        known = [name for name, _kind in kinds.items()]
        if not set(self.kind) <= set(known):
            raise _refusal("kind", _("This takes one of: %(values)s.") % {"values": ", ".join(known)})
        text = " ".join(self.q.split())
        return SearchQuery(
            text=text,
            language=current_language(),
            kinds=tuple(name for name in known if name in self.kind),
            filters=filters,
            sort=self.sort if self.sort and (text or self.sort != "relevance") else default_sort(text),
            page=self.page,
            page_size=self.page_size,
            is_exact=self.exact,
        )


def _refusal(parameter: str, detail: str) -> Refusal:
    return Refusal(422, _("A parameter cannot be used."), errors=[{"parameter": parameter, "detail": detail}])


class ValueOut(Schema):
    """One value of a facet."""

    value: str = Field(description="What the parameter takes.")
    label: str = Field(description="Its name in the reader's language.")
    count: int = Field(description="How many would be found if this facet had only this value.")
    is_chosen: bool


class FacetOut(Schema):
    """A way to narrow the result. Its counts leave out its own choice."""

    name: str = Field(description="The name of its parameter.", examples=["country"])
    title: str
    values: list[ValueOut]


class PieceOut(Schema):
    """A piece of text."""

    text: str
    is_match: bool = Field(description="Whether it is one of the words that were looked for.")


class HighlightOut(Schema):
    """Where the words stand."""

    field: str = Field(description="Which text of the thing.", examples=["title"])
    language: str = Field(description="The language of the text, where it can be told.")
    pieces: list[PieceOut]


class HitOut(Schema):
    """One thing that was found."""

    kind: str = Field(description="What kind of thing it is.", examples=["practice"])
    kind_label: str = Field(description="The kind in words.", examples=["Practice"])
    id: str = Field(description="Stable identifier of the thing (UUID).")
    title: str = Field(description="In the language named by `language`.")
    summary: str
    language: str = Field(description="The reader's where there is a text, else that of the source.")
    url: str = Field(description="Its page in the reader's language.")
    score: float = Field(description="How well it fits; to be compared within one answer only.")
    published_at: dt.datetime
    is_demo: bool = Field(description="Invented to show how the site works.")
    highlight: list[HighlightOut]


class SearchOut(Schema):
    """What was found."""

    total: int = Field(description="How many things fit.", examples=[12])
    page: int = Field(description="The number of this page.", examples=[1])
    page_size: int = Field(description="Hits on a page.", examples=[20])
    next: str | None = Field(description="Address of the next page.")
    previous: str | None = Field(description="Address of the page before.")
    is_reduced: bool = Field(
        description="The search engine is away: ranking is simpler than usual, nothing is missing."
    )
    corrected: str = Field(description="The words that were looked for, where nothing had those that were given.")
    suggestion: str = Field(description="What may have been meant.")
    facets: list[FacetOut]
    hits: list[HitOut]


@router.get("search/", response=SearchOut, operation_id="search", url_name="search")
def search(request: HttpRequest, asked: Query[SearchFilters]) -> dict[str, Any]:
    """Everything public by words and filters, with counted facets: as the search page shows it."""
    within_window(asked)
    result = queries.search(asked.as_query(), PUBLIC)
    return {
        "total": result.total,
        **whereabouts(request, asked, result.total),
        "is_reduced": result.is_reduced,
        "corrected": result.corrected,
        "suggestion": result.suggestion,
        "facets": [
            {
                "name": facet.name,
                "title": facet.title,
                "values": [
                    {
                        "value": option.value,
                        "label": option.label,
                        "count": option.count,
                        "is_chosen": option.checked,
                    }
                    for option in facet.options
                ],
            }
            for facet in result.facets
        ],
        "hits": [_hit(hit) for hit in result.hits],
    }


def _hit(hit: queries.Hit) -> dict[str, Any]:
    return {
        "kind": hit.kind,
        "kind_label": hit.kind_one,
        "id": hit.key,
        "title": hit.title,
        "summary": hit.summary,
        "language": hit.language,
        "url": absolute(hit.url),
        "score": hit.score,
        "published_at": hit.published_at,
        "is_demo": hit.is_demo,
        "highlight": [
            {
                "field": one.field,
                "language": one.language,
                "pieces": [{"text": text, "is_match": is_match} for text, is_match in one.pieces],
            }
            for one in excerpts(hit)
        ],
    }
