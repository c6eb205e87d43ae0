import asyncio

import pytest

from bot.fetching import FetchError, Limits, Request, UnreachableError
from bot.fetching.wire import MOST_HEADER_BYTES


async def test_a_server_that_dribbles_its_headers_is_left_at_the_deadline(fetcher, open_site) -> None:
    gone = asyncio.Event()

    async def dribble(seen, writer) -> None:
        try:
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"o" * 10_000:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.01)
        finally:
            gone.set()

    site = await open_site({"/": dribble})
    with pytest.raises(UnreachableError, match=r"no whole answer within 0\.2 seconds"):
        await fetcher.fetch(Request(site.url(), limits=Limits(total_s=0.2)))
    async with asyncio.timeout(10):
        await gone.wait()


async def test_a_server_that_dribbles_its_body_is_left_at_the_deadline(fetcher, open_site) -> None:
    async def dribble(seen, writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    site = await open_site({"/": dribble})
    with pytest.raises(UnreachableError, match="no whole answer"):
        await fetcher.fetch(Request(site.url(), limits=Limits(total_s=0.2)))


async def test_a_chain_of_slow_redirects_has_one_deadline(fetcher, open_site, answer) -> None:
    async def slow(seen, writer) -> None:
        await asyncio.sleep(0.15)
        writer.write(answer(status="302 Found", Location=seen.path + "x"))

    site = await open_site({"/" + "x" * n: slow for n in range(10)})
    with pytest.raises(UnreachableError, match="no whole answer"):
        await fetcher.fetch(Request(site.url("/"), limits=Limits(total_s=0.3)))
    assert len(site.seen) <= 3


async def test_a_server_that_takes_the_connection_and_says_nothing_is_left(fetcher, open_site) -> None:
    async def silent(seen, writer) -> None:
        await asyncio.sleep(60)

    site = await open_site({"/": silent})
    with pytest.raises(UnreachableError, match="no whole answer"):
        await fetcher.fetch(Request(site.url(), limits=Limits(total_s=0.2)))


async def test_an_address_that_never_answers_gives_the_next_one_its_time(
    open_fetcher, open_site, answer, monkeypatch
) -> None:
    site = await open_site({"/": answer(b"here")})
    loop = asyncio.get_running_loop()
    connect = loop.create_connection

    async def hang(factory, address, port, **more):
        if address == "127.0.0.2":
            await asyncio.sleep(60)
        return await connect(factory, address, port, **more)

    async def both(host, port):
        return ["127.0.0.2", "127.0.0.1"]

    monkeypatch.setattr(loop, "create_connection", hang)
    fetcher = open_fetcher(resolve=both, allowed_private_hosts=frozenset({"agency.test"}))
    request = Request(site.url("/", host="agency.test"), limits=Limits(connect_s=0.4))
    assert (await fetcher.fetch(request)).body == b"here"


async def test_connecting_has_its_own_deadline(open_fetcher, monkeypatch) -> None:
    async def hang(*_, **__):
        await asyncio.sleep(60)

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", hang)
    with pytest.raises(UnreachableError, match=r"could not be reached within 0\.2 seconds"):
        await open_fetcher().fetch(Request("http://127.0.0.1:9/", limits=Limits(connect_s=0.2)))


async def test_a_name_server_that_never_answers_is_left_too(open_fetcher) -> None:
    async def hang(host, port):
        await asyncio.sleep(60)

    with pytest.raises(UnreachableError, match="could not be reached"):
        await open_fetcher(resolve=hang).fetch(Request("http://slow.test/", limits=Limits(connect_s=0.2)))


async def test_a_refused_connection_is_unreachable(fetcher, unused_tcp_port) -> None:
    with pytest.raises(UnreachableError, match="refuses connections"):
        await fetcher.fetch(Request(f"http://127.0.0.1:{unused_tcp_port}/"))


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 99999 Odd\r\n\r\n",
        b"\x00\xff\xfe" * 100 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFFFFFF\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        b"\r\n" * 20_000,
        b"",
    ],
)
async def test_an_answer_that_is_no_proper_http_is_unreachable_with_a_sentence(fetcher, open_site, garbage) -> None:
    async def blurt(seen, writer) -> None:
        writer.write(garbage)
        await writer.drain()
        writer.close()

    site = await open_site({"/": blurt})
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(Request(site.url()))
    assert str(caught.value).startswith("127.0.0.1 ")
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "flood",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-Flood: yes\r\n" * 100_000,
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1_000_000,
        b"HTTP/1.1 200 " + b"O" * 1_000_000,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000,
    ],
    ids=["lines", "one-line", "reason", "interim"],
)
async def test_a_flood_of_headers_is_stopped_after_little(fetcher, open_site, flood, monkeypatch) -> None:
    taken = []
    feed = asyncio.StreamReader.read

    async def count(self, n=-1):
        data = await feed(self, n)
        if data.startswith((b"HTTP", b"X-", b"x", b"O")) or taken:
            taken.append(len(data))
        return data

    site = await open_site({"/": flood + b"\r\n\r\n"})
    monkeypatch.setattr(asyncio.StreamReader, "read", count)
    with pytest.raises(UnreachableError, match="proper HTTP"):
        await fetcher.fetch(Request(site.url()))
    assert 0 < sum(taken) <= MOST_HEADER_BYTES


async def test_a_flood_of_trailers_is_stopped(fetcher, open_site) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
    site = await open_site({"/": head + b"X-Flood: yes\r\n" * 100_000 + b"\r\n"})
    with pytest.raises(UnreachableError, match="cut its answer short"):
        await fetcher.fetch(Request(site.url()))


async def test_one_broken_site_leaves_the_fetcher_good_for_others(fetcher, open_site, answer) -> None:
    bad = await open_site({"/": b"nonsense\r\n\r\n"})
    good = await open_site({"/": answer(b"fine")})
    for _ in range(3):
        with pytest.raises(UnreachableError):
            await fetcher.fetch(Request(bad.url()))
        assert (await fetcher.fetch(Request(good.url()))).body == b"fine"
