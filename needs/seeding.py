"""Real content from the sources, and what the demonstration needs. Everything goes through the services."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from network_site.organizations.actor import acting_as
from network_site.organizations.models import User
from network_site.organizations.seeding import demo_account
from network_site.organizations.selectors import actor_for

from . import services
from .enums import NeedStatus, OverlapAnswer
from .models import Need
from .planting_diagnostic import load_diagnostic
from .selectors import possible_overlaps

SEED = Path(__file__).parent / "seed"
WRITTEN = ("title", "summary", "problem", "beneficiaries", "tried", "evidence", "constraints")
SCHEMES = {"functions": "LAF", "problems": "DI", "groups": "TG", "help": "CM"}
# Who acts for Mongolia's ministry in the demonstration (organizations/seeding.py).
MONGOLIA_WRITER, MONGOLIA_FOCAL_POINT, SPECIALIST = "mongolia-contributor", "mongolia", "specialist"


def load(progress: Callable[[str], object]) -> int:
    """Plant what is missing; running it again changes nothing. Returns how many things are new."""
    return load_diagnostic(progress) + load_needs(progress)


def load_needs(progress: Callable[[str], object]) -> int:
    """The needs of seed/needs.yaml, each brought to the state it names, as people would do it."""
    content = yaml.safe_load((SEED / "needs.yaml").read_text(encoding="utf-8"))
    rows: dict[UUID, str] = {}
    count = 0
    for entry in content["mongolia"]:
        given = {
            "writer": MONGOLIA_WRITER,
            "focal_point": MONGOLIA_FOCAL_POINT,
            "state": "unmet" if entry.get("unmet") else "registered",
            "audience": "public",
            "source_language": "en",
            "languages": ["en"],
            "source": content["source"] | {"place": entry["place"], "number": entry["number"]},
        }
        count += _plant(given | entry, rows, progress)
    for entry in content["demonstration"]:
        count += _plant(entry, rows, progress)
    return count


def _as(name: str) -> AbstractContextManager[Any]:
    user = User.objects.get(email=demo_account(name).email)
    return acting_as(actor_for(user), reason="needs of the seed")


def _plant(entry: dict[str, Any], rows: dict[UUID, str], progress: Callable[[str], object]) -> bool:
    with _as(entry["writer"]):
        known = Need.objects.filter(title=entry["title"]).first()
    if known is not None:
        rows[known.pk] = entry.get("row", "")
        return False
    need = _state(entry)
    rows[need.pk] = entry.get("row", "")
    with _as(entry["focal_point"]):
        services.perform(_get(need), "submit")
    if entry["state"] != NeedStatus.SUBMITTED:
        with _as(SPECIALIST):
            _answer_overlaps(_get(need), rows)
            services.perform(_get(need), "register")
            if entry["state"] == NeedStatus.UNMET:
                services.mark_unmet(_get(need), reason=entry["unmet"], note=entry["unmet_note"])
            if entry["state"] == NeedStatus.IN_DIAGNOSIS:
                services.perform(_get(need), "start_assessment")
    progress(f"  need: {entry['title']} ({entry['state']})")
    return True


def _state(entry: dict[str, Any]) -> Need:
    account = demo_account(entry["focal_point"])
    with _as(entry["writer"]):
        return services.create_need(
            fields={name: entry[name] for name in WRITTEN}
            | {
                "source_language": entry["source_language"],
                "languages": entry["languages"],
                "audience": entry["audience"],
                "wants_assessment": entry.get("wants_assessment", False),
                "contact_name": f"{account.first_name} {account.last_name}",
                "contact_email": account.email,
                "source": entry.get("source", {}),
            },
            terms={scheme: entry[name] for name, scheme in SCHEMES.items()},
            competences=[(code, True) for code in entry["essential"]] + [(code, False) for code in entry["useful"]],
            measures=entry["measures"],
        )


def _answer_overlaps(need: Need, rows: dict[UUID, str]) -> None:
    """Needs of one row of the source are related; everything else is another matter."""
    row = rows[need.pk]
    answers = {}
    for one in possible_overlaps(need):
        is_related = bool(row) and rows.get(one.record.pk) == row
        answer = OverlapAnswer.RELATED if is_related else OverlapAnswer.DIFFERENT
        answers[one.record.pk] = (answer.value, "Another finding of the same report." if is_related else "")
    services.answer_overlaps(need, answers=answers)


def _get(need: Need) -> Need:
    found: Need = Need.objects.select_related("owner", "country").get(pk=need.pk)
    return found
