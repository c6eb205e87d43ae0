"""DeepL: POST /v2/translate (developers.deepl.com/api-reference/translate). Statuses: 403 key, 429 pace, 456 quota."""

from bot.language.engines.asking import Asker, judge, text_at
from bot.language.face import Translated
from bot.model.translation import Cost

NAME = "deepl"
PRO, FREE = "https://api.deepl.com", "https://api-free.deepl.com"
#: A key of the free plan ends so, and works at the free address only.
_FREE_KEY = ":fx"

#: Our tags in DeepL's letters; targets need a variant where the source has none.
_SOURCES = {
    "en": "EN",
    "zh-Hans": "ZH",
    "zh-Hant": "ZH",
    "es": "ES",
    "fr": "FR",
    "de": "DE",
    "ru": "RU",
    "ja": "JA",
    "ko": "KO",
    "ar": "AR",
    "pt": "PT",
    # of feeds and CAP, not of readers
    **{
        tag: tag.upper()
        for tag in ("bg", "cs", "da", "el", "et", "fi", "hu", "id", "it", "lt", "lv", "nb", "nl", "pl")
    },
    **{tag: tag.upper() for tag in ("ro", "sk", "sl", "sv", "tr", "uk")},
}
_TARGETS = {**_SOURCES, "en": "EN-GB", "zh-Hans": "ZH-HANS", "zh-Hant": "ZH-HANT", "pt": "PT-BR"}


class DeepL:
    """Implements ``face.Engine``."""

    name = NAME
    model = ""

    def __init__(self, asker: Asker, key: str, url: str = "") -> None:
        self._asker = asker
        self._key = key
        self._url = (url or (FREE if key.endswith(_FREE_KEY) else PRO)) + "/v2/translate"

    def speaks(self, source: str, target: str) -> bool:
        """Hindi was not among its languages when this was written."""
        return source in _SOURCES and target in _TARGETS

    async def translate(self, text: str, source: str, target: str) -> Translated:
        """Translate a whole text. Raises EngineError's kinds."""
        payload = {
            "text": [text],
            "source_lang": _SOURCES[source],
            "target_lang": _TARGETS[target],
            "show_billed_characters": True,
        }
        headers = {"Authorization": f"DeepL-Auth-Key {self._key}"}
        answer = await self._asker.post(NAME, self._url, payload, headers)
        judge(NAME, answer, self._asker.clock())
        # counted in code points of the original, as DeepL bills
        cost = Cost(requests=1, characters=len(text))
        return Translated(text_at(NAME, answer, cost, "translations", 0, "text"), cost)

    async def aclose(self) -> None:
        """Nothing is held."""
