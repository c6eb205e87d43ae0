"""What the Hong Kong Observatory proves (see ``proving.Proof``)."""

import json

from proving import Answers, Proof

API = "data.weather.gov.hk/weatherAPI/opendata/weather.php"
LANGUAGES = {"en": 0, "tc": 1, "sc": 2}
NAMES = {
    "WRAINA": ("Amber Rainstorm Warning Signal", "黃色暴雨警告信號", "黄色暴雨警告信号"),
    "WRAINB": ("Black Rainstorm Warning Signal", "黑色暴雨警告信號", "黑色暴雨警告信号"),
}


def answers(code: str = "", action: str = "ISSUE", time: str = "11:40", text: str = "Stay indoors.") -> Answers:
    """A rainstorm signal in force (none without a code), and its bulletin, in all three languages."""
    put: dict[str, str] = {}
    at = f"2026-07-21T{time}:00+08:00"
    for language, number in LANGUAGES.items():
        told = {"code": code, "actionCode": action, "issueTime": at, "updateTime": at}
        summary = {"WRAIN": {"name": NAMES[code][number], **told}} if code else {}
        bulletin = {"warningStatementCode": "WRAIN", "subtype": code, "contents": [text], "updateTime": at}
        put[f"{API}?dataType=warnsum&lang={language}"] = json.dumps(summary)
        put[f"{API}?dataType=warningInfo&lang={language}"] = json.dumps({"details": [bulletin] if code else []})
    return put


LIST = f"{API}?dataType=warnsum&lang=en"

PROOF = Proof(
    named="hko",
    asked=LIST,
    quiet=answers(),
    first=answers("WRAINA"),
    says="Amber Rainstorm Warning Signal",
    edited=answers("WRAINB", time="11:45"),
    says_edited="Black Rainstorm Warning Signal",
    ended=answers(),  # no longer among the warnings in force, which the list names whole
    says_ended="✅ Lifted by the agency.",
    drill=answers("WRAINB", text="This is a drill. Black rainstorm warning."),
    green=answers("WRAINA", "CANCEL"),  # over before it was seen
    saved=answers("WRAINB")[LIST],
    shown=(
        "Hong Kong Observatory · Extreme · new · Actual",
        "Black Rainstorm Warning Signal",
        "where: Hong Kong 香港",
    ),
)
