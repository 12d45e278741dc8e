"""What systemd is told of us: ready, still alive, stopping (sd_notify(3), by its datagram socket).

Said from the event loop, so that a loop that hangs falls silent and is started anew. Where nobody asked to be
told, nothing is said.
"""

import os
import socket
from collections.abc import Mapping

from agent.clock import Clock

# Twice a period, and a third time for a machine that is short of breath.
SHARE = 3.0


class Supervision:
    """Never raises: an agent that cannot say that it lives goes on living."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        told = environment.get("WATCHDOG_USEC", "")
        mine = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.every_s = int(told) / 1e6 / SHARE if mine and told.isdecimal() and int(told) else None

    def ready(self) -> None:
        self._say("READY=1")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    async def run(self, clock: Clock) -> None:
        """Says that we live, as often as was asked for; ends at once when nobody asked."""
        while self.every_s is not None:
            self._say("WATCHDOG=1")
            await clock.sleep(self.every_s)

    def _say(self, word: str) -> None:
        if not self._address.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as outlet:
                outlet.settimeout(1.0)
                outlet.sendto(word.encode(), address)
        except OSError:
            return
