import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.fetching import AddressRefusedError, Request, UnreachableError

CERTIFICATE = Path(__file__).parents[1] / "recorded" / "tls" / "alerts.test.pem"


class Names:
    """A name server that gives its next answer at each look-up, the last one for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.7"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:10.0.0.7"],
        ["fe80::1%eth0"],
        ["64:ff9b::a00:7"],
        ["1.1.1.1", "192.168.1.1"],
        ["2606:4700::1111", "100.64.0.1"],
    ],
)
async def test_a_name_with_any_address_that_is_not_public_is_refused_before_connecting(
    open_fetcher, addresses, monkeypatch
) -> None:
    dialled = []

    async def note(*args, **_):
        dialled.append(args)
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", note)
    fetcher = open_fetcher(resolve=Names(addresses))
    with pytest.raises(AddressRefusedError) as caught:
        await fetcher.fetch(Request("http://feeds.agency.test/cap"))
    assert dialled == []
    assert addresses[0] not in str(caught.value)
    assert "feeds.agency.test:80 to TOCSIN_ALLOWED_PRIVATE_HOSTS" in caught.value.advice


async def test_the_address_that_was_checked_is_the_one_connected_to_though_the_name_turns_private_a_moment_later(
    open_fetcher, monkeypatch
) -> None:
    dialled = []

    async def note(_, address, port, **__):
        dialled.append((address, port))
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", note)
    names = Names(["1.1.1.1"], ["127.0.0.1"])
    fetcher = open_fetcher(resolve=names)
    with pytest.raises(UnreachableError):
        await fetcher.fetch(Request("http://rebinding.test/"))
    assert dialled == [("1.1.1.1", 80)]
    assert names.asked == [("rebinding.test", 80)]
    with pytest.raises(AddressRefusedError):
        await fetcher.fetch(Request("http://rebinding.test/"))
    assert dialled == [("1.1.1.1", 80)]


async def test_every_checked_address_is_tried_in_turn(open_fetcher, open_site, answer) -> None:
    site = await open_site({"/": answer(b"here")})
    fetcher = open_fetcher(
        resolve=Names(["127.0.0.2", "127.0.0.1"]), allowed_private_hosts=frozenset({"agency.test"})
    )
    response = await fetcher.fetch(Request(site.url("/", host="agency.test")))
    assert response.body == b"here"
    assert site.seen[0].headers["host"] == f"agency.test:{site.port}"


async def test_a_host_the_operator_vouches_for_is_asked_at_its_private_address(
    open_fetcher, open_site, answer
) -> None:
    site = await open_site({"/": answer(b"ours")})
    fetcher = open_fetcher(resolve=Names(["127.0.0.1"]), allowed_private_hosts=frozenset({f"rsshub.lan:{site.port}"}))
    assert (await fetcher.fetch(Request(site.url("/", host="rsshub.lan")))).body == b"ours"
    with pytest.raises(AddressRefusedError):
        await fetcher.fetch(Request(site.url("/", host="other.lan")))
    with pytest.raises(AddressRefusedError):
        await fetcher.fetch(Request("http://rsshub.lan/"))
    assert len(site.seen) == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "http://localhost/",
        "http://inside.test/",
        "http://2130706433/",
        "file:///etc/passwd",
        "//127.0.0.2/",
        "http://user:word@agency.test/",
    ],
)
async def test_a_redirect_to_a_private_address_is_refused(open_fetcher, open_site, answer, location) -> None:
    site = await open_site({"/": answer(status="302 Found", Location=location)})
    fetcher = open_fetcher(resolve=Names(["127.0.0.1"]))
    with pytest.raises(AddressRefusedError):
        await fetcher.fetch(Request(site.url("/")))
    assert len(site.seen) == 1


async def test_the_machines_own_resolver_leads_localhost_to_a_refusal(open_fetcher) -> None:
    with pytest.raises(AddressRefusedError, match="localhost leads to this machine's own address"):
        await open_fetcher(allowed_private_hosts=frozenset()).fetch(Request("http://localhost/"))


@pytest.mark.parametrize("failure", [OSError("no such name"), UnicodeError("label too long")])
async def test_a_name_that_does_not_resolve_is_unreachable(open_fetcher, failure) -> None:
    async def fail(host: str, port: int) -> Sequence[str]:
        raise failure

    with pytest.raises(UnreachableError, match=r"no-such\.test cannot be resolved"):
        await open_fetcher(resolve=fail).fetch(Request("http://no-such.test/"))


async def test_a_name_without_addresses_is_unreachable(open_fetcher) -> None:
    with pytest.raises(UnreachableError, match="has no address"):
        await open_fetcher(resolve=Names([])).fetch(Request("http://empty.test/"))


async def test_tls_names_and_checks_the_host_though_the_address_was_resolved_here(
    open_fetcher, open_site, answer
) -> None:
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(CERTIFICATE)
    named = []
    ours.sni_callback = lambda _, name, __: named.append(name)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    theirs.load_verify_locations(CERTIFICATE)
    site = await open_site({"/": answer(b"sealed")}, tls=ours)
    fetcher = open_fetcher(
        resolve=Names(["127.0.0.1"]), tls=theirs, allowed_private_hosts=frozenset({"alerts.test", "other.test"})
    )
    assert (await fetcher.fetch(Request(site.url("/", host="alerts.test")))).body == b"sealed"
    assert named == ["alerts.test"]
    with pytest.raises(UnreachableError, match=r"other\.test has no valid certificate"):
        await fetcher.fetch(Request(site.url("/", host="other.test")))


async def test_a_certificate_nobody_signed_is_not_accepted(open_fetcher, open_site, answer) -> None:
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(CERTIFICATE)
    site = await open_site({"/": answer(b"sealed")}, tls=ours)
    fetcher = open_fetcher(resolve=Names(["127.0.0.1"]), allowed_private_hosts=frozenset({"alerts.test"}))
    with pytest.raises(UnreachableError, match="no valid certificate"):
        await fetcher.fetch(Request(site.url("/", host="alerts.test")))
    assert site.seen == []


async def test_a_server_that_speaks_no_tls_is_unreachable(open_fetcher) -> None:
    async def refuse(_, writer) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(UnreachableError, match="does not speak TLS"):
            await open_fetcher().fetch(Request(f"https://127.0.0.1:{port}/"))
