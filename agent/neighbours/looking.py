"""Look once whether somebody is at an address: by a connection, and by the kernel's table of neighbours."""

import asyncio
import errno
from collections.abc import Callable, Iterable
from contextlib import suppress
from ipaddress import IPv4Address
from typing import Protocol

from agent.clock import Clock
from agent.neighbours.testimony import Sight

# Ours to choose, never the controller's. A refusal is an answer too, and most machines refuse or drop.
MACHINE_PORTS = (22, 445)
GATEWAY_PORTS = (53, 443)
CONNECT_S = 9.0
# The kernel believes an old entry for up to 5 s, then asks three times: only after that it says the truth.
SETTLED_S = 12.0
_SPOKE = frozenset({errno.ECONNREFUSED, errno.ECONNRESET})


class Connect(Protocol):
    async def __call__(self, address: IPv4Address, port: int, limit_s: float) -> bool:
        """Whether something spoke. Never raises for what the network does."""


async def connected(address: IPv4Address, port: int, limit_s: float) -> bool:
    """One TCP connection, closed at once; nothing is sent."""
    try:
        async with asyncio.timeout(limit_s):
            _, writer = await asyncio.open_connection(str(address), port)
    except TimeoutError:
        return False
    except OSError as error:
        return error.errno in _SPOKE
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


class Eye:
    """`connect` and `next_door` are the network's, or a test's."""

    def __init__(
        self, clock: Clock, connect: Connect, next_door: Callable[[], frozenset[IPv4Address]]
    ) -> None:
        self._clock, self._connect, self._next_door = clock, connect, next_door

    async def look(self, addresses: Iterable[IPv4Address], ports: Iterable[int]) -> Sight:
        """ANSWERED as soon as one does; NOTHING after 12 s; UNKNOWN when there is nowhere to look."""
        wanted = list(addresses)
        if not wanted:
            return Sight.UNKNOWN
        began_s = self._clock.monotonic()
        tries = [
            asyncio.create_task(self._connect(address, port, CONNECT_S))
            for address in wanted
            for port in ports
        ]
        try:
            for one in asyncio.as_completed(tries):
                if await one:
                    return Sight.ANSWERED
        finally:
            for task in tries:
                task.cancel()
            await asyncio.gather(*tries, return_exceptions=True)
        await self._clock.sleep(max(0.0, SETTLED_S - (self._clock.monotonic() - began_s)))
        return Sight.ANSWERED if self._next_door().intersection(wanted) else Sight.NOTHING
