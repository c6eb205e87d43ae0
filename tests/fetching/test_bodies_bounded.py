import asyncio
import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fetching import FetchError, Limits, Request, TooLargeError, UnreachableError
from bot.fetching.unpacking import PIECE, Body

MIB = 1024 * 1024


def bomb(mib: int) -> bytes:
    """So many MiB of zeros, packed without ever holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(MIB)
    return b"".join(packer.compress(block) for _ in range(mib)) + packer.flush()


async def test_an_answer_within_its_limit_comes_whole(fetcher, open_site, answer) -> None:
    body = bytes(range(256)) * 4096
    site = await open_site({"/": answer(body)})
    response = await fetcher.fetch(Request(site.url(), limits=Limits(max_bytes=MIB)))
    assert response.body == body


async def test_a_declared_length_over_the_limit_is_refused_before_the_body(fetcher, open_site) -> None:
    site = await open_site({"/": b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n"})
    with pytest.raises(TooLargeError, match="larger than 1,024 KiB"):
        await fetcher.fetch(Request(site.url(), limits=Limits(max_bytes=MIB)))


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_body_of_100_mb_without_a_length_is_stopped_at_the_limit(fetcher, open_site, chunked) -> None:
    written = 0

    async def pour(seen, writer) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\n" + (b"Transfer-Encoding: chunked\r\n\r\n" if chunked else b"\r\n"))
        block = b"x" * 65536
        for _ in range(1600):
            writer.write(b"10000\r\n" + block + b"\r\n" if chunked else block)
            await writer.drain()
            written += len(block)

    site = await open_site({"/": pour})
    with pytest.raises(TooLargeError):
        await fetcher.fetch(Request(site.url(), limits=Limits(max_bytes=MIB)))
    assert written < 20 * MIB  # what fits into socket buffers went out, the rest never did


async def test_a_gzip_bomb_is_stopped_and_never_unpacked_in_memory(fetcher, open_site, answer) -> None:
    site = await open_site({"/": answer(bomb(100), Content_Encoding="gzip")})
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError, match="decompression bomb"):
            await fetcher.fetch(Request(site.url(), limits=Limits(max_bytes=64 * MIB)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * MIB


def test_a_whole_bomb_in_one_chunk_is_unpacked_no_further_than_the_ratio() -> None:
    packed = bomb(60)
    body = Body(Limits(max_bytes=64 * MIB), "bomb.test", "gzip")
    with pytest.raises(TooLargeError, match="bomb"):
        body.add(packed)
    assert body.decoded <= max(MIB, 100 * body.encoded) + PIECE


def test_a_packed_body_over_the_limit_is_stopped_there_though_its_ratio_is_fair() -> None:
    noise = b"".join(zlib.crc32(bytes([n % 256, n // 256])).to_bytes(4, "big") * 8 for n in range(65536))
    body = Body(Limits(max_bytes=MIB), "big.test", "gzip")
    with pytest.raises(TooLargeError, match="larger than"):
        body.add(gzip.compress(noise))
    assert body.decoded <= MIB + PIECE


def test_a_well_packed_small_page_is_no_bomb() -> None:
    page = b" " * MIB
    body = Body(Limits(), "blank.test", "gzip")
    body.add(gzip.compress(page))
    assert body.finish() == page


def test_empty_gzip_members_without_end_are_counted_as_they_come() -> None:
    body = Body(Limits(max_bytes=MIB), "empty.test", "gzip")
    members = gzip.compress(b"") * 1000
    for _ in range(MIB // len(members)):
        body.add(members)
    with pytest.raises(TooLargeError):
        body.add(members)
    assert body.decoded == 0


def test_a_body_in_crumbs_is_stopped() -> None:
    body = Body(Limits(), "crumbs.test")
    for _ in range(4096):
        body.add(b"x")
    with pytest.raises(TooLargeError, match="crumbs"):
        body.add(b"x")


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP", "gzip, identity", "deflate"])
def test_a_packed_body_is_unpacked_however_it_is_cut(encoding) -> None:
    text = "暴雨红色预警 ".encode() * 3000
    packed = zlib.compress(text) if encoding == "deflate" else gzip.compress(text)
    for size in (1, 7, 1000, len(packed)):
        body = Body(Limits(), "agency.test", encoding)
        if size == 1:
            body._chunks = -len(packed)
        for start in range(0, len(packed), size):
            body.add(packed[start : start + size])
        assert body.finish() == text


def test_a_bare_deflate_body_is_unpacked_too() -> None:
    packer = zlib.compressobj(wbits=-15)
    body = Body(Limits(), "agency.test", "deflate")
    body.add(packer.compress(b"storm" * 100) + packer.flush())
    assert body.finish() == b"storm" * 100


def test_several_gzip_members_are_one_body_and_padding_behind_them_is_left_out() -> None:
    body = Body(Limits(), "agency.test", "gzip")
    body.add(gzip.compress(b"first ") + gzip.compress(b"second"))
    body.add(bytes(20))
    body.add(b"more padding")
    assert body.finish() == b"first second"


def test_a_gzip_body_that_ends_early_is_not_taken_for_whole() -> None:
    body = Body(Limits(), "agency.test", "gzip")
    body.add(gzip.compress(b"storm" * 1000)[:-5])
    with pytest.raises(UnreachableError, match="cut its answer short"):
        body.finish()


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br", "x" * 500])
def test_a_packing_that_was_not_asked_for_is_refused_by_its_name(encoding) -> None:
    body = Body(Limits(), "agency.test", encoding)
    with pytest.raises(FetchError, match="which was not asked for"):
        body.add(b"something")


async def test_a_304_may_name_a_packing_it_does_not_use(fetcher, open_site) -> None:
    site = await open_site(
        {"/": b"HTTP/1.1 304 Not Modified\r\nContent-Encoding: br\r\nContent-Length: 99999999\r\n\r\n"}
    )
    assert (await fetcher.fetch(Request(site.url()))).not_modified


async def test_the_answer_to_head_has_a_length_but_no_body(fetcher, open_site) -> None:
    site = await open_site({"/": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\nContent-Encoding: gzip\r\n\r\n"})
    response = await fetcher.fetch(Request(site.url(), method="HEAD"))
    assert (response.status, response.body) == (200, b"")


async def test_a_truncated_body_is_not_an_answer(fetcher, open_site) -> None:
    async def cut(seen, writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>")
        await writer.drain()
        writer.close()

    site = await open_site({"/": cut})
    with pytest.raises(UnreachableError, match="cut its answer short"):
        await fetcher.fetch(Request(site.url()))


async def test_a_truncated_chunked_body_is_not_an_answer(fetcher, open_site) -> None:
    async def cut(seen, writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n")
        await writer.drain()
        writer.close()

    site = await open_site({"/": cut})
    with pytest.raises(UnreachableError, match="cut its answer short"):
        await fetcher.fetch(Request(site.url()))


async def test_others_run_while_a_body_of_crumbs_is_read(fetcher, open_site) -> None:
    site = await open_site({"/": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 60000})
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    with pytest.raises(TooLargeError, match="crumbs"):
        await fetcher.fetch(Request(site.url()))
    task.cancel()
    assert turns > 60


@given(st.binary(max_size=3000), st.sampled_from(["", "gzip", "deflate", "br"]), st.integers(1, 500))
def test_no_bytes_at_all_make_unpacking_fail_but_with_a_fetch_error(data, encoding, size) -> None:
    body = Body(Limits(max_bytes=2000), "any.test", encoding)
    try:
        for start in range(0, len(data), size):
            body.add(data[start : start + size])
        whole = body.finish()
    except FetchError:
        whole = b""
    assert len(whole) <= 2000


@given(st.binary(max_size=3000), st.integers(1, 500))
def test_what_was_packed_comes_out_as_it_was(data, size) -> None:
    packed = gzip.compress(data)
    body = Body(Limits(), "any.test", "gzip")
    for start in range(0, len(packed), size):
        body.add(packed[start : start + size])
    assert body.finish() == data
