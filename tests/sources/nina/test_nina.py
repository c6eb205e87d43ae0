"""NINA: lists that name versions, warnings with packed references, far ends and HTML, and "no push" kept silent."""

import json
from datetime import UTC, datetime

import listed
import pytest

from bot.model.alert import MsgType, Severity
from bot.reading.relaying import effective_expiry, is_over, why_not_relayed
from bot.sources.face import Broken, Claim, NothingNew, Posts, Refused
from bot.sources.nina import NINA
from bot.store.fingerprint import fingerprint

PATH = "/api31/dashboard/091620000000.json"
FIRE = "/api31/warnings/mow.DE-XX-B-W100-20260721-000.json"
ID = "DE-XX-B-W001,mow.DE-XX-B-W100-20260721-000"
read = listed.reader(NINA)


@pytest.fixture
def nina(publisher, open_fetcher, clock):
    return listed.on(publisher, open_fetcher, clock, NINA, PATH)


@pytest.fixture
def publish(publisher, nina):
    def put(dashboard: str, fire: str, **headers: str) -> None:
        nina.put(answer(dashboard), **headers)
        publisher.put(FIRE, answer(fire))

    return put


def answer(name: str) -> bytes:
    return listed.recorded(f"nina/{name}.json")


def one(name: str):
    (post,) = read(answer(name))
    return post


async def test_the_ways_a_look_can_end(nina, publish):
    publish("dashboard", "fire")
    await listed.check_quiet_refused_and_broken(nina, answer("dashboard"), answer("none"))


async def test_a_listed_warning_is_fetched_once_for_each_version(nina, publish, publisher):
    publish("dashboard", "fire", ETag='"1"')
    first = await nina.poll()
    assert isinstance(first, Posts)
    (fire,) = first.posts
    assert (fire.id, fire.kind, fire.alert.severity) == (ID, "nina", Severity.SEVERE)
    assert fire.author == "Leitstelle Beispielstadt"  # the sender itself is a code
    assert fire.url == "https://warnung.bund.de/meldungen/mow.DE-XX-B-W100-20260721-000"
    assert isinstance(await nina.poll(first.memory), NothingNew)
    publish("dashboard_v2", "fire_v2")
    second = await nina.poll(first.memory)
    (edited,) = second.posts
    assert edited.id == fire.id  # the id stays, the time of sending does not: an edit
    assert edited.alert.sent > fire.alert.sent
    assert fingerprint(edited) != fingerprint(fire)
    assert edited.supersedes == ()
    assert publisher.paths.count(FIRE) == 2


async def test_its_end_is_a_message_that_names_it(nina, publish):
    publish("dashboard", "fire")
    memory = (await nina.poll()).memory
    publish("dashboard_over", "fire_over")
    (over,) = (await nina.poll(memory)).posts
    assert over.alert.msg_type is MsgType.CANCEL
    assert is_over(over.alert)
    assert (over.supersedes, over.id) == ((ID,), f"{ID},cancelled")


async def test_a_warning_that_cannot_be_had_is_asked_for_again(nina, publish, publisher, clock):
    publish("dashboard", "fire")
    publisher.put(FIRE, b"{", 200)
    broken = await nina.poll()
    assert isinstance(broken, Broken)
    publisher.put(FIRE, answer("fire"))
    clock.advance(120)
    assert [post.id for post in (await nina.poll(broken.memory)).posts] == [ID]
    publisher.put(FIRE, b"", 429, Retry_After="60")
    assert isinstance(await nina.poll(), Refused)


async def test_the_list_of_a_provider_names_versions_too(publisher, open_fetcher, clock):
    mowas = listed.on(publisher, open_fetcher, clock, NINA, "/api31/mowas/mapData.json")
    mowas.put(answer("mowas"))
    publisher.put(FIRE, answer("fire"))
    outcome = await mowas.poll()
    assert [post.id for post in outcome.posts] == [ID]
    assert "1 item(s) had no id" in outcome.notes


def test_html_becomes_words_and_both_languages_are_kept():
    fire = one("fire")
    (hazard,) = fire.alert.hazards
    german, english = hazard.wordings
    assert german.description == "Rauch und Ruß.\nMeiden Sie das Gebiet."
    assert german.instruction.startswith("Schließen Sie Fenster und Türen.\nSchalten")
    assert (german.language, english.language) == ("DE", "en")
    assert hazard.areas[0].description == "Beispielstadt"
    assert fire.utc_offset == 120


def test_an_end_in_a_thousand_years_is_none_and_one_long_ago_too():
    for name in ("fire", "past"):
        post = one(name)
        assert post.alert.hazards[0].expires is None
        assert [flag for flag in post.alert.flags if flag.startswith("expires")]
        assert effective_expiry(post.alert) == datetime(2026, 7, 22, 3, 30, tzinfo=UTC)
        assert why_not_relayed(post, listed.NOW) == ""


def test_packed_references_name_every_older_warning():
    assert one("packed").supersedes == (ID, "DE-XX-B-W001,mow.DE-XX-B-W200-20260721-000")


def test_what_is_not_to_be_pushed_is_not():
    assert why_not_relayed(one("quiet"), listed.NOW) == "its sender wants it listed, not pushed (noPush)"


def test_a_drill_is_never_real():
    assert why_not_relayed(one("drill"), listed.NOW) == "status is Exercise, not Actual"


def test_a_warning_without_a_status_is_not_relayed():
    body = json.loads(answer("fire"))
    del body["status"], body["scope"], body["msgType"]
    (post,) = read(json.dumps(body).encode())
    assert why_not_relayed(post, listed.NOW) == "status is Unknown, not Actual"
    assert post.alert.msg_type is MsgType.ALERT  # these two go without saying


@pytest.mark.parametrize(
    ("what", "path"),
    [
        ("nina:091620000000", "dashboard/091620000000"), ("NINA 09162", "dashboard/091620000000"),
        ("nina:09162013", "dashboard/091620000000"), ("nina:mowas", "mowas/mapData"),
        ("https://warnung.bund.de/api31/dashboard/110000000000.json", "dashboard/110000000000"),
        ("warnung.bund.de/api31/lhp/mapData.json", "lhp/mapData"),
    ],
)  # fmt: skip
def test_a_district_and_a_provider_are_accounts(nina, what, path):
    assert NINA.address(what) == f"https://warnung.bund.de/api31/{path}.json"
    assert nina.source.claims(what) is Claim.SURE


@pytest.mark.parametrize(
    "what",
    ["nina:", "nina:1", "nina:berlin", "https://warnung.bund.de/", "https://warnung.bund.de/api31/x/mapData.json"],
)
def test_what_is_none_of_its_lists_is_left_to_others(nina, what):
    assert nina.source.claims(what) is Claim.NO


async def test_a_quiet_district_has_a_name(nina, publisher):
    nina.put(answer("none"))
    (account,) = await nina.source.find(publisher.url(PATH))
    assert (account.name, account.language) == ("NINA 09162", "de")


@pytest.mark.parametrize("name", ["../../x", "a b", "", "x" * 300, 5])
def test_an_id_that_is_no_name_leads_nowhere(name):
    document = NINA.read(
        json.dumps([{"id": name}, {"id": "mow.DE-1"}]).encode(), "a", f"https://warnung.bund.de{PATH}"
    )
    assert [entry.url for entry in document.entries] == ["https://warnung.bund.de/api31/warnings/mow.DE-1.json"]


def test_any_answer_is_read_or_refused():
    listed.check_any_answer(
        NINA,
        listed.anything("id", "payload", "hash", "version", "i18nTitle", "de", "sent", "identifier", "sender", "status", "msgType",
                        "code", "info", "references", "expires", "language"),
    )  # fmt: skip


def test_fetch_shows_its_alerts(tmp_path, monkeypatch):
    shown = listed.shown_by_fetch("nina", answer("fire"), tmp_path, monkeypatch)
    assert "2026-07-21 05:30 +0200" in shown
    assert "Großbrand in Beispielstadt" in shown
    assert "where: Beispielstadt" in shown


@pytest.mark.corpus
def test_a_real_dashboard_names_its_warnings():
    posts = read(listed.sample("nina/dashboard_ha_sample_warnings.json"), f"https://warnung.bund.de{PATH}")
    assert [post.title for post in posts] == [
        "Ausfall Notruf 112", "Corona-Verordnung des Landes: Warnstufe durch Landesgesundheitsamt ausgerufen"
    ]  # fmt: skip
    assert all(
        post.incomplete.startswith("only an index entry: the alert itself is at https://warnung") for post in posts
    )
