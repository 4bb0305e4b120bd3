"""Draft projects in the workspace: lists, the page of one project, the steps of its life."""

from __future__ import annotations

import contextlib
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from needs.models import Need
from network_site.common.idempotency import new_key
from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet
from network_site.organizations.actor import current
from network_site.organizations.proving import ask_to_prove
from network_site.publishing.models import PublishedRecord, RecordTerm

from .. import linter, permissions, services, wordfile
from ..amounts import totals
from ..cards import Money, figure, status_tag
from ..enums import EDITABLE, PUBLIC, SEEKING, ProjectStatus
from ..forms.drafting import NoteForm, StartForm
from ..models import Project
from ..outline import OUTLINE
from ..selectors import get_project, list_projects, list_queue
from ..selectors.content import sections_with_content
from ..selectors.history import history_of, last_note
from ..selectors.projects import unread_by_section
from ..slots import project_panels
from ..snapshot import build_snapshot
from ..workflow import PROJECT
from ..workflow.execution import STEPS as EXECUTION_STEPS
from .sections import projects_url

# Steps that other pages do, because they need more than a note, or that the site does by rule.
ELSEWHERE = frozenset({"sign_and_publish", "open_negotiation", *EXECUTION_STEPS})
# What the public sees from then on: whoever does it shows first that it is really she.
PROVED_STEPS = frozenset({"publish_documented"})
OFFERED = 20


def get_project_or_404(pk: UUID) -> Project:
    """A project that the actor may read; foreign and missing are the same 404."""
    try:
        return get_project(pk)
    except Project.DoesNotExist:
        raise Http404 from None


# --- Lists -----------------------------------------------------------------------------------


@login_required
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """The organisation's projects, and those that others let it read."""
    actor = current()
    found = list(list_projects()) if actor.is_authenticated else []
    return render(
        request,
        "projects/list.html",
        {
            "own": _rows([one for one in found if one.owner_id == actor.organization_id]),
            "others": _rows([one for one in found if one.owner_id != actor.organization_id]),
        },
    )


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Projects that wait for the Network, and all others that it may read (for its staff)."""
    if not current().is_network:
        raise PermissionDenied
    waiting = list(list_queue())
    known = {one.pk for one in waiting}
    others = [one for one in list_projects() if one.pk not in known]
    return render(request, "projects/queue.html", {"waiting": _rows(waiting), "others": _rows(others)})


def _rows(projects: list[Project]) -> list[dict[str, Any]]:
    return [{"project": one, "tag": workspace_tag(one.status)} for one in projects]


def workspace_tag(status: str) -> dict[str, str]:
    """The state as a tag, with the signs of the way to publication."""
    signs = {
        ProjectStatus.DRAFTING: ("", "edit"),
        ProjectStatus.REVIEW: ("info", "search"),
        ProjectStatus.VALIDATION: ("warn", "clock"),
    }
    tag = status_tag(status)
    if status in signs:
        tag |= dict(zip(("kind", "icon"), signs[ProjectStatus(status)], strict=True))
    return tag


# --- Begin -----------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin a project for a need, from a practice or from none."""
    need = Need.objects.select_related("owner").filter(pk=pk).first()
    if need is None:
        raise Http404
    if not permissions.can_start(current(), need):
        raise PermissionDenied
    found = {str(record.pk): record for record in _offered(need, request.GET.get("practice", ""))}
    choices = [(key, f"{record.code} {record.title}") for key, record in found.items()]
    initial = {"practice": request.GET.get("practice", "")}
    form = StartForm(request.POST or None, practices=choices, initial=initial)
    unmet: list[Unmet] = []
    if request.method == "POST" and form.is_valid():
        practice = found.get(form.cleaned_data["practice"])
        try:
            project = services.start_project(need, practice=practice, key=request.POST.get("key"))
        except TransitionRefused as refused:
            unmet = refused.unmet
        else:
            messages.success(request, _("The project is begun. Read what was filled in, then go on writing."))
            return redirect("projects:project", project.pk)
    context = {
        "need": need,
        "form": form,
        "refused": unmet,
        "key": request.POST.get("key") or new_key(),
    }
    return render(request, "projects/start.html", context, status=422 if form.is_bound else 200)


def _offered(need: Need, wanted: str) -> list[PublishedRecord]:
    """Practices to begin from: the one that was asked for, those held against the need, those of the same function."""
    live = PublishedRecord.objects.live().of_kind("practice").defer("search_text")
    checked = [check.practice_id for check in need.fit_checks.all()]
    with contextlib.suppress(ValueError):
        checked.insert(0, UUID(wanted))
    near = RecordTerm.objects.filter(term_id__in=need.codes("LAF"), is_given=True).values("record_id")
    first = live.in_bulk(list(dict.fromkeys(checked)))
    more = [record for record in live.filter(pk__in=near)[:OFFERED] if record.pk not in first]
    return [first[pk] for pk in dict.fromkeys(checked) if pk in first] + more


# --- One project -----------------------------------------------------------------------------


@login_required
@require_safe
def project_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where a project stands, what stands in the way, its sections, its money and its history."""
    return render(request, "projects/project.html", page_of(get_project_or_404(pk)))


def page_of(project: Project, **extra: Any) -> dict[str, Any]:
    """What the page of a project shows to the current actor."""
    actor = current()
    can_see_judgements = permissions.is_of_owner(actor, project) or permissions.is_specialist(actor, project)
    record = PublishedRecord.objects.filter(pk=project.pk).defer("search_text", "snapshot").first()
    found = linter.findings(project) if project.status in EDITABLE or project.status == ProjectStatus.REVIEW else []
    sums = totals(project.budget.all())
    return {
        "project": project,
        "tag": workspace_tag(project.status),
        "record": record,
        "record_url": f"{projects_url()}{record.path}" if record and record.state == "published" else "",
        "options": [option for option in PROJECT.options(project, actor) if option.name not in ELSEWHERE],
        "note_form": NoteForm(initial={"version": project.lock_version}),
        "can_edit": permissions.can_edit(actor, project),
        "can_judge": project.status == ProjectStatus.REVIEW and permissions.can_judge(actor, project),
        "can_ask": project.status == ProjectStatus.REVIEW and permissions.can_ask_reviewer(actor, project),
        "can_sign": project.status == ProjectStatus.VALIDATION and permissions.can_sign(actor, project),
        "sections": section_links(project, found),
        "errors": [one for one in found if one.is_error],
        "advice": [one for one in found if not one.is_error],
        "unread": sum(unread_by_section(project).values()),
        "money": Money(
            project.currency, sums.total, sums.requested, sums.counterpart, project.funding.committed,
            project.funding.received,
        ),
        "is_public": project.status in PUBLIC,
        "has_execution": project.status in PUBLIC - SEEKING - {ProjectStatus.SECURED.value},
        "returned": last_note(project, "return_to_drafting") if project.status == ProjectStatus.DRAFTING else "",
        "reviews": _judgements(project) if can_see_judgements else [],
        "signatures": list(project.sign_offs.filter(round=project.round).select_related("country").order_by("at")),
        "history": history_of(project),
        "panels": [filled for fill in project_panels if (filled := fill(project, actor))],
        "months_words": figure(project.months),
    } | extra  # fmt: skip


def _judgements(project: Project) -> list[dict[str, Any]]:
    return [
        {"organization": one.organization.name, "verdict": one.get_verdict_display(), "note": one.note, "at": one.at,
         "round": one.round}
        for one in project.reviews.select_related("organization").order_by("-round", "at")
    ]  # fmt: skip


def section_links(project: Project, found: list[linter.Finding], here: str = "") -> list[dict[str, Any]]:
    """The sixteen sections for the left navigation: findings first, then what is to be read."""
    unread = unread_by_section(project)
    errors: dict[str, int] = {}
    for one in found:
        if one.is_error:
            errors[one.section] = errors.get(one.section, 0) + 1
    written = sections_with_content(project)
    items = []
    for outline in OUTLINE:
        key = outline.section.value
        item: dict[str, Any] = {
            "label": f"{outline.number} {outline.label}",
            "url": reverse("projects:section", args=[project.pk, key]),
            "current": key == here,
            "state": "half" if key in written else "open",
            "count": 0,
        }
        if errors.get(key):
            item |= {"state": "finding", "count": errors[key]}
        elif unread.get(key):
            item |= {"state": "unread", "count": unread[key]}
        items.append(item)
    return [{"items": items}]


@login_required
@require_safe
def findings(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the checks of the text found, each with the way to the place."""
    project = get_project_or_404(pk)
    found = linter.findings(project)
    labels = {outline.section.value: f"{outline.number} {outline.label}" for outline in OUTLINE}
    rows = [
        {
            "finding": one,
            "section": labels.get(one.section, one.section),
            "url": f"{reverse('projects:section', args=[project.pk, one.section])}{anchor(one.anchor)}",
        }
        for one in found
    ]
    return render(
        request,
        "projects/findings.html",
        {
            "project": project,
            "errors": [row for row in rows if row["finding"].is_error],
            "advice": [row for row in rows if not row["finding"].is_error],
            "unread": sum(unread_by_section(project).values()),
            "sections": section_links(project, found),
            "back_url": reverse("projects:project", args=[project.pk]),
            "back_label": _("The project"),
        },
    )


def anchor(name: str) -> str:
    """The place of a finding on the page of its section: a row, a text, or a fact of the project."""
    if not name:
        return ""
    try:
        return f"#row-{UUID(name)}"
    except ValueError:
        return f"#place-{name}"


@login_required
@require_POST
def do_step(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Do a step of the life cycle; what stands in the way comes back beside the button."""
    project = get_project_or_404(pk)
    if name not in PROJECT.transitions or name in ELSEWHERE:
        raise Http404
    if name in PROVED_STEPS:
        ask_to_prove(request)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _refused(request, project, name, form, [Unmet("form", _("Read the page again, then decide."))])
    version = form.cleaned_data["version"]
    try:
        if name == "publish_documented":
            services.publish_documented(project, lock_version=version)
        else:
            services.perform(project, name, note=form.cleaned_data["note"], lock_version=version)
    except StaleVersion:
        unmet = [Unmet("stale", _("Somebody else changed this project meanwhile. Read it again, then decide."))]
        return _refused(request, project, name, form, unmet, status=409)
    except TransitionRefused as refused:
        return _refused(request, project, name, form, refused.unmet)
    messages.success(request, str(PROJECT.transitions[name].past))
    return redirect("projects:project", project.pk)


def _refused(
    request: HttpRequest, project: Project, name: str, form: NoteForm, unmet: list[Unmet], *, status: int = 422
) -> HttpResponse:
    context = page_of(get_project_or_404(project.pk), refused=unmet, note_form=form, tried=name)
    return render(request, "projects/project.html", context, status=status)


@login_required
@require_safe
def word(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The Terms of Reference as they stand, as a Word file; proposals that nobody read are left out."""
    project = get_project_or_404(pk)
    snapshot = build_snapshot(project, execution={})
    sums = totals(project.budget.all())
    snapshot["sums"] |= {
        "total": str(sums.total), "needed": str(sums.requested), "counterpart": str(sums.counterpart),
    }  # fmt: skip
    content = wordfile.build(snapshot, is_draft=project.status not in PUBLIC)
    answer = HttpResponse(content, content_type=wordfile.CONTENT_TYPE)
    name = f"{slugify(project.title)[:60] or 'project'}.docx"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@login_required
@require_POST
def fill(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Look again for what can be filled in: new answers, a new fit check, the usual wording."""
    project = get_project_or_404(pk)
    if not permissions.can_edit(current(), project):
        raise PermissionDenied
    try:
        added = services.fill_in(project)
    except (TransitionRefused, ValidationError) as refused:
        messages.error(request, " ".join(str(message) for message in refused.messages))
    else:
        words = _("%(count)s proposals are new. Read each before you accept it.") % {"count": added}
        messages.success(request, words if added else _("Nothing new was found."))
    return redirect("projects:project", project.pk)
