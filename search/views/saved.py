"""Saved searches in the workspace, and the way from a notice to what was found."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common.idempotency import new_key
from network_site.common.models import Rhythm
from network_site.organizations.actor import current

from .. import permissions, queries, selectors, services
from ..asked import SearchQuery
from ..forms import SaveSearchForm
from ..models import SavedSearch


@login_required
@require_safe
def saved_list(request: HttpRequest) -> HttpResponse:
    """The searches that I saved, and those of my organisation."""
    return render(
        request,
        "search/saved.html",
        {
            "rows": selectors.list_searches(current()),
            "rhythms": Rhythm.choices,
            "results_url": selectors.search_path(),
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def save_search(request: HttpRequest) -> HttpResponse:
    """Save the question that stands in the address; what was typed stays when something is wrong."""
    actor = current()
    query = SearchQuery.from_params(request.GET)
    form = SaveSearchForm(
        request.POST if request.method == "POST" else None,
        may_share=permissions.can_share(actor),
        initial={"name": " · ".join(selectors.in_words(query))[:100], "rhythm": Rhythm.DAILY, "key": new_key()},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            search = services.save_search(
                name=given["name"],
                query=query,
                rhythm=given["rhythm"],
                is_shared=given.get("is_shared", False),
                key=given["key"],
            )
        except ValidationError as fault:
            for name, wrong in fault.message_dict.items():
                form.add_error(name if name in form.fields else None, wrong)
        else:
            messages.success(request, _("“%(name)s” is saved. What is new comes as you chose.") % {"name": search.name})
            return redirect("searches:list")
    return render(
        request,
        "search/save.html",
        {
            "form": form,
            "parts": selectors.in_words(query),
            "results_url": f"{selectors.search_path()}?{query.as_params()}",
        },
        status=422 if form.errors else 200,
    )


def _found(pk: UUID) -> SavedSearch:
    try:
        return selectors.get_search(pk)
    except SavedSearch.DoesNotExist:
        raise Http404 from None


@login_required
@require_POST
def follow(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How soon I hear by mail of what is new for a search; "off" and I hear no more of it."""
    search = _found(pk)
    rhythm = request.POST.get("rhythm", "")
    if rhythm == "off":
        services.unfollow(search=search)
    else:
        try:
            services.follow(search=search, rhythm=rhythm)
        except ValidationError as fault:
            messages.error(request, " ".join(fault.messages))
            return redirect("searches:list")
    messages.success(request, _("Saved. What is new comes as you chose."))
    return redirect("searches:list")


@login_required
@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remove a saved search."""
    search = _found(pk)
    try:
        services.remove(search=search)
    except PermissionDenied:
        raise Http404 from None
    messages.success(request, _("“%(name)s” is removed.") % {"name": search.name})
    return redirect("searches:list")


@login_required
@require_safe
def found(request: HttpRequest, pk: UUID) -> HttpResponse:
    """From a notice to the page of what was found, in the reader's language."""
    url = queries.url_of(pk)
    if not url:
        raise Http404
    return redirect(url)
