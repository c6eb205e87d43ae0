"""HTML is cut before a parser sees more of it than it reads in a moment; what people write is never cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.markup import MAX_ATTRIBUTES, MAX_OPEN, MAX_TAGS, bounded
from bot.sources.plain import from_html
from bot.sources.weibo.text import to_plain

WRITTEN = {
    "no markup": "暴雨红色预警 < 5 km & rising",
    "an article": "<article><h1>雨</h1>" + "<p>第一段<br>第二行 <a href='https://x.example/'>链接</a></p>" * 300 + "</article>",
    "paragraphs never closed": "<p>one" * 1500,
    "a list never closed": "<ul>" + "<li>one" * 1500,
    "a table": "<table>" + "<tr><td>a<td>b" * 400 + "</table>",
    "a picture in its own address": '<p><img src="data:image/png;base64,' + "A" * 100_000 + '">after',
    "a long title": '<a title="' + "very long " * 2000 + '" href="https://x.example/">x</a>',
}  # fmt: skip
HOSTILE = {
    "nested elements": "<div>" * 40_000,
    "formatting never closed": "".join(f"<b a{n}>" for n in range(25_000)),
    "closing tags alone": "</p>" * 50_000,
    "links in links": "<a><div>" * 12_000,
    "attributes": "<i " + " ".join(f"a{n}" for n in range(5000)) + ">x</i>",
    "attributes parted by slashes": "<i " + "/".join(f"a{n}" for n in range(5000)) + ">x</i>",
    "attributes with quotes in their names": "<i " + " ".join(f'a{n}"' for n in range(5000)) + ">x</i>",
    "closing others than were opened": "<div></b>" * 20_000,
}


@pytest.mark.parametrize("what", sorted(WRITTEN))
def test_what_people_write_is_left_whole(what):
    assert bounded(WRITTEN[what]) == (WRITTEN[what], False)


@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_what_is_made_to_keep_a_parser_busy_is_cut_and_said_to_be(what):
    kept, cut = bounded("before " + HOSTILE[what])
    assert cut
    assert kept.count("<") <= MAX_TAGS
    assert len(kept) < 40_000
    assert from_html("before " + HOSTILE[what]).cut
    assert to_plain("before " + HOSTILE[what]).cut
    assert to_plain("before " + HOSTILE[what]).text.startswith("before")


def test_the_bounds_are_what_they_say():
    assert bounded("<b>" * MAX_OPEN + "x")[1] is False
    assert bounded("<b>" * (MAX_OPEN + 2) + "x")[1] is True
    assert bounded("<b></b>" * (MAX_TAGS // 2))[1] is False
    assert bounded("<b></b>" * (MAX_TAGS // 2 + 1))[1] is True
    fits = "<i " + " ".join(f"attribute{n}" for n in range(MAX_ATTRIBUTES - 1)) + ">"
    assert bounded(fits)[1] is False


@given(st.text(alphabet=st.sampled_from("<>/ab p=\"'\n"), max_size=300) | st.text())
def test_what_is_kept_is_the_beginning_and_keeping_it_again_changes_nothing(html):
    kept, cut = bounded(html * 20)
    assert (html * 20).startswith(kept)
    assert cut == (kept != html * 20)
    assert bounded(kept) == (kept, False)
