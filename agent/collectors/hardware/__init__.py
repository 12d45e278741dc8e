"""Collectors of what can wear out or break: arrays, disks, memory modules, sensors, fans, power.

They read what the kernel tells for nothing as often as they like, and ask programs seldom. A part that is not
there is no gap; a part that is there and cannot be asked (its tool is missing, refuses or hangs) is one. They
never wake a sleeping disk, never start a self-test, never clear a counter.
"""

from agent.collectors.hardware.batteries import Batteries
from agent.collectors.hardware.edac import Edac
from agent.collectors.hardware.ext4 import Ext4
from agent.collectors.hardware.ipmi import Ipmi
from agent.collectors.hardware.raid import RAID
from agent.collectors.hardware.sensors import DiskHeat, Sensors
from agent.collectors.hardware.smart import NvmeHealth, Smart
from agent.collectors.hardware.ups import Ups

HARDWARE = (*RAID, Smart(), NvmeHealth(), DiskHeat(), Ext4(), Edac(), Sensors(), Ipmi(), Ups(), Batteries())

__all__ = ["HARDWARE"]
