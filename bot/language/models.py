"""``tocsin model``: an Argos or OPUS package brought in, checked and tried before any post is given to it."""

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from bot.language.engines.offline import MANIFEST, Installed, installed, load
from bot.language.face import EngineError
from bot.language.languages import LANGUAGES, settled
from bot.language.unpacking import MOST_BYTES, PackageError, unpack

_TIMEOUT_S = 60.0
_MOST_HOPS = 5
_CHUNK = 1024 * 1024
_VOCABULARIES = ("shared_vocabulary.json", "shared_vocabulary.txt", "source_vocabulary.json", "source_vocabulary.txt")
#: A short sentence in each language: the self-test asks for any translation of it.
SAMPLES = {
    "en": "A red rainstorm warning is in force. Stay indoors.",
    "zh-Hans": "暴雨红色预警生效,请勿外出。",
    "zh-Hant": "暴雨紅色預警生效,請勿外出。",
    "es": "Alerta roja por lluvias. No salga.",
    "fr": "Alerte rouge aux fortes pluies. Ne sortez pas.",
    "de": "Rote Starkregenwarnung. Bleiben Sie im Haus.",
    "ru": "Объявлен красный уровень опасности. Не выходите.",
    "ja": "大雨の赤色警報が発表されました。",
    "ko": "호우 적색 경보가 발령되었습니다.",
    "ar": "تحذير أحمر من أمطار غزيرة.",
    "pt": "Alerta vermelho de chuva. Não saia.",
    "hi": "भारी बारिश की लाल चेतावनी।",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What was installed, and what the self-test gave."""

    model: Installed
    sample: str
    answer: str


def install(
    what: str, models: Path, *, source: str = "", target: str = "", say: Callable[[str], None] = print
) -> Report:
    """Install a package from a path or an https:// address into the directory of models. Blocks. Raises PackageError.

    ``source`` and ``target`` are needed for OPUS packages whose name does not say them (opus-mt-zh-en does). The model
    takes its place only after it translated a sentence; an older one for the same languages is replaced.
    """
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".installing-") as scratch:
        package = _download(what, Path(scratch) / "package", say) if _is_url(what) else Path(what)
        if not package.is_file():
            raise PackageError(f"There is no file {what}.")
        folder = Path(scratch) / "model"
        folder.mkdir()
        unpack(package, folder)
        model = _checked(folder, what, package, settled(source) if source else "", settled(target) if target else "")
        say(f"Trying {model.name} ({model.source} to {model.target}) …")
        sample = SAMPLES[model.source]
        answer = _self_test(model, sample)
        manifest = {"source": model.source, "target": model.target, "kind": model.kind, "name": model.name}
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
        place = models / f"{model.source}-{model.target}"
        _replace(folder, place)
    return Report(Installed(place, model.source, model.target, model.kind, model.name), sample, answer)


def _is_url(what: str) -> bool:
    if what.startswith("http://"):
        raise PackageError("A model is fetched over https:// only: give such an address, or a file.")
    return what.startswith("https://")


def _download(url: str, place: Path, say: Callable[[str], None]) -> Path:
    say("Fetching the package …")
    got = 0
    try:
        with (
            httpx.Client(follow_redirects=True, max_redirects=_MOST_HOPS, timeout=_TIMEOUT_S) as client,
            client.stream("GET", url) as response,
            place.open("xb") as file,
        ):
            if response.url.scheme != "https":
                raise PackageError("The address leads to one without https.")
            if response.status_code != httpx.codes.OK:
                raise PackageError(f"The server answered with status {response.status_code}.")
            for chunk in response.iter_bytes(_CHUNK):
                got += len(chunk)
                if got > MOST_BYTES:
                    raise PackageError("The package is larger than any model.")
                file.write(chunk)
    except httpx.HTTPError as error:
        raise PackageError(f"The package could not be fetched ({type(error).__name__}).") from error
    except httpx.InvalidURL as error:
        raise PackageError("That is not a web address.") from error
    return place


def _checked(folder: Path, what: str, package: Path, source: str, target: str) -> Installed:
    """See that every file is there, and which languages the model is for."""
    names = {file.name for file in folder.iterdir()}
    if not {"model.bin", "config.json"} <= names:
        raise PackageError("The package holds no CTranslate2 model (model.bin and config.json).")
    if not names.intersection(_VOCABULARIES):
        raise PackageError("The package holds no vocabulary.")
    if "sentencepiece.model" in names:
        kind = "argos"
    elif {"source.spm", "target.spm"} <= names:
        kind = "opus"
    else:
        raise PackageError("The package holds no tokenizer (sentencepiece.model, or source.spm and target.spm).")
    _is_json(folder / "config.json")
    told = _is_json(folder / "metadata.json") if "metadata.json" in names else {}
    named = re.search(r"(?:opus-mt|opus|translate)[-_]([a-z]{2})[-_]([a-z]{2})(?![a-z])", Path(what).name)
    from_ = source or settled(str(told.get("from_code") or (named.group(1) if named else "")))
    to = target or settled(str(told.get("to_code") or (named.group(2) if named else "")))
    if from_ not in LANGUAGES or to not in LANGUAGES or from_ == to:
        raise PackageError("It does not say from which language to which: give --from and --to.")
    with package.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Installed(folder, from_, to, kind, f"{from_}-{to}@{digest[:12]}")


def _is_json(file: Path) -> dict[str, object]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise PackageError(f"{file.name} in the package cannot be read.") from error
    if not isinstance(found, dict):
        raise PackageError(f"{file.name} in the package is no JSON object.")
    return found


def _self_test(model: Installed, sample: str) -> str:
    try:
        answer, _, _ = load(model)(sample)
    except EngineError as error:
        raise PackageError(f"The self-test failed. {error.why}") from error
    if not answer.strip():
        raise PackageError("The self-test failed: the model gave an empty translation.")
    return answer


def _replace(folder: Path, place: Path) -> None:
    """Put the new model in its place; the old one is gone only when the new one is there."""
    old = place.with_name(f".replaced-{place.name}")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    folder.rename(place)
    shutil.rmtree(old, ignore_errors=True)


__all__ = ["PackageError", "Report", "install", "installed"]
