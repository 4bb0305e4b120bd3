"""The form out as a Word file, and back with a comparison answer by answer (decision 0027)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common.files import check_upload
from network_site.common.workflow import StaleVersion, TransitionRefused
from network_site.organizations.actor import current

from .. import permissions, services, wordform
from ..enums import QUESTIONS
from ..forms import STEPS, stored_name
from ..models import PracticeVersion
from .writing import get_editable_or_404, posted_version

SENT = "value:"


class WordForm(forms.Form):
    """The file that comes back."""

    file = forms.FileField(
        label=gettext_lazy("The file"),
        help_text=gettext_lazy("The form that you downloaded here, as Word (.docx), up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": ".docx"}),
        error_messages={"required": gettext_lazy("Choose the file.")},
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if check_upload(upload) != wordform.CONTENT_TYPE:
            raise forms.ValidationError(_("Choose a Word file (.docx)."), code="kind")
        return upload


def _editable(pk: UUID) -> PracticeVersion:
    version = get_editable_or_404(pk)
    if not permissions.can_edit(current(), version):
        raise PermissionDenied
    return version


@login_required
@require_safe
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form with the answers of now, in the reader's language."""
    version = _editable(pk)
    answer = HttpResponse(wordform.build(version), content_type=wordform.CONTENT_TYPE)
    name = f"{slugify(version.title)[:60] or 'practice'}.docx"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def word(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the form along, and bring it back."""
    version = _editable(pk)
    if request.method != "POST":
        return render(request, "practices/word.html", {"version": version, "form": WordForm()})
    form = WordForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            reading = wordform.read(form.cleaned_data["file"].read())
        except wordform.Unreadable as error:
            form.add_error("file", str(error))
        else:
            if reading.version_id != version.pk:
                form.add_error("file", _("This file belongs to another practice or to an older version of this one."))
            else:
                answers = wordform.given(version, reading)
                return _compare(request, version, answers, reading.problems, older=reading.lock_version)
    return render(request, "practices/word.html", {"version": version, "form": form}, status=422)


def _compare(
    request: HttpRequest,
    version: PracticeVersion,
    answers: dict[str, wordform.Values],
    problems: list[str],
    *,
    older: int = 0,
    stale: bool = False,
    status: int = 200,
) -> HttpResponse:
    found = wordform.changes(version, answers)
    return render(
        request,
        "practices/word_compare.html",
        {
            "version": version,
            "steps": [
                {"label": step.label, "changes": [change for change in found if change.step.name == step.name]}
                for step in STEPS
                if any(change.step.name == step.name for change in found)
            ],
            "count": sum(not change.error for change in found),
            "hidden": [
                {"name": f"{SENT}{name}", "value": value}
                for change in found
                for name, values in change.values.items()
                for value in values or [""]
            ],
            "problems": problems,
            "moved_on": bool(older and older != version.lock_version),
            "stale": stale,
        },
        status=status,
    )


@login_required
@require_POST
def take(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Save the answers that were chosen from the file, in one step."""
    version = _editable(pk)
    answers = _sent_answers(request)
    chosen = {name: answers[name] for name in request.POST.getlist("take") if name in answers}
    if not chosen:
        messages.info(request, _("Nothing was chosen, so nothing was changed."))
        return redirect("practices:word", version.pk)
    fields: dict[str, Any] = {}
    terms: dict[str, list[str]] = {}
    rows: dict[str, list[dict[str, Any]]] = {}
    for step in STEPS:
        told = {name: values for name, values in chosen.items() if QUESTIONS[name][0] == step.name}
        if told:
            found = wordform.page_with(version, step, told).savable()
            fields |= {name: value for name, value in found.fields.items() if name in told}
            terms |= {name: value for name, value in found.terms.items() if name in told}
            rows |= {name: value for name, value in found.rows.items() if name in told and name not in found.held}
    if set(chosen) - {*fields, *terms, *rows}:
        problems = [_("What is not in order was not saved. Correct it in the file or on the page.")]
        return _compare(request, version, answers, problems, status=422)
    try:
        services.save_version(version, lock_version=posted_version(request), fields=fields, terms=terms, rows=rows)
    except StaleVersion as stale:
        return _compare(request, stale.current, answers, [], stale=True, status=409)  # type: ignore[arg-type]
    except TransitionRefused as refused:
        messages.error(request, str(refused.unmet[0].message))
        return redirect("practices:version", version.pk)
    messages.success(request, _("Taken over from the file: %(count)d answers.") % {"count": len(chosen)})
    return redirect("practices:check", version.pk)


def _sent_answers(request: HttpRequest) -> dict[str, wordform.Values]:
    """The answers of the file as the page of the comparison carried them, by question."""
    sent = {name.removeprefix(SENT): request.POST.getlist(name) for name in request.POST if name.startswith(SENT)}
    answers: dict[str, wordform.Values] = {}
    for step in STEPS:
        for name, asked in step.form.base_fields.items():
            if name in sent:
                answers[stored_name(name, asked)] = {name: [value for value in sent[name] if value] or _empty(asked)}
        for group in step.groups:
            values = {name: value for name, value in sent.items() if name.startswith(f"{group.prefix}-")}
            if f"{group.prefix}-TOTAL_FORMS" in values:
                answers[group.stored_name] = values
    return answers


def _empty(asked: forms.Field) -> list[str]:
    return [] if isinstance(asked, forms.ChoiceField) and not isinstance(asked, forms.ModelChoiceField) else [""]
