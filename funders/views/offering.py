"""Offers and the profile of an organisation in the workspace."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common.idempotency import new_key
from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet
from network_site.organizations.actor import current
from network_site.publishing.models import PublishedRecord

from .. import permissions, selectors, services
from ..cards import competence_labels, offers_url, own_rows, public_url, rule_rows, term_labels
from ..enums import RuleKind
from ..forms import RULE_FORMS, NoteForm, OfferAnswers, ProfileForm, RuleForm
from ..models import Offer, OfferRule
from ..selectors.offers import history_of
from ..workflow.offer import OFFER, VERIFY

STALE = gettext_lazy("Somebody else changed this offer meanwhile. Read it again, then decide.")


def offer_or_404(pk: UUID) -> Offer:
    """An offer that the actor may read; foreign and missing are the same 404."""
    try:
        return selectors.get_offer(pk)
    except Offer.DoesNotExist:
        raise Http404 from None


def editable_or_404(pk: UUID) -> Offer:
    """An offer that the actor may write on now; else 404 or 403."""
    offer = offer_or_404(pk)
    if not permissions.can_edit_offer(current(), offer):
        raise PermissionDenied
    return offer


@login_required
@require_safe
def offer_list(request: HttpRequest) -> HttpResponse:
    """The organisation's offers, by state."""
    actor = current()
    offers = list(selectors.list_offers(actor)) if actor.organization_id else []
    return render(
        request,
        "funders/offers.html",
        {
            "offers": offers,
            "rows": own_rows(offers),
            "can_offer": permissions.can_offer(actor),
            "can_keep_profile": permissions.can_keep_profile(actor),
            "list_url": offers_url(),
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def new_offer(request: HttpRequest) -> HttpResponse:
    """Begin an offer."""
    if not permissions.can_offer(current()):
        raise PermissionDenied
    language = request.LANGUAGE_CODE  # type: ignore[attr-defined]
    form = OfferAnswers(request.POST or None, language=language)
    if request.method == "POST" and form.is_valid():
        offer = services.create_offer(
            fields=form.fields_given,
            terms=form.terms_given,
            competences=form.competences_given,
            key=request.POST.get("key"),
        )
        messages.success(request, _("Saved. Add your rules, then open the offer."))
        return redirect("funders:offer", offer.pk)
    context = {"form": form, "offer": None, "key": request.POST.get("key") or new_key()}
    return render(request, "funders/offer_form.html", context, status=422 if form.is_bound else 200)


@login_required
@require_safe
def offer_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where an offer stands, what can be done with it, its rules and its history."""
    return render(request, "funders/offer.html", offer_context(offer_or_404(pk)))


def offer_context(offer: Offer, **extra: Any) -> dict[str, Any]:
    """What the page of an offer shows to the current actor."""
    actor = current()
    record = PublishedRecord.objects.filter(pk=offer.pk).defer("snapshot", "search_text").first()
    rules = list(offer.rules.all())
    return {
        "offer": offer,
        "record": record,
        "record_url": public_url(record) if record else "",
        "is_hidden": record is not None and record.state == PublishedRecord.State.WITHDRAWN,
        "options": OFFER.options(offer, actor),
        "rules": rules,
        "rule_rows": rule_rows(rules),
        "rule_kinds": RuleKind.choices,
        "terms": term_labels(offer),
        "competences": competence_labels(offer),
        "history": [
            {"at": step.at, "title": str(OFFER.transitions[step.name].past), "note": step.note, "now": index == 0}
            for index, step in enumerate(history_of(offer))
        ]
        if permissions.is_of_owner(actor, offer)
        else [],
        "can_edit": permissions.can_edit_offer(actor, offer),
    } | extra


@login_required
@require_http_methods(["GET", "POST"])
def edit_offer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change an offer; a public one is published anew at once."""
    offer = editable_or_404(pk)
    form = OfferAnswers(request.POST or None, offer=offer)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.save_offer(
                    offer,
                    lock_version=_posted_version(request),
                    fields=form.fields_given,
                    terms=form.terms_given,
                    competences=form.competences_given,
                )
            except StaleVersion as stale:
                context = {"form": form, "offer": stale.current, "is_stale": True}
                return render(request, "funders/offer_form.html", context, status=409)
            except TransitionRefused as refused:
                messages.error(request, str(refused.unmet[0].message))
            else:
                messages.success(request, _("Saved."))
            return redirect("funders:offer", offer.pk)
    return render(request, "funders/offer_form.html", {"form": form, "offer": offer}, status=status)


def _posted_version(request: HttpRequest) -> int:
    """The version on which somebody wrote; 0, which is never one, when the form does not say."""
    try:
        return int(request.POST.get("version", ""))
    except ValueError:
        return 0


@login_required
@require_POST
def do_step(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Do a step of an offer's life; what stands in the way comes back beside the button."""
    offer = offer_or_404(pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _refused(request, offer, [Unmet("stale", STALE)], status=422)
    try:
        services.perform_offer(offer, name, note=form.cleaned_data["note"], lock_version=form.cleaned_data["version"])
    except StaleVersion:
        return _refused(request, offer, [Unmet("stale", STALE)], status=409)
    except TransitionRefused as refused:
        return _refused(request, offer, refused.unmet, status=422)
    done = VERIFY.get(offer.status, name) if name == "verify" else name
    messages.success(request, str(OFFER.transitions[done].past))
    return redirect("funders:offer", offer.pk)


def _refused(request: HttpRequest, offer: Offer, unmet: list[Unmet], *, status: int) -> HttpResponse:
    return render(request, "funders/offer.html", offer_context(offer_or_404(offer.pk), refused=unmet), status=status)


# --- Rules ---------------------------------------------------------------------------------------


@login_required
@require_safe
def choose_rule(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Lead from the chosen kind to the form of a rule of that kind."""
    offer = editable_or_404(pk)
    kind = request.GET.get("kind", "")
    if kind not in RULE_FORMS:
        messages.error(request, _("Choose what the rule is about."))
        return redirect("funders:offer", offer.pk)
    return redirect("funders:rule_new", offer.pk, kind)


@login_required
@require_http_methods(["GET", "POST"])
def new_rule(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """Add a rule."""
    offer = editable_or_404(pk)
    if kind not in RULE_FORMS:
        raise Http404
    return _rule(request, offer, kind, RULE_FORMS[kind](request.POST or None), None)


@login_required
@require_http_methods(["GET", "POST"])
def edit_rule(request: HttpRequest, pk: UUID, place: int) -> HttpResponse:
    """Change the rule at this place (from 1), or take it out; `lock_version` refuses what has moved meanwhile."""
    offer = editable_or_404(pk)
    rules = list(offer.rules.all())
    if not 1 <= place <= len(rules):
        raise Http404
    row = rules[place - 1]
    return _rule(request, offer, row.kind, RULE_FORMS[row.kind](request.POST or None, rule=row), row)


def _rule(request: HttpRequest, offer: Offer, kind: str, form: RuleForm, row: OfferRule | None) -> HttpResponse:
    context = {"form": form, "offer": offer, "rule": row, "kind_label": RuleKind(kind).label}
    if request.method != "POST":
        return render(request, "funders/offer_rule.html", context)
    removing = row is not None and "remove" in request.POST
    if not removing and not form.is_valid():
        return render(request, "funders/offer_rule.html", context, status=422)
    try:
        if row is not None and removing:
            services.remove_rule(offer, lock_version=_posted_version(request), rule_id=row.pk)
        else:
            services.save_rule(
                offer,
                lock_version=_posted_version(request),
                kind=kind,
                value=form.value,
                sentence=form.cleaned_data["sentence"],
                stated_on=form.cleaned_data["stated_on"],
                rule_id=row.pk if row else None,
            )
    except StaleVersion as stale:
        context |= {"offer": stale.current, "is_stale": True}
        return render(request, "funders/offer_rule.html", context, status=409)
    except TransitionRefused as refused:
        messages.error(request, str(refused.unmet[0].message))
    else:
        messages.success(request, _("The rule was taken out.") if removing else _("Saved."))
    return redirect("funders:offer", offer.pk)


# --- Profile -------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """What the organisation says of itself as a partner."""
    actor = current()
    if not permissions.can_keep_profile(actor):
        raise PermissionDenied
    known = selectors.profile_of(actor.organization_id)
    form = ProfileForm(request.POST or None, profile=known)
    context = {"form": form, "profile": known, "version": known.lock_version if known else 0}
    if request.method != "POST":
        return render(request, "funders/profile.html", context)
    if not form.is_valid():
        return render(request, "funders/profile.html", context, status=422)
    try:
        services.save_profile(fields=form.fields_given, lock_version=_posted_version(request))
    except StaleVersion as stale:
        context |= {"is_stale": True, "version": stale.current.lock_version}  # type: ignore[attr-defined]
        return render(request, "funders/profile.html", context, status=409)
    messages.success(request, _("Saved. It stands on your page in the directory."))
    return redirect("funders:offers")
