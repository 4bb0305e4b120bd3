"""Reports on courses: who of an organisation completed what, and counts for the whole Network.

An organisation's administrator reads completions, and nothing of those who are still under way. The Network's report
holds no person and no number behind which fewer than five people stand (suppression.py). Its tables are parts of the
same whole, so they are put together such that nobody works a number out of two of them: sums that all tables share
are told or left out for all of them, and the organisations of a country are told within what its own line tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from network_site.common.templatetags.enlace import format_day
from network_site.organizations.actor import Actor, acting_as, service_actor
from network_site.organizations.models import Organization

from ..enums import SMALLEST_GROUP, EnrolmentState, QuizRole
from ..models import Attempt, Completion, Enrolment, Invitation, Quiz
from ..suppression import Shown, suppress
from .keeping import titles_of_records
from .learning import ENDED, counting_attempt, percent_of

TENTH = Decimal("0.1")

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
    """A line of a table; None where a number is not told."""

    label: str
    below: str = ""
    begun: int | None = None
    completed: int | None = None
    not_completed: int | None = None
    # People who took the quiz before and the one after, and by how many points of a hundred they did better.
    pairs: int | None = None
    gain: Decimal | None = None


@dataclass(frozen=True)
class Report:
    """Everything that is told of all courses together."""

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


def network_report(actor: Actor) -> Report:
    """The report on all courses that the actor's organisation keeps; the same queries however many learners."""
    begun = _begun(actor)
    people = [one.person for one in begun]
    done = [one.person for one in begun if one.is_completed]
    open_ = [one.person for one in begun if not one.is_completed]
    paired = [one for one in begun if one.gain is not None]
    if _are_few(people):
        return Report(Line(_("All courses")))
    tables = _Tables(
        tells_completed=not (_are_few(done) or _are_few(open_)),
        tells_gain=not _are_few([one.person for one in paired]),
    )
    organizations: dict[UUID | None, Organization] = Organization.objects.select_related("country").in_bulk(
        {one.organization for one in begun if one.organization}
    )
    titles = titles_of_records({one.record for one in begun})
    countries = tables.lines(begun, lambda one: _country(organizations.get(one.organization)))
    return Report(
        total=Line(
            _("All courses"),
            begun=len(people),
            completed=len(done) if tables.tells_completed else None,
            not_completed=len(open_) if tables.tells_completed else None,
            pairs=len(paired) if tables.tells_gain else None,
            gain=_mean(paired) if tables.tells_gain else None,
        ),
        courses=_by_label(tables.lines(begun, lambda one: (titles[one.record], str(one.record)))),
        countries=_by_label(countries),
        organizations=_by_label(_organizations(tables, begun, countries, organizations)),
        months=[line for _key, line in sorted(tables.lines(begun, _month).items(), key=lambda pair: pair[0][1])],
        tells_completed=tables.tells_completed,
        tells_gain=tables.tells_gain,
    )


def _are_few(people: Sequence[Hashable]) -> bool:
    return len(set(people)) < SMALLEST_GROUP


def _begun(actor: Actor) -> list[Begun]:
    """Who began what, as the services count it: a course that was asked for, or left unopened, was not begun."""
    state = EnrolmentState
    opened = Q(status__in=[state.ACTIVE, state.COMPLETED]) | Q(status=state.LEFT, last_item__isnull=False)
    with acting_as(service_actor("registrar"), reason="the report on courses"):
        rows = list(
            Enrolment.objects.filter(opened, keeper_id=actor.organization_id)
            .order_by("created_at", "pk")
            .values_list("pk", "person_id", "record_id", "organization_id", "created_at", "status")
        )
    gains = _gains()
    best: dict[tuple[UUID, UUID], tuple[int, Begun]] = {}
    ranks = {state.LEFT: 0, state.ACTIVE: 1, state.COMPLETED: 2}
    for pk, person, record, organization, at, status in rows:
        day = timezone.localdate(at).replace(day=1)
        one = Begun(person, record, organization, day, status == state.COMPLETED, gains.get(pk))
        rank = ranks[EnrolmentState(status)]
        if (person, record) not in best or rank >= best[person, record][0]:
            best[person, record] = rank, one
    return [one for _rank, one in best.values()]


def _gains() -> dict[UUID, Decimal]:
    """By how many points of a hundred the quiz after a course went better than the one before, by enrolment."""
    with acting_as(service_actor("grader"), reason="the report on courses"):
        before_and_after = Quiz.objects.filter(role__in=[QuizRole.PRE, QuizRole.POST])
        quizzes = {quiz.pk: quiz for quiz in before_and_after.only("role", "counting")}
        attempts = list(
            Attempt.objects.filter(quiz__in=list(quizzes), status__in=ENDED)
            .order_by("enrolment_id", "quiz", "n")
            .only("enrolment_id", "quiz", "n", "status", "score", "out_of")
        )
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


def _mean(paired: Sequence[Begun]) -> Decimal:
    return _mean_of([one.gain for one in paired if one.gain is not None]).quantize(TENTH, ROUND_HALF_UP)


Key = tuple[Any, ...]


def _country(organization: Organization | None) -> Key:
    if organization is None or organization.country is None:
        return (_("No country"), "")
    return (organization.country.name, organization.country.pk)


def _month(one: Begun) -> Key:
    return (format_day(one.began_in, "month"), one.began_in)


def _by_label(lines: Mapping[Key, Line]) -> list[Line]:
    return [line for _key, line in sorted(lines.items(), key=lambda pair: (pair[1].label, str(pair[0])))]


@dataclass(frozen=True)
class _Tables:
    """Tables of the same people by one trait after another."""

    tells_completed: bool
    tells_gain: bool

    def lines(self, begun: Iterable[Begun], trait: Callable[[Begun], Key]) -> dict[Key, Line]:
        """A line for each value of a trait, with all that may be told. Its first part is the label."""
        groups: dict[Key, list[Begun]] = defaultdict(list)
        for one in begun:
            groups[trait(one)].append(one)
        counted = suppress([self._cells(group) for group in groups.values()])
        paired = suppress([[[one.person for one in group if one.gain is not None]] for group in groups.values()])
        return {
            key: self._line(key, group, place, counted, paired) for place, (key, group) in enumerate(groups.items())
        }

    def _cells(self, group: Sequence[Begun]) -> list[list[UUID]]:
        if not self.tells_completed:
            return [[one.person for one in group]]
        return [[one.person for one in group if one.is_completed is wanted] for wanted in (True, False)]

    def _line(self, key: Key, group: Sequence[Begun], place: int, counted: Shown, paired: Shown) -> Line:
        label = key[0]
        completed, not_completed = counted.cells[place] if self.tells_completed else (None, None)
        pairs = paired.cells[place][0] if self.tells_gain else None
        return Line(
            label,
            begun=counted.rows[place],
            completed=completed,
            not_completed=not_completed,
            pairs=pairs,
            gain=_mean([one for one in group if one.gain is not None]) if pairs else None,
        )

    def within(self, above: Line, group: Sequence[Begun], trait: Callable[[Begun], Key]) -> dict[Key, Line]:
        """The lines of a group whose sum is told in a line above.

        Where it is one, it has the numbers of that line. Of several, those are told whose sums are told above.
        """
        keys = dict.fromkeys(trait(one) for one in group)
        if len(keys) == 1:
            return {key: replace(above, label=key[0], below=above.label) for key in keys}
        counts = (above.begun, above.completed, above.not_completed) if self.tells_completed else (above.begun,)
        found = {}
        for key, line in self.lines(group, trait).items():
            told = replace(line, below=above.label)
            if None in counts:
                told = replace(told, begun=None, completed=None, not_completed=None)
            if above.pairs is None:
                told = replace(told, pairs=None, gain=None)
            found[key] = told
        return found


def _organizations(
    tables: _Tables, begun: Sequence[Begun], countries: Mapping[Key, Line], known: Mapping[UUID | None, Organization]
) -> dict[Key, Line]:
    """The organisations of each country, within what is told of it."""
    groups: dict[Key, list[Begun]] = defaultdict(list)
    for one in begun:
        groups[_country(known.get(one.organization))].append(one)

    def name(one: Begun) -> Key:
        organization = known.get(one.organization)
        return (organization.name if organization else _("Without an organisation"), str(one.organization or ""))

    found: dict[Key, Line] = {}
    for country, group in groups.items():
        found |= tables.within(countries[country], group, name)
    return found
