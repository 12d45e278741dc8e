"""The collectors of Linux: what its kernel tells, its hardware, its system."""

from agent.collectors.cpu import Cpu
from agent.collectors.disks import Disks
from agent.collectors.filesystems import Filesystems
from agent.collectors.hardware import HARDWARE
from agent.collectors.memory import Memory
from agent.collectors.network import Network
from agent.collectors.system import SYSTEM
from agent.collectors.uptime import Uptime

LINUX = (Cpu(), Memory(), Filesystems(), Disks(), Network(), Uptime(), *HARDWARE, *SYSTEM)

__all__ = ["LINUX"]
