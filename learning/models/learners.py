"""What a learner does: hers alone, in both locks (learning page, 3.2 and 3.4).

Her organisation reads a `Completion` and nothing else. Whoever owns the course reads the `Enrolment`, to let people
in and to give them more time; it holds no answer. A tutor reads the answers that were handed to her organisation.
"""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common.models import TimestampedModel
from network_site.common.scoping import ActorLike, ScopedModel, nobody
from network_site.organizations.tenancy import TenantModel
from network_site.publishing.models import PublishedRecord

from ..enums import AttemptState, EnrolmentState, ItemState
from .content import CasePrompt, QuestionVersion

# Services that serve and mark, and that let in and certify.
GRADER, REGISTRAR = "grader", "registrar"
_SERVICES = f"enlace_service() IN ('{GRADER}', '{REGISTRAR}')"


class LearnerModel(ScopedModel):
    """A row of one learner: she reads it, the two services of learning read it, nobody else does."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    tenant_field = "person"
    # The key of the row that this one hangs on: it has to be of the same person. Empty where it hangs on none.
    hangs_on: ClassVar[str] = ""

    class Meta(ScopedModel.Meta):
        abstract = True

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        if actor.service:
            return Q() if actor.service in {GRADER, REGISTRAR} else nobody()
        return Q(person_id=actor.user_id) if actor.user_id else nobody()

    def may_insert(self, actor: ActorLike) -> bool:
        if actor.user_id is None or self.person_id != actor.user_id:  # type: ignore[attr-defined]
            return False
        return not self.hangs_on or getattr(self, self.hangs_on).person_id == actor.user_id

    @classmethod
    def read_sql(cls) -> str:
        return f"{_SERVICES} OR (enlace_service() = '' AND person_id = enlace_user())"

    @classmethod
    def insert_sql(cls) -> str:
        if not cls.hangs_on:
            return "person_id = enlace_user()"
        field: Any = cls._meta.get_field(cls.hangs_on)
        above = field.related_model._meta.db_table
        hers = f"above.id = {field.column} AND above.person_id = enlace_user()"
        return f"person_id = enlace_user() AND EXISTS (SELECT 1 FROM {above} above WHERE {hers})"  # noqa: S608


class Enrolment(LearnerModel, TimestampedModel):
    """One person in one course, in the version that she began with, for the organisation she belonged to then."""

    course = models.ForeignKey("learning.Course", on_delete=models.PROTECT, related_name="+")
    # The published course, and the version that is hers until she takes a newer one.
    record = models.ForeignKey(PublishedRecord, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    # Whoever owns the course, and the organisation for which she learns; neither ever changes.
    keeper = models.ForeignKey("organizations.Organization", on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=10, choices=EnrolmentState.choices, default=EnrolmentState.ACTIVE)
    lock_version = models.PositiveIntegerField(default=1)
    why = models.CharField(_("why you would like to take it"), max_length=500, blank=True)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    last_item = models.UUIDField(null=True, blank=True)
    # What she reads when she was not let in.
    refusal_reason = models.TextField(_("reason"), max_length=2000, blank=True)
    # Every part is open to her, also where the course asks for something before it (learning page, 1.2: override).
    is_unlocked = models.BooleanField(default=False)
    # In percent of a quiz's own time.
    extra_time = models.PositiveSmallIntegerField(_("more time, in percent"), default=0)
    # That her organisation learns of the completion, and of nothing else, was told her.
    told_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True, blank=True)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)

    class Meta(LearnerModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "record"],
                condition=~Q(status="refused"),
                name="one_enrolment_per_person_and_course",
            ),
            models.CheckConstraint(condition=Q(status__in=EnrolmentState.values), name="enrolment_state_known"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | (Q(score__gte=0) & Q(score__lte=100)), name="course_score_in_percent"
            ),
            models.CheckConstraint(
                condition=~Q(status="completed") | Q(completed_at__isnull=False), name="completed_course_says_when"
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(refusal_reason=""), name="refused_enrolment_says_why"
            ),
            models.CheckConstraint(condition=Q(extra_time__lte=300), name="extra_time_has_an_end"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.record_id}"

    def workflow_root(self) -> tuple[UUID, UUID]:
        """History and audit are kept by whoever owns the course."""
        return self.keeper_id, self.pk

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        mine = super().readable_q(actor)
        if actor.service or not actor.organization_id:
            return mine
        return mine | Q(keeper_id=actor.organization_id)

    @classmethod
    def read_sql(cls) -> str:
        return f"{super().read_sql()} OR (enlace_service() = '' AND keeper_id = enlace_organization())"


class Completion(TenantModel):
    """That somebody of an organisation completed a course: all that her organisation learns."""

    services = frozenset({GRADER, REGISTRAR, "relay"})

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(PublishedRecord, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    completed_on = models.DateField()

    class Meta(TenantModel.Meta):
        ordering = ["-completed_on"]

    def __str__(self) -> str:
        return f"{self.person_id} {self.record_id}"

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        if actor.service:
            return Q() if actor.service in cls.services else nobody()
        if not actor.user_id:
            return nobody()
        own = Q(person_id=actor.user_id)
        if actor.organization_id and "administrator" in actor.roles:
            return own | Q(owner_id=actor.organization_id)
        return own

    def may_insert(self, actor: ActorLike) -> bool:
        return actor.service == REGISTRAR

    @classmethod
    def read_sql(cls) -> str:
        names = ", ".join(f"'{name}'" for name in sorted(cls.services))
        return (
            f"enlace_service() IN ({names}) OR (enlace_service() = '' AND (person_id = enlace_user()"
            " OR (owner_id = enlace_organization() AND enlace_has_role('administrator'))))"
        )

    @classmethod
    def write_sql(cls) -> str:
        return f"enlace_service() = '{REGISTRAR}'"

    @classmethod
    def insert_sql(cls) -> str:
        return f"enlace_service() = '{REGISTRAR}'"


class Invitation(TenantModel, TimestampedModel):
    """A place in a course for an address; the organisation that put it on its list owns it."""

    services = frozenset({REGISTRAR, "relay"})

    record = models.ForeignKey(PublishedRecord, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "record", "email"], name="one_place_per_course_and_address")
        ]

    def __str__(self) -> str:
        return f"{self.email} {self.record_id}"


class ItemProgress(LearnerModel):
    """That an item was opened, or done. Rows are added and never changed, so nothing done is ever undone."""

    hangs_on = "enrolment"

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    item = models.UUIDField()
    state = models.CharField(max_length=4, choices=ItemState.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta(LearnerModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "item", "state"], name="one_step_per_item_and_state"),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="item_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.state}"


class Attempt(LearnerModel):
    """One try at a quiz: which questions were drawn, in which order, until when, and what came of it."""

    hangs_on = "enrolment"

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    quiz = models.UUIDField()
    n = models.PositiveIntegerField()
    status = models.CharField(max_length=8, choices=AttemptState.choices, default=AttemptState.OPEN)
    seed = models.BigIntegerField()
    # Ids of the versions of questions, in the order in which they are asked.
    drawn = models.JSONField()
    started_at = models.DateTimeField(default=timezone.now)
    deadline_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    score = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    out_of = models.DecimalField(max_digits=7, decimal_places=2)

    class Meta(LearnerModel.Meta):
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "quiz", "n"], name="one_attempt_per_number"),
            models.UniqueConstraint(
                fields=["enrolment", "quiz"], condition=Q(status="open"), name="one_open_attempt_per_quiz"
            ),
            models.CheckConstraint(condition=Q(status__in=AttemptState.values), name="attempt_state_known"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | (Q(score__gte=0) & Q(score__lte=F("out_of"))),
                name="attempt_score_within_its_points",
            ),
            models.CheckConstraint(
                condition=~Q(status="graded") | Q(score__isnull=False), name="graded_attempt_has_its_score"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} {self.n}"


class Response(LearnerModel):
    """The answer to one drawn question, and what it was worth."""

    hangs_on = "attempt"

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="+")
    answer = models.JSONField(null=True)
    # From 0 to 1; empty until it is marked.
    share = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)
    # The organisation whose tutors mark an open text; set when it is handed in, and to nobody before.
    tutors = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    comment = models.TextField(_("comment"), max_length=2000, blank=True)

    class Meta(LearnerModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["attempt", "version"], name="one_response_per_question"),
            models.CheckConstraint(
                condition=Q(share__isnull=True) | (Q(share__gte=0) & Q(share__lte=1)), name="response_share_up_to_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.version_id}"

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        mine = super().readable_q(actor)
        if actor.service or not actor.organization_id:
            return mine
        return mine | Q(tutors_id=actor.organization_id)

    @classmethod
    def read_sql(cls) -> str:
        return f"{super().read_sql()} OR (enlace_service() = '' AND tutors_id = enlace_organization())"


# --- Cases -----------------------------------------------------------------------------------


class CaseDraft(LearnerModel):
    """What a learner has written of a case so far; gone when it is locked."""

    hangs_on = "enrolment"

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    case = models.UUIDField()
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta(LearnerModel.Meta):
        constraints = [models.UniqueConstraint(fields=["enrolment", "case"], name="one_draft_per_case")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.case}"


class CaseAnswer(LearnerModel):
    """A decision that was locked. A trigger refuses every change, so that nobody decides after having read."""

    hangs_on = "enrolment"

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+")
    prompt = models.ForeignKey(CasePrompt, on_delete=models.PROTECT, related_name="+")
    # A choice or a number; empty where a text was asked for.
    value = models.CharField(max_length=80, blank=True)
    text = models.TextField(blank=True)
    confidence = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta(LearnerModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "prompt"], name="one_answer_per_prompt"),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | (Q(confidence__gte=1) & Q(confidence__lte=5)),
                name="confidence_from_one_to_five",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.prompt_id}"


class SharedReason(LearnerModel):
    """That others may read a text of a locked case, without name and ministry; gone when she takes that back."""

    hangs_on = "answer"

    answer = models.OneToOneField(CaseAnswer, on_delete=models.CASCADE, related_name="+")

    class Meta(LearnerModel.Meta):
        pass

    def __str__(self) -> str:
        return str(self.answer_id)


class CaseReflection(LearnerModel):
    """What a learner would decide differently once she has read what happened (learning page, 3.3)."""

    hangs_on = "enrolment"

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    case = models.UUIDField()
    text = models.TextField(max_length=3000, blank=True)

    class Meta(LearnerModel.Meta):
        constraints = [models.UniqueConstraint(fields=["enrolment", "case"], name="one_reflection_per_case")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.case}"


class HomeAnswer(LearnerModel):
    """The same decision for one's own country: what a draft need is made from."""

    hangs_on = "enrolment"

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    prompt = models.ForeignKey(CasePrompt, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=1500, blank=True)
    # The draft need that it went into; a need is its ministry's, so only its number is kept.
    need = models.UUIDField(null=True, blank=True)

    class Meta(LearnerModel.Meta):
        constraints = [models.UniqueConstraint(fields=["enrolment", "prompt"], name="one_home_answer_per_prompt")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.prompt_id}"
