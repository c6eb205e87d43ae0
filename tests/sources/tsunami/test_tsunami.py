"""The tsunami centres: Atom that leads to CAP, an empty list that is quiet, and drills that stay drills."""

import listed
import pytest
from hypothesis import strategies as st

from bot.model.alert import MsgType, Severity, Status
from bot.reading.relaying import is_over, lane_of, why_not_relayed
from bot.sources.face import Broken, Claim, NotFoundError, Posts
from bot.sources.tsunami import TSUNAMI

PATH = "/events/xml/PAAQAtom.xml"
WARNING, CANCEL = (f"/events/PAAQ/2026/07/21/tk{n}/{n}/WEPA41/PAAQCAP.xml" for n in (1, 2))


@pytest.fixture
def tsunami(publisher, open_fetcher, clock):
    return listed.on(publisher, open_fetcher, clock, TSUNAMI, PATH)


@pytest.fixture
def answer(publisher):
    return lambda name: listed.recorded(f"tsunami/{name}").replace(b"{base}", publisher.url("").encode())


@pytest.fixture
def publish(publisher, answer, tsunami):
    def put(name: str, **alerts: str) -> None:
        tsunami.put(answer(name))
        for path, alert in (("/warning", "warning"), ("/cancel", "cancel")):
            publisher.put(WARNING if path == "/warning" else CANCEL, answer(f"{alerts.get(alert, alert)}.cap"))

    return put


async def test_the_ways_a_look_can_end(tsunami, publish, answer):
    publish("list.atom")
    await listed.check_quiet_refused_and_broken(tsunami, answer("list.atom"), answer("empty.atom"))


async def test_a_warning_goes_first_and_its_cancel_names_it(tsunami, publish, publisher):
    publish("list.atom")
    first = await tsunami.poll()
    assert isinstance(first, Posts)
    (warning,) = first.posts
    assert (warning.kind, warning.alert.severity, lane_of(warning).name) == ("tsunami", Severity.EXTREME, "EXTREME")
    assert why_not_relayed(warning, listed.NOW) == ""
    assert warning.event_id == "ntwc@noaa.gov,tk1"
    publish("list_cancelled.atom")
    second = await tsunami.poll(first.memory)
    (cancel,) = second.posts
    assert cancel.alert.msg_type is MsgType.CANCEL
    assert cancel.supersedes == (warning.id,)
    assert is_over(cancel.alert)
    assert publisher.paths.count(WARNING) == 1


async def test_a_drill_is_never_real(tsunami, publish):
    publish("list.atom", warning="drill")
    (drill,) = (await tsunami.poll()).posts
    assert drill.alert.status is Status.EXERCISE
    assert why_not_relayed(drill, listed.NOW) == "status is Exercise, not Actual"


async def test_an_alert_that_cannot_be_had_is_no_calm(tsunami, publish, publisher):
    publish("list.atom")
    publisher.put(WARNING, b"", 500)
    assert isinstance(await tsunami.poll(), Broken)


async def test_a_centre_that_lists_nothing_can_be_followed(tsunami, answer, publisher):
    tsunami.put(answer("empty.atom"))
    (account,) = await tsunami.source.find(publisher.url(PATH))
    assert account.kind == "tsunami"
    publisher.put("/news", b"<feed><title>News</title><entry><id>1</id><title>x</title></entry></feed>")
    with pytest.raises(NotFoundError):
        await tsunami.source.find(publisher.url("/news"))


@pytest.mark.parametrize(
    ("what", "code"),
    [("tsunami:ntwc", "PAAQ"), ("tsunami ptwc", "PHEB"), ("Tsunami:PHEB", "PHEB"), ("www.tsunami.gov/events/xml/PAAQAtom.xml", "PAAQ")],
)  # fmt: skip
def test_the_centres_are_accounts(tsunami, what, code):
    assert TSUNAMI.address(what) == f"https://www.tsunami.gov/events/xml/{code}Atom.xml"
    assert tsunami.source.claims(what) is Claim.SURE


@pytest.mark.parametrize(
    "what", ["tsunami", "tsunami:mars", "https://www.tsunami.gov/", "https://x.example/events/xml/PAAQAtom.xml"]
)
def test_what_is_no_centre_is_left_to_others(tsunami, what):
    assert tsunami.source.claims(what) is Claim.NO


def test_any_answer_is_read_or_refused():
    parts = st.sampled_from(
        ["<feed>", "<entry>", "</entry>", "</feed>", "<link href='/x' type='application/cap+xml'/>", "<alert>", "</alert>", "<id>1</id>",
         "<sent>2026-07-21T03:41:00Z</sent>", "<!DOCTYPE x>", "&"]
    )  # fmt: skip
    listed.check_any_answer(TSUNAMI, st.lists(parts, max_size=8).map(lambda pieces: "".join(pieces).encode()))


def test_fetch_shows_its_alerts(tmp_path, monkeypatch, answer):
    shown = listed.shown_by_fetch("tsunami", answer("warning.cap"), tmp_path, monkeypatch)
    assert "NWS National Tsunami Warning Center Palmer AK · Extreme · new · Actual" in shown
    assert "where: South Alaska and the Alaska Peninsula" in shown
