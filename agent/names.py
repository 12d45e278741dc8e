"""The attribute keys of our metrics, after the OpenTelemetry semantic conventions (signals.md).

Collectors write them, rules read them; neither knows the other.
"""

CPU_MODE = "cpu.mode"
DEVICE = "system.device"
DIRECTION_DISK = "disk.io.direction"
DIRECTION_NETWORK = "network.io.direction"
FAULT_TYPE = "system.paging.fault.type"
FILESYSTEM_STATE = "system.filesystem.state"
FILESYSTEM_TYPE = "system.filesystem.type"
INTERFACE = "network.interface.name"
MEMORY_STATE = "system.memory.state"
MOUNTPOINT = "system.filesystem.mountpoint"
PAGING_STATE = "system.paging.state"
WATCH = "vigia.watch.name"
WATCH_KIND = "vigia.watch.kind"
WATCH_TARGET = "vigia.watch.target"
