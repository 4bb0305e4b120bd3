"""Pages that editors build from blocks: what readers see of them, and what it costs."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.blocks import StreamBlockValidationError
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents.models import Document
from wagtail.images.forms import get_image_form
from wagtail.images.models import Image
from wagtail.models import Page, PageViewRestriction, Site

from network_site.common import periodic
from network_site.organizations.actor import acting_as, service_actor
from network_site.publishing import services
from network_site.publishing.blocks import BodyBlock
from network_site.publishing.models import (
    CountryIndexPage,
    CountryPage,
    HomePage,
    NewsPage,
    PublicationIndexPage,
    PublicationPage,
    PublishedRecord,
    TextPage,
)
from network_site.publishing.selectors import fallen_cards, open_records
from network_site.publishing.views import PICTURES

from ..people import People, published
from ..queries import NOT_ASKED
from .cms import block, change, image, news, news_index, records

pytestmark = pytest.mark.django_db


def read(client: Client, url: str) -> BeautifulSoup:
    answer = client.get(url)
    assert (url, answer.status_code) == (url, 200)
    return BeautifulSoup(answer.content.decode(), "html.parser")


def record_of(people: People, **fields: Any) -> PublishedRecord:
    version = published(people, **fields)
    return PublishedRecord.objects.get(pk=version.practice_id)


def withdraw(record: PublishedRecord) -> None:
    with acting_as(service_actor("seeding"), reason="test"):
        services.withdraw(record_id=record.pk, reason="Its figures were wrong.")


def queries(client: Client, url: str) -> int:
    """How many queries a page costs once caches are warm."""
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len([query for query in caught if not query["sql"].startswith(NOT_ASKED)])


# --- Blocks ----------------------------------------------------------------------------------


def test_each_block_is_drawn_by_a_template_of_ours_without_inline_code(people: People, client: Client) -> None:
    record = record_of(people)
    file = Document.objects.create(title="Annual report", file="documents/report.pdf", file_size=2_300_000)
    about = TextPage.objects.get(locale__language_code="en", slug="about")
    page = news(
        block("heading", "What changed"),
        block("text", '<p>Two <b>new</b> things.</p><script>alert(1)</script><p style="color:red">Red</p>'),
        records(record),
        block(
            "figures",
            [
                {
                    "value": "1,200",
                    "label": "firms",
                    "source": "Register, p. 4",
                    "year": 2022,
                    "url": "https://x.example/",
                }
            ],
        ),
        block("quote", {"text": "We came by appointment.", "who": "Rosa Lima, inspector", "source": "Letter, 2021"}),
        block("document", {"document": file.pk, "title": ""}),
        block("image", {"image": {"image": image().pk, "alt_text": "An empty street", "decorative": False}}),
        block("action", {"label": "Read on", "page": about.pk, "place": "", "url": ""}),
        block("cite", {"text": "Feasibility study, section V.A", "url": ""}),
    )
    answer = client.get(page.url)
    tree = BeautifulSoup(answer.content.decode(), "html.parser")
    main = tree.main
    assert [heading.get_text() for heading in main.find_all("h2")] == ["What changed"]
    assert [link.get_text() for link in main.select("li.rec h3 a")] == [record.title]
    assert main.select_one("dl.figs dd").get_text() == "1,200"
    assert "Source: Register, p. 4, 2022" in main.select_one("dl.figs dt .src").get_text()
    assert main.select_one("blockquote").get_text(strip=True) == "We came by appointment."
    assert main.select_one("p.file a")["href"] == file.url
    assert "PDF, 2.2" in main.select_one("p.file").get_text()
    assert main.select_one("a.btn")["href"] == about.url
    assert "Feasibility study, section V.A" in main.select_one("p.cite").get_text()
    picture = main.select_one("figure.pic picture")
    assert [source["type"] for source in picture.find_all("source")] == ["image/avif", "image/webp"]
    drawn = picture.img
    assert (drawn["alt"], drawn["width"], drawn["height"], drawn["loading"]) == (
        "An empty street",
        "480",
        "360",
        "lazy",
    )
    assert main.find_all(["script", "style"]) == []
    assert [tag for tag in main.find_all(True) if any(name.startswith("on") for name in tag.attrs)] == []
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe-inline" not in answer["Content-Security-Policy"]


def clean(kind: str, value: Any) -> Any:
    """What the editor's form says of a block."""
    stream = BodyBlock()
    return stream.clean(stream.to_python([block(kind, value)]))


@pytest.mark.parametrize(
    ("link", "accepted"),
    [
        ({"url": "https://example.org/"}, True),
        ({"place": "practices:new"}, True),
        ({"url": "http://example.org/"}, False),
        ({"url": "javascript:alert(1)"}, False),
        ({"url": "https://example.org/", "place": "practices:new"}, False),
        ({}, False),
    ],
)
def test_a_call_to_action_has_exactly_one_target_and_leaves_the_site_by_https(link: Any, accepted: bool) -> None:
    value = {"label": "Read on", "page": None, "place": "", "url": ""} | link
    if accepted:
        assert clean("action", value)[0].value["label"] == "Read on"
    else:
        with pytest.raises(StreamBlockValidationError):
            clean("action", value)


def test_an_image_says_what_it_shows_or_that_it_shows_nothing() -> None:
    shown = image()
    with pytest.raises(StreamBlockValidationError):
        clean("image", {"image": {"image": shown.pk, "alt_text": "", "decorative": False}})
    clean("image", {"image": {"image": shown.pk, "alt_text": "", "decorative": True}})
    clean("image", {"image": {"image": shown.pk, "alt_text": "A street", "decorative": False}})


def test_the_picture_of_a_news_says_what_it_shows_too() -> None:
    shown = image()
    page = NewsPage(title="x", slug="x", lead="x", image=shown)
    with pytest.raises(ValidationError) as refused:
        page.full_clean(exclude=["path", "depth", "locale", "content_type"])
    assert list(refused.value.message_dict) == ["image_alt"]
    fine = news(image=shown, image_alt="A street")
    with pytest.raises(IntegrityError), transaction.atomic():
        NewsPage.objects.filter(pk=fine.pk).update(image_alt="")


def test_the_focal_point_is_what_a_cut_picture_keeps(client: Client, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    left = image("Left", focal_point_x=100, focal_point_y=600, focal_point_width=50, focal_point_height=50)
    right = image("Right", focal_point_x=1500, focal_point_y=600, focal_point_width=50, focal_point_height=50)
    shades = {}
    for name, shown in (("left", left), ("right", right)):
        from PIL import Image as Pillow

        with shown.get_rendition("fill-200x400|format-png").file.open() as file:
            shades[name] = Pillow.open(file).convert("L").getpixel((100, 200))
    assert shades == {"left": 0, "right": 255}


def test_svg_is_no_picture(db: None) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for name in ("a.svg", "a.png"):
        form = get_image_form(Image)(
            {"title": "x", "collection": 1}, {"file": SimpleUploadedFile(name, drawing, "image/svg+xml")}
        )
        assert (name, "file" in form.errors) == (name, True)
    assert "image/svg+xml" not in PICTURES


def test_readers_get_pictures_drawn_anew_and_never_the_upload(client: Client, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    shown = image()
    page = news(block("image", {"image": {"image": shown.pk, "alt_text": "A street", "decorative": False}}))
    sent = client.get(read(client, page.url).select_one("figure.pic img")["src"])
    assert (sent.status_code, sent["Content-Type"], sent["X-Content-Type-Options"]) == (200, "image/jpeg", "nosniff")
    assert b"".join(sent.streaming_content)[:2] == b"\xff\xd8"
    for path in (shown.file.url, f"/media/images/..%2F{shown.file.name}", "/media/images/none.jpg"):
        assert (path, client.get(path, follow=True).status_code) == (path, 404)


# --- Record cards ----------------------------------------------------------------------------


def test_the_card_of_a_withdrawn_record_goes_and_editors_are_told(people: People, client: Client) -> None:
    kept, lost = record_of(people, title="Kept practice"), record_of(people, title="Lost practice")
    page = news(records(kept, lost))
    assert [link.get_text() for link in read(client, page.url).select("li.rec a")] == ["Kept practice", "Lost practice"]
    assert fallen_cards() == []
    withdraw(lost)
    tree = read(client, page.url)
    assert [link.get_text() for link in tree.select("li.rec a")] == ["Kept practice"]
    assert "Lost practice" not in tree.get_text()
    assert [(card.page.pk, card.record.pk) for card in fallen_cards()] == [(page.pk, lost.pk)]


def test_only_open_records_can_be_chosen(people: People) -> None:
    kept, lost = record_of(people), record_of(people)
    withdraw(lost)
    assert list(open_records().values_list("pk", flat=True)) == [kept.pk]
    clean("records", [str(kept.pk)])
    with pytest.raises(StreamBlockValidationError):
        clean("records", [str(lost.pk)])


def test_a_card_alone_under_the_title_leaves_no_step_out_of_the_headings(people: People, client: Client) -> None:
    record = record_of(people)
    assert [tag.name for tag in read(client, news(records(record)).url).main.find_all(["h1", "h2", "h3"])] == [
        "h1",
        "h2",
    ]


# --- Lists -----------------------------------------------------------------------------------


def test_news_stand_by_date_ten_on_a_page(client: Client) -> None:
    NewsPage.objects.filter(locale__language_code="en").delete()
    day = timezone.localdate()
    for number in range(12):
        news(title=f"News {number}", date=day - timedelta(days=number))
    first, second = (read(client, f"{news_index().url}?page={number}") for number in (1, 2))
    assert [link.get_text() for link in first.select("li.rec a")] == [f"News {number}" for number in range(10)]
    assert [link.get_text() for link in second.select("li.rec a")] == ["News 10", "News 11"]
    assert read(client, f"{news_index().url}?page=x").select_one("li.rec a").get_text() == "News 0"


def test_publications_are_cited_and_not_copied(client: Client) -> None:
    page = PublicationPage.objects.get(locale__language_code="es", year=2004)
    tree = read(client, page.url)
    assert page.citation in tree.main.get_text()
    assert Document.objects.count() == 0
    shown = [link["href"] for link in read(client, page.get_parent().url).select("li.rec a")]
    assert len(shown) == 5
    assert shown[-1] == PublicationPage.objects.get(locale__language_code="es", year=None).url


def test_a_country_shows_its_practices_institutions_and_figures(people: People, client: Client) -> None:
    ministry = people.organization(country="EE")
    record = record_of(people, focal_point=people.focal_point(ministry))
    page = CountryPage.objects.get(locale__language_code="fr", country="EE")
    main = read(client, page.url).main
    assert main.h1.get_text() == "Estonie"
    assert [link.get_text() for link in main.select("li.rec a")] == [record.title]
    assert main.select_one("aside li a").get_text() == ministry.names["fr"]
    rows = {
        row.th.get_text(): [cell.get_text(strip=True) for cell in row.find_all("td")] for row in main.select("tbody tr")
    }
    assert rows["Langues"][:2] == ["estonien", "2026"]
    assert "Babel" in rows["Langues"][2]
    index = read(client, CountryIndexPage.objects.get(locale__language_code="fr").url)
    counts = {row.a.get_text(): row.select_one(".num").get_text(strip=True) for row in index.select("ul.index li")}
    assert counts["Estonie"].startswith("1")
    assert counts["Italie"].startswith("0")


def test_a_country_has_one_page_in_a_language() -> None:
    index = CountryIndexPage.objects.get(locale__language_code="en")
    twin = CountryPage(title="Estonia again", slug="again", country_id="EE", locale=index.locale)
    with pytest.raises(ValidationError) as refused:
        index.add_child(instance=twin)
    assert list(refused.value.message_dict) == ["country"]


# --- What it costs ---------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "cost"), [("en", 14), ("es", 15)])
def test_the_front_page_costs_the_same_with_all_its_blocks(
    people: People, client: Client, language: str, cost: int
) -> None:
    """Wagtail itself asks once more for a tree that is not the site's first."""
    published(people)
    assert queries(client, f"/{language}/") == cost
    published(people)
    news(language=language)
    assert queries(client, f"/{language}/") == cost


def test_news_that_not_everybody_may_read_are_not_on_the_front_page(client: Client) -> None:
    page = news(title="For members")
    assert "For members" in read(client, "/en/").get_text()
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert "For members" not in read(client, "/en/").get_text()


@pytest.mark.parametrize("count", [1, 3])
def test_cards_cost_the_same_for_one_or_three(people: People, client: Client, count: int) -> None:
    shown = [record_of(people) for _ in range(count)]
    page = news(records(*shown))
    assert queries(client, page.url) == 13
    page = news(*(records(record) for record in shown), block("heading", "x"), *(records(record) for record in shown))
    assert queries(client, page.url) == 13


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_one_or_three(people: People, client: Client, count: int) -> None:
    NewsPage.objects.all().delete()
    for _ in range(count):
        news(image=image(), image_alt="A street")
        published(people, focal_point=people.focal_point(people.organization(country="EE")))
    urls = {
        "news": news_index().url,
        "publications": PublicationIndexPage.objects.get(locale__language_code="en").url,
        "countries": CountryIndexPage.objects.get(locale__language_code="en").url,
        "country": CountryPage.objects.get(locale__language_code="en", country="EE").url,
        "content": TextPage.objects.get(locale__language_code="en", slug="functions").url,
    }
    assert {name: queries(client, url) for name, url in urls.items()} == {
        "news": 12, "publications": 11, "countries": 13, "country": 24, "content": 10,
    }  # fmt: skip


# --- Menu, redirects, schedule ---------------------------------------------------------------


def menu(client: Client, language: str = "en") -> list[str]:
    return [link.get_text() for link in read(client, f"/{language}/").select("nav.menu a")]


def test_what_an_editor_ticks_stands_in_the_menu_in_the_order_of_the_tree(client: Client) -> None:
    assert menu(client) == [
        "Practices", "Needs", "Projects", "Offers", "Courses", "Organisations", "About the Network", "News",
        "Publications", "Countries",
    ]  # fmt: skip
    assert menu(client, "fr")[-1] == "Pays"
    home = HomePage.objects.get(locale__language_code="en")
    functions, countries = (Page.objects.get(slug=slug, depth=3) for slug in ("functions", "countries"))
    change(functions, show_in_menus=True)
    functions.refresh_from_db()
    functions.move(home, "first-child")
    change(countries, show_in_menus=False)
    assert menu(client)[0] == "The seven functions of the Network"
    assert "Countries" not in menu(client)
    foot = [link.get_text() for link in read(client, "/en/").select("footer a")]
    assert "Countries" in foot


def test_a_page_that_moved_is_found_at_its_old_address(client: Client, django_capture_on_commit_callbacks: Any) -> None:
    page = news(title="Old name")
    old = page.url
    with django_capture_on_commit_callbacks(execute=True):
        change(page, slug="new-name")
    answer = client.get(old)
    assert (answer.status_code, answer.url) == (301, NewsPage.objects.get(pk=page.pk).url)


def test_a_redirect_of_an_editor_works_with_and_without_a_language(client: Client) -> None:
    target = TextPage.objects.get(locale__language_code="en", slug="about")
    for path in ("/en/the-study", "/the-study"):
        Redirect.objects.create(old_path=path, redirect_page=target, site=Site.objects.get())
        answer = client.get(f"{path}/")
        assert (path, answer.status_code, answer.url) == (path, 301, target.url)


def test_a_page_is_published_and_taken_down_by_the_relays_clock(client: Client) -> None:
    waiting = NewsPage(title="Later", lead="x", live=False, go_live_at=timezone.now() + timedelta(hours=1))
    news_index().add_child(instance=waiting)
    waiting.save_revision().publish()
    assert client.get(waiting.get_url()).status_code == 404
    clock = periodic.Clock()
    assert "publishing.scheduled" in clock.tick(now=0)
    assert client.get(waiting.get_url()).status_code == 404

    past = timezone.now() - timedelta(minutes=1)
    revision = waiting.get_latest_revision()
    revision.content["go_live_at"] = past.isoformat()
    revision.approved_go_live_at = past
    revision.save()
    assert "publishing.scheduled" not in clock.tick(now=59)
    assert client.get(waiting.get_url()).status_code == 404
    assert "publishing.scheduled" in clock.tick(now=61)
    assert client.get(waiting.get_url()).status_code == 200

    NewsPage.objects.filter(pk=waiting.pk).update(expire_at=past)
    clock.tick(now=122)
    assert client.get(waiting.get_url()).status_code == 404


def test_a_job_that_fails_stops_no_other_and_waits_for_its_turn() -> None:
    ran: list[str] = []

    def broken() -> None:
        raise RuntimeError("on purpose")

    jobs = periodic.jobs
    kept = dict(jobs.items())
    try:
        jobs._filled.clear()
        jobs.fill("broken", (10, broken))
        jobs.fill("sound", (10, lambda: ran.append("sound")))
        clock = periodic.Clock()
        assert clock.tick(now=0) == ["broken", "sound"]
        assert clock.tick(now=9) == []
        assert clock.tick(now=10) == ["broken", "sound"]
    finally:
        jobs._filled.clear()
        jobs._filled.update(kept)
    assert ran == ["sound", "sound"]


# --- Seed ------------------------------------------------------------------------------------


def test_planting_again_changes_nothing_and_keeps_what_editors_wrote() -> None:
    from network_site.publishing.seeding import load_pages
    from network_site.seeding import PAGES

    page = TextPage.objects.get(locale__language_code="en", slug="functions")
    change(page, block("text", "<p>Ours now.</p>"), slug="what-we-do")
    before = sorted(Page.objects.values_list("pk", "latest_revision_id"))
    with acting_as(service_actor("seeding"), reason="test"):
        assert load_pages(PAGES) == 0
    assert sorted(Page.objects.values_list("pk", "latest_revision_id")) == before
    assert "Ours now." in json.dumps(TextPage.objects.get(pk=page.pk).content.get_prep_value())
