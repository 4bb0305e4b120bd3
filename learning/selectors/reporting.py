"""Reports on courses: who of an organisation completed what, and counts for the whole Network.

An organisation's administrator reads completions, and nothing of those who are still under way. The Network's report
holds no person and no number behind which fewer than five people stand (suppression.py). Its tables are parts of the
same whole, so they are put together such that nobody works a number out of two of them: sums that all tables share
are told or left out for all of them, and the organisations of a country are told within what its own line tells.

It counts what had happened by the end of the last full month, so two reports of the same month are the same, and
nobody reads what one person did out of the difference between yesterday and today. Gains are told in whole points, so
the difference between two months is a rough one. It is not held back where fewer than five people came in a month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from network_site.common.models import Outbox, TransitionRecord
from network_site.common.templatetags.enlace import format_day
from network_site.organizations.actor import Actor, acting_as, service_actor
from network_site.organizations.models import Organization

from ..enums import SMALLEST_GROUP, EnrolmentState, QuizRole
from ..models import Attempt, Completion, Enrolment, Invitation, Quiz
from ..suppression import suppress, suppress_part
from .keeping import titles_of_records
from .learning import ENDED, counting_attempt, percent_of

# --- An organisation's own people ------------------------------------------------------------


def list_completions(actor: Actor, record: UUID | None = None) -> QuerySet[Completion]:
    """Who of the actor's organisation completed what, the newest first (for its administrators)."""
    found: QuerySet[Completion] = Completion.objects.filter(owner_id=actor.organization_id)
    if record is not None:
        found = found.filter(record_id=record)
    return found.select_related("person").order_by("-completed_on", "person__last_name", "person__first_name", "pk")


def chosen_course(given: str) -> UUID | None:
    """The course to which a list is narrowed; None for all, and for what is no key."""
    try:
        return UUID(given)
    except ValueError:
        return None


def completed_courses(actor: Actor) -> dict[UUID, str]:
    """The courses that people of the actor's organisation completed, by name."""
    keys = Completion.objects.filter(owner_id=actor.organization_id).order_by().values_list("record_id", flat=True)
    titles = titles_of_records(keys.distinct())
    return dict(sorted(titles.items(), key=lambda pair: pair[1]))


def invited_counts(actor: Actor) -> dict[UUID, int]:
    """How many addresses stand on the lists of the actor's organisation, by course."""
    rows = Invitation.objects.filter(owner_id=actor.organization_id).order_by().values_list("record_id")
    return dict(rows.annotate(count=Count("pk")))


def list_invited(actor: Actor, record: UUID) -> QuerySet[Invitation]:
    """The addresses that the actor's organisation put on its list for a course."""
    found: QuerySet[Invitation] = Invitation.objects.filter(owner_id=actor.organization_id, record_id=record)
    return found.order_by("email")


# --- The whole Network -----------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A line of a table; None where a number is not told. Gains are told where all counts are."""

    label: str
    below: str = ""
    # Whether it stands for those of which nothing is told one by one.
    is_rest: bool = False
    begun: int | None = None
    completed: int | None = None
    not_completed: int | None = None
    # People who took the quiz before and the one after, and by how many points of a hundred they did better.
    pairs: int | None = None
    gain: int | None = None

    @property
    def counts(self) -> tuple[int | None, int | None, int | None]:
        return self.begun, self.completed, self.not_completed


@dataclass(frozen=True)
class Report:
    """Everything that is told of all courses together, as it was at the end of a day."""

    up_to: date
    total: Line
    courses: list[Line] = field(default_factory=list)
    countries: list[Line] = field(default_factory=list)
    organizations: list[Line] = field(default_factory=list)
    months: list[Line] = field(default_factory=list)
    # Whether enough people have completed courses, and enough have not, to tell of either.
    tells_completed: bool = False
    tells_gain: bool = False

    @property
    def is_empty(self) -> bool:
        return self.total.begun is None


@dataclass(frozen=True)
class Begun:
    """One person who began one course; of several times the best."""

    person: UUID
    record: UUID
    organization: UUID | None
    began_in: date
    is_completed: bool
    gain: Decimal | None


class Place(NamedTuple):
    """An organisation as a line of the report: what it is called, and the country it is in."""

    name: str
    country: str
    country_code: str


def network_report(actor: Actor) -> Report:
    """The report on all courses that the actor's organisation keeps; the same queries however many learners."""
    until = _first_of_this_month()
    begun = _begun(actor, until)
    organizations = Organization.objects.select_related("country").in_bulk(
        {one.organization for one in begun if one.organization}
    )
    places = {
        pk: Place(found.name, *((found.country.name, found.country.pk) if found.country else (_("No country"), "")))
        for pk, found in organizations.items()
    }
    titles = titles_of_records({one.record for one in begun})
    return put_together(begun, titles, places, up_to=timezone.localdate(until) - timedelta(days=1))


def _first_of_this_month() -> datetime:
    return timezone.make_aware(datetime.combine(timezone.localdate().replace(day=1), time.min))


def put_together(
    begun: Sequence[Begun], titles: Mapping[UUID, str], places: Mapping[UUID, Place], *, up_to: date
) -> Report:
    """The report on what these people began. Pure."""
    people = [one.person for one in begun]
    done = [one.person for one in begun if one.is_completed]
    open_ = [one.person for one in begun if not one.is_completed]
    paired = [one for one in begun if one.gain is not None]
    if _are_few(people):
        return Report(up_to, Line(_("All courses")))
    tables = _Tables(
        tells_completed=not (_are_few(done) or _are_few(open_)),
        tells_gain=not _are_few([one.person for one in paired]),
    )

    def country(one: Begun) -> Key:
        place = places.get(one.organization) if one.organization else None
        name, code = (place.country, place.country_code) if place else (_("No country"), "")
        return name, name, code

    def organization(one: Begun) -> Key:
        place = places.get(one.organization) if one.organization else None
        name = place.name if place else _("Without an organisation")
        return name, name, str(one.organization or "")

    countries = tables.lines(begun, country)
    organizations = [line for above in countries for line, _group in tables.within(above, organization)]
    return Report(
        up_to=up_to,
        total=Line(
            _("All courses"),
            begun=len(people),
            completed=len(done) if tables.tells_completed else None,
            not_completed=len(open_) if tables.tells_completed else None,
            pairs=len(paired) if tables.tells_gain else None,
            gain=_mean(paired) if tables.tells_gain else None,
        ),
        courses=_lines(tables.lines(begun, lambda one: (titles[one.record], titles[one.record], str(one.record)))),
        countries=_lines(countries),
        organizations=sorted(organizations, key=lambda line: (line.is_rest, line.label)),
        months=_lines(tables.lines(begun, _month)),
        tells_completed=tables.tells_completed,
        tells_gain=tables.tells_gain,
    )


def _are_few(people: Collection[Hashable]) -> bool:
    return len(set(people)) < SMALLEST_GROUP


def _begun(actor: Actor, until: datetime) -> list[Begun]:
    """Who had begun what by then, as the services count it.

    A course that was asked for, or left unopened, was not begun.
    """
    state = EnrolmentState
    with acting_as(service_actor("registrar"), reason="the report on courses"):
        rows = list(
            Enrolment.objects.filter(keeper_id=actor.organization_id, created_at__lt=until)
            .order_by("created_at", "pk")
            .values_list(
                "pk", "person_id", "record_id", "organization_id", "created_at", "status", "completed_at", "last_item"
            )
        )
        # The last comes first, so what stays is what the first one has changed.
        changed = TransitionRecord.objects.filter(
            workflow="enrolment",
            name__in=["accept", "refuse", "leave", "come_back"],
            tenant_id=actor.organization_id,
            at__gte=until,
        ).order_by("-at", "-object_version")
        before = dict(changed.values_list("object_id", "source"))
    gains = _gains(until)
    best: dict[tuple[UUID, UUID], tuple[int, Begun]] = {}
    ranks = {state.LEFT: 0, state.ACTIVE: 1, state.COMPLETED: 2}
    for pk, person, record, organization, at, status_now, completed_at, last_item in rows:
        status = before.get(pk, status_now)
        if status == state.COMPLETED and completed_at >= until:
            status = state.ACTIVE
        if status not in ranks or (status == state.LEFT and last_item is None):
            continue
        day = timezone.localdate(at).replace(day=1)
        one = Begun(person, record, organization, day, status == state.COMPLETED, gains.get(pk))
        rank = ranks[EnrolmentState(status)]
        if (person, record) not in best or rank >= best[person, record][0]:
            best[person, record] = rank, one
    return [one for _rank, one in best.values()]


def _gains(until: datetime) -> dict[UUID, Decimal]:
    """By how many points of a hundred the quiz after a course went better than the one before, by enrolment.

    What was handed in or marked later does not count.
    """
    with acting_as(service_actor("grader"), reason="the report on courses"):
        before_and_after = Quiz.objects.filter(role__in=[QuizRole.PRE, QuizRole.POST])
        quizzes = {quiz.pk: quiz for quiz in before_and_after.only("role", "counting")}
        # A mark has no time of its own; that an attempt is graded is announced when its last mark is given.
        marked = set(
            Outbox.objects.filter(kind="attempt.graded", created_at__gte=until).values_list("object_id", flat=True)
        )
        attempts = [
            attempt
            for attempt in Attempt.objects.filter(quiz__in=list(quizzes), status__in=ENDED, ended_at__lt=until)
            .order_by("enrolment_id", "quiz", "n")
            .only("enrolment_id", "quiz", "n", "status", "score", "out_of")
            if attempt.pk not in marked
        ]
    tried: dict[tuple[UUID, UUID], list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        tried[attempt.enrolment_id, attempt.quiz].append(attempt)
    percents: dict[UUID, dict[str, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    for (enrolment, quiz), several in tried.items():
        counted = counting_attempt(several, quizzes[quiz].counting)
        if counted is not None:
            percents[enrolment][quizzes[quiz].role].append(percent_of(counted))
    return {
        enrolment: _mean_of(found[QuizRole.POST]) - _mean_of(found[QuizRole.PRE])
        for enrolment, found in percents.items()
        if found[QuizRole.PRE] and found[QuizRole.POST]
    }


def _mean_of(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


def _mean(paired: Sequence[Begun]) -> int:
    """In whole points: tenths would tell one person's gain by how much the mean moves."""
    return int(_mean_of([one.gain for one in paired if one.gain is not None]).quantize(Decimal(1), ROUND_HALF_UP))


# Where a line stands among the others, its label, and what tells it from others with the same one.
Key = tuple[str, str, str]
# A line, and who stands behind it.
Group = tuple[Line, Sequence[Begun]]


def _month(one: Begun) -> Key:
    return one.began_in.isoformat(), format_day(one.began_in, "month"), ""


def _lines(groups: Sequence[Group]) -> list[Line]:
    return [line for line, _group in groups]


@dataclass(frozen=True)
class _Tables:
    """Tables of the same people by one trait after another."""

    tells_completed: bool
    tells_gain: bool

    def lines(self, begun: Sequence[Begun], trait: Callable[[Begun], Key]) -> list[Group]:
        """A line for each value of a trait, in their order, with all that may be told.

        Those of which nothing is told are the last line together.
        """
        found: dict[Key, list[Begun]] = defaultdict(list)
        for one in begun:
            found[trait(one)].append(one)
        keys = sorted(found)
        shown = suppress([self._cells(found[key]) for key in keys])
        groups: list[Group] = [
            (self._line(keys[place][1], [*cells, row]), found[keys[place]])
            for place, (cells, row) in enumerate(zip(shown.cells, shown.rows, strict=True))
            if place not in shown.unlisted
        ]
        if shown.unlisted:
            unlisted = [one for place in shown.unlisted for one in found[keys[place]]]
            groups.append((replace(self._line(_rest(), shown.rest), is_rest=True), unlisted))
        return self._with_gains(groups) if self.tells_gain else groups

    def _cells(self, group: Sequence[Begun]) -> list[list[UUID]]:
        if not self.tells_completed:
            return [[one.person for one in group]]
        return [[one.person for one in group if one.is_completed is wanted] for wanted in (True, False)]

    def _line(self, label: str, numbers: Sequence[int | None]) -> Line:
        *cells, begun = numbers
        completed, not_completed = cells if self.tells_completed else (None, None)
        return Line(label, begun=begun, completed=completed, not_completed=not_completed)

    def _is_whole(self, line: Line) -> bool:
        """Whether a line tells all its counts."""
        return None not in (line.counts if self.tells_completed else (line.begun,))

    def _with_gains(self, groups: Sequence[Group]) -> list[Group]:
        paired = [[one for one in group if one.gain is not None] for _line, group in groups]
        told = suppress_part(
            [[one.person for one in pairs] for pairs in paired], [self._is_whole(line) for line, _group in groups]
        )
        return [
            (replace(line, pairs=count, gain=_mean(pairs)) if count else line, group)
            for (line, group), pairs, count in zip(groups, paired, told, strict=True)
        ]

    def within(self, whole: Group, trait: Callable[[Begun], Key]) -> list[Group]:
        """The lines of a group, within what is told of it.

        Where it is one, it has the numbers of the group. Of several, each is told of where all counts of the group
        are; else they are one line together, as are those of a group that is not listed itself.
        """
        above, group = whole
        labels = {trait(one): trait(one)[1] for one in group}
        if above.is_rest or (len(labels) > 1 and not self._is_whole(above)):
            return [(replace(above, label=_rest(), below="" if above.is_rest else above.label, is_rest=True), group)]
        if len(labels) == 1:
            return [(replace(above, label=label, below=above.label), group) for label in labels.values()]
        found = [(replace(line, below=above.label), members) for line, members in self.lines(group, trait)]
        if above.pairs is not None:
            return found
        return [(replace(line, pairs=None, gain=None), members) for line, members in found]


def _rest() -> str:
    return _("The rest, together")
