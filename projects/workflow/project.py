"""The life of a project (funding page, section 2)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from network_site.common.workflow import Unmet, Workflow, transition

from .. import permissions
from ..enums import ProjectStatus as S
from ..enums import ReviewVerdict
from ..linter import ERROR, lint, read_draft, unread_parts
from ..models import Project
from .execution import STEPS

REVIEWS_NEEDED = 2


def _section(project: Project, name: str) -> str:
    return reverse("projects:section", args=[project.pk, name])


def has_its_frame(project: Project, actor: Any) -> list[Unmet]:
    """What an idea needs before its Terms of Reference are written."""
    has_objective = project.text_parts.filter(key="objective").exclude(text="").exists()
    band = project.need.budget_band if project.need else ""
    wanted = [
        (bool(project.need_id), "need", _("A project answers a need: start it from one."), "identification"),
        (has_objective, "objective", _("Say in one or two sentences what is to change."), "objective"),
        (bool(permissions.signing_countries(project)), "countries", _("Name the country."), "identification"),
        (bool(project.months), "months", _("Say how many months it takes."), "identification"),
        (bool(band) or project.budget.exists(), "amount", _("Give a rough amount: one line is enough."), "budget"),
    ]
    return [Unmet(code, message, _section(project, section)) for given, code, message, section in wanted if not given]


def is_read(project: Project, actor: Any) -> list[Unmet]:
    """Nothing that the program filled in goes to others before a person has read it."""
    count = unread_parts(project)
    if not count:
        return []
    message = ngettext(
        "%(count)s proposal has not been read: accept, change or refuse it.",
        "%(count)s proposals have not been read: accept, change or refuse them.",
        count,
    ) % {"count": count}
    return [Unmet("unread", message, reverse("projects:project", args=[project.pk]))]


def has_no_errors(project: Project, actor: Any) -> list[Unmet]:
    """The checks of the text find nothing that must be solved."""
    return [
        Unmet(finding.code, finding.message, _section(project, finding.section))
        for finding in lint(read_draft(project))
        if finding.severity == ERROR
    ]


def did_not_write(project: Project, actor: Any) -> list[Unmet]:
    """Whoever wrote on it does not judge, pass, sign or publish it."""
    if actor.user_id and wrote(project, actor.user_id):
        return [Unmet("wrote", _("You wrote on this project. Somebody else decides about it."))]
    return []


def wrote(project: Project, user_id: Any) -> bool:
    """Whether this person began the project or wrote on it."""
    return project.created_by_id == user_id or project.writers.filter(user_id=user_id).exists()


def has_two_reviews(project: Project, actor: Any) -> list[Unmet]:
    """Two people have read it in this round and found it ready."""
    ready = project.reviews.filter(round=project.round, verdict=ReviewVerdict.READY).count()
    if ready >= REVIEWS_NEEDED:
        return []
    return [Unmet("reviews", _("Two quality reviews of this round must find it ready first."))]


def every_country_signed(project: Project, actor: Any) -> list[Unmet]:
    """A request or non-objection of each country, in this round (source 004, note 3)."""
    missing = missing_signatures(project)
    return [Unmet("signature", _("%(country)s has not signed yet.") % {"country": country.name}) for country in missing]


def missing_signatures(project: Project) -> list[Any]:
    """The countries that have not signed in this round."""
    from network_site.taxonomy.models import Country

    signed = set(project.sign_offs.filter(round=project.round).values_list("country_id", flat=True))
    wanted = [code for code in permissions.signing_countries(project) if code not in signed]
    return list(Country.objects.filter(pk__in=wanted))


def is_funded(project: Project, actor: Any) -> list[Unmet]:
    """What is asked for was committed; the counterpart stands in the budget."""
    gap = project.funding.gap
    if gap <= 0:
        return []
    amount = {"amount": f"{project.currency} {gap}"}
    return [Unmet("gap", _("%(amount)s are not committed yet.") % amount)]


DRAFTS = {S.CONCEPT, S.DRAFTING}
CANCELLABLE = set(S) - {S.CANCELLED, S.COMPLETED, S.EVALUATED, S.CLOSED}

PROJECT = Workflow(
    "project",
    {
        "start_drafting": transition(
            {S.CONCEPT}, S.DRAFTING, permissions.can_send, _("Start the Terms of Reference"),
            guards=(has_its_frame,), announces=("project.drafting",), past=_("Terms of Reference started"),
        ),
        "send_to_review": transition(
            {S.DRAFTING}, S.REVIEW, permissions.can_send, _("Send to quality review"),
            guards=(is_read, has_no_errors), announces=("project.in_review",), past=_("Sent to quality review"),
        ),
        "return_to_drafting": transition(
            {S.REVIEW, S.VALIDATION}, S.DRAFTING, permissions.can_return, _("Return with questions"),
            note_required=True, announces=("project.returned",), past=_("Returned with questions"),
        ),
        "pass_to_ministry": transition(
            {S.REVIEW}, S.VALIDATION, permissions.can_pass, _("Pass to the ministry for signature"),
            guards=(did_not_write, has_two_reviews), announces=("project.to_sign",),
            past=_("Passed to the ministry for signature"),
        ),
        "sign_and_publish": transition(
            {S.VALIDATION}, S.PUBLISHED, permissions.is_funding_service, _("Publish"),
            guards=(is_read, every_country_signed), announces=("project.published",),
            past=_("Signed by every country and published"),
        ),
        "publish_documented": transition(
            DRAFTS, S.AGENCY, permissions.can_publish_documented, _("Publish as documented, not reviewed"),
            guards=(did_not_write, is_read), announces=("project.published",),
            past=_("Published as documented, not reviewed"),
        ),
        "open_negotiation": transition(
            {S.PUBLISHED}, S.NEGOTIATING, permissions.is_funding_service, _("Begin to negotiate"),
            past=_("A first donor has shown interest"),
        ),
        "secure": transition(
            {S.NEGOTIATING}, S.SECURED, permissions.can_settle_funding, _("Confirm the funding"),
            guards=(is_funded,), announces=("project.secured",), past=_("Funding confirmed"),
        ),
        "select_agency": transition(
            {S.SECURED}, S.AGENCY, permissions.can_settle_funding, _("Confirm the agency"),
            announces=("project.agency",), past=_("Agency selected"),
        ),
        "cancel": transition(
            CANCELLABLE,
            S.CANCELLED, permissions.can_cancel, pgettext_lazy("project", "Cancel"), note_required=True,
            note_public=True, announces=("project.cancelled",), past=pgettext_lazy("project", "Cancelled"),
        ),
        **STEPS,
    },
)  # fmt: skip
