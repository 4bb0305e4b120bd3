"""Mail that the site sends: one template in text and HTML, in the reader's language, with a stable Message-ID.

Called by outbox consumers only, so that a mail follows a committed event and is tried again when the server is away.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from .html import plain

MAX_SUBJECT = 180


def send(
    template: str, *, to: str, language: str, context: Mapping[str, Any], key: str, headers: Mapping[str, str] = {}
) -> None:
    """Send `mail/<template>.txt` and `.html` to one address.

    The first line of the text template is the subject. `key` names the event and the reader: it makes the
    Message-ID, so that a mail which is sent twice after a crash is one mail for the reader's program.
    Raises what the mail backend raises.
    """
    with translation.override(language):
        given = {"site_url": settings.SITE_URL, "language": language, **context}
        # Templates escape for HTML, whatever their name is; in a text the words stand as they were written.
        text = html.unescape(render_to_string(f"mail/{template}.txt", given))
        subject, _rest, body = text.strip().partition("\n")
        subject = " ".join(plain(subject).split())[:MAX_SUBJECT]
        page = render_to_string(f"mail/{template}.html", given | {"subject": subject})
    host = settings.SITE_URL.partition("//")[2].partition("/")[0].partition(":")[0]
    message = EmailMultiAlternatives(
        subject=subject,
        body=re.sub(r"\n{3,}", "\n\n", body).strip() + "\n",
        to=[to],
        headers={"Message-ID": f"<{key}@{host}>", "Auto-Submitted": "auto-generated", **headers},
    )
    message.attach_alternative(page, "text/html")
    message.send()
