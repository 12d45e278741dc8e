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
# The kernel believes an old entry for up to 5 s, then asks three times: one that is gone by then is gone.
SETTLED_S = 12.0
# It asks nothing for up to 45 s after an entry was confirmed: one that is still there after this is alive.
BELIEVED_S = 60.0
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
        """ANSWERED as soon as one speaks, or is still known to the kernel after a minute of asking; NOTHING
        as soon as the kernel knows none of them, 12 s at best; UNKNOWN when there is nowhere to look."""
        wanted, doors = list(addresses), list(ports)
        if not wanted:
            return Sight.UNKNOWN
        for _ in range(round(BELIEVED_S / SETTLED_S)):
            began_s = self._clock.monotonic()
            if await self._speaks(wanted, doors):
                return Sight.ANSWERED
            await self._clock.sleep(max(0.0, SETTLED_S - (self._clock.monotonic() - began_s)))
            if not self._next_door().intersection(wanted):
                return Sight.NOTHING
        return Sight.ANSWERED

    async def _speaks(self, wanted: Iterable[IPv4Address], doors: Iterable[int]) -> bool:
        tries = [
            asyncio.create_task(self._connect(address, port, CONNECT_S))
            for address in wanted
            for port in doors
        ]
        try:
            for one in asyncio.as_completed(tries):
                if await one:
                    return True
        finally:
            for task in tries:
                task.cancel()
            await asyncio.gather(*tries, return_exceptions=True)
        return False
