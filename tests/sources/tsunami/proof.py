"""What the tsunami centres prove (see ``proving.Proof``)."""

from listed import recorded
from proving import Answers, Proof

SITE = "www.tsunami.gov/events"
LIST = f"{SITE}/xml/PAAQAtom.xml"
WARNING, CANCEL = (f"{SITE}/PAAQ/2026/07/21/tk{n}/{n}/WEPA41/PAAQCAP.xml" for n in (1, 2))


def answer(name: str) -> bytes:
    """A recorded answer, whose links lead to the centre."""
    return recorded(f"tsunami/{name}").replace(b"{base}", b"https://www.tsunami.gov")


def answers(index: str, warning: bytes) -> Answers:
    """The centre's list, and the alerts that it names."""
    return {LIST: answer(index), WARNING: warning, CANCEL: answer("cancel.cap")}


def update() -> Answers:
    """A second bulletin that updates the first."""
    cap = answer("warning.cap").replace(b"PAAQ-1-tk1", b"PAAQ-2-tk1").replace(b"Alert<", b"Update<")
    cap = cap.replace(b"03:41:00", b"03:42:00").replace(b"Tsunami Warning is", b"Tsunami Warning remains")
    cap = cap.replace(
        b"<incidents>", b"<references>ntwc@noaa.gov,PAAQ-1-tk1,2026-07-21T03:41:00-00:00</references><incidents>"
    )
    return {**answers("list_cancelled.atom", answer("warning.cap")), CANCEL: cap}


PROOF = Proof(
    named="tsunami:ntwc",
    asked=LIST,
    quiet={LIST: answer("empty.atom")},
    first=answers("list.atom", answer("warning.cap")),
    says="A Tsunami Warning is in effect",
    edited=update(),
    says_edited="A Tsunami Warning remains in effect",
    ended=answers("list_cancelled.atom", answer("warning.cap")),
    says_ended="✅ Lifted by the agency.",
    drill=answers("list.atom", answer("drill.cap")),
    saved=answer("warning.cap"),
    shown=("NWS National Tsunami Warning Center Palmer AK · Extreme · new · Actual", "where: South Alaska"),
)
