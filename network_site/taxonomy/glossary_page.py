"""The glossary, as anybody reads it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from network_site.common.language import CODES, current_language

from .glossary import initial, list_concepts, narrowed

MAX_WORDS = 100


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """All concepts in the reader's language, by letter and by words of any language. Two queries."""
    text = request.GET.get("q", "").strip()[:MAX_WORDS]
    letter = request.GET.get("letter", "")[:1].upper()
    concepts = list_concepts()
    letters = sorted({initial(one) for one in concepts})
    if letter not in letters:
        letter = ""
    here = current_language()
    shown = [
        {
            "concept": one,
            "others": [(code, one.preferred(code)) for code in CODES if code != here],
        }
        for one in narrowed(concepts, text=text, letter=letter)
    ]
    return render(
        request,
        "taxonomy/glossary.html",
        {"shown": shown, "letters": letters, "letter": letter, "text": text, "total": len(concepts)},
    )
