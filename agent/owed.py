"""Which findings still wait for their evidence, kept on the disk: what is owed outlives the agent."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from agent import wire
from agent.disk import Disk
from agent.spool import Kind, Lane, Spool

RECENT_RECORDS = 256
log = logging.getLogger(__name__)


class Owed:
    """`ids` are those of now; `keep` writes them down. Losing the file costs evidence, never a finding."""

    def __init__(self, disk: Disk, path: Path, spool: Spool) -> None:
        self._disk, self._path, self._spool = disk, path, spool
        self._kept = b"{}"
        self.ids: set[str] = set()

    def read(self) -> dict[str, str]:
        """Those that an earlier life of the agent did not get to, and which finding took the recording of
        each along, "" where it has its own."""
        try:
            self._kept = self._disk.read(self._path)
            owed = {str(key): str(bearer) for key, bearer in json.loads(self._kept).items()}
        except (OSError, ValueError, AttributeError):
            return {}
        with suppress(OSError):
            for key in self._told_lately() if owed else ():
                owed.pop(key, None)  # killed between the spool and this file: it would be taken twice
        return owed

    def keep(self, bearer: Callable[[str], str]) -> None:
        """`bearer` says with whose evidence a recording goes. Blocks; never raises."""
        told = json.dumps({one: bearer(one) for one in sorted(self.ids)}).encode()
        if told == self._kept:
            return
        try:
            self._disk.replace(self._path, told)
            self._kept = told
        except OSError as error:
            log.warning("evidence that is owed not written down: %s", error)

    def _told_lately(self) -> Iterator[str]:
        """Findings whose evidence is among the newest records of the spool. Raises OSError."""
        last = self._spool.last(Lane.FAULTS)
        start = max(1, last - RECENT_RECORDS)
        while start <= last and (records := self._spool.read(Lane.FAULTS, start)):
            for one in records:
                with suppress(ValueError, KeyError):  # damage is the sender's to tell
                    if one.kind is Kind.EVIDENCE:
                        yield wire.spooled(one).spooled.evidence.finding_id
            start = records[-1].sequence + 1
