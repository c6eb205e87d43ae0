"""gov.cn and China's ministries have no feeds of their own: RSSHub's (its /gov routes) are read as any feed."""


async def test_a_policy_paper_through_rsshub(feeds, feed_at, publisher, recorded_feed):
    publisher.put("/gov/zhengce/zuixin?key=secret", recorded_feed("gov_cn_rsshub.rss"))
    outcome = await feeds.poll(feed_at("/gov/zhengce/zuixin?key=secret"), {})
    (post,) = outcome.posts
    assert post.title == "国务院办公厅关于做好防汛抗旱工作的通知"
    assert post.text.endswith("当前正值主汛期，\n请做好防汛工作。")
    assert (post.language, post.author) == ("zh-CN", "国务院办公厅")
    assert post.url == "https://www.gov.cn/zhengce/content/202607/content_1.htm"  # never the instance's, nor its key
    assert outcome.account.name == "最新政策 - 中国政府网"
    assert outcome.memory["hint_s"] == 300
