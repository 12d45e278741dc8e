"""Room kept for the worst moment (trust.md R9): given back when the disk fills up, for the incidents."""

import logging
from datetime import datetime, timedelta
from pathlib import Path

from controller.core.clock import Clock
from controller.core.disk import Disk

log = logging.getLogger(__name__)

RESERVE_BYTES = 16 * 1024 * 1024
# Below this the reserve is given back and measurements are refused.
TIGHT_BYTES = 24 * 1024 * 1024
# Above this (with the reserve still to be taken from it) both are undone; the space between stops a see-saw.
ROOMY_BYTES = 96 * 1024 * 1024
_EVERY = timedelta(seconds=5)


class Reserve:
    """`turn` is a hook of the ticker. `is_tight`: measurements are refused, so that incidents are not."""

    def __init__(self, folder: Path, disk: Disk, clock: Clock) -> None:
        self._path = folder / "reserve"
        self._folder = folder
        self._disk = disk
        self._clock = clock
        self.is_tight = False

    async def turn(self) -> datetime:
        """Looks at the free room: a `statvfs`, and rarely a file written or removed."""
        free = self._disk.free_bytes(self._folder)
        held = self._disk.exists(self._path)
        if free < TIGHT_BYTES:
            if held:
                self._disk.remove(self._path)
                log.error(
                    "disk almost full folder=%s free_bytes=%d: the reserve is given back", self._folder, free
                )
            self.is_tight = True
        elif free > ROOMY_BYTES:
            if not held:
                self._disk.write_durably(self._path, bytes(RESERVE_BYTES))
            if self.is_tight:
                log.warning("disk has room again folder=%s free_bytes=%d", self._folder, free)
            self.is_tight = False
        return self._clock.now() + _EVERY
