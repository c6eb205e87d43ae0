"""The sites of the hour's benchmark: every kind of source there is, its accounts, and what their hosts answer.

Answers have each site's own shape, in our words: the recorded ones of the tests, and lists of a real one's length where
those are short. Sites that answer 304 do so here; those whose answers differ at each look (counts of views, the time of
making) differ here too, so that they are read in whole each time.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

from benchmarks.compressed import EPOCH
from bot.model.account import Account
from bot.sources.nmc.places import PROVINCES, Place, place_of

RECORDED = Path(__file__).parents[1] / "tests" / "recorded"
#: In an answer: how often it was given. Views are counted and lists are made anew between two looks.
LOOKS = b"{looks}"
FIFTY = 50
JSON, XML, HTML = "application/json", "application/xml; charset=utf-8", "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Page:
    """What lies at an address."""

    body: bytes
    type: str = JSON
    #: It has an ETag, and is answered 304 to whoever sends that back.
    validated: bool = True
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Watched:
    """An account, and the address that is asked first at each of its looks (host and target). Several may share one."""

    account: Account
    address: str


@dataclass(frozen=True, slots=True)
class Site:
    """Accounts of one kind at one or more hosts, with everything that these answer."""

    kind: str
    watched: tuple[Watched, ...]
    pages: dict[str, Page]
    #: Requests at once that the host is asked with at most.
    at_once: int = 2


def sites(most: int = FIFTY) -> list[Site]:
    """All of them, with at most so many accounts each. Where a kind has fewer than fifty, it has all that there are."""
    kinds = (_weibo, _mastodon, _bluesky, _telegram, _youtube, _feed, _rsshub, _nmc, _cenc, _jma, _hko, _nws, _usgs)
    kinds += (_nina, _meteoalarm, _eaflood, _gdacs, _tsunami)
    found = [make(most) for make in kinds]
    caps = [_cap(most, f"alerts{number}.example") for number in range(3)]
    more = [_feed(most, "press.example", "rss"), _mastodon(most, "second.example")]
    return [*found, *caps, *more]


def _recorded(name: str) -> str:
    return (RECORDED / name).read_text("utf-8")


def _site(
    kind: str, urls: Iterable[str], page: Callable[[str], Page], more: dict[str, Page] | None = None, at_once: int = 2
) -> Site:
    """A site whose accounts' keys are the addresses that are asked."""
    watched = [(Account(kind, url, url, url), _address(url)) for url in urls]
    pages = {address: page(account.key) for account, address in watched}
    return Site(kind, tuple(Watched(*each) for each in watched), pages | (more or {}), at_once)


def _address(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}{'?' if parts.query else ''}{parts.query}"


def _times(count: int, apart: timedelta = timedelta(hours=1)) -> Iterator[tuple[int, datetime]]:
    """The newest first."""
    return ((number, EPOCH - timedelta(minutes=10) - number * apart) for number in range(count))


def _weibo(most: int) -> Site:
    host = "m.weibo.cn"
    watched, pages = [], {}
    for number in range(most):
        uid = str(5000000000 + number)
        address = f"{host}/api/container/getIndex?type=uid&value={uid}&containerid=107603{uid}"
        watched.append(Watched(Account("weibo", uid, f"平安{number}", f"https://weibo.com/u/{uid}"), address))
        pages[address] = Page(_timeline(uid, f"平安{number}"), validated=False)
    config = {"ok": 1, "data": {"login": False, "st": "a1b2c3"}}
    pages[f"{host}/api/config"] = Page(json.dumps(config).encode(), validated=False)
    told = json.dumps({"retcode": 20000000, "msg": "succ", "data": {"sub": "visitor", "subp": "0033", "tid": "01A"}})
    tail = "expires=Monday, 27-Sep-2027 16:42:59 GMT; path=/; domain=.weibo.cn"
    minted = f"window.visitor_gray_callback && visitor_gray_callback({told});".encode()
    cookies = (f"SUB=visitor; {tail}; secure; httponly", f"SUBP=0033; {tail}")
    pages["visitor.passport.weibo.cn/visitor/genvisitor2"] = Page(minted, HTML, validated=False, cookies=cookies)
    return Site("weibo", tuple(watched), pages, at_once=1)


def _timeline(uid: str, name: str) -> bytes:
    user = {
        "id": int(uid), "screen_name": name, "verified": True, "verified_type": 1, "verified_reason": "公安局官方微博",
        "description": "公安局", "statuses_count": 4321, "followers_count": "1251.3万",
    }  # fmt: skip
    cards = []
    for number, at in _times(10):
        # a mid holds its second above 22 bits, counted from Weibo's own beginning
        mid = str(((int(at.timestamp()) - 515483463) << 22) + number)
        mblog = {
            "visible": {"type": 0, "list_id": 0}, "created_at": f"{at:%a %b %d %H:%M:%S} +0000 {at:%Y}", "id": mid,
            "mid": mid, "text": f"【提醒】第{number}号：受降雨影响，部分路段积水，请绕行并注意安全。", "isLongText": False,
            "pic_num": 0, "user": user, "reposts_count": "{looks}", "comments_count": 3, "attitudes_count": 40,
        }  # fmt: skip
        cards.append({"card_type": 9, "itemid": f"107603{uid}_-_{mid}", "mblog": mblog})
    listed = {"containerid": f"107603{uid}", "v_p": 42, "show_style": 1, "total": 4321}
    return _dump({"ok": 1, "data": {"cardlistInfo": listed, "cards": cards, "showAppTips": 0}})


def _dump(value: object) -> bytes:
    """As JSON; a count is written as a number."""
    return json.dumps(value, ensure_ascii=False).replace('"{looks}"', "{looks}").encode()


def _mastodon(most: int, host: str = "social.example") -> Site:
    """Forty posts each, as the source asks for; their counts move, so no answer is like the one before."""

    def page(url: str) -> Page:
        name = url.rpartition("/")[2]
        author = {
            "id": name, "username": f"amt{name}", "acct": f"amt{name}", "display_name": f"Amt {name}",
            "url": f"https://{host}/@amt{name}", "note": "<p>Amtliche Warnungen.</p>", "fields": [],
        }  # fmt: skip
        statuses = [
            {
                "id": str(9000 - number), "created_at": f"{at:%Y-%m-%dT%H:%M:%S}.000Z", "in_reply_to_id": None,
                "sensitive": False, "spoiler_text": "", "visibility": "public", "language": "de",
                "uri": f"https://{host}/users/amt{name}/statuses/{9000 - number}",
                "url": f"https://{host}/@amt{name}/{9000 - number}", "replies_count": 1, "reblogs_count": 2,
                "favourites_count": "{looks}", "edited_at": None, "reblog": None, "media_attachments": [],
                "content": f"<p>Meldung {number}: Wegen des Hochwassers ist die Uferstraße gesperrt. "
                'Bitte umfahren Sie den Bereich <a href="https://amt.example/karte">weiträumig</a>.</p>',
                "account": author, "mentions": [], "tags": [], "emojis": [], "card": None, "poll": None,
            }
            for number, at in _times(40)
        ]  # fmt: skip
        return Page(_dump(statuses), validated=False)

    keys = [f"https://{host}/api/v1/accounts/{1000 + number}" for number in range(most)]
    listed = "/statuses?limit=40&exclude_replies=true"
    watched = tuple(Watched(Account("mastodon", key, key, key), f"{_address(key)}{listed}") for key in keys)
    return Site("mastodon", watched, {each.address: page(each.account.key) for each in watched})


def _bluesky(most: int) -> Site:
    watched, pages = [], {}
    told = _recorded("bluesky/author_feed.json").replace('"likeCount": 3', '"likeCount": {looks}')
    query = "limit=50&filter=posts_and_author_threads&includePins=false"
    for number in range(most):
        did = f"did:plc:{_letters(number):a>24}"
        address = f"public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor={did}&{query}"
        watched.append(Watched(Account("bluesky", did, did, f"https://bsky.app/profile/{did}"), address))
        pages[address] = Page(told.replace("did:plc:z72i7hdynmk6r22z27h6tvur", did).encode(), validated=False)
    return Site("bluesky", tuple(watched), pages)


def _letters(number: int) -> str:
    return chr(ord("b") + number // 20) + chr(ord("b") + number % 20)


def _telegram(most: int) -> Site:
    watched, pages = [], {}
    told = _recorded("telegram_channel/channel.html").replace(">1.2K<", ">{looks}<")
    for number in range(most):
        name = f"harbour_{_letters(number)}"
        address = f"t.me/s/{name}"
        watched.append(Watched(Account("telegram_channel", name, name, f"https://t.me/{name}"), address))
        pages[address] = Page(told.replace("HarbourFire", name).encode(), HTML, validated=False)
    return Site("telegram_channel", tuple(watched), pages, at_once=1)


def _youtube(most: int) -> Site:
    watched, pages = [], {}
    told = _recorded("youtube/videos.xml")
    for number in range(most):
        tail = f"{_letters(number):a>22}"
        address = f"www.youtube.com/feeds/videos.xml?channel_id=UC{tail}"
        url = f"https://www.youtube.com/channel/UC{tail}"
        watched.append(Watched(Account("youtube", f"UC{tail}", f"Civil Protection {number}", url), address))
        pages[address] = Page(told.replace("a" * 22, tail).encode(), XML, validated=False)
    return Site("youtube", tuple(watched), pages)


def _feed(most: int, host: str = "news.example", form: str = "atom") -> Site:
    """One agency's departments, each with a feed of ten entries that is answered 304 while nothing changes."""

    def page(url: str) -> Page:
        items = "".join(
            f"<entry><id>{url}#{number}</id><title>第{number}号通报</title><link href='{url}/{number}'/>"
            f"<updated>{at:%Y-%m-%dT%H:%M:%SZ}</updated><summary>本市大部有雷阵雨，请注意防范。</summary></entry>"
            if form == "atom"
            else f"<item><guid>{url}#{number}</guid><title>第{number}号通报</title><link>{url}/{number}</link>"
            f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate><description>本市大部有雷阵雨。</description></item>"
            for number, at in _times(10)
        )
        atom = f"<feed xmlns='http://www.w3.org/2005/Atom'><id>{url}</id><title>通报</title>{items}</feed>"
        rss = f"<rss version='2.0'><channel><title>通报</title><link>{url}</link>{items}</channel></rss>"
        return Page((atom if form == "atom" else rss).encode(), XML)

    return _site("feed", (f"https://{host}/departments/{number}" for number in range(most)), page)


def _rsshub(most: int) -> Site:
    watched = [
        Watched(Account("rsshub", f"/gov/list/{n}", f"{n}", ""), f"rsshub.example/gov/list/{n}") for n in range(most)
    ]
    told = _recorded("rsshub/route.xml").replace("<ttl>5</ttl>", "")
    return Site("rsshub", tuple(watched), {each.address: Page(told.encode(), XML) for each in watched})


def _cap(most: int, host: str) -> Site:
    """A national service's regions: an index of each, with alerts behind it."""
    told = _recorded("cap/index.atom").replace("weather.example", host)
    alert = _recorded("cap/storm.cap").replace("weather.example", host)
    alerts = {
        f"{host}/cap/{number}.xml": Page(alert.replace("0721-001", f"0721-{number}").encode(), XML)
        for number in (1, 2)
    }
    return _site(
        "cap", (f"https://{host}/regions/{n}.atom" for n in range(most)), lambda _: Page(told.encode(), XML), alerts
    )


def _nmc(most: int) -> Site:
    named = [place for name in PROVINCES if (place := place_of(f"nmc:{name}"))]
    kinds = [
        Place(named[0].base, kind=kind, level=level)
        for kind in ("暴雨", "大风", "台风", "雷电", "暴雪")
        for level in ("红色", "橙色", "黄色")
    ]
    places = [*named, *kinds][:most]
    lines = [
        {
            "alertid": f"{430100 + number}416000_{at:%Y%m%d%H%M%S}", "issuetime": f"{at:%Y/%m/%d %H:%M}",
            "title": "湖南省长沙市气象台发布暴雨红色预警信号", "url": "/publish/alarm/one.html", "pic": "",
        }
        for number, at in _times(20)
    ]  # fmt: skip
    told = _dump({"msg": "success", "code": 0, "data": {"page": {"count": len(lines), "list": lines}}})
    watched = [
        Watched(Account("nmc", place.key, place.name, place.key), _address(place.page(1, 100))) for place in places
    ]
    pages = {each.address: Page(told, validated=False) for each in watched}
    pages["www.nmc.cn/publish/alarm/one.html"] = Page(_recorded("nmc/page.html").encode(), HTML)
    return Site("nmc", tuple(watched), pages)


def _cenc(most: int) -> Site:
    """One list; accounts are the magnitudes from which on somebody wants to know."""
    address = "news.ceic.ac.cn/speedsearch.html"
    keys = [f"https://{address}?from={number / 10:g}" for number in range(30, 30 + most)]
    watched = tuple(Watched(Account("cenc", key, key, key), address) for key in keys)
    return Site("cenc", watched, {address: Page(_recorded("cenc/speedsearch.html").encode(), HTML)})


def _jma(most: int) -> Site:
    """Four feeds, and the offices whose telegrams are sifted from the one of warnings."""
    root = "www.data.jma.go.jp/developer/xml/"
    names = ("extra", "eqvol", "regular", "other")
    offices = [f"{number:02}0000" for number in range(1, 48)]
    keys = [f"https://{root}feed/{name}.xml" for name in names] + [
        f"https://{root}feed/extra.xml?office={o}" for o in offices
    ]
    watched = tuple(Watched(Account("jma", key, key, key), _address(key).partition("?")[0]) for key in keys[:most])
    told = _recorded("jma/eqvol.xml")
    pages = {f"{root}feed/{name}{end}.xml": Page(told.encode(), XML) for name in names for end in ("", "_l")}
    for name in ("20260721025510_0_VXSE53_010000", "20260721025405_0_VTSE41_010000"):
        pages[f"{root}data/{name}.xml"] = Page(_recorded(f"jma/{name[17:23]}.xml").encode(), XML)
    return Site("jma", watched, pages)


def _hko(_most: int) -> Site:
    """The one account there is."""
    root = "data.weather.gov.hk/weatherAPI/opendata/weather.php"
    at = "2026-07-21T11:40:00+08:00"
    rain = {
        "name": "Black Rainstorm Warning Signal",
        "code": "WRAINB",
        "actionCode": "ISSUE",
        "issueTime": at,
        "updateTime": at,
    }
    bulletin = {"warningStatementCode": "WRAIN", "subtype": "WRAINB", "contents": ["Stay indoors."], "updateTime": at}
    pages = {}
    for language in ("en", "tc", "sc"):
        pages[f"{root}?dataType=warnsum&lang={language}"] = Page(_dump({"WRAIN": rain}), validated=False)
        pages[f"{root}?dataType=warningInfo&lang={language}"] = Page(_dump({"details": [bulletin]}), validated=False)
    watched = Watched(
        Account("hko", f"https://{root}", "Hong Kong Observatory", f"https://{root}"),
        f"{root}?dataType=warnsum&lang=en",
    )
    return Site("hko", (watched,), pages)


#: USPS codes.
_STATES = """
    AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI
    SC SD TN TX UT VT VA WA WV WI WY
"""


def _nws(most: int) -> Site:
    told = _recorded("nws/active.json").encode()
    root = "https://api.weather.gov/alerts/active?status=actual&area="
    return _site("nws", (root + state for state in _STATES.split()[:most]), lambda _: Page(told))


def _usgs(most: int) -> Site:
    """The twenty summaries, and circles round thirty places. The time of making differs at each look."""
    host = "https://earthquake.usgs.gov"
    names = [
        f"{least}_{span}"
        for least in ("significant", "all", "4.5", "2.5", "1.0")
        for span in ("hour", "day", "week", "month")
    ]
    summaries = [f"{host}/earthquakes/feed/v1.0/summary/{name}.geojson" for name in names]
    circles = [
        f"{host}/fdsnws/event/1/query?format=geojson&latitude=38&longitude={-n}&maxradiuskm=200"
        for n in range(90, 120)
    ]
    told = _recorded("usgs/first.json").replace('"generated": 1784605200000', '"generated": 1784605{looks}')
    return _site("usgs", [*summaries, *circles][:most], lambda _: Page(told.encode(), validated=False))


def _nina(most: int) -> Site:
    root = "warnung.bund.de/api31"
    urls = [f"https://{root}/dashboard/{9000 + number:05}0000000.json" for number in range(most)]
    fire = Page(_recorded("nina/fire.json").encode())
    told = Page(_recorded("nina/dashboard.json").encode())
    name = json.loads(told.body)[0]["id"]
    return _site("nina", urls, lambda _: told, {f"{root}/warnings/{quote(name)}.json": fire})


_COUNTRIES = """
    andorra austria belgium bosnia-herzegovina bulgaria croatia cyprus czechia denmark estonia finland france germany
    greece hungary iceland ireland israel italy latvia lithuania luxembourg malta moldova montenegro netherlands
    republic-of-north-macedonia norway poland portugal romania serbia slovakia slovenia spain sweden switzerland
    ukraine united-kingdom
"""


def _meteoalarm(most: int) -> Site:
    told = Page(_recorded("meteoalarm/storm.json").encode())
    root = "https://feeds.meteoalarm.org/api/v1/warnings/feeds-"
    return _site("meteoalarm", (root + country for country in _COUNTRIES.split()[:most]), lambda _: told)


def _eaflood(most: int) -> Site:
    told = Page(_recorded("eaflood/alert.json").encode())
    root = "https://environment.data.gov.uk/flood-monitoring/id/floods"
    return _site("eaflood", (f"{root}?lat=51.{n:02}&long=-1.3&dist=10" for n in range(most)), lambda _: told)


def _gdacs(most: int) -> Site:
    told = Page(_recorded("gdacs/first.rss").encode(), XML)
    names = (
        "rss",
        "rss_24h",
        "rss_7d",
        "rss_eq_24h",
        "rss_tc_7d",
        "rss_fl_7d",
        "rss_vo_7d",
        "rss_dr_7d",
        "rss_wf_7d",
    )
    return _site("gdacs", (f"https://www.gdacs.org/xml/{name}.xml" for name in names[:most]), lambda _: told)


def _tsunami(most: int) -> Site:
    """The two centres."""
    root = "www.tsunami.gov"
    told = Page(_recorded("tsunami/list.atom").replace("{base}", f"https://{root}").encode(), XML)
    warning = Page(_recorded("tsunami/warning.cap").replace("{base}", f"https://{root}").encode(), XML)
    alerts = {f"{root}/events/PAAQ/2026/07/21/tk1/1/WEPA41/PAAQCAP.xml": warning}
    urls = [f"https://{root}/events/xml/{name}Atom.xml" for name in ("PAAQ", "PHEB")]
    return _site("tsunami", urls[:most], lambda _: told, alerts)
