"""The Network writes with a ministry: asking, accepting, interviewing, confirming, ending."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common.language import CODES
from network_site.common.workflow import StaleVersion, TransitionRefused
from network_site.organizations.actor import current

from .. import permissions, selectors, services
from ..enums import QUESTIONS
from ..forms import STEPS, StepPage, stored_name
from ..guides import guide
from ..models import PracticeVersion
from .writing import answer_sections, get_version_or_404, group_labels, posted_version


class AskForm(forms.Form):
    """What the Network has to know before it calls."""

    reason = forms.CharField(
        label=gettext_lazy("With what can the Network help?"),
        help_text=gettext_lazy("One or two sentences. Whoever calls you reads them first."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("In which languages can we talk?"),
        choices=settings.LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
    )
    call_when = forms.CharField(
        label=gettext_lazy("When and where may we call?"),
        help_text=gettext_lazy("Days and hours with your time zone, and a number."),
        max_length=300,
    )
    specialist_email = forms.EmailField(
        label=gettext_lazy("Somebody you know at the Network"),
        help_text=gettext_lazy(
            "Her e-mail address, if you want to work with one person only. Nobody else then reads it."
        ),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("reason", "call_when"):
            self.fields[name].error_messages["required"] = _("Fill this in.")
        self.fields["languages"].error_messages["required"] = _("Choose an answer.")


@login_required
@require_http_methods(["GET", "POST"])
def assistance(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How it stands between the ministry and the Network, and what each side can do now."""
    version = get_version_or_404(pk)
    actor = current()
    opened = selectors.open_assistance(version)
    ours = permissions.is_of_owner(actor, version) and permissions.is_writer(actor, version)
    theirs = opened is not None and permissions.is_specialist(actor, version)
    if not ours and not theirs:
        raise PermissionDenied
    form = AskForm(request.POST if request.method == "POST" else None, initial={"languages": [version.source_language]})
    may_ask = opened is None and permissions.can_ask_for_help(actor, version)
    if request.method == "POST":
        if not may_ask:
            messages.info(request, _("You have asked the Network to write with you."))
            return redirect("practices:assistance", version.pk)
        if form.is_valid():
            try:
                services.ask_for_assistance(version, **form.cleaned_data)
            except TransitionRefused as refused:
                form.add_error("specialist_email", str(refused.unmet[0].message))
            else:
                messages.success(request, _("The Network was asked. You hear when somebody takes it on."))
                return redirect("practices:assistance", version.pk)
    return render(
        request,
        "practices/assistance.html",
        {
            "version": version,
            "assistance": opened,
            "form": form,
            "may_ask": may_ask,
            "ours": ours,
            "may_accept": opened is not None
            and theirs
            and opened.accepted_at is None
            and opened.specialist_id in {None, actor.user_id},
            "may_end": opened is not None and (ours or opened.specialist_id in {None, actor.user_id}),
            "is_mine": permissions.is_assistant(actor, version),
            "languages": [name for code, name in settings.LANGUAGES if opened and code in opened.languages],
            "unconfirmed": len(selectors.open_proposals(version)),
            "past": list(version.assistances.filter(ended_at__isnull=False).select_related("specialist")[:5]),
        },
        status=422 if form.errors and request.method == "POST" else 200,
    )


@login_required
@require_POST
def answer(request: HttpRequest, pk: UUID, what: str) -> HttpResponse:
    """Accept a request (the Network), or end the writing together (either side)."""
    version = get_version_or_404(pk)
    opened = selectors.open_assistance(version)
    if opened is None or what not in {"accept", "end"}:
        raise Http404
    try:
        if what == "accept":
            services.accept_assistance(opened)
            messages.success(request, _("You write with this ministry now. You can then never judge this practice."))
            return redirect("practices:assistance", version.pk)
        services.end_assistance(opened, note=request.POST.get("note", "")[:1000])
    except TransitionRefused as refused:
        messages.error(request, str(refused.unmet[0].message))
        return redirect("practices:assistance", version.pk)
    messages.success(request, _("Writing together has ended. The Network no longer reads this draft."))
    if permissions.is_of_owner(current(), version):
        return redirect("practices:assistance", version.pk)
    return redirect("practices:queue")


@login_required
@require_safe
def helped(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where the notices to the Network lead: the request, or a word that it is over (or never was)."""
    if not current().is_network:
        raise Http404
    try:
        version = selectors.get_version(pk)
    except PracticeVersion.DoesNotExist:
        messages.info(request, _("This draft is not open to you, or no longer: its ministry writes alone."))
        return redirect("practices:queue")
    return redirect("practices:assistance" if selectors.open_assistance(version) else "practices:version", version.pk)


@login_required
@require_safe
def interview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every question in order on one page, to print and to ask, in the ministry's language."""
    version = get_version_or_404(pk)
    if not permissions.can_write(current(), version):
        raise PermissionDenied
    wanted = request.GET.get("language", "")
    language = wanted if wanted in CODES else version.source_language
    with translation.override(language):
        sections = [_interview_section(step, version) for step in STEPS]
    return render(
        request,
        "practices/interview.html",
        {"version": version, "sections": sections, "language": language, "languages": settings.LANGUAGES},
    )


def _interview_section(step: Any, version: PracticeVersion) -> dict[str, Any]:
    page = StepPage(step, version)
    questions = []
    for bound in page.form:
        name = stored_name(bound.name, bound.field)
        questions.append({"label": str(bound.label), "guide": guide(name), "columns": []})
    for entry in page.groups:
        help_here = guide(entry["group"].stored_name)
        columns = [
            {"label": label, "text": help_here["fields"].get(column, "")}
            for column, label in group_labels(entry["group"]).items()
        ]
        questions.append({"label": str(entry["group"].title), "guide": help_here, "columns": columns})
    return {"title": str(step.label), "questions": questions}


@login_required
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the Network wrote, answer by answer: the focal point confirms it or changes it."""
    version = get_version_or_404(pk)
    actor = current()
    if not (permissions.is_of_owner(actor, version) and permissions.is_writer(actor, version)):
        raise PermissionDenied
    proposed = selectors.open_proposals(version)
    stale = False
    if request.method == "POST":
        one, page = request.POST.get("one", ""), request.POST.get("page", "")
        names = {one} if one else {name for name in proposed if page and QUESTIONS[name][0] == page}
        try:
            count = services.confirm_answers(version, names=names, lock_version=posted_version(request))
        except TransitionRefused:
            raise PermissionDenied from None
        except StaleVersion as moved:
            version, stale = moved.current, True  # type: ignore[assignment]
            proposed = selectors.open_proposals(version)
        else:
            messages.success(request, _("Confirmed: %(count)d answers.") % {"count": count})
            return redirect("practices:confirm", version.pk)
    sections = []
    for step, section in zip(STEPS, answer_sections(version), strict=True):
        answers = [entry for entry in section["answers"] if entry["name"] in proposed]
        if answers:
            sections.append({**section, "answers": answers, "step": step.name})
    context = {
        "version": version,
        "sections": sections,
        "may_confirm": permissions.can_confirm_answers(actor, version),
        "stale": stale,
    }
    return render(request, "practices/confirm.html", context, status=409 if stale else 200)
