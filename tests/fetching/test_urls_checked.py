import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.fetching import AddressRefusedError
from bot.fetching.targets import Gate

REFUSED = [
    "",
    "example.org",
    "//example.org/feed",
    "ftp://example.org/feed",
    "file:///etc/passwd",
    "gopher://example.org/",
    "javascript:alert(1)",
    "http://",
    "http:///feed",
    "http://user@example.org/",
    "http://user:secret@example.org/",
    "http://example.org:secret@127.0.0.1/",
    "http://example.org\\@127.0.0.1/",
    "http://example.org:8080/",
    "http://example.org:22/",
    "http://example.org:0/",
    "http://example.org:99999/",
    "http://127.0.0.1/",
    "http://127.0.0.1./",
    "http://10.1.2.3:80/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2130706433/",
    "http://2130706433./",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.1/",
    "http://0/",
    "http://1.2.3.4.5/",
    "http://256.256.256.256/",
    "http://127。0。0。1/",
    "http://１２７.0.0.1/",
    "http://①②⑦.0.0.1/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://[2001:4860::1%25eth0]/",
    "http://[fd00::1]:80/",
    "http://[v1.1234]/",
    "http://exa mple.org/",
    "http://exa%6dple.org/",
    "http://example..org/",
    "http://.example.org/",
    "http://-example.org/",
    "http://" + "a" * 64 + ".org/",
    "http://" + "a." * 130 + "org/",
    "http://example.org/" + "a" * 9000,
    "http://exam\nple.org/",
    "http://example.org/\r\nHost: other",
    "http://\ud800.org/",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_a_url_that_must_not_be_asked_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(AddressRefusedError) as caught:
        Gate().check(url)
    assert str(caught.value).endswith(".")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://example.org", "http://example.org/"),
        ("HTTPS://Example.ORG:443/Feed?a=b#part", "https://example.org/Feed?a=b"),
        ("https://example.org:80/", "https://example.org:80/"),
        ("http://example.org./a", "http://example.org/a"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2001:4860:4860:0::8888]/", "http://[2001:4860:4860::8888]/"),
        ("https://weather.中国/警报.xml", "https://weather.xn--fiqs8s/%E8%AD%A6%E6%8A%A5.xml"),
        ("https://a_b.example.org/x y", "https://a_b.example.org/x%20y"),
        ("https://3.example.org/", "https://3.example.org/"),
        ("https://example.org/%7Euser/?q=%20", "https://example.org/%7Euser/?q=%20"),
    ],
)
def test_a_public_url_is_asked_in_its_plain_form(url: str, asked: str) -> None:
    assert Gate().check(url).url == asked


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("rsshub.lan", "http://rsshub.lan:1200/weibo"),
        ("rsshub.lan:1200", "http://RSSHUB.lan.:1200/weibo"),
        ("RSSHub.lan", "http://rsshub.lan/"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080/"),
        ("::1", "http://[::1]:8080/"),
        ("[::1]:8080", "http://[::1]:8080/"),
        ("rsshub.lan:80", "http://rsshub.lan/"),
    ],
)
def test_a_host_the_operator_vouches_for_may_have_any_address_and_port(allowed: str, url: str) -> None:
    assert Gate(frozenset({allowed})).check(url).vouched


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("rsshub.lan:1200", "http://rsshub.lan:1201/"),
        ("127.0.0.1:8080", "http://127.0.0.1:8081/"),
        ("lan", "http://rsshub.lan:1200/"),
        ("127.0.0.1", "http://127.0.0.2/"),
        ("127.0.0.1", "http://2130706433/"),
    ],
)
def test_vouching_for_one_host_and_port_opens_no_other(allowed: str, url: str) -> None:
    with pytest.raises(AddressRefusedError) as caught:
        Gate(frozenset({allowed})).check(url)
    assert "TOCSIN_ALLOWED_PRIVATE_HOSTS" in caught.value.advice


def test_the_password_of_a_refused_url_is_not_repeated() -> None:
    with pytest.raises(AddressRefusedError) as caught:
        Gate().check("ftp://me:hunter2@example.org/")
    assert "hunter2" not in str(caught.value) + caught.value.advice


_AUTHORITY = st.text("0123456789abcdefx.:@[]%\\/?#-_ ١１。", max_size=40)


@given(st.one_of(st.text(max_size=200), _AUTHORITY.map("http://{}/".format), _AUTHORITY.map("https://{}".format)))
@example("http://[/")
@example("http://xn--/")
@example("http://xn--a/")
@example("http://\u3002/")
def test_no_text_at_all_makes_the_url_check_fail_but_with_its_own_error(text: str) -> None:
    sentence = ""
    try:
        target = Gate().check(text)
    except AddressRefusedError as refused:
        sentence = str(refused)
        target = None
    assert sentence.isprintable()
    assert target is None or (target.port in {80, 443} and Gate().check(target.url) == target)
