"""LibreTranslate: POST /translate. Errors are {"error": "…"}: 400 language or no key, 403 key or ban, 429 pace."""

from bot.language.engines.asking import Asker, judge, text_at
from bot.language.face import Translated
from bot.model.translation import Cost

NAME = "libretranslate"

#: Old servers know Chinese as zh and zt only; new ones (1.7) take these as other names of zh-Hans and zh-Hant.
_CODES = {"zh-Hans": "zh", "zh-Hant": "zt"}


class LibreTranslate:
    """Implements ``face.Engine``. The key is "" for a server that wants none."""

    name = NAME
    model = ""

    def __init__(self, asker: Asker, url: str, key: str = "") -> None:
        self._asker = asker
        self._url = url + "/translate"
        self._key = key

    def speaks(self, source: str, target: str) -> bool:
        """It depends on the models of that server; it says 400 for a language that it has not."""
        return source != target

    async def translate(self, text: str, source: str, target: str) -> Translated:
        """Translate a whole text. Raises EngineError's kinds."""
        payload = {
            "q": text,
            "source": _CODES.get(source, source),
            "target": _CODES.get(target, target),
            "format": "text",
            **({"api_key": self._key} if self._key else {}),
        }
        answer = await self._asker.post(NAME, self._url, payload, {})
        judge(NAME, answer, self._asker.clock())
        cost = Cost(requests=1, characters=len(text))
        return Translated(text_at(NAME, answer, cost, "translatedText"), cost)

    async def aclose(self) -> None:
        """Nothing is held."""
