"""What GDACS proves (see ``proving.Proof``)."""

from listed import recorded
from proving import Proof

LIST = "www.gdacs.org/xml/rss.xml"
FIRST = recorded("gdacs/first.rss")

PROOF = Proof(
    named="gdacs",
    asked=LIST,
    quiet={LIST: recorded("gdacs/none.rss")},
    first={LIST: FIRST},
    says="Orange alert for tropical cyclone BEISPIEL-26",
    edited={LIST: recorded("gdacs/raised.rss")},
    says_edited="Red alert for tropical cyclone BEISPIEL-26",
    ended={LIST: FIRST.replace(b"<gdacs:iscurrent>true", b"<gdacs:iscurrent>false")},
    says_ended="✅ Lifted by the agency.",
    drill={LIST: FIRST.replace(b"<title>", b"<title>EXERCISE: ")},
    green={LIST: recorded("gdacs/quiet.rss")},
    saved=FIRST,
    shown=("GDACS · Moderate · new · Actual", "Orange alert for tropical cyclone BEISPIEL-26", "where: Philippines"),
)
