"""What China's earthquake list proves (see ``proving.Proof``)."""

import json

from listed import recorded
from proving import Never, Proof

LIST = "news.ceic.ac.cn/ajax/google"


def line(name: str, time: str, place: str, flag: str = "M", magnitude: str = "5.6") -> dict[str, object]:
    """A line of the list; flag A is automatic, M reviewed."""
    return {
        "CATA_ID": name, "O_TIME": f"2026-07-21 {time}", "EPI_LAT": "30.05", "EPI_LON": "99.10", "EPI_DEPTH": 10,
        "AUTO_FLAG": flag, "M": magnitude, "LOCATION_C": place,
    }  # fmt: skip


OLD = line("CC0", "02:00:00", "西藏那曲市色尼区", magnitude="3.1")
AUTOMATIC = line("AU1", "11:50:07", "四川甘孜州巴塘县", "A", "5.3")
REVIEWED = line("CC1", "11:50:10", "四川甘孜州巴塘县")

PROOF = Proof(
    named="https://news.ceic.ac.cn/ajax/google",
    asked=LIST,
    quiet={LIST: json.dumps([OLD])},
    first={LIST: json.dumps([AUTOMATIC, OLD])},
    says="四川甘孜州巴塘县发生5.3级左右地震",
    edited={LIST: json.dumps([REVIEWED, OLD])},
    says_edited="四川甘孜州巴塘县发生5.6级地震",
    ended=Never("none: a line that leaves the list was not withdrawn"),
    says_ended="",
    drill={LIST: json.dumps([line("CC1", "11:50:10", "四川甘孜州巴塘县（演练）"), OLD])},
    saved=recorded("cenc/list.json"),
    shown=("中国地震台网 · Severe · new · Actual", "四川甘孜州巴塘县发生5.6级地震", "where: 四川甘孜州巴塘县"),
)
