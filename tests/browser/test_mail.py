"""Mails in a browser: readable narrow and wide, by day and in the dark; the way to fewer of them; the viewer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .site import Site, run, wait_until
from .test_accessibility import faults, sideways
from .visitors import NARROW, WIDE, Visitors, follow, heading, press

pytestmark = pytest.mark.browser

# What the relay does at seven in the morning, for everybody, now; and a word at once for one person.
TELL = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from network_site.common import mailings, notices
from network_site.common.models import Outbox
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from practices.models import PracticeVersion
focal = User.objects.get(email="focal@demo.enlace.example")
with acting_as(service_actor("relay")):
    version = PracticeVersion.objects.filter(practice__owner__key="demo-ministry-a").order_by("title").first()
    event = Outbox(kind="practice.returned", object_type="practices.practiceversion", object_id=version.pk,
                   dedupe_key="a word for the browser")
    notices.tell(event, recipients=[focal.pk], subject=version.title, url_name="practices:version")
mailings.schedule_digests(timezone.now() + timedelta(days=1))
"""
HOSTILE = (
    b"From: a@example.org\nTo: <b@example.org>\nSubject: <img src=x onerror=alert(1)>\nMIME-Version: 1.0\n"
    b"Content-Type: text/html; charset=utf-8\n\n<!doctype html><html lang=en><title>quiet</title><body>"
    b"<h1>Still here</h1><script>document.title = 'ran'</script><img src=x onerror=\"document.title = 'ran'\">"
    b"<a target=_top href='https://example.org/'>away</a></body></html>\n" + b"-" * 79 + b"\n"
)


def folder(site: Site) -> Path:
    return site.folder / "var" / "mail"


@pytest.fixture(scope="module")
def written(site: Site) -> list[Path]:
    """The mails that the site's own relay has written."""
    run("-c", TELL, env=site.env)

    def mails() -> list[Path]:
        files = list(folder(site).glob("*.log")) if folder(site).exists() else []
        texts = [file.read_bytes() for file in files]
        told = [b"\nSubject: Your practice came back with questions" in text for text in texts]
        return files if any(told) and any(b"\nSubject: Your day: " in text for text in texts) else []

    found: list[Path] = wait_until(mails, seconds=60, what="the relay has written a notice and a digest")
    return found


def mail_with(page: Page, words: str) -> str:
    """The address of a mail whose subject begins so."""
    page.goto("/dev/mail/")
    link = page.locator("main li a", has_text=re.compile(f"^{words}")).first
    return str(link.get_attribute("href"))


def all_faults(page: Page) -> dict[str, list[str]]:
    """What axe finds and what does not fit, narrow and wide."""
    found = {}
    for name, size in (("narrow", NARROW), ("wide", WIDE)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        found[name] = faults(page) + sideways(page)
    return {name: what for name, what in found.items() if what}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("words", ["Your practice came back", "Your day"])
def test_a_mail_has_no_fault_by_day_or_in_the_dark(
    words: str, scheme: Any, written: list[Path], visitors: Visitors
) -> None:
    page = visitors.window(color_scheme=scheme)
    # Its own address forbids every script, and axe is one.
    html = page.request.get(f"{mail_with(page, words)}html/").text()
    page.goto("about:blank")
    page.set_content(html)
    assert page.locator("h1").count() == 1
    assert page.locator("a.button").count() == 1
    ground = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert ground == {"light": "rgb(242, 238, 227)", "dark": "rgb(16, 25, 28)"}[scheme]
    assert all_faults(page) == {}


def test_the_viewer_shows_a_mail_in_a_frame_and_opens_its_links(written: list[Path], visitors: Visitors) -> None:
    page = visitors.window()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(mail_with(page, "Your practice came back"))
    expect(page.frame_locator("iframe").locator("h1")).to_have_text("Your practice came back with questions")
    assert complaints == []
    assert page.locator("iframe").get_attribute("title") == "The mail as HTML"
    # Looked at above; axe would wait for an answer from a frame that runs no script.
    page.locator("iframe").evaluate("frame => frame.remove()")
    assert all_faults(page) == {}
    page.locator("main a", has_text="/workspace/mail/").click()
    expect(page).to_have_url(re.compile(r"/accounts/login/"))


def test_a_mail_in_the_viewer_runs_no_script_and_leads_nowhere(
    written: list[Path], site: Site, visitors: Visitors
) -> None:
    (folder(site) / "hostile-1.log").write_bytes(HOSTILE)
    page = visitors.window()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto("/dev/mail/hostile-1-0/")
    frame = page.frame_locator("iframe")
    expect(frame.locator("h1")).to_have_text("Still here")
    assert [one.title() for one in page.frames[1:]] == ["quiet"]
    frame.locator("a").click()
    expect(page.locator("main h1")).to_have_text("<img src=x onerror=alert(1)>")
    page.goto("/dev/mail/hostile-1-0/html/")
    assert page.title() == "quiet"
    assert dialogs == []


def test_the_link_in_a_mail_stops_its_kind_without_signing_in(written: list[Path], visitors: Visitors) -> None:
    page = visitors.window(java_script_enabled=False)
    page.goto(mail_with(page, "Your practice came back"))
    page.goto(str(page.locator("main a", has_text="/mail/stop/").get_attribute("href")))
    heading(page, "Fewer mails")
    seen = visitors.window()
    seen.goto(page.url)
    assert all_faults(seen) == {}
    press(page, "Stop these mails")
    heading(page, "Done: fewer mails")
    mine = visitors.window("focal")
    mine.goto("/en/workspace/mail/")
    expect(mine.locator("[name='practice.returned'][value=never]")).to_be_checked()
    expect(mine.locator("[name='practice.handed_over'][value=at_once]")).to_be_checked()


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("path", ["mail", "notices"])
def test_the_pages_have_no_fault(path: str, language: str, written: list[Path], visitors: Visitors) -> None:
    page = visitors.window("focal")
    page.goto(f"/{language}/workspace/{path}/")
    assert all_faults(page) == {}


def test_choosing_needs_no_mouse_and_no_script(visitors: Visitors) -> None:
    page = visitors.window("contributor", java_script_enabled=False)
    page.goto("/en/workspace/notices/")
    follow(page, "Choose what also comes by mail")
    heading(page, "Notices and mail")
    page.locator("[name='practice.returned'][value=at_once]").focus()
    for _right in range(2):
        page.keyboard.press("ArrowRight")
    expect(page.locator("[name='practice.returned'][value=weekly]")).to_be_checked()
    page.locator("[name=hour]").select_option("18")
    page.locator("main").get_by_role("button", name="Save", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("main").get_by_role("status")).to_contain_text("Saved.")
    page.reload()
    expect(page.locator("[name='practice.returned'][value=weekly]")).to_be_checked()
    expect(page.locator("[name=hour]")).to_have_value("18")


def test_notices_are_read_one_record_at_a_time(written: list[Path], visitors: Visitors) -> None:
    page = visitors.window("focal", java_script_enabled=False)
    page.goto("/en/workspace/notices/")
    buttons = page.get_by_role("button", name=re.compile("^Mark as read"))
    before = buttons.count()
    assert before > 1
    buttons.first.click()
    expect(buttons).to_have_count(before - 1)
    press(page, "Mark all as read")
    expect(buttons).to_have_count(0)
    expect(page.locator("main .tag")).to_have_count(0)
