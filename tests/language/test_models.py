"""Installing a model: what is unpacked, what is refused, and the translation of a real (tiny) CTranslate2 model."""

import io
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from language.tiny_model import DICTIONARY, argos_package, make_model, make_tokenizer, opus_package

from bot.language import models, unpacking
from bot.language.engines.offline import Offline, installed
from bot.language.face import EngineBrokenError
from bot.language.unpacking import PackageError, unpack

SAMPLE = "北京 红色 暴雨 预警 解除 。"


@pytest.fixture(autouse=True)
def a_sentence_of_the_dictionary(monkeypatch):
    monkeypatch.setitem(models.SAMPLES, "zh-Hans", SAMPLE)


def silent(_line: str) -> None:
    return None


@pytest.mark.parametrize("package", [argos_package, opus_package])
async def test_an_installed_package_translates(package, tmp_path):
    report = models.install(str(package(tmp_path)), tmp_path / "models", say=silent)
    assert report.answer == "Beijing red rainstorm warning lifted ."
    engine = Offline(tmp_path / "models")
    assert engine.speaks("zh-Hans", "en")
    assert not engine.speaks("en", "zh-Hans")
    answer = await engine.translate(f"{SAMPLE}\n\n红色 预警", "zh-Hans", "en")
    assert answer.text == "Beijing red rainstorm warning lifted .\n\nred warning"
    assert (answer.cost.requests, answer.cost.tokens_in, answer.cost.tokens_out) == (1, 8, 8)
    await engine.aclose()


def test_a_package_is_kept_without_what_no_translation_needs(tmp_path):
    report = models.install(str(argos_package(tmp_path)), tmp_path / "models", say=silent)
    names = {file.name for file in report.model.folder.iterdir()}
    assert {"model.bin", "config.json", "sentencepiece.model", "tocsin.json"} <= names
    assert "big.pt" not in names
    assert [one.name for one in installed(tmp_path / "models")] == [report.model.name]
    assert [entry.name for entry in (tmp_path / "models").iterdir()] == ["zh-Hans-en"]


def test_a_second_package_of_the_same_languages_takes_the_place_of_the_first(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = models.install(str(argos_package(tmp_path / "a")), tmp_path / "models", say=silent)
    second = models.install(str(opus_package(tmp_path / "b")), tmp_path / "models", say=silent)
    assert first.model.name != second.model.name
    assert [one.kind for one in installed(tmp_path / "models")] == ["opus"]


def test_a_model_that_fails_its_self_test_is_not_installed_and_the_old_one_stays(tmp_path):
    good = models.install(str(argos_package(tmp_path)), tmp_path / "models", say=silent)
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(broken, "w") as made:
        for name, content in _files(good.model.folder).items():
            made.writestr(name, b"no model at all" if name == "model.bin" else content)
    with pytest.raises(PackageError, match="self-test failed"):
        models.install(str(broken), tmp_path / "models", say=silent, source="zh", target="en")
    assert [one.name for one in installed(tmp_path / "models")] == [good.model.name]
    assert [entry.name for entry in (tmp_path / "models").iterdir()] == ["zh-Hans-en"]


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("model.bin", "no CTranslate2 model"),
        ("config.json", "no CTranslate2 model"),
        ("source_vocabulary.json", "no vocabulary"),
        ("sentencepiece.model", "no tokenizer"),
        ("metadata.json", "give --from and --to"),
    ],
)
def test_a_package_without_one_of_its_files_is_refused(missing, sentence, tmp_path):
    whole = {**_whole(tmp_path), "metadata.json": b'{"from_code": "zh", "to_code": "en"}'}
    package = tmp_path / "model.zip"
    with zipfile.ZipFile(package, "w") as made:
        for name, content in whole.items():
            if name != missing:
                made.writestr(name, content)
    with pytest.raises(PackageError, match=sentence):
        models.install(str(package), tmp_path / "models", say=silent)
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../model.bin", "/etc/model.bin", "a/../../model.bin", "..\\model.bin", "C:\\model.bin"]
)
def test_a_member_that_would_leave_the_folder_is_refused(name, tmp_path):
    package = tmp_path / "x.zip"
    with zipfile.ZipFile(package, "w") as made:
        info = zipfile.ZipInfo("x")
        info.filename = name
        made.writestr(info, b"x")
    (tmp_path / "into").mkdir()
    with pytest.raises(PackageError, match="outside its folder"):
        unpack(package, tmp_path / "into")
    assert list((tmp_path / "into").iterdir()) == []
    tarred = tmp_path / "x.tar"
    with tarfile.open(tarred, "w") as made:
        info = tarfile.TarInfo(name)
        info.size = 1
        made.addfile(info, io.BytesIO(b"x"))
    with pytest.raises(PackageError, match="outside its folder"):
        unpack(tarred, tmp_path / "into")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_in_a_tar_are_refused(kind, tmp_path):
    package = tmp_path / "x.tar"
    with tarfile.open(package, "w") as made:
        info = tarfile.TarInfo("model.bin")
        info.type = kind
        info.linkname = "/etc/passwd"
        made.addfile(info)
    (tmp_path / "into").mkdir()
    with pytest.raises(PackageError, match="link"):
        unpack(package, tmp_path / "into")


def test_a_link_in_a_zip_is_refused(tmp_path):
    package = tmp_path / "x.zip"
    with zipfile.ZipFile(package, "w") as made:
        info = zipfile.ZipInfo("model.bin")
        info.external_attr = 0o120777 << 16
        made.writestr(info, "/etc/passwd")
    (tmp_path / "into").mkdir()
    with pytest.raises(PackageError, match="link"):
        unpack(package, tmp_path / "into")


def test_a_bomb_is_stopped_while_it_grows(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "_RATIO_FROM", 1024)
    package = tmp_path / "x.zip"
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("model.bin", bytes(8 * 1024 * 1024))
    (tmp_path / "into").mkdir()
    with pytest.raises(PackageError, match="suspiciously large"):
        unpack(package, tmp_path / "into")
    assert (tmp_path / "into" / "model.bin").stat().st_size <= 1024 * 1024


def test_more_bytes_than_any_model_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_BYTES", 1000)
    package = tmp_path / "x.zip"
    with zipfile.ZipFile(package, "w") as made:
        made.writestr("model.bin", bytes(1001))
    (tmp_path / "into").mkdir()
    with pytest.raises(PackageError, match="more than a model"):
        unpack(package, tmp_path / "into")


def test_too_many_members_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_MEMBERS", 3)
    package = tmp_path / "x.zip"
    with zipfile.ZipFile(package, "w") as made:
        for n in range(4):
            made.writestr(f"{n}", b"")
    (tmp_path / "into").mkdir()
    with pytest.raises(PackageError, match="too many files"):
        unpack(package, tmp_path / "into")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 broken", b"\x1f\x8b broken gzip"])
def test_what_is_no_archive_is_refused_with_a_sentence(content, tmp_path):
    package = tmp_path / "x.zip"
    package.write_bytes(content)
    (tmp_path / "into").mkdir()
    with pytest.raises(PackageError, match="damaged"):
        unpack(package, tmp_path / "into")


def test_a_model_is_not_fetched_without_https(tmp_path):
    with pytest.raises(PackageError, match="https"):
        models.install("http://example.org/x.argosmodel", tmp_path / "models", say=silent)


def test_a_package_over_https_is_fetched_and_installed(tmp_path, respx_mock):
    package = argos_package(tmp_path)
    respx_mock.get("https://models.example/zh_en.argosmodel").respond(content=package.read_bytes())
    report = models.install("https://models.example/zh_en.argosmodel", tmp_path / "models", say=silent)
    assert report.answer.startswith("Beijing red")


@pytest.mark.parametrize("status", [404, 500])
def test_an_address_that_does_not_answer_well_is_a_sentence(status, tmp_path, respx_mock):
    respx_mock.get("https://models.example/x").respond(status)
    with pytest.raises(PackageError, match=str(status)):
        models.install("https://models.example/x", tmp_path / "models", say=silent)


def test_a_redirect_away_from_https_is_refused(tmp_path, respx_mock):
    respx_mock.get("https://models.example/x").respond(302, headers={"Location": "http://models.example/y"})
    respx_mock.get("http://models.example/y").respond(content=b"x")
    with pytest.raises(PackageError, match="without https"):
        models.install("https://models.example/x", tmp_path / "models", say=silent)


async def test_more_texts_than_the_one_thread_can_bear_are_turned_away(tmp_path, monkeypatch):
    models.install(str(argos_package(tmp_path)), tmp_path / "models", say=silent)
    monkeypatch.setattr("bot.language.engines.offline._MOST_WAITING", 0)
    engine = Offline(tmp_path / "models")
    with pytest.raises(EngineBrokenError, match="Too many"):
        await engine.translate(SAMPLE, "zh-Hans", "en")
    await engine.aclose()


async def test_without_the_extra_the_engine_says_what_to_install(tmp_path, monkeypatch):
    models.install(str(argos_package(tmp_path)), tmp_path / "models", say=silent)
    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    engine = Offline(tmp_path / "models")
    with pytest.raises(EngineBrokenError, match="tocsin\\[offline\\]"):
        await engine.translate(SAMPLE, "zh-Hans", "en")
    await engine.aclose()


def test_the_engine_does_not_load_its_libraries_before_a_text_comes(tmp_path):
    program = "import sys; from pathlib import Path; from bot.language.engines.offline import Offline; Offline(Path('.')); print('ctranslate2' in sys.modules, 'sentencepiece' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.split() == ["False", "False"]


def test_the_command_installs_and_shows_the_translation(tmp_path):
    done = _command(tmp_path, "model", "install", str(argos_package(tmp_path)))
    assert done.returncode == 0, done.stderr
    assert "zh-Hans to en" in done.stdout
    assert (tmp_path / "models" / "zh-Hans-en" / "model.bin").is_file()
    listed = _command(tmp_path, "model", "list")
    assert listed.stdout.startswith("zh-Hans to en")


def test_the_command_says_in_one_line_what_is_wrong(tmp_path):
    done = _command(tmp_path, "model", "install", "nowhere.argosmodel")
    assert done.returncode == 1
    assert done.stderr == "tocsin: There is no file nowhere.argosmodel.\n"


def _command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    import os

    environment = {
        **os.environ,
        "TOCSIN_OFFLINE_MODELS": str(folder / "models"),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
    )


def _whole(folder: Path) -> dict[str, bytes]:
    place = folder / "whole"
    make_model(place)
    make_tokenizer(place / "sentencepiece.model", list(DICTIONARY))
    return _files(place)


def _files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "tocsin.json"}


def test_the_manifest_of_an_installed_model_says_its_languages(tmp_path):
    report = models.install(str(opus_package(tmp_path)), tmp_path / "models", say=silent)
    told = json.loads((report.model.folder / "tocsin.json").read_text())
    assert (told["source"], told["target"], told["kind"]) == ("zh-Hans", "en", "opus")
