"""Courses that organisations propose, and the people whom they name for courses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from learning import services
from learning.enums import ProposalStatus
from learning.models import Course, Invitation, Proposal
from network_site.common.idempotency import new_key
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord

from ..people import People, acting, organization_of
from .courses import published_course

pytestmark = pytest.mark.django_db

Enter = Callable[[Any], Client]
TEXTS = {
    "title": "Letters that are understood",
    "purpose": "Officials write letters that people understand.",
    "learners": "Everybody who writes to the public",
    "material": "",
}


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def writer(people: People) -> User:
    return people.contributor(people.organization(country="UY"))


def drafted(writer: User, **fields: Any) -> Proposal:
    with acting(writer):
        return services.create_proposal(fields=TEXTS | fields)


def as_read_by(user: User, proposal: Proposal) -> Proposal:
    with acting(user):
        found: Proposal = Proposal.objects.get(pk=proposal.pk)
        return found


# --- Proposals -------------------------------------------------------------------------------


def test_a_proposal_is_written_once_and_sent(people: People, sign_in: Enter, writer: User) -> None:
    client, key = sign_in(writer), new_key()
    for _twice in range(2):
        answer = client.post(reverse("learning:proposal_new"), TEXTS | {"key": key, "send": "1"})
        assert answer.status_code == 302
    with acting(writer):
        proposal = Proposal.objects.get()
    assert (proposal.status, proposal.title) == (ProposalStatus.SENT, TEXTS["title"])
    page = text_of(client.get(reverse("learning:proposals")))
    assert page.count("Letters that are understood") == 1
    assert "Sent to the Network" in page


def test_a_draft_is_its_organisations_alone_and_can_be_gone_on_with(
    people: People, sign_in: Enter, writer: User
) -> None:
    client = sign_in(writer)
    assert client.post(reverse("learning:proposal_new"), TEXTS).status_code == 302
    with acting(writer):
        proposal = Proposal.objects.get()
    url = reverse("learning:proposal_edit", args=[proposal.pk])
    assert client.post(url, TEXTS | {"version": 1, "material": "Slides."}).status_code == 302
    read = as_read_by(writer, proposal)
    assert (read.status, read.material, read.lock_version) == (ProposalStatus.DRAFT, "Slides.", 2)
    page = reverse("learning:proposal", args=[proposal.pk])
    assert "Nobody outside of your organisation has read it." in text_of(client.get(page))
    staff = sign_in(people.publisher())
    assert staff.get(page).status_code == 404
    assert "Letters that are understood" not in text_of(staff.get(reverse("learning:proposed")))
    assert staff.post(reverse("learning:proposal_do", args=[proposal.pk, "accept"]), {"version": 2}).status_code == 404


def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(sign_in: Enter, writer: User) -> None:
    sent = TEXTS | {"title": "\u200b \u200b", "purpose": "KEPT all the same"}
    answer = sign_in(writer).post(reverse("learning:proposal_new"), sent)
    assert answer.status_code == 422
    assert "KEPT all the same" in text_of(answer)
    assert "Fill this in." in text_of(answer)
    with acting(writer):
        assert not Proposal.objects.exists()


def test_a_stale_page_is_answered_with_both_texts(sign_in: Enter, writer: User) -> None:
    proposal = drafted(writer)
    with acting(writer):
        services.save_proposal(proposal, fields=TEXTS | {"learners": "THEIR-WORDS"}, lock_version=1)
    url = reverse("learning:proposal_edit", args=[proposal.pk])
    answer = sign_in(writer).post(url, TEXTS | {"learners": "MY-WORDS", "version": 1})
    assert answer.status_code == 409
    assert [words for words in ("THEIR-WORDS", "MY-WORDS") if words not in text_of(answer)] == []
    assert sign_in(writer).post(url, TEXTS | {"learners": "MY-WORDS", "version": 2}).status_code == 302
    assert as_read_by(writer, proposal).learners == "MY-WORDS"


@pytest.mark.parametrize(("name", "status"), [("accept", "accepted"), ("decline", "declined")])
def test_the_network_answers(people: People, sign_in: Enter, writer: User, name: str, status: str) -> None:
    proposal = drafted(writer)
    with acting(writer):
        services.send_proposal(proposal)
    client = sign_in(people.specialist())
    assert "Letters that are understood" in text_of(client.get(reverse("learning:proposed")))
    url = reverse("learning:proposal_do", args=[proposal.pk, name])
    assert client.post(url, {"version": 1, "note": "WRITE to us."}).status_code == 409
    if name == "decline":
        answer = client.post(url, {"version": 2, "note": ""})
        assert (answer.status_code, "Give the reason." in text_of(answer)) == (422, True)
    assert client.post(url, {"version": 2, "note": "WRITE to us."}).status_code == 302
    assert as_read_by(writer, proposal).status == status
    page = text_of(sign_in(writer).get(reverse("learning:proposal", args=[proposal.pk])))
    assert "What the Network says" in page
    assert "WRITE to us." in page
    # Nothing can be changed any more.
    edit = reverse("learning:proposal_edit", args=[proposal.pk])
    assert sign_in(writer).post(edit, TEXTS | {"title": "Other", "version": 3}).status_code == 302
    assert as_read_by(writer, proposal).title == TEXTS["title"]


def test_who_may_not_propose(people: People, sign_in: Enter, writer: User) -> None:
    proposal = drafted(writer)
    with acting(writer):
        services.send_proposal(proposal)
    ministry = organization_of(writer)
    lists, new = reverse("learning:proposals"), reverse("learning:proposal_new")
    page, edit = (reverse(f"learning:{name}", args=[proposal.pk]) for name in ("proposal", "proposal_edit"))
    do = reverse("learning:proposal_do", args=[proposal.pk, "accept"])
    of_the_house = [people.member(ministry, Role.LEARNER), people.member(ministry, Role.ADMINISTRATOR)]
    editor = people.member(people.network(), Role.WEB_EDITOR)
    for user in (*of_the_house, editor):
        client = sign_in(user)
        assert [client.get(url).status_code for url in (lists, new, page, edit)] == [403] * 4
        assert client.post(do, {"version": 2}).status_code == 403
    # The Network's writers answer proposals and make none.
    client = sign_in(people.specialist())
    assert [client.get(url).status_code for url in (lists, new, page, edit)] == [403, 403, 200, 403]
    # Another ministry, and a donor, propose courses of their own and find no other.
    for other in (
        people.contributor(people.organization()),
        people.focal_point(people.organization(OrganizationKind.DONOR)),
    ):
        client = sign_in(other)
        assert [client.get(url).status_code for url in (lists, new, page, edit)] == [200, 200, 404, 404]
        assert client.post(do, {"version": 2}).status_code == 404
        assert "Letters that are understood" not in text_of(client.get(lists))
    # Whoever wrote it does not judge it.
    assert sign_in(writer).post(do, {"version": 2}).status_code == 422
    assert as_read_by(writer, proposal).status == ProposalStatus.SENT


# --- Lists of people -------------------------------------------------------------------------


@pytest.fixture
def course(people: People) -> PublishedRecord:
    with acting(people.publisher()):
        return published_course(entry="invitation")


@pytest.fixture
def sender(people: People) -> User:
    return people.member(people.organization(country="UY"), Role.ADMINISTRATOR)


def invited(user: User) -> list[str]:
    with acting(user):
        return sorted(Invitation.objects.values_list("email", flat=True))


def csv_of(text: str, name: str = "people.csv", encoding: str = "utf-8") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(encoding), content_type="text/csv")


def test_people_are_named_by_addresses_and_by_a_file(sign_in: Enter, course: PublishedRecord, sender: User) -> None:
    client, url = sign_in(sender), reverse("learning:people", args=[course.pk])
    file = csv_of("Nombre;Correo electrónico\nPeña, José;jose@example.org\n\nAna;ANA@example.org\n", encoding="latin-1")
    typed = "rosa@example.org\r\n\r\nLuz Mar <luz@example.org>; ana@example.org"
    answer = client.post(url, {"addresses": typed, "upload": file}, follow=True)
    assert answer.redirect_chain == [(url, 302)]
    assert "4 addresses were put on the list." in text_of(answer)
    assert invited(sender) == ["ana@example.org", "jose@example.org", "luz@example.org", "rosa@example.org"]
    answer = client.post(url, {"addresses": "rosa@example.org\neva@example.org"}, follow=True)
    assert "1 address was put on the list. 1 was on it already." in text_of(answer)
    assert "A small course small" in text_of(client.get(reverse("learning:lists")))


def test_each_wrong_line_is_named_and_what_was_typed_stays(
    sign_in: Enter, course: PublishedRecord, sender: User
) -> None:
    typed = "rosa@example.org\nluz.example.org\n\nana@example.org, eva@\n"
    file = csv_of("name,e-mail\nJosé,jose@example.org\nPía,pia(at)example.org\n")
    answer = sign_in(sender).post(reverse("learning:people", args=[course.pk]), {"addresses": typed, "upload": file})
    assert answer.status_code == 422
    form = answer.context["form"]
    assert form.errors["addresses"] == [
        "Line 2: “luz.example.org” is no e-mail address.", "Line 4: “eva@” is no e-mail address.",
    ]  # fmt: skip
    assert form.errors["upload"] == ["Line 3 of the file: “pia(at)example.org” is no e-mail address."]
    for line in typed.split("\n"):
        assert line in answer.content.decode()
    assert invited(sender) == []


def test_a_good_file_beside_a_wrong_line_is_asked_for_again(
    sign_in: Enter, course: PublishedRecord, sender: User
) -> None:
    sent = {"addresses": "nobody", "upload": csv_of("jose@example.org\n")}
    answer = sign_in(sender).post(reverse("learning:people", args=[course.pk]), sent)
    assert answer.context["form"].errors["upload"] == ["Choose the file once more: browsers do not keep it."]
    assert invited(sender) == []


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({}, "addresses", "Give at least one address, or a file with some."),
        ({"addresses": " \n\n"}, "addresses", "Give at least one address, or a file with some."),
        (
            {"addresses": "\n".join(f"p{number}@example.org" for number in range(501))},
            "addresses",
            "At most 500 addresses at once.",
        ),
        ({"upload": csv_of("x", name="people.pdf")}, "upload", "Choose a file of the kind CSV."),
        ({"upload": csv_of("a\x00b")}, "upload", "This file is not what its name says."),
    ],
)
def test_what_is_no_list(
    sign_in: Enter, course: PublishedRecord, sender: User, sent: dict[str, Any], field: str, words: str
) -> None:
    answer = sign_in(sender).post(reverse("learning:people", args=[course.pk]), sent)
    assert (answer.status_code, answer.context["form"].errors.get(field)) == (422, [words])
    assert invited(sender) == []


def test_five_hundred_are_taken(sign_in: Enter, course: PublishedRecord, sender: User) -> None:
    text = "\n".join(f"p{number}@example.org" for number in range(500))
    # Who is named twice counts once.
    sent = {"addresses": "p0@example.org", "upload": csv_of(f"e-mail\n{text}\n")}
    assert sign_in(sender).post(reverse("learning:people", args=[course.pk]), sent).status_code == 302
    assert len(invited(sender)) == 500


def test_who_may_name_people(people: People, sign_in: Enter, course: PublishedRecord, sender: User) -> None:
    ministry = organization_of(sender)
    with acting(sender):
        services.invite(course, ["hidden@example.org"])
    lists, page = reverse("learning:lists"), reverse("learning:people", args=[course.pk])
    for user in (
        people.member(ministry, Role.LEARNER),
        people.contributor(ministry),
        people.member(people.network(), Role.WEB_EDITOR),
        people.user(),
    ):
        client = sign_in(user)
        assert [client.get(url).status_code for url in (lists, page)] == [403, 403]
        assert client.post(page, {"addresses": "new@example.org"}).status_code == 403
    colleague = people.focal_point(ministry)
    assert "hidden@example.org" in text_of(sign_in(colleague).get(page))
    # Others have lists of their own, and do not see this one.
    for user in (
        people.focal_point(),
        people.publisher(),
        people.focal_point(people.organization(OrganizationKind.DONOR)),
    ):
        client = sign_in(user)
        assert "hidden@example.org" not in text_of(client.get(page))
        assert client.post(page, {"addresses": "other@example.org"}).status_code == 302
    assert invited(sender) == ["hidden@example.org"]


def test_a_withdrawn_course_has_no_list(people: People, sign_in: Enter, course: PublishedRecord, sender: User) -> None:
    with acting(people.publisher()):
        services.withdraw_course(Course.objects.get(pk=course.pk), reason="Over.")
    client = sign_in(sender)
    assert client.get(reverse("learning:people", args=[course.pk])).status_code == 404
    assert "No course is open" in text_of(client.get(reverse("learning:lists")))
