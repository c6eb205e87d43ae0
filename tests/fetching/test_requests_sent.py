import pytest

from bot.fetching import FetchError, Request, Validators, user_agent


async def test_a_request_says_who_asks_and_nothing_that_was_not_given(fetcher, open_site, answer) -> None:
    site = await open_site({"/feed?a=b": answer(b"x")})
    await fetcher.fetch(Request(site.url("/feed?a=b#part")))
    assert site.seen[0].raw.decode() == (
        "GET /feed?a=b HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{site.port}\r\n"
        "User-Agent: Tocsin/test (+ops@agency.test)\r\n"
        "Accept: */*\r\n"
        "Accept-Encoding: gzip\r\n"
        "\r\n"
    )


def test_the_user_agent_is_honest() -> None:
    assert user_agent("0.1.0", "https://agency.test; ops@agency.test") == (
        "Tocsin/0.1.0 (+https://agency.test; ops@agency.test)"
    )
    assert user_agent("0.1.0", "") == "Tocsin/0.1.0"


@pytest.mark.parametrize(
    ("etag", "modified"),
    [
        ('"abc"', "Sat, 21 Jul 2012 03:51:00 GMT"),
        ('W/"weak-1"', "Sat, 21 Jul 2012 03:51:00 +0000"),
        ("unquoted", "yesterday, as it were"),
        ('"é\x80"', "21.7.2012"),
        ('"a", "b"', "0"),
    ],
)
async def test_both_validators_go_back_exactly_as_they_came(fetcher, open_site, answer, etag, modified) -> None:
    head = f"HTTP/1.1 200 OK\r\nETag: {etag}\r\nLast-Modified: {modified}\r\nContent-Length: 0\r\n\r\n"
    site = await open_site({"/": head.encode("latin-1")})
    first = await fetcher.fetch(Request(site.url()))
    await fetcher.fetch(Request(site.url(), validators=first.validators))
    assert first.validators == Validators(etag, modified)
    assert f"If-None-Match: {etag}\r\nIf-Modified-Since: {modified}\r\n".encode("latin-1") in site.seen[1].raw


async def test_a_200_without_validators_gives_none_to_keep(fetcher, open_site, answer) -> None:
    site = await open_site({"/": answer(b"x")})
    response = await fetcher.fetch(Request(site.url(), validators=Validators('"old"', "long ago")))
    assert response.validators == Validators(None, None)


async def test_a_304_keeps_the_validators_it_does_not_repeat(fetcher, open_site) -> None:
    site = await open_site({"/": b'HTTP/1.1 304 Not Modified\r\nETag: "new"\r\n\r\n'})
    response = await fetcher.fetch(Request(site.url(), validators=Validators('"old"', "long ago")))
    assert response.not_modified
    assert response.validators == Validators('"new"', "long ago")


async def test_a_validator_of_monstrous_length_is_not_kept(fetcher, open_site, answer) -> None:
    site = await open_site({"/": answer(b"x", ETag='"' + "e" * 5000 + '"', Last_Modified="")})
    assert (await fetcher.fetch(Request(site.url()))).validators == Validators(None, None)


async def test_a_callers_own_headers_win(fetcher, open_site, answer) -> None:
    site = await open_site({"/": answer(b"x")})
    own = {
        "user-agent": "Mozilla/5.0 (iPhone)",
        "ACCEPT": "application/json",
        "Accept-Encoding": "identity",
        "Cookie": "SUB=_2Ak",
        "X-Requested-With": "XMLHttpRequest",
        "Host": "elsewhere.test",
        "Content-Length": "5",
        "If-None-Match": '"mine"',
    }
    await fetcher.fetch(Request(site.url(), headers=own, validators=Validators(etag='"kept"')))
    seen = site.seen[0]
    assert seen.headers == {
        "host": f"127.0.0.1:{site.port}",
        "user-agent": "Mozilla/5.0 (iPhone)",
        "accept": "application/json",
        "accept-encoding": "identity",
        "cookie": "SUB=_2Ak",
        "x-requested-with": "XMLHttpRequest",
        "if-none-match": '"kept"',
    }
    assert seen.raw.lower().count(b"user-agent") == 1


async def test_a_post_carries_its_body_and_no_validators(fetcher, open_site, answer) -> None:
    site = await open_site({"/gen": answer(b"{}"), "/empty": answer(b"{}")})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    await fetcher.fetch(Request(site.url("/gen"), "post", form, b"cb=visitor&from=weibo", Validators('"x"')))
    await fetcher.fetch(Request(site.url("/empty"), "POST"))
    assert (site.seen[0].method, site.seen[0].body) == ("POST", b"cb=visitor&from=weibo")
    assert site.seen[0].headers["content-type"] == form["Content-Type"]
    assert "if-none-match" not in site.seen[0].headers
    assert site.seen[1].headers["content-length"] == "0"


async def test_cookies_of_an_answer_are_not_sent_back_by_themselves(fetcher, open_site, answer) -> None:
    site = await open_site({"/": answer(b"x", Set_Cookie="tid=1; Path=/")})
    response = await fetcher.fetch(Request(site.url()))
    await fetcher.fetch(Request(site.url()))
    assert response.headers["set-cookie"] == "tid=1; Path=/"
    assert "cookie" not in site.seen[1].headers


async def test_the_environments_proxy_is_not_used(fetcher, open_site, answer, monkeypatch) -> None:
    site = await open_site({"/": answer(b"direct")})
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (await fetcher.fetch(Request(site.url()))).body == b"direct"


@pytest.mark.parametrize(
    "headers",
    [{"Cookie": "SUB=top\r\nX-Evil: 1"}, {"Cookie": "SUB=top\x00secret"}, {"Bad Name": "top"}, {"": "top"}],
)
async def test_a_header_that_would_forge_a_request_is_not_sent_nor_told(fetcher, open_site, headers) -> None:
    site = await open_site()
    with pytest.raises(FetchError, match="holds a header that HTTP does not allow") as caught:
        await fetcher.fetch(Request(site.url(), headers=headers))
    assert site.seen == []
    assert "top" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_the_answer_tells_when_it_came_and_from_where(fetcher, open_site, answer, clock) -> None:
    site = await open_site({"/a": answer(b"x", status="404 Not Found", X_Told="yes")})
    response = await fetcher.fetch(Request(site.url("/a#part")))
    assert (response.url, response.status, response.body) == (site.url("/a"), 404, b"x")
    assert response.headers["X-Told"] == "yes"
    assert response.fetched_at == clock.now
    assert (response.moved_to, response.retry_at) == ("", None)


async def test_one_connection_serves_request_after_request(fetcher, open_site, answer) -> None:
    site = await open_site({"/": b"HTTP/1.1 304 Not Modified\r\n\r\n", "/a": answer(b"x" * 100_000)})
    for path in ("/", "/a", "/", "/a"):
        await fetcher.fetch(Request(site.url(path)))
    assert site.connections == 1


async def test_a_connection_the_server_wants_closed_is_not_used_again(fetcher, open_site, answer) -> None:
    site = await open_site({"/": answer(b"x", Connection="close")})
    await fetcher.fetch(Request(site.url()))
    await fetcher.fetch(Request(site.url()))
    assert site.connections == 2


async def test_a_get_on_a_connection_that_died_while_idle_is_sent_once_more(fetcher, open_site, answer) -> None:
    async def die_on_reuse(seen, writer) -> None:
        if sum(other.connection == seen.connection for other in site.seen) > 1:
            writer.transport.abort()
        else:
            writer.write(answer(b"fresh"))

    site = await open_site({"/": die_on_reuse})
    for _ in range(3):
        assert (await fetcher.fetch(Request(site.url()))).body == b"fresh"
    assert [seen.connection for seen in site.seen] == [1, 1, 2, 2, 3]


async def test_a_post_is_never_sent_twice(fetcher, open_site, answer) -> None:
    async def die_on_reuse(seen, writer) -> None:
        if sum(other.connection == seen.connection for other in site.seen) > 1:
            writer.transport.abort()
        else:
            writer.write(answer(b"fresh"))

    site = await open_site({"/": die_on_reuse})
    await fetcher.fetch(Request(site.url(), "POST", body=b"1"))
    with pytest.raises(FetchError):
        await fetcher.fetch(Request(site.url(), "POST", body=b"2"))
    assert [seen.body for seen in site.seen] == [b"1", b"2"]


async def test_what_a_server_says_unasked_is_not_taken_for_the_next_answer(fetcher, open_site, answer) -> None:
    waiting = []

    async def babble(seen, writer) -> None:
        writer.write(answer(b"first"))
        waiting.append(writer)

    site = await open_site({"/": babble})
    await fetcher.fetch(Request(site.url()))
    waiting[0].write(answer(b"too late", status="408 Request Timeout"))
    await waiting[0].drain()
    other = await open_site({"/": answer(b"x")})
    await fetcher.fetch(Request(other.url()))  # a turn of the loop in which the late words arrive
    assert (await fetcher.fetch(Request(site.url()))).body == b"first"
    assert site.connections == 2


async def test_idle_connections_are_few_whatever_the_number_of_sites(fetcher, open_site, answer) -> None:
    sites = [await open_site({"/": answer(b"x")}) for _ in range(24)]
    for site in sites:
        await fetcher.fetch(Request(site.url()))
    assert len(fetcher._connector._idle) == 16
    for site in sites[-16:]:
        await fetcher.fetch(Request(site.url()))
    assert [site.connections for site in sites] == [1] * 24
