"""Azure AI Translator v3: POST /translate?api-version=3.0. Errors are {"error": {"code": 401000, …}}."""

from bot.language.engines.asking import QUOTA_REST, Asker, code_at, judge, text_at
from bot.language.face import EngineRefusedError, Translated
from bot.model.translation import Cost

NAME = "azure"
HOST = "https://api.cognitive.microsofttranslator.com"

#: Six-digit codes: the first three are the HTTP status. 403000 and 403001: the free quota is used up.
_QUOTA = frozenset({"403000", "403001"})


class Azure:
    """Implements ``face.Engine``. ``region`` is needed for a regional or multi-service resource."""

    name = NAME
    model = ""

    def __init__(self, asker: Asker, key: str, region: str = "", url: str = "") -> None:
        self._asker = asker
        self._headers = {"Ocp-Apim-Subscription-Key": key}
        if region:
            self._headers["Ocp-Apim-Subscription-Region"] = region
        self._url = (url or HOST) + "/translate"

    def speaks(self, source: str, target: str) -> bool:
        """It knows every language that we have, by the same tags."""
        return source != target

    async def translate(self, text: str, source: str, target: str) -> Translated:
        """Translate a whole text. Raises EngineError's kinds."""
        url = f"{self._url}?api-version=3.0&from={source}&to={target}&textType=plain"
        answer = await self._asker.post(NAME, url, [{"Text": text}], self._headers)
        code = code_at(answer.body, "error", "code")
        if code in _QUOTA:
            raise EngineRefusedError("The quota of azure is used up.", self._asker.clock() + QUOTA_REST)
        judge(NAME, answer, self._asker.clock())
        metered = answer.headers.get("x-metered-usage", "")
        cost = Cost(requests=1, characters=int(metered) if metered.isascii() and metered.isdigit() else len(text))
        return Translated(text_at(NAME, answer, cost, 0, "translations", 0, "text"), cost)

    async def aclose(self) -> None:
        """Nothing is held."""
