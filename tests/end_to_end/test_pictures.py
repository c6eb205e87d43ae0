"""Pictures on their way into the chat: by address, by upload when Telegram cannot fetch them, as text when nobody can."""

import pytest

from bot.demo.botapi.pictures import NO_CONTENT, Fetched
from bot.demo.site.faults import ALWAYS, Endpoint, Fault

UID = "1288915263"
TWO = ("badge-police", "badge-weather")
ONE_OR_TWO = pytest.mark.parametrize("pictures", [TWO[:1], TWO], ids=["one", "album"])


async def cannot_fetch(_url: str) -> Fetched:
    """What Telegram says of a picture host that shuts it out."""
    return Fetched(error=NO_CONTENT)


def shown(whole, reader, words):
    """The one message of the bot's that shows these words, and the pictures beside it in its album."""
    [message] = [m for m in whole.telegram.world.said_by_bot(reader) if words in m.now.styled.text]
    if not message.media_group_id:
        return [message]
    return [m for m in whole.telegram.world.said_by_bot(reader) if m.media_group_id == message.media_group_id]


@pytest.fixture
async def followed(whole):
    reader = whole.reader()
    async with whole.running():
        await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
        yield whole, reader
    assert whole.telegram.violations == {}


@ONE_OR_TWO
async def test_telegram_fetches_the_pictures_by_their_address(followed, pictures):
    whole, reader = followed
    whole.site.weibo_post(UID, "积水路段图", pictures=pictures)
    await whole.until(reader, "积水路段图")
    messages = shown(whole, reader, "积水路段图")
    assert len(messages) == len(pictures)
    assert all(m.now.picture.url.startswith(whole.site_url) for m in messages)
    assert whole.site.asked[Endpoint.PICTURE] == 0


@ONE_OR_TWO
async def test_what_telegram_cannot_fetch_is_uploaded(followed, pictures):
    whole, reader = followed
    whole.telegram.state.resolver = cannot_fetch
    whole.site.weibo_post(UID, "积水路段图", pictures=pictures)
    await whole.until(reader, "积水路段图")
    messages = shown(whole, reader, "积水路段图")
    assert len(messages) == len(pictures)
    assert all(m.now.picture.data and not m.now.picture.url for m in messages)
    assert whole.site.asked[Endpoint.PICTURE] == len(pictures)


@ONE_OR_TWO
async def test_what_nobody_can_fetch_goes_out_as_text(followed, pictures):
    whole, reader = followed
    whole.telegram.state.resolver = cannot_fetch
    whole.site.faults.set(Endpoint.PICTURE, Fault.SERVER_ERROR, times=ALWAYS)
    whole.site.weibo_post(UID, "积水路段图", pictures=pictures)
    await whole.until(reader, "积水路段图")
    [message] = shown(whole, reader, "积水路段图")
    assert message.now.picture is None
    assert whole.site.asked[Endpoint.PICTURE] >= 1


@ONE_OR_TWO
async def test_an_edit_changes_the_caption_and_keeps_the_pictures(followed, pictures):
    whole, reader = followed
    post = whole.site.weibo_post(UID, "20时起莲花池东路封路", pictures=pictures)
    await whole.until(reader, "20时起莲花池东路封路")
    before = shown(whole, reader, "20时起莲花池东路封路")
    whole.site.edit(post, "21时起莲花池东路封路")
    await whole.until(reader, "21时起莲花池东路封路")
    after = shown(whole, reader, "21时起莲花池东路封路")
    assert [m.message_id for m in after] == [m.message_id for m in before]
    assert [m.now.picture.file_id for m in after] == [m.versions[0].picture.file_id for m in before]


async def test_an_edit_that_outgrows_the_caption_loses_no_word(followed):
    whole, reader = followed
    post = whole.site.weibo_post(UID, "道路积水情况。", pictures=TWO)
    await whole.until(reader, "道路积水情况。")
    sentences = [f"第{n:03d}号路段积水，请绕行。" for n in range(1, 121)]
    whole.site.edit(post, "".join(sentences))
    await whole.until(reader, sentences[-1])
    said = "\n".join(whole.texts(reader))
    assert [s for s in sentences if s not in said] == []
