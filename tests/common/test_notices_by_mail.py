"""What a notice says by mail: to whom, in which words, once, and only while she may read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any
from uuid import UUID

import pytest
from django.core import mail as sent
from django.utils import timezone

from network_site.common import mail, mailings, notices, outbox, rhythms
from network_site.common.models import Mailing, Notice, Outbox
from network_site.organizations import services as organizations
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import Role
from network_site.organizations.models import Membership, Organization, User
from practices import services
from practices.models import PracticeVersion, Review

from ..databases import is_postgresql
from ..people import People, acting, assign, draft, get, in_review, step, submitted

pytestmark = pytest.mark.django_db

SITE = "http://localhost:8000"


def letters_to(person: User) -> list[EmailMessage]:
    """The mails that somebody got, as her program reads them."""
    raw = [message.message().as_bytes() for message in sent.outbox if message.to == [person.email]]
    return [BytesParser(policy=default).parsebytes(text) for text in raw]  # type: ignore[misc]


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    body = letter.get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content())


def notice_of(person: User, kind: str) -> Notice:
    with acting(person):
        return Notice.objects.get(kind=kind)


def chosen(person: User, **given: str) -> None:
    """She chose so; the kind is written with two underscores for its point."""
    with acting(person):
        rhythms.choose(person_id=person.pk, rhythms={kind.replace("__", "."): rhythm for kind, rhythm in given.items()})


def again() -> None:
    """The relay hands out everything once more, as after a crash."""
    Outbox.objects.update(state="taken", done_at=None, leased_until=timezone.now() - timedelta(seconds=1))
    outbox.drain()


# --- At once ---------------------------------------------------------------------------------


def test_a_notice_at_once_says_what_waits_and_leads_there(people: People) -> None:
    specialist = people.specialist()
    version = submitted(people.focal_point(), title="Q&A <b>desks</b> for youth's work")
    outbox.drain()
    (letter,) = letters_to(specialist)
    notice = notice_of(specialist, "practice.submitted")
    stop = letter["List-Unsubscribe"].strip()[1:-1]
    at = f"{notice.created_at:%-d %B %Y, %H:%M} (UTC)"
    assert letter["Subject"] == "A ministry sent a practice: it waits to be screened"
    assert letter["To"] == specialist.email
    assert letter["Message-ID"] == f"<{notice.mailing_id}@localhost>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop.startswith(f"{SITE}/en/mail/stop/")
    assert text_of(letter).split("\n") == [
        "Q&A <b>desks</b> for youth's work",
        "",
        "A ministry sent a practice: it waits to be screened.",
        at,
        "",
        "Open it in Enlace",
        f"{SITE}/en/workspace/notices/{notice.pk}/",
        "",
        "--",
        "You get this at once because your choice for “A practice waits to be screened” is mail at once. "
        "The notice stands in Enlace too.",
        "",
        "Fewer mails: choose what comes and how often",
        f"{SITE}/en/workspace/mail/",
        "",
        "No more mail of this kind",
        stop,
        "",
        "Enlace, the Network's site",
        f"{SITE}/en/",
        "",
    ]
    page = text_of(letter, "html")
    assert "<b>desks" not in page
    assert "Q&amp;A &lt;b&gt;desks&lt;/b&gt; for youth&#x27;s work" in page
    assert page.count('class="button"') == 1
    assert '<html lang="en">' in page
    assert version.description[:40] not in page + text_of(letter)


SPOKEN = {
    "en": "A ministry sent a practice: it waits to be screened",
    "es": "Un ministerio envió una práctica: está a la espera de la verificación inicial",
    "fr": "Un ministère a envoyé une pratique : elle attend sa vérification préalable",
    "pt-br": "Um ministério enviou uma prática: ela aguarda a triagem",
}


@pytest.mark.parametrize("language", SPOKEN)
def test_each_reader_is_written_to_in_her_language(people: People, language: str) -> None:
    specialist = people.specialist()
    organizations.choose_language(user=specialist, language=language)
    submitted(people.focal_point())
    outbox.drain()
    (letter,) = letters_to(specialist)
    notice = notice_of(specialist, "practice.submitted")
    assert " ".join(letter["Subject"].split()) == SPOKEN[language]
    assert f'<html lang="{language}">' in text_of(letter, "html")
    assert f"{SITE}/{language}/workspace/notices/{notice.pk}/" in text_of(letter)
    assert letter["List-Unsubscribe"].strip().startswith(f"<{SITE}/{language}/mail/stop/")


def test_times_are_those_of_the_readers_country(people: People) -> None:
    ministry = people.organization(country="PY")
    focal_point, specialist = people.focal_point(ministry), people.specialist()
    version = in_review(focal_point, specialist)
    step(specialist, version, "request_revision", note="What do you mean?")
    outbox.drain()
    notice = notice_of(focal_point, "practice.returned")
    (letter,) = letters_to(focal_point)
    assert "(America/Asuncion)" in text_of(letter)
    assert notice.mailing_id is not None


def test_what_one_only_hears_of_is_not_mailed_at_once(people: People) -> None:
    focal_point, specialist = people.focal_point(), people.specialist()
    in_review(focal_point, specialist)
    outbox.drain()
    assert notice_of(focal_point, "practice.screened").rhythm == "daily"
    assert letters_to(focal_point) == []


@pytest.mark.parametrize("rhythm", ["daily", "weekly", "never"])
def test_a_choice_of_later_or_never_is_kept(people: People, rhythm: str) -> None:
    specialist = people.specialist()
    chosen(specialist, practice__submitted=rhythm)
    submitted(people.focal_point())
    outbox.drain()
    notice = notice_of(specialist, "practice.submitted")
    assert (notice.rhythm, notice.mailing_id, letters_to(specialist)) == (rhythm, None, [])


# --- Once ------------------------------------------------------------------------------------


def test_the_same_event_handed_out_again_and_again_is_one_mail(people: People) -> None:
    specialist = people.specialist()
    submitted(people.focal_point())
    for _time in range(4):
        again()
    assert len(letters_to(specialist)) == 1
    assert Outbox.objects.filter(kind="mail.due").count() == 1
    with acting(specialist):
        (mailing,) = Mailing.objects.all()
        assert (mailing.sent_at is not None, mailing.dropped_at) == (True, None)


def test_a_choice_that_changes_between_two_deliveries_makes_no_second_mail(people: People) -> None:
    specialist = people.specialist()
    chosen(specialist, practice__submitted="daily")
    submitted(people.focal_point())
    outbox.drain()
    assert digest_at(timezone.now() + timedelta(days=1)) == 1
    chosen(specialist, practice__submitted="at_once")
    again()
    assert len(letters_to(specialist)) == 1


def test_what_was_read_in_the_meantime_is_not_mailed(people: People) -> None:
    specialist = people.specialist()
    submitted(people.focal_point())
    (tell,) = Outbox.objects.filter(kind="practice.submitted")
    Outbox.objects.filter(pk=tell.pk).update(state="taken")
    outbox.deliver(tell.pk)
    with acting(specialist):
        assert notices.mark_all_read() == 1
    outbox.drain()
    assert letters_to(specialist) == []
    with acting(specialist):
        assert [(m.sent_at, m.dropped_at is not None) for m in Mailing.objects.all()] == [(None, True)]


def test_a_mail_is_tried_for_a_day_and_more() -> None:
    network = Organization.objects.get(kind="network")
    outbox.enqueue(mailings.DUE, subject=network)
    row = Outbox.objects.get(kind=mailings.DUE)
    Outbox.objects.filter(pk=row.pk).update(tries=98)
    row.refresh_from_db()
    outbox._put_back(row, OSError())
    row.refresh_from_db()
    assert (row.state, row.tries) == ("waiting", 99)
    assert timedelta(minutes=14) < row.next_at - timezone.now() <= outbox.LONGEST_PAUSE
    outbox._put_back(row, OSError())
    row.refresh_from_db()
    assert (row.state, row.tries) == ("dead", 100)


# --- Only while she may read it --------------------------------------------------------------


def waiting_for(person: User) -> list[UUID]:
    """Write the notices, but not the mails yet: time passes between the two."""
    for row in Outbox.objects.exclude(kind=mailings.DUE).filter(state="waiting"):
        Outbox.objects.filter(pk=row.pk).update(state="taken")
        outbox.deliver(row.pk)
    with acting_as(service_actor("relay")):
        return list(Mailing.objects.filter(recipient_id=person.pk).values_list("pk", flat=True))


def test_whoever_left_her_organisation_gets_no_mail_of_it(people: People) -> None:
    ministry = people.organization()
    focal_point, colleague = people.focal_point(ministry), people.focal_point(ministry)
    version = in_review(focal_point, people.specialist())
    specialist = people.specialist()
    step(specialist, version, "request_revision", note="What do you mean?")
    assert len(waiting_for(colleague)) == 1
    leave(colleague, ministry)
    outbox.drain()
    assert (len(letters_to(focal_point)), letters_to(colleague)) == (1, [])


def leave(person: User, organization: Organization) -> None:
    with acting_as(service_actor("seeding"), reason="test"):
        ended = Membership.objects.filter(user=person, organization=organization)
        assert ended.update(valid_to=timezone.now()) == 1


def test_a_released_reviewer_gets_no_mail_of_the_practice(people: People) -> None:
    specialist, reviewer = people.specialist(), people.reviewer()
    version = in_review(people.focal_point(), specialist)
    assign(specialist, version, reviewer)
    assert len(waiting_for(reviewer)) == 1
    with acting(specialist):
        services.release_reviewer(Review.objects.get(version_id=version.pk), note="She asked for it.")
    with acting(reviewer):
        readable = Review.objects.filter(version_id=version.pk).exists()
    outbox.drain()
    assert len(letters_to(reviewer)) == int(readable)


def test_a_share_that_is_closed_closes_the_mail(people: People) -> None:
    """A version shared with a person, a notice of it, and the share revoked before the mail went."""
    owner, guest = people.focal_point(), people.user("guest")
    version = draft(owner)
    with acting(owner):
        for record in (version.practice, version):
            organizations.share(record, capacity="draft", user=guest)
    event = Outbox(kind="practice.published", object_type=version._meta.label_lower, object_id=version.pk)
    tell(event, guest, "open", version)
    tell(event, guest, "closed", version)
    first, second = Outbox.objects.filter(kind=mailings.DUE).order_by("created_at")
    for row, closes in ((first, False), (second, True)):
        if closes:
            with acting(owner):
                organizations.revoke_shares(object_id=version.pk, capacity="draft")
        Outbox.objects.filter(pk=row.pk).update(state="taken")
        assert outbox.deliver(row.pk)
    assert len(letters_to(guest)) == 1


def tell(event: Outbox, person: User, key: str, version: PracticeVersion, **more: Any) -> None:
    chosen(person, practice__published="at_once")
    event.dedupe_key = key
    with acting_as(service_actor("relay")):
        notices.tell(event, recipients=[person.pk], subject=version.title, url_name="practices:version", **more)


def test_a_notice_about_nothing_known_is_not_mailed(people: People) -> None:
    """Fail closed: an object without its type cannot be asked for."""
    owner = people.focal_point()
    version = draft(owner)
    event = Outbox(kind="practice.published", object_type=version._meta.label_lower, object_id=version.pk)
    tell(event, owner, "without type", version, object_id=version.pk)
    tell(event, owner, "with type", version, object_id=version.pk, object_type=version._meta.label_lower)
    outbox.drain()
    assert len(letters_to(owner)) == 1


def test_a_closed_account_gets_no_mail(people: People) -> None:
    specialist = people.specialist()
    submitted(people.focal_point())
    assert len(waiting_for(specialist)) == 1
    User.objects.filter(pk=specialist.pk).update(is_active=False)
    outbox.drain()
    assert letters_to(specialist) == []


# --- Digests ---------------------------------------------------------------------------------

TUESDAY = datetime(2026, 11, 3, tzinfo=UTC)


def digest_at(now: datetime) -> int:
    """The relay looks at this moment, and sends what it left."""
    left = mailings.schedule_digests(now)
    outbox.drain()
    return left


def heard(person: User, *moments: datetime, kind: str = "practice.published", rhythm: str = "daily") -> None:
    """Notices that came at these moments, about practices of hers, two a practice."""
    chosen(person, **{kind.replace(".", "__"): rhythm})
    version = None
    for number, moment in enumerate(moments):
        version = draft(person, title=f"Practice {number // 2 + 1}") if number % 2 == 0 else version
        assert version is not None
        event = Outbox(
            kind=kind, object_type=version._meta.label_lower, object_id=version.pk, dedupe_key=f"{kind}:{moment}"
        )
        with acting_as(service_actor("relay")):
            notices.tell(event, recipients=[person.pk], subject=version.title, url_name="practices:version")
            Notice.objects.filter(dedupe_key__startswith=event.dedupe_key).update(created_at=moment)


def wants(person: User, zone: str, hour: int = 7, weekday: int = 0) -> None:
    with acting(person):
        rhythms.set_digest_time(person_id=person.pk, hour=hour, weekday=weekday, time_zone=zone)


def test_a_digest_gathers_the_day_under_its_records(people: People) -> None:
    person = people.focal_point(people.organization(country="PY"))
    eleven = TUESDAY.replace(hour=11)
    heard(person, eleven, eleven + timedelta(hours=1), eleven + timedelta(hours=2))
    assert digest_at(TUESDAY.replace(hour=9, minute=59) + timedelta(days=1)) == 0  # 6:59 in Asunción
    assert digest_at(TUESDAY.replace(hour=10) + timedelta(days=1)) == 1
    (letter,) = letters_to(person)
    with acting(person):
        newest, second, first = [str(notice.pk) for notice in Notice.objects.all()]
    stop = letter["List-Unsubscribe"].strip()[1:-1]
    assert letter["Subject"] == "Your day: 3 notices, up to 3 November 2026"
    assert text_of(letter).split("\n") == [
        "Practice 2",
        "- Your practice is in the databank. 3 November 2026, 10:00",
        f"  {SITE}/en/workspace/notices/{newest}/",
        "",
        "Practice 1",
        "- Your practice is in the databank. 3 November 2026, 08:00",
        "- Your practice is in the databank. 3 November 2026, 09:00",
        f"  {SITE}/en/workspace/notices/{second}/",
        "",
        "See my notices",
        f"{SITE}/en/workspace/notices/",
        "",
        "Times are those of America/Asuncion.",
        "",
        "--",
        "You get this once a day because that is your choice for these kinds of notices. They stand in Enlace too.",
        "",
        "Fewer mails: choose what comes and how often",
        f"{SITE}/en/workspace/mail/",
        "",
        "No more daily mail",
        stop,
        "",
        "Enlace, the Network's site",
        f"{SITE}/en/",
        "",
    ]
    assert first not in text_of(letter)


def test_a_digest_comes_once_and_the_next_one_has_only_what_is_new(people: People) -> None:
    person = people.focal_point(people.organization(country="PY"))
    ten = TUESDAY.replace(hour=10)
    heard(person, ten - timedelta(hours=1))
    for minutes in (0, 1, 59, 600):
        digest_at(ten + timedelta(minutes=minutes))
    assert [letter["Subject"] for letter in letters_to(person)] == ["Your day: one notice, up to 3 November 2026"]
    heard(person, ten + timedelta(hours=5), ten + timedelta(hours=6))
    assert digest_at(ten + timedelta(hours=23, minutes=59)) == 0
    assert digest_at(ten + timedelta(days=1)) == 1
    assert digest_at(ten + timedelta(days=3)) == 0
    subjects = [letter["Subject"] for letter in letters_to(person)]
    assert subjects[1:] == ["Your day: 2 notices, up to 3 November 2026"]


def test_a_notice_that_was_written_late_waits_for_the_next_digest(people: People) -> None:
    """Its event is older than the digest that went without it."""
    person = people.focal_point(people.organization(country="PY"))
    ten = TUESDAY.replace(hour=10)
    heard(person, ten - timedelta(hours=3))
    assert digest_at(ten) == 1
    heard(person, ten - timedelta(hours=2))
    assert digest_at(ten + timedelta(hours=1)) == 0
    assert digest_at(ten + timedelta(days=1)) == 1
    assert len(letters_to(person)) == 2


def test_a_relay_that_was_away_makes_up_with_one_digest(people: People) -> None:
    person = people.focal_point(people.organization(country="PY"))
    heard(person, *(TUESDAY + timedelta(days=day) for day in range(5)))
    assert digest_at(TUESDAY + timedelta(days=9)) == 1
    assert [letter["Subject"] for letter in letters_to(person)] == ["Your day: 5 notices, up to 6 November 2026"]


@pytest.mark.parametrize(
    ("zone", "hour", "early", "due"),
    [
        ("America/Lima", 7, datetime(2026, 11, 3, 11, 59), datetime(2026, 11, 3, 12, 0)),
        ("America/Sao_Paulo", 18, datetime(2026, 11, 3, 20, 59), datetime(2026, 11, 3, 21, 0)),
        ("Asia/Kolkata", 0, datetime(2026, 11, 3, 18, 29), datetime(2026, 11, 3, 18, 30)),
        ("Pacific/Kiritimati", 23, datetime(2026, 11, 3, 8, 59), datetime(2026, 11, 3, 9, 0)),
        # New York puts its clocks back on 1 November: 1:00 comes twice, the first one counts.
        ("America/New_York", 1, datetime(2026, 11, 1, 4, 59), datetime(2026, 11, 1, 5, 0)),
        # … and forward on 8 March, so that 2:00 does not exist: the digest comes when it would have.
        ("America/New_York", 2, datetime(2026, 3, 8, 6, 59), datetime(2026, 3, 8, 7, 0)),
    ],
)
def test_a_daily_digest_comes_at_its_hour_in_her_zone(
    people: People, zone: str, hour: int, early: datetime, due: datetime
) -> None:
    person = people.focal_point()
    wants(person, zone, hour)
    heard(person, due.replace(tzinfo=UTC) - timedelta(hours=2))
    assert digest_at(early.replace(tzinfo=UTC)) == 0
    assert digest_at(due.replace(tzinfo=UTC)) == 1


def test_a_weekly_digest_comes_on_its_day(people: People) -> None:
    person = people.focal_point()
    wants(person, "America/Lima", 8, weekday=4)
    heard(person, TUESDAY, rhythm="weekly")
    friday = datetime(2026, 11, 6, 13, 0, tzinfo=UTC)
    assert [digest_at(friday - timedelta(days=days)) for days in (2, 1)] == [0, 0]
    assert digest_at(friday - timedelta(minutes=1)) == 0
    assert digest_at(friday) == 1
    assert [letter["Subject"] for letter in letters_to(person)] == ["Your week: one notice, up to 2 November 2026"]


def test_moving_the_hour_brings_no_second_digest_on_the_same_day(people: People) -> None:
    person = people.focal_point()
    wants(person, "America/Lima", 7)
    heard(person, TUESDAY)
    assert digest_at(TUESDAY.replace(hour=12)) == 1
    wants(person, "America/Lima", 18)
    heard(person, TUESDAY.replace(hour=15))
    assert digest_at(TUESDAY.replace(hour=23)) == 0
    assert digest_at(TUESDAY.replace(hour=23) + timedelta(days=1)) == 1


def test_what_waits_for_a_digest_follows_a_new_choice(people: People) -> None:
    person = people.focal_point(people.organization(country="PY"))
    heard(person, TUESDAY)
    chosen(person, practice__published="never")
    assert digest_at(TUESDAY + timedelta(days=2)) == 0
    heard(person, TUESDAY + timedelta(days=1), kind="practice.withdrawn")
    chosen(person, practice__withdrawn="weekly")
    assert digest_at(TUESDAY + timedelta(days=3)) == 0
    assert digest_at(TUESDAY + timedelta(days=7)) == 1
    (letter,) = letters_to(person)
    assert letter["Subject"] == "Your week: one notice, up to 3 November 2026"


def test_a_digest_leaves_out_what_she_may_not_read_any_more(people: People) -> None:
    ministry, other = people.organization(), people.organization()
    person = people.focal_point(ministry)
    heard(person, TUESDAY)
    people.member(other, Role.FOCAL_POINT, user=person)
    leave(person, ministry)
    heard(person, TUESDAY + timedelta(hours=1), kind="practice.withdrawn")
    assert digest_at(TUESDAY + timedelta(days=2)) == 1
    (letter,) = letters_to(person)
    assert letter["Subject"] == "Your day: one notice, up to 3 November 2026"
    assert "Your practice was withdrawn." in text_of(letter)
    assert "in the databank" not in text_of(letter)


def test_a_long_digest_shows_the_newest_and_counts_the_rest(people: People) -> None:
    person = people.focal_point()
    heard(person, *(TUESDAY + timedelta(minutes=minute) for minute in range(62)))
    assert digest_at(TUESDAY + timedelta(days=2)) == 1
    (letter,) = letters_to(person)
    assert letter["Subject"] == "Your day: 62 notices, up to 3 November 2026"
    assert text_of(letter).count("\n- ") == 60
    assert "2 older notices stand in Enlace." in text_of(letter)


@pytest.mark.parametrize("count", [1, 3])
def test_looking_for_digests_costs_two_queries_more_for_each_person_that_waits(
    people: People, count: int, django_assert_num_queries: Any
) -> None:
    """Who waits, her wishes, her zone; then for each whether this period's digest is there."""
    for _person in range(count):
        heard(people.focal_point(people.organization(country="PY")), TUESDAY.replace(hour=20))
    if is_postgresql():
        pytest.skip("There each change of the actor is a statement too.")
    with django_assert_num_queries(3 + 4 * count):
        assert mailings.schedule_digests(TUESDAY.replace(hour=21)) == 0


def test_nobody_waits_costs_one_query(django_assert_num_queries: Any) -> None:
    if is_postgresql():
        pytest.skip("There each change of the actor is a statement too.")
    with django_assert_num_queries(1):
        assert mailings.schedule_digests(TUESDAY) == 0


# --- One way out -----------------------------------------------------------------------------


def test_a_subject_stays_one_line_and_text_stays_what_was_written(people: People) -> None:
    person = people.user("ana")
    context = {
        "words": "One.",
        "heading": "Bcc: all@example.org\r\nX: \x00 «ñ» \u202etxt " + "long " * 60,
        "subject_of": "</title><script>alert(1)</script>",
        "at": TUESDAY,
        "zone": "UTC",
        "kind_name": "A & B",
        "url": f"{SITE}/?a=1&b=2",
    }
    mail.send("notice", to=person.email, language="en", context=context, key="k")
    (letter,) = letters_to(person)
    assert letter["Subject"].startswith("Bcc: all@example.org")
    assert (letter["Bcc"], letter["X"]) == (None, None)
    assert "<script>" not in text_of(letter, "html")
    assert "</title><script>alert(1)</script>" in text_of(letter)
    assert f"{SITE}/?a=1&b=2" in text_of(letter)


def test_a_person_of_two_houses_reads_with_either(people: People) -> None:
    first, second = people.organization(), people.organization()
    person = people.focal_point(first)
    people.member(second, Role.FOCAL_POINT, user=person)
    for house in (first, second):
        colleague = people.focal_point(house)
        version = in_review(colleague, people.specialist())
        step(people.specialist(), version, "request_revision", note="Why?")
    outbox.drain()
    assert [letter["Subject"] for letter in letters_to(person)] == ["Your practice came back with questions"] * 2
    assert {get_title(person, house) for house in (first, second)} == {"Inspection by appointment"}


def get_title(person: User, house: Organization) -> str:
    with acting(person, house):
        return get(PracticeVersion.objects.get(practice__owner=house).pk).title
