"""Collects an answer's body: unpacks gzip and deflate in small bounded pieces and stops at the limits."""

import zlib

from bot.fetching.face import FetchError, Limits, TooLargeError, UnreachableError

#: The most that one step unpacks. A network chunk of 64 KiB can hold 64 MiB (deflate's ratio ends near 1032),
#: so a whole chunk is never unpacked at once.
PIECE = 64 * 1024
#: Below this, the ratio says nothing: a short page of blanks packs well.
_RATIO_COUNTS_FROM = 1024 * 1024
#: A body chopped into crumbs costs a parse for each: more than this many pieces must hold 16 bytes on average.
_CRUMBS_COUNT_FROM = 4096
_CRUMB = 16

_PACKINGS = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP = 16 + zlib.MAX_WBITS
_GZIP_MAGIC = 0x1F
_ZLIB_METHOD = 8


class Body:
    """What arrived of one answer. ``encoded`` counts the bytes on the wire, ``decoded`` those kept."""

    def __init__(self, limits: Limits, host: str, encoding: str = "") -> None:
        names = [part.strip().lower() for part in encoding.split(",")]
        self._packing = ",".join(name for name in names if name not in {"", "identity"})
        self._limits = limits
        self._host = host
        self._parts: list[bytes] = []
        self._unpacker: zlib._Decompress | None = None
        self._over = False  # the packed part has ended; padding may follow
        self._chunks = 0
        self.encoded = 0
        self.decoded = 0

    def add(self, chunk: bytes) -> None:
        """Take a chunk from the wire. Raises TooLargeError; FetchError when it does not unpack."""
        self._chunks += 1
        self.encoded += len(chunk)
        if self.encoded > self._limits.max_bytes:
            raise self._too_large()
        if self._chunks > _CRUMBS_COUNT_FROM and self.encoded < self._chunks * _CRUMB:
            raise TooLargeError(f"{self._host} sends its answer in crumbs of a few bytes; reading was stopped.")
        if not self._packing:
            self._keep(chunk)
            return
        if self._packing not in _PACKINGS:  # judged only now: a 304 has no body and may still name a packing
            shown = self._packing[:40].encode("ascii", "backslashreplace").decode("ascii")
            raise FetchError(f"{self._host} sent its answer packed as {shown!r}, which was not asked for.")
        try:
            self._unpack(chunk)
        except zlib.error as error:
            raise FetchError(f"{self._host} sent an answer that does not unpack ({self._packing}).") from error

    def finish(self) -> bytes:
        """Give the whole body. Raises UnreachableError when its packing was cut short."""
        if self._unpacker is not None and not self._unpacker.eof:
            raise UnreachableError(f"{self._host} cut its answer short.")
        whole = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts.clear()
        return whole

    def _unpack(self, data: bytes) -> None:
        while data and not self._over:
            if self._unpacker is None:
                self._unpacker = zlib.decompressobj(self._window(data[0]))
            data = self._drain(self._unpacker, data)
            if self._unpacker.eof and data:
                # gzip may hold several members one after the other (RFC 1952 2.2); anything else there is padding.
                self._over = self._packing == "deflate" or data[0] != _GZIP_MAGIC
                if not self._over:
                    self._unpacker = None

    def _drain(self, unpacker: "zlib._Decompress", data: bytes) -> bytes:
        """Unpack all of ``data`` in pieces; give what stands behind the end of the packed part."""
        while True:
            piece = unpacker.decompress(data, PIECE)
            self._keep(piece)
            if unpacker.eof:
                return unpacker.unused_data
            data = unpacker.unconsumed_tail
            if not data and len(piece) < PIECE:
                return b""

    def _window(self, first: int) -> int:
        if self._packing != "deflate":
            return _GZIP
        # "deflate" means zlib's wrapping, but some servers send it bare.
        return zlib.MAX_WBITS if first & 0x0F == _ZLIB_METHOD else -zlib.MAX_WBITS

    def _keep(self, piece: bytes) -> None:
        if not piece:
            return
        self.decoded += len(piece)
        if self.decoded > _RATIO_COUNTS_FROM and self.decoded > self.encoded * self._limits.max_ratio:
            raise TooLargeError(f"{self._host} sent a decompression bomb; reading was stopped.")
        if self.decoded > self._limits.max_bytes:
            raise self._too_large()
        self._parts.append(piece)

    def _too_large(self) -> TooLargeError:
        return too_large(self._host, self._limits)


def too_large(host: str, limits: Limits) -> TooLargeError:
    """Say that the answer is over the limit."""
    return TooLargeError(
        f"The answer of {host} is larger than {limits.max_bytes // 1024:,} KiB; reading was stopped.",
        "Follow a smaller feed of this site, for one region or topic.",
    )
