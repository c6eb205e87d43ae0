"""Finding the pictures and films of a post; nothing here fetches them."""

from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from bot.model.post import Media, MediaKind
from bot.sources.weibo.fields import Json, elements, first_string, inner, integer, mapping, string, web_url

#: Weibo's picture hosts answer 403 without a Referer of Weibo's own.
PICTURE_REFERER = "https://weibo.com/"

#: A post holds at most 18 pictures and films.
MAX_MEDIA = 18

#: Best first, of those that Telegram will still fetch (``large`` is at most about 1000 pixels wide on the web form).
_SIZES = ("large", "largest", "original", "mw2000", "bmiddle", "thumbnail")

_FILM_TYPES = frozenset({"video", "11", "5"})


def read_media(mblog: Json) -> tuple[Media, ...]:
    """Give a post's pictures and films in order, each address once, at most ``MAX_MEDIA``."""
    mixed = list(_mixed(mblog))
    found = mixed or [*_pictures(mblog), *_film(inner(mblog, "page_info"))]
    unique = {medium.url: medium for medium in found}
    return tuple(unique.values())[:MAX_MEDIA]


def missing_pictures(mblog: Json) -> int:
    """Tell how many pictures the post has beyond those listed (a timeline lists 9 at most)."""
    promised = integer(mblog.get("pic_num")) or 0
    mixed = bool(inner(mblog, "mix_media_info"))
    listed = sum(1 for medium in read_media(mblog) if mixed or medium.kind is MediaKind.PHOTO)
    return max(min(promised, MAX_MEDIA) - listed, 0)


def _pictures(mblog: Json) -> Iterator[Media]:
    infos = inner(mblog, "pic_infos")
    if infos:
        order = [string(pid) for pid in islice(elements(mblog.get("pic_ids")), 2 * MAX_MEDIA)]
        for pid in order or islice(infos, 2 * MAX_MEDIA):
            yield from _photo(mapping(infos.get(pid)))
        return
    for count, picture in enumerate(elements(mblog.get("pics"))):
        if count >= 2 * MAX_MEDIA:
            return
        yield from _photo(mapping(picture))


def _photo(picture: Json) -> Iterator[Media]:
    """Give a picture's best size. Live photos and film covers count as the still that they show."""
    candidates = [inner(picture, size).get("url") for size in _SIZES] + [picture.get("url")]
    for candidate in candidates:
        url = web_url(candidate)
        if url:
            yield Media(MediaKind.PHOTO, _secure(url), referer=PICTURE_REFERER)
            return


def _mixed(mblog: Json) -> Iterator[Media]:
    items = inner(mblog, "mix_media_info").get("items")
    for count, element in enumerate(elements(items)):
        if count >= 2 * MAX_MEDIA:
            return
        item = mapping(element)
        kind, data = string(item.get("type")), inner(item, "data")
        if kind == "pic":
            yield from _photo(data)
        elif kind == "video":
            yield from _film({"type": "video", **data})


def _film(page_info: Json) -> Iterator[Media]:
    """Give a film by its page: the addresses of the streams themselves expire within hours."""
    kinds = {string(page_info.get(name)) for name in ("type", "object_type")}
    if not kinds & _FILM_TYPES:
        return
    url = web_url(page_info.get("page_url")) or web_url(inner(page_info, "media_info").get("h5_url"))
    object_id = first_string(page_info, "object_id", "fid")
    if not url and object_id.replace(":", "").isdigit():
        url = f"https://video.weibo.com/show?fid={object_id}"
    if url:
        description = " ".join(first_string(page_info, "title", "page_title", "content1").split())[:200]
        yield Media(MediaKind.VIDEO, _without_tracking(_secure(url)), description)


def _secure(url: str) -> str:
    """Ask Weibo's own hosts by https; old posts still say http. A stand-in's may have none."""
    host = urlsplit(url).hostname or ""
    own = host.endswith((".sinaimg.cn", ".weibo.com", ".weibo.cn", ".weibocdn.com"))
    return "https://" + url[7:] if own and url[:7].lower() == "http://" else url


def _without_tracking(url: str) -> str:
    """Cut what follows the film's own id: it names the page on which the link was shown."""
    return url.split("&luicode=", 1)[0]
