"""From a target to an open connection: resolves the name, refuses what is not public, connects to what was checked.

The addresses that were judged are the very ones that are connected to, so a name that resolves differently a moment
later (DNS rebinding) gains nothing. TLS still names and checks the host.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from bot.fetching.addresses import why_refused
from bot.fetching.face import AddressRefusedError, UnreachableError
from bot.fetching.targets import Target, private_advice
from bot.fetching.wire import Connection, Reader, Stream

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the numeric addresses of a host; raises OSError when it has none."""

#: A name with more addresses than this is not tried to the end.
_MOST_TRIED = 6
#: Open connections that wait for their next request, for all sites; a TLS one holds nearly 300 KiB
#: (asyncio gives it a read buffer of 256 KiB).
_MOST_IDLE = 16
#: nginx closes idle connections after 75 s; ours go first.
_IDLE_S = 60.0
#: Name look-ups at once. An own pool: a dead name server must not take the threads in which feeds are parsed.
_LOOKUP_THREADS = 8


class Connector:
    """Opens connections and keeps a few open. ``resolve`` and ``tls`` can be handed in, for tests."""

    def __init__(self, resolve: Resolver | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._resolve = resolve or self._look_up
        self._tls = tls
        self._threads: ThreadPoolExecutor | None = None
        self._idle: list[Connection] = []  # oldest first

    async def take(self, target: Target, connect_s: float, *, fresh: bool = False) -> Connection:
        """Give an idle connection to the target's origin, or open one.

        Raises UnreachableError, AddressRefusedError.
        """
        if not fresh:
            for index in range(len(self._idle) - 1, -1, -1):
                connection = self._idle[index]
                if connection.origin == target.origin:
                    del self._idle[index]
                    if not connection.has_expired():
                        connection.used = True
                        return connection
                    await connection.aclose()
        try:
            async with asyncio.timeout(connect_s):
                return await self._open(target, connect_s)
        except TimeoutError:
            raise UnreachableError(f"{target.host} could not be reached within {connect_s:g} seconds.") from None

    async def give_back(self, connection: Connection) -> None:
        """Keep a connection whose answer was read whole; close any other, and what is too old or too much."""
        if connection.is_idle():
            self._idle.append(connection)
        elif not connection.is_closed():
            await connection.aclose()
        while self._idle and (len(self._idle) > _MOST_IDLE or self._idle[0].has_expired()):
            await self._idle.pop(0).aclose()

    async def aclose(self) -> None:
        """Close all idle connections."""
        while self._idle:
            await self._idle.pop().aclose()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None
        await asyncio.sleep(0)  # lets the transports see their end while there is a loop

    async def _open(self, target: Target, connect_s: float) -> Connection:
        addresses = await self._checked_addresses(target)
        started = asyncio.get_running_loop().time()
        why = ""
        for index, address in enumerate(addresses):
            left = connect_s - (asyncio.get_running_loop().time() - started)
            try:
                # A silent address gets its share of the time, not all of it: another one may answer.
                async with asyncio.timeout(left / (len(addresses) - index)):
                    return Connection(target.origin, await self._connect(target, address), _IDLE_S)
            except TimeoutError:  # OSError's child: before it
                why = f"{target.host} could not be reached within {connect_s:g} seconds."
            except ssl.SSLCertVerificationError as error:
                raise UnreachableError(
                    f"{target.host} has no valid certificate ({error.verify_message}).",
                    "Check the address; if it is right, the site's owner must renew its certificate.",
                ) from error
            except ssl.SSLError as error:
                raise UnreachableError(f"{target.host} does not speak TLS as it should.") from error
            except ConnectionRefusedError:
                why = f"{target.host} refuses connections."
            except OSError:
                why = f"{target.host} cannot be reached."
        raise UnreachableError(why)

    async def _connect(self, target: Target, address: str) -> Stream:
        loop = asyncio.get_running_loop()
        reader = Reader(loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        if target.scheme == "https":
            transport, _ = await loop.create_connection(
                lambda: protocol, address, target.port, ssl=self._context(), server_hostname=target.host
            )
        else:
            transport, _ = await loop.create_connection(lambda: protocol, address, target.port)
        return Stream(reader, asyncio.StreamWriter(transport, protocol, reader, loop))

    async def _checked_addresses(self, target: Target) -> list[str]:
        try:
            found = await self._resolve(target.host, target.port)
        except (OSError, UnicodeError) as error:
            raise UnreachableError(
                f"The name {target.host} cannot be resolved.", "Check its spelling, or try again later."
            ) from error
        addresses = list(dict.fromkeys(found))
        if not addresses:
            raise UnreachableError(f"The name {target.host} has no address.", "Check its spelling.")
        if not target.vouched:
            # One bad address spoils the name: an attacker would mix a public one with the private one he wants.
            # The number itself is not told: whoever asks in a chat shall not map the operator's network.
            for why in filter(None, map(why_refused, addresses)):
                raise AddressRefusedError(
                    f"{target.host} leads to {why}, which is not asked.", private_advice(target.host, target.port)
                )
        return addresses[:_MOST_TRIED]

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_LOOKUP_THREADS, thread_name_prefix="look-up")
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _getaddrinfo, host, port)
        return [str(entry[4][0]) for entry in found]

    def _context(self) -> ssl.SSLContext:
        # One for all connections (its list of authorities takes 2 MiB), and only when the first https needs it.
        if self._tls is None:
            self._tls = httpx.create_ssl_context(trust_env=False)
            self._tls.set_alpn_protocols(["http/1.1"])
        return self._tls


def _getaddrinfo(
    host: str, port: int
) -> list[tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)  # type: ignore[return-value]
