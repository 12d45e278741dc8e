"""Taking the inventory in time: soon after the start, then when an hourly glance shows a sign of change.

Every six hours in any case; into the spool when it changed.

Said again after a day even unchanged, so that a controller that was restored from an old backup has it.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import agent
from agent.clock import Clock
from agent.disk import Disk
from agent.errors import AgentError, SpoolFull
from agent.inventory.signs import signs
from agent.inventory.told import Told, unpacked
from agent.processes import run_async
from agent.signals import Reading
from agent.spool import Kind, Lane, Spool

SOON_S = 20.0
# Where one was said before, the evidence of why the machine started anew comes first.
RESTARTED_S = 240.0
EVERY_S = 3_600.0
SURE_S = 6 * EVERY_S
AGAIN_S = 86_400.0
BUDGET_S = 120.0
OUTPUT_BYTES = 4 * 1024 * 1024
READING = "inventory"
log = logging.getLogger(__name__)
_HOME = str(Path(agent.__file__).parent.parent)


async def take() -> Told:
    """In a child, so that neither its memory nor its hanging is ours.

    Raises AgentError, KeyError, TypeError or ValueError.
    """
    argv = (sys.executable, "-P", "-m", "agent.inventory")
    paths = os.pathsep.join(filter(None, (_HOME, os.environ.get("PYTHONPATH"))))
    ended = await run_async(argv, BUDGET_S, OUTPUT_BYTES, b"", {"PYTHONPATH": paths})
    if not ended.ok:
        raise ValueError("out of time" if ended.timed_out else f"exit status {ended.returncode}")
    return unpacked(ended.stdout)


class InventoryKeeper:
    """`run` until cancelled. `judge` gets a reading of each, so that rules can tell what was changed."""

    def __init__(
        self,
        disk: Disk,
        path: Path,
        clock: Clock,
        spool: Spool,
        wake_link: Callable[[], None],
        judge: Callable[[Reading], None],
        taken: Callable[[], Awaitable[Told]] = take,
        signs: Callable[[], int] = signs,
    ) -> None:
        self._disk, self._path, self._clock, self._spool = disk, path, clock, spool
        self._wake_link, self._judge, self._taken, self._signs = wake_link, judge, taken, signs

    async def run(self) -> None:
        await self._clock.sleep(RESTARTED_S if self._said() else SOON_S)
        seen: int | None = None
        sure_s = 0.0
        while True:
            now_s, sight = self._clock.monotonic(), await asyncio.to_thread(self._signs)
            if sight != seen or now_s - sure_s >= SURE_S:
                seen, sure_s = sight, now_s
                await self.once()
            await self._clock.sleep(EVERY_S)

    async def once(self) -> bool:
        """Whether it was new and is in the spool. What goes wrong is tried again in an hour."""
        try:
            told = await self._taken()
            self._judge(Reading(READING, self._clock.now(), 0.0, told.metrics))
            return await asyncio.to_thread(self._put, told)
        except (AgentError, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("no inventory: %s", error)
            return False

    def _put(self, told: Told) -> bool:
        now = self._clock.now()
        said = {"sha256": told.sha256.hex(), "epoch": self._spool.epoch}
        before = self._said()
        age_s = now.timestamp() - float(before.get("at_unix_s", 0.0))
        if {key: before.get(key) for key in said} == said and 0 <= age_s < AGAIN_S:
            return False
        try:
            self._spool.put(Lane.FAULTS, Kind.INVENTORY, told.payload)
        except SpoolFull as error:
            log.warning("inventory not written: %s", error)
            return False
        self._disk.replace(self._path, json.dumps({**said, "at_unix_s": now.timestamp()}).encode())
        self._wake_link()
        return True

    def _said(self) -> dict[str, Any]:
        """What was put last; nothing when that is not known: then it is said again."""
        try:
            held = json.loads(self._disk.read(self._path))
            float(held["at_unix_s"])
            return dict(held)
        except (OSError, ValueError, KeyError, TypeError):
            return {}
