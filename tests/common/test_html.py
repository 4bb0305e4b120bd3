"""The one sanitiser: whatever comes in, only a few tags go out."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError

from network_site.common.html import ATTRIBUTES, MAX_BYTES, MAX_MARKUP, SCHEMES, TAGS, clean, plain, to_text

HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<p><script>alert(1)</script></p>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object>",
    "<embed src='javascript:alert(1)'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href=' data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<a href='/workspace/'>x</a>",
    "<a href='https://good.example' onclick='alert(1)' style='color:red' target='_blank'>x</a>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<p onmouseover=alert(1)>x</p>",
    "<p title='x' lang='en' id='x' class='btn'>x</p>",
    "<form action='https://evil.example'><input name=password></form>",
    "<base href='https://evil.example'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href='https://evil.example'>",
    "<style>@import 'https://evil.example'</style>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<!--<img src='--><img src=x onerror=alert(1)//'>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<p>x<!-- comment --></p>",
    "<<script>alert(1);//<</script>",
    "<p><a href='https://good.example\"onmouseover=alert(1)'>x</a></p>",
    "</p></div></body><script>alert(1)</script>",
    "<textarea></textarea><script>alert(1)</script>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<h1>x</h1><h2>x</h2><table><tr><td>x</td></tr></table>",
]


@pytest.mark.parametrize("markup", HOSTILE)
def test_only_a_few_tags_and_links_go_out(markup: str) -> None:
    cleaned = clean(markup)
    tree = BeautifulSoup(cleaned, "html.parser")
    assert {tag.name for tag in tree.find_all(True)} <= TAGS
    for tag in tree.find_all(True):
        assert set(tag.attrs) <= ATTRIBUTES.get(tag.name, set()) | ({"rel"} if tag.name == "a" else set())
    schemes = {urlsplit(link["href"]).scheme for link in tree.find_all("a") if link.has_attr("href")}
    assert schemes <= SCHEMES | {""}
    assert tree.find_all(string=lambda text: type(text).__name__ == "Comment") == []


@pytest.mark.parametrize(
    "text", ["One.\n\nTwo & <b>three</b>.", "<ul><li>a</li></ul>", "1 < 2", "a\nb", "<p>&lt;b&gt;</p>"]
)
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_links_of_others_carry_their_warning() -> None:
    assert clean("<p><a href='https://example.org/a?b=c&d=e'>x</a></p>") == (
        '<p><a href="https://example.org/a?b=c&amp;d=e" rel="noopener nofollow">x</a></p>'
    )
    assert clean("<p><a href='mailto:a@example.org'>x</a></p>") == (
        '<p><a href="mailto:a@example.org" rel="noopener nofollow">x</a></p>'
    )


def test_what_we_allow_is_kept() -> None:
    text = "<h3>A</h3><p>b <strong>c</strong> <em>d</em><br>e</p><ul><li>f</li></ul><ol><li>g</li></ol>"
    assert clean(text) == text
    assert clean("<blockquote>h</blockquote>") == "<blockquote>h</blockquote>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("   \n ", ""),
        ("One.", "<p>One.</p>"),
        ("One.\n\nTwo.", "<p>One.</p><p>Two.</p>"),
        ("One.\r\n\r\n\r\nTwo.", "<p>One.</p><p>Two.</p>"),
        ("One.\nStill one.", "<p>One.<br>Still one.</p>"),
        ("1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
        ("A line.\n\n<p>A paragraph.</p>", "<p>A line.</p><p>A paragraph.</p>"),
        ("Some <strong>words</strong>.", "<p>Some <strong>words</strong>.</p>"),
    ],
)
def test_plain_text_becomes_paragraphs(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_a_text_that_is_too_large_is_refused() -> None:
    assert clean("x" * (MAX_BYTES - 7))
    with pytest.raises(ValidationError) as refused:
        clean("x" * (MAX_BYTES + 1))
    assert refused.value.code == "too_long"
    with pytest.raises(ValidationError):
        clean("é" * (MAX_BYTES // 2 + 1))


@pytest.mark.parametrize(
    "text", ["<b>" * (MAX_MARKUP + 1), "<p " + "a=1 " * (MAX_MARKUP * 4 + 1) + ">x</p>", "<" * (MAX_MARKUP + 1)]
)
def test_a_text_with_too_much_markup_is_refused(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        clean(text)
    assert refused.value.code == "markup"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b\x07c\x7f", "abc"),
        ("a\tb\nc", "a\tb\nc"),
        ("abc\u202ecba", "abccba"),
        ("pay\u200bpal\u2060\ufeff", "paypal"),
        ("\u2066a\u2069", "a"),
        ("e\u0301", "é"),
        ("\ud800", "?"),
        ("👩\u200d🏭", "👩\u200d🏭"),
    ],
)
def test_invisible_characters_do_not_come_in(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One.</p><p>Two &amp; three &lt;4&gt;</p>", "One.\nTwo & three <4>"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<p>a<br>b</p>", "a\nb"),
        ("<p>&amp;lt;</p>", "&lt;"),
        ("<p></p>", ""),
        ("", ""),
    ],
)
def test_the_words_of_a_text(html: str, expected: str) -> None:
    assert to_text(html) == expected
