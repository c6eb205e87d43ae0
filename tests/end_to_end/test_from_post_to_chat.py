"""A post appears on the site, a message appears in the chat; and what the chat sees of edits and removals."""

UID = "1288915263"
UNKNOWN = "9999999999"


async def test_a_subscriber_gets_each_new_post_once_and_in_order(whole):
    whole.site.weibo_post(UID, "昨日的旧闻")
    reader = whole.reader()
    async with whole.running():
        await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
        for n in range(1, 6):
            whole.site.weibo_post(UID, f"第{n}条：请注意安全")
        await whole.until(reader, "第5条")
    news = [text for text in whole.texts(reader) if "条：请注意安全" in text]
    assert [f"第{n}条" in text for n, text in enumerate(news, 1)] == [True] * 5
    assert whole.telegram.violations == {}


async def test_an_edit_and_a_removal_reach_the_message_in_the_chat(whole):
    reader = whole.reader()
    async with whole.running():
        await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
        first = whole.site.weibo_post(UID, "20时起莲花池东路封路")
        await whole.until(reader, "20时起莲花池东路封路")
        whole.site.edit(first, "21时起莲花池东路封路")
        await whole.until(reader, "21时起莲花池东路封路")
        await whole.until(reader, "changed this post")
        whole.site.weibo_post(UID, "后面的一条")
        await whole.until(reader, "后面的一条")
    said, told = [m for m in whole.telegram.world.said_by_bot(reader) if "莲花池东路" in m.now.styled.text]
    assert len(said.versions) >= 2
    assert told.now.styled.text.endswith("“20时起莲花池东路封路” The message above shows the new version.")
    assert told.reply_to == said.message_id


async def test_words_let_only_matching_posts_through(whole):
    reader = whole.reader()
    async with whole.running():
        await whole.ask(reader, f"/subscribe {UID} 封路", "is followed here now")
        whole.site.weibo_post(UID, "请注意饮食")
        whole.site.weibo_post(UID, "京港澳高速封路")
        await whole.until(reader, "京港澳高速封路")
    assert not any("请注意饮食" in text for text in whole.texts(reader))


async def test_an_account_that_does_not_exist_is_answered_with_what_to_do(whole):
    reader = whole.reader()
    async with whole.running():
        await whole.ask(reader, f"/subscribe {UNKNOWN}", "No such account. Please send the link to its profile")
        await whole.ask(reader, "/list", "Nothing is followed here yet.")
    assert not any("is followed here now" in text for text in whole.texts(reader))


async def test_after_a_restart_nothing_is_forgotten_and_nothing_floods(whole):
    reader = whole.reader()
    async with whole.running():
        await whole.ask(reader, f"/subscribe {UID}", "is followed here now")
        whole.site.weibo_post(UID, "停电前的一条")
        await whole.until(reader, "停电前的一条")
    whole.site.weibo_post(UID, "停机时的一条")
    async with whole.running():
        await whole.until(reader, "停机时的一条")
    assert sum("停电前的一条" in text for text in whole.texts(reader)) == 1
    assert sum("停机时的一条" in text for text in whole.texts(reader)) == 1
