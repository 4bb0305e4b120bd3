"""Codes: nobody guesses them, everybody can type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.credentials import codes

CODE = "DEM07KQ2MXRA94TBWEHNCV6P2Z"


def test_they_are_random_readable_and_never_the_same() -> None:
    many = {codes.new_code() for _ in range(2000)}
    assert len(many) == 2000
    assert all(len(code) == codes.LENGTH and set(code) <= set(codes.ALPHABET) for code in many)
    # Every sign in every place: no bits are wasted.
    assert all(len({code[place] for code in many}) == 32 for place in range(codes.LENGTH))
    assert all(codes.read_code(code) == codes.read_code(codes.shown(code)) == code for code in many)


def test_they_are_shown_in_groups_of_four() -> None:
    assert codes.shown(CODE) == "DEM0-7KQ2-MXRA-94TB-WEHN-CV6P-2Z"


@pytest.mark.parametrize(
    "typed",
    [
        "DEMO-7KQ2-MXRA-94TB-WEHN-CV6P-2Z",  # as on the screen's drawing, with the letter O
        "dem0-7kq2-mxra-94tb-wehn-cv6p-2z",
        " DEM0 7KQ2 MXRA 94TB WEHN CV6P 2Z\r\n",
        "DEM0–7KQ2—MXRA‑94TB−WEHN-CV6P\u00ad-\u200b2Z",
        "D-E-M-0-7-K-Q-2-M-X-R-A-9-4-T-B-W-E-H-N-C-V-6-P-2-Z",
    ],
)
def test_what_people_type_is_read(typed: str) -> None:
    assert codes.read_code(typed) == CODE


def test_signs_that_look_alike_are_one() -> None:
    assert codes.read_code("oOiIlL" + "7" * 20) == "001111" + "7" * 20


@pytest.mark.parametrize(
    "typed",
    [
        "",
        CODE[:-1],
        CODE + "0",
        CODE[:-1] + "U",
        CODE[:-1] + "Ｚ",  # full width
        CODE[:-1] + "ſ",  # upper case of which is S
        CODE[:-1] + "\N{KELVIN SIGN}",
        CODE[:-1] + "٣",
        CODE[:-1] + "\x00",
        CODE[:-1] + "\ud800",
        CODE + " " * 64,
        "-" * 26,
        "?" * 26,
        "' OR 1=1 --                ",
        CODE * 100_000,
    ],
)
def test_anything_else_is_no_code(typed: str) -> None:
    assert codes.read_code(typed) is None


@given(st.text(max_size=80))
def test_no_text_is_too_much(typed: str) -> None:
    code = codes.read_code(typed)
    assert code is None or (len(code) == codes.LENGTH and set(code) <= set(codes.ALPHABET))
