"""ext4 filesystems that the kernel no longer writes to although they are mounted "rw".

Since Linux 6.12, and in the stable kernels that took the change over (6.1 among them), an error leaves the
flags of the mount alone: nothing but each write's failure tells. What remains are the errors it counted and
what was to be done at one (Documentation/admin-guide/ext4.rst, "errors").
"""

import os
import re

from agent.collectors.mounts import Mount
from agent.collectors.procfs import Roots, Unreadable, text

GIVES_UP = "errors=remount-ro"


class GivenUp:
    """Remembers how many errors each mount began with: those were told before, and may be repaired since."""

    def __init__(self, roots: Roots) -> None:
        self._roots = roots
        self._began_with: dict[tuple[str, str], int] = {}
        self._devices: set[str] = set()

    def has(self, mount: Mount) -> bool:
        """Whether the kernel counted an error on it since it was mounted, and gives up at one. Unknown is no.

        Of a mount that was there before us only errors since the boot count.
        """
        if mount.kind != "ext4":
            return False
        name = self._name(mount)
        errors = self._number(f"{self._roots.sys}/fs/ext4/{name}/errors_count")
        if errors is None:
            return False
        identity = (mount.id, name)
        if identity not in self._began_with:
            self._began_with[identity] = errors if self._were_before(name) else 0
        self._devices.add(name)
        return errors > self._began_with[identity] and self._gives_up(name)

    def _were_before(self, name: str) -> bool:
        last = self._number(f"{self._roots.sys}/fs/ext4/{name}/last_error_time")
        return name in self._devices or last is None or last < self._booted_at()

    def _gives_up(self, name: str) -> bool:
        try:
            return GIVES_UP in text(f"{self._roots.proc}/fs/ext4/{name}/options").split()
        except Unreadable:
            return False

    def _booted_at(self) -> float:
        try:
            told = re.search(r"^btime (\d+)$", text(f"{self._roots.proc}/stat"), re.MULTILINE)
        except Unreadable:
            told = None
        return float(told[1]) if told else 0.0

    def _name(self, mount: Mount) -> str:
        """As the kernel calls the device: volumes have other names in /dev."""
        place = os.path.realpath(f"{self._roots.sys}/dev/block/{mount.number}")
        return os.path.basename(place if os.path.isdir(place) else mount.device)

    @staticmethod
    def _number(path: str) -> int | None:
        try:
            return int(text(path))
        except (Unreadable, ValueError):
            return None
