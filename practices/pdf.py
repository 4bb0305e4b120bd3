"""A practice as a tagged PDF (PDF/UA-1), made from the published snapshot and nothing from the network."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from network_site.common.pdf import NoDrawingLibrary, is_possible, kept, pdf_of

__all__ = ["NoDrawingLibrary", "is_possible", "kept", "page_as_html", "pdf_of"]


def page_as_html(context: dict[str, Any]) -> str:
    """The document before it is set in pages."""
    return render_to_string("practices/pdf.html", context)
