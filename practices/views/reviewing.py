"""A reviewer's pages: the list, the declaration, the dossier with the rubric beside it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet
from network_site.organizations.actor import current

from .. import selectors, services
from ..conflicts import ConflictOfInterest
from ..enums import Criterion, Interest, ReviewStatus
from ..forms import DeclarationForm, ReviewForm
from ..marks import scores_of
from ..models import PracticeVersion, Review
from .writing import answer_sections, remember_saved, saved_keys


def get_review_or_404(pk: UUID) -> Review:
    """The actor's own review; everybody else's and a missing one are the same 404."""
    try:
        return selectors.get_review(pk, current())
    except Review.DoesNotExist:
        raise Http404 from None


@login_required
@require_safe
def review_list(request: HttpRequest) -> HttpResponse:
    """What the actor was asked to review."""
    return render(
        request,
        "practices/review_list.html",
        {"reviews": list(selectors.list_reviews(current())), "saved_keys": saved_keys(request)},
    )


@login_required
@require_http_methods(["GET", "POST"])
def review_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Declaration first; then the dossier and the rubric, without the other review."""
    review = get_review_or_404(pk)
    if review.status == ReviewStatus.RELEASED:
        raise Http404
    if review.status == ReviewStatus.FILED:
        return render(request, "practices/review_filed.html", _filed(review))
    closed = services.open_dossier(review)
    if closed:
        return _closed(request, review, closed)
    studies = list(review.version.evidence_items.all())
    if request.method != "POST":
        return _rubric(request, review, ReviewForm(initial=_initial(review), studies=studies))
    form = ReviewForm(request.POST, studies=studies)
    if not form.is_valid():
        return _rubric(request, review, form, status=422)
    try:
        saved = services.save_review(review, **form.values(), lock_version=form.cleaned_data["version"])
        if "file" in request.POST:
            services.file_review(saved)
    except StaleVersion:
        unmet = [Unmet("stale", _("You saved this review in another window meanwhile. Your text below is kept."))]
        return _rubric(request, review, form, unmet, status=409)
    except TransitionRefused as refused:
        # What was typed is saved already; only the filing was refused, so the form moves on a version.
        return _rubric(request, review, form.at_version(saved_version(review)), refused.unmet, status=422)
    except ConflictOfInterest as conflict:
        return _closed(request, review, list(conflict.reasons), status=422)
    remember_saved(request, keep_key(review))
    if "file" in request.POST:
        messages.success(request, _("Your review is filed. Thank you."))
        return redirect("practices:reviews")
    messages.success(request, _("Saved. Nobody sees it before you file it."))
    return redirect("practices:review", review.pk)


def keep_key(review: Review) -> str:
    """The name under which the reviewer's browser keeps what was typed."""
    return f"review:{review.reviewer_id}:{review.pk}"


def saved_version(review: Review) -> int:
    """The review's version in the database (an unfinished filing has saved once more)."""
    return Review.objects.values_list("lock_version", flat=True).get(pk=review.pk)


def _closed(request: HttpRequest, review: Review, unmet: list[Unmet], *, status: int = 200) -> HttpResponse:
    """The dossier stays closed: either the declaration is wanted, or there is a conflict."""
    form = None
    if review.status == ReviewStatus.ASSIGNED:
        form = DeclarationForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                declared = services.declare_interest(
                    review, interest=form.cleaned_data["interest"], note=form.cleaned_data["note"]
                )
            except TransitionRefused as refused:
                return _render_closed(request, review, form, refused.unmet, 422)
            if declared.interest != Interest.NONE:
                messages.info(request, _("Thank you for saying so. You are released from this review."))
                return redirect("practices:reviews")
            return redirect("practices:review", review.pk)
        status = 422 if form.is_bound else status
        unmet = []
    return _render_closed(request, review, form, unmet, status)


def _render_closed(
    request: HttpRequest, review: Review, form: DeclarationForm | None, unmet: list[Unmet], status: int
) -> HttpResponse:
    context: dict[str, Any] = {"review": review, "form": form, "refused": unmet}
    return render(request, "practices/review_closed.html", context, status=status)


def _dossier(review: Review) -> dict[str, Any]:
    return {
        "review": review,
        "version": review.version,
        "sections": answer_sections(review.version),
        "evidence_files": [item for item in review.version.evidence_items.all() if item.file],
    }


def _filed(review: Review) -> dict[str, Any]:
    """One's own review for good, and the dossier as long as the practice is in review."""
    given = scores_of(review)
    scores = [{"label": label, "score": given.get(criterion)} for criterion, label in Criterion.choices]
    version = PracticeVersion.objects.filter(pk=review.version_id).first()
    return {
        "review": review,
        "scores": scores,
        "version": version,
        "sections": answer_sections(version) if version else [],
    }


def _rubric(
    request: HttpRequest, review: Review, form: ReviewForm, unmet: list[Unmet] | None = None, *, status: int = 200
) -> HttpResponse:
    return render(
        request,
        "practices/review.html",
        _dossier(review)
        | {
            "form": form,
            "refused": unmet or [],
            "keep_key": keep_key(review),
            "saved_keys": saved_keys(request),
        },
        status=status,
    )


def _initial(review: Review) -> dict[str, Any]:
    initial: dict[str, Any] = {"version": review.lock_version, "rationale": review.rationale}
    initial |= {f"x_{question}": "yes" if answer else "no" for question, answer in review.exclusions.items()}
    initial |= {f"c_{criterion}": str(score) for criterion, score in scores_of(review).items()}
    initial |= {f"a_{aspect}": value for aspect, value in review.completeness.items()}
    initial |= {f"s_{row.item_id}": row.rating for row in review.study_judgements.all()}
    return initial
