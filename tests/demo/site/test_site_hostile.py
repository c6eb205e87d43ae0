import json
import re
import zlib

import httpx
import pytest

from bot.demo.site.hostile import BOMB_MIB, HUGE_MIB, MEBI


async def test_every_hostile_page_answers(site, client):
    for name in site.hostile.names:
        async with client.stream("GET", f"/hostile/{name}") as answer:
            assert answer.status_code in {200, 302}, name
    assert (await client.get("/hostile/none.xml")).status_code == 404


async def test_the_entity_bomb_is_small_and_would_grow_by_ten_levels(client):
    body = (await client.get("/hostile/entity-bomb.xml")).text
    assert len(body) < 2_000
    assert len(re.findall("<!ENTITY", body)) == 10


async def test_the_gzip_bomb_unpacks_to_hundreds_of_mebibytes(client):
    async with client.stream("GET", "/hostile/gzip-bomb.xml") as answer:
        assert answer.headers["content-encoding"] == "gzip"
        packed = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert len(packed) < MEBI
    unpacker, size = zlib.decompressobj(16 + zlib.MAX_WBITS), 0
    rest = packed
    while rest:
        size += len(unpacker.decompress(rest, MEBI))
        rest = unpacker.unconsumed_tail
    assert size > BOMB_MIB * MEBI


@pytest.mark.parametrize(("name", "declared"), [("huge.xml", False), ("huge-declared.xml", True)])
async def test_the_large_body_is_over_100_megabytes_declared_or_not(client, name, declared):
    async with client.stream("GET", f"/hostile/{name}") as answer:
        assert ("content-length" in answer.headers) is declared
        if declared:
            assert int(answer.headers["content-length"]) > 100_000_000
        got = 0
        async for chunk in answer.aiter_raw():
            got += len(chunk)
            if got > 2 * MEBI:
                break
    assert got > 2 * MEBI
    assert HUGE_MIB * MEBI > 100_000_000


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("redirect-private.xml", "http://10.0.0.1/feed.xml"),
        ("redirect-metadata.xml", "http://169.254.169.254/latest/meta-data/"),
        ("redirect-file.xml", "file:///etc/passwd"),
        ("redirect-loop.xml", "/hostile/redirect-loop.xml"),
    ],
)
async def test_redirects_lead_where_nobody_should_go(client, name, target):
    answer = await client.get(f"/hostile/{name}")
    assert (answer.status_code, answer.headers["location"]) == (302, target)


async def test_ids_change_at_every_poll_and_nothing_else(client):
    first, second = [(await client.get("/hostile/churning-ids.xml")).text for _ in range(2)]
    ids = [set(re.findall(r"poll-\d+-\d+", body)) for body in (first, second)]
    assert not ids[0] & ids[1]
    assert re.sub(r"poll-\d+", "", first) == re.sub(r"poll-\d+", "", second)


async def test_the_wrong_charset_is_not_utf_8_though_it_says_so(client):
    answer = await client.get("/hostile/wrong-charset.xml")
    assert "utf-8" in answer.headers["content-type"]
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode("utf-8")
    assert "暴雨预警" in answer.content.decode("gb18030")


async def test_the_truncated_json_is_no_json(client):
    with pytest.raises(json.JSONDecodeError):
        (await client.get("/hostile/truncated.json")).json()


async def test_a_page_for_people_is_answered_with_200(client):
    answer: httpx.Response = await client.get("/hostile/html.xml")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
