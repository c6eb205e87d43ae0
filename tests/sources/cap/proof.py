"""What a list of CAP alerts proves (see ``proving.Proof``)."""

from listed import recorded
from proving import Answers, Proof

LIST, STORM, LATER = "weather.example/cap.atom", "weather.example/cap/1.cap", "weather.example/cap/2.cap"
CAP = recorded("cap/storm.cap")
#: Another message about the storm.
NEXT = (
    CAP.replace(b"2026-0721-001", b"2026-0721-002")
    .replace(b"11:51:00+08:00</sent>", b"11:55:00+08:00</sent>")
    .replace(
        b"<incidents>",
        b"<references>warn@weather.example,STORM-2026-0721-001,2026-07-21T11:51:00+08:00</references><incidents>",
    )
)
UPDATE = NEXT.replace(b"Alert<", b"Update<").replace(b"100 mm", b"180 mm")


def index(*addresses: str) -> str:
    """An Atom index of the alerts at these addresses."""
    entries = "".join(
        f"<entry><id>{address}</id><title>Warning</title><updated>2026-07-21T03:5{number}:00Z</updated>"
        f'<link type="application/cap+xml" href="https://{address}"/></entry>'
        for number, address in enumerate(addresses)
    )
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2">'
        f"<title>Warnings in force</title>{entries}</feed>"
    )


def answers(*alerts: bytes) -> Answers:
    """An index and its alerts."""
    listed = dict(zip((STORM, LATER), alerts, strict=False))
    return {LIST: index(*listed), **listed}


PROOF = Proof(
    named="https://weather.example/cap.atom",
    asked=LIST,
    quiet=answers(),
    first=answers(CAP),
    says="More than 100 mm of rain in three hours.",
    edited=answers(CAP, UPDATE),
    says_edited="More than 180 mm of rain in three hours.",
    ended=answers(CAP, NEXT.replace(b"Alert<", b"Cancel<")),
    says_ended="✅ Lifted by the agency.",
    drill=answers(CAP.replace(b"Actual<", b"Exercise<")),
    green=answers(
        CAP.replace(b"EAS-ORG", b"awareness_level").replace(b"<value>WXR<", b"<value>1; green; Minor<").replace(b"<value>CIV<", b"<value>1; green; Minor<")
        .replace(b"Fangshan District</areaDesc>", b"Fangshan</areaDesc>")
    ),
    saved=CAP,
    shown=("市气象台 · Extreme · new · Actual", "市气象台发布暴雨红色预警信号", "where: 房山区"),
)  # fmt: skip
