"""The two locks: managers that filter by who asks (both databases), and row-level security (PostgreSQL)."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from network_site.common.models import AuditEntry, Notice, TransitionRecord
from network_site.common.scoping import ForeignWrite, unscoped
from network_site.organizations import rls
from network_site.organizations import services as organizations
from network_site.organizations.actor import ANONYMOUS, acting_as, service_actor
from network_site.organizations.enums import Capacity
from network_site.organizations.models import Membership, Share
from network_site.organizations.rls import private_models
from practices import services
from practices.models import Contact, EvidenceItem, Practice, PracticeVersion, Review, ReviewScore, StudyJudgement

from ..people import acting, get, in_review, submitted
from . import probes
from .dump import changes, private_rows, words_in
from .population import World, share_version

embedded = pytest.mark.embedded
postgresql = pytest.mark.postgresql


def test_the_world_has_a_row_of_every_private_model_and_every_canary(world: World) -> None:
    rows = private_rows()
    assert {label for label, _key in rows} == {model._meta.label for model in private_models()}
    text = "\n".join(rows.values())
    outside = {"zqfirstreviewerqz", "zqsecondreviewerqz", "zqhiddenqz", "zqmembersqz", world.b.word("ruling")}
    assert set(words_in(text, world.all_words)) == world.all_words - outside


# --- Lock 1 ----------------------------------------------------------------------------------


@embedded
def test_without_an_actor_every_way_to_a_private_row_raises(world: World) -> None:
    assert probes.silent_ways() == []


@embedded
def test_without_an_actor_no_relation_answers(world: World) -> None:
    assert probes.silent_relations(world) == []


@embedded
def test_nobody_reads_a_word_that_is_not_meant_for_her(world: World) -> None:
    assert probes.reading_leaks(world) == []


@embedded
@pytest.mark.parametrize(
    ("name", "thing"),
    [
        ("owner's contributor", "draft"),
        ("rival focal point", None),
        ("first reviewer", "dossier"),
        ("specialist", "dossier"),
        ("user without membership", "shared"),
        ("superuser without membership", "shared"),
        ("service relay", "draft"),
    ],
)
def test_those_for_whom_it_is_meant_do_read_it(world: World, name: str, thing: str | None) -> None:
    """Otherwise a manager that shows nothing at all would pass every test."""
    house, wanted = (world.a, "draft") if thing is None else (world.b, thing)
    with acting_as(world.actors()[name]):
        assert PracticeVersion.objects.get(pk=house.versions[wanted].pk).title == f"{house.word(wanted)} title"


@postgresql
def test_nobody_joins_from_her_own_row_to_a_foreign_one(world: World) -> None:
    """No manager sees a join, so the second lock alone closes it; of the ways back see test_tenancy.py."""
    assert probes.join_leaks(world) == []


@embedded
def test_nobody_makes_a_row_for_another_tenant_or_on_a_foreign_parent(world: World) -> None:
    assert probes.insert_leaks(world) == []


@embedded
def test_nobody_changes_or_deletes_a_foreign_row(world: World) -> None:
    before = private_rows()
    assert probes.change_leaks(world, probes.CHANGES) == []
    assert private_rows() == before


@embedded
def test_a_foreign_row_at_hand_can_be_neither_saved_nor_deleted(world: World) -> None:
    """A row may be at hand from another actor's time: `save()` and `delete()` do not read it again."""
    assert probes.change_leaks(world, probes.CHANGES_OF_A_ROW_AT_HAND) == []


@embedded
def test_a_row_never_moves_to_another_tenant(world: World) -> None:
    assert probes.moved_rows(world) == []


@embedded
def test_the_anonymous_reader_has_no_private_row_at_all(world: World) -> None:
    with acting_as(ANONYMOUS):
        assert {model._meta.label: model.objects.count() for model in private_models() if model.objects.exists()} == {}


@embedded
def test_services_see_only_what_their_policy_names(world: World) -> None:
    seen = {}
    for name in ("auditor", "seeding", "relay", "reviews"):
        with acting_as(service_actor(name)):
            seen[name] = {
                model for model in (AuditEntry, Membership, Notice, Practice, Share) if model.objects.exists()
            }
    assert seen == {
        "auditor": {AuditEntry},
        "seeding": {Membership},
        "relay": {Membership, Notice, Practice, Share},
        # Conflicts of interest are found by all affiliations of a person.
        "reviews": {Membership, Practice, Share},
    }


# --- Shares ----------------------------------------------------------------------------------


@embedded
def test_a_share_opens_a_draft_and_its_revocation_closes_it(world: World) -> None:
    draft = world.b.versions["draft"]
    donor = world.organization_of(world.donor)
    with acting(world.donor):
        assert PracticeVersion.objects.filter(pk=draft.pk).count() == 0
    share_version(world.b, draft, Capacity.DRAFT, organization=donor)
    with acting(world.donor):
        assert PracticeVersion.objects.filter(pk=draft.pk).count() == 1
        assert Contact.objects.filter(version_id=draft.pk).count() == 2
    with acting(world.b.focal_point):
        assert organizations.revoke_shares(object_id=draft.pk, capacity=Capacity.DRAFT) == 1
    with acting(world.donor):
        assert PracticeVersion.objects.filter(pk=draft.pk).count() == 0
        assert Contact.objects.filter(version_id=draft.pk).count() == 0


@embedded
def test_a_share_that_ended_opens_nothing(world: World) -> None:
    assert probes.share_leaks(world) == []


@embedded
def test_a_share_that_has_not_begun_opens_nothing(world: World) -> None:
    draft = world.b.versions["draft"]
    begins = {"valid_from": timezone.now() + timedelta(days=7)}
    share_version(world.b, draft, Capacity.DRAFT, begins, organization=world.organization_of(world.donor))
    with acting(world.donor):
        assert PracticeVersion.objects.filter(pk=draft.pk).count() == 0


@embedded
def test_nobody_shares_what_is_not_hers(world: World) -> None:
    version = world.b.versions["draft"]
    for user in (world.a.focal_point, world.donor, world.specialist, world.first):
        for record in (version, version.practice):
            with acting(user) as actor, pytest.raises(ForeignWrite):
                Share.objects.create(
                    owner=world.b.organization,
                    object_type=record._meta.label_lower,
                    object_id=record.pk,
                    user=user,
                    capacity=Capacity.DRAFT,
                    granted_by=actor.user_id,
                )


# --- Reviews ---------------------------------------------------------------------------------


@embedded
def test_nobody_but_the_reviewer_and_the_network_reads_a_review_or_its_scores(world: World) -> None:
    assert probes.review_leaks(world) == []


@embedded
def test_a_reviewer_reads_the_dossier_and_her_own_review_only(world: World) -> None:
    dossier = world.b.versions["dossier"]
    with acting(world.second):
        assert PracticeVersion.objects.filter(pk=dossier.pk).count() == 1
        assert [review.reviewer_id for review in Review.objects.filter(version=dossier)] == [world.second.pk]
        assert ReviewScore.objects.filter(review__version=dossier).count() == 7
        assert StudyJudgement.objects.filter(review__version=dossier).count() == 1
        assert EvidenceItem.objects.filter(version=dossier).count() == 1


@embedded
def test_a_reviewers_colleague_learns_nothing_of_her_reviews(world: World) -> None:
    """The history of a review names the reviewer and how far she is."""
    reviews = [review.pk for house in (world.a, world.b) for review in house.reviews.values()]
    with acting(world.colleague):
        assert Review.objects.count() == 0
        assert TransitionRecord.objects.filter(object_id__in=reviews).count() == 0


@embedded
def test_the_ministry_does_not_learn_who_reviews(world: World) -> None:
    for user in (world.b.focal_point, world.b.administrator):
        with acting(user):
            assert Share.objects.filter(user__in=[world.first, world.second]).count() == 0


@embedded
def test_nobody_with_a_tie_to_a_practice_is_asked_to_review_it(world: World) -> None:
    assert probes.conflict_leaks(world) == []


@embedded
def test_a_record_for_members_is_read_by_members_only(world: World) -> None:
    assert probes.public_leaks(world) == []


@embedded
def test_the_public_plane_holds_published_words_only(world: World) -> None:
    assert probes.publication_leaks(world) == []


@embedded
def test_a_reviewer_reads_nothing_before_her_declaration(world: World) -> None:
    version = in_review(world.b.focal_point, world.specialist)
    reviewer = world.unassigned
    with acting(world.specialist):
        services.assign_reviewer(get(version.pk), reviewer=reviewer, organization=world.organization_of(reviewer))
    with acting(reviewer):
        assert EvidenceItem.objects.filter(version=version).count() == 0
        assert Contact.objects.filter(version=version).count() == 0


@embedded
def test_a_released_reviewer_reads_nothing_any_more(world: World) -> None:
    dossier = world.b.versions["dossier"]
    with acting(world.second):
        services.release_reviewer(Review.objects.get(version=dossier, reviewer=world.second), note="No time.")
        assert PracticeVersion.objects.filter(pk=dossier.pk).count() == 0
        assert EvidenceItem.objects.filter(version_id=dossier.pk).count() == 0


@embedded
def test_the_next_version_is_private_again_until_it_is_sent(world: World) -> None:
    """The Network and the reviewers read the version that was sent, not the draft after it."""
    following = world.b.versions["next"]
    readers = []
    for user in (world.specialist, world.publisher, world.first, world.second):
        with acting(user):
            if PracticeVersion.objects.filter(pk=following.pk).exists():
                readers.append(user.pk)
    assert readers == []


# --- Reading is not writing ------------------------------------------------------------------


@postgresql
def test_a_reviewer_cannot_write_in_the_dossier(world: World) -> None:
    dossier = world.b.versions["dossier"]
    before = private_rows()
    written = {}
    with acting(world.second):
        for name, attempt in {
            "a title": lambda: PracticeVersion.objects.filter(pk=dossier.pk).update(title="Mine"),
            "a contact": lambda: Contact.objects.create(version_id=dossier.pk, name="Me", email="me@example.org"),
            "a deletion": lambda: Contact.objects.filter(version_id=dossier.pk).delete(),
        }.items():
            try:
                with transaction.atomic():
                    attempt()
                    written[name] = changes(before, private_rows())
                    transaction.set_rollback(True)
            except (ForeignWrite, DatabaseError):
                written[name] = {}
    assert written == {"a title": {}, "a contact": {}, "a deletion": {}}


@postgresql
def test_nobody_promotes_herself(world: World) -> None:
    with acting(world.a.contributor) as actor:
        mine = Membership.objects.filter(user_id=actor.user_id)
        with suppress(ForeignWrite, DatabaseError), transaction.atomic():
            mine.update(roles=["administrator"])
        assert [membership.roles for membership in mine] == [["contributor"]]


@postgresql
def test_nobody_reopens_a_share_that_was_closed_to_her(world: World) -> None:
    version = world.b.versions["shared"]
    with acting(world.donor):
        with suppress(ForeignWrite, DatabaseError), transaction.atomic():
            Share.objects.filter(object_id__in=[version.pk, version.practice_id]).update(revoked_at=None)
        assert PracticeVersion.objects.filter(pk=version.pk).count() == 0


@postgresql
def test_nobody_makes_more_of_a_share_than_was_given(world: World) -> None:
    version = world.b.versions["dossier"]
    with acting(world.second) as actor:
        mine = Share.objects.filter(object_id=version.pk, user_id=actor.user_id)
        with suppress(ForeignWrite, DatabaseError), transaction.atomic():
            mine.update(capacity=Capacity.NETWORK)
        assert [share.capacity for share in mine] == [Capacity.REVIEW]


# --- Lock 2 ----------------------------------------------------------------------------------


@postgresql
def test_the_sites_role_owns_nothing_and_bypasses_nothing(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("app", False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = 'app'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT pg_has_role('app', 'owner', 'member')")
        assert cursor.fetchone() == (False,)


@postgresql
def test_every_private_table_forces_row_level_security(world: World) -> None:
    assert rls.unprotected("default") == []


@postgresql
def test_the_check_of_the_database_finds_a_table_without_security(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        protected = [row[0] for row in cursor.fetchall()]
    assert protected == sorted(model._meta.db_table for model in private_models())


@postgresql
@pytest.mark.parametrize("model", list(private_models()), ids=lambda model: model._meta.label)
def test_the_database_raises_when_nobody_asks(world: World, model: Any) -> None:
    assert probes.refused_by_policy(lambda: list(unscoped(model)))
    assert probes.refused_by_policy(lambda: unscoped(model).count())
    if model.write_sql() == "false":  # nobody at all: there is nothing to ask
        assert unscoped(model).update(id=uuid4()) == 0
    else:
        assert probes.refused_by_policy(lambda: unscoped(model).update(id=uuid4()))


@postgresql
def test_beyond_lock_1_the_database_still_hides_what_is_not_meant(world: World) -> None:
    assert probes.unscoped_leaks(world) == []


@postgresql
def test_a_raw_cursor_sees_what_the_policies_allow(world: World) -> None:
    with acting(world.a.focal_point), connection.cursor() as cursor:
        cursor.execute("SELECT title FROM practices_practiceversion")
        titles = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT v.title FROM practices_practiceversion v JOIN practices_review r ON r.version_id = v.id")
        reviewed = cursor.fetchall()
    assert words_in(titles, {world.a.word("draft")}) == [world.a.word("draft")]
    assert words_in(titles, world.all_words - world.rows_words("rival focal point")) == []
    assert reviewed == []


@postgresql
def test_the_database_refuses_foreign_rows_in_every_table(world: World) -> None:
    assert probes.unscoped_write_leaks(world) == []


@postgresql
def test_the_database_refuses_to_move_a_row_to_another_tenant(world: World) -> None:
    practice, version = world.b.versions["draft"].practice, world.b.versions["draft"]
    with acting(world.b.focal_point):
        assert probes.refused_by_policy(
            lambda: unscoped(Practice).filter(pk=practice.pk).update(owner=world.a.organization)
        )
        assert probes.refused_by_policy(
            lambda: (
                unscoped(PracticeVersion).filter(pk=version.pk).update(practice=world.a.versions["draft"].practice_id)
            )
        )


@postgresql
def test_the_database_refuses_a_child_on_a_foreign_parent(world: World) -> None:
    stranger = Contact(version_id=world.b.versions["draft"].pk, name="A stranger", email="stranger@example.org")
    with acting(world.a.focal_point):
        assert probes.refused_by_policy(lambda: unscoped(Contact).bulk_create([stranger]))


@postgresql
def test_the_journals_cannot_be_changed_by_the_site(world: World) -> None:
    with acting(world.b.administrator):
        for model in (AuditEntry, TransitionRecord):
            assert probes.refused_by_policy(lambda model=model: unscoped(model).update(role="nobody"))
            assert probes.refused_by_policy(lambda model=model: unscoped(model).all().delete())


@postgresql
def test_the_two_locks_show_every_actor_the_same_rows(world: World) -> None:
    assert probes.disagreements(world) == []


@postgresql
def test_the_second_lock_lets_nobody_make_a_row_that_the_first_refuses(world: World) -> None:
    assert probes.insert_disagreements(world) == []


@postgresql
def test_an_actor_ends_with_its_transaction(world: World) -> None:
    with acting_as(service_actor("relay")):
        assert unscoped(Practice).count() > 0
    assert probes.refused_by_policy(lambda: unscoped(Practice).count())


@embedded
def test_what_was_sent_is_read_by_the_network_and_by_nobody_else(world: World) -> None:
    version = submitted(world.b.focal_point)
    readers = []
    for name, actor in world.actors().items():
        with acting_as(actor):
            if PracticeVersion.objects.filter(pk=version.pk).exists():
                readers.append(name)
    assert readers == [
        "owner's contributor", "owner's focal point", "owner's learner", "owner's administrator",
        "specialist", "publisher", "service relay", "service reviews",
    ]  # fmt: skip
