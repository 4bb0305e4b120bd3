"""States, sections and kinds of draft projects and projects (funding page, sections 2 and 3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ProjectStatus(models.TextChoices):
    """Where a project stands, from the first idea to its closing."""

    CONCEPT = "concept", _("Idea")
    DRAFTING = "drafting_tor", _("Terms of Reference being drafted")
    REVIEW = "quality_review", _("In quality review")
    VALIDATION = "ministry_validation", _("Waiting for the ministry's signature")
    PUBLISHED = "published", _("Seeking funding")
    NEGOTIATING = "negotiating", _("In negotiation")
    SECURED = "funding_secured", _("Funding secured")
    AGENCY = "agency_selected", _("Agency selected")
    EXECUTION = "in_execution", _("In execution")
    SUSPENDED = "suspended", _("Suspended")
    CANCELLED = "cancelled", _("Cancelled")
    COMPLETED = "completed", _("Completed")
    EVALUATED = "evaluated", _("Evaluated")
    CLOSED = "closed", pgettext_lazy("project", "Closed")


P = ProjectStatus
# The code of IATI's list ActivityStatus for each state that the public sees.
IATI_STATUS: dict[str, str] = {
    P.PUBLISHED.value: "1",
    P.NEGOTIATING.value: "1",
    P.SECURED.value: "1",
    P.AGENCY.value: "1",
    P.EXECUTION.value: "2",
    P.COMPLETED.value: "3",
    P.EVALUATED.value: "3",
    P.CLOSED.value: "4",
    P.CANCELLED.value: "5",
    P.SUSPENDED.value: "6",
}
EDITABLE = frozenset({P.CONCEPT.value, P.DRAFTING.value})
# Donors may express interest and pledge.
SEEKING = frozenset({P.PUBLISHED.value, P.NEGOTIATING.value})
PUBLIC = frozenset(IATI_STATUS)
RUNNING = frozenset({P.EXECUTION.value, P.SUSPENDED.value})


class ProjectType(models.TextChoices):
    """What an IDB technical cooperation calls its type, and OAS projects (funding page, 3.1)."""

    OPERATIONAL = "operational_support", _("operational support")
    CLIENT = "client_support", _("client support")
    RESEARCH = "research_dissemination", _("research and dissemination")
    PROJECT = "project", pgettext_lazy("type of project", "project")
    ACTIVITY = "activity", pgettext_lazy("type of project", "single activity")


class Section(models.TextChoices):
    """The sixteen sections of the standard Terms of Reference (funding page, 3.1)."""

    IDENTIFICATION = "identification", _("Identification")
    PARTIES = "parties", _("Parties")
    CONTEXT = "context", _("Context and problem")
    BENEFICIARIES = "beneficiaries", _("Needs and beneficiaries")
    JUSTIFICATION = "justification", _("Justification and alignment")
    OBJECTIVE = "objective", _("Objective, theory of change, components")
    RESULTS = "results", _("Results matrix")
    EXECUTION = "execution", _("Execution")
    ASSIGNMENTS = "assignments", _("Terms of reference of each assignment")
    BUDGET = "budget", _("Budget and sources")
    PROCUREMENT = "procurement", _("Procurement plan")
    RISKS = "risks", _("Risks")
    SUSTAINABILITY = "sustainability", _("Sustainability and transfer")
    SAFEGUARDS = "safeguards", _("Environment, social matters, gender, disability")
    MONITORING = "monitoring", _("Monitoring, evaluation, learning")
    ANNEXES = "annexes", _("Exceptions and annexes")


class Origin(models.TextChoices):
    """Where a value of the Terms of Reference came from."""

    PERSON = "person", _("written here")
    NEED = "need", _("from the need")
    DIAGNOSTIC = "diagnostic", _("from the diagnostic")
    PRACTICE = "practice", _("from a practice")
    ADAPTATION = "adaptation", _("from the fit check")
    FIGURE = "figure", _("from a figure about the country")
    PROJECT = "project", _("from another project")
    DEFAULT = "default", _("usual wording of the Network")


class Proposal(models.TextChoices):
    """Whether a person has read a value that was filled in for her."""

    PROPOSED = "proposed", pgettext_lazy("value", "proposed, not read yet")
    ACCEPTED = "accepted", pgettext_lazy("value", "accepted")
    EDITED = "edited", pgettext_lazy("value", "changed by hand")


class Level(models.TextChoices):
    """Levels of the results matrix."""

    IMPACT = "impact", _("Impact")
    OUTCOME = "outcome", _("Outcome")
    OUTPUT = "output", _("Product")
    ACTIVITY = "activity", _("Activity")


class Measure(models.TextChoices):
    """IATI's list IndicatorMeasure."""

    UNIT = "1", pgettext_lazy("measure", "number")
    PERCENTAGE = "2", _("percentage")
    NOMINAL = "3", _("category")
    ORDINAL = "4", _("rank")
    QUALITATIVE = "5", _("in words")


class BudgetCategory(models.TextChoices):
    """Funding page, 3.3."""

    CONSULTANTS = "consultants", _("individual consultants")
    FIRMS = "firms", _("firms")
    TRAVEL = "travel", _("travel")
    EVENTS = "events", _("training and events")
    EQUIPMENT = "equipment", _("equipment")
    SOFTWARE = "software", _("software and services")
    PUBLICATIONS = "publications", _("publications and translation")
    EVALUATION = "evaluation", _("monitoring, evaluation, audit")
    STAFF = "staff", _("staff")
    ADMINISTRATION = "administration", _("administration")
    CONTINGENCY = "contingency", _("contingency")


class BudgetSource(models.TextChoices):
    """Who pays for a line."""

    REQUESTED = "requested", _("asked of donors")
    CASH = "counterpart_cash", _("counterpart, in cash")
    IN_KIND = "counterpart_in_kind", _("counterpart, in kind")


class Degree(models.TextChoices):
    LOW = "low", pgettext_lazy("degree", "low")
    MEDIUM = "medium", pgettext_lazy("degree", "medium")
    HIGH = "high", pgettext_lazy("degree", "high")


class PartyRole(models.TextChoices):
    """Who takes part in a project."""

    BENEFICIARY = "beneficiary", _("beneficiary ministry")
    AGENCY = "agency", _("executing agency")
    FUNDER = "funder", _("funder")
    WORKERS = "workers", _("workers' organisation")
    EMPLOYERS = "employers", _("employers' organisation")
    OTHER = "other", pgettext_lazy("party", "other")


class ReviewVerdict(models.TextChoices):
    """What a quality review comes to."""

    READY = "ready", _("ready for the ministry's signature")
    RETURN = "return", _("to be worked on")


class UpdateStatus(models.TextChoices):
    """Where a report on results stands."""

    DRAFT = "draft", _("Draft")
    PENDING = "pending", _("Waiting for approval")
    RETURNED = "returned", _("Returned with questions")
    APPROVED = "approved", pgettext_lazy("update", "Approved")
    REPLACED = "replaced", pgettext_lazy("update", "Replaced by a correction")


class ValueState(models.TextChoices):
    """What stands where a value should be; a true zero is none of the others (funding page, section 2)."""

    NOT_DUE = "not_due", _("not due yet")
    DUE = "due", _("due")
    LATE = "late", _("late")
    REPORTED = "reported", pgettext_lazy("value", "reported")
    ZERO = "zero", _("reported as zero")
    NOT_MEASURED = "not_measured", _("not measured")


class AnnexKind(models.TextChoices):
    LETTER = "letter", _("letter of request or of no objection")
    AGREEMENT = "agreement", _("agreement")
    MATRIX = "matrix", _("results matrix")
    TERMS = "terms", _("terms of reference")
    PROCUREMENT = "procurement", _("procurement plan")
    REPORT = "report", _("report")
    OTHER = "other", pgettext_lazy("annex", "other")
