"""Every question of the form has help beside it, in four languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django import forms
from django.test import Client
from django.urls import reverse
from django.utils import translation

from network_site.common.language import CODES
from network_site.organizations.models import User
from practices.enums import QUESTIONS
from practices.forms import STEPS, stored_name
from practices.guides import PARTS, all_guides, guide

from ..people import People, acting, draft
from .pages import soup

pytestmark = pytest.mark.django_db

ASKED = {
    stored_name(name, field): (step.name, str(field.label))
    for step in STEPS
    for name, field in step.form.base_fields.items()
} | {group.stored_name: (step.name, str(group.title)) for step in STEPS for group in step.groups}
COLUMNS = {
    group.stored_name: {name for name, field in group.form.base_fields.items() if name != "id"}
    for step in STEPS
    for group in step.groups
}


def test_the_list_of_questions_is_that_of_the_form() -> None:
    assert {name: (page, str(label)) for name, (page, label) in QUESTIONS.items()} == ASKED


def test_every_question_has_help_and_no_help_is_without_a_question() -> None:
    assert set(all_guides()) == set(ASKED)
    assert {name: set(all_guides()[name].get("fields", {})) for name in COLUMNS} == COLUMNS


@pytest.mark.parametrize("language", CODES)
def test_every_part_of_the_help_is_there_in(language: str) -> None:
    texts = {f"{name} {part}": all_guides()[name][part] for name in ASKED for part in PARTS} | {
        f"{name} {column}": text for name in COLUMNS for column, text in all_guides()[name]["fields"].items()
    }
    assert [place for place, by_language in texts.items() if set(by_language) != set(CODES)] == []
    assert [place for place, by_language in texts.items() if not by_language[language].strip()] == []
    with translation.override(language):
        assert guide("title")["wanted"] == all_guides()["title"]["wanted"][language]


@pytest.mark.parametrize("step", [step.name for step in STEPS])
def test_each_input_names_the_help_that_stands_beside_it(
    people: People, sign_in: Callable[[User], Client], step: str
) -> None:
    focal_point = people.focal_point()
    version = draft(focal_point)
    page = soup(sign_in(focal_point).get(f"{reverse('practices:edit', args=[version.pk, step])}"))
    named = {tag["aria-details"] for tag in page.find_all(attrs={"aria-details": True})}
    assert named == {details["id"] for details in page.find_all("details", class_="guide")}
    assert named == {f"guide-{name}" for name, (where, _label) in ASKED.items() if where == step}
    loose = [
        field["name"]
        for field in page.find("form", attrs={"data-autosave": True}).find_all(["input", "textarea", "select"])
        if field.get("type") not in {"hidden", "radio", "checkbox"} and not field.has_attr("aria-details")
    ]
    assert loose == []
    assert all(not details.has_attr("open") for details in page.find_all("details", class_="guide"))


def test_a_blank_form_has_the_help_too(people: People, sign_in: Callable[[User], Client]) -> None:
    page = soup(sign_in(people.focal_point()).get(reverse("practices:new")))
    assert page.find(id="guide-title").find("dd").get_text() == "Profiling young jobseekers in a 45-minute interview"


def test_fields_know_their_widgets_only_by_what_they_are(people: People) -> None:
    """No input of a group of boxes carries the reference: its fieldset does."""
    with acting(people.focal_point()):
        form = STEPS[0].form()
    carried = {name for name, field in form.fields.items() if "aria-details" in field.widget.attrs}
    boxes = {
        name
        for name, field in form.fields.items()
        if isinstance(field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    }
    assert carried == set(form.fields) - boxes
