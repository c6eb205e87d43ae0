"""CENC's list of earthquakes to its lines, and a line to a post in the centre's own sentence. No I/O."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from bot.model.alert import Alert, Area, Certainty, Circle, Hazard, MsgType, Scope, Severity, Urgency, Wording
from bot.model.post import Post
from bot.sources import json
from bot.sources.charset import decode
from bot.sources.drills import status_in_chinese
from bot.sources.face import UnreadableError
from bot.sources.plain import one_line, safe_url

#: All clocks of the centre: UTC+8, never written.
BEIJING_MIN = 480
LANGUAGE = "zh-CN"
SENDER = "ceic.ac.cn"
SITE = "https://news.ceic.ac.cn/"
NAME = "中国地震台网"
#: Lines read of one list, the newest first on both its addresses; the page shows some hundreds.
MAX_QUAKES = 400
#: The list as the page's script holds it: "const newdata = [...];".
_SCRIPT = re.compile(r"\bnewdata\s*=\s*(?=\[)")
_END = re.compile(r"\]\s{0,100}(?:;|</script|$|(?:var|let|const|function)\b)")
#: An answer wrapped for a script's callback: "jsonp123([...])".
_CALLBACK = re.compile(r"^\s*[A-Za-z_$][\w$.]{0,60}\s*\(\s*(?=[\[{])")
#: How often the end of the script's list is looked for: a place's name may hold "];".
_ENDS_TRIED = 5
#: Places at home begin with a province or a sea (GB/T 2260, short names); all else is abroad.
_AT_HOME = re.compile(
    r"北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|重庆|四川|贵州|"
    r"云南|西藏|陕西|甘肃|青海|宁夏|新疆|香港|澳门|台湾|渤海|黄海|东海|南海|北部湾"
)
#: Least magnitude of each severity, at home and abroad: what shakes somebody else's country wakes nobody here.
_LEVELS_AT_HOME = ((6.5, Severity.EXTREME), (5.0, Severity.SEVERE), (4.0, Severity.MODERATE))
_LEVELS_ABROAD = ((7.5, Severity.SEVERE), (6.5, Severity.MODERATE))
_AUTOMATIC = frozenset(("A", "AU", "AUTO", "(AUTO)", "AUTOMATIC"))
_REVIEWED = frozenset(("M", "MANUAL", "REVIEWED", "CC", "C"))
#: A revision moves a quake by seconds and some tens of kilometres.
_SAME_S, _SAME_KM = 90.0, 120.0
_EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Quake:
    """One line of the list. Depth in kilometres, None when not known; ``automatic`` None when the line does not say."""

    id: str
    at: datetime
    at_text: str
    magnitude: float
    latitude: float
    longitude: float
    depth: float | None
    place: str
    automatic: bool | None
    page: str

    def may_be(self, at: float, latitude: float, longitude: float) -> bool:
        """True when a quake at this time (seconds since 1970) and place can be a revision of the same one."""
        if abs(self.at.timestamp() - at) > _SAME_S:
            return False
        return _distance_km(self.latitude, self.longitude, latitude, longitude) <= _SAME_KM


def _distance_km(north: float, east: float, other_north: float, other_east: float) -> float:
    a, b = math.radians(north), math.radians(other_north)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(other_east - east) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def read_list(body: bytes) -> tuple[tuple[Quake, ...], int]:
    """The quakes of a list (JSON, or a page whose script holds it), and how many lines could not be read.

    Raises UnreadableError: a list without any line is no list of this centre's, which is never empty.
    """
    data = _data(decode(body).text)
    if isinstance(data, dict):
        data = next((data[name] for name in ("shuju", "data", "newdata") if isinstance(data.get(name), list)), None)
    if not isinstance(data, list):
        msg = "The answer holds no list of earthquakes: the site has changed its form."
        raise UnreadableError(msg)
    found = [_quake(row) for row in json.objects(data, MAX_QUAKES)]
    quakes = {quake.id: quake for quake in found if quake is not None}
    if not quakes:
        msg = "Not one line of the list of earthquakes can be read: the site has changed its form."
        raise UnreadableError(msg)
    return tuple(quakes.values()), found.count(None)


def _data(text: str) -> object:
    begin = text.lstrip("\ufeff \t\r\n")
    if begin[:1] in ("[", "{"):
        return json.load(begin)
    callback = _CALLBACK.match(begin)
    if callback:
        return json.load(begin[callback.end() :].rstrip().rstrip(";").rstrip().removesuffix(")"))
    script = _SCRIPT.search(text)
    if script is None:
        msg = "The page holds no list of earthquakes: the site has changed its form, or it is a notice."
        raise UnreadableError(msg)
    end = script.end()
    trouble = UnreadableError("The list of earthquakes in the page is cut off.")
    for _ in range(_ENDS_TRIED):
        end = text.find("]", end)
        end = _end_of_list(text, end)
        if end == -1:
            break
        try:
            return json.load(text[script.end() : end])
        except UnreadableError as error:
            trouble = error
    raise trouble


def _end_of_list(text: str, start: int) -> int:
    """Where a list ends at or after ``start``: behind a bracket that a statement's end follows."""
    found = _END.search(text, max(start, 0))
    return found.start() + 1 if found and start != -1 else -1


def _quake(row: json.Json) -> Quake | None:
    stamp = one_line(json.string(row.get("O_TIME")), 40)
    at, _ = json.instant(stamp, BEIJING_MIN)
    magnitude, north, east = (json.number(row.get(name)) for name in ("M", "EPI_LAT", "EPI_LON"))
    name = one_line(json.first_string(row, "NEW_DID", "CATA_ID", "id"), 80)
    if not name or at is None or magnitude is None or north is None or east is None:
        return None
    if abs(north) > 90 or abs(east) > 180 or not -2 < magnitude < 11:  # noqa: PLR2004 - none on Earth
        return None
    flag = json.string(row.get("AUTO_FLAG")).strip().upper()
    depth = json.number(row.get("EPI_DEPTH"))
    page = one_line(json.string(row.get("NEW_DID")), 80)
    return Quake(
        id=name, at=at, at_text=stamp, magnitude=magnitude, latitude=north, longitude=east,
        depth=depth if depth is not None and 0 <= depth < 1000 else None,  # noqa: PLR2004 - the mantle's end
        place=one_line(json.string(row.get("LOCATION_C")), 100),
        automatic=True if flag in _AUTOMATIC else False if flag in _REVIEWED else None,
        page=safe_url(f"{page}.html", SITE) if re.fullmatch(r"[A-Za-z0-9_.-]{4,60}", page) else "",
    )  # fmt: skip


def newest_first(quakes: Iterable[Quake]) -> list[Quake]:
    """The quakes by time."""
    return sorted(quakes, key=lambda quake: (quake.at, quake.id), reverse=True)


def severity_of(quake: Quake) -> Severity:
    """By magnitude, and by whether it was in China."""
    levels = _LEVELS_AT_HOME if _AT_HOME.match(quake.place) else _LEVELS_ABROAD
    return next((severity for least, severity in levels if quake.magnitude >= least), Severity.MINOR)


def post_of(quake: Quake, account: str, name: str, url: str) -> Post:
    """The post of a quake under the name ``name``, which it keeps through its revisions."""
    severity = severity_of(quake)
    place = quake.place or _coordinates(quake)
    about = "左右" if quake.automatic else ""
    headline = f"{place}发生{quake.magnitude:.1f}级{about}地震"
    sentence = _sentence(quake, place)
    hazard = Hazard(
        # "Past" would say that it is over
        urgency=Urgency.IMMEDIATE if severity.rank >= Severity.SEVERE.rank else Urgency.EXPECTED,
        severity=severity,
        certainty=Certainty.LIKELY if quake.automatic else Certainty.OBSERVED,
        wordings=(Wording(LANGUAGE, "地震", headline, sentence, "", NAME, quake.page),),
        categories=("Geo",),
        parameters=_parameters(quake),
        onset=quake.at,
        areas=(Area(place, circles=(Circle(quake.latitude, quake.longitude, 0.0),)),),
    )
    status = status_in_chinese(place)
    alert = Alert(
        sender=SENDER, identifier=name, sent=quake.at, sent_text=quake.at_text, status=status,
        msg_type=MsgType.ALERT, scope=Scope.PUBLIC, hazards=(hazard,),
    )  # fmt: skip
    return Post(
        kind="cenc", account=account, id=name, title=headline, text=sentence, url=quake.page or url,
        published=quake.at, utc_offset=BEIJING_MIN, language=LANGUAGE, author=NAME, alert=alert,
        aliases=(quake.id,) if quake.id != name else (),
    )  # fmt: skip


def _parameters(quake: Quake) -> tuple[tuple[str, str], ...]:
    review = {True: "automatic", False: "reviewed", None: ""}[quake.automatic]
    pairs = (
        ("magnitude", f"{quake.magnitude:.1f}"),
        ("depth_km", "" if quake.depth is None else f"{quake.depth:g}"),
        ("review", review),
    )
    return tuple(pair for pair in pairs if pair[1])


def _sentence(quake: Quake, place: str) -> str:
    """As the centre writes it under its own name: figures and place alone are the line's."""
    local = quake.at.astimezone(timezone(timedelta(minutes=BEIJING_MIN)))
    when = f"{local.month:02}月{local.day:02}日{local.hour:02}时{local.minute:02}分"
    where = f"{place}附近" if quake.automatic else place
    how = "自动测定：" if quake.automatic else "正式测定：" if quake.automatic is False else "测定："
    about = "左右" if quake.automatic else ""
    depth = f"，震源深度{quake.depth:g}公里" if quake.depth is not None else ""
    end = "，最终结果以正式速报为准。" if quake.automatic else "。"
    return f"{NAME}{how}{when}在{where}（{_coordinates(quake)}）发生{quake.magnitude:.1f}级{about}地震{depth}{end}"


def _coordinates(quake: Quake) -> str:
    north = f"{'北纬' if quake.latitude >= 0 else '南纬'}{abs(quake.latitude):.2f}度"
    return f"{north}，{'东经' if quake.longitude >= 0 else '西经'}{abs(quake.longitude):.2f}度"
