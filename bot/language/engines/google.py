"""Google Cloud Translation, Basic (v2): POST /language/translate/v2. Quotas come as 403 with a reason."""

import html
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.language.engines.asking import KEY_REST, SHORT_REST, Answer, Asker, code_at, judge, text_at
from bot.language.face import EngineRefusedError, Translated
from bot.model.translation import Cost

NAME = "google"
HOST = "https://translation.googleapis.com"

_CODES = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW"}
#: cloud.google.com/translate/quotas: per day until midnight Pacific Time, per minute.
_DAY_OVER = frozenset({"dailyLimitExceeded", "dailyLimitExceededUnreg"})
_MINUTE_OVER = frozenset({"userRateLimitExceeded", "rateLimitExceeded", "quotaExceeded"})
#: An invalid key is a 400 there.
_BAD_KEY = frozenset({"API_KEY_INVALID", "keyInvalid", "keyExpired"})


class Google:
    """Implements ``face.Engine``. The key goes in a header: an address may end up in a log."""

    name = NAME
    model = ""

    def __init__(self, asker: Asker, key: str, url: str = "") -> None:
        self._asker = asker
        self._key = key
        self._url = (url or HOST) + "/language/translate/v2"

    def speaks(self, source: str, target: str) -> bool:
        """It knows every language that we have."""
        return source != target

    async def translate(self, text: str, source: str, target: str) -> Translated:
        """Translate a whole text. Raises EngineError's kinds."""
        payload = {
            "q": [text],
            "source": _CODES.get(source, source),
            "target": _CODES.get(target, target),
            "format": "text",
        }
        answer = await self._asker.post(NAME, self._url, payload, {"X-Goog-Api-Key": self._key})
        self._refusals(answer)
        judge(NAME, answer, self._asker.clock())
        cost = Cost(requests=1, characters=len(text))
        found = text_at(NAME, answer, cost, "data", "translations", 0, "translatedText")
        # known to escape quotation marks in spite of format=text
        return Translated(html.unescape(found), cost)

    def _refusals(self, answer: Answer) -> None:
        now = self._asker.clock()
        reasons = {
            code_at(answer.body, "error", "errors", 0, "reason"),
            code_at(answer.body, "error", "details", 0, "reason"),
        }
        if reasons & _DAY_OVER:
            raise EngineRefusedError("The day's quota of google is used up.", midnight_pacific(now))
        if reasons & _MINUTE_OVER and not answer.good:
            raise EngineRefusedError("google asks for rest.", answer.retry_at or now + SHORT_REST)
        if reasons & _BAD_KEY:
            raise EngineRefusedError("google refuses the key.", now + KEY_REST)

    async def aclose(self) -> None:
        """Nothing is held."""


def midnight_pacific(now: datetime) -> datetime:
    """Give the next midnight in California, when daily quotas begin again."""
    try:
        zone: ZoneInfo | None = ZoneInfo("America/Los_Angeles")
    except ZoneInfoNotFoundError:  # no zone data on this machine: the later of its two midnights
        zone = None
    if zone is None:
        next_day = (now.astimezone(UTC) - timedelta(hours=8)).date() + timedelta(days=1)
        return datetime(next_day.year, next_day.month, next_day.day, 8, tzinfo=UTC)
    next_day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime(next_day.year, next_day.month, next_day.day, tzinfo=zone).astimezone(UTC)
