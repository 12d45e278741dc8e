"""What this machine knows of its orders, one small file each, so that a restart repeats no ended one."""

import json
import logging
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from agent.disk import Disk

KEPT = timedelta(days=30)
log = logging.getLogger(__name__)


class Stage(Enum):
    """WAITING until it is allowed and recorded; the last three are ends."""

    WAITING = "waiting"
    COLLECTED = "collected"
    SENT = "sent"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """`expires_at` is on the controller's clock. `sha256` (hex) and `size_bytes` are the bundle's, once
    collected."""

    order_id: str
    case: str
    asked_by: str
    profile: str
    expires_at: datetime
    stage: Stage = Stage.WAITING
    sha256: str = ""
    size_bytes: int = 0
    taken_at: datetime | None = None
    reason: str = ""
    detail: str = ""

    @property
    def has_ended(self) -> bool:
        return self.stage in (Stage.SENT, Stage.REFUSED, Stage.FAILED)


class Book:
    """`<data>/orders/`. Ids are UUIDs, checked by the caller before they become names."""

    def __init__(self, disk: Disk, data: Path) -> None:
        self._disk = disk
        self.folder = data / "orders"

    def open(self, now: datetime) -> dict[str, Entry]:
        """Everything that can be read. Halves of bundles and what is older than 30 days are swept out."""
        self._disk.mkdir(self.folder)
        found = {}
        for name in self._disk.list(self.folder):
            path = self.folder / name
            entry = self._read(path) if name.endswith(".json") else None
            if entry is not None and now - entry.expires_at < KEPT:
                found[entry.order_id] = entry
        wanted = {f"{one}.json" for one in found}
        wanted |= {self.bundle(one.order_id).name for one in found.values() if one.stage is Stage.COLLECTED}
        for name in set(self._disk.list(self.folder)) - wanted:
            with suppress(OSError):
                self._disk.unlink(self.folder / name)
        return found

    def keep(self, entry: Entry) -> None:
        """Durable when it returns. Raises OSError."""
        held = {**asdict(entry), "stage": entry.stage.value, "expires_at": entry.expires_at.isoformat()}
        held["taken_at"] = entry.taken_at.isoformat() if entry.taken_at else None
        self._disk.replace(self.folder / f"{entry.order_id}.json", json.dumps(held).encode())

    def bundle(self, order_id: str) -> Path:
        return self.folder / f"{order_id}.zip"

    def adopt(self, part: Path, order_id: str) -> None:
        """The bundle bears its name from now on. Raises OSError."""
        self._disk.rename(part, self.bundle(order_id))
        self._disk.sync_folder(self.folder)

    def drop_bundle(self, order_id: str) -> None:
        with suppress(OSError):
            self._disk.unlink(self.bundle(order_id))

    def _read(self, path: Path) -> Entry | None:
        try:
            held = json.loads(self._disk.read(path))
            held["stage"] = Stage(held["stage"])
            held["expires_at"] = datetime.fromisoformat(held["expires_at"])
            held["taken_at"] = datetime.fromisoformat(held["taken_at"]) if held["taken_at"] else None
            return Entry(**held)
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("order %s cannot be read and is forgotten: %s", path.name, error)
            return None
