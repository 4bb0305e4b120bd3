"""The life of an offer (funding page, section 2, opportunity)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from network_site.common.workflow import Unmet, Workflow, transition

from .. import permissions
from ..enums import OfferForm
from ..enums import OfferStatus as S
from ..models import Offer
from ..states import has_ended


def is_complete(offer: Offer, actor: Any) -> list[Unmet]:
    """What a reader needs before an offer is public, all of it at once."""
    edit = reverse("funders:offer_edit", args=[offer.pk])
    needs_competences = offer.form in (OfferForm.ADVICE, OfferForm.EXPERT)
    wanted: list[tuple[bool, str, Any]] = [
        (
            offer.offer_terms.filter(term__scheme_id="LAF").exists(),
            "functions",
            _("Choose the function that it is for"),
        ),
        # What a publication does not say stays unsaid.
        (bool(offer.languages or offer.source), "languages", _("Say in which languages one can ask")),
        (
            not needs_competences or offer.competences.exists(),
            "competences",
            _("Name what you can do from the common list"),
        ),
        (offer.form != OfferForm.EXPERT or bool(offer.person), "person", _("Name the expert")),
    ]
    return [Unmet(code, message, edit) for given, code, message in wanted if not given]


def is_ahead(offer: Offer, actor: Any) -> list[Unmet]:
    """The last day is still to come."""
    if not has_ended(offer, timezone.now()):
        return []
    return [
        Unmet(
            "closes_on", _("The last day has passed. Change it first"), reverse("funders:offer_edit", args=[offer.pk])
        )
    ]


def was_public_or_documented(offer: Offer, actor: Any) -> list[Unmet]:
    """A draft is closed at once only where a publication says that it has ended."""
    if offer.status != S.DRAFT or offer.source:
        return []
    return [Unmet("not_documented", _("Only an offer that was written down from a publication begins as closed."))]


def is_documented_complete(offer: Offer, actor: Any) -> list[Unmet]:
    return is_complete(offer, actor) if offer.status == S.DRAFT else []


OFFER = Workflow(
    "offer",
    {
        "announce": transition(
            {S.DRAFT}, S.FORECASTED, permissions.can_publish_offer, _("Announce"),
            guards=(is_complete, is_ahead), past=_("Announced"),
        ),
        "open": transition(
            {S.DRAFT, S.FORECASTED}, S.OPEN, permissions.can_publish_offer, pgettext_lazy("action", "Open"),
            guards=(is_complete, is_ahead), past=_("Opened"),
        ),
        "pause": transition(
            {S.OPEN}, S.PAUSED, permissions.can_publish_offer, _("Pause"), past=_("Paused"),
        ),
        "resume": transition(
            {S.PAUSED}, S.OPEN, permissions.can_publish_offer, _("Go on"),
            guards=(is_complete, is_ahead), past=_("Opened again"),
        ),
        "close": transition(
            {S.DRAFT, S.FORECASTED, S.OPEN, S.PAUSED}, S.CLOSED, permissions.can_close_offer,
            pgettext_lazy("action", "Close"), guards=(was_public_or_documented, is_documented_complete),
            past=pgettext_lazy("offer", "Closed"),
        ),
        "archive": transition(
            {S.DRAFT, S.CLOSED}, S.ARCHIVED, permissions.can_publish_offer, _("Put away"), past=_("Put away"),
        ),
        "verify": transition(
            {S.FORECASTED}, S.FORECASTED, permissions.can_verify_offer, _("Confirm that it is still right"),
            past=_("Confirmed"),
        ),
        "verify_open": transition(
            {S.OPEN}, S.OPEN, permissions.can_verify_offer, _("Confirm that it is still right"), past=_("Confirmed"),
        ),
        "verify_paused": transition(
            {S.PAUSED}, S.PAUSED, permissions.can_verify_offer, _("Confirm that it is still right"),
            past=_("Confirmed"),
        ),
    },
)  # fmt: skip
# The same step for the person; the engine wants one target for each name.
VERIFY = {S.FORECASTED.value: "verify", S.OPEN.value: "verify_open", S.PAUSED.value: "verify_paused"}
