from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from bot.demo.site.markup import SHOWN, to_html, to_plain, to_short_html

TEXT = "看#北京暴雨# @气象北京 [伞]\n{路况|https://www.example.com/a?b=1&c=2} <b>&"


def test_html_carries_topic_mention_emoji_link_and_line_break_as_the_mobile_site_does():
    tree = HTMLParser(to_html(TEXT))
    assert [node.text() for node in tree.css("a span.surl-text")] == ["#北京暴雨#", "路况"]
    assert [node.attributes["href"] for node in tree.css("a[href^='/n/']")] == ["/n/气象北京"]
    assert [node.attributes["alt"] for node in tree.css("span.url-icon img[alt]")] == ["[伞]"]
    link = tree.css_first("a[data-url]").attributes["href"]
    assert link == "https://weibo.cn/sinaurl?u=https%3A%2F%2Fwww.example.com%2Fa%3Fb%3D1%26c%3D2"
    assert len(tree.css("br")) == 1
    assert tree.css_first("b") is None
    assert to_html(TEXT).endswith("\u200b")
    assert "alt=[伞] " in to_html(TEXT)


def test_plain_text_reads_as_a_reader_sees_it():
    assert to_plain(TEXT) == "看#北京暴雨# @气象北京 [伞]\n路况 https://www.example.com/a?b=1&c=2 <b>&"


def test_a_short_form_ends_with_the_link_to_the_whole_text():
    tree = HTMLParser(to_short_html("水" * 400, "4900000000000001"))
    assert tree.css_first("a[href='/status/4900000000000001']").text() == "全文"
    assert tree.body.text().count("水") == SHOWN


@given(st.text(max_size=300))
def test_no_text_can_bring_an_element_of_its_own(text):
    body = HTMLParser(f"<div id=all>{to_html(text)}</div>").css_first("#all")
    assert {node.tag for node in body.css("*")} <= {"div", "a", "span", "img", "br"}
