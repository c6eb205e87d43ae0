"""What the Environment Agency's floods prove (see ``proving.Proof``)."""

import json

from listed import recorded
from proving import Proof

LIST = "environment.data.gov.uk/flood-monitoring/id/floods"
EXERCISE = json.loads(recorded("eaflood/alert.json"))
EXERCISE["items"] = [
    EXERCISE["items"][0] | {"message": "EXERCISE: this is no real warning. River levels are rising."}
]
#: A warning that was over before it was seen.
OVER = json.loads(recorded("eaflood/over.json"))
OVER["items"] = [item for item in OVER["items"] if item["severityLevel"] == 4]

PROOF = Proof(
    named="eaflood:england",
    asked=LIST,
    quiet={LIST: recorded("eaflood/none.json")},
    first={LIST: recorded("eaflood/alert.json")},
    says="Flood Alert: River Beispiel at Oake and Hillfarrance",
    edited={LIST: recorded("eaflood/warning.json")},
    says_edited="Flood Warning: River Beispiel at Oake and Hillfarrance",
    ended={LIST: recorded("eaflood/over.json")},
    says_ended="no longer in force",
    drill={LIST: json.dumps(EXERCISE)},
    green={LIST: json.dumps(OVER)},
    saved=recorded("eaflood/warning.json"),
    shown=("Environment Agency · Severe · new · Actual", "Flood Warning: River Beispiel at Oake and Hillfarrance"),
)
