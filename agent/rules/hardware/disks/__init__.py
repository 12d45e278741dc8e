"""Rules about single disks and what is written on them."""

from agent.rules.hardware.disks.filesystem_errors import FilesystemErrors
from agent.rules.hardware.disks.media_errors import NvmeMediaErrors
from agent.rules.hardware.disks.nvme_warning import NvmeWarning
from agent.rules.hardware.disks.sectors import SmartSectors
from agent.rules.hardware.disks.self_assessment import SmartFailed
from agent.rules.hardware.disks.temperature import DiskTemperature
from agent.rules.hardware.disks.wear import DiskWear
from agent.rules.rule import Rule

DISKS: tuple[Rule, ...] = (
    SmartFailed(),
    SmartSectors(),
    NvmeWarning(),
    NvmeMediaErrors(),
    DiskWear(),
    DiskTemperature(),
    FilesystemErrors(),
)

__all__ = ["DISKS"]
