"""What MeteoAlarm proves (see ``proving.Proof``)."""

import json

from listed import recorded
from proving import Proof

LIST = "feeds.meteoalarm.org/api/v1/warnings/feeds-germany"
GREEN = json.loads(recorded("meteoalarm/greened.json"))
for warning in GREEN["warnings"]:
    warning["alert"] |= {"msgType": "Alert", "references": ""}

PROOF = Proof(
    named="meteoalarm:germany",
    asked=LIST,
    quiet={LIST: recorded("meteoalarm/none.json")},
    first={LIST: recorded("meteoalarm/storm.json")},
    says="Official WARNING of GALE-FORCE GUSTS for Kreis Rostock, Kreis Ludwigslust, Kreis Nordwestmecklenburg",
    edited={LIST: recorded("meteoalarm/all_updated.json")},
    says_edited="⬆️ Raised by the agency. Before: Severe.",
    ended={LIST: recorded("meteoalarm/greened.json")},
    says_ended="✅ Lifted by the agency.",
    drill={LIST: recorded("meteoalarm/test.json")},
    green={LIST: json.dumps(GREEN)},
    saved=recorded("meteoalarm/storm.json"),
    shown=("Deutscher Wetterdienst (EUMETNET - MeteoAlarm)", "where: Insel Rügen"),
)
