"""CTranslate2 in this process (extra ``tocsin[offline]``), on models that ``tocsin model install`` unpacked.

Both libraries are loaded when the first text comes, never before; all work on models is done by one thread.
"""

import asyncio
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.language.face import EngineBrokenError, Translated
from bot.model.translation import Cost

NAME = "offline"
#: Written beside an installed model by ``models.install``.
MANIFEST = "tocsin.json"
#: Texts that wait for the one thread; more is a flood, and the next engine or the original serves better.
_MOST_WAITING = 16
_BEAM = 4
#: Tokens of an answer for each of the original, and some: a model that does not stop is stopped.
_LENGTH_FACTOR, _LENGTH_MORE = 3, 16
#: Models learn from single sentences; a longer one is given in pieces.
_SENTENCE = re.compile(r"[^。!?!?;;\n]*?(?:[。!?!?;;]+|(?<=[^\d\s])\.(?=\s)|\n|$)")
_THREADS = 2


@dataclass(frozen=True, slots=True)
class Installed:
    """A model that lies in the directory of models, as its manifest says."""

    folder: Path
    source: str
    target: str
    #: "argos" (one tokenizer for both sides) or "opus" (one for each).
    kind: str
    #: Name and the beginning of the package's SHA-256.
    name: str


def installed(models: Path) -> list[Installed]:
    """Give the models in a directory; what has no manifest of ours is no model."""
    found = []
    for manifest in sorted(models.glob(f"*/{MANIFEST}")):
        told = json.loads(manifest.read_text("utf-8"))
        found.append(Installed(manifest.parent, told["source"], told["target"], told["kind"], told["name"]))
    return found


class Offline:
    """Implements ``face.Engine``."""

    name = NAME

    def __init__(self, models: Path) -> None:
        self._installed = {(one.source, one.target): one for one in installed(models)}
        self.model = ",".join(sorted(one.name for one in self._installed.values()))
        self._loaded: dict[tuple[str, str], Callable[[str], tuple[str, int, int]]] = {}
        self._thread: ThreadPoolExecutor | None = None
        self._waiting = 0

    def speaks(self, source: str, target: str) -> bool:
        """It knows what was installed; a Chinese model reads simplified characters, so traditional ones are not given."""
        return (source, target) in self._installed

    async def translate(self, text: str, source: str, target: str) -> Translated:
        """Translate a whole text. Raises EngineError's kinds."""
        if self._waiting >= _MOST_WAITING:
            raise EngineBrokenError("Too many texts wait for the offline model.", text_only=True)
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="offline-model")
        self._waiting += 1
        work = asyncio.get_running_loop().run_in_executor(self._thread, self._work, text, (source, target))
        # a deadline of the caller's does not stop the thread: the place is free when the thread is
        work.add_done_callback(self._done)
        result, tokens_in, tokens_out = await asyncio.shield(work)
        cost = Cost(requests=1, characters=len(text), tokens_in=tokens_in, tokens_out=tokens_out)
        if not result.strip():
            raise EngineBrokenError("The offline model gave an empty translation.", cost, text_only=True)
        return Translated(result.strip(), cost)

    async def aclose(self) -> None:
        """Let the models go; a text under way is not waited for."""
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None
        self._loaded.clear()

    def _done(self, work: "asyncio.Future[tuple[str, int, int]]") -> None:
        self._waiting -= 1
        if not work.cancelled():
            work.exception()  # seen: whoever waited has it, and nobody may wait any more

    def _work(self, text: str, pair: tuple[str, str]) -> tuple[str, int, int]:
        if pair not in self._loaded:
            self._loaded[pair] = load(self._installed[pair])
        return self._loaded[pair](text)


def load(model: Installed) -> Callable[[str], tuple[str, int, int]]:
    """Load a model; gives what translates a text and counts tokens in and out. Blocks. Raises EngineBrokenError."""
    try:
        import ctranslate2
        import sentencepiece
    except ImportError:
        raise EngineBrokenError("The offline extra is not installed: pip install 'tocsin[offline]'.") from None
    one_side = model.kind == "argos"
    names = ("sentencepiece.model", "sentencepiece.model") if one_side else ("source.spm", "target.spm")
    try:
        translator = ctranslate2.Translator(str(model.folder), device="cpu", inter_threads=1, intra_threads=_THREADS)
        encode = sentencepiece.SentencePieceProcessor(model_file=str(model.folder / names[0]))
        decode = None if one_side else sentencepiece.SentencePieceProcessor(model_file=str(model.folder / names[1]))
        config = json.loads((model.folder / "config.json").read_text("utf-8"))
    except (RuntimeError, OSError, ValueError) as error:
        raise EngineBrokenError(f"The model {model.name} cannot be loaded: {type(error).__name__}.") from error
    # OPUS models want an end of sentence; whether CTranslate2 adds it depends on how they were converted
    end = [] if one_side or config.get("add_source_eos") else ["</s>"]

    def translate(text: str) -> tuple[str, int, int]:
        return _translate(text, translator, encode, decode, end)

    return translate


def _translate(text: str, translator: Any, encode: Any, decode: Any, end: list[str]) -> tuple[str, int, int]:
    lines, tokens_in, tokens_out = [], 0, 0
    for line in text.split("\n"):
        sentences = [found.strip() for found in _SENTENCE.findall(line) if found.strip()]
        batch = [[*encode.encode(sentence, out_type=str), *end] for sentence in sentences]
        if not batch:
            lines.append("")
            continue
        longest = _LENGTH_FACTOR * max(map(len, batch)) + _LENGTH_MORE
        try:
            results = translator.translate_batch(
                batch, beam_size=_BEAM, max_decoding_length=longest, length_penalty=0.2, replace_unknowns=True
            )
        except RuntimeError as error:
            raise EngineBrokenError("The offline model failed at this text.", text_only=True) from error
        pieces = [result.hypotheses[0] for result in results]
        tokens_in += sum(map(len, batch))
        tokens_out += sum(map(len, pieces))
        lines.append(" ".join(_joined(piece, decode) for piece in pieces))
    return "\n".join(lines), tokens_in, tokens_out


def _joined(pieces: list[str], decode: Any) -> str:
    """Tokens as text: by the target's own tokenizer, or by SentencePiece's rule that ▁ is a blank."""
    if decode is not None:
        return str(decode.decode(pieces)).strip()
    return "".join(pieces).replace("▁", " ").strip()
