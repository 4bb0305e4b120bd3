"""The glossary: concepts and their words in four languages."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from network_site.common import staff
from network_site.common.language import CODES
from network_site.taxonomy import glossary
from network_site.taxonomy.models import GlossaryConcept

from .access import asked, for_staff, page_of, show
from .editing import Edit, Editable
from .forms import ConceptForm

EDITABLE = Editable(ConceptForm, ConceptForm.of, glossary.mark)


@require_safe
@for_staff(staff.GLOSSARY)
def index(request: HttpRequest) -> HttpResponse:
    """All concepts in the alphabetical order of the reader's language."""
    text = asked(request, "q")
    page = page_of(glossary.narrowed(glossary.list_concepts(hidden=True), text=text), request)
    for concept in page:
        concept.in_all = [(code, concept.preferred(code)) for code in CODES]
    return show(request, "console/glossary.html", {"page": page, "text": text}, title=_("Glossary"))


@require_http_methods(["GET", "POST"])
@for_staff(staff.GLOSSARY)
def write(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """A new concept, or a change to one."""
    concept = get_object_or_404(GlossaryConcept.objects.prefetch_related("terms"), pk=pk) if pk else None
    edit = Edit(request, EDITABLE, concept)
    if edit.attempt(lambda seen: glossary.save_concept(concept=concept, seen=seen, **edit.form.arguments())):
        messages.success(request, _("Saved. Loading the file again leaves this concept alone."))
        return redirect("console:glossary")
    return show(
        request,
        "console/concept_form.html",
        edit.context | {"save": _("Save")},
        title=concept.name if concept else _("A new concept"),
        crumbs=[(reverse("console:glossary"), _("Glossary"))],
        status=edit.status,
    )
