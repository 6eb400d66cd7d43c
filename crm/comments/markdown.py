"""Comments as markup: Markdown by a library, cleaned by another, with the names of mentioned people as links.

HTML in the text stays text, and there are no pictures, tables or headings above those of the page. Lines break where
people broke them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from crm.ui.addresses import address_or_none

# A user name as Django takes them; what stands before it tells an e-mail address from a mention.
_MENTION = re.compile(r"(?<![\w@.+-])@([\w.@+-]{1,150})")
_TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "a", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "h3", "h4", "h5", "h6"),
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_MENTION_CLASS = "cm-mention"
# Titles of the page and its panels are above.
_LOWEST_HEADING, _HEADINGS_ABOVE = 6, 2


@lru_cache(maxsize=1_000)
def rendered(body: str, mentions: tuple[tuple[str, int], ...] = ()) -> SafeString:
    """The text as markup; `mentions` are the names, in lower case, and keys of the people that it names."""
    tokens = _parser().parse(body, {"mentions": dict(mentions)})
    markup = _parser().renderer.render(tokens, _parser().options, {})
    return cleaned(markup)


def cleaned(markup: str) -> SafeString:
    """Nothing but what a comment may hold, whoever wrote the markup."""
    return SafeString(
        nh3.clean(
            markup,
            tags=_TAGS,
            attributes={"a": {"href", "title"}, "ol": {"start"}},
            allowed_classes={"a": {_MENTION_CLASS}},
            url_schemes=_SCHEMES,
            link_rel="noopener noreferrer nofollow",
        )
    )


def names_in(body: str) -> list[str]:
    """What may be user names after an @, in lower case, in their order: each as written, then without its stops."""
    names: dict[str, None] = {}
    for token in _texts(_parser().parse(body, {})):
        for found in _MENTION.finditer(token.content):
            names |= dict.fromkeys(_readings(found[1]))
    return list(names)


def plain_text(body: str) -> str:
    """The words alone, in one line: for excerpts and for finding."""
    tokens = _parser().parse(body, {})
    return " ".join(" ".join(_words(tokens)).split())


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": True, "maxNesting": 20})
    parser.enable(["strikethrough", "linkify"])
    # An indented line is no code, a ruled line no heading, and what stands in brackets must not vanish.
    parser.disable(["html_block", "html_inline", "image", "code", "lheading", "reference"])
    # "readme.md" is no address of a site.
    linkify: Any = parser.linkify
    linkify.set({"fuzzy_link": False})
    parser.core.ruler.before("linkify", "mentions", _link_mentions)
    parser.core.ruler.push("headings", _lower_headings)
    return parser


def _readings(word: str) -> Iterator[str]:
    """The stop at the end of a sentence may belong to the name, and mostly does not."""
    yield word.lower()
    bare = word.rstrip(".+-@_").lower()
    if bare and bare != word.lower():
        yield bare


def _lower_headings(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + _HEADINGS_ABOVE, _LOWEST_HEADING)}"


def _link_mentions(state: StateCore) -> None:
    mentions: Mapping[str, int] = state.env.get("mentions") or {}
    if not mentions:
        return
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = list(_with_links(block.children, mentions))


def _with_links(tokens: Sequence[Token], mentions: Mapping[str, int]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += (token.type == "link_open") - (token.type == "link_close")
        if token.type == "text" and not depth:
            yield from _split(token, mentions)
        else:
            yield token


def _split(token: Token, mentions: Mapping[str, int]) -> Iterator[Token]:
    done = 0
    for found in _MENTION.finditer(token.content):
        name = next((one for one in _readings(found[1]) if one in mentions), None)
        if name is None:
            continue
        if found.start() > done:
            yield _text(token.content[done : found.start()])
        # Lower case may be longer than what was written: a name is as long as its reading, where both are equal.
        done = found.start(1) + len(name)
        yield from _link(f"@{token.content[found.start(1) : done]}", mentions[name])
    if done < len(token.content):
        yield _text(token.content[done:])


def _link(words: str, user_id: int) -> Iterator[Token]:
    href = address_or_none("people:detail", user_id) or ""
    yield Token("link_open", "a", 1, attrs={"href": href, "class": _MENTION_CLASS})
    yield _text(words)
    yield Token("link_close", "a", -1)


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _texts(tokens: Sequence[Token]) -> Iterator[Token]:
    """The running text, without that of links and code."""
    for block in tokens:
        depth = 0
        for token in block.children or ():
            depth += (token.type == "link_open") - (token.type == "link_close")
            if token.type == "text" and not depth:
                yield token


def _words(tokens: Sequence[Token]) -> Iterator[str]:
    for block in tokens:
        if block.type == "fence":
            yield block.content
        inside = ("\n" if token.type in ("softbreak", "hardbreak") else token.content for token in block.children or ())
        yield "".join(inside)
