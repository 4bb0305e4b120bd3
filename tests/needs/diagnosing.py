"""Diagnostics for tests: made through the services, as people make them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from needs import services
from needs.models import Answer, Diagnostic
from needs.services.diagnostic import Given, Saved
from network_site.common.files import check_upload
from network_site.organizations.models import User

from ..people import acting

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def begun(writer: User, title: str = "2026") -> Diagnostic:
    with acting(writer):
        return services.start_diagnostic(title=title)


def given(diagnostic: Diagnostic, scores: Mapping[str, int | None], note: str = "", **more: Any) -> list[Given]:
    """Answers to items as they stand now (inside an actor)."""
    versions = dict(
        Answer.objects.filter(diagnostic=diagnostic, item_id__in=scores).values_list("item_id", "lock_version")
    )
    return [Given(item=item, version=versions[item], score=score, note=note, **more) for item, score in scores.items()]


def score(writer: User, diagnostic: Diagnostic, scores: Mapping[str, int | None], note: str = "", **more: Any) -> Saved:
    with acting(writer):
        return services.save_answers(diagnostic, given=given(diagnostic, scores, note, **more))


def finished(focal_point: User, scores: Mapping[str, int | None], title: str = "2026", note: str = "") -> Diagnostic:
    made = begun(focal_point, title)
    score(focal_point, made, scores, note)
    with acting(focal_point):
        return services.finish_diagnostic(made)


def evidence(content: bytes = PDF, name: str = "report.pdf") -> SimpleUploadedFile:
    """An upload as the form hands it on."""
    upload = SimpleUploadedFile(name, content)
    upload.content_type = check_upload(upload)
    return upload


def answer_of(reader: User, diagnostic: Diagnostic, item: str) -> Answer:
    with acting(reader):
        found: Answer = Answer.objects.get(diagnostic=diagnostic, item_id=item)
        return found


def form_of(reader: User, pk: UUID, *items: str) -> dict[str, str]:
    """What a browser would send back of these items without a change."""
    from needs.forms.diagnostic import AnswerForm

    sent: dict[str, str] = {}
    with acting(reader):
        for answer in Answer.objects.filter(diagnostic_id=pk, item_id__in=items).select_related("item"):
            form = AnswerForm(answer.item, answer)
            for name in ("score", "note", "version", "was"):
                sent[form[name].html_name] = str(form[name].value())
    return sent
