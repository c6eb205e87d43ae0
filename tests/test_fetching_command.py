"""`tocsin fetch`: what would be relayed, from the site or from a saved answer; nothing is stored or sent."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.demo.site.site import StormSite
from bot.peeking import PeekError, peek
from bot.settings import load_settings

UID = "1288915263"
#: The issue's list: whoever reads the lines may count on these.
KEYS = {
    "kind", "id", "published", "language", "title", "text", "url", "media", "status", "action", "severity", "urgency",
    "certainty", "areas", "references", "expires", "pinned", "edited", "truncated", "relayed", "why_not",
}  # fmt: skip
HEAD = (
    "<sender>s</sender><sent>{sent}</sent><status>{status}</status><msgType>Alert</msgType>"
    "<scope>Public</scope><info><language>en</language><event>Flood</event><severity>Severe</severity>"
    "<urgency>Immediate</urgency><certainty>Observed</certainty><expires>{expires}</expires>"
    "<area><areaDesc>Valley</areaDesc></area></info>"
)


def alert(status: str = "Actual") -> bytes:
    now = datetime.now(UTC)
    sent, expires = (moment.isoformat(timespec="seconds") for moment in (now, now + timedelta(hours=1)))
    head = HEAD.format(status=status, sent=sent, expires=expires)
    return f'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>A</identifier>{head}</alert>'.encode()


def saved(tmp_path: Path, body: bytes, name: str = "saved") -> Path:
    path = tmp_path / name
    path.write_bytes(body)
    return path


@pytest.fixture
async def site():
    storm = StormSite(backlog=False)
    async with storm.serve() as url:
        yield storm, url


@pytest.fixture
def settings_for():
    def make(url: str = ""):
        hosts = {"weibo_url": url, "weibo_visitor_url": url, "weibo_web_url": url} if url else {}
        return load_settings(
            _env_file=None, site_gap_seconds=0, allowed_private_hosts="127.0.0.1", **hosts
        )  # fmt: skip

    return make


async def test_one_object_a_line_with_at_least_the_promised_keys(tmp_path, settings_for):
    path = saved(tmp_path, alert())
    (line,) = await peek(settings_for(), "", kind="cap", saved=path, as_json=True)
    told = json.loads(line)
    assert told.keys() >= KEYS
    assert (told["kind"], told["action"], told["status"], told["severity"]) == ("cap", "new", "Actual", "Severe")
    assert (told["relayed"], told["why_not"]) == (True, None)
    assert told["areas"][0]["description"] == "Valley"


async def test_what_would_not_be_relayed_says_why(tmp_path, settings_for):
    path = saved(tmp_path, alert("Exercise"))
    (line,) = await peek(settings_for(), "", kind="cap", saved=path, as_json=True)
    told = json.loads(line)
    assert (told["relayed"], told["why_not"]) == (False, "status is Exercise, not Actual")
    (block,) = await peek(settings_for(), "", kind="cap", saved=path, as_json=False)
    assert "→ not relayed: status is Exercise, not Actual" in block


async def test_the_kind_of_a_saved_answer_is_found_out(tmp_path, settings_for):
    (line,) = await peek(settings_for(), "", kind="", saved=saved(tmp_path, alert()), as_json=True)
    assert json.loads(line)["kind"] == "cap"


@pytest.mark.parametrize("kind", ["weibo", "feed", "cap"])
async def test_a_saved_answer_that_is_something_else_is_refused_in_a_sentence(kind, tmp_path, settings_for):
    with pytest.raises(PeekError, match=rf"{kind}: .+\."):
        await peek(settings_for(), "", kind=kind, saved=saved(tmp_path, b"\x89PNG"), as_json=False)


async def test_a_file_that_is_not_there_and_a_kind_that_is_none_are_told(tmp_path, settings_for):
    with pytest.raises(PeekError, match="cannot be read"):
        await peek(settings_for(), "", kind="cap", saved=tmp_path / "none", as_json=False)
    with pytest.raises(PeekError, match=r"there are: .*\bcap, .*\bfeed, .*\bweibo\b"):
        await peek(settings_for(), "", kind="rss", saved=saved(tmp_path, b"x"), as_json=False)


@pytest.mark.parametrize("what", [UID, f"https://weibo.com/u/{UID}"])
async def test_an_account_is_asked_and_shown(what, site, settings_for):
    storm, url = site
    storm.weibo_post(UID, "今天出门请注意安全。")
    lines = await peek(settings_for(url), what, kind="", saved=None, as_json=True)
    assert "今天出门请注意安全。" in [json.loads(line)["text"] for line in lines]
    blocks = await peek(settings_for(url), what, kind="", saved=None, as_json=False)
    assert any("今天出门请注意安全。" in block and "→ relayed" in block for block in blocks)


async def test_what_nobody_knows_is_told_with_what_to_send(site, settings_for):
    _, url = site
    with pytest.raises(PeekError, match="Send the link"):
        await peek(settings_for(url), "good morning to all", kind="", saved=None, as_json=False)


async def test_the_terminal_is_not_steered_by_what_a_site_writes(tmp_path, settings_for):
    body = b"<rss><channel><item><guid>1</guid><title>\xc2\x9b31mred</title><description>a&#13;b</description></item></channel></rss>"
    (block,) = await peek(settings_for(), "", kind="feed", saved=saved(tmp_path, body), as_json=False)
    assert not any((ord(char) < 32 and char != "\n") or 127 <= ord(char) < 160 for char in block)


def test_without_anything_to_fetch_the_command_line_says_what_is_wanted():
    result = CliRunner().invoke(app, ["fetch"])
    assert result.exit_code == 2
    assert "Say what to fetch" in result.output


def test_the_version_is_printed():
    from bot import __version__

    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.output) == (0, f"tocsin {__version__}\n")


def test_the_command_prints_the_lines_of_a_saved_answer(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = saved(tmp_path, alert())
    result = CliRunner().invoke(app, ["fetch", "--json", "--kind", "cap", "--from", str(path)])
    assert result.exit_code == 0
    assert json.loads(result.output)["id"].startswith("s,A,")
    assert list(tmp_path.iterdir()) == [path]  # nothing was stored


def test_a_wrong_setting_is_one_line_that_names_it_and_exit_status_2(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_POLL_SECONDS", "often")
    result = CliRunner().invoke(app, ["fetch", UID])
    assert result.exit_code == 2
    said = result.output.strip()
    assert said.startswith("tocsin: TOCSIN_POLL_SECONDS")
    assert "\n" not in said
