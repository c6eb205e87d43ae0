import pytest
from weibo_shapes import large, mblog, picture

from bot.model.post import Media, MediaKind
from bot.sources.weibo.media import missing_pictures, read_media

WEIBO = "https://weibo.com/"


def urls(post):
    return [medium.url for medium in read_media(post)]


@pytest.mark.parametrize(
    "pics", [[picture(1), picture(2)], {"0": picture(1), "1": picture(2)}, [None, picture(1), "x", picture(2), {}]]
)
def test_pictures_come_in_a_list_or_in_a_dict_that_stands_for_one(pics):
    assert urls(mblog(pics=pics)) == [large(1), large(2)]


def test_a_picture_without_its_large_form_is_taken_as_it_is():
    assert urls(mblog(pics=[{"pid": "a", "url": "//wx2.sinaimg.cn/orj360/a.jpg"}])) == [
        "https://wx2.sinaimg.cn/orj360/a.jpg"
    ]


def test_a_picture_is_fetched_with_weibos_own_referer():
    assert read_media(mblog(pics=[picture(1)])) == (Media(MediaKind.PHOTO, large(1), referer=WEIBO),)


def test_weibos_own_pictures_are_asked_by_https_and_a_stand_ins_as_they_are():
    pics = [{"large": {"url": "http://wx1.sinaimg.cn/large/a.jpg"}}, {"url": "http://127.0.0.1:8000/large/b.png"}]
    assert urls(mblog(pics=pics)) == ["https://wx1.sinaimg.cn/large/a.jpg", "http://127.0.0.1:8000/large/b.png"]


def test_the_web_sides_pictures_stand_in_the_order_of_their_ids():
    infos = {pid: {"large": {"url": f"https://wx1.sinaimg.cn/orj960/{pid}.jpg"}} for pid in ("b", "a")}
    assert urls({"pic_ids": ["a", "b", "gone"], "pic_infos": infos}) == [
        "https://wx1.sinaimg.cn/orj960/a.jpg",
        "https://wx1.sinaimg.cn/orj960/b.jpg",
    ]


@pytest.mark.parametrize("kind", ["livephotos", "video", "gif"])
def test_a_live_photo_counts_as_the_still_that_it_shows(kind):
    live = picture(1) | {"type": kind, "videoSrc": "https://video.weibo.com/media/play?livephoto=x"}
    assert urls(mblog(pics=[live])) == [large(1)]


@pytest.mark.parametrize("kinds", [{"type": "video"}, {"type": "11", "object_type": "video"}, {"type": "5"}])
def test_a_film_is_known_by_its_page_because_its_streams_expire(kinds):
    film = kinds | {
        "page_url": "https://video.weibo.com/show?fid=1034%3A46&luicode=1&lfid=2",
        "title": "暴雨中的交警",
        "media_info": {"stream_url": "https://f.video.weibocdn.com/x.mp4?Expires=1"},
    }
    assert read_media(mblog(page_info=film)) == (
        Media(MediaKind.VIDEO, "https://video.weibo.com/show?fid=1034%3A46", "暴雨中的交警"),
    )


def test_a_film_whose_page_is_an_apps_own_address_is_known_by_its_number():
    film = {"type": "video", "page_url": "sinaweibo://x", "object_id": "1034:4645779462357001"}
    assert urls(mblog(page_info=film)) == ["https://video.weibo.com/show?fid=1034:4645779462357001"]


@pytest.mark.parametrize("kind", ["search_topic", "topic", "article", "webpage", "24", ""])
def test_a_topic_an_article_and_a_link_are_no_media(kind):
    assert urls(mblog(page_info={"type": kind, "page_url": "https://m.weibo.cn/x", "page_pic": {"url": "x"}})) == []


def test_a_mixed_post_holds_pictures_and_films_in_its_own_order():
    items = [
        {"type": "pic", "id": "a", "data": {"largest": {"url": large(1)}}},
        {"type": "video", "id": "b", "data": {"object_id": "1034:46", "media_info": {}}},
        {"type": "live", "data": {}},
        None,
    ]
    found = read_media(mblog(mix_media_info={"items": items}, pics=[], page_info={}))
    assert [(medium.kind, medium.url) for medium in found] == [
        (MediaKind.PHOTO, large(1)),
        (MediaKind.VIDEO, "https://video.weibo.com/show?fid=1034:46"),
    ]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://wx1.sinaimg.cn/a.jpg", "http://[::1", "https://", 7, None]
)
def test_an_address_that_is_none_of_the_web_is_no_picture(url):
    assert urls(mblog(pics=[{"url": url}])) == []


def test_a_post_tells_that_it_has_more_pictures_than_the_nine_listed():
    nine = [picture(number) for number in range(9)]
    assert missing_pictures(mblog(pics=nine, pic_num=13)) == 4
    assert missing_pictures(mblog(pics=nine, pic_num=9)) == 0
    assert missing_pictures(mblog(pics=nine, pic_num="x")) == 0
    assert missing_pictures(mblog(pics=nine, pic_num=10**9)) == 9


def test_no_more_than_a_post_can_hold_is_taken():
    assert len(read_media(mblog(pics=[picture(number) for number in range(500)]))) == 18
