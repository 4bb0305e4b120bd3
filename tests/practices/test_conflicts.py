"""Conflicts of interest, rule by rule: at assignment, at opening, at filing (practices page, section 4.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from network_site.common.workflow import TransitionRefused, Unmet
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import Membership, User
from network_site.organizations.selectors import actor_for
from practices import services
from practices.conflicts import ConflictOfInterest, relation_providers
from practices.enums import Aspect, Criterion, Exclusion, PracticeStatus, ReviewStatus
from practices.models import EvidenceItem, PracticeVersion, Review

from ..people import (
    People,
    acting,
    assign,
    draft,
    endorsed,
    get,
    in_review,
    organization_of,
    published,
    review,
    step,
    submitted,
)

pytestmark = pytest.mark.django_db

THIS_YEAR = timezone.now().year
YES = dict.fromkeys(Exclusion.values, True)
SignIn = Callable[[User], Client]


def refused_to(specialist: User, version: PracticeVersion, reviewer: User) -> list[str]:
    """The reasons for which a person is not asked, in the order in which they are given."""
    house = organization_of(reviewer)
    with acting(specialist), pytest.raises(ConflictOfInterest) as conflict:
        services.assign_reviewer(get(version.pk), reviewer=reviewer, organization=house)
    with acting(specialist):
        assert Review.objects.filter(version_id=version.pk, reviewer=reviewer).exists() is False
    return [reason.code for reason in conflict.value.reasons]


def leave(people: People, user: User) -> None:
    """All memberships of a person end today."""
    with acting_as(service_actor("seeding"), reason="test"):
        Membership.objects.filter(user=user).update(valid_to=timezone.now())


def own_review(reviewer: User, version: PracticeVersion) -> Review:
    with acting(reviewer):
        return Review.objects.get(version_id=version.pk, reviewer=reviewer)


def declared(reviewer: User, version: PracticeVersion, interest: str = "none") -> Review:
    own = own_review(reviewer, version)
    with acting(reviewer):
        return services.declare_interest(own, interest=interest)


def filled_in(reviewer: User, own: Review) -> Review:
    with acting(reviewer):
        return services.save_review(
            own,
            exclusions=YES,
            scores=dict.fromkeys(Criterion.values, 3),
            studies={},
            completeness=dict.fromkeys(Aspect.values, "partly"),
            rationale="It can be repeated.",
        )


# --- At assignment ---------------------------------------------------------------------------


def test_nobody_of_the_owner_is_asked(people: People) -> None:
    ministry = people.organization(country="UY")
    specialist, insider = people.specialist(), people.reviewer()
    house = organization_of(insider)
    people.member(ministry, user=insider)
    version = in_review(people.focal_point(ministry), specialist)
    with acting(specialist), pytest.raises(ConflictOfInterest) as conflict:
        services.assign_reviewer(get(version.pk), reviewer=insider, organization=house)
    assert [reason.code for reason in conflict.value.reasons] == ["own_organization", "own_country", "ministry"]


@pytest.mark.parametrize("is_superuser", [False, True])
def test_nobody_of_the_owners_country_is_asked_superusers_included(people: People, is_superuser: bool) -> None:
    specialist = people.specialist()
    neighbour = people.organization(OrganizationKind.ACADEMIC, country="UY")
    reviewer = people.member(neighbour, is_superuser=is_superuser, is_staff=is_superuser)
    version = in_review(people.focal_point(people.organization(country="UY")), specialist)
    assert refused_to(specialist, version, reviewer) == ["own_country"]


def test_nobody_of_the_country_where_it_runs_is_asked_either(people: People) -> None:
    specialist = people.specialist()
    reviewer = people.member(people.organization(OrganizationKind.ACADEMIC, country="PY"))
    version = in_review(people.focal_point(people.organization(country="UY")), specialist, country_id="PY")
    assert refused_to(specialist, version, reviewer) == ["own_country"]


def test_a_ministry_is_not_asked_and_nobody_who_also_works_for_one(people: People) -> None:
    specialist = people.specialist()
    version = in_review(people.focal_point(people.organization(country="UY")), specialist)
    assert refused_to(specialist, version, people.focal_point(people.organization(country="PY"))) == ["kind"]
    professor = people.reviewer()
    house = organization_of(professor)
    people.member(people.organization(country="PY"), user=professor)
    with acting(specialist), pytest.raises(ConflictOfInterest) as conflict:
        services.assign_reviewer(get(version.pk), reviewer=professor, organization=house)
    assert [reason.code for reason in conflict.value.reasons] == ["ministry"]


@pytest.mark.parametrize("kind", [OrganizationKind.DONOR, OrganizationKind.PROVIDER, OrganizationKind.NETWORK])
def test_donors_providers_and_the_network_itself_are_not_asked(people: People, kind: str) -> None:
    specialist = people.specialist()
    version = in_review(people.focal_point(), specialist)
    other = people.publisher() if kind == OrganizationKind.NETWORK else people.reviewer(kind)
    assert refused_to(specialist, version, other) == ["kind"]


def test_whoever_wrote_on_any_version_is_not_asked_even_after_leaving(people: People) -> None:
    ministry, specialist = people.organization(), people.specialist()
    focal_point, author = people.focal_point(ministry), people.contributor(ministry)
    first = published(people, focal_point, title="Written with Ana")
    with acting(focal_point):
        second = services.open_next_version(get(first.pk))
    with acting(author):
        version = get(second.pk)
        services.save_version(version, lock_version=version.lock_version, fields={"title": "Written by Ana"})
    step(focal_point, second, "submit")
    step(specialist, second, "start_screening")
    step(specialist, second, "request_revision", note="Who pays?")
    leave(people, author)
    people.member(people.organization(OrganizationKind.ACADEMIC), user=author)
    step(focal_point, second, "submit")
    step(specialist, second, "start_screening")
    with acting(specialist):
        services.screen_practice(get(second.pk), answers=YES)
    step(specialist, second, "pass_screening")
    assert refused_to(specialist, second, author) == ["drafted"]


def test_whoever_wrote_on_the_first_version_does_not_review_the_second(people: People) -> None:
    ministry, specialist = people.organization(), people.specialist()
    focal_point, author = people.focal_point(ministry), people.contributor(ministry)
    version = draft(author)
    step(author, version, "hand_over")
    step(focal_point, version, "submit")
    step(specialist, version, "start_screening")
    with acting(specialist):
        services.screen_practice(get(version.pk), answers=YES)
    step(specialist, version, "pass_screening")
    for reviewer in (people.reviewer(), people.reviewer(OrganizationKind.INTERNATIONAL)):
        assign(specialist, version, reviewer)
        review(reviewer, version)
    step(people.publisher(), version, "publish")
    leave(people, author)
    people.member(people.organization(OrganizationKind.ACADEMIC), user=author)
    with acting(focal_point):
        second = services.open_next_version(get(version.pk))
    step(focal_point, second, "submit")
    step(specialist, second, "start_screening")
    with acting(specialist):
        services.screen_practice(get(second.pk), answers=YES)
    step(specialist, second, "pass_screening")
    assert refused_to(specialist, second, author) == ["drafted"]


@pytest.mark.parametrize("role", ["lead", "co_deliver", "funder", "supplier", "evaluator"])
@pytest.mark.parametrize("until_year", [None, THIS_YEAR, THIS_YEAR - 3])
def test_whose_organisation_had_a_part_in_the_last_three_years_is_not_asked(
    people: People, role: str, until_year: int | None
) -> None:
    specialist, reviewer = people.specialist(), people.reviewer()
    part = {"name": "It", "role": role, "organization_id": organization_of(reviewer).pk, "until_year": until_year}
    version = in_review(people.focal_point(), specialist, rows={"contributions": [part]})
    assert refused_to(specialist, version, reviewer) == ["took_part"]


@pytest.mark.parametrize("role", ["funder", "evaluator"])
def test_a_part_that_ended_more_than_three_years_ago_is_forgotten(people: People, role: str) -> None:
    specialist, reviewer = people.specialist(), people.reviewer()
    house = organization_of(reviewer)
    part = {"name": "It", "role": role, "organization_id": house.pk, "until_year": THIS_YEAR - 4}
    version = in_review(people.focal_point(), specialist, rows={"contributions": [part]})
    assert assign(specialist, version, reviewer).owner_id == house.pk


def study(author: User, year: int | None) -> dict[str, Any]:
    return {
        "type": "survey",
        "title": "A survey of firms",
        "year": year,
        "author_organization_id": organization_of(author).pk,
    }


@pytest.mark.parametrize("year", [None, THIS_YEAR, THIS_YEAR - 3])
def test_nobody_rates_a_study_of_the_own_house(people: People, year: int | None) -> None:
    specialist, reviewer = people.specialist(), people.reviewer()
    version = in_review(people.focal_point(), specialist, rows={"evidence_items": [study(reviewer, year)]})
    assert refused_to(specialist, version, reviewer) == ["own_study"]


def test_every_reason_is_given_at_once(people: People) -> None:
    specialist = people.specialist()
    reviewer = people.member(people.organization(OrganizationKind.ACADEMIC, country="UY"))
    rows = {
        "contributions": [{"name": "It", "role": "evaluator", "organization_id": organization_of(reviewer).pk}],
        "evidence_items": [study(reviewer, THIS_YEAR)],
    }
    version = in_review(people.focal_point(people.organization(country="UY")), specialist, rows=rows)
    assert refused_to(specialist, version, reviewer) == ["own_country", "took_part", "own_study"]


def test_an_upper_floor_tells_of_further_ties(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    joint = Unmet("joint_project", "They run a project together.")
    monkeypatch.setitem(relation_providers._filled, "projects", lambda affiliations, practice: [joint])
    specialist = people.specialist()
    version = submitted(people.focal_point())
    with acting(specialist), pytest.raises(TransitionRefused) as refused:
        services.perform(get(version.pk), "start_screening")
    assert refused.value.unmet == [joint]


def test_one_organisation_reviews_once(people: People) -> None:
    specialist, first = people.specialist(), people.reviewer()
    house = organization_of(first)
    second = people.member(house)
    version = in_review(people.focal_point(), specialist)
    assign(specialist, version, first)
    with acting(specialist), pytest.raises(TransitionRefused) as refused:
        services.assign_reviewer(get(version.pk), reviewer=second, organization=house)
    assert [item.code for item in refused.value.unmet] == ["organization"]
    own = own_review(first, version)
    with acting(specialist):
        services.release_reviewer(own, note="She fell ill.")
        assert services.assign_reviewer(get(version.pk), reviewer=second, organization=house).reviewer_id == second.pk


def test_a_person_is_asked_for_an_organisation_to_which_she_belongs(people: People) -> None:
    specialist, reviewer = people.specialist(), people.reviewer()
    version = in_review(people.focal_point(), specialist)
    with acting(specialist), pytest.raises(TransitionRefused) as refused:
        services.assign_reviewer(
            get(version.pk), reviewer=reviewer, organization=people.organization(OrganizationKind.ACADEMIC)
        )
    assert [item.code for item in refused.value.unmet] == ["membership"]


# --- At opening ------------------------------------------------------------------------------


def test_the_dossier_opens_after_the_declaration_and_not_before(people: People, sign_in: SignIn) -> None:
    specialist, reviewer = people.specialist(), people.reviewer()
    version = in_review(people.focal_point(), specialist, problem="Doors stayed shut.")
    own = assign(specialist, version, reviewer)
    browser = sign_in(reviewer)
    page = browser.get(reverse("practices:review", args=[own.pk]))
    assert (page.status_code, "Doors stayed shut." in page.content.decode()) == (200, False)
    with acting(reviewer):
        assert [item.code for item in services.open_dossier(own_review(reviewer, version))] == ["declaration"]
    answer = browser.post(reverse("practices:review", args=[own.pk]), {"interest": "none"})
    assert answer.status_code == 302
    page = browser.get(reverse("practices:review", args=[own.pk]))
    assert (page.status_code, "Doors stayed shut." in page.content.decode()) == (200, True)


def test_no_other_page_and_no_file_opens_before_the_declaration(people: People, sign_in: SignIn) -> None:
    specialist, reviewer = people.specialist(), people.reviewer()
    upload = SimpleUploadedFile("study.pdf", b"%PDF-1.7 secret")
    item = {
        "type": "survey", "title": "A survey", "file": upload, "file_name": "study.pdf",
        "content_type": "application/pdf",
    }  # fmt: skip
    focal_point = people.focal_point()
    version = in_review(focal_point, specialist, problem="Doors stayed shut.", rows={"evidence_items": [item]})
    assign(specialist, version, reviewer)
    with acting(focal_point):
        file = EvidenceItem.objects.get(version_id=version.pk)
    browser = sign_in(reviewer)
    page = browser.get(reverse("practices:version", args=[version.pk]))
    assert "Doors stayed shut." not in page.content.decode()
    assert browser.get(reverse("private_file", args=[file.pk])).status_code == 404


TIES: dict[str, Callable[[People, User], None]] = {
    "own_country": lambda people, user: (
        people.member(people.organization(OrganizationKind.SOCIAL_PARTNER, country="UY"), user=user) and None
    ),
    "ministry": lambda people, user: people.member(people.organization(country="PY"), user=user) and None,
}


@pytest.mark.parametrize("tie", sorted(TIES))
def test_a_tie_that_shows_after_the_declaration_closes_the_dossier(people: People, sign_in: SignIn, tie: str) -> None:
    specialist, reviewer = people.specialist(), people.reviewer()
    version = in_review(people.focal_point(people.organization(country="UY")), specialist, problem="Doors stayed shut.")
    own = assign(specialist, version, reviewer)
    declared(reviewer, version)
    TIES[tie](people, reviewer)
    with acting(reviewer, own.owner):
        again = Review.objects.get(pk=own.pk)
        assert [item.code for item in services.open_dossier(again)] == [tie]
    browser = sign_in(reviewer)
    page = browser.get(reverse("practices:review", args=[own.pk]))
    assert "Doors stayed shut." not in page.content.decode()
    sent = browser.post(reverse("practices:review", args=[own.pk]), {"version": "2", "rationale": "All is well."})
    assert "Doors stayed shut." not in sent.content.decode()
    with acting(reviewer, own.owner):
        assert Review.objects.get(pk=own.pk).rationale == ""


@pytest.mark.parametrize("tie", sorted(TIES))
def test_a_tie_that_shows_after_the_assignment_refuses_the_declaration(people: People, tie: str) -> None:
    specialist, reviewer = people.specialist(), people.reviewer()
    version = in_review(people.focal_point(people.organization(country="UY")), specialist)
    own = assign(specialist, version, reviewer)
    TIES[tie](people, reviewer)
    with acting(reviewer, own.owner), pytest.raises(TransitionRefused) as refused:
        services.declare_interest(Review.objects.get(pk=own.pk), interest="none")
    assert [item.code for item in refused.value.unmet] == [tie]


# --- At filing -------------------------------------------------------------------------------


@pytest.mark.parametrize("tie", sorted(TIES))
def test_a_tie_that_shows_while_writing_refuses_saving_and_filing(people: People, tie: str) -> None:
    specialist, reviewer = people.specialist(), people.reviewer()
    version = in_review(people.focal_point(people.organization(country="UY")), specialist)
    house = assign(specialist, version, reviewer).owner
    own = filled_in(reviewer, declared(reviewer, version))
    TIES[tie](people, reviewer)
    with acting(reviewer, house):
        own = Review.objects.get(pk=own.pk)
        with pytest.raises(TransitionRefused) as refused:
            services.file_review(own)
        assert [item.code for item in refused.value.unmet] == [tie]
        with pytest.raises(ConflictOfInterest) as conflict:
            services.save_review(
                own, exclusions={}, scores={}, studies={}, completeness={}, rationale="I think it is good."
            )
        assert [item.code for item in conflict.value.reasons] == [tie]
        own.refresh_from_db()
        assert (own.status, own.rationale) == (ReviewStatus.DECLARED, "It can be repeated.")


# --- The declaration -------------------------------------------------------------------------


@pytest.mark.parametrize("interest", ["investigator", "collaborator", "other"])
def test_a_declared_interest_releases_and_closes_the_reading_right(
    people: People, sign_in: SignIn, interest: str
) -> None:
    specialist, reviewer = people.specialist(), people.reviewer()
    version = in_review(people.focal_point(), specialist)
    own = assign(specialist, version, reviewer)
    browser = sign_in(reviewer)
    answer = browser.post(reverse("practices:review", args=[own.pk]), {"interest": interest, "note": "We ran it."})
    assert (answer.status_code, answer.url) == (302, reverse("practices:reviews"))
    with acting(reviewer):
        own = Review.objects.get(pk=own.pk)
        assert (own.status, own.interest, own.interest_note) == (ReviewStatus.RELEASED, interest, "We ran it.")
        assert PracticeVersion.objects.filter(pk=version.pk).exists() is False
    assert browser.get(reverse("practices:review", args=[own.pk])).status_code == 404
    assert browser.get(reverse("practices:version", args=[version.pk])).status_code == 404
    with acting(specialist), pytest.raises(TransitionRefused) as refused:
        services.assign_reviewer(get(version.pk), reviewer=reviewer, organization=organization_of(reviewer))
    assert [item.code for item in refused.value.unmet] == ["released"]


def test_a_review_that_is_filed_gives_no_right_to_read_the_next_draft(people: People) -> None:
    focal_point, specialist = people.focal_point(), people.specialist()
    reviewers = [people.reviewer(), people.reviewer(OrganizationKind.INTERNATIONAL)]
    version = endorsed(focal_point, specialist, reviewers)
    step(people.publisher(), version, "publish")
    with acting(focal_point):
        following = services.open_next_version(get(version.pk))
    for reader in (*reviewers, specialist):
        with acting(reader):
            assert PracticeVersion.objects.filter(pk=following.pk).exists() is False


@pytest.mark.parametrize("has_declared", [False, True])
def test_a_practice_that_goes_back_lets_its_reviewers_go(people: People, sign_in: SignIn, has_declared: bool) -> None:
    focal_point, specialist, reviewer = people.focal_point(), people.specialist(), people.reviewer()
    version = in_review(focal_point, specialist)
    own = assign(specialist, version, reviewer)
    if has_declared:
        declared(reviewer, version)
    step(specialist, version, "request_revision", note="Who pays?")
    with acting(reviewer):
        assert Review.objects.get(pk=own.pk).status == ReviewStatus.RELEASED
        assert PracticeVersion.objects.filter(pk=version.pk).exists() is False
    browser = sign_in(reviewer)
    for url in (reverse("practices:review", args=[own.pk]), reverse("practices:version", args=[version.pk])):
        assert browser.get(url).status_code == 404
    assert browser.get(reverse("practices:reviews")).status_code == 200


# --- Nobody both judges and publishes, nobody judges what she drafted ---------------------------


def test_whoever_reviewed_does_not_publish(people: People) -> None:
    reviewers = [people.reviewer(), people.reviewer(OrganizationKind.INTERNATIONAL)]
    version = endorsed(people.focal_point(), people.specialist(), reviewers)
    people.member(people.network(), Role.PUBLISHER, user=reviewers[0])
    with acting(reviewers[0], people.network()), pytest.raises(TransitionRefused) as refused:
        services.perform(get(version.pk), "publish")
    assert [item.code for item in refused.value.unmet] == ["judged"]


def diverging(people: People, specialist: User, reviewers: list[User]) -> PracticeVersion:
    version = in_review(people.focal_point(), specialist)
    for reviewer in reviewers:
        assign(specialist, version, reviewer)
    review(reviewers[0], version, equity=1)
    review(reviewers[1], version, equity=3)
    return version


def test_whoever_reviewed_does_not_settle(people: People) -> None:
    reviewers = [people.reviewer(), people.reviewer(OrganizationKind.INTERNATIONAL)]
    version = diverging(people, people.specialist(), reviewers)
    people.member(people.network(), Role.SPECIALIST, user=reviewers[0])
    with acting(reviewers[0], people.network()), pytest.raises(ConflictOfInterest) as conflict:
        services.adjudicate(get(version.pk), scores={"equity": 2}, study_ratings={}, rationale="Mine was right.")
    assert [item.code for item in conflict.value.reasons] == ["reviewed"]


def test_whoever_settled_does_not_publish_and_whoever_screened_may(people: People) -> None:
    both = people.member(people.network(), Role.SPECIALIST, Role.PUBLISHER)
    reviewers = [people.reviewer(), people.reviewer(OrganizationKind.INTERNATIONAL)]
    version = diverging(people, both, reviewers)
    with acting(both):
        services.adjudicate(get(version.pk), scores={"equity": 2}, study_ratings={}, rationale="Named, not measured.")
        with pytest.raises(TransitionRefused) as refused:
            services.perform(get(version.pk), "publish")
    assert [item.code for item in refused.value.unmet] == ["judged"]
    again = endorsed(people.focal_point(), both, [people.reviewer(), people.reviewer(OrganizationKind.INTERNATIONAL)])
    assert step(both, again, "publish").status == PracticeStatus.PUBLISHED


@pytest.mark.parametrize("is_superuser", [False, True])
@pytest.mark.parametrize(
    ("state", "name", "role"),
    [
        (PracticeStatus.SUBMITTED, "start_screening", Role.SPECIALIST),
        (PracticeStatus.SCREENING, "pass_screening", Role.SPECIALIST),
        (PracticeStatus.ENDORSED, "publish", Role.PUBLISHER),
    ],
)
def test_network_staff_of_the_country_do_not_judge_superusers_included(
    people: People, state: str, name: str, role: str, is_superuser: bool
) -> None:
    focal_point, specialist = people.focal_point(people.organization(country="UY")), people.specialist()
    if state == PracticeStatus.ENDORSED:
        reviewers = [people.reviewer(), people.reviewer(OrganizationKind.INTERNATIONAL)]
        version = endorsed(focal_point, specialist, reviewers)
    else:
        version = submitted(focal_point)
    if state == PracticeStatus.SCREENING:
        step(specialist, version, "start_screening")
        with acting(specialist):
            services.screen_practice(get(version.pk), answers=YES)
    tied = people.member(people.network(), role, is_superuser=is_superuser)
    people.member(people.organization(OrganizationKind.ACADEMIC, country="UY"), user=tied)
    with acting(tied, people.network()), pytest.raises(TransitionRefused) as refused:
        services.perform(get(version.pk), name)
    assert [item.code for item in refused.value.unmet] == ["own_country"]


def test_a_superuser_without_a_role_reads_nothing_and_opens_no_dossier(people: People, sign_in: SignIn) -> None:
    specialist = people.specialist()
    version = in_review(people.focal_point(), specialist)
    own = assign(specialist, version, people.reviewer())
    superuser = people.user(is_superuser=True, is_staff=True)
    with acting_as(actor_for(superuser)):
        assert PracticeVersion.objects.exists() is False
    browser = sign_in(superuser)
    assert browser.get(reverse("practices:review", args=[own.pk])).status_code == 404
    assert browser.get(reverse("practices:version", args=[version.pk])).status_code == 404


def test_network_staff_of_the_country_choose_no_reviewers(people: People) -> None:
    focal_point, specialist = people.focal_point(people.organization(country="UY")), people.specialist()
    version = in_review(focal_point, specialist)
    tied = people.member(people.network(), Role.SPECIALIST)
    people.member(people.organization(OrganizationKind.ACADEMIC, country="UY"), user=tied)
    reviewer = people.reviewer()
    with acting(tied, people.network()), pytest.raises(TransitionRefused) as refused:
        services.assign_reviewer(get(version.pk), reviewer=reviewer, organization=organization_of(reviewer))
    assert [item.code for item in refused.value.unmet] == ["own_conflict", "own_country"]
    assign(specialist, version, reviewer)


def test_the_page_offers_no_organisation_twice(people: People, sign_in: SignIn) -> None:
    specialist = people.specialist()
    version = in_review(people.focal_point(), specialist)
    asked, other = people.reviewer(), people.reviewer()
    assign(specialist, version, asked)
    page = sign_in(specialist).get(reverse("practices:reviewers", args=[version.pk]))
    offered = {candidate.user for candidate in page.context["form"].candidates.values()}
    assert asked not in offered
    assert other in offered
