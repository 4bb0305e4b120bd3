"""States, criteria and answers of the databank (practices page, sections 4.1, 4.2, 4.5)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PracticeStatus(models.TextChoices):
    """Where one version of a practice stands."""

    DRAFT = "draft", _("Draft")
    READY = "ready", _("With the focal point")
    SUBMITTED = "submitted", _("Sent to the Network")
    SCREENING = "screening", _("Being screened")
    IN_REVIEW = "in_review", _("In review")
    ADJUDICATION = "adjudication", _("Reviewers differ")
    ENDORSED = "endorsed", _("Reviewed")
    REVISION = "revision", _("Returned with questions")
    DECLINED = "declined", _("Declined")
    PUBLISHED = "published", _("Published")
    SUPERSEDED = "superseded", _("Replaced by a newer version")
    WITHDRAWN = "withdrawn", _("Withdrawn")


S = PracticeStatus
EDITABLE = frozenset({S.DRAFT.value, S.READY.value, S.REVISION.value})
IN_WORK = frozenset(
    {
        S.DRAFT.value,
        S.READY.value,
        S.SUBMITTED.value,
        S.SCREENING.value,
        S.IN_REVIEW.value,
        S.ADJUDICATION.value,
        S.ENDORSED.value,
        S.REVISION.value,
    }
)


class Stage(models.TextChoices):
    """Scheme ST."""

    PILOT = "pilot", _("pilot")
    RUNNING = "running", _("running")
    SCALED = "scaled", _("scaled up")
    ENDED = "ended", _("ended")
    SUSPENDED = "suspended", _("suspended")


class Licence(models.TextChoices):
    CC_BY = "cc-by-4.0", "CC BY 4.0"
    CC_BY_SA = "cc-by-sa-4.0", "CC BY-SA 4.0"
    CC0 = "cc0-1.0", "CC0 1.0"


class OrganizationRole(models.TextChoices):
    """What an organisation did in a practice."""

    LEAD = "lead", _("runs it")
    CO_DELIVER = "co_deliver", _("delivers with it")
    REGULATOR = "regulator", _("regulates it")
    FUNDER = "funder", _("pays for it")
    SUPPLIER = "supplier", _("sold to it")
    EVALUATOR = "evaluator", _("evaluated it")
    WORKERS = "workers", _("workers' organisation in it")
    EMPLOYERS = "employers", _("employers' organisation in it")


class Strength(models.TextChoices):
    MUST = "must", pgettext_lazy("precondition", "must")
    SHOULD = "should", pgettext_lazy("precondition", "should")


class BlockKind(models.TextChoices):
    CORE = "core", _("Core")
    ADAPTABLE = "adaptable", _("Adaptable")


class Direction(models.TextChoices):
    """What an outcome did (4.2 B)."""

    POSITIVE = "positive", _("positive")
    MIXED = "mixed", _("mixed")
    NONE = "none", _("no effect found")
    NEGATIVE = "negative", _("negative")
    NOT_MEASURED = "not_measured", _("not measured")


class Documented(models.TextChoices):
    """How far one EMMIE aspect is documented (4.2 C)."""

    NONE = "none", _("not described")
    PARTLY = "partly", _("described in part")
    FULL = "full", _("described in full")


class Aspect(models.TextChoices):
    """EMMIE: what a reader needs to know of an effect."""

    EFFECT = "effect", _("Effect")
    MECHANISM = "mechanism", _("Mechanism")
    MODERATORS = "moderators", _("Moderators")
    IMPLEMENTATION = "implementation", _("Implementation")
    ECONOMICS = "economics", _("Economics")


class StudyType(models.TextChoices):
    """Kinds of evidence, from weak to strong design."""

    ADMIN_DATA = "admin_data", _("administrative data")
    SURVEY = "survey", _("survey")
    QUALITATIVE = "qualitative", _("qualitative study")
    AUDIT = "audit", _("audit or peer review")
    PRE_POST = "pre_post", _("before and after, no comparison")
    QUASI = "quasi_experimental", _("with a comparison group")
    RCT = "randomized", _("randomized trial")
    REVIEW = "systematic_review", _("systematic review")


COMPARED_STUDIES = frozenset({StudyType.QUASI.value, StudyType.RCT.value, StudyType.REVIEW.value})


class StudyRating(models.TextChoices):
    """A reviewer's rating of one study (threshold of CLEAR)."""

    LOW = "low", pgettext_lazy("study", "low")
    MODERATE = "moderate", pgettext_lazy("study", "moderate")
    HIGH = "high", pgettext_lazy("study", "high")


CREDIBLE = frozenset({StudyRating.MODERATE.value, StudyRating.HIGH.value})


class Exclusion(models.TextChoices):
    """The five questions that a practice must pass (rubric, exclusion)."""

    RELEVANT = "relevant", _("Belongs to labour administration")
    REPEATABLE = "repeatable", _("Described well enough to repeat")
    ETHICAL = "ethical", _("Ethical, in line with ILO standards")
    LAWFUL = "lawful", _("Lawful")
    NO_PROMOTION = "no_promotion", _("Not promotion")


class Criterion(models.TextChoices):
    """The seven scored criteria: three core, four qualifiers."""

    EFFECTIVENESS = "effectiveness", _("Effectiveness")
    EFFICIENCY = "efficiency", _("Efficiency")
    EQUITY = "equity", _("Equity")
    TRANSFERABILITY = "transferability", _("Transferability")
    SUSTAINABILITY = "sustainability", _("Sustainability")
    SOCIAL_DIALOGUE = "social_dialogue", _("Social dialogue")
    INTERINSTITUTIONAL = "interinstitutional", _("Work with other institutions")


CORE_CRITERIA = frozenset({Criterion.EFFECTIVENESS.value, Criterion.EFFICIENCY.value, Criterion.EQUITY.value})
MAX_SCORE = 4

# Anchored wording: what 0, 2 and 4 mean for each criterion.
ANCHORS = {
    Criterion.EFFECTIVENESS: _(
        "0: no outcome reported. 2: some outcome, source weak. 4: outcome above what would have happened anyway."
    ),
    Criterion.EFFICIENCY: _("0: cost not given. 2: cost given for part. 4: cost for each result given."),
    Criterion.EQUITY: _(
        "0: nothing on who is left out. 2: hard districts or hard cases named. 4: results shown for them."
    ),
    Criterion.TRANSFERABILITY: _(
        "0: could not be repeated from this text. 2: the main parts could. 4: all parts, with what must be in place."
    ),
    Criterion.SUSTAINABILITY: _(
        "0: ends with its project. 2: money or law for some years. 4: in law and budget, outlived a government."
    ),
    Criterion.SOCIAL_DIALOGUE: _(
        "0: workers' and employers' organisations not involved. 2: consulted. 4: decided with them."
    ),
    Criterion.INTERINSTITUTIONAL: _(
        "0: one institution alone. 2: agreements with others. 4: shared clients, data or money."
    ),
}


class ReviewStatus(models.TextChoices):
    """Where one reviewer's work stands."""

    ASSIGNED = "assigned", _("Asked")
    DECLARED = "declared", _("Declaration filed")
    FILED = "filed", _("Review filed")
    RELEASED = "released", _("Released")


class Interest(models.TextChoices):
    """A reviewer's declaration, filed before the dossier opens."""

    NONE = "none", _("No conflict")
    INVESTIGATOR = "investigator", _("I studied or evaluated it")
    COLLABORATOR = "collaborator", _("I worked with the people who run it")
    OTHER = "other", _("Another interest")


class TextState(models.TextChoices):
    """What kind of text a translation is."""

    HUMAN = "human", _("human translation")
    MACHINE = "machine", _("machine draft")
    CHECKED = "checked", _("checked translation")


class Label(models.TextChoices):
    """The badge that readers see (4.2)."""

    NONE = "none", _("No label")
    DOCUMENTED = "documented", _("Documented")
    PROMISING = "promising", _("Promising")
    GOOD_PRACTICE = "good_practice", _("Good practice")
    INSTRUCTIVE_FAILURE = "instructive_failure", _("Instructive failure")


class AdaptationResult(models.TextChoices):
    """What came of a practice where somebody else took it over."""

    POSITIVE = "positive", pgettext_lazy("adaptation", "it worked there too")
    NONE = "none", pgettext_lazy("adaptation", "no effect found")
    NEGATIVE = "negative", pgettext_lazy("adaptation", "it did not work there")
    UNKNOWN = "unknown", pgettext_lazy("adaptation", "not known yet")


# The questions of the form by the name under which their answers are stored: a column of the version, a scheme
# of terms, a group of rows. Each with its page; the words are those of the form (a test compares them).
QUESTIONS = {
    "source_language": ("brief", _("In which language do you write?")),
    "title": ("brief", _("Title")),
    "one_line": ("brief", _("In one sentence")),
    "problem": ("brief", _("What was the problem?")),
    "description": ("brief", _("What was done?")),
    "LAF": ("brief", _("Function of labour administration")),
    "TG": ("brief", _("Whom does it serve?")),
    "contacts": ("brief", _("Whom others may ask")),
    "country": ("where", _("Country")),
    "region": ("where", _("Region or city")),
    "stage": ("where", _("How far is it?")),
    "start_year": ("where", _("First year")),
    "end_year": ("where", _("Last year")),
    "coverage": ("where", _("How many does it cover?")),
    "coverage_unit": ("where", _("Offices, municipalities, people …")),
    "licence": ("where", _("Licence")),
    "SC": ("where", _("How large an area does it cover?")),
    "SEC": ("where", _("In which sector?")),
    "contributions": ("where", _("Organisations in it")),
    "objectives": ("story", _("What does it aim at?")),
    "where_to_read": ("story", _("Where can this be read?")),
    "DI": ("story", _("Which problems from the common list is it about?")),
    "IN": ("story", _("What kind of measure is it?")),
    "theory_of_change": ("story", _("Why should it help?")),
    "reach": ("results", _("Whom did it reach?")),
    "negative_effects": ("results", _("What had no effect, or a bad one?")),
    "outcomes": ("results", _("Outcomes, before and after")),
    "evidence_items": ("results", _("Studies and data")),
    "costs": ("results", _("Cost")),
    "risks_if_copied": ("needs", _("What goes wrong if it is copied as it is?")),
    "preconditions": ("needs", _("What must be in place first")),
    "building_blocks": ("needs", _("Parts that others can take over")),
    "transfer_offer": ("contact", _("Say more about it")),
    "CM": ("contact", _("What could you do for another ministry?")),
    "attachments": ("contact", _("Files that help others")),
}
