"""Collectors for systems other than Linux, where psutil reads what /proc tells there: same names, same units.

On Linux nothing of this is loaded. They were seen to work on Linux's psutil only, and are marked so.
"""

from agent.collectors.portable.disks import Disks
from agent.collectors.portable.filesystems import Filesystems
from agent.collectors.portable.load import Cpu, Memory, Own, Uptime
from agent.collectors.portable.network import Network

PORTABLE = (Cpu(), Memory(), Filesystems(), Disks(), Network(), Uptime(), Own())

__all__ = ["PORTABLE"]
