"""Needs in the workspace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common.idempotency import new_key
from network_site.common.language import current_language
from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet
from network_site.organizations.actor import current
from network_site.organizations.proving import ask_to_prove
from network_site.taxonomy.models import Term

from .. import permissions, selectors, services
from ..cards import needs_url, status_tag
from ..enums import NeedStatus
from ..forms.fields import TermsField
from ..forms.register import (
    STEP_BY_NAME,
    STEPS,
    MeasureForm,
    NeedForm,
    NoteForm,
    OverlapForm,
    Step,
    UnmetForm,
    results_of,
)
from ..models import Need
from ..slots import need_panels
from ..workflow.need import NEED, is_complete

# What readers see or no longer see: whoever does it shows first that it is really she.
PROVED_STEPS = {"register", "withdraw", "close"}
# Steps back stand last.
LAST = ("return_to_author", "withdraw", "close")
# The one filled button of the page.
MAIN = ("submit", "register", "meet", "meet_partly", "reopen")
# Done by rule, or on a page or form of their own.
ELSEWHERE = {"mark_unmet", "merge", "start_drafting", "advertise", "start_execution"}


def get_need_or_404(pk: UUID) -> Need:
    """A need that the actor may read; foreign and missing are the same 404."""
    try:
        return selectors.get_need(pk)
    except Need.DoesNotExist:
        raise Http404 from None


# --- Lists ---------------------------------------------------------------------------------------


@login_required
@require_safe
def need_list(request: HttpRequest) -> HttpResponse:
    """The needs of one's own ministry."""
    actor = current()
    needs = list(selectors.list_needs(actor)) if actor.organization_id else []
    return render(request, "needs/need_list.html", {"rows": _rows(needs), "can_write": permissions.can_create(actor)})


def _rows(needs: Iterable[Need]) -> list[dict[str, Any]]:
    return [{"need": need, "tag": status_tag(need.status)} for need in needs]


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Needs that wait for the Network, then those that are open (for its staff)."""
    if not current().is_network:
        raise PermissionDenied
    needs = list(selectors.list_with_network())
    return render(
        request,
        "needs/need_queue.html",
        {
            "waiting": _rows(need for need in needs if need.status == NeedStatus.SUBMITTED),
            "others": _rows(need for need in needs if need.status != NeedStatus.SUBMITTED),
        },
    )


# --- Writing -------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def new_need(request: HttpRequest) -> HttpResponse:
    """Begin a need with what is said in brief."""
    actor = current()
    if not permissions.can_create(actor):
        raise PermissionDenied
    step = STEPS[0]
    blank = Need(source_language=current_language(), country_id=actor.country_id or None)
    form = step.form(request.POST or None, instance=blank)
    if request.method == "POST" and form.is_valid():
        need = services.create_need(**({"terms": {}} | form.answers()), key=request.POST.get("key"))
        return _after_saving(request, need, step)
    context = _form_context(None, step, form) | {"key": request.POST.get("key") or new_key()}
    return render(request, "needs/need_form.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def edit_step(request: HttpRequest, pk: UUID, step: str) -> HttpResponse:
    """One page of the form of a need that is still being written."""
    if step not in STEP_BY_NAME:
        raise Http404
    need = get_need_or_404(pk)
    actor = current()
    if not (permissions.is_of_owner(actor, need) and permissions.is_writer(actor, need)):
        raise PermissionDenied
    if not permissions.can_edit(actor, need):
        messages.info(request, _("This need can no longer be changed here."))
        return redirect("needs:need", need.pk)
    page = STEP_BY_NAME[step]
    form = page.form(request.POST or None, instance=need)
    if request.method != "POST" or not form.is_valid():
        context = _form_context(need, page, form)
        return render(request, "needs/need_form.html", context, status=422 if form.is_bound else 200)
    try:
        saved = services.save_need(get_need_or_404(pk), lock_version=posted_version(request), **form.answers())
    except StaleVersion as stale:
        return _conflict(request, stale.current, page, form)  # type: ignore[arg-type]
    except TransitionRefused as refused:
        messages.error(request, str(refused.unmet[0].message))
        return redirect("needs:need", need.pk)
    return _after_saving(request, saved, page)


def posted_version(request: HttpRequest) -> int:
    """The version on which somebody wrote; 0, which is never one, when the form does not say."""
    try:
        return int(request.POST.get("version", ""))
    except ValueError:
        return 0


def _after_saving(request: HttpRequest, need: Need, step: Step) -> HttpResponse:
    if "leave" in request.POST:
        messages.success(request, _("Saved. You can go on whenever you like."))
        return redirect("needs:need", need.pk)
    following = STEPS[STEPS.index(step) + 1 :]
    if following:
        return redirect("needs:edit", need.pk, following[0].name)
    return redirect("needs:check", need.pk)


def _form_context(need: Need | None, step: Step, form: NeedForm) -> dict[str, Any]:
    return {
        "need": need,
        "step": step,
        "form": form,
        "step_number": STEPS.index(step) + 1,
        "step_count": len(STEPS) + 1,
        "steps": _steps(need, step.name),
        "question": selectors.last_note(need, "return_to_author") if need else "",
    }


def _steps(need: Need | None, here: str) -> list[dict[str, Any]]:
    missing: dict[str, int] = {}
    for item in is_complete(need, current()) if need else []:
        name = item.url.rstrip("/").rsplit("/", 1)[-1]
        missing[name] = missing.get(name, 0) + 1
    rows: list[dict[str, Any]] = []
    for step in STEPS:
        lacking = missing.get(step.name, 0)
        rows.append(
            {
                "label": step.label,
                "url": reverse("needs:edit", args=[need.pk, step.name]) if need and step.name != here else "",
                "state": "here" if step.name == here else "done" if need and not lacking else "todo",
                "note": _("%(count)d still missing") % {"count": lacking} if lacking and step.name != here else "",
            }
        )
    check = reverse("needs:check", args=[need.pk]) if need and here != "check" else ""
    rows.append({"label": _("Check and send"), "url": check, "state": "here" if here == "check" else "todo"})
    return rows


def _conflict(request: HttpRequest, theirs: Need, step: Step, form: NeedForm) -> HttpResponse:
    """Both texts, and the way to save mine after all."""
    now = step.form(instance=get_need_or_404(theirs.pk))
    fields = []
    for name, field in form.fields.items():
        mine, saved = _as_text(field, form.cleaned_data.get(name)), _as_text(field, now.initial.get(name))
        if mine != saved:
            fields.append({"label": field.label, "mine": mine, "theirs": saved})
    url = reverse("needs:edit", args=[theirs.pk, step.name])
    hidden = [
        {"name": name, "value": value}
        for name, values in request.POST.lists()
        for value in values
        if name not in {"version", "csrfmiddlewaretoken"}
    ]
    return render(
        request,
        "409.html",
        {
            "fields": fields,
            "changed_at": theirs.changed_at,
            "keep_url": url,
            "resend_url": url,
            "hidden": [*hidden, {"name": "version", "value": theirs.lock_version}],
        },
        status=409,
    )


def _as_text(field: forms.Field, value: Any) -> str:
    shown = _shown(field, value)
    return "\n".join(shown) if isinstance(shown, list) else str(shown).replace("\r\n", "\n")


def _shown(field: forms.Field, value: Any) -> Any:
    """An answer in words."""
    if isinstance(field, TermsField):
        terms = Term.objects.filter(pk__in=value or []).order_by("position", "pk")
        return [str(field.describe(term)) for term in terms]
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, forms.ChoiceField):
        labels = {str(getattr(key, "value", key)): str(label) for key, label in field.choices}  # type: ignore[misc,union-attr]
        if isinstance(value, list):
            return [labels.get(str(one), str(one)) for one in value]
        return labels.get(str(getattr(value, "pk", value) or ""), "") if value else ""
    return value or ""


def answer_sections(need: Need) -> list[dict[str, Any]]:
    """The answers of every page as label and value, for checking and for reading."""
    sections = []
    for step in STEPS:
        form = step.form(instance=need)
        sections.append(
            {
                "title": step.label,
                "url": reverse("needs:edit", args=[need.pk, step.name]),
                "answers": [
                    {"label": field.label, "value": _shown(field, form.initial.get(name))}
                    for name, field in form.fields.items()
                ],
            }
        )
    return sections


@login_required
@require_safe
def check_answers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything that was answered, and what is still missing before it can be sent."""
    need = get_need_or_404(pk)
    if not permissions.can_edit(current(), need):
        raise PermissionDenied
    return render(
        request,
        "needs/need_check.html",
        {
            "need": need,
            "sections": answer_sections(need),
            "steps": _steps(need, "check"),
            "unmet": is_complete(need, current()),
            "options": [option for option in NEED.options(need, current()) if option.name == "submit"],
        },
    )


# --- A need and its life ---------------------------------------------------------------------------


@login_required
@require_safe
def need_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where a need stands, what can be done with it, its text and its history."""
    return render(request, "needs/need.html", need_context(get_need_or_404(pk)))


def need_context(need: Need, **extra: Any) -> dict[str, Any]:
    """What the page of a need shows to the current actor."""
    actor = current()
    options = {option.name: option for option in NEED.options(need, actor)}
    record = selectors.public_record(need)
    results_due = {
        name: options.pop(name) for name in ("meet", "meet_partly") if name in options and not options[name].ready
    }
    other = selectors.other_need(need)
    return {
        "need": need,
        "tag": status_tag(need.status),
        "record": record,
        "record_url": f"{needs_url()}{record.path}" if record else "",
        "options": sorted(
            (option for name, option in options.items() if name not in ELSEWHERE),
            key=lambda option: LAST.index(option.name) if option.name in LAST else -1,
        ),
        "main_steps": MAIN,
        "results_due": bool(results_due) and not any(name in options for name in ("meet", "meet_partly")),
        "unmet_form": UnmetForm(initial={"version": need.lock_version}) if "mark_unmet" in options else None,
        "can_answer_merge": "merge" in options and need.merged_into_id is not None,
        "other": other,
        "other_url": f"{needs_url()}{other.path}" if other else "",
        "merge_targets": selectors.merge_targets(need)
        if need.status == NeedStatus.SUBMITTED and permissions.can_judge(actor, need) and not need.merged_into_id
        else [],
        "can_edit": permissions.can_edit(actor, need),
        "can_state_results": permissions.can_state_results(actor, need)
        and need.status in NEED.transitions["meet"].sources,
        "measures": list(need.measures.all()),
        "is_staff": permissions.is_specialist(actor, need),
        "sections": answer_sections(need),
        "overlaps": list(need.overlaps.select_related("record").order_by("answered_at")),
        "history": selectors.history_of(need),
        "question": selectors.last_note(need, "return_to_author") if need.status == NeedStatus.RETURNED else "",
        "panels": [filled for fill in need_panels if (filled := fill(need, actor))],
    } | extra


@login_required
@require_POST
def do_step(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Do a step of the life cycle; what stands in the way comes back beside the button."""
    need = get_need_or_404(pk)
    if name in PROVED_STEPS:
        ask_to_prove(request)
    form: NoteForm = UnmetForm(request.POST) if name == "mark_unmet" else NoteForm(request.POST)
    if not form.is_valid():
        extra: dict[str, Any] = {"unmet_form": form} if name == "mark_unmet" else {"note_form": form}
        return _refused(request, need, name, [], **extra)
    try:
        _do(need, name, form, request)
    except StaleVersion:
        unmet = [Unmet("stale", _("Somebody else changed this record meanwhile. Read it again, then decide."))]
        return _refused(request, need, name, unmet, status=409, note_form=form)
    except TransitionRefused as refused:
        return _refused(request, need, name, refused.unmet, note_form=form)
    messages.success(request, str(_said(name)))
    return redirect("needs:need", need.pk)


def _do(need: Need, name: str, form: NoteForm, request: HttpRequest) -> None:
    version, note = form.cleaned_data["version"], form.cleaned_data["note"]
    if name == "mark_unmet":
        services.mark_unmet(need, reason=form.cleaned_data["reason"], note=note, lock_version=version)
    elif name == "ask_to_merge":
        try:
            into = UUID(request.POST.get("into", ""))
        except ValueError:
            raise TransitionRefused([Unmet("target", _("Say first that it is the same matter."))]) from None
        services.ask_to_merge(need, into=into, lock_version=version)
    elif name == "refuse_merge":
        services.refuse_merge(need, lock_version=version)
    elif name in ELSEWHERE - {"merge"}:
        raise TransitionRefused([Unmet("unknown", _("There is no such step."))])
    else:
        services.perform(need, name, note=note, lock_version=version)


def _said(name: str) -> Any:
    if name == "ask_to_merge":
        return _("The ministry was asked.")
    if name == "refuse_merge":
        return _("The Network hears that it is another matter.")
    return NEED.transitions[name].past


def _refused(
    request: HttpRequest, need: Need, name: str, unmet: list[Unmet], *, status: int = 422, **extra: Any
) -> HttpResponse:
    context = need_context(get_need_or_404(need.pk), refused=unmet, tried=name, **extra)
    return render(request, "needs/need.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def overlaps(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Possible duplicates, each with its question (for the specialist who will register the need)."""
    need = get_need_or_404(pk)
    if not permissions.can_judge(current(), need):
        raise PermissionDenied
    if need.status != NeedStatus.SUBMITTED:
        return redirect("needs:need", need.pk)
    answered = {row.record_id: row for row in need.overlaps.all()}
    candidates = selectors.possible_overlaps(need)
    labels = Term.objects.in_bulk({code for one in candidates for code in (*one.problems, *one.functions)})
    entries = []
    for one in candidates:
        known = answered.get(one.record.pk)
        initial = {"answer": known.answer, "note": known.note} if known else {}
        form = OverlapForm(request.POST or None, prefix=f"o{one.record.kind}{one.record.number}", initial=initial)
        shared = [str(labels[code]) for code in (*one.problems, *one.functions) if code in labels]
        entries.append({"record": one.record, "shared": shared, "by_words": one.by_words, "form": form})
    bound = [entry["form"] for entry in entries]
    unmet: list[Unmet] = []
    status = 200
    if request.method == "POST":
        status = 422
        checked = [form.is_valid() for form in bound]  # each says what is wrong with it
        if all(checked):
            answers = {
                entry["record"].pk: (entry["form"].cleaned_data["answer"], entry["form"].cleaned_data["note"])
                for entry in entries
            }
            try:
                services.answer_overlaps(need, answers=answers, lock_version=posted_version(request))
            except StaleVersion:
                status = 409
                unmet = [Unmet("stale", _("Somebody else changed this record meanwhile. Read it again, then decide."))]
            except TransitionRefused as refused:
                unmet = refused.unmet
            else:
                messages.success(request, _("Answered. The need can be registered now."))
                return redirect("needs:need", need.pk)
    return render(
        request,
        "needs/need_overlaps.html",
        {"need": need, "entries": entries, "forms": bound, "refused": unmet},
        status=status,
    )


@login_required
@require_http_methods(["GET", "POST"])
def results(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The ministry says of each sign whether it is there, with dated evidence."""
    need = get_need_or_404(pk)
    if not permissions.can_state_results(current(), need):
        raise PermissionDenied
    if need.status not in NEED.transitions["meet"].sources:
        return redirect("needs:need", need.pk)
    measures = [MeasureForm(request.POST or None, measure=measure) for measure in need.measures.all()]
    unmet: list[Unmet] = []
    status = 200
    if request.method == "POST":
        status = 422
        checked = [form.is_valid() for form in measures]  # each says what is wrong with it
        if all(checked):
            try:
                services.state_results(need, results=results_of(measures), lock_version=posted_version(request))
            except StaleVersion:
                status = 409
                unmet = [Unmet("stale", _("Somebody else changed this record meanwhile. Read it again, then decide."))]
            except TransitionRefused as refused:
                unmet = refused.unmet
            else:
                messages.success(request, _("Sent. The Network reads the evidence and confirms it."))
                return redirect("needs:need", need.pk)
    return render(
        request, "needs/need_results.html", {"need": need, "measures": measures, "refused": unmet}, status=status
    )
