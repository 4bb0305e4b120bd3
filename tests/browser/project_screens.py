"""What `planting.py` plants and names of draft projects and of published ones."""

from __future__ import annotations

from typing import Any

PUBLIC = ("projects", "projects_narrowed", "projects_empty", "project_public", "project_version")
WORKSPACE = (
    "project_list", "project_queue", "project_start", "project_draft", "project_facts", "project_texts",
    "project_added", "project_matrix", "project_budget", "project_plan", "project_row", "project_row_new",
    "project_remove", "project_findings", "project_review", "project_reviewers", "project_sign",
)  # fmt: skip


def plant(places: dict[str, Any]) -> None:
    """A draft full of proposals, one in review, one that waits for its signature, and a published one, by name."""
    from network_site.organizations.models import User
    from projects.models import BudgetLine, Risk

    from ..needs.stating import registered
    from ..people import People, acting
    from ..projects.drafts import Team, begun, completed, in_review, published, to_sign

    def person(name: str) -> User:
        return User.objects.get(email=f"{name}@demo.enlace.example")

    people = People()
    # The ministry of a country: only a country signs.
    focal, contributor = person("mongolia"), person("mongolia-contributor")

    def crew(title: str) -> Team:
        need = registered(people, focal, country_id="MN", title=title)
        judges = [people.specialist(), people.specialist()]
        return Team(people, need.owner, contributor, focal, people.specialist(), judges, need)

    free = registered(people, focal, country_id="MN", title="A need that no project answers yet")
    fresh = begun(contributor, crew("Letters that nobody answers").need)
    full = completed(contributor, begun(contributor, crew("Complaints by telephone").need))
    with acting(contributor):
        line = BudgetLine.objects.filter(project_id=full.pk).first()
        risk = Risk.objects.filter(project_id=full.pk).first()
    places |= {
        "need_free": free.pk,
        "project_fresh": fresh.pk,
        "project_full": full.pk,
        "project_line": line.pk,
        "project_risk": risk.pk,
        "project_in_review": in_review(crew("Complaints by mail")).pk,
        "project_to_sign": to_sign(crew("Complaints in person")).pk,
        "project_published": published(crew("Complaints of employers")).pk,
    }


def addresses(code: str, places: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The account that looks at each of these screens, and its address in the active language."""
    from django.urls import reverse

    from network_site.publishing.models import PublishedRecord
    from projects.models import ProjectsPage

    def at(name: str, *given: Any) -> str:
        return str(reverse(f"projects:{name}", args=given))

    base = ProjectsPage.objects.live().get(locale__language_code=code).url
    record = PublishedRecord.objects.get(pk=places["project_published"])
    fresh, full = places["project_fresh"], places["project_full"]
    return {
        "projects": ("", base),
        "projects_narrowed": ("", f"{base}?stage=seeking&amount=to-50&sort=deadline"),
        "projects_empty": ("", f"{base}?country=CL&amount=other"),
        "project_public": ("", f"{base}{record.path}"),
        "project_version": ("", f"{base}{record.path}v1/"),
        "project_list": ("mongolia-contributor", at("list")),
        "project_queue": ("specialist", at("queue")),
        "project_start": ("mongolia-contributor", at("start", places["need_free"])),
        "project_draft": ("mongolia-contributor", at("project", fresh)),
        "project_facts": ("mongolia-contributor", at("section", fresh, "identification")),
        "project_texts": ("mongolia-contributor", at("section", fresh, "context")),
        "project_added": ("mongolia-contributor", f"{at('section', fresh, 'objective')}?add=components"),
        "project_matrix": ("mongolia-contributor", at("section", full, "results")),
        "project_budget": ("mongolia-contributor", at("section", full, "budget")),
        "project_plan": ("mongolia-contributor", at("section", full, "execution")),
        "project_row": ("mongolia-contributor", at("row", full, "budget", places["project_line"])),
        "project_row_new": ("mongolia-contributor", at("row_new", full, "results")),
        "project_remove": ("mongolia-contributor", at("row_remove", full, "risks", places["project_risk"])),
        "project_findings": ("mongolia-contributor", at("findings", fresh)),
        "project_review": ("specialist", at("review", places["project_in_review"])),
        "project_reviewers": ("specialist", at("reviewers", places["project_in_review"])),
        "project_sign": ("mongolia", at("sign", places["project_to_sign"])),
    }
