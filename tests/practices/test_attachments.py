"""Files that a ministry lets everybody have: on the public page, in the PDF, and gone when they are taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from network_site.organizations.models import User
from network_site.publishing import services as publishing
from network_site.publishing.models import Audience, PublishedFile, PublishedRecord, PublishedVersion
from practices import cards, pdf, services
from practices.models import Attachment, PracticeVersion
from practices.snapshot import JSON_SCHEMA, SCHEMA

from ..machine.test_pdf import read
from ..machine.test_pdf import words as printed
from ..people import People, acting, get, published, step
from ..queries import asking
from .pages import soup, words
from .test_public_life import SignIn, address, publish_again

pytestmark = pytest.mark.django_db
MISSING = "00000000-0000-4000-8000-000000000000"


def attachment(title: str, *, is_public: bool, language: str = "es") -> dict[str, Any]:
    return {
        "title": title, "is_public": is_public, "language": language, "content_type": "application/pdf",
        "file": ContentFile(b"%PDF-1.7 " + title.encode(), name="form.pdf"), "file_name": f"{title}.pdf",
    }  # fmt: skip


@pytest.fixture
def focal_point(people: People) -> User:
    return people.focal_point(people.organization(country="UY"))


@pytest.fixture
def version(people: People, focal_point: User) -> PracticeVersion:
    """A published practice with one attachment for everybody and one that is not."""
    rows = [attachment("Model letter", is_public=True), attachment("Staff list", is_public=False)]
    return published(people, focal_point, rows={"attachments": rows})


def link(page: Any, title: str = "Model letter") -> str:
    found = soup(page).find("a", string=title)
    return str(found["href"]) if found else ""


def of(version: PracticeVersion, user: User, title: str) -> str:
    """The address of an attachment, whoever may open it."""
    with acting(user):
        return reverse("private_file", args=[Attachment.objects.get(version_id=version.pk, title=title).pk])


def test_everybody_finds_the_public_file_on_the_page_and_downloads_it(version: PracticeVersion) -> None:
    page = Client().get(address(version))
    assert "Model letter PDF, 21 bytes · Language: Spanish" in words(page)
    answer = Client().get(link(page))
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"%PDF-1.7 Model letter")
    assert {name: answer[name] for name in (
        "Content-Type", "Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy", "Cache-Control",
        "X-Robots-Tag",
    )} == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="Model letter.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex",
    }  # fmt: skip


def test_the_snapshot_lists_it_by_id_name_kind_and_size_and_not_where_it_lies(
    version: PracticeVersion, focal_point: User
) -> None:
    with acting(focal_point):
        row = Attachment.objects.get(version_id=version.pk, title="Model letter")
    record = PublishedRecord.objects.get(pk=version.practice_id)
    assert record.snapshot["attachments"] == [
        {
            "id": str(row.pk), "title": "Model letter", "name": "Model letter.pdf", "type": "application/pdf",
            "size": 21, "language": "es",
        }
    ]  # fmt: skip
    assert row.file.name not in str(record.snapshot)


def test_a_file_that_is_not_public_stands_nowhere_and_is_as_if_missing(
    version: PracticeVersion, focal_point: User, sign_in: SignIn
) -> None:
    page = Client().get(address(version))
    assert "Staff list" not in page.content.decode()
    assert "Staff list" not in str(PublishedRecord.objects.get(pk=version.practice_id).snapshot)
    kept, nothing = of(version, focal_point, "Staff list"), reverse("private_file", args=[MISSING])
    answers = [Client().get(url) for url in (kept, nothing)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert words(answers[0]) == words(answers[1])
    assert sign_in(focal_point).get(kept).status_code == 200


def test_a_file_of_a_draft_is_nobodys_before_publication(people: People, focal_point: User) -> None:
    version = published(people, focal_point)
    with acting(focal_point):
        following = services.open_next_version(get(version.pk))
        rows = {"attachments": [attachment("Model letter", is_public=True)]}
        services.save_version(following, lock_version=1, fields={}, rows=rows)
    assert Client().get(of(following, focal_point, "Model letter")).status_code == 404
    publish_again(people, focal_point, following)
    assert Client().get(of(following, focal_point, "Model letter")).status_code == 200


def test_a_file_that_the_next_version_takes_back_is_gone_and_the_old_page_says_so(
    people: People, version: PracticeVersion, focal_point: User
) -> None:
    url = link(Client().get(address(version)))
    with acting(focal_point):
        following = services.open_next_version(get(version.pk))
        Attachment.objects.filter(version_id=following.pk).update(is_public=False)
    # Until it is published, the record lists what it listed.
    assert Client().get(url).status_code == 200
    publish_again(people, focal_point, following)
    assert Client().get(url).status_code == 404
    old = Client().get(address(version, tail="v1/"))
    assert (link(old), "no longer offered" in words(old)) == ("", True)
    assert "Model letter" not in words(Client().get(address(version)))


def test_the_same_file_in_the_next_version_stays_reachable_from_the_old_page(
    people: People, version: PracticeVersion, focal_point: User
) -> None:
    url = link(Client().get(address(version)))
    with acting(focal_point):
        following = services.open_next_version(get(version.pk))
    publish_again(people, focal_point, following)
    new = link(Client().get(address(version)))
    assert new not in {"", url}
    assert link(Client().get(address(version, tail="v1/"))) == url
    assert [Client().get(one).status_code for one in (url, new)] == [200, 200]


def test_a_withdrawn_practice_offers_nothing_any_more(
    people: People, version: PracticeVersion, focal_point: User, sign_in: SignIn
) -> None:
    url = link(Client().get(address(version)))
    step(people.publisher(), version, "withdraw", note="The ministry asked for it.")
    assert Client().get(url).status_code == 404
    assert sign_in(people.focal_point()).get(url).status_code == 404
    assert sign_in(focal_point).get(url).status_code == 200


def test_a_record_for_members_offers_its_files_to_members_only(
    people: People, version: PracticeVersion, focal_point: User, sign_in: SignIn
) -> None:
    record = PublishedRecord.objects.select_related("owner").get(pk=version.practice_id)
    url = link(Client().get(address(version)))
    file = PublishedFile.objects.get(record=record)
    with acting(people.publisher()):
        publishing.publish(
            kind="practice", record_id=record.pk, owner=record.owner, country_id="UY", version=2, schema=SCHEMA,
            json_schema=JSON_SCHEMA, snapshot=record.snapshot, terms=[], audience=Audience.NETWORK,
            files=[publishing.OfferedFile(id=file.pk, path=file.file.name, name=file.name, content_type="text/plain")],
        )  # fmt: skip
    assert Client().get(url).status_code == 404
    assert sign_in(people.focal_point()).get(url).status_code == 200


def test_only_publishing_writes_what_is_offered(version: PracticeVersion) -> None:
    file = PublishedFile.objects.get(record_id=version.practice_id)
    for write in (
        lambda: PublishedFile.objects.filter(pk=file.pk).update(name="other.pdf"),
        lambda: PublishedFile.objects.filter(pk=file.pk).delete(),
        lambda: PublishedFile.objects.create(id=MISSING, record_id=file.record_id, file="aa/bb.pdf", name="b"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()


def test_the_list_of_files_costs_one_question_and_none_where_there_is_no_file(version: PracticeVersion) -> None:
    record = PublishedRecord.objects.get(pk=version.practice_id)
    with asking(1):
        assert len(cards.attachments(record, record.snapshot)) == 1
    # A version published before there were attachments has no list at all.
    old = PublishedVersion.objects.get(record=record).snapshot
    del old["attachments"]
    with asking(0):
        assert cards.attachments(record, old) == []


@pytest.mark.skipif(not pdf.is_possible(), reason="needs Pango, which apt-get install libpango-1.0-0 brings")
def test_the_pdf_lists_the_addresses(version: PracticeVersion, settings: Any, tmp_path: Any) -> None:
    settings.VAR_DIR = tmp_path
    reader: PdfReader = read(Client(), version)
    url = settings.SITE_URL + link(Client().get(address(version)))
    assert "Model letter (PDF, 21 bytes, Spanish)" in printed(reader)
    uris = [
        annotation.get_object()["/A"]["/URI"]
        for page in reader.pages
        for annotation in page.get("/Annots", [])
        if "/A" in annotation.get_object()
    ]
    assert url in uris
