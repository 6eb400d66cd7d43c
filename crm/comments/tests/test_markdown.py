"""Comments as markup: what people may write, and what nobody may smuggle in."""

import time

import pytest

from crm.comments.markdown import cleaned, names_in, plain_text, rendered


def test_markdown_and_line_breaks_are_shown() -> None:
    markup = rendered("**bold** *it* ~~old~~ `code`\nnext\n\n- one\n\n> said\n\n[site](https://acme.example)")
    for piece in ("<strong>bold</strong>", "<em>it</em>", "<s>old</s>", "<code>code</code><br>", "<li>one</li>"):
        assert piece in markup
    assert "<blockquote>" in markup
    assert '<a href="https://acme.example" rel="noopener noreferrer nofollow">site</a>' in markup


def test_addresses_become_links_and_file_names_do_not() -> None:
    markup = rendered("https://acme.example/x and me@acme.com, but readme.md")
    assert 'href="https://acme.example/x"' in markup
    assert 'href="mailto:me@acme.com"' in markup
    assert markup.count("<a ") == 2


def test_headings_stand_below_those_of_the_page() -> None:
    assert rendered("# One\n\n###### Six") == "<h3>One</h3>\n<h6>Six</h6>\n"


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<b onclick='x()'>b</b>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&colon;alert(1))",
        "[x](data:text/html,<script>)",
        "[x](vbscript:x)",
        "<javascript:alert(1)>",
        "![x](https://evil.example/p.png)",
        '[x](https://a.example "\\" onmouseover=alert(1) x=\\"")',
        "```\n<script>\n```",
        "<style>*{}</style><iframe src=//x></iframe><form><input></form>",
        "[x](https://a.example){onclick=x style=y}",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_nothing_runs(body: str) -> None:
    markup = rendered(body)
    outside = markup.replace("&lt;", "").replace("&gt;", "")
    for piece in ("<script", "<img", "<iframe", "<style", "<form", "<input", "<b ", ' style="', ' onclick="'):
        assert piece not in outside
    for href in markup.split('href="')[1:]:
        assert href.startswith(("https://", "http://", "mailto:", "tel:"))
    assert ' onmouseover="' not in markup


def test_markup_in_a_text_stays_text() -> None:
    assert rendered("<b>bold</b> and <br>") == "<p>&lt;b&gt;bold&lt;/b&gt; and &lt;br&gt;</p>\n"


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        ("<p onclick=x>a<script>alert(1)</script></p>", "<p>a</p>"),
        (
            "<a href='javascript:x' class='btn' target=_top>a</a>",
            '<a class="" rel="noopener noreferrer nofollow">a</a>',
        ),
        ("<img src=x><iframe></iframe><h1>a</h1>", "a"),
        ("<p style='x' id='main' hx-get='/'>a</p>", "<p>a</p>"),
    ],
)
def test_even_markup_that_slipped_through_would_be_harmless(markup: str, kept: str) -> None:
    assert cleaned(markup) == kept


@pytest.mark.parametrize(
    "body",
    [
        "[" * 20_000,
        ">" * 20_000,
        "> " * 10_000,
        "*" * 20_000,
        "*a " * 6_666,
        "`a" * 10_000,
        "[a](" * 5_000,
        "![" * 10_000,
        "**a _b " * 2_857,
        "@" * 20_000,
        "@a " * 6_666,
        "@a" + "." * 19_998,
        "a@" * 10_000,
        "http://" * 2_857,
        "http://a.b/" + "(" * 19_980,
        "<" * 20_000,
        "- " * 10_000,
        "- a\n" * 5_000,
        "".join(" " * depth + "- a\n" for depth in range(190)),
        "x" * 20_000,
    ],
)
def test_hostile_text_is_quick(body: str) -> None:
    started = time.perf_counter()
    rendered(body, (("a", 1),))
    names_in(body)
    plain_text(body)
    # Some 0.5 s at worst on an idle machine; what grows by squares would take minutes.
    assert time.perf_counter() - started < 5


def test_names_are_found_in_running_text_alone() -> None:
    assert names_in("Hi @Ann, and @bob. Not me@bob.example, `@cy`, [@dana](https://x.example), @ fin") == [
        "ann",
        "bob.",
        "bob",
    ]
    assert names_in("```\n@ann\n```") == []


def test_a_mention_links_to_the_person_and_other_words_stay() -> None:
    markup = rendered("Ask @Bob. or @bobby, `@bob`", (("bob", 7),))
    assert markup.count("cm-mention") == 1
    assert '<a href="/people/7/" class="cm-mention" rel="noopener noreferrer nofollow">@Bob</a>. or @bobby' in markup


def test_plain_text_is_one_line_of_words() -> None:
    assert plain_text("# Title\n\n**bold** [link](https://x.example)\n\n```\ncode\n```") == "Title bold link code"
