"""The common schemes: their terms, where they are used, and what goes out of use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common import staff
from network_site.common.language import CODES, fold
from network_site.publishing.selectors import counts_of_all_terms
from network_site.taxonomy import services
from network_site.taxonomy.models import Scheme, Term
from practices.models import DatabankPage
from practices.selectors import count_with_network_by_term

from .access import asked, for_staff, show
from .editing import Edit, Editable, attempt, show_form
from .forms import DeprecateForm, NewTermForm, TermForm

EDITABLE = Editable(TermForm, TermForm.of, services.words_mark)

# The filters of the databank, by scheme.
FILTERS = {"LAF": "theme", "TG": "group"}


def _crumbs(scheme: Scheme | None = None) -> list[tuple[str, Any]]:
    crumbs: list[tuple[str, Any]] = [(reverse("console:schemes"), _("Schemes and terms"))]
    if scheme is not None:
        crumbs.append((reverse("console:terms", args=[scheme.pk]), str(scheme)))
    return crumbs


def _scheme(code: str) -> Scheme:
    return get_object_or_404(Scheme, pk=code)


def _term(code: str) -> Term:
    return get_object_or_404(Term.objects.select_related("scheme", "parent", "replaced_by"), pk=code)


@require_safe
@for_staff(staff.TERMS)
def schemes(request: HttpRequest) -> HttpResponse:
    """All schemes with the number of their terms."""
    out_of_use = Q(terms__status=Term.Status.DEPRECATED)
    found = Scheme.objects.annotate(
        in_use=Count("terms", filter=~out_of_use & Q(terms__isnull=False)),
        deprecated=Count("terms", filter=out_of_use),
        edited=Count("terms", filter=Q(terms__edited_at__isnull=False)),
    )
    return show(request, "console/schemes.html", {"schemes": found}, title=_("Schemes and terms"))


def _in_order(terms: list[Term]) -> list[tuple[Term, int]]:
    """Terms as a tree, each with its depth; children under their parent, in the scheme's order."""
    below: dict[str | None, list[Term]] = {}
    for term in terms:
        below.setdefault(term.parent_id, []).append(term)
    rows: list[tuple[Term, int]] = []

    def walk(parent: str | None, depth: int) -> None:
        for term in below.get(parent, []):
            rows.append((term, depth))
            walk(term.pk, depth + 1)

    walk(None, 0)
    return rows


@require_safe
@for_staff(staff.TERMS)
def index(request: HttpRequest, scheme: str) -> HttpResponse:
    """The terms of a scheme as a tree, with their words, their state and where they are used."""
    found = _scheme(scheme)
    text, state = asked(request, "q"), asked(request, "state")
    rows = _in_order(list(Term.objects.of(found.pk).order_by("position", "code")))
    words = fold(text).split()
    published, in_work = counts_of_all_terms(scheme=found.pk, kind="practice"), count_with_network_by_term(found.pk)
    filter_url = _databank_filter(found.pk)
    shown = [
        {
            "term": term,
            "depth": min(depth, 4),
            "others": [(code, term.labels.get(code, "")) for code in CODES if code != get_language()],
            "published": published.get(term.pk, 0),
            "published_url": f"{filter_url}{urlencode({'': term.pk})[1:]}" if filter_url else "",
            "in_work": in_work.get(term.pk, 0),
            "is_out": term.status == Term.Status.DEPRECATED,
        }
        for term, depth in rows
        if state in {"", term.status}
        and all(word in fold(f"{term.pk} {' '.join(term.labels.values())}") for word in words)
    ]
    return show(
        request,
        "console/terms.html",
        {"scheme": found, "rows": shown, "all": len(rows), "text": text, "state": state, "states": Term.Status.choices},
        title=str(found),
        crumbs=_crumbs(),
    )


def _databank_filter(scheme: str) -> str:
    """The address of the databank up to the value of its filter; empty for a scheme without one."""
    name = FILTERS.get(scheme)
    page = DatabankPage.objects.live().filter(locale__language_code=get_language()).first() if name else None
    return f"{page.url}?{name}=" if page is not None else ""


@require_http_methods(["GET", "POST"])
@for_staff(staff.TERMS)
def create(request: HttpRequest, scheme: str) -> HttpResponse:
    """A new term."""
    found = _scheme(scheme)
    form = NewTermForm(request.POST or None, terms=Term.objects.of(found.pk).in_use())
    made = attempt(request, form, lambda: services.add_term(scheme=found, **form.arguments()))
    if made is not None:
        messages.success(request, _("The term is there, and forms offer it."))
        return redirect("console:term", made.pk)
    return show_form(
        request,
        "console/term_form.html",
        form,
        save=_("Add the term"),
        title=_("A new term"),
        crumbs=_crumbs(found),
    )


@require_http_methods(["GET", "POST"])
@for_staff(staff.TERMS)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """The words of a term; where they differ from the file's, the file's beside them."""
    term = _term(code)
    edit = Edit(request, EDITABLE, term)
    if edit.attempt(lambda seen: services.edit_term(term=term, seen=seen, **edit.form.arguments())):
        messages.success(request, _("Saved. Loading the files again leaves these words alone."))
        return redirect("console:term", term.pk)
    return show(
        request,
        "console/term_form.html",
        edit.context
        | {
            "term": term,
            "save": _("Save"),
            "is_out": term.status == Term.Status.DEPRECATED,
            "in_file": _in_file(term),
        },
        title=f"{term.pk} {term.label}",
        crumbs=_crumbs(term.scheme),
        status=edit.status,
    )


def _in_file(term: Term) -> list[tuple[str, str]]:
    """(language, words of the file) wherever they are not those of the term."""
    own = {"labels": term.labels, "definition": term.definition}
    return [
        (code, term.from_file[part].get(code, ""))
        for part in ("labels", "definition")
        if part in term.from_file
        for code in CODES
        if term.from_file[part].get(code, "") != own[part].get(code, "")
    ]


@require_POST
@for_staff(staff.TERMS)
def restore(request: HttpRequest, code: str) -> HttpResponse:
    """Take the file's words back."""
    return _done(request, code, services.restore_term, _("The words of the file stand again."))


def _done(request: HttpRequest, code: str, verb: Callable[..., Term], done: str) -> HttpResponse:
    """Do what takes no form, and say on the term's page what came of it."""
    try:
        verb(term=_term(code))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect("console:term", code)


@require_http_methods(["GET", "POST"])
@for_staff(staff.TERMS)
def deprecate(request: HttpRequest, code: str) -> HttpResponse:
    """Take a term out of use, and say what stands in its place."""
    term = _term(code)
    if term.status == Term.Status.DEPRECATED:
        messages.warning(request, _("This term is out of use already."))
        return redirect("console:term", term.pk)
    form = DeprecateForm(request.POST or None, terms=Term.objects.of(term.scheme_id).in_use().exclude(pk=term.pk))
    if attempt(request, form, lambda: services.deprecate_term(term=term, **form.cleaned_data)):
        messages.success(request, _("The term is out of use. Records that carry it keep it."))
        return redirect("console:terms", term.scheme_id)
    return show_form(
        request,
        "console/deprecate.html",
        form,
        save=_("Take it out of use"),
        title=_("Take out of use"),
        crumbs=[*_crumbs(term.scheme), (reverse("console:term", args=[term.pk]), f"{term.pk} {term.label}")],
        term=term,
        published=counts_of_all_terms(scheme=term.scheme_id, kind="practice").get(term.pk, 0),
        in_work=count_with_network_by_term(term.scheme_id).get(term.pk, 0),
        narrower=term.children.filter(status=Term.Status.CURRENT).count(),
    )


@require_POST
@for_staff(staff.TERMS)
def revive(request: HttpRequest, code: str) -> HttpResponse:
    """Bring a term back that was taken out of use."""
    return _done(request, code, services.revive_term, _("The term is in use again, and forms offer it."))
