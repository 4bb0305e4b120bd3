"""The form of a practice, in steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from network_site.common.html import as_plain
from network_site.common.idempotency import new_key
from network_site.common.language import CODES
from network_site.common.workflow import StaleVersion, TransitionRefused
from network_site.organizations.actor import current

from .. import permissions, selectors, services
from ..forms import (
    STEP_BY_NAME,
    STEPS,
    Group,
    StepPage,
    TermField,
    TermsField,
    TranslationForm,
    posted,
    stored_name,
)
from ..guides import guide
from ..models import PracticeVersion
from ..suggestions import PLACES, SUGGESTED, Suggestion, suggest
from ..workflow import is_complete, is_confirmed


def get_version_or_404(pk: UUID) -> PracticeVersion:
    """A version that the actor may read; foreign and missing are the same 404."""
    try:
        return selectors.get_version(pk)
    except PracticeVersion.DoesNotExist:
        raise Http404 from None


def get_editable_or_404(pk: UUID) -> PracticeVersion:
    """A version of the actor's own organisation that somebody may write on; else 404 or 403."""
    version = get_version_or_404(pk)
    if not permissions.can_write(current(), version):
        raise PermissionDenied
    return version


@login_required
@require_safe
def practice_list(request: HttpRequest) -> HttpResponse:
    """The organisation's practices, by state."""
    actor = current()
    versions = list(selectors.list_versions(actor)) if actor.organization_id else []
    return render(
        request,
        "practices/list.html",
        {"versions": versions, "can_write": permissions.can_create(actor)},
    )


@login_required
@require_http_methods(["GET", "POST"])
def new_practice(request: HttpRequest) -> HttpResponse:
    """Begin a practice with the seven inputs of a draft."""
    if not permissions.can_create(current()):
        raise PermissionDenied
    step = STEPS[0]
    blank = PracticeVersion(source_language=request.LANGUAGE_CODE)  # type: ignore[attr-defined]
    if request.method == "POST":
        page = StepPage(step, blank, request.POST, request.FILES)
        if page.is_valid():
            version = services.create_draft(
                fields=page.fields, terms=page.terms, rows=page.rows, key=request.POST.get("key")
            )
            return _after_saving(request, version, step.name)
        status = 200 if page.adding else 422
    else:
        page = StepPage(step, blank)
        # A diagnostic that found something strong asks to share it, and knows its function already.
        page.form.initial["labour_function"] = request.GET.getlist("function")
        status = 200
    context = _form_context(request, None, page) | {"key": request.POST.get("key") or new_key()}
    return render(request, "practices/form.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def edit_step(request: HttpRequest, pk: UUID, step: str) -> HttpResponse:
    """One page of the form of a version that is still being written."""
    if step not in STEP_BY_NAME:
        raise Http404
    version = get_editable_or_404(pk)
    if not permissions.can_edit(current(), version):
        messages.info(request, _("This version can no longer be changed here."))
        return redirect("practices:version", version.pk)
    if request.method != "POST":
        page = StepPage(STEP_BY_NAME[step], version)
        return render(request, "practices/form.html", _form_context(request, version, page))
    page = StepPage(STEP_BY_NAME[step], version, request.POST, request.FILES)
    if not page.is_valid():
        return render(
            request, "practices/form.html", _form_context(request, version, page), status=200 if page.adding else 422
        )
    try:
        saved = services.save_version(
            version,
            lock_version=posted_version(request),
            fields=page.fields,
            terms=page.terms,
            rows=page.rows,
        )
    except StaleVersion as stale:
        theirs: PracticeVersion = stale.current  # type: ignore[assignment]
        if conflicts(theirs, page) or request.FILES:
            return _conflict(request, theirs, page)
        # The same was saved already: by an autosave whose answer got lost, or by a second click.
        saved = theirs
    except TransitionRefused as refused:
        messages.error(request, str(refused.unmet[0].message))
        return redirect("practices:version", version.pk)
    return _after_saving(request, saved, step)


def posted_version(request: HttpRequest) -> int:
    """The version on which somebody wrote; 0, which is never one, when the form does not say."""
    try:
        return int(request.POST.get("version", ""))
    except ValueError:
        return 0


def _after_saving(request: HttpRequest, version: PracticeVersion, step: str) -> HttpResponse:
    keys = [keep_key(request, version, step)]
    if step == STEPS[0].name:
        keys.append(keep_key(request, None, step))
    remember_saved(request, *keys)
    if "leave" in request.POST:
        messages.success(request, _("Saved. You can go on whenever you like."))
        return redirect("practices:version", version.pk)
    names = [entry.name for entry in STEPS]
    following = names[names.index(step) + 1 :]
    if following:
        return redirect("practices:edit", version.pk, following[0])
    return redirect("practices:check", version.pk)


def keep_key(request: HttpRequest, version: PracticeVersion | None, step: str) -> str:
    """The name under which a browser keeps what was typed: person, record, step."""
    return f"practice:{request.user.pk}:{version.pk if version else 'new'}:{step}"


def remember_saved(request: HttpRequest, *keys: str) -> None:
    """What was kept under these names is saved now: the next page tells the browser to forget it."""
    request.session["saved_keys"] = list(keys)


def saved_keys(request: HttpRequest) -> list[str]:
    """The names that the browser may forget, said once."""
    keys: list[str] = request.session.pop("saved_keys", [])
    return keys


def _form_context(request: HttpRequest, version: PracticeVersion | None, page: StepPage) -> dict[str, Any]:
    return {
        "version": version,
        "page": page,
        "step_number": [entry.name for entry in STEPS].index(page.step.name) + 1,
        "step_count": len(STEPS) + 1,
        "steps": _steps(version, page.step.name),
        "formsets": [entry["formset"] for entry in page.groups],
        "keep_key": keep_key(request, version, page.step.name),
        "saved_keys": saved_keys(request),
        "question": selectors.last_note(version, "request_revision") if version else "",
    } | _questions(version, page)


def _questions(version: PracticeVersion | None, page: StepPage) -> dict[str, Any]:
    """Each question of a page with the help beside it, and whether the Network's answer waits for the ministry."""
    proposed = selectors.open_proposals(version) if version else set()
    questions = []
    for bound in page.form:
        name = stored_name(bound.name, bound.field)
        questions.append(
            {
                "field": bound,
                "name": name,
                "guide": guide(name),
                "proposed": name in proposed,
                "suggestions": _suggestions(version, page, bound) if name in SUGGESTED else [],
            }
        )
    groups = []
    for entry in page.groups:
        name = entry["group"].stored_name
        help_here = guide(name)
        labels = group_labels(entry["group"])
        help_here["columns"] = [
            {"label": labels[column], "text": text} for column, text in help_here["fields"].items() if column in labels
        ]
        groups.append({**entry, "name": name, "guide": help_here, "proposed": name in proposed})
    return {
        "questions": questions,
        "groups": groups,
        "assistance": selectors.open_assistance(version) if version else None,
        "can_ask_for_help": version is not None and permissions.can_ask_for_help(current(), version),
    }


def _suggestions(version: PracticeVersion | None, page: StepPage, bound: Any) -> list[Suggestion]:
    """Terms that the text seems to call for and that are not chosen yet."""
    texts = {}
    for name in (*PLACES, "source_language"):
        value = page.form[name].value() if name in page.form.fields else getattr(version, name, "")
        texts[name] = as_plain(str(value or "")) if name == "description" else str(value or "")
    chosen = set(bound.value() or [])
    found = suggest(bound.field.scheme, texts, texts["source_language"], leaves=bound.field.leaves)
    return [suggestion for suggestion in found if suggestion.code not in chosen]


def group_labels(group: Group) -> dict[str, Any]:
    """The words of a group's columns, by their names."""
    form = group.form(prefix=f"{group.prefix}-0")
    return {name: str(form[name].label)[:1].upper() + str(form[name].label)[1:] for name in form.fields if name != "id"}


def _steps(version: PracticeVersion | None, here: str) -> list[dict[str, Any]]:
    unmet = is_complete(version, current()) if version else []
    missing: dict[str, int] = {}
    for item in unmet:
        name = item.url.rstrip("/").rsplit("/", 1)[-1]
        missing[name] = missing.get(name, 0) + 1
    rows = []
    for step in STEPS:
        if step.name == here:
            rows.append({"label": step.label, "state": "here"})
            continue
        lacking = missing.get(step.name, 0)
        rows.append(
            {
                "label": step.label,
                "url": reverse("practices:edit", args=[version.pk, step.name]) if version else "",
                "state": "done" if version and not lacking else "todo",
                "note": _("%(count)d still missing") % {"count": lacking} if lacking else "",
            }
        )
    rows.append(
        {
            "label": _("Check and send"),
            "url": reverse("practices:check", args=[version.pk]) if version and here != "check" else "",
            "state": "here" if here == "check" else "todo",
        }
    )
    return rows


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_row_text(part) if isinstance(part, dict) else str(part) for part in value)
    return "" if value is None else str(getattr(value, "pk", value)).replace("\r\n", "\n")


def _row_text(row: dict[str, Any], order: Iterable[str] = ()) -> str:
    """A row in one line, its answers in the order of the form (PostgreSQL sorts the keys of a JSON document)."""
    names = [*(name for name in order if name in row), *(name for name in row if name not in set(order))]
    shown = [row[name] for name in names if name not in {"id", "DELETE", "file", "content_type"}]
    return " · ".join(_as_text(value) for value in shown if value not in (None, "", False))


def conflicts(theirs: PracticeVersion, page: StepPage) -> list[dict[str, Any]]:
    """Every answer of a page that differs from what somebody else saved: label, mine, theirs."""
    saved = StepPage(page.step, theirs)
    fields = []
    for name, field in page.form.fields.items():
        if name not in page.form.cleaned_data:
            continue
        mine, now = page.form.cleaned_data[name], saved.form.initial.get(name)
        if isinstance(field, TermsField | TermField):
            mine, now = _names_of(field, mine), _names_of(field, now)
        texts = [_as_text(value) for value in (mine, now)]
        if texts[0] != texts[1]:
            fields.append({"label": field.label, "mine": texts[0], "theirs": texts[1]})
    for mine_group, their_group in zip(page.groups, saved.groups, strict=True):
        texts = [
            "\n".join(_row_text(row, mine_group["group"].form.base_fields) for row in rows)
            for rows in (page.kept_rows(mine_group["formset"]), their_group["formset"].initial or [])
        ]
        if texts[0] != texts[1]:
            fields.append({"label": mine_group["group"].title, "mine": texts[0], "theirs": texts[1]})
    return fields


def _names_of(field: TermsField | TermField, codes: Any) -> list[str]:
    """Chosen terms in words, in the order of the scheme."""
    chosen = {codes} if isinstance(codes, str) else set(codes or [])
    flat = [entry for _name, entries in field.choices if isinstance(entries, list) for entry in entries]
    return [str(label) for code, label in flat or field.choices if code in chosen]


def _conflict(request: HttpRequest, theirs: PracticeVersion, page: StepPage) -> HttpResponse:
    fields = conflicts(theirs, page)
    url = reverse("practices:edit", args=[theirs.pk, page.step.name])
    return render(
        request,
        "409.html",
        {
            "fields": fields,
            "changed_at": theirs.changed_at,
            "keep_url": url,
            "resend_url": url,
            "hidden": [
                *({"name": name, "value": value} for name, value in posted(request.POST)),
                {"name": "version", "value": theirs.lock_version},
            ],
        },
        status=409,
    )


@login_required
@require_safe
def check_answers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything that was answered, and what is still missing before it can be sent."""
    version = get_editable_or_404(pk)
    unmet = [*is_complete(version, current()), *is_confirmed(version, current())]
    return render(
        request,
        "practices/check.html",
        {
            "version": version,
            "sections": answer_sections(version),
            "steps": _steps(version, "check"),
            "unmet": unmet,
            "options": selectors.PRACTICE.options(version, current()),
            "saved_keys": saved_keys(request),
        },
    )


def answer_sections(version: PracticeVersion) -> list[dict[str, Any]]:
    """The answers of every step as label and value, for checking and for reading."""
    sections = []
    for step in STEPS:
        page = StepPage(step, version)
        answers = []
        for name, field in page.form.fields.items():
            answers.append(
                {
                    "name": stored_name(name, field),
                    "label": field.label,
                    "value": _shown(page, name),
                    "is_html": name == "description",
                }
            )
        for entry in page.groups:
            prefix = entry["group"].prefix
            rows = version.theory_of_change if prefix == "theory" else list(getattr(version, prefix).all())
            shown = [
                " → ".join(str(part) for part in row.values() if part) if isinstance(row, dict) else row.summary
                for row in rows
            ]
            answers.append(
                {
                    "name": entry["group"].stored_name,
                    "label": entry["group"].title,
                    "value": shown,
                    "is_html": False,
                }
            )
        sections.append(
            {
                "title": step.label,
                "url": reverse("practices:edit", args=[version.pk, step.name]),
                "answers": answers,
            }
        )
    return sections


def _shown(page: StepPage, name: str) -> Any:
    field = page.form.fields[name]
    value = page.form.initial.get(name)
    choices = getattr(field, "choices", None)
    if choices is None:
        return value
    flat: dict[str, Any] = {}
    for key, label in choices:
        if isinstance(label, list | tuple):
            flat |= dict(label)
        else:
            flat[str(getattr(key, "value", key))] = label
    if isinstance(value, list):
        return [str(flat.get(code, code)) for code in value]
    return flat.get(str(value), "") if value else ""


@login_required
@require_http_methods(["GET", "POST"])
def translate(request: HttpRequest, pk: UUID, language: str) -> HttpResponse:
    """Give the texts in another language, beside the source."""
    version = get_editable_or_404(pk)
    if not permissions.can_translate(current(), version) or language not in set(CODES) - {version.source_language}:
        raise Http404
    known = version.translations.filter(language=language).first()
    initial = {name: getattr(known, name) for name in TranslationForm.base_fields} if known else {}
    if initial:
        initial["description"] = as_plain(initial["description"])
    form = TranslationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.translate_version(version, language=language, texts=form.cleaned_data)
        messages.success(request, _("The translation is saved."))
        return redirect("practices:version", version.pk)
    return render(
        request,
        "practices/translate.html",
        {"version": version, "form": form, "language": language},
        status=422 if form.is_bound else 200,
    )
