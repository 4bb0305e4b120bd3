"""What a course is made of, apart from its words, which stand in pages (learning page, 3.1).

Everything here is read by the organisation that owns the course, and by the two services that serve learners from
it: a learner reads what was published, and never a row of these tables. Keys of questions and outcomes of cases
stand in tables of their own, so that nothing that shows a question can carry its answer along.
"""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from network_site.common.models import TimestampedModel
from network_site.organizations.tenancy import ChildOf, TenantModel
from network_site.publishing.models import PublishedRecord
from network_site.taxonomy.models import Term

from ..enums import (
    HONOURS_MARK,
    PASS_MARK,
    Counting,
    CourseStatus,
    Entry,
    Feedback,
    Level,
    OutcomeStatus,
    PromptKind,
    ProposalStatus,
    QuestionStatus,
    QuizRole,
)


class Course(TenantModel, TimestampedModel):
    """A course, the same in every language. Its words are the pages that name it."""

    # "grader" serves and marks, "registrar" lets in and certifies, "relay" does what follows.
    services = frozenset({"grader", "registrar", "relay"})

    code = models.SlugField(_("code"), max_length=40)
    position = models.PositiveSmallIntegerField(_("place in the catalogue"), default=0)
    status = models.CharField(max_length=10, choices=CourseStatus.choices, default=CourseStatus.DRAFT)
    lock_version = models.PositiveIntegerField(default=1)
    # Counts the published versions.
    edition = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    level = models.CharField(_("level"), max_length=12, choices=Level.choices, default=Level.INTRODUCTORY)
    hours = models.PositiveSmallIntegerField(_("hours of work"), default=1)
    pass_mark = models.PositiveSmallIntegerField(
        _("mark for passing"), default=PASS_MARK, validators=[MaxValueValidator(100)]
    )
    honours_mark = models.PositiveSmallIntegerField(
        _("mark for honours"), default=HONOURS_MARK, validators=[MaxValueValidator(100)]
    )
    entry = models.CharField(_("who may take it"), max_length=10, choices=Entry.choices, default=Entry.OPEN)
    has_certificate = models.BooleanField(_("ends with a certificate"), default=True)
    licence = models.CharField(_("licence of the texts"), max_length=40, default="CC-BY-4.0")
    # What it is made from: title, place, document.
    source = models.JSONField(default=dict, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "code"], name="one_course_per_code"),
            models.CheckConstraint(condition=Q(status__in=CourseStatus.values), name="course_status_known"),
            models.CheckConstraint(condition=Q(entry__in=Entry.values), name="course_entry_known"),
            models.CheckConstraint(
                condition=Q(pass_mark__lte=100) & Q(honours_mark__lte=100) & Q(honours_mark__gte=F("pass_mark")),
                name="honours_are_above_passing",
            ),
            models.CheckConstraint(condition=Q(hours__gte=1), name="course_takes_an_hour_at_least"),
        ]

    def __str__(self) -> str:
        return self.code

    @classmethod
    def write_sql(cls) -> str:
        return f"{super().write_sql()} OR enlace_service() = 'registrar'"


class CourseTerm(ChildOf("course")):  # type: ignore[misc]
    """A term of the common schemes that a course is about."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="course_terms")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["course", "term"], name="one_link_per_course_and_term")]

    def __str__(self) -> str:
        return f"{self.course_id} {self.term_id}"


class Prerequisite(ChildOf("course")):  # type: ignore[misc]
    """A course that has to be completed before this one."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="prerequisites")
    required = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["course", "required"], name="one_prerequisite_per_pair"),
            models.CheckConstraint(condition=~Q(course=F("required")), name="course_does_not_wait_for_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} after {self.required_id}"


# --- Questions -------------------------------------------------------------------------------


class Question(ChildOf("course")):  # type: ignore[misc]
    """A question of the bank of a course; what is asked stands in its versions."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="questions")
    key = models.SlugField(max_length=40)
    tag = models.SlugField(_("tag"), max_length=40, blank=True)
    status = models.CharField(max_length=8, choices=QuestionStatus.choices, default=QuestionStatus.DRAFT)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["course", "key"], name="one_question_per_key"),
            models.CheckConstraint(condition=Q(status__in=QuestionStatus.values), name="question_status_known"),
        ]

    def __str__(self) -> str:
        return self.key


class QuestionVersion(ChildOf("question")):  # type: ignore[misc]
    """A question as it is asked. It never changes: who was asked it is marked by the key that stood beside it.

    Only its review is noted afterwards, by somebody else than its writer.
    """

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="versions")
    n = models.PositiveIntegerField()
    type = models.CharField(max_length=10)
    points = models.PositiveSmallIntegerField(default=1)
    # Ids of options and the like, the same in every language; and the words, by language.
    structure = models.JSONField(default=dict, blank=True)
    texts = models.JSONField(default=dict)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["question_id", "n"]
        constraints = [
            models.UniqueConstraint(fields=["question", "n"], name="one_version_per_question_and_number"),
            models.CheckConstraint(condition=Q(points__gte=1) & Q(points__lte=20), name="question_has_points"),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("written_by")),
                name="question_is_reviewed_by_another_person",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True)
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="question_review_says_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} {self.n}"


class QuestionKey(ChildOf("version")):  # type: ignore[misc]
    """The right answer, what is said of each answer, and where it is shown to be right. Apart, on purpose."""

    version = models.OneToOneField(QuestionVersion, on_delete=models.CASCADE, related_name="answer_key")
    answer = models.JSONField(null=True)
    feedback = models.JSONField(default=dict, blank=True)
    # document, quote (word for word), place.
    evidence = models.JSONField(default=dict, blank=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"

    def __str__(self) -> str:
        return f"key of {self.version_id}"


class Quiz(ChildOf("course")):  # type: ignore[misc]
    """Rules by which questions of the bank are asked."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="quizzes")
    key = models.SlugField(max_length=40)
    role = models.CharField(_("what it is for"), max_length=8, choices=QuizRole.choices, default=QuizRole.LESSON)
    weight = models.PositiveSmallIntegerField(_("weight in the result"), default=1)
    # None: as many as one likes.
    attempts_allowed = models.PositiveSmallIntegerField(_("attempts"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    feedback = models.CharField(
        _("right answers are told"), max_length=12, choices=Feedback.choices, default=Feedback.AFTER_SUBMIT
    )
    counting = models.CharField(_("what counts"), max_length=8, choices=Counting.choices, default=Counting.HIGHEST)
    is_shuffled = models.BooleanField(_("in another order for everybody"), default=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        verbose_name_plural = "quizzes"
        constraints = [
            models.UniqueConstraint(fields=["course", "key"], name="one_quiz_per_key"),
            models.CheckConstraint(
                condition=Q(attempts_allowed__isnull=True) | Q(attempts_allowed__gte=1), name="quiz_can_be_attempted"
            ),
            models.CheckConstraint(condition=Q(minutes__isnull=True) | Q(minutes__gte=1), name="quiz_has_a_minute"),
        ]

    def __str__(self) -> str:
        return self.key


class QuizPool(ChildOf("quiz")):  # type: ignore[misc]
    """How many questions are drawn of those with a tag; all of them where `draw` is empty."""

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="pools")
    position = models.PositiveSmallIntegerField(default=0)
    tag = models.SlugField(max_length=40)
    draw = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "tag"], name="one_pool_per_quiz_and_tag"),
            models.CheckConstraint(condition=Q(draw__isnull=True) | Q(draw__gte=1), name="pool_draws_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quiz_id} {self.tag}"


# --- Cases -----------------------------------------------------------------------------------


class Case(ChildOf("course")):  # type: ignore[misc]
    """A case study: decide, lock, see what happened, apply at home (learning page, 3.3)."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="cases")
    key = models.SlugField(max_length=40)
    weight = models.PositiveSmallIntegerField(_("weight in the result"), default=1)
    # What a draft need made from it begins with: codes, and a title by language.
    need_terms = models.JSONField(default=list, blank=True)
    need_titles = models.JSONField(default=dict, blank=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["course", "key"], name="one_case_per_key")]

    def __str__(self) -> str:
        return self.key


class CasePrompt(ChildOf("case")):  # type: ignore[misc]
    """One decision of a case. Its text is public with the course; what came of it is not."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="prompts")
    key = models.SlugField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=6, choices=PromptKind.choices)
    structure = models.JSONField(default=dict, blank=True)
    texts = models.JSONField(default=dict)
    min_words = models.PositiveSmallIntegerField(_("words of the reason, at least"), default=15)
    # The field of a need into which the answer "in my country" goes.
    home = models.CharField(max_length=20, blank=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="one_prompt_per_key"),
            models.CheckConstraint(condition=Q(kind__in=PromptKind.values), name="prompt_kind_known"),
        ]

    def __str__(self) -> str:
        return self.key


class CaseOutcome(ChildOf("prompt")):  # type: ignore[misc]
    """What really happened, as far as the source says. It belongs to its prompt, never to a place in a list."""

    prompt = models.OneToOneField(CasePrompt, on_delete=models.CASCADE, related_name="outcome")
    status = models.CharField(max_length=12, choices=OutcomeStatus.choices)
    texts = models.JSONField(default=dict)
    quote = models.TextField(blank=True)
    place = models.CharField(max_length=200, blank=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=OutcomeStatus.values), name="outcome_status_known"),
            models.CheckConstraint(condition=Q(status="not_reported") | ~Q(quote=""), name="outcome_has_its_quote"),
        ]

    def __str__(self) -> str:
        return f"outcome of {self.prompt_id}"


# --- Between courses and practices -----------------------------------------------------------


class LessonPractice(models.Model):
    """A practice that a published lesson is about, in the version of which it speaks. Public, as both are."""

    course = models.ForeignKey(PublishedRecord, on_delete=models.CASCADE, related_name="+")
    # The lesson's key, the same in each language.
    item = models.UUIDField()
    position = models.PositiveSmallIntegerField(default=0)
    practice = models.ForeignKey(PublishedRecord, on_delete=models.PROTECT, related_name="+")
    practice_version = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["course", "item", "practice"], name="one_link_per_lesson_and_practice")
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.practice_id}"

    @property
    def is_stale(self) -> bool:
        """Whether the practice has moved on, or is gone, since the lesson spoke of it."""
        return self.practice.version != self.practice_version or not self.practice.is_open


class Proposal(TenantModel, TimestampedModel):
    """A course that an organisation would like to see, or to bring in."""

    services = frozenset({"relay"})

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=8, choices=ProposalStatus.choices, default=ProposalStatus.DRAFT)
    lock_version = models.PositiveIntegerField(default=1)
    title = models.CharField(_("title"), max_length=100)
    purpose = models.TextField(_("what officials will do differently"), max_length=1500)
    learners = models.CharField(_("for whom"), max_length=300)
    material = models.TextField(_("what there is already"), max_length=1500, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ProposalStatus.values), name="course_proposal_status_known"),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(purpose="") & ~Q(learners=""), name="course_proposal_has_its_texts"
            ),
        ]

    def __str__(self) -> str:
        return self.title
