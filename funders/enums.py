"""States and kinds of offers, negotiations and proposals (funding page, section 2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OfferForm(models.TextChoices):
    """What is offered."""

    FUNDING = "funding", _("Funding")
    ADVICE = "advice", _("Technical assistance")
    EXPERT = "expert", _("An expert")
    VISIT = "visit", _("Study visit or twinning")


class OfferStatus(models.TextChoices):
    """Shape of CommonGrants, with one more state before anybody outside sees it."""

    DRAFT = "draft", _("Draft")
    FORECASTED = "forecasted", _("Announced")
    OPEN = "open", pgettext_lazy("offer", "Open")
    PAUSED = "paused", _("Paused")
    CLOSED = "closed", pgettext_lazy("offer", "Closed")
    ARCHIVED = "archived", _("Archived")


F = OfferStatus
PUBLIC_OFFERS = frozenset({F.FORECASTED.value, F.OPEN.value, F.PAUSED.value, F.CLOSED.value})
# An offer that nobody confirmed for so long is hidden.
STALE_AFTER_MONTHS = 12


class RuleKind(models.TextChoices):
    """Eligibility rules as data; each is judged pass, fail or unknown (funders/rules.py)."""

    COUNTRIES = "countries", _("countries")
    ORGANIZATIONS = "organizations", _("kinds of organisations")
    THEMES = "themes", _("themes")
    NOT_THEMES = "not_themes", _("themes left out")
    MOST = "most", _("largest amount")
    LEAST = "least", _("smallest amount")
    MONTHS = "months", _("longest duration")
    LANGUAGES = "languages", _("languages of the application")
    SHARE = "share", _("own contribution")
    LETTER = "letter", _("letter of the country")
    OTHER = "other", pgettext_lazy("rule", "another condition")


class Verdict(models.TextChoices):
    """What the rules come to. Unknown is never a silent no (funding page, 4.1)."""

    ELIGIBLE = "eligible", _("Eligible")
    CHECK = "check", _("Needs a check")
    NOT = "not", _("Not eligible")


class NegotiationStatus(models.TextChoices):
    """From interest to money (funding page, section 2, interest and pledge)."""

    EXPRESSED = "expressed", _("Interest expressed")
    DISCUSSION = "under_discussion", _("In discussion")
    PLEDGED = "pledged", _("Pledged")
    COMMITTED = "committed", _("Committed")
    DISBURSING = "disbursing", _("Being paid")
    FULFILLED = "fulfilled", _("Paid in full")
    WITHDRAWN = "withdrawn", pgettext_lazy("negotiation", "Withdrawn")
    DECLINED = "declined", _("Declined by the ministry")
    LAPSED = "lapsed", _("Lapsed")


G = NegotiationStatus
ENDED = frozenset({G.WITHDRAWN.value, G.DECLINED.value, G.LAPSED.value})
HOLDS_PLEDGE = frozenset({G.PLEDGED.value})
HOLDS_MONEY = frozenset({G.COMMITTED.value, G.DISBURSING.value, G.FULFILLED.value})


class CallStatus(models.TextChoices):
    """A call for an executing agency."""

    OPEN = "open", pgettext_lazy("call", "Open")
    OPENED = "opened", _("Proposals opened")
    DECIDED = "decided", _("Decided")


class ProposalStatus(models.TextChoices):
    """An executing agency's proposal (pattern of the UN Partner Portal)."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", pgettext_lazy("proposal", "Handed in")
    ELIGIBLE = "eligible", pgettext_lazy("proposal", "Admitted")
    INELIGIBLE = "ineligible", pgettext_lazy("proposal", "Not admitted")
    RECOMMENDED = "recommended", _("Recommended")
    SELECTED = "selected", _("Selected")
    UNSUCCESSFUL = "unsuccessful", _("Not selected")
    ACCEPTED = "accepted", _("Accepted by the agency")
    DECLINED = "declined", _("Declined by the agency")
    RETRACTED = "retracted", pgettext_lazy("proposal", "Taken back")
