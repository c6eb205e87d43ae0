"""``tocsin translate``: the engines of the settings as an operator tries them, against a local stand-in."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from language.standins import KEY, StandIn

ROOT = str(Path(__file__).parents[2])
WARNING = "市气象台18时30分发布暴雨橙色预警信号。"
FAITHFUL = "At 18:30 the city weather office issued an orange warning for rainstorm."
CHANGED = "At 19:30 the city weather office issued an orange warning for rainstorm."


async def tocsin(url, tmp_path, db_url, *arguments, **settings):
    known = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    own = {
        "TOCSIN_DATABASE_URL": db_url,
        "TOCSIN_TRANSLATORS": "libretranslate",
        "TOCSIN_LIBRETRANSLATE_URL": url,
        "TOCSIN_LIBRETRANSLATE_KEY": KEY,
        "PYTHONPATH": ROOT,
        **settings,
    }
    command = [sys.executable, "-m", "bot", "translate", *arguments]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, env={**known, **own}, cwd=tmp_path, stdin=pipe, stdout=pipe, stderr=pipe
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate(WARNING.encode())
    assert KEY not in (out + err).decode()
    return process.returncode, out.decode(), err.decode()


async def test_a_faithful_translation_is_shown_with_its_engine_and_kept(db_url, tmp_path):
    service = StandIn("libretranslate", lambda _text: FAITHFUL)
    async with service.server() as server:
        for _ in range(2):
            code, out, err = await tocsin(server.url, tmp_path, db_url, "-", "--to", "en", "--json")
            assert code == 0, err
            assert (json.loads(out)["text"], json.loads(out)["engine"]) == (FAITHFUL, "libretranslate")
    assert len(service.asked) == 1


async def test_what_changes_a_time_is_not_shown_and_the_reason_is(sqlite_url, tmp_path):
    async with StandIn("libretranslate", lambda _text: CHANGED).server() as server:
        code, out, _ = await tocsin(server.url, tmp_path, sqlite_url, WARNING, "--to", "en")
    assert code == 1
    assert CHANGED not in out
    assert "could not be translated reliably" in out
    assert "libretranslate: unfaithful" in out


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"TOCSIN_TRANSLATORS": ""}, "TOCSIN_TRANSLATORS names no engine"),
        ({"TOCSIN_TRANSLATORS": "deepl"}, "set TOCSIN_DEEPL_KEY to its key"),
    ],
)
async def test_what_is_not_set_up_is_one_line_that_says_what_to_do(sqlite_url, tmp_path, settings, says):
    code, out, err = await tocsin("http://127.0.0.1:9", tmp_path, sqlite_url, WARNING, "--to", "en", **settings)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert says in err
