"""Taking the inventory in time: soon after the start, then every hour; into the spool when it changed.

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
from agent import wire
from agent.clock import Clock
from agent.disk import Disk
from agent.errors import AgentError, SpoolFull
from agent.inventory.document import Document, digest
from agent.processes import run_async
from agent.signals import Metric, Reading
from agent.spool import Kind, Lane, Spool

SOON_S = 20.0
EVERY_S = 3_600.0
AGAIN_S = 86_400.0
BUDGET_S = 120.0
OUTPUT_BYTES = 4 * 1024 * 1024
READING = "inventory"
log = logging.getLogger(__name__)
_HOME = str(Path(agent.__file__).parent.parent)


async def take() -> Document:
    """In a child, so that neither its memory nor its hanging is ours. Raises AgentError or ValueError."""
    argv = (sys.executable, "-P", "-m", "agent.inventory")
    paths = os.pathsep.join(filter(None, (_HOME, os.environ.get("PYTHONPATH"))))
    ended = await run_async(argv, BUDGET_S, OUTPUT_BYTES, b"", {"PYTHONPATH": paths})
    if not ended.ok:
        raise ValueError("out of time" if ended.timed_out else f"exit status {ended.returncode}")
    document = json.loads(ended.stdout)
    if not isinstance(document, dict):
        raise ValueError("not a document")
    return document


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
        taken: Callable[[], Awaitable[Document]] = take,
    ) -> None:
        self._disk, self._path, self._clock, self._spool = disk, path, clock, spool
        self._wake_link, self._judge, self._taken = wake_link, judge, taken

    async def run(self) -> None:
        await self._clock.sleep(SOON_S)
        while True:
            await self.once()
            await self._clock.sleep(EVERY_S)

    async def once(self) -> bool:
        """Whether it was new and is in the spool. What goes wrong is tried again in an hour."""
        try:
            document = await self._taken()
            self._judge(reading_of(document, self._clock.now()))
            return await asyncio.to_thread(self._put, document)
        except (AgentError, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("no inventory: %s", error)
            return False

    def _put(self, document: Document) -> bool:
        sha256, now = digest(document), self._clock.now()
        said = {"sha256": sha256.hex(), "epoch": self._spool.epoch}
        before = self._said()
        age_s = now.timestamp() - float(before.get("at_unix_s", 0.0))
        if {key: before.get(key) for key in said} == said and 0 <= age_s < AGAIN_S:
            return False
        try:
            payload = wire.inventory_payload(document, sha256, now)
            self._spool.put(Lane.FAULTS, Kind.INVENTORY, payload)
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


def reading_of(document: Document, now: Any) -> Reading:
    """What the rules look at: memory, disks that stay, the system. What is not known is left out."""
    metrics = []
    memory_bytes = document["hardware"].get("memory_bytes", 0)
    if memory_bytes:
        metrics.append(Metric("vigia.inventory.memory", float(memory_bytes), "By"))
    for disk in document["disks"]:
        if not disk["is_removable"]:
            about = {key: disk[key] for key in ("name", "model", "serial")}
            metrics.append(Metric("vigia.inventory.disk", float(disk["size_bytes"]), "By", about))
    system = document["system"]
    if system.get("os_name"):
        about = {"name": system["os_name"], "version": system["os_version"].partition(".")[0]}
        metrics.append(Metric("vigia.inventory.system", 1.0, "1", about))
    return Reading(READING, now, 0.0, tuple(metrics))
