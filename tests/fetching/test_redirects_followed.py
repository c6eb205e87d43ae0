import pytest

from bot.fetching import BadRedirectError, Limits, Request, Validators
from bot.fetching.redirects import Hop, next_hop
from bot.fetching.targets import Gate


async def test_redirects_are_followed_to_the_answer(fetcher, open_site, answer) -> None:
    site = await open_site(
        {
            "/a": answer(b"gone", status="302 Found", Location="/b"),
            "/b": answer(status="307 Temporary Redirect", Location="c?x=1#part"),
            "/c?x=1": answer(b"here"),
        }
    )
    response = await fetcher.fetch(Request(site.url("/a")))
    assert (response.url, response.body, response.moved_to) == (site.url("/c?x=1"), b"here", "")
    assert site.connections == 1


async def test_a_conditional_request_stays_conditional_over_a_redirect(fetcher, open_site, answer) -> None:
    site = await open_site(
        {"/a": answer(status="301 Moved", Location="/b"), "/b": b"HTTP/1.1 304 Not Modified\r\n\r\n"}
    )
    response = await fetcher.fetch(Request(site.url("/a"), validators=Validators(etag='"v"')))
    assert response.not_modified
    assert response.moved_to == site.url("/b")
    assert site.seen[1].headers["if-none-match"] == '"v"'


@pytest.mark.parametrize(
    ("first", "second", "moved"),
    [
        ("301 Moved", "308 Permanent", True),
        ("301 Moved", "302 Found", False),
        ("307 Temporary", "301 Moved", False),
        ("303 See Other", "303 See Other", False),
    ],
)
async def test_a_move_is_told_only_when_every_hop_was_permanent(
    fetcher, open_site, answer, first, second, moved
) -> None:
    site = await open_site(
        {"/a": answer(status=first, Location="/b"), "/b": answer(status=second, Location="/c"), "/c": answer(b"x")}
    )
    response = await fetcher.fetch(Request(site.url("/a")))
    assert response.moved_to == (site.url("/c") if moved else "")


async def test_a_permanent_redirect_to_an_error_page_is_no_move(fetcher, open_site, answer) -> None:
    site = await open_site({"/a": answer(status="301 Moved", Location="/b")})
    response = await fetcher.fetch(Request(site.url("/a")))
    assert (response.status, response.moved_to) == (404, "")


async def test_redirects_are_given_back_as_they_are_when_the_caller_wants_them(fetcher, open_site, answer) -> None:
    site = await open_site({"/a": answer(b"over there", status="302 Found", Location="http://10.0.0.1/")})
    response = await fetcher.fetch(Request(site.url("/a"), follow_redirects=False))
    assert (response.status, response.body, response.headers["location"]) == (302, b"over there", "http://10.0.0.1/")


async def test_a_chain_of_more_than_five_hops_is_given_up(fetcher, open_site, answer) -> None:
    site = await open_site({f"/{n}": answer(status="302 Found", Location=f"/{n + 1}") for n in range(20)})
    with pytest.raises(BadRedirectError, match="more than 5 times"):
        await fetcher.fetch(Request(site.url("/0")))
    assert site.paths == ["/0", "/1", "/2", "/3", "/4", "/5"]


async def test_a_chain_of_five_hops_arrives(fetcher, open_site, answer) -> None:
    hops = {f"/{n}": answer(status="302 Found", Location=f"/{n + 1}") for n in range(5)}
    site = await open_site(hops | {"/5": answer(b"at last")})
    assert (await fetcher.fetch(Request(site.url("/0")))).body == b"at last"


async def test_the_caller_may_allow_fewer_hops(fetcher, open_site, answer) -> None:
    site = await open_site({"/a": answer(status="302 Found", Location="/b"), "/b": answer(b"x")})
    with pytest.raises(BadRedirectError):
        await fetcher.fetch(Request(site.url("/a"), limits=Limits(max_hops=0)))
    assert site.paths == ["/a"]


@pytest.mark.parametrize("location", ["/a", "/b"])
async def test_a_circle_is_left_at_its_first_round(fetcher, open_site, answer, location) -> None:
    site = await open_site(
        {"/a": answer(status="302 Found", Location=location), "/b": answer(status="302 Found", Location="/a")}
    )
    with pytest.raises(BadRedirectError, match="circle"):
        await fetcher.fetch(Request(site.url("/a")))
    assert len(site.seen) == (1 if location == "/a" else 2)


async def test_a_redirect_without_a_target_is_an_error(fetcher, open_site, answer) -> None:
    site = await open_site({"/": answer(status="301 Moved")})
    with pytest.raises(BadRedirectError, match="without saying where"):
        await fetcher.fetch(Request(site.url()))


@pytest.mark.parametrize("location", ["http://exa\x7fmple/", "http://[:::1]/", "http://x:port/"])
async def test_a_redirect_to_no_address_is_an_error(fetcher, open_site, answer, location) -> None:
    site = await open_site({"/": answer(status="301 Moved", Location=location)})
    with pytest.raises(BadRedirectError, match=r"not an address"):
        await fetcher.fetch(Request(site.url()))


async def test_the_page_of_a_redirect_is_not_read_when_it_is_large(fetcher, open_site, answer) -> None:
    site = await open_site(
        {
            "/a": b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 99999999\r\n\r\n",
            "/b": b"HTTP/1.1 302 Found\r\nLocation: /c\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "/c": answer(b"here"),
        }
    )
    assert (await fetcher.fetch(Request(site.url("/a")))).body == b"here"


@pytest.mark.parametrize("status", [300, 304, 305])
async def test_other_3xx_are_answers(fetcher, open_site, answer, status) -> None:
    site = await open_site({"/": f"HTTP/1.1 {status} So\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n".encode()})
    assert (await fetcher.fetch(Request(site.url()))).status == status


@pytest.mark.parametrize(
    ("status", "method", "then", "body"),
    [
        (301, "POST", "GET", b""),
        (302, "POST", "GET", b""),
        (303, "POST", "GET", b""),
        (303, "PUT", "GET", b""),
        (307, "POST", "POST", b"a=1"),
        (308, "POST", "POST", b"a=1"),
        (302, "PUT", "PUT", b"a=1"),
    ],
)
async def test_the_method_over_a_redirect_is_the_one_http_says(
    fetcher, open_site, answer, status, method, then, body
) -> None:
    site = await open_site({"/a": answer(status=f"{status} So", Location="/b"), "/b": answer(b"x")})
    form = {"Content-Type": "application/x-www-form-urlencoded", "X-Kept": "1"}
    await fetcher.fetch(Request(site.url("/a"), method, form, b"a=1"))
    last = site.seen[1]
    assert (last.method, last.body) == (then, body)
    assert ("content-type" in last.headers) == bool(body)
    assert last.headers["x-kept"] == "1"


async def test_head_stays_head(fetcher, open_site, answer) -> None:
    site = await open_site({"/a": answer(status="303 See", Location="/b"), "/b": answer()})
    await fetcher.fetch(Request(site.url("/a"), "HEAD"))
    assert [seen.method for seen in site.seen] == ["HEAD", "HEAD"]


async def test_credentials_do_not_go_to_another_host(fetcher, open_site, answer) -> None:
    other = await open_site({"/": answer(b"x")})
    site = await open_site({"/a": answer(status="302 Found", Location=other.url("/"))})
    secret = {"Cookie": "SUB=1", "AUTHORIZATION": "Bearer t", "Proxy-Authorization": "x", "X-Kept": "1"}
    await fetcher.fetch(Request(site.url("/a"), headers=secret))
    assert site.seen[0].headers["cookie"] == "SUB=1"
    assert {"cookie", "authorization", "proxy-authorization", "referer"}.isdisjoint(other.seen[0].headers)
    assert other.seen[0].headers["x-kept"] == "1"


async def test_credentials_stay_lost_when_the_chain_comes_back(fetcher, open_site, answer) -> None:
    site = await open_site({"/b": answer(b"x")})
    other = await open_site({"/": answer(status="302 Found", Location=site.url("/b"))})
    site.answers["/a"] = answer(status="302 Found", Location=other.url("/"))
    await fetcher.fetch(Request(site.url("/a"), headers={"Cookie": "SUB=1"}))
    assert "cookie" not in site.seen[1].headers


async def test_credentials_stay_within_the_host(fetcher, open_site, answer) -> None:
    site = await open_site({"/a": answer(status="302 Found", Location="/b"), "/b": answer(b"x")})
    await fetcher.fetch(Request(site.url("/a"), headers={"Cookie": "SUB=1"}))
    assert site.seen[1].headers["cookie"] == "SUB=1"


def hop_from(url: str) -> Hop:
    return Hop(Gate().check(url), "GET", {"Cookie": "SUB=1"}, None)


def test_https_is_never_left_for_http() -> None:
    with pytest.raises(BadRedirectError, match="from https to http"):
        next_hop(hop_from("https://agency.test/"), 302, "http://agency.test/", Gate())


def test_an_upgrade_to_https_keeps_the_credentials() -> None:
    hop = next_hop(hop_from("http://agency.test/a"), 301, "https://agency.test/a", Gate())
    assert (hop.target.url, hop.headers, hop.permanent) == ("https://agency.test/a", {"Cookie": "SUB=1"}, True)


def test_an_upgrade_to_https_of_another_host_drops_them() -> None:
    hop = next_hop(hop_from("http://agency.test/a"), 301, "https://www.agency.test/a", Gate())
    assert hop.headers == {}
