"""From a URL in text to a target that may be asked. Resolving its name and checking the numbers happens later."""

import ipaddress
import re
from dataclasses import dataclass

import httpx

from bot.fetching.addresses import why_refused
from bot.fetching.face import AddressRefusedError

_DEFAULT_PORTS = {"http": 80, "https": 443}
#: LDH labels and the underscore that real hosts have; 63 and 253 are DNS's own limits (RFC 1035 2.3.4).
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*\Z")
#: A last label that inet_aton() would read as a number: 127.1, 0x7f.1, 2130706433 (WHATWG URL, "ends in a number").
_NUMERIC_END = re.compile(r"(\A|\.)([0-9]+|0x[0-9a-f]*)\Z")
#: Longer than any server takes (nginx and Apache stop at 8 KiB).
_MAX_URL = 8192
#: How much of a refused URL is repeated in the sentence.
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that passed. ``host`` is ASCII, lower case, without brackets or a trailing dot."""

    url: str
    scheme: str
    host: str
    port: int
    #: ``host`` or ``host:port`` as the Host header says it; the name under which a host's rest is kept.
    authority: str
    path: bytes
    #: The operator vouches for this host: its address and port are not judged.
    vouched: bool

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: what a connection belongs to."""
        return self.scheme, self.host, self.port


class Gate:
    """Judges URLs; ``allowed`` holds the "host" or "host:port" that the operator vouches for."""

    def __init__(self, allowed: frozenset[str] = frozenset()) -> None:
        self._allowed = frozenset(entry.strip().lower().rstrip(".") for entry in allowed)

    def check(self, text: str) -> Target:
        """Give the target. Raises AddressRefusedError."""
        url = _parsed(text)
        scheme = url.scheme
        if scheme not in _DEFAULT_PORTS:
            raise AddressRefusedError(f"{_shown(text)} is not a web address.", "Give an http:// or https:// address.")
        if url.userinfo:
            raise AddressRefusedError(
                f"The address at {_shown(url.host)} holds a user name or password.", "Give it without them."
            )
        host = _host_of(url, text)
        port = _DEFAULT_PORTS[scheme] if url.port is None else url.port
        bracketed = f"[{host}]" if ":" in host else host
        vouched = not self._allowed.isdisjoint((host, bracketed, f"{host}:{port}", f"{bracketed}:{port}"))
        authority = bracketed if port == _DEFAULT_PORTS[scheme] else f"{bracketed}:{port}"
        if not vouched:
            _judge(host, port, bracketed)
        path = url.raw_path
        text = f"{scheme}://{authority}{path.decode('ascii')}"
        return Target(text, scheme, host, port, authority, path, vouched)


def private_advice(host: str, port: int) -> str:
    """Tell the operator how to vouch for an own server."""
    return f"If this is your own server, add {host}:{port} to TOCSIN_ALLOWED_PRIVATE_HOSTS."


def _parsed(text: str) -> httpx.URL:
    if len(text) > _MAX_URL:
        raise AddressRefusedError("The address is too long.", f"Give one under {_MAX_URL} characters.")
    try:
        return httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:  # lone surrogates end as UnicodeError, a ValueError
        raise AddressRefusedError(f"{_shown(text)} is not a web address.", "Check its spelling.") from error


def _host_of(url: httpx.URL, text: str) -> str:
    host = url.raw_host.decode("ascii", "replace").lower().removesuffix(".")
    if ":" in host:
        try:
            number = ipaddress.IPv6Address(host)
        except ValueError:
            number = None
        if number is None or number.scope_id is not None:
            raise AddressRefusedError(f"{_shown(text)} is not an address on the internet.", "Check its spelling.")
        return number.compressed
    if not _HOST.match(host):
        raise AddressRefusedError(f"{_shown(text)} names no host.", "Check its spelling.")
    return host


def _judge(host: str, port: int, bracketed: str) -> None:
    if port not in _DEFAULT_PORTS.values():
        raise AddressRefusedError(
            f"{bracketed}:{port} is not asked: only ports 80 and 443 are.", private_advice(bracketed, port)
        )
    literal = ":" in host or _is_ipv4(host)
    why = why_refused(host) if literal else ("a number in disguise" if _NUMERIC_END.search(host) else "")
    if why:
        raise AddressRefusedError(f"{host} is {why}.", private_advice(bracketed, port))


def _is_ipv4(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _shown(text: str) -> str:
    printable = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text[: 4 * _SHOWN])
    printable = re.sub(r"//[^/?#]*@", "//…@", printable)  # a password does not reach a log
    return printable if len(printable) <= _SHOWN else printable[:_SHOWN] + "…"
