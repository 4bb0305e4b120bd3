"""What `planting.py` plants and names of the register of needs."""

from __future__ import annotations

from typing import Any

PUBLIC = ("needs", "needs_narrowed", "needs_empty", "need_public", "needs_unmet")
WORKSPACE = (
    "need_list", "need_list_none", "need_new", "need_brief", "need_lacking", "need_help", "need_skills", "need_success",
    "need_limits", "need_check", "need_page", "need_registered", "need_for_staff", "need_overlaps", "need_results",
    "need_queue", "need_fit_start", "need_fit",
)  # fmt: skip


def plant(places: dict[str, Any]) -> None:
    """A draft with gaps, a need that waits with possible duplicates, and a registered one that a practice is held
    against, by name."""
    from needs import services
    from network_site.organizations.models import User
    from network_site.publishing.models import PublishedRecord

    from ..needs.stating import answered, do, sent, stated
    from ..people import acting

    def person(name: str) -> User:
        return User.objects.get(email=f"{name}@demo.enlace.example")

    focal, specialist = person("focal"), person("specialist")
    draft = stated(person("contributor"), country_id=None, tried="", measures=[])
    known = answered(specialist, sent(focal, country_id=None, title="Complaints without a register"))
    known = do(specialist, known, "register")
    waiting = sent(person("focal-b"), country_id=None, title="Letters without an answer")
    with acting(focal):
        practice = PublishedRecord.objects.live().of_kind("practice").order_by("number")[0]
        check = services.start_fit_check(known, practice)
    places |= {"need_draft": draft.pk, "need_known": known.pk, "need_waiting": waiting.pk, "need_fit": check.pk}


def addresses(code: str, places: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The account that looks at each of these screens, and its address in the active language."""
    from django.urls import reverse

    from needs.cards import needs_url
    from network_site.publishing.models import PublishedRecord

    def at(name: str, *given: Any) -> str:
        return str(reverse(name, args=given))

    base = needs_url()
    record = PublishedRecord.objects.get(pk=places["need_known"])
    draft, known, waiting = places["need_draft"], places["need_known"], places["need_waiting"]
    return {
        "needs": ("", base),
        "needs_narrowed": ("", f"{base}?country=MN&state=unmet&sort=oldest"),
        "needs_empty": ("", f"{base}?country=UY&problem=D9.1"),
        "need_public": ("", f"{base}{record.path}"),
        "needs_unmet": ("", f"{base}unmet/"),
        "need_list": ("contributor", at("needs:list")),
        "need_list_none": ("donor", at("needs:list")),
        "need_new": ("contributor", at("needs:new")),
        **{
            f"need_{step}": ("contributor", at("needs:edit", draft, step))
            for step in ("brief", "lacking", "help", "skills", "success", "limits")
        },
        "need_check": ("contributor", at("needs:check", draft)),
        "need_page": ("contributor", at("needs:need", draft)),
        "need_registered": ("focal", at("needs:need", known)),
        "need_for_staff": ("specialist", at("needs:need", waiting)),
        "need_overlaps": ("specialist", at("needs:overlaps", waiting)),
        "need_results": ("focal", at("needs:results", known)),
        "need_queue": ("specialist", at("needs:queue")),
        "need_fit_start": ("focal", at("needs:fit_start", known)),
        "need_fit": ("focal", at("needs:fit", known, places["need_fit"])),
    }
