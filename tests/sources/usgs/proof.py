"""What the USGS proves (see ``proving.Proof``)."""

import json

from listed import recorded
from proving import Proof

LIST = "earthquake.usgs.gov/earthquakes/feed/v1.0/summary/2.5_day.geojson"
SCENARIO = json.loads(recorded("usgs/first.json"))
for feature in SCENARIO["features"]:
    feature["properties"]["types"] = ",origin,scenario,"

PROOF = Proof(
    named="usgs:2.5_day",
    asked=LIST,
    quiet={LIST: recorded("usgs/none.json")},
    first={LIST: recorded("usgs/first.json")},
    says="M 6.1 - 12 km N of Napa, California",
    edited={LIST: recorded("usgs/revised.json")},
    says_edited="M 6.4 - 11 km N of Napa, California",
    ended={LIST: recorded("usgs/deleted.json")},
    says_ended="✅ Lifted by the agency.",
    drill={LIST: json.dumps(SCENARIO)},
    saved=recorded("usgs/first.json"),
    shown=("M 6.1 - 12 km N of Napa, California", "Earthquake: magnitude 6.1 mww, depth 10.0 km"),
)
