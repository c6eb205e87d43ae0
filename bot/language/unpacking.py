"""Packages of models from strangers, unpacked without trusting a name, a size or a link in them."""

import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

#: A large OPUS model has 600 MB; members, bytes and the ratio of unpacked to packed are bounded.
MOST_BYTES = 3 * 1024**3
MOST_MEMBERS = 2_000
MOST_RATIO = 60.0
#: Below this the ratio says nothing: vocabularies shrink well.
_RATIO_FROM = 32 * 1024**2
_CHUNK = 1024 * 1024
#: What a model is made of; everything else stays in the package.
_WANTED = re.compile(
    r"model\.bin|config\.json|(?:source|target|shared)_vocabulary\.(?:json|txt)|vmap\.txt|sentencepiece\.model"
    r"|(?:source|target)\.spm|metadata\.json|README(?:\.md)?|LICEN[CS]E(?:\.txt)?"
)


class PackageError(Exception):
    """A package that is not unpacked; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    open: Callable[[], IO[bytes]]


def unpack(package: Path, into: Path) -> list[Path]:
    """Unpack the wanted files of a zip (also .argosmodel) or tar, all into one flat folder. Raises PackageError.

    Names are only compared and never used as paths: ``into`` gets files of the names in ``_WANTED`` and no others.
    """
    packed = package.stat().st_size
    written: list[Path] = []
    total = 0
    try:
        with package.open("rb") as file:
            for member in _members(file):
                name = _safe_name(member.name)
                if not _WANTED.fullmatch(name):
                    continue
                place = into / name
                if place in written:
                    raise PackageError(f"The package holds {name} twice.")
                with member.open() as source, place.open("xb") as target:
                    while chunk := source.read(_CHUNK):
                        total += len(chunk)
                        _bounded(total, packed)
                        target.write(chunk)
                written.append(place)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, NotImplementedError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise PackageError(f"The package cannot be unpacked: {error.strerror}.") from error
        raise PackageError("The package is damaged, or is neither a zip nor a tar.") from error
    except RuntimeError as error:  # zipfile's word for a member with a password
        raise PackageError("The package is locked with a password.") from error
    return written


def _bounded(total: int, packed: int) -> None:
    if total > MOST_BYTES:
        raise PackageError("The package holds more than a model can be large.")
    if total > _RATIO_FROM and total > MOST_RATIO * packed:
        raise PackageError("The package grows suspiciously large when unpacked.")


def _safe_name(name: str) -> str:
    """Give the last part of a member's name. Raises PackageError for one that tries to leave the folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name) or "\0" in name:
        raise PackageError("The package holds a file that would be written outside its folder.")
    return path.name


def _members(file: IO[bytes]) -> Iterator[_Member]:
    """Give the plain files of a package. Raises PackageError for links and devices, and for too many members."""
    if zipfile.is_zipfile(file):
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            yield from _zip_members(archive)
        return
    file.seek(0)
    with tarfile.open(fileobj=file, mode="r:*") as archive:
        yield from _tar_members(archive)


def _zip_members(archive: zipfile.ZipFile) -> Iterator[_Member]:
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise PackageError("The package holds too many files.")
    for info in infos:
        if stat.S_ISLNK(info.external_attr >> 16):  # the upper half is Unix's mode
            raise PackageError("The package holds a link.")
        if not info.is_dir():
            yield _Member(info.filename, lambda info=info: archive.open(info))  # type: ignore[misc]


def _tar_members(archive: tarfile.TarFile) -> Iterator[_Member]:
    for number, info in enumerate(archive):
        if number >= MOST_MEMBERS:
            raise PackageError("The package holds too many files.")
        if info.isdir():
            continue
        source = archive.extractfile(info) if info.isreg() else None
        if source is None:
            raise PackageError("The package holds a link or a device.")
        yield _Member(info.name, lambda source=source: source)  # type: ignore[misc]
