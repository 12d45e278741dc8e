"""A filesystem that was writable became read-only: writes are being lost now.

Facts: `mountpoint`, `device`, `filesystem_type`.
"""

from collections.abc import Iterable

from agent.rules.filesystems import filesystems
from agent.rules.rule import Level, Memory, Sight
from agent.rules.terms import Terms
from agent.signals import Reading, Severity


class FilesystemReadonly:
    """Critical at once. What was read-only when first seen is meant so.

    What was writable is remembered over a restart of the agent: the kernel may have given up meanwhile.
    """

    id = "filesystem.readonly"
    reads = "filesystems"
    FACTS = ("mountpoint", "device", "filesystem_type")
    LIMITS = ()
    clear_s = 30.0
    forgets = True

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for one in filesystems(reading):
            if one.readonly is None:
                continue
            if not one.readonly:
                memory[one.mountpoint] = one.device
            lost = bool(one.readonly) and (
                memory.get(one.mountpoint) == one.device or bool(one.became_readonly)
            )
            yield Sight(one.mountpoint, (Level(Severity.CRITICAL, lost, not one.readonly),), one.named())
