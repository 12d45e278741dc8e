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

# Parts of the machine: the semantic conventions of hardware.
ERROR_TYPE = "error.type"
HW_ID = "hw.id"
HW_LIMIT = "hw.limit_type"
HW_MODEL = "hw.model"
HW_NAME = "hw.name"
HW_PARENT = "hw.parent"
HW_SERIAL = "hw.serial_number"
HW_STATE = "hw.state"
HW_TYPE = "hw.type"
RAID_KIND = "vigia.raid.kind"
RAID_LEVEL = "hw.logical_disk.raid_level"
SMART_ATTRIBUTE = "hw.physical_disk.smart_attribute"
