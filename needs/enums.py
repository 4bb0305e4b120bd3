"""States, bands and answers of diagnostics, needs and fit checks (funding page, section 2; classification, A6)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DiagnosticStatus(models.TextChoices):
    """Whether a diagnostic is being answered or has been closed with its result."""

    OPEN = "open", pgettext_lazy("diagnostic", "Being answered")
    FINISHED = "finished", pgettext_lazy("diagnostic", "Finished")


class DiagnosticKind(models.TextChoices):
    """Who gives the answers (classification page, A6)."""

    SELF = "self", _("by the ministry itself")
    MODERATED = "moderated", _("with the Network")
    PEER = "peer", _("by another ministry")


MAX_SCORE = 4


class NeedStatus(models.TextChoices):
    """Where a need stands (funding page, section 2)."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Sent to the Network")
    RETURNED = "returned", _("Returned with questions")
    REGISTERED = "registered", _("Registered")
    IN_DIAGNOSIS = "in_diagnosis", _("Being assessed")
    IN_DRAFTING = "in_drafting", _("A project is being drafted")
    ADVERTISED = "advertised", _("Funding is sought")
    IN_EXECUTION = "in_execution", _("Being worked on")
    MET = "met", _("Met")
    PARTLY_MET = "partly_met", _("Partly met")
    UNMET = "unmet", _("Unmet")
    MERGED = "merged", _("Joined with another need")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CLOSED = "closed", _("Closed")


N = NeedStatus
EDITABLE = frozenset({N.DRAFT.value, N.RETURNED.value})
# Needs for which help is looked for.
OPEN = frozenset({N.REGISTERED.value, N.IN_DIAGNOSIS.value, N.IN_DRAFTING.value, N.ADVERTISED.value, N.UNMET.value})
# Needs that the public plane shows, if their owner lets it.
PUBLIC = OPEN | {N.IN_EXECUTION.value, N.MET.value, N.PARTLY_MET.value}


class NeedAudience(models.TextChoices):
    """Who may read a registered need."""

    MINISTRY = "ministry", _("Our ministry and the Network's staff")
    NETWORK = "network", _("Signed-in members of the Network")
    PUBLIC = "public", _("Everyone")


class BudgetBand(models.TextChoices):
    """A rough size in US dollars; a need has no budget yet."""

    UNKNOWN = "", _("not known yet")
    UNDER_50 = "under_50", _("under USD 50,000")
    TO_150 = "50_150", _("USD 50,000 to 150,000")
    TO_500 = "150_500", _("USD 150,000 to 500,000")
    TO_2000 = "500_2000", _("USD 500,000 to 2 million")
    OVER_2000 = "over_2000", _("over USD 2 million")


# Lower and upper bound of each band in US dollars; None where there is none.
BANDS: dict[str, tuple[int | None, int | None]] = {
    "under_50": (None, 50_000),
    "50_150": (50_000, 150_000),
    "150_500": (150_000, 500_000),
    "500_2000": (500_000, 2_000_000),
    "over_2000": (2_000_000, None),
}


class UnmetReason(models.TextChoices):
    """Why nobody met a need."""

    NO_FUNDER = "no_funder", _("nobody funded it")
    NO_PROVIDER = "no_provider", _("nobody could provide it")
    INELIGIBLE = "ineligible", _("no open offer allows it")
    NO_PRIORITY = "no_priority", _("it is no priority any more")
    OTHER = "other", pgettext_lazy("reason", "another reason")


class OverlapAnswer(models.TextChoices):
    """What the Network found about a possible duplicate."""

    DIFFERENT = "different", _("another matter")
    RELATED = "related", _("related; to be told of each other")
    SAME = "same", _("the same matter")


class FitLight(models.TextChoices):
    """An answer of the fit check (practices page, section 4.3)."""

    GREEN = "green", _("holds here")
    AMBER = "amber", _("holds in part")
    RED = "red", _("does not hold here")
    UNKNOWN = "unknown", pgettext_lazy("fit", "not known")


class FitPart(models.TextChoices):
    """The parts of a fit check."""

    RELEVANCE = "relevance", _("Relevance")
    PRECONDITION = "precondition", _("What must be in place")
    FACTOR = "factor", _("Conditions")
    APPLICABILITY = "applicability", _("Applicability")


class FitStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("fit check", "Being answered")
    DONE = "done", pgettext_lazy("fit check", "Done")


class TaskKind(models.TextChoices):
    """What an adaptation task becomes in the Terms of Reference."""

    CLAUSE = "clause", _("clause of the Terms of Reference")
    RISK = "risk", _("risk")
    BUDGET = "budget", _("line of the budget")
