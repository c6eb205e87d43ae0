"""What NINA proves (see ``proving.Proof``)."""

from listed import recorded
from proving import Answers, Proof

LIST = "warnung.bund.de/api31/dashboard/091620000000.json"
FIRE = "warnung.bund.de/api31/warnings/mow.DE-XX-B-W100-20260721-000.json"


def answers(dashboard: str, warning: str) -> Answers:
    """The district's list, and the warning that it names."""
    return {LIST: recorded(f"nina/{dashboard}.json"), FIRE: recorded(f"nina/{warning}.json")}


PROOF = Proof(
    named="nina:091620000000",
    asked=LIST,
    quiet={LIST: recorded("nina/none.json")},
    first=answers("dashboard", "fire"),
    says="Large fire in Beispielstadt",
    edited=answers("dashboard_v2", "fire_v2"),
    says_edited="⬇️ The agency lowered the level. Before: Severe.",
    ended=answers("dashboard_over", "fire_over"),
    says_ended="✅ Lifted by the agency.",
    drill=answers("dashboard", "drill"),
    green=answers("dashboard", "quiet"),  # its sender wants it listed, not pushed
    saved=recorded("nina/fire.json"),
    shown=("Leitstelle Beispielstadt · Severe · new · Actual", "Großbrand in Beispielstadt", "where: Beispielstadt"),
)
