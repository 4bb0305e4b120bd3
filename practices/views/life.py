"""A version's page in the workspace, and the steps of its life."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet
from network_site.organizations.actor import current
from network_site.organizations.proving import ask_to_prove

from .. import permissions, selectors, services
from ..conflicts import ADJUDICATE, SCREEN, ConflictOfInterest, conflicts_of
from ..enums import PracticeStatus
from ..forms import AdjudicationForm, AssignForm, NoteForm, ScreeningForm
from ..marks import disputed_criteria, filed_reviews, marks_of, scores_of
from ..models import PracticeVersion
from ..workflow import PRACTICE
from .sections import databank_url
from .writing import answer_sections, get_version_or_404, saved_keys

# Steps that another page does, because they need more than a note.
# What the public sees or no longer sees: whoever does it shows first that it is really she.
PROVED_STEPS = {"publish", "publish_documented", "withdraw"}
ELSEWHERE = {"pass_screening", "adjudicate", "concur", "diverge", "supersede"}


@login_required
@require_safe
def version_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where a version stands, what can be done with it, its text and its history."""
    version = get_version_or_404(pk)
    return render(request, "practices/version.html", version_context(version, saved_keys=saved_keys(request)))


def version_context(version: PracticeVersion, **extra: Any) -> dict[str, Any]:
    """What the page of a version shows to the current actor."""
    actor = current()
    record = services.published_record(version.practice_id)
    staff = permissions.is_specialist(actor, version) or permissions.is_publisher(actor, version)
    of_owner = permissions.is_of_owner(actor, version)
    options = [option for option in PRACTICE.options(version, actor) if option.name not in ELSEWHERE]
    if of_owner and version.status == PracticeStatus.DRAFT:
        options.sort(key=lambda option: option.name != "submit")
    return {
        "version": version,
        "record": record,
        "record_url": f"{databank_url()}{record.path}" if record else "",
        "options": options,
        "note_form": NoteForm(initial={"version": version.lock_version}),
        "sections": answer_sections(version),
        "history": selectors.history_of(version) if staff or of_owner else [],
        "can_edit": permissions.can_edit(actor, version),
        "assistance": selectors.open_assistance(version) if staff or of_owner else None,
        # Names of people stay in their organisation: the Network reads of organisations and roles.
        "keeper": selectors.keeper_of(version.practice) if of_owner else None,
        "can_ask_for_help": permissions.can_ask_for_help(actor, version),
        "can_open_next": permissions.can_open_next(actor, version) and version.status == PracticeStatus.PUBLISHED,
        "is_staff": staff,
        "assignments": selectors.list_assignments(version) if staff else [],
        "marks": marks_of(version) if staff and version.status == PracticeStatus.ENDORSED else None,
        "conflicts": conflicts_of(actor.user_id, version.pk, SCREEN) if staff and actor.user_id else [],
        "question": selectors.last_note(version, "request_revision"),
        "translations": [
            {"language": code, "name": name, "known": version.translations.filter(language=code).first()}
            for code, name in PracticeVersion._meta.get_field("source_language").choices or ()
            if code != version.source_language
        ]
        if permissions.can_translate(actor, version)
        else [],
    } | extra


@login_required
@require_POST
def do_step(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Do a step of the life cycle; what stands in the way comes back beside the button."""
    version = get_version_or_404(pk)
    if name in PROVED_STEPS:
        ask_to_prove(request)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _refused(request, version, name, form, [])
    try:
        services.perform(version, name, note=form.cleaned_data["note"], lock_version=form.cleaned_data["version"])
    except StaleVersion as stale:
        unmet = [Unmet("stale", _("Somebody else changed this record meanwhile. Read it again, then decide."))]
        return _refused(request, stale.current, name, form, unmet, status=409)  # type: ignore[arg-type]
    except TransitionRefused as refused:
        return _refused(request, version, name, form, refused.unmet)
    past = PRACTICE.transitions[name].past
    messages.success(request, str(past))
    return redirect("practices:version", version.pk)


def _refused(
    request: HttpRequest, version: PracticeVersion, name: str, form: NoteForm, unmet: list[Unmet], *, status: int = 422
) -> HttpResponse:
    version = get_version_or_404(version.pk)
    context = version_context(version, refused=unmet, note_form=form, tried=name)
    return render(request, "practices/version.html", context, status=status)


@login_required
@require_POST
def next_version(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin the next version; the public one stays."""
    version = get_version_or_404(pk)
    try:
        following = services.open_next_version(version)
    except TransitionRefused as refused:
        messages.error(request, str(refused.unmet[0].message))
        return redirect("practices:version", version.pk)
    messages.success(request, _("The published version stays as it is while you write the next one."))
    return redirect("practices:version", following.pk)


@login_required
@require_http_methods(["GET", "POST"])
def screening(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The five exclusion questions; with five times yes the practice passes to reviewers."""
    version = get_version_or_404(pk)
    if not permissions.can_screen(current(), version):
        raise PermissionDenied
    if version.status != PracticeStatus.SCREENING and request.method != "POST":
        return redirect("practices:version", version.pk)
    known = version.screenings.filter(round=version.round).first()
    initial = {name: "yes" if value else "no" for name, value in known.answers.items()} if known else {}
    form = ScreeningForm(request.POST or None, initial=initial)
    unmet: list[Unmet] = []
    if request.method == "POST" and form.is_valid():
        try:
            answers = form.answers()
            services.screen_practice(version, answers=answers, note=form.cleaned_data["note"])
            if all(answers.values()):
                services.perform(version, "pass_screening", note=form.cleaned_data["note"])
                messages.success(request, _("Screened. Now ask two reviewers of two organisations."))
                return redirect("practices:reviewers", version.pk)
            messages.info(request, _("Not every answer is yes: return the practice with questions, or decline it."))
            return redirect("practices:version", version.pk)
        except TransitionRefused as refused:
            unmet = refused.unmet
        except ConflictOfInterest as conflict:
            unmet = list(conflict.reasons)
    return render(
        request,
        "practices/screening.html",
        {"version": version, "form": form, "refused": unmet, "sections": answer_sections(version)},
        status=422 if form.is_bound else 200,
    )


@login_required
@require_http_methods(["GET", "POST"])
def reviewers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask reviewers; whoever has a conflict of interest is refused with the reason."""
    version = get_version_or_404(pk)
    if not permissions.can_settle(current(), version):
        raise PermissionDenied
    assignments = selectors.list_assignments(version)
    candidates = selectors.reviewer_candidates(but={entry["review"].owner_id for entry in assignments})
    form = AssignForm(request.POST or None, candidates=candidates)
    unmet: list[Unmet] = []
    if request.method == "POST" and form.is_valid():
        chosen = form.chosen()
        try:
            services.assign_reviewer(
                version, reviewer=chosen.user, organization=chosen.organization, due_on=form.cleaned_data["due_on"]
            )
        except TransitionRefused as refused:
            unmet = refused.unmet
        except ConflictOfInterest as conflict:
            unmet = list(conflict.reasons)
        else:
            messages.success(request, _("%(name)s was asked to review.") % {"name": chosen.user})
            return redirect("practices:reviewers", version.pk)
    return render(
        request,
        "practices/reviewers.html",
        {
            "version": version,
            "form": form,
            "refused": unmet,
            "assignments": assignments,
        },
        status=422 if form.is_bound else 200,
    )


@login_required
@require_http_methods(["GET", "POST"])
def adjudication(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Settle the scores on which two reviewers differ by two or more."""
    version = get_version_or_404(pk)
    if not permissions.can_settle(current(), version):
        raise PermissionDenied
    reviews = filed_reviews(version)
    disputed = disputed_criteria(reviews)
    form = AdjudicationForm(
        request.POST or None,
        disputed=disputed,
        studies=list(version.evidence_items.all()),
        initial={"version": version.lock_version},
    )
    actor = current()
    unmet: list[Unmet] = []
    if request.method == "POST" and form.is_valid():
        try:
            services.adjudicate(version, **form.values(), lock_version=form.cleaned_data["version"])
        except TransitionRefused as refused:
            unmet = refused.unmet
        except ConflictOfInterest as conflict:
            unmet = list(conflict.reasons)
        except StaleVersion:
            unmet = [Unmet("stale", _("Somebody else changed this record meanwhile. Read it again, then decide."))]
        else:
            messages.success(request, _("The scores are settled."))
            return redirect("practices:version", version.pk)
    waiting = version.status == PracticeStatus.ADJUDICATION
    return render(
        request,
        "practices/adjudication.html",
        {
            "version": version,
            "form": form,
            "refused": unmet,
            "reviews": [
                {"organization": review.owner.name, "scores": scores_of(review), "rationale": review.rationale}
                for review in reviews
            ]
            if waiting
            else [],
            "disputed": disputed,
            "waiting": waiting,
            "conflicts": conflicts_of(actor.user_id, version.pk, ADJUDICATE) if actor.user_id else [],
        },
        status=422 if form.is_bound else 200,
    )


@login_required
@require_safe
def network_queue(request: HttpRequest) -> HttpResponse:
    """Everything that waits for the Network, by state (for its staff)."""
    if not current().is_network:
        raise PermissionDenied
    return render(
        request,
        "practices/queue.html",
        {
            "versions": list(selectors.list_shared_with_network()),
            "assistances": list(selectors.list_assistances(current())),
        },
    )
