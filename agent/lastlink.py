"""What the agent last learnt about its link, kept for `doctor`: when it worked, how the clocks compare."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from agent.disk import Disk


@dataclass(frozen=True, slots=True)
class LastLink:
    """`clock_ahead_s`: our clock minus the controller's at the last welcome. No `trouble`: connected.

    `boot` and `boot_at_unix_s`: in which run of the machine that was, and when that run began by our clock of
    then; a clock that is set moves its beginning.
    """

    connected_at: datetime | None = None
    clock_ahead_s: float | None = None
    trouble: str = ""
    trouble_at: datetime | None = None
    boot: str = ""
    boot_at_unix_s: float | None = None


class LastLinkFile:
    """`link.json`. Losing it harms nothing, so writing it never raises."""

    def __init__(self, disk: Disk, data: Path) -> None:
        self._disk = disk
        self._path = data / "link.json"
        self._held = self.read()

    def read(self) -> LastLink:
        """What was last written; all unknown when nothing was, or it cannot be read."""
        try:
            held = json.loads(self._disk.read(self._path))
            for name in ("connected_at", "trouble_at"):
                held[name] = datetime.fromisoformat(held[name]) if held[name] else None
            return LastLink(**held)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return LastLink()

    def connected(
        self, now: datetime, clock_ahead_s: float, boot: str = "", uptime_s: float | None = None
    ) -> None:
        """`uptime_s`: how long the machine's run `boot` has lasted, where that is known."""
        boot_at_s = now.timestamp() - uptime_s if boot and uptime_s is not None else None
        self._write(LastLink(now, clock_ahead_s, boot=boot, boot_at_unix_s=boot_at_s))

    def trouble(self, now: datetime, reason: str) -> None:
        """Written when the reason changes, not at every failed try."""
        if reason != self._held.trouble:
            self._write(replace(self._held, trouble=reason, trouble_at=now))

    def _write(self, state: LastLink) -> None:
        self._held = state
        with suppress(OSError):
            self._disk.replace(self._path, json.dumps(asdict(state), default=str).encode())
