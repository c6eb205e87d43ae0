"""Maps from a CAP feed to the chats: one drawing and one upload for all, kept true by edits, never at the alert's cost."""

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from publishing import serving

from bot.demo.botapi.faults import Act, Fault
from bot.geo.drawer import Drawer

PNG = b"\x89PNG\r\n\x1a\n"
HERE = ((52.0, 13.0), (53.0, 13.0), (53.0, 14.0), (52.0, 13.0))
MOVED = ((48.0, 11.0), (49.0, 11.0), (49.0, 12.0), (48.0, 11.0))


def alert(number, *, words="Stay inside.", area=HERE, severity="Severe", kind="Alert", of=None, **more):
    """A CAP alert that is in force now."""
    now = datetime.now(UTC).replace(microsecond=0)
    ring = " ".join(f"{latitude},{longitude}" for latitude, longitude in area)
    sent = (now + timedelta(seconds=number)).isoformat()
    references = f"<references>a@agency.test,{of[0]},{of[1]}</references>" if of else ""
    body = (
        '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
        f"<identifier>N{number}</identifier><sender>a@agency.test</sender><sent>{more.get('sent', sent)}</sent>"
        f"<status>Actual</status><msgType>{kind}</msgType><scope>Public</scope>{references}"
        f"<info><language>en</language><category>Met</category><event>Storm</event><urgency>Immediate</urgency>"
        f"<severity>{severity}</severity><certainty>Observed</certainty>"
        f"<expires>{(now + timedelta(hours=6)).isoformat()}</expires><headline>Storm number {number}</headline>"
        f"<instruction>{words}</instruction>"
        f"<area><areaDesc>Berlin</areaDesc><polygon>{ring}</polygon></area></info></alert>"
    )
    return body, sent


@pytest.fixture
async def town(db_url, whole_of):
    """The program, an agency that has said nothing yet, and a reader who follows it."""
    async with serving() as agency:
        whole = await whole_of(db_url)
        publish(agency, alert(0)[0])
        yield whole, agency, whole.reader()
        assert whole.telegram.violations == {}


def publish(agency, *alerts):
    agency.put("/cap", f"<alerts>{''.join(alerts)}</alerts>", Content_Type="application/xml")


async def follow(whole, agency, reader):
    await whole.ask(reader, f"/subscribe {agency.url('/cap')}", "is followed here now")


def message_of(whole, reader, words):
    [message] = [m for m in whole.telegram.world.said_by_bot(reader) if words in m.now.styled.text]
    return message


def labels(message):
    return [key.label for row in message.now.keyboard for key in row]


async def test_an_alert_comes_with_its_map_which_is_drawn_and_uploaded_once_for_all_chats(town, monkeypatch):
    drawn = []
    real = Drawer.png

    async def counted(self, picture):
        drawn.append(picture.url)
        return await real(self, picture)

    monkeypatch.setattr(Drawer, "png", counted)
    whole, agency, reader = town
    others = [whole.reader() for _ in range(5)]
    async with whole.running():
        for each in (reader, *others):
            await follow(whole, agency, each)
        before = set(whole.telegram.state.pictures)
        publish(agency, alert(1, severity="Moderate")[0])
        for each in (reader, *others):
            await whole.until(each, "Storm number 1")
    pictures = {message_of(whole, each, "Storm number 1").now.picture.file_id for each in (reader, *others)}
    assert len(pictures) == 1
    assert pictures == set(whole.telegram.state.pictures) - before
    picture = message_of(whole, reader, "Storm number 1").now.picture
    assert picture.data.startswith(PNG)
    assert (picture.width, picture.height) == (800, 500)
    assert len(set(drawn)) == 1
    assert all(len([t for t in whole.texts(each) if "Storm number 1" in t]) == 1 for each in others)
    assert labels(message_of(whole, reader, "Storm number 1")).count("🗺 Map") == 1


async def test_what_is_too_long_for_a_caption_comes_whole_without_a_map_and_the_button_brings_it(town):
    whole, agency, reader = town
    sentences = [f"Street {n} is closed." for n in range(1, 80)]
    async with whole.running():
        await follow(whole, agency, reader)
        publish(agency, alert(1, words=" ".join(sentences))[0])
        await whole.until(reader, "Storm number 1")
        message = message_of(whole, reader, "Storm number 1")
        assert message.now.picture is None
        assert all(sentence in message.now.styled.text for sentence in sentences)
        assert labels(message).count("🗺 Map") == 1
        whole.telegram.world.press(reader, reader, message.message_id, label="🗺 Map")
        await whole.until(reader, "The coloured area is where the alert holds.", after=message.message_id)
        larger = message_of(whole, reader, "The coloured area")
        assert (larger.now.picture.width, larger.now.picture.height) == (1280, 800)
        assert larger.reply_to == message.message_id
        assert larger.silent


async def test_a_refused_map_leaves_the_alert_as_text(town):
    whole, agency, reader = town
    async with whole.running():
        await follow(whole, agency, reader)
        whole.telegram.faults.add(Fault(Act.STATUS, method="sendPhoto", status=400, times=None))
        publish(agency, alert(1)[0])
        await whole.until(reader, "Storm number 1")
    message = message_of(whole, reader, "Storm number 1")
    assert message.now.picture is None
    assert "Stay inside." in message.now.styled.text
    assert "map:" not in message.now.styled.text


async def test_a_drawing_that_hangs_keeps_no_urgent_alert_back(town, monkeypatch):
    async def never(_self, _picture):
        await asyncio.sleep(3600)

    monkeypatch.setattr(Drawer, "png", never)
    whole, agency, reader = town
    async with whole.running():
        await follow(whole, agency, reader)
        publish(agency, alert(1, severity="Extreme")[0])
        await whole.until(reader, "Storm number 1")
    message = message_of(whole, reader, "Storm number 1")
    assert message.now.picture is None
    assert labels(message).count("🗺 Map") == 1


async def test_an_edit_keeps_the_map_and_one_that_moves_the_area_brings_another(town):
    whole, agency, reader = town
    async with whole.running():
        await follow(whole, agency, reader)
        first, sent = alert(1, severity="Moderate")
        publish(agency, first)
        await whole.until(reader, "Storm number 1")
        shown = message_of(whole, reader, "Storm number 1").now.picture.file_id
        publish(agency, alert(1, severity="Moderate", words="Go upstairs.", sent=sent)[0])
        await whole.until(reader, "Go upstairs.")
        assert message_of(whole, reader, "Go upstairs.").now.picture.file_id == shown
        publish(agency, alert(1, severity="Moderate", words="Now in the south.", area=MOVED, sent=sent)[0])
        await whole.until(reader, "Now in the south.")
        moved = message_of(whole, reader, "Now in the south.")
    assert moved.message_id == message_of(whole, reader, "Now in the south.").message_id
    assert moved.now.picture.file_id != shown
    assert moved.now.picture.data.startswith(PNG)


async def test_a_map_that_cannot_follow_the_area_says_that_it_is_the_old_one(town, monkeypatch):
    async def cannot(_self, _picture):
        return None

    whole, agency, reader = town
    async with whole.running():
        await follow(whole, agency, reader)
        first, sent = alert(1, severity="Moderate")
        publish(agency, first)
        await whole.until(reader, "Storm number 1")
        shown = message_of(whole, reader, "Storm number 1").now.picture.file_id
        with monkeypatch.context() as broken:
            broken.setattr(Drawer, "_work", cannot)
            publish(agency, alert(1, severity="Moderate", words="Now in the south.", area=MOVED, sent=sent)[0])
            await whole.until(reader, "Now in the south.")
        edited = message_of(whole, reader, "Now in the south.")
        assert edited.now.picture.file_id == shown
        assert "The map shows the area of an earlier version." in edited.now.styled.text
        publish(agency, alert(1, severity="Moderate", words="Stay in the south.", area=MOVED, sent=sent)[0])
        await whole.until(reader, "Stay in the south.")
    assert edited.now.picture.file_id != shown
    assert "an earlier version" not in edited.now.styled.text


async def test_without_maps_all_is_as_it_was(town):
    whole, agency, reader = town
    whole.environment["TOCSIN_MAPS"] = "off"
    async with whole.running():
        await follow(whole, agency, reader)
        publish(agency, alert(1)[0])
        await whole.until(reader, "Storm number 1")
    message = message_of(whole, reader, "Storm number 1")
    assert message.now.picture is None
    assert "🗺 Map" not in labels(message)


async def test_a_lifted_alert_has_no_map_any_more(town):
    whole, agency, reader = town
    async with whole.running():
        await follow(whole, agency, reader)
        first, sent = alert(1)
        publish(agency, first)
        await whole.until(reader, "Storm number 1")
        message = message_of(whole, reader, "Storm number 1")
        publish(agency, alert(2, kind="Cancel", of=("N1", sent))[0])
        await whole.until(reader, "Storm number 2")
        assert message_of(whole, reader, "Storm number 2").now.picture is None
        await whole.until(reader, "Lifted by the agency.")
        assert message.now.picture == message.versions[0].picture
        query = whole.telegram.world.press(reader, reader, message.message_id, label="🗺 Map")
        answer = await whole.telegram.wait_for(lambda: query.answer)
    assert answer.text == "This alert is over, or gives no area any more."


async def test_killed_while_a_map_is_on_its_way_the_alert_arrives_with_it(town):
    whole, agency, reader = town
    program = await start(whole.environment)
    try:
        await follow(whole, agency, reader)
        # the answer to the photo is lost with the program
        whole.telegram.faults.add(Fault(Act.DELAY, method="sendPhoto", seconds=30.0))
        publish(agency, alert(1, severity="Moderate")[0])
        async with asyncio.timeout(30):
            while not whole.telegram.faults.struck:
                await asyncio.sleep(0.02)
        program.kill()
        await program.wait()
        program = await start(whole.environment)
        await whole.until(reader, "Storm number 1")
    finally:
        program.kill()
        await program.wait()
    said = [m for m in whole.telegram.world.said_by_bot(reader) if "Storm number 1" in m.now.styled.text]
    assert said[-1].now.picture.data.startswith(PNG)
    assert len(said) == 1 or "may be a repeat" in said[-1].now.styled.text


async def start(environment):
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env={**os.environ, **environment}, cwd=Path(__file__).parent,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
