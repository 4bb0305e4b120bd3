"""Questions on the page: one fieldset each, errors tied to their inputs, no key before its time."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import translation

import learning
from learning.quiz.forms import QuestionForm
from learning.quiz.results import Result
from learning.quiz.types import TYPES

from .asking import ALL, CLASSIFY, MATCH, MULTIPLE, NUMBER, OPEN, ORDER, PERCENT, SEED, SINGLE, TEXT, TRUEFALSE, Sample

TEMPLATES = sorted((Path(learning.__file__).parent / "templates" / "learning" / "questions").glob("*.html"))


def question(form: QuestionForm, **inputs: Any) -> str:
    return render_to_string("learning/questions/question.html", {"form": form, **inputs})


def answered(
    sample: Sample, answer: Any, *, share: str | None = None, is_told: bool = False, language: str = "en"
) -> str:
    revealed = None
    if is_told:
        revealed = TYPES[sample.type].reveal(sample.structure, sample.texts, sample.key, answer, "en")
    result = Result(sample.drawn, answer, None if share is None else Decimal(share), revealed)
    return words(render_to_string("learning/questions/answered.html", {"result": result, "number": 1}))


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_each_template_declares_its_inputs_and_brings_no_style_and_no_script(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "Inputs:" in text[: text.index("{% endcomment %}")]
    assert not re.search(r"style=|<script|\bon\w+=|\|safe", text)


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.type)
def test_each_question_is_one_fieldset_with_labels_and_the_rule(sample: Sample) -> None:
    html = question(QuestionForm(sample.drawn, SEED), number=3)
    assert html.count("<fieldset") == html.count("<legend") == html.count("</fieldset>") == 1
    assert '<legend lang="en">3. en prompt</legend>' in html
    assert f'id="q1-rule">2 points. {TYPES[sample.type].rule}</p>' in html
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    inputs = re.findall(r'<(?:input|select|textarea)[^>]* id="([^"]+)"', html)
    assert inputs
    assert set(re.findall(r'<label for="([^"]+)"', html)) == set(inputs)
    for described in re.findall(r'aria-describedby="([^"]+)"', html):
        assert set(described.split()) <= set(ids)
    assert "note warn" not in html


@pytest.mark.parametrize(
    ("sample", "sent", "name"),
    [
        (SINGLE, {"answer": "z"}, "answer"),
        (NUMBER, {"answer": "<b>NaN</b>"}, "answer"),
        (ORDER, {"at_a": "1", "at_b": "1", "at_c": "1"}, ""),
    ],
    ids=["choices", "written", "placed"],
)
def test_an_error_stands_beside_the_question_and_is_tied_to_it(sample: Sample, sent: dict[str, Any], name: str) -> None:
    form = QuestionForm(sample.drawn, SEED, {f"q1-{field}": value for field, value in sent.items()})
    assert not form.is_valid()
    html = question(form)
    for field in form.errors:
        assert f'id="id_q1-{field}_error"' in html
        assert re.search(rf'aria-describedby="[^"]*id_q1-{field}_error', html)
    assert "<b>NaN" not in html
    if name and sample is NUMBER:
        assert 'value="&lt;b&gt;NaN&lt;/b&gt;"' in html


def test_what_is_missing_is_asked_for_only_when_wanted() -> None:
    form = QuestionForm(MATCH.drawn, SEED, answer={"l1": "r2"})
    assert "2 items have no place yet." not in question(form)
    assert "2 items have no place yet." in question(form, ask_again=True)


def test_texts_say_their_language_and_a_borrowed_one_is_named() -> None:
    with translation.override("pt-br"):
        html = question(QuestionForm(SINGLE.drawn, SEED))
    assert '<legend lang="en">en prompt</legend>' in html
    assert "inglês" in html
    with translation.override("es"):
        html = question(QuestionForm(SINGLE.drawn, SEED))
    assert '<div lang="es">' in html


@pytest.mark.parametrize(
    ("sample", "answer", "share", "said"),
    [
        (SINGLE, "b", "1", "Right. 2 of 2 points. Your answer en b"),
        (SINGLE, "a", "0", "Not right. 0 of 2 points. Your answer en a"),
        (MULTIPLE, ["a", "d"], "0.6667", "Partly right. 1.33 of 2 points. Your answer en a en d"),
        (TRUEFALSE, False, "0", "Not right. 0 of 2 points. Your answer False"),
        (NUMBER, {"value": "1234.5", "typed": "1.234,5"}, "0", "Your answer 1,234.5 regions"),
        (TEXT, "<i>jobs</i>", "0", "Your answer &lt;i&gt;jobs&lt;/i&gt;"),
        (MATCH, {"l1": "r2"}, "0.3333", "Your answer en l1 – en r2"),
        (ORDER, ["c", None, "b"], "0.6667", "Your answer 1. en c 3. en b"),
        (CLASSIFY, {"a": "x", "c": "y"}, "0.3333", "Your answer en a – en x en c – en y"),
        (OPEN, "First.\n\nThen.", None, "A tutor will read and grade this answer. Your answer First. Then."),
        (OPEN, "First.", "0.5", "Graded by a tutor. 1 of 2 points. Your answer First."),
        (SINGLE, None, "0", "Not answered. 0 of 2 points."),
    ],
)
def test_an_answer_and_whether_it_is_right_in_words(sample: Sample, answer: Any, share: str | None, said: str) -> None:
    html = answered(sample, answer, share=share)
    assert said in html
    assert "why" not in html
    assert "The right answer" not in html


def test_without_a_share_not_even_right_or_wrong_is_said() -> None:
    assert answered(SINGLE, "b") == "1. en prompt Your answer en b"


@pytest.mark.parametrize(
    ("sample", "answer", "said"),
    [
        (SINGLE, "a", "The right answer en b Why en not a en why"),
        (SINGLE, "c", "The right answer en b Why en why"),
        (MULTIPLE, ["b"], "The right answer en a en c en d Why en why"),
        (TRUEFALSE, False, "The right answer True Why en why"),
        (NUMBER, None, "The right answer 39.5 regions, give or take 0.5 Why en why"),
        (PERCENT, None, "The right answer 7,182, give or take 0.1 % Why en why"),
        (TEXT, "x", "The right answer public works Why en why"),
        (MATCH, None, "The right answer en l1 – en r2 en l2 – en r1 en l3 – en r2 Why en why"),
        (ORDER, None, "The right answer 1. en c 2. en a 3. en b Why en why"),
        (CLASSIFY, None, "The right answer en a – en x en b – en y en c – en x Why en why"),
    ],
)
def test_the_right_answer_and_why_once_they_may_be_told(sample: Sample, answer: Any, said: str) -> None:
    assert answered(sample, answer, share="0", is_told=True).endswith(said)


def test_a_right_answer_is_not_repeated() -> None:
    assert answered(SINGLE, "b", share="1", is_told=True).endswith("Your answer en b Why en why")


def test_what_is_told_is_in_the_language_of_the_reader_or_in_english() -> None:
    kind = TYPES["number"]
    french = kind.reveal(PERCENT.structure, PERCENT.texts, PERCENT.key, None, "fr")
    assert (french.right[0].split(",")[0], french.why, french.language) == (
        "7\N{NARROW NO-BREAK SPACE}182",
        "fr why",
        "fr",
    )
    borrowed = TYPES["text"].reveal(TEXT.structure, TEXT.texts, TEXT.key, "x", "pt-br")
    assert (borrowed.right, borrowed.why, borrowed.language) == (("public works",), "en why", "en")
    open_ = TYPES["open"].reveal(OPEN.structure, OPEN.texts, {"answer": None}, "text", "en")
    assert (open_.right, open_.chosen, open_.why) == ((), (), "")
