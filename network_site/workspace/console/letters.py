"""Dead letters: see what failed, try again, or give it up with a reason."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common import deadletters, staff

from .access import asked, blame, for_staff, page_of, show
from .editing import show_form
from .forms import DiscardForm


@require_safe
@for_staff(staff.DEAD_LETTERS)
def index(request: HttpRequest) -> HttpResponse:
    """How the outbox stands, failed kinds, and the dead letters themselves."""
    kind = asked(request, "kind")
    kinds = deadletters.kinds()
    page = page_of(deadletters.list_letters(kind), request)
    for letter in page:
        letter.meaning = deadletters.meaning(letter.last_error)
    return show(
        request,
        "console/letters.html",
        {"totals": deadletters.totals(), "kinds": kinds, "page": page, "kind": kind},
        title=_("Work that failed"),
    )


@require_POST
@for_staff(staff.DEAD_LETTERS)
def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another round of tries for one."""
    if deadletters.retry(pk=pk):
        messages.success(request, _("It is tried again now. Look here in a minute whether it came back."))
    else:
        messages.warning(request, _("This one had been seen to already."))
    return redirect("console:letters")


@require_POST
@for_staff(staff.DEAD_LETTERS)
def retry_kind(request: HttpRequest) -> HttpResponse:
    """Another round of tries for all of a kind."""
    count = deadletters.retry_kind(kind=request.POST.get("kind", "")[:80])
    if count:
        messages.success(
            request,
            ngettext("One is tried again now.", "%(count)d are tried again now.", count) % {"count": count},
        )
    else:
        messages.warning(request, _("There were none of this kind any more."))
    return redirect("console:letters")


@require_http_methods(["GET", "POST"])
@for_staff(staff.DEAD_LETTERS)
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give one up, with a reason."""
    letter = deadletters.list_letters().filter(pk=pk).first()
    if letter is None:
        raise Http404
    form = DiscardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            deadletters.discard(pk=pk, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            blame(form, error)
        else:
            messages.success(request, _("It is given up. The reason stands in the audit trail."))
            return redirect("console:letters")
    letter.meaning = deadletters.meaning(letter.last_error)  # type: ignore[attr-defined]
    return show_form(
        request,
        "console/discard.html",
        form,
        save=_("Give it up"),
        title=_("Give it up"),
        crumbs=[(reverse("console:letters"), _("Work that failed"))],
        letter=letter,
    )
