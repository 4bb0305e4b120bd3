"""Quality reviews and the ministry's signature."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet
from network_site.organizations.actor import current
from network_site.organizations.proving import ask_to_prove
from practices.selectors import reviewer_candidates

from .. import linter, permissions, services
from ..amounts import totals
from ..cards import Money, origin_words
from ..enums import AnnexKind, ProjectStatus
from ..forms.drafting import QualityForm, ReviewerForm, SignForm
from ..models import Project
from ..selectors import read_sections
from ..services.reviewing import signing_unmet, ties_of
from ..workflow.project import missing_signatures
from .drafting import get_project_or_404
from .editing import row_table


def reading_of(project: Project) -> list[dict[str, Any]]:
    """The whole text for those who judge or sign it: what stands in each section, and where it came from."""
    return [
        {
            "outline": view.outline,
            "texts": [
                {
                    "label": one.field.label,
                    "text": one.text,
                    "origin": origin_words(one.row.origin, one.row.citation) if one.row else "",
                }
                for one in view.texts
                if one.text
            ],
            "tables": [row_table(kind, project, rows) for kind, rows in view.rows.items() if rows],
        }
        for view in read_sections(project)
    ]


@login_required
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Judge the Terms of Reference of this round, with the whole text beside the form."""
    project = get_project_or_404(pk)
    actor = current()
    if not permissions.can_judge(actor, project) or actor.user_id is None:
        raise PermissionDenied
    if project.status != ProjectStatus.REVIEW and request.method != "POST":
        return redirect("projects:project", project.pk)
    ties = ties_of(project, actor.user_id)
    judged = project.reviews.filter(round=project.round, reviewer_id=actor.user_id).first()
    form = QualityForm(request.POST or None)
    unmet: list[Unmet] = []
    if request.method == "POST" and form.is_valid():
        try:
            services.file_quality_review(project, **form.cleaned_data)
        except TransitionRefused as refused:
            unmet = refused.unmet
        else:
            messages.success(request, _("Your judgement is filed. Thank you."))
            return redirect("projects:project", project.pk)
    context = {
        "project": project,
        "form": form,
        "ties": ties,
        "judged": judged,
        "refused": unmet,
        "reading": reading_of(project),
        "advice": linter.findings(project),
    }
    return render(request, "projects/review.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def reviewers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask people of partner organisations to judge this round (for the Network's staff)."""
    project = get_project_or_404(pk)
    if not permissions.can_ask_reviewer(current(), project):
        raise PermissionDenied
    if project.status != ProjectStatus.REVIEW and request.method != "POST":
        return redirect("projects:project", project.pk)
    form = ReviewerForm(request.POST or None, candidates=reviewer_candidates())
    unmet: list[Unmet] = []
    if request.method == "POST" and form.is_valid():
        chosen = form.chosen()
        try:
            services.ask_reviewer(project, reviewer=chosen.user, organization=chosen.organization)
        except TransitionRefused as refused:
            unmet = refused.unmet
        else:
            messages.success(request, _("%(name)s was asked to review.") % {"name": chosen.user})
            return redirect("projects:project", project.pk)
    context = {"project": project, "form": form, "refused": unmet}
    return render(request, "projects/reviewers.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign for one's country; the last signature publishes. Whoever signs shows first that it is really she."""
    project = get_project_or_404(pk)
    actor = current()
    if not permissions.can_sign(actor, project):
        raise PermissionDenied
    if project.status != ProjectStatus.VALIDATION and request.method != "POST":
        return redirect("projects:project", project.pk)
    ask_to_prove(request)
    letters = list(project.annexes.filter(kind=AnnexKind.LETTER))
    form = SignForm(request.POST or None, letters=letters, initial={"version": project.lock_version})
    unmet = signing_unmet(project, actor.user_id)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                signed = services.sign(
                    project,
                    name=form.cleaned_data["name"],
                    letter=form.chosen_letter(),
                    lock_version=form.cleaned_data["version"],
                )
            except TransitionRefused as refused:
                unmet = refused.unmet
            except StaleVersion:
                status = 409
                unmet = [Unmet("stale", _("Somebody else changed this project meanwhile. Read it again, then sign."))]
            else:
                published = signed.status != ProjectStatus.VALIDATION
                messages.success(
                    request,
                    _("Signed and published.") if published else _("Signed. Other countries have not signed yet."),
                )
                return redirect("projects:project", project.pk)
    sums = totals(project.budget.all())
    context = {
        "project": project,
        "form": form,
        "refused": unmet,
        "reading": reading_of(project),
        "waiting": missing_signatures(project),
        "money": Money(
            project.currency, sums.total, sums.requested, sums.counterpart, project.funding.committed,
            project.funding.received,
        ),
    }  # fmt: skip
    return render(request, "projects/sign.html", context, status=status)
