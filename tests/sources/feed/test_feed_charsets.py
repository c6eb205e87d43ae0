"""Text in the charset it is really in, whatever is declared."""

import pytest

from bot.sources.charset import decode
from bot.sources.face import UnreadableError

TEXTS = {
    "shift_jis": "気象庁は大雨警報を発表しました。土砂災害に警戒してください。",
    "euc_jp": "気象庁は大雨警報を発表しました。土砂災害に警戒してください。",
    "euc_kr": "기상청은 오늘 서울에 호우 경보를 발령했습니다. 주의하시기 바랍니다.",
    "gbk": "北京市气象台发布暴雨红色预警信号，请市民注意安全，减少外出。",
    "big5": "中央氣象局發布大雨特報，請民眾注意安全，避免外出。",
    "koi8_r": "Москва: объявлено штормовое предупреждение. Будьте осторожны.",
}


def document(text: str, declaration: str = "") -> str:
    return (
        f"{declaration}<rss version='2.0'><channel><title>x</title><item><title>{text}</title></item></channel></rss>"
    )


@pytest.mark.parametrize("charset", sorted(TEXTS))
def test_an_undeclared_charset_is_recognised(charset, read_feed_posts):
    (post,) = read_feed_posts(document(TEXTS[charset]).encode(charset))
    assert post.title == TEXTS[charset]


@pytest.mark.parametrize("charset", sorted(TEXTS))
def test_a_charset_wrongly_declared_as_utf_8_is_recognised(charset, read_feed_posts):
    declared = document(TEXTS[charset], '<?xml version="1.0" encoding="UTF-8"?>')
    (post,) = read_feed_posts(declared.encode(charset))
    assert post.title == TEXTS[charset]


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_unicode_with_and_without_a_mark(charset, read_feed_posts):
    (post,) = read_feed_posts(document(TEXTS["gbk"]).encode(charset))
    assert post.title == TEXTS["gbk"]


def test_gb2312_means_gb18030(read_feed_posts):
    text = "镕𠮷 €预警"  # none of the first three is in GB 2312
    (post,) = read_feed_posts(document(text, '<?xml version="1.0" encoding="gb2312"?>').encode("gb18030"))
    assert post.title == text


def test_the_declaration_wins_over_http_and_http_over_a_guess():
    assert decode(b'<?xml version="1.0" encoding="koi8-r"?><a>\xc4\xc1</a>', "windows-1251").charset == "koi8_r"
    assert decode("<a>Москва</a>".encode("cp1251"), "windows-1251").charset == "cp1251"


def test_a_few_damaged_letters_do_not_change_the_charset():
    body = ("大雨警报" * 50).encode() + b"\xff"
    decoded = decode(body)
    assert decoded.charset == "utf-8"
    assert decoded.text.startswith("大雨警报")
    assert decoded.oddity


def test_a_declared_codec_that_is_no_charset_is_never_used():
    for name in (b"zlib", b"rot13", b"punycode", b"unicode_escape", b"idna", b"utf-7", b"hex"):
        assert decode(b'<?xml version="1.0" encoding="' + name + b'"?><a>\\u0041+AEE-</a>').charset == "utf-8"


def test_binary_data_is_refused_in_a_sentence():
    with pytest.raises(UnreadableError, match="binary data"):
        decode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
