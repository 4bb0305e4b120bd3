"""The diagnostics of the demonstration, answered and finished through the services as people would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from network_site.organizations.actor import acting_as
from network_site.organizations.models import User
from network_site.organizations.seeding import demo_account
from network_site.organizations.selectors import actor_for

from . import services
from .models import Answer, Diagnostic
from .services.diagnostic import Given

SEED = Path(__file__).parent / "seed" / "diagnostic.yaml"


def load_diagnostic(progress: Callable[[str], object]) -> int:
    """Plant the diagnostics that are missing; running it again changes nothing. Returns how many are new."""
    count = 0
    for entry in yaml.safe_load(SEED.read_text(encoding="utf-8")):
        with acting_as(actor_for(_account(entry["by"])), reason="diagnostics of the demonstration"):
            if Diagnostic.objects.filter(title=entry["title"]).exists():
                continue
            diagnostic = _answered(entry)
        with acting_as(actor_for(_account(entry["closed_by"])), reason="diagnostics of the demonstration"):
            services.finish_diagnostic(diagnostic)
        progress(f"  diagnostic: {entry['title']}")
        count += 1
    return count


def _account(name: str) -> User:
    return User.objects.get(email=demo_account(name).email)


def _answered(entry: Mapping[str, Any]) -> Diagnostic:
    diagnostic = services.start_diagnostic(title=entry["title"], kind=entry["kind"], is_demo=True)
    versions = dict(Answer.objects.filter(diagnostic=diagnostic).values_list("item_id", "lock_version"))
    services.save_answers(
        diagnostic,
        given=[
            Given(item=item, version=versions[item], score=score, note=note)
            for item, (score, note) in entry["answers"].items()
        ],
    )
    return diagnostic
