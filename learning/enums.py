"""Levels, states and rules of courses (learning page, sections 1.2 and 3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PASS_MARK, HONOURS_MARK = 65, 90
# Fewer people than this are never shown as a distribution (learning page, 3.4).
SMALLEST_GROUP = 5


class CourseStatus(models.TextChoices):
    """Where a course stands."""

    DRAFT = "draft", pgettext_lazy("course", "Being written")
    PUBLISHED = "published", pgettext_lazy("course", "Open")
    WITHDRAWN = "withdrawn", pgettext_lazy("course", "Withdrawn")


class Level(models.TextChoices):
    """What a course asks of those who begin it."""

    INTRODUCTORY = "introductory", pgettext_lazy("level", "Introductory")
    INTERMEDIATE = "intermediate", pgettext_lazy("level", "Intermediate")
    ADVANCED = "advanced", pgettext_lazy("level", "Advanced")


class Entry(models.TextChoices):
    """How one gets into a course."""

    OPEN = "open", _("Open to everybody with an account")
    APPROVAL = "approval", _("On request")
    INVITATION = "invitation", _("By invitation")


class ItemKind(models.TextChoices):
    """What stands in a module."""

    LESSON = "lesson", pgettext_lazy("course", "Lesson")
    QUIZ = "quiz", pgettext_lazy("course", "Quiz")
    CASE = "case", pgettext_lazy("course", "Case study")


class QuizRole(models.TextChoices):
    """What a quiz is for. The first and the last one ask the same, and the difference is what was learned."""

    LESSON = "lesson", pgettext_lazy("quiz", "part of the course")
    PRE = "pre", pgettext_lazy("quiz", "before the course")
    POST = "post", pgettext_lazy("quiz", "after the course")


class Feedback(models.TextChoices):
    """When right answers are told."""

    NOW = "now", _("after each question")
    AFTER_SUBMIT = "after_submit", _("after the quiz was handed in")
    AFTER_CLOSE = "after_close", _("when no attempt is left")


class Counting(models.TextChoices):
    """Which attempt counts."""

    HIGHEST = "highest", pgettext_lazy("attempt", "the best one")
    LAST = "last", pgettext_lazy("attempt", "the last one")
    FIRST = "first", pgettext_lazy("attempt", "the first one")


class QuestionStatus(models.TextChoices):
    """Whether a question may be asked."""

    DRAFT = "draft", pgettext_lazy("question", "Draft")
    REVIEWED = "reviewed", pgettext_lazy("question", "Reviewed")
    RETIRED = "retired", pgettext_lazy("question", "Retired")


class PromptKind(models.TextChoices):
    """How a question of a case is answered."""

    CHOICE = "choice", _("a choice, with a reason")
    NUMBER = "number", _("a number, with a reason")
    TEXT = "text", _("a text")


class OutcomeStatus(models.TextChoices):
    """What is known of what really happened (learning page, 3.3)."""

    REPORTED = "reported", pgettext_lazy("outcome", "Reported")
    PARTLY = "partly", pgettext_lazy("outcome", "Reported in part")
    NOT_REPORTED = "not_reported", pgettext_lazy("outcome", "Not reported")
    RECOMMENDED = "recommended", pgettext_lazy("outcome", "Recommended, not yet done")


class EnrolmentState(models.TextChoices):
    """Where a learner stands with a course."""

    REQUESTED = "requested", pgettext_lazy("enrolment", "Asked for")
    ACTIVE = "active", pgettext_lazy("enrolment", "Under way")
    COMPLETED = "completed", pgettext_lazy("enrolment", "Completed")
    REFUSED = "refused", pgettext_lazy("enrolment", "Not accepted")
    LEFT = "left", pgettext_lazy("enrolment", "Left")


class ItemState(models.TextChoices):
    """What was reached of an item. A row is added for each, and none is ever taken back."""

    SEEN = "seen", pgettext_lazy("item of a course", "opened")
    DONE = "done", pgettext_lazy("item of a course", "done")


class AttemptState(models.TextChoices):
    """Where an attempt at a quiz stands."""

    OPEN = "open", pgettext_lazy("attempt", "Under way")
    WAITING = "waiting", pgettext_lazy("attempt", "Waits for the tutor")
    GRADED = "graded", pgettext_lazy("attempt", "Graded")
    EXPIRED = "expired", pgettext_lazy("attempt", "Time ran out")


class CertificateKind(models.TextChoices):
    """What a certificate says."""

    ATTENDANCE = "attendance", pgettext_lazy("certificate", "Attendance")
    APPROVED = "approved", pgettext_lazy("certificate", "Passed")
    HONOURS = "honours", pgettext_lazy("certificate", "Passed with honours")


class ProposalStatus(models.TextChoices):
    """Where the proposal of a course by an organisation stands."""

    DRAFT = "draft", pgettext_lazy("proposal", "Draft")
    SENT = "sent", pgettext_lazy("proposal", "Sent to the Network")
    ACCEPTED = "accepted", pgettext_lazy("proposal", "Accepted")
    DECLINED = "declined", pgettext_lazy("proposal", "Declined")
