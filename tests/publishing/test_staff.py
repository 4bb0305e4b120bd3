"""Who edits pages: groups follow the roles in the Network, and no tenant ever gets into the admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.utils import timezone
from wagtail.models import GroupPagePermission, get_page_models

from network_site.common import periodic
from network_site.common.scoping import unscoped
from network_site.organizations import services
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import NETWORK_ROLES, TENANT_ROLES, OrganizationKind
from network_site.organizations.models import Membership, User
from network_site.publishing.models import HomePage, PublishedRecord, TextPage
from network_site.publishing.staff import KINDS, make_groups

from ..people import People, published
from .cms import image, news, news_index, records

pytestmark = pytest.mark.django_db


def groups(user: User) -> list[str]:
    return sorted(user.groups.values_list("name", flat=True))


def enters_admin(user: User) -> bool:
    return User.objects.get(pk=user.pk).has_perm("wagtailadmin.access_admin")


@pytest.mark.parametrize("role", sorted(NETWORK_ROLES))
def test_a_role_in_the_network_gives_its_group_and_no_other(people: People, role: str) -> None:
    user = people.member(people.network(), role)
    assert groups(user) == ([KINDS[role].group] if role in KINDS else [])
    assert enters_admin(user) == (role in {"web_editor", "publisher", "lead"})


@pytest.mark.parametrize("kind", [kind for kind in OrganizationKind.values if kind != OrganizationKind.NETWORK])
def test_no_role_in_any_other_organisation_opens_the_admin(people: People, sign_in: Any, kind: str) -> None:
    user = people.member(people.organization(kind), *TENANT_ROLES)
    assert (groups(user), enters_admin(user)) == ([], False)
    client = sign_in(user)
    for path in ("/admin/", "/admin/pages/", "/admin/localize/reports/translations/", "/admin/record_chooser/"):
        assert (path, client.get(path).status_code) == (path, 302)


def test_a_role_that_is_taken_away_or_ends_takes_its_group_with_it(people: People) -> None:
    user = people.member(people.network(), "web_editor")
    with acting_as(service_actor("seeding"), reason="test"):
        services.grant_membership(user=user, organization=people.network(), roles=["specialist"])
    assert groups(user) == []


def test_a_change_past_the_services_is_followed_at_once_too(people: People) -> None:
    first, second = (people.member(people.network(), "lead") for _ in range(2))
    with acting_as(service_actor("seeding"), reason="test"):
        both = Membership.objects.filter(user__in=[first, second], roles=["lead"])
        assert both.update(roles=["web_editor"]) == 2
    assert (groups(first), groups(second)) == (["Network: web editors"], ["Network: web editors"])
    with acting_as(service_actor("seeding"), reason="test"):
        ended = {"valid_from": timezone.now() - timedelta(days=1), "valid_to": timezone.now()}
        Membership.objects.filter(user=first).update(**ended)
        row = Membership.objects.get(user=second)
        row.valid_from, row.valid_to = ended["valid_from"], ended["valid_to"]
        Membership.objects.bulk_update([row], ["valid_from", "valid_to"])
    assert (groups(first), groups(second)) == ([], [])


def test_a_membership_that_ends_by_itself_takes_its_group_within_minutes(people: People) -> None:
    user = people.member(people.network(), "lead")
    with acting_as(service_actor("seeding"), reason="test"):
        ended = {"valid_from": timezone.now() - timedelta(days=1), "valid_to": timezone.now()}
        # As it stands in the database once its day has come: nobody was told.
        unscoped(Membership).filter(user=user).update(**ended)
    assert groups(user) == ["Network: lead"]
    assert "publishing.staff" in periodic.Clock().tick(now=0)
    assert groups(user) == []


def test_the_check_names_whoever_is_out_of_step_and_the_command_mends_it(people: People) -> None:
    tenant = people.focal_point()
    editor = people.member(people.network(), "web_editor")
    call_command("sync_staff", "--check")
    tenant.groups.add(Group.objects.get(name="Editors"))
    editor.groups.clear()
    with pytest.raises(CommandError) as refused:
        call_command("sync_staff", "--check")
    assert (tenant.email in str(refused.value), editor.email in str(refused.value)) == (True, True)
    call_command("sync_staff")
    assert (groups(tenant), enters_admin(tenant)) == ([], False)
    assert groups(editor) == ["Network: web editors"]
    call_command("sync_staff", "--check")
    tenant.user_permissions.add(Permission.objects.get(codename="access_admin"))
    with pytest.raises(CommandError):
        call_command("sync_staff", "--check")


def test_a_group_that_was_widened_by_hand_gets_back_what_it_should_have() -> None:
    group = Group.objects.get(name="Network: publishers")
    before = set(group.page_permissions.values_list("permission__codename", flat=True))
    assert before == {"change_page", "publish_page"}
    GroupPagePermission.objects.create(
        group=group,
        page=HomePage.objects.first(),
        permission=Permission.objects.get(content_type__app_label="wagtailcore", codename="bulk_delete_page"),
    )
    group.permissions.add(Permission.objects.get(content_type__app_label="wagtailcore", codename="add_site"))
    make_groups()
    assert set(group.page_permissions.values_list("permission__codename", flat=True)) == before
    assert list(group.permissions.values_list("codename", flat=True)) == ["access_admin"]


@pytest.mark.parametrize(
    ("role", "adds", "edits"), [("web_editor", 200, 200), ("lead", 200, 200), ("publisher", 302, 200)]
)
def test_what_a_role_may_do_with_pages(people: People, sign_in: Any, role: str, adds: int, edits: int) -> None:
    client = sign_in(people.member(people.network(), role))
    page = TextPage.objects.get(locale__language_code="en", slug="about")
    assert client.get(f"/admin/pages/add/publishing/newspage/{news_index().pk}/").status_code == adds
    assert client.get(f"/admin/pages/{page.pk}/edit/").status_code == edits
    # Accounts, groups, sites and settings are nobody's business here.
    for path in ("/admin/users/", "/admin/groups/", "/admin/sites/", "/admin/locales/", "/admin/workflows/list/"):
        assert (path, client.get(path).status_code) == (path, 302)


def test_the_admin_says_what_it_is_for_and_what_waits(people: People, sign_in: Any) -> None:
    client = sign_in(people.member(people.network(), "web_editor"))
    text = BeautifulSoup(client.get("/admin/").content.decode(), "html.parser").get_text(" ", strip=True)
    assert "Here you write the pages that do not come from records" in text
    assert "Every translation is up to date." in text
    form = client.get(f"/admin/pages/add/publishing/newspage/{news_index().pk}/").content.decode()
    assert "The day that readers see." in form
    assert "Practices of the databank, as cards." in form


def test_every_kind_of_page_and_block_says_what_it_is_for() -> None:
    from network_site.publishing.blocks import HomeBlock

    kinds = [model for model in get_page_models() if model._meta.app_label == "publishing"]
    assert len(kinds) == 9
    assert [kind.__name__ for kind in kinds if not kind.get_page_description()] == []
    assert [name for name, one in HomeBlock().child_blocks.items() if not one.get_description()] == []


def test_the_panel_names_pages_whose_card_lost_its_record(people: People, sign_in: Any) -> None:
    from network_site.publishing.services import withdraw

    version = published(people, title="Lost practice")
    page = news(records(PublishedRecord.objects.get(pk=version.practice_id)), title="With a card")
    client = sign_in(people.member(people.network(), "web_editor"))
    assert "Cards that lost their record" not in client.get("/admin/").content.decode()
    with acting_as(service_actor("seeding"), reason="test"):
        withdraw(record_id=version.practice_id, reason="Its figures were wrong.")
    shown = BeautifulSoup(client.get("/admin/").content.decode(), "html.parser")
    assert shown.select_one(f"a[href='/admin/pages/{page.pk}/edit/']").get_text() == "With a card"
    assert "Lost practice" in shown.get_text()


def test_an_editor_chooses_among_open_records_by_their_words(people: People, sign_in: Any) -> None:
    from network_site.publishing.services import withdraw

    published(people, title="Inspección con cita")
    lost = published(people, title="Inspection of nothing")
    with acting_as(service_actor("seeding"), reason="test"):
        withdraw(record_id=lost.practice_id, reason="Its figures were wrong.")
    client = sign_in(people.member(people.network(), "web_editor"))

    def offered(words: str) -> list[str]:
        answer = client.get("/admin/record_chooser/results/", {"q": words})
        links = BeautifulSoup(answer.content.decode(), "html.parser").select("a[data-chooser-modal-choice]")
        return [link.get_text(strip=True) for link in links]

    number = PublishedRecord.objects.get(state="published").number
    assert offered("") == [f"P-{number:04d} Inspección con cita"]
    assert offered("inspeccion CITA") == offered(f"P-{number:04d}") == offered("")
    assert offered("nothing") == []


def test_a_page_with_a_card_opens_in_the_editor(people: People, sign_in: Any) -> None:
    version = published(people, title="Inspection by appointment")
    page = news(records(PublishedRecord.objects.get(pk=version.practice_id)))
    answer = sign_in(people.member(people.network(), "web_editor")).get(f"/admin/pages/{page.pk}/edit/")
    assert answer.status_code == 200
    assert str(version.practice_id) in answer.content.decode()


def test_the_preview_of_a_draft_shows_in_the_frame_of_the_editor_and_tells_of_lost_cards(
    people: People, sign_in: Any
) -> None:
    from network_site.publishing.services import withdraw

    version = published(people, title="Lost practice")
    page = news(records(PublishedRecord.objects.get(pk=version.practice_id)))
    with acting_as(service_actor("seeding"), reason="test"):
        withdraw(record_id=version.practice_id, reason="Its figures were wrong.")
    page.title = "Only a draft"
    page.save_revision()
    client = sign_in(people.member(people.network(), "web_editor"))
    answer = client.get(f"/admin/pages/{page.pk}/view_draft/")
    text = answer.content.decode()
    assert ("Only a draft" in text, "Lost practice" in text) == (True, True)
    assert "Choose another record" in text
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]


def test_a_picture_in_use_is_not_a_way_to_private_files(people: People, sign_in: Any) -> None:
    """The image library belongs to the staff: an editor adds, a publisher only chooses."""
    image()
    editor = sign_in(people.member(people.network(), "web_editor"))
    assert editor.get("/admin/images/add/").status_code == 200
    publisher = sign_in(people.member(people.network(), "publisher"))
    assert publisher.get("/admin/images/add/").status_code == 302
