import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.weibo.text import to_plain

ICON = (
    "<span class='url-icon'><img style='width: 1rem' src='https://h5.sinaimg.cn/timeline_card_small_web.png'></span>"
)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("第一行<br />第二行<br>第三行", "第一行\n第二行\n第三行"),
        ('辛苦了<span class="url-icon"><img alt=[作揖] src="x.png" style="width:1em" /></span>', "辛苦了[作揖]"),
        (
            (
                '<a href="https://m.weibo.cn/search?containerid=231522type%3D1&q=x">'
                '<span class="surl-text">#暴雨#</span></a>橙色预警'
            ),
            "#暴雨#橙色预警",
        ),
        ("转自<a href='/n/北京发布'>@北京发布</a>", "转自@北京发布"),
        ("转自<a href=/n/北京发布>@北京发布</a>：", "转自@北京发布："),
        ("1 &lt; 2 &amp;&nbsp;3\u200b", "1 < 2 & 3"),
        ("没有标签 &amp; \u200b", "没有标签 &"),
    ],
)
def test_markup_becomes_the_words_that_a_reader_sees(markup, words):
    assert to_plain(markup).text == words


@pytest.mark.parametrize(
    ("attributes", "target"),
    [
        (
            'data-url="http://t.cn/A1" href="https://weibo.cn/sinaurl?u=https%3A%2F%2Fwww.beijing.gov.cn%2Fa%3Fb%3D1"',
            "https://www.beijing.gov.cn/a?b=1",
        ),
        (
            'href="https://weibo.cn/sinaurl?luicode=1&lfid=2&u=https%3A%2F%2Fwww.beijing.gov.cn%2F"',
            "https://www.beijing.gov.cn/",
        ),
        ('data-url="http://t.cn/A1" href="https://www.beijing.gov.cn/x"', "https://www.beijing.gov.cn/x"),
        ('data-url="http://t.cn/A1" href="/somewhere"', "http://t.cn/A1"),
        ('data-url="http://t.cn/A1" href="javascript:alert(1)"', "http://t.cn/A1"),
        (
            'href="https://video.weibo.com/show?fid=1034%3A46&luicode=10000011&lfid=1076031288915263"',
            "https://video.weibo.com/show?fid=1034%3A46",
        ),
    ],
)
def test_a_link_keeps_its_label_and_the_address_it_leads_to(attributes, target):
    assert (
        to_plain(f'<a {attributes}>{ICON}<span class="surl-text">网页链接</span></a>').text == f"网页链接 ({target})"
    )


def test_a_link_whose_label_is_its_address_is_written_once():
    assert (
        to_plain('<a href="https://www.beijing.gov.cn/">www.beijing.gov.cn</a>').text == "https://www.beijing.gov.cn/"
    )


def test_a_link_that_leads_nowhere_safe_keeps_its_label_alone():
    assert to_plain('<a href="javascript:alert(1)">点这里</a>').text == "点这里"


@pytest.mark.parametrize(
    "marker", ['<a href="/status/4649031014551911">全文</a>', '<span class="expand">展开</span>']
)
def test_the_marker_of_a_cut_text_is_dropped_and_remembered(marker):
    plain = to_plain(f"请市民注意 ...{marker}")
    assert plain.text == "请市民注意 ..."
    assert plain.cut


def test_an_ordinary_text_is_not_cut_whatever_words_it_holds():
    assert not to_plain("全文\u200b 展开<br/>").cut


def test_scripts_and_styles_say_nothing():
    assert to_plain("<style>a{}</style>雨<script>alert(1)</script>停了").text == "雨停了"


def test_deeply_nested_markup_is_read_without_running_out_of_stack():
    deep = to_plain("浅" + "<b>" * 5000 + "深" + "</b>" * 5000)
    assert (deep.text, deep.cut) == ("浅", True)  # what lies deeper than any real post is left out, and said to be


@given(st.text())
def test_no_markup_makes_the_reader_fail_and_its_words_can_be_stored(markup):
    for given_markup in (markup, f"<p>{markup}", f"<a href='{markup}'>{markup}</a>"):
        text = to_plain(given_markup).text
        assert text.encode("utf-8").decode("utf-8") == text
