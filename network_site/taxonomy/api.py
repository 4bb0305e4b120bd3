"""The common schemes in the public API."""

from __future__ import annotations

from typing import Any, Literal

from django.db.models import Count, Q
from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema

from network_site.common.api import InLanguage, Page, Paged, absolute, paged
from network_site.common.language import pick

from .models import Scheme, Term

router = Router(tags=["Schemes and terms"])


class SchemeOut(Schema):
    """A scheme: a list of terms that records are classified by."""

    code: str = Field(description="Stable code.", examples=["LAF"])
    version: str = Field(description="Edition of the scheme.", examples=["1"])
    label: str = Field(description="Name in the reader's language.", examples=["Functions of labour administration"])
    labels: dict[str, str] = Field(description="Names by language.")
    source: str = Field(description="Where the scheme comes from.")
    single: bool = Field(description="Whether a record carries one of its terms at most.")
    terms: int = Field(description="How many terms it has, those out of use included.")
    url: str = Field(description="Its page for people and, by content negotiation, its SKOS.")


class TermOut(Schema):
    """A term of a scheme. Codes never change and are never deleted; a term out of use names its replacement."""

    code: str = Field(description="Stable code.", examples=["LAF1.1"])
    scheme: str = Field(description="Code of its scheme.", examples=["LAF"])
    label: str = Field(description="Label in the reader's language.")
    labels: dict[str, str] = Field(description="Labels by language.")
    definition: str = Field(description="Definition in the reader's language; empty when there is none.")
    definitions: dict[str, str] = Field(description="Definitions by language.")
    broader: str | None = Field(description="Code of the term above.")
    status: Literal["current", "deprecated"] = Field(description="Whether it may be chosen today.")
    replaced_by: str | None = Field(description="Code of the term that took its place.")
    exact_match: str = Field(description="The same concept in another vocabulary; empty when there is none.")
    url: str = Field(description="Its page for people and, by content negotiation, its SKOS.")


class Schemes(Page):
    results: list[SchemeOut]


class Terms(Page):
    results: list[TermOut]


class TermFilters(Paged):
    scheme: str | None = Field(None, max_length=12, description="Terms of this scheme only.", examples=["LAF"])
    broader: str | None = Field(None, max_length=24, description="Terms right below this one.", examples=["LAF1"])
    status: Literal["current", "deprecated"] | None = Field(None, description="In use, or out of use.")


def _scheme(scheme: Any) -> dict[str, Any]:
    return {
        "code": scheme.code,
        "version": scheme.version,
        "label": str(scheme),
        "labels": scheme.labels,
        "source": scheme.source,
        "single": scheme.single,
        "terms": scheme.term_count,
        "url": absolute(f"/vocab/{scheme.code}"),
    }


def _term(term: Term) -> dict[str, Any]:
    return {
        "code": term.code,
        "scheme": term.scheme_id,
        "label": term.label,
        "labels": term.labels,
        "definition": pick(term.definition) or "",
        "definitions": term.definition,
        "broader": term.parent_id,
        "status": term.status,
        "replaced_by": term.replaced_by_id,
        "exact_match": term.exact_match,
        "url": absolute(f"/vocab/{term.scheme_id}/{term.code}"),
    }


@router.get("schemes/", response=Schemes, operation_id="list_schemes", url_name="list_schemes")
def list_schemes(request: HttpRequest, asked: Query[Paged]) -> dict[str, Any]:
    """All schemes."""
    return paged(request, asked, Scheme.objects.annotate(term_count=Count("terms")), _scheme)


@router.get("schemes/{code}/", response=SchemeOut, operation_id="get_scheme", url_name="get_scheme")
def get_scheme(request: HttpRequest, code: str, asked: Query[InLanguage]) -> dict[str, Any]:
    """One scheme."""
    scheme = Scheme.objects.annotate(term_count=Count("terms")).filter(pk=code).first()
    if scheme is None:
        raise Http404
    return _scheme(scheme)


@router.get("terms/", response=Terms, operation_id="list_terms", url_name="list_terms")
def list_terms(request: HttpRequest, asked: Query[TermFilters]) -> dict[str, Any]:
    """Terms, in the order of their schemes."""
    wanted = Q()
    if asked.scheme is not None:
        wanted &= Q(scheme_id=asked.scheme)
    if asked.broader is not None:
        wanted &= Q(parent_id=asked.broader)
    if asked.status is not None:
        wanted &= Q(status=asked.status)
    return paged(request, asked, Term.objects.filter(wanted), _term)


@router.get("terms/{code}/", response=TermOut, operation_id="get_term", url_name="get_term")
def get_term(request: HttpRequest, code: str, asked: Query[InLanguage]) -> dict[str, Any]:
    """One term."""
    term = Term.objects.filter(pk=code).first()
    if term is None:
        raise Http404
    return _term(term)
