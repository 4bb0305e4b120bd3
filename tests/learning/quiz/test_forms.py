"""Reading a page of questions: answers as they are stored, errors beside the question, nothing lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as some

from learning.quiz.forms import QuestionForm, QuizForm

from .asking import (
    ALL,
    CLASSIFY,
    MATCH,
    MULTIPLE,
    NUMBER,
    OPEN,
    ORDER,
    SEED,
    SINGLE,
    TEXT,
    TRUEFALSE,
    DrawnQuestion,
    Sample,
    at,
    post,
)


@pytest.mark.parametrize(
    ("sample", "sent", "answer"),
    [
        (SINGLE, {"answer": "b"}, "b"),
        (SINGLE, {"answer": ["a", "c"]}, "c"),
        (MULTIPLE, {"answer": ["c", "a"]}, ["a", "c"]),
        (MULTIPLE, {"answer": ["d", "a", "d", "a"]}, ["a", "d"]),
        (TRUEFALSE, {"answer": "true"}, True),
        (TRUEFALSE, {"answer": "false"}, False),
        (NUMBER, {"answer": "39,5"}, {"value": "39.5", "typed": "39,5"}),
        (TEXT, {"answer": "  Public \u202eworks "}, "Public works"),
        (MATCH, at({"l1": "r2", "l2": "r2", "l3": "r4"}), {"l1": "r2", "l2": "r2", "l3": "r4"}),
        (MATCH, at({"l3": "r4"}), {"l3": "r4"}),
        (ORDER, at({"a": "2", "b": "3", "c": "1"}), ["c", "a", "b"]),
        (ORDER, at({"a": "3", "c": "1"}), ["c", None, "a"]),
        (CLASSIFY, at({"a": "x", "b": "", "c": "y"}), {"a": "x", "c": "y"}),
        (OPEN, {"answer": "First.\r\n\r\nThen."}, "First.\r\n\r\nThen."),
    ],
)
def test_what_is_sent_is_stored_and_shown_again(sample: Sample, sent: dict[str, Any], answer: Any) -> None:
    form = QuestionForm(sample.drawn, SEED, post(sent))
    assert form.is_valid(), form.errors
    assert form.given == answer
    again = QuestionForm(sample.drawn, SEED, answer=form.given)
    shown = {name: again[name].value() for name in again.fields}
    resent = {name: value for name, value in shown.items() if value is not None}
    assert QuestionForm(sample.drawn, SEED, post(resent)).is_valid()
    form = QuestionForm(sample.drawn, SEED, post(resent))
    assert (form.is_valid(), form.given) == (True, answer)


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.type)
@pytest.mark.parametrize("blank", [{}, {"answer": ""}, {"answer": "  \n"}])
def test_an_unanswered_question_is_allowed_and_asked_again(sample: Sample, blank: dict[str, str]) -> None:
    if sample.type in ("single", "multiple", "truefalse"):
        blank = {}
    form = QuestionForm(sample.drawn, SEED, post(blank), answer=None)
    assert (form.is_valid(), form.given) == (True, None)
    assert form.lacking == "Not answered yet."


def test_an_answer_can_be_taken_back() -> None:
    form = QuestionForm(TEXT.drawn, SEED, post({"answer": ""}), answer="jobs")
    assert (form.is_valid(), form.given) == (True, None)


CHOOSE = "Choose from the answers shown."


@pytest.mark.parametrize(
    ("sample", "sent", "errors"),
    [
        (SINGLE, {"answer": "z"}, {"answer": [CHOOSE]}),
        (SINGLE, {"answer": "en b"}, {"answer": [CHOOSE]}),
        (MULTIPLE, {"answer": ["a", "z"]}, {"answer": [CHOOSE]}),
        (TRUEFALSE, {"answer": "True"}, {"answer": [CHOOSE]}),
        (MATCH, at({"l1": "l2"}), {"at_l1": ["Choose from the list."]}),
        (CLASSIFY, at({"a": "x", "b": "z"}), {"at_b": ["Choose from the list."]}),
        (ORDER, at({"a": "4"}), {"at_a": ["Choose from the list."]}),
        (ORDER, at({"a": "01"}), {"at_a": ["Choose from the list."]}),
        (TEXT, {"answer": "x" * 201}, {"answer": ["Ensure this value has at most 200 characters (it has 201)."]}),
        (TEXT, {"answer": "a\x00b"}, {"answer": ["Null characters are not allowed."]}),
    ],
)
def test_what_was_not_offered_is_refused_beside_the_question(
    sample: Sample, sent: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    form = QuestionForm(sample.drawn, SEED, post(sent), answer=None)
    assert form.is_valid() is False
    assert form.errors == errors
    assert form.given is None
    assert {name: form[name].value() for name in sent} == sent


def test_a_place_given_twice_is_said_at_each_later_one() -> None:
    form = ORDER.send(a="2", b="2", c="2")
    first, *later = form.fields
    words = "Place 2 is given twice. Each item has a place of its own."
    assert form.errors == {name: [words] for name in later}
    assert form.non_field_errors() == []
    assert {name: form[name].value() for name in form.fields} == dict.fromkeys(form.fields, "2")
    assert ORDER.send(a="2", b="2", c="1").errors.keys() < {"at_a", "at_b"}
    assert first not in form.errors


@pytest.mark.parametrize(
    ("sample", "answer", "words"),
    [
        (SINGLE, "a", ""),
        (TRUEFALSE, False, ""),
        (MATCH, {"l1": "r1"}, "2 items have no place yet."),
        (CLASSIFY, {"a": "x", "b": "y"}, "1 item has no place yet."),
        (ORDER, [None, "b", None], "2 items have no place yet."),
        (ORDER, ["c", "a", "b"], ""),
        (OPEN, "Two words", "Words so far: 2, of at least 3."),
        (OPEN, "Now three words", ""),
    ],
)
def test_what_is_half_done_is_a_warning(sample: Sample, answer: Any, words: str) -> None:
    assert QuestionForm(sample.drawn, SEED, answer=answer).lacking == words


def page(*samples: Sample) -> list[DrawnQuestion]:
    return [
        DrawnQuestion(f"q{number}", one.type, 1, one.structure, one.texts)
        for number, one in enumerate(samples, start=1)
    ]


def test_a_page_is_read_as_one() -> None:
    data = post({"answer": "b"})
    data.update(post({"answer": "five"}, "q2"))
    data.update(post(at({"a": "x"}), "q3"))
    quiz = QuizForm(page(SINGLE, NUMBER, CLASSIFY, TEXT), SEED, data, {"q2": {"value": "5", "typed": "5"}})
    assert quiz.is_valid() is False
    assert quiz.answers == {"q1": "b", "q3": {"a": "x"}, "q4": None}
    assert quiz.lacking == {"q3": "2 items have no place yet.", "q4": "Not answered yet."}
    assert [bool(form.errors) for form in quiz.forms] == [False, True, False, False]
    assert quiz.forms[1]["answer"].value() == "five"


def test_a_page_shows_what_is_stored() -> None:
    quiz = QuizForm(page(SINGLE, ORDER), SEED, answers={"q2": ["c", None, None]})
    assert quiz.is_valid() is False
    assert quiz.forms[0]["answer"].value() is None
    assert quiz.forms[1]["at_c"].value() == "1"
    assert quiz.lacking.keys() == {"q1", "q2"}


def test_every_input_of_a_page_has_a_name_of_its_own() -> None:
    quiz = QuizForm(page(*ALL), SEED)
    names = [form[name].html_name for form in quiz.forms for name in form.fields]
    assert len(names) == len(set(names)) == 7 + 3 * 3


def test_ids_hide_nothing_of_a_form() -> None:
    structure = {"items": ["prompt", "kind", "errors", "answer"], "boxes": ["x", "y"]}
    sample = Sample("classify", structure, dict.fromkeys(structure["items"], "x"), {})
    form = QuestionForm(sample.drawn, SEED, post(at(dict.fromkeys(structure["items"], "y"))))
    assert form.is_valid()
    assert form.given == dict.fromkeys(structure["items"], "y")
    assert not set(form.fields) & set(dir(form))


def test_a_missing_language_is_shown_in_english_and_said() -> None:
    for language, prompt, borrowed in (
        ("en", "en prompt", ""),
        ("es", "es prompt", ""),
        ("pt-br", "en prompt", "inglês"),
    ):
        with translation.override(language):
            form = QuestionForm(SINGLE.drawn, SEED)
            assert (form.prompt, form.borrowed_language) == (prompt, borrowed)


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.type)
@given(data=some.data())
def test_a_hostile_client_gets_an_error_or_a_sound_answer(sample: Sample, data: some.DataObject) -> None:
    names = ["answer", *(f"at_{one}" for ids in sample.structure.values() if isinstance(ids, list) for one in ids)]
    values = some.text(max_size=8) | some.sampled_from(["a", "b", "x", "r1", "1", "2", "true", "NaN", "1e309", ""])
    sent = data.draw(some.dictionaries(some.sampled_from(names), some.lists(values, min_size=1, max_size=4)))
    form = QuestionForm(sample.drawn, SEED, post(sent))
    if form.is_valid():
        share = form.kind.grade(sample.structure, sample.key, form.given)
        assert share is None or 0 <= share <= 1
        again = QuestionForm(sample.drawn, SEED, answer=form.given)
        assert again.lacking == form.lacking
    else:
        assert form.given is None
