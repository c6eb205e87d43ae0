"""What the US weather service proves (see ``proving.Proof``)."""

import json

from listed import recorded
from proving import Proof

LIST = "api.weather.gov/alerts/active?status=actual&area=TX"
#: The tornado warning is still in force, in other words.
GOES_ON = json.loads(recorded("nws/continued.json").replace(b"/O.CAN.", b"/O.CON."))
for feature in GOES_ON["features"]:
    feature["properties"]["description"] = "PDS: seek shelter now."

PROOF = Proof(
    named="nws:TX",
    asked=LIST,
    quiet={LIST: recorded("nws/none.json")},
    first={LIST: recorded("nws/active.json")},
    says="Tornado Warning issued",
    edited={LIST: json.dumps(GOES_ON)},
    says_edited="PDS: seek shelter now.",
    ended={LIST: recorded("nws/continued.json")},
    says_ended="✅ Lifted by the agency.",
    drill={LIST: recorded("nws/tests.json")},
    saved=recorded("nws/active.json"),
    shown=("NWS Fort Worth TX · Extreme · new · Actual", "where: Tarrant, TX; Dallas, TX"),
)
