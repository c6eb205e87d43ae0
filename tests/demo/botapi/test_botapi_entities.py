"""Texts, entities and markup: what the stand-in takes, and in which words it refuses the rest."""

from collections import Counter

import pytest

from bot.demo.botapi.detection import with_found
from bot.demo.botapi.entities import Entity, Styled, read_entities, settle, usable_link
from bot.demo.botapi.errors import ApiError
from bot.demo.botapi.formatting import Raw, caption_of, text_of
from bot.demo.botapi.html_mode import parse_html
from bot.demo.botapi.markdown_mode import parse_markdown
from bot.demo.botapi.utf16 import cut, units
from bot.demo.botapi.wire import Call


def ignore(_: str) -> None:
    """Violations do not matter here."""


def shapes(entities: list[Entity] | tuple[Entity, ...]) -> list[tuple[str, int, int]]:
    return sorted((entity.type, entity.offset, entity.length) for entity in entities)


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<b>a</b>", "a", [("bold", 0, 1)]),
        ("<strong>a</strong><em>b</em>", "ab", [("bold", 0, 1), ("italic", 1, 1)]),
        ("😀<u>b</u>", "😀b", [("underline", 2, 1)]),
        ("<s>a</s><strike>b</strike><del>c</del>", "abc", [("strikethrough", n, 1) for n in range(3)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
        ("<blockquote>a</blockquote>", "a", [("blockquote", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ('<a href="http://a.cn/">b</a>', "b", [("text_link", 0, 1)]),
        ('<pre><code class="language-python">x</code></pre>', "x", [("pre", 0, 1)]),
        ("a &lt;b&gt; &amp;&quot; &nbsp; &#65;&#x42;", 'a <b> &" &nbsp; AB', []),
        ("<b></b>a", "a", []),
        ("<B>a</B>", "a", [("bold", 0, 1)]),
        ("<b>a</>", "a", [("bold", 0, 1)]),
    ],
)
def test_html_gives_text_and_entities(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    found, made = parse_html(source, ignore)
    assert (found, shapes(made)) == (text, sorted(entities))


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("a<br>", 'Unsupported start tag "br" at byte offset 1'),
        ("暴雨<p>x</p>", 'Unsupported start tag "p" at byte offset 6'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("a<b", "Unclosed start tag at byte offset 1"),
        ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<a =x>a</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href>a</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ("<a href=x:y>a</a>", "Unexpected end of name token at byte offset 8"),
    ],
)
def test_html_is_refused_in_the_documented_words(source: str, why: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_html(source, ignore)
    assert refused.value.description == f"Bad Request: can't parse entities: {why}"
    assert refused.value.code == 400


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("*a* _b_ __c__ ~d~ ||e||", "a b c d e", [
            ("bold", 0, 1), ("italic", 2, 1), ("underline", 4, 1), ("strikethrough", 6, 1), ("spoiler", 8, 1),
        ]),
        (r"1\.5 \- \*", "1.5 - *", []),
        ("`a_b` ```py\nx```", "a_b x", [("code", 0, 3), ("pre", 4, 1)]),
        (r"[a](http://b.cn/\)c)", "a", [("text_link", 0, 1)]),
        (">a\n>b\nc", "a\nb\nc", [("blockquote", 0, 4)]),
        ("**>a\n>b||\nc", "a\nb\nc", [("expandable_blockquote", 0, 4)]),
        ("*😀 _b_*", "😀 b", [("bold", 0, 4), ("italic", 3, 1)]),
    ],
)  # fmt: skip
def test_markdown_gives_text_and_entities(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    found, made = parse_markdown(source, ignore)
    assert (found, shapes(made)) == (text, sorted(entities))


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("1.5", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a-b", "Character '-' is reserved and must be escaped with the preceding '\\'"),
        ("a|b", "Character '|' is reserved and must be escaped with the preceding '\\'"),
        ("雨*a", "Can't find end of Bold entity at byte offset 3"),
        ("__a_", "Can't find end of Italic entity at byte offset 3"),
        ("`a", "Can't find end of Code entity at byte offset 0"),
        ("[a](http://b.cn", "Can't find end of a URL at byte offset 4"),
        (">*a\nb*", "Can't find end of Bold entity at byte offset 1"),
    ],
)
def test_markdown_is_refused_in_the_documented_words(source: str, why: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_markdown(source, ignore)
    assert refused.value.description == f"Bad Request: can't parse entities: {why}"


@pytest.mark.parametrize(
    ("entity", "violation"),
    [
        ({"type": "bold", "offset": 0, "length": 9}, "entity_out_of_range"),
        ({"type": "bold", "offset": 9, "length": 1}, "entity_out_of_range"),
        ({"type": "bold", "offset": 2, "length": 2}, "entity_splits_pair"),
        ({"type": "bold", "offset": 0, "length": 2}, "entity_splits_pair"),
        ({"type": "bold", "offset": -1, "length": 2}, "bad_entities"),
        ({"type": "bold", "offset": "0", "length": 1}, "bad_entities"),
        ({"type": "blink", "offset": 0, "length": 1}, "bad_entities"),
        ({"type": "text_link", "offset": 0, "length": 1}, "bad_entities"),
        ("bold", "bad_entities"),
    ],
)
def test_a_wrong_entity_is_refused(entity: object, violation: str) -> None:
    with pytest.raises(ApiError) as refused:
        read_entities([entity], "a😀b", ignore)
    assert (refused.value.code, refused.value.violation) == (400, violation)


def test_entities_count_utf16_units() -> None:
    found = read_entities([{"type": "bold", "offset": 1, "length": 2}], "a😀b", ignore)
    assert cut("a😀b", found[0].offset, found[0].length) == "😀"


@pytest.mark.parametrize(
    ("text", "entity", "expected_text", "expected"),
    [
        ("  ab  ", (2, 2), "ab", (0, 2)),
        ("  ab  ", (0, 6), "  ab", (0, 4)),
        (" \n ab", (3, 1), "ab", (0, 1)),
        ("a\r\nb", (3, 1), "a\nb", (2, 1)),
        ("a\u202eb\u2028c", (4, 1), "abc", (2, 1)),
        ("a\tb", (2, 1), "a b", (2, 1)),
    ],
)
def test_entities_move_with_the_trimmed_text(
    text: str, entity: tuple[int, int], expected_text: str, expected: tuple[int, int]
) -> None:
    settled = settle(text, [Entity("bold", *entity)], ignore)
    assert settled.text == expected_text
    assert [(e.offset, e.length) for e in settled.entities] == [expected]


def test_more_than_a_hundred_entities_are_cut_and_counted() -> None:
    counted: Counter[str] = Counter()
    settled = settle("a" * 120, [Entity("bold", n, 1) for n in range(120)], lambda name: counted.update([name]))
    assert len(settled.entities) == 100
    assert counted == {"entities_over_100": 1}


@pytest.mark.parametrize(
    ("entities", "violation"),
    [
        ([Entity("blockquote", 0, 6), Entity("expandable_blockquote", 1, 2)], "nested_quote"),
        ([Entity("bold", 0, 4), Entity("italic", 2, 4)], "crossing_entities"),
        ([Entity("code", 0, 4), Entity("italic", 1, 1)], "entity_in_code"),
    ],
)
def test_forbidden_nesting_is_dropped_and_counted(entities: list[Entity], violation: str) -> None:
    counted: Counter[str] = Counter()
    settled = settle("abcdef", entities, lambda name: counted.update([name]))
    assert settled.entities == (entities[0],)
    assert counted == {violation: 1}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see http://weibo.com/1/ab。", [("url", "http://weibo.com/1/ab")]),
        ("weibo.com/1?a=b, ok", [("url", "weibo.com/1?a=b")]),
        ("请看 /start@TocsinDemoBot 吧", [("bot_command", "/start@TocsinDemoBot")]),
        ("请看/start", []),
        ("@tocsin_news #暴雨 $CNY a@b.cn", [
            ("mention", "@tocsin_news"), ("hashtag", "#暴雨"), ("cashtag", "$CNY"), ("email", "a@b.cn"),
        ]),
        ("version 1.2.3 at 19:24", []),
    ],
)  # fmt: skip
def test_telegram_finds_links_and_commands_by_itself(text: str, found: list[tuple[str, str]]) -> None:
    entities = with_found(Styled(text)).entities
    assert [(e.type, cut(text, e.offset, e.length)) for e in entities] == found


def test_nothing_is_found_inside_code_or_a_link() -> None:
    given = Styled("a.com /x", (Entity("code", 0, 5), Entity("text_link", 6, 2, url="http://b.cn")))
    assert with_found(given).entities == given.entities


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "http://localhost/", "", "a b.com", "ftp://a.b"]
)
def test_a_link_that_telegram_would_not_keep(url: str) -> None:
    assert usable_link(url) == ""


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/x", "https://weibo.com/1", "tg://user?id=1", "weibo.com"])
def test_a_link_that_telegram_keeps(url: str) -> None:
    assert usable_link(url).endswith(url)


def test_the_limit_counts_units_after_parsing() -> None:
    fitting = Call("sendMessage", {"text": "<b>" + "😀" * 2048 + "</b>", "parse_mode": "HTML"})
    assert units(text_of(fitting, ignore).text) == 4096
    with pytest.raises(ApiError, match="message is too long"):
        text_of(Call("sendMessage", {"text": "😀" * 2048 + "a"}), ignore)
    assert units(caption_of(Raw("a" * 1024, "", None), ignore).text) == 1024
    with pytest.raises(ApiError, match="message caption is too long"):
        caption_of(Raw("a" * 1025, "", None), ignore)


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "message text is empty"), (" \n\t", "text must be non-empty"), ("雨" * 10923, "text is too long")],
)
def test_a_text_that_is_no_message(text: str, why: str) -> None:
    with pytest.raises(ApiError, match=why):
        text_of(Call("sendMessage", {"text": text}), ignore)
