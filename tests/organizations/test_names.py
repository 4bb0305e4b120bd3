"""A name that looks like another organisation's is nobody's to take."""

from __future__ import annotations

import pytest

from network_site.organizations.models import Organization
from network_site.organizations.names import mixes_scripts, skeleton, tidy


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ministry   of\tLabour ", "Ministry of Labour"),
        ("Ministry\u200b of\u202e Labour\ufeff", "Ministry of Labour"),
        ("Mini\u200dstry\u00ad of Lab\u2060our\u061c", "Ministry of Labour"),
        ("Ministe\u0301rio", "Ministério"),
        ("Ministère du Travail — n° 1", "Ministère du Travail — n° 1"),
        ("\u200b\u200d", ""),
    ],
)
def test_what_nobody_sees_is_taken_out(typed: str, kept: str) -> None:
    assert tidy(typed) == kept


@pytest.mark.parametrize(
    "other",
    [
        "Ministry of Labour",
        "MINISTRY  OF LABOUR.",
        "Ministry-of-Labour",
        "Mіnіstry of Labour",  # two letters are Cyrillic
        "Ministry of Lаbour",
        "Mínistry of Labour",
        "Minlstry of Labour",
        "Ministry of Lab0ur",
        "Ｍinistry of Labour",
        "Ministry of Lαbour",
    ],
)
def test_these_look_alike(other: str) -> None:
    assert skeleton(other) == skeleton("Ministry of Labour")


@pytest.mark.parametrize("other", ["Ministry of Labor", "Ministry of Labour and Employment", "Ministry for Labour", ""])
def test_these_do_not(other: str) -> None:
    assert skeleton(other) != skeleton("Ministry of Labour")


@pytest.mark.parametrize(
    ("name", "mixed"),
    [
        ("Ministry of Lаbour", True),
        ("Mιnistry", True),
        ("Ministerio de Trabajo N.º 1ª", False),
        ("Ministry Министерство", False),
        ("Министерство труда", False),
        ("労働省", False),
        ("C100 & Co-operation", False),
    ],
)
def test_no_honest_word_has_two_alphabets(name: str, mixed: bool) -> None:
    assert mixes_scripts(name) is mixed


@pytest.mark.django_db
def test_no_two_organisations_of_the_directory_are_alike_in_one_place() -> None:
    """Otherwise staff could not save what the file brought in."""
    seen: dict[tuple[str, str], str] = {}
    alike = []
    for one in Organization.objects.order_by("key"):
        for name in {skeleton(name) for name in one.names.values()}:
            other = seen.setdefault((one.country_id or "", name), one.key)
            alike += [(other, one.key)] if other != one.key else []
        assert [name for name in one.names.values() if mixes_scripts(name)] == []
    assert alike == []
