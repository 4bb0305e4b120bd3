"""A certificate on paper: one page A4, tagged (PDF/UA-1), in the language that is active."""

from __future__ import annotations

import qrcode
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _

from network_site.common import pdf
from network_site.common.language import language_name

from ..enums import CertificateKind
from . import codes
from .facts import CertificateFacts

STYLE = "learning/certificate_pdf.css"


def page_as_html(facts: CertificateFacts, kid: str) -> str:
    """The certificate before it is set on paper; `kid` is the key that signed its badge."""
    side, path = _qr(facts.verify_address)
    context = {
        "facts": facts,
        "kid": kid,
        "taken_in": language_name(facts.language),
        "code": codes.shown(facts.code),
        "statement": _statement(facts),
        "qr_side": side,
        "qr_path": path,
    }
    return render_to_string("learning/certificate_pdf.html", context)


def certificate_pdf(facts: CertificateFacts, kid: str) -> bytes:
    """The PDF, in about a second. Raises `NoDrawingLibrary` of `network_site.common.pdf` where it cannot be drawn.

    It is not kept on disk, unlike records that everybody may read: a name stands in it.
    """
    return pdf.draw(page_as_html(facts, kid), STYLE)


def _statement(facts: CertificateFacts) -> str:
    """Who did what, as one sentence in which each language has its own order; name and title stand out."""
    sentence = {
        CertificateKind.ATTENDANCE: _("%(holder)s took part in the course %(title)s"),
        CertificateKind.APPROVED: _("%(holder)s passed the course %(title)s"),
        CertificateKind.HONOURS: _("%(holder)s passed with honours the course %(title)s"),
    }[CertificateKind(facts.kind)]
    return format_html(
        sentence % {"holder": "{holder}", "title": "{title}"},
        holder=format_html('<span class="holder">{}</span>', facts.holder),
        title=format_html('<span class="title" lang="{}">{}</span>', facts.title_language, facts.title),
    )


def _qr(address: str) -> tuple[int, str]:
    """How many squares a side has, and the dark ones as the path of an SVG, a run of them at a time."""
    code = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(address)
    rows = code.get_matrix()
    runs = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            width = 1
            while row[x] and x + width < len(row) and row[x + width]:
                width += 1
            if row[x]:
                runs.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width
    return len(rows), "".join(runs)
